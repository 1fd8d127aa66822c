"""Clients: their columns and tabs, how a row reads, and what the panel says of one; those that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from desktop.money import format_plain
from desktop.providers.registry import currencies_of
from desktop.records import Changes
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.entries import invoice_entry, payment_entry, rows_of_client
from desktop.ui.lists.origin import Origin, joined, origin_of
from desktop.ui.lists.page import ListPage, ListPlan
from desktop.ui.lists.panel import Action, Block, Entry, PanelContent, Target
from desktop.ui.lists.rows import Amount, Column, Marked, PillCell, Row, TwoLines
from desktop.ui.lists.source import RowContext, row_context
from desktop.ui.lists.words import NOTHING, method_text, price_text, subscription_pill, sums_text
from desktop.ui.translation import translate
from desktop.ui.verbs.join_clients import LINK, JoinClients
from desktop.ui.wording import country_text, money_text, region

if TYPE_CHECKING:
    import threading

    from desktop.actions.business import Business
    from desktop.queries.clients import ClientRow
    from desktop.queries.details import ClientDetail, MethodRow
    from desktop.queries.listing import Sum
    from desktop.queries.subscriptions import SubscriptionRow

#: How many of the newest payments and open invoices the panel shows; the rest is a click away.
_SHOWN: Final = 6


class ClientsPage(ListPage):
    """Everyone. Opened with ``status``, ``search`` or ``row_id``; ``review=True`` asks about those that look alike."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"clients", "invoices", "payments", "refunds", "subscriptions", "payment_methods", "integrations", "totals"}
    )

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        super().__init__(context, handle, _plan())
        self.joins = JoinClients(context, handle, self)
        self.body.insertWidget(0, self.joins.banner)

    def refresh(self) -> None:
        """Ask for the rows, and who looks alike."""
        super().refresh()
        self.joins.look()

    def open(self, **wanted: Any) -> None:
        """Show these rows, or ask about those that look alike."""
        if wanted.pop("review", False):
            self.joins.review()
        super().open(**wanted)

    def _run(self, action: Action) -> None:
        if action.doing == "separate":
            self.joins.separate(dict(action.target.wanted)[LINK])
        else:
            super()._run(action)


def _plan() -> ListPlan:
    return ListPlan(
        key="clients",
        title=translate("Clients", "Clients"),
        listing="clients",
        columns=(
            Column("name", translate("Clients", "Name"), "two-line", 22, 4),
            Column("from", translate("Clients", "From"), "marked", 6, 0, sortable=False, folds=True),
            Column("country", translate("Clients", "Country"), "muted", 12, 1, sortable=False, folds=True),
            Column("outstanding", translate("Clients", "Outstanding"), "amount", 13, 1),
            Column("paid", translate("Clients", "Paid"), "amount", 13, 1),
            Column("last", translate("Clients", "Last payment"), "muted", 12, 0, newest_first=True),
        ),
        tabs=(
            ("active", translate("Clients", "Active")),
            ("deleted", translate("Clients", "Deleted")),
            ("", translate("Clients", "All")),
        ),
        show=show_client,
        open_row=open_client,
        fetch_row=fetch_client,
        counted=(
            translate("Clients", "{0} client"),
            translate("Clients", "{0} clients"),
        ),
        picture="empty-clients",
        empty=(
            translate("Clients", "No clients yet"),
            translate("Clients", "The customers of your connected accounts appear here as soon as they are synced."),
        ),
        unconnected=translate("Clients", "Connect the account you work with, and its clients appear here."),
        gone=translate("Clients", "This client is gone"),
        periods=False,
        tall=True,
    )


def show_client(row: ClientRow, context: RowContext) -> Row:
    """A row as the table has it."""
    name = row.name
    about = joined(words for words in (row.email, row.company) if words != row.name)
    if row.status == "deleted":
        name = translate("Clients", "{0} (deleted)").format(name)
    return (
        TwoLines(name, about),
        _from(row.providers),
        country_text(row.country) or NOTHING,
        _sums_cell(row.outstanding),
        _sums_cell(row.paid),
        context.day_of_cell(row.last_paid_at),
    )


