"""Locations: their columns and tabs, how a row reads, and what the panel says of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from desktop.money import format_plain
from desktop.providers.registry import currencies_of
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.orders import checkout_pill, device_pill, rows_of_location, some
from desktop.ui.lists.origin import joined, origin_of
from desktop.ui.lists.page import ListPage
from desktop.ui.lists.panel import Action, Block, Entry, PanelContent, to_row
from desktop.ui.lists.plan import ListPlan
from desktop.ui.lists.rows import Amount, Column, Marked, PillCell, Row, TwoLines
from desktop.ui.lists.source import RowContext, row_context
from desktop.ui.lists.words import NOTHING, humanized, method_text, payment_pill, sums_text
from desktop.ui.translation import translate
from desktop.ui.wording import country_text, money_text, month_name, region

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.listing import Sum
    from desktop.queries.location_detail import LocationCheckout, LocationDetail, LocationLink, LocationSale
    from desktop.queries.locations import LocationRow


class LocationsPage(ListPage):
    """Every location. Opened with ``status``, ``search`` or ``row_id``."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"locations", "totals", "payments", "orders", "terminal_devices", "terminal_checkouts", "payment_links",
         "integrations"}
    )  # fmt: skip

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        super().__init__(context, handle, _plan())


def _plan() -> ListPlan:
    return ListPlan(
        key="locations",
        title=translate("Locations", "Locations"),
        listing="locations",
        columns=(
            Column("name", translate("Locations", "Name"), "two-line", 22, 2),
            Column("city", translate("Locations", "City"), "muted", 12, 1, folds=True),
            Column(
                "account", translate("Locations", "Account"), "marked", 18, 3, sortable=False,
                folds=True,
            ),
            Column(
                "sales", translate("Locations", "Sales this month"), "amount", 16, 1, sortable=False
            ),
            Column("tips", translate("Locations", "Tips"), "amount", 11, 0, sortable=False),
            Column("refunds", translate("Locations", "Refunds"), "amount", 11, 0, sortable=False),
        ),
        tabs=(
            ("", translate("Locations", "All")),
            ("active", translate("Locations", "Active")),
            ("inactive", translate("Locations", "Inactive")),
        ),
        show=show_location,
        open_row=open_location,
        counted=(
            translate("Locations", "{0} location"),
            translate("Locations", "{0} locations"),
        ),
        picture="empty-locations",
        empty=(
            translate("Locations", "No locations yet"),
            translate(
"Locations", "The shops and stalls of your connected accounts appear here as soon as they are synced."
),
        ),
        unconnected=translate("Locations", "Connect the account you sell with, and its locations appear here."),
        gone=translate("Locations", "This location is gone"),
        periods=False,
        tall=True,
        sort="name",
        totals=sum_up,
    )  # fmt: skip


def sum_up(sums: Mapping[str, tuple[Sum, ...]], today: str) -> tuple[tuple[str, str], ...]:
    """What the listed locations took together this month."""
    if not any(sums.values()):
        return ()
    month = translate("Locations", "Sales in {0}").format(month_name(today[:7]))
    parts = (
        (translate("Locations", "tips"), sums["tips"]),
        (translate("Locations", "refunds"), sums["refunds"]),
    )
    return ((month, sums_text(sums["collected"])), *((label, sums_text(found)) for label, found in parts if found))


def show_location(row: LocationRow, context: RowContext) -> Row:
    """A row as the table has it. A closed location is quiet."""
    return (
        TwoLines(row.name or NOTHING, joined((_status(row), _kind(row)))),
        row.city or NOTHING,
        Marked(context.accounts.get(row.integration_id, ""), row.provider),
        _sums_cell(row.sales, muted=row.status != "active"),
        _sums_cell(row.tips, muted=True),
        _sums_cell(row.refunds, muted=True),
    )


def _sums_cell(sums: Sequence[Sum], *, muted: bool) -> Amount:
    """The largest currency, the others small below it."""
    if not sums:
        return Amount(NOTHING, "", muted=True)
    first, *others = sums
    return Amount(
        money_text(first.amount, first.currency, first.provider),
        format_plain(first.amount, first.currency, currencies_of(first.provider)),
        muted,
        sums_text(others) if others else "",
    )


def _status(row: LocationRow) -> str:
    if row.status != "active":
        return translate("Locations", "Inactive")
    return translate("Locations", "Main location") if row.main else ""


def _kind(row: LocationRow) -> str:
    kinds = {
        "mobile": translate("Locations", "On the move"),
        "physical": translate("Locations", "Shop"),
    }
    return kinds.get(row.kind, humanized(row.kind))


# --------------------------------------------------------------------------------------------------------- the panel


def open_location(business: Business, location_id: int) -> PanelContent | None:
    """What the panel shows of a location; None where it is gone. Called off the UI thread."""
    from desktop.queries.location_detail import location_detail
    from desktop.queries.reading import ask

    detail = ask(business.books, location_detail, location_id, business.today())
    if detail is None:
        return None
    row, context = detail.row, row_context(business)
    origin = origin_of(business, row.integration_id, "locations", row.external_id)
    return PanelContent(
        row_id=location_id,
        title=row.name or NOTHING,
        pill=_pill(row),
        who=joined((translate("Locations", "Main location") if row.main else "", _kind(row))),
        where=origin.where,
        actions=_actions(row),
        blocks=(
            Block(month_name(row.month), _month(row)),
            Block(translate("Locations", "About"), _facts(detail)),
            *origin.own_page(),
            Block(translate("Locations", "Card readers"), _devices(detail)),
            Block(
                translate("Locations", "Latest sales"),
                tuple(_sale(one, context) for one in detail.sales),
            ),
            Block(
                translate("Locations", "Open orders"),
                tuple(
                    Entry(
                        order.title or order.reference or translate("Locations", "Order"),
                        money_text(order.total, order.currency, order.provider),
                        joined((context.moment(order.created_at), order.client_name)),
                    )
                    for order in detail.open_orders
                ),
            ),
            Block(
                translate("Locations", "Sent to card readers"),
                tuple(_checkout(one, context) for one in detail.checkouts),
            ),
            Block(
                translate("Locations", "Payment links"),
                tuple(_link(one, context) for one in detail.links),
            ),
        ),
        hosts=origin.hosts,
    )


def _pill(row: LocationRow) -> PillCell:
    if row.status == "active":
        return PillCell(translate("Locations", "Active"), "accent")
    return PillCell(translate("Locations", "Inactive"), "neutral")


def _actions(row: LocationRow) -> tuple[Action, ...]:
    return (
        Action(
            "page",
            translate("Locations", "Payments"),
            rows_of_location("payments", row.external_id),
            primary=True,
        ),
        Action("page", translate("Locations", "Invoices"), rows_of_location("invoices", row.external_id)),
    )


def _month(row: LocationRow) -> tuple[Entry, ...]:
    count = (
        translate("Locations", "1 payment")
        if row.payments == 1
        else translate("Locations", "{0} payments").format(f"{row.payments:,}")
    )
    if not row.sales and not row.refunds:
        return (Entry(translate("Locations", "Nothing was sold here this month"), muted=True),)
    entries = [Entry(translate("Locations", "Sales"), sums_text(row.sales), count, strong=True)]
    if row.tips:
        entries.append(Entry(translate("Locations", "Tips, included"), sums_text(row.tips)))
    if row.refunds:
        entries.append(Entry(translate("Locations", "Refunds"), sums_text(row.refunds)))
    return tuple(entries)


def _facts(detail: LocationDetail) -> tuple[Entry, ...]:
    row = detail.row
    town = region().locality(row.city, detail.region, detail.postal_code, row.country)
    lines = (row.address_line1, detail.address_line2, town)
    country = country_text(row.country) if row.country else ""
    address = "\n".join(part for part in (*lines, country) if part)
    told = some(
        (
            Entry(translate("Locations", "Phone"), row.phone),
            Entry(translate("Locations", "Email"), row.email),
            Entry(translate("Locations", "Currency"), row.currency.upper()),
            Entry(translate("Locations", "Time zone"), row.timezone.replace("_", " ")),
        )
    )
    where = (Entry(translate("Locations", "Address"), "", address),) if address else ()
    said = (Entry(translate("Locations", "Description"), "", detail.description),) if detail.description else ()
    return (*where, *told, *said)


def _devices(detail: LocationDetail) -> tuple[Entry, ...]:
    unnamed = translate("Locations", "Card reader")
    return tuple(
        Entry(device.name or unnamed, "", device.model, pill=device_pill(device.status)) for device in detail.devices
    )


def _sale(sale: LocationSale, context: RowContext) -> Entry:
    row = sale.row
    plain = not row.refunded and not row.disputed
    title = sale.title or row.description or row.client_name
    return Entry(
        title or translate("Locations", "Sale"),
        money_text(row.amount, row.currency, row.provider),
        joined((context.moment(row.dated_at), method_text(row.method, row.brand, row.last4))),
        pill=None if plain else payment_pill(row),
        target=to_row("payments", row.id),
    )


def _checkout(checkout: LocationCheckout, context: RowContext) -> Entry:
    row = checkout.row
    return Entry(
        row.note or row.reference or context.day_of(row.created_at),
        money_text(row.amount, row.currency, row.provider),
        joined((context.moment(row.created_at), row.device_name)),
        pill=checkout_pill(row.status),
        target=to_row("payments", checkout.payment_id) if checkout.payment_id is not None else None,
    )


def _link(link: LocationLink, context: RowContext) -> Entry:
    row, paid = link.row, link.payment_id is not None
    return Entry(
        row.name or row.description or translate("Locations", "Payment link"),
        "" if row.amount is None else money_text(row.amount, row.currency, row.provider),
        context.moment(row.created_at),
        pill=PillCell(translate("Locations", "Paid"), "accent")
        if paid
        else PillCell(translate("Locations", "Open"), "info"),
        target=to_row("payments", link.payment_id) if link.payment_id is not None else None,
    )