def _from(providers: Sequence[str]) -> Marked:
    """The providers that the client is a customer of, by their marks."""
    first, *more = providers or ("",)
    return Marked("" if first else NOTHING, first, tuple(more))


def _sums_cell(sums: Sequence[Sum]) -> Amount:
    """The largest currency, the others small below it; copied as plain numbers, each with its currency where there is
    more than one.
    """
    plain = [format_plain(one.amount, one.currency, currencies_of(one.provider)) for one in sums]
    if len(sums) > 1:
        plain = [f"{text} {one.currency.upper()}" for text, one in zip(plain, sums, strict=True)]
    return Amount(sums_text(sums[:1]), " ".join(plain), not sums, sums_text(sums[1:]) if sums[1:] else "")


# --------------------------------------------------------------------------------------------------------- the panel


def open_client(business: Business, client_id: int) -> PanelContent | None:
    """What the panel shows of a client; None where it is gone. Called off the UI thread."""
    from desktop.queries.details import client_detail
    from desktop.queries.reading import ask

    detail = ask(business.books, client_detail, client_id)
    if detail is None:
        return None
    row, context = detail.row, row_context(business)
    origins = [origin_of(business, link.integration_id, "clients", link.external_id) for link in detail.links]
    still = [origin for origin, link in zip(origins, detail.links, strict=True) if not link.deleted]
    paid = [payment for payment in detail.payments if payment.status not in {"open", "canceled"}]
    open_invoices = [invoice for invoice in detail.invoices if invoice.is_open]
    return PanelContent(
        row_id=client_id,
        title=row.name,
        pill=_pill(row),
        who=row.email or row.company,
        where=joined((row.phone, *dict.fromkeys(origin.where for origin in origins))),
        actions=_actions(detail),
        blocks=(
            *_sums(detail),
            Block(
                translate("Clients", "Open invoices"),
                tuple(invoice_entry(one, context) for one in open_invoices[:_SHOWN]),
            ),
            Block(
                translate("Clients", "Newest payments"),
                tuple(payment_entry(one, context) for one in paid[:_SHOWN]),
            ),
            Block(
                translate("Clients", "Subscriptions"),
                tuple(_subscription(one, context) for one in detail.subscriptions),
            ),
            Block(
                translate("Clients", "Ways to pay"),
                tuple(_method(one, context) for one in detail.methods),
            ),
            Block(translate("Clients", "About"), _about(detail, context)),
            Block(translate("Clients", "Made of"), _customers(detail, origins)),
            *(block for origin in still for block in origin.own_page()),
        ),
        hosts=tuple(dict.fromkeys(host for origin in origins for host in origin.hosts)),
    )


def fetch_client(business: Business, client_id: int, cancel: threading.Event) -> Changes:
    """Read all of a client's stored ways to pay from its provider; off the UI thread.

    Nobody is asked for a passphrase to look at a client: where the vault is not open yet, nothing is read.
    Raises: as :func:`read_client`.
    """
    from desktop.actions.clients import read_client

    if not business.vault.is_unlocked:
        return Changes()
    return read_client(business, client_id, cancel=cancel)


def _pill(row: ClientRow) -> PillCell | None:
    if row.status == "deleted":
        return PillCell(translate("Clients", "Deleted"), "neutral")
    if row.status == "mentioned":
        return PillCell(translate("Clients", "Not read yet"), "neutral")
    if row.outstanding:
        return PillCell(translate("Clients", "Owes {0}").format(sums_text(row.outstanding)), "info")
    return None


def _actions(detail: ClientDetail) -> tuple[Action, ...]:
    actions = []
    if detail.invoices:
        text = translate("Clients", "All invoices")
        actions.append(rows_of_client("invoices", text, detail.row.id))
    if detail.payments:
        text = translate("Clients", "All payments")
        actions.append(rows_of_client("payments", text, detail.row.id))
    return tuple(actions)


def _sums(detail: ClientDetail) -> tuple[Block, ...]:
    """What was paid, went back and is open: a block for each currency, titled where there are several."""
    blocks = []
    for one in detail.sums:
        told = (
            (translate("Clients", "Collected"), one.collected),
            (translate("Clients", "Refunded"), -one.refunds),
            (translate("Clients", "Outstanding"), one.outstanding),
        )
        entries = tuple(
            Entry(label, money_text(amount, one.currency, one.provider))
            for index, (label, amount) in enumerate(told)
            if amount or not index
        )
        blocks.append(
            Block(
                one.currency.upper() if len(detail.sums) > 1 else translate("Clients", "Totals"),
                entries,
            )
        )
    return tuple(blocks)


def _subscription(row: SubscriptionRow, context: RowContext) -> Entry:
    when = ""
    if row.cancel_at_period_end and row.current_period_end_at:
        when = translate("Clients", "Ends {0}").format(context.day_of(row.current_period_end_at))
    elif row.status in {"active", "trialing", "past_due"} and row.current_period_end_at:
        when = translate("Clients", "Next {0}").format(context.day_of(row.current_period_end_at))
    return Entry(
        row.title or translate("Clients", "Subscription"),
        detail=joined((price_text(row), when)),
        pill=subscription_pill(row),
    )


def _method(method: MethodRow, context: RowContext) -> Entry:
    expiry = ""
    if method.exp_month and method.exp_year:
        ended = f"{method.exp_year:04d}-{method.exp_month:02d}" < context.today[:7]
        told = translate("Clients", "Expired {0}") if ended else translate("Clients", "Expires {0}")
        expiry = told.format(f"{method.exp_month:02d}/{method.exp_year % 100:02d}")
    return Entry(
        method_text(method.kind, method.brand, method.last4),
        expiry,
        cut="middle",
        pill=PillCell(translate("Clients", "Default"), "neutral") if method.is_default else None,
    )


def _customers(detail: ClientDetail, origins: Sequence[Origin]) -> tuple[Entry, ...]:
    """The customers that the client is made of, each with the way out where there are several."""
    own = [link for link in detail.links if not link.merged_into]
    if len(detail.links) < 2:
        return ()
    entries = []
    for link, origin in zip(detail.links, origins, strict=True):
        detail_text = link.external_id
        action = None
        if link.merged_into:
            merged = translate("Clients", "{0}, merged by {1} itself")
            detail_text = merged.format(link.external_id, origin.provider)
        elif len(own) > 1:
            target = Target(wanted=((LINK, link.link_id),))
            action = Action("separate", translate("Clients", "Separate"), target)
        entries.append(Entry(origin.where, detail=detail_text, mark=link.provider, action=action))
    return tuple(entries)


def _about(detail: ClientDetail, context: RowContext) -> tuple[Entry, ...]:
    row, address = detail.row, detail.address
    told = [
        (translate("Clients", "Company"), row.company if row.company != row.name else ""),
        (translate("Clients", "Client since"), context.day_of(row.created_at) if row.created_at else ""),
    ]
    entries = [Entry(label, value) for label, value in told if value]
    address_text = joined((
        address.line1, address.line2,
        region().locality(address.city, address.region, address.postal_code, address.country),
        country_text(address.country) if address.country else "",
    ))  # fmt: skip
    if address_text:
        entries.append(Entry(translate("Clients", "Address"), detail=address_text))
    if detail.description:
        entries.append(Entry(translate("Clients", "Note"), detail=detail.description))
    for link in detail.links:
        if link.balance:
            label = translate("Clients", "Credit") if link.balance < 0 else translate("Clients", "Owed from credit")
            entries.append(Entry(label, money_text(abs(link.balance), link.currency or "usd", link.provider)))
    return tuple(entries)
