"""Invoices: their columns and tabs, how a row reads, and what the panel says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.entries import amount_cell, client_action, payment_entry
from desktop.ui.lists.orders import location_entry
from desktop.ui.lists.origin import Origin, joined, origin_of
from desktop.ui.lists.page import ListPage
from desktop.ui.lists.panel import Action, Block, Entry, PanelContent
from desktop.ui.lists.plan import Focus, ListPlan
from desktop.ui.lists.rows import Column, PillCell, Row
from desktop.ui.lists.source import RowContext, row_context
from desktop.ui.lists.words import NOTHING, humanized, invoice_pill, word
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.actions.business import Business
    from desktop.queries.details import InvoiceDetail
    from desktop.queries.invoices import InvoiceEventRow, InvoiceRow, RequestRow
    from desktop.queries.invoices import Line as InvoiceLine


class InvoicesPage(ListPage):
    """Every invoice. Opened with ``status``, ``search``, ``client_id``, ``period``, ``location`` or ``row_id``."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"invoices", "payments", "credit_notes", "clients", "services", "integrations", "orders", "locations"}
    )

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        super().__init__(context, handle, _plan())


def _plan() -> ListPlan:
    return ListPlan(
        key="invoices",
        title=translate("Invoices", "Invoices"),
        listing="invoices",
        columns=(
            Column("number", translate("Invoices", "Number"), "text", 16, 0, cut="middle"),
            Column("client", translate("Invoices", "Client"), "text", 14, 3),
            Column(
                "issued",
                translate("Invoices", "Issued"),
                "muted",
                11,
                0,
                folds=True,
                newest_first=True,
            ),
            Column("due", translate("Invoices", "Due"), "muted", 12, 0, folds=True),
            Column("status", translate("Invoices", "Status"), "pill", 23, 1),
            Column("total", translate("Invoices", "Total"), "amount", 12, 1),
        ),
        tabs=(
            ("", translate("Invoices", "All")),
            ("draft", translate("Invoices", "Draft")),
            ("open", translate("Invoices", "Open")),
            ("late", translate("Invoices", "Late")),
            ("paid", translate("Invoices", "Paid")),
            ("void", translate("Invoices", "Void")),
            ("uncollectible", translate("Invoices", "Uncollectible")),
        ),
        show=show_invoice,
        open_row=open_invoice,
        counted=(
            translate("Invoices", "{0} invoice"),
            translate("Invoices", "{0} invoices"),
        ),
        picture="empty-invoices",
        empty=(
            translate("Invoices", "No invoices yet"),
            translate("Invoices", "Invoices from your connected accounts appear here as soon as they are synced."),
        ),
        unconnected=translate("Invoices", "Connect the account you bill with, and its invoices appear here."),
        gone=translate("Invoices", "This invoice is gone"),
        locations=True,
        focus={"late": Focus("due", kept=frozenset({"issued", "due"}), spared=frozenset({"total"}))},
    )


def show_invoice(row: InvoiceRow, context: RowContext) -> Row:
    """A row as the table has it."""
    return (
        row.number or NOTHING,
        row.client_name or NOTHING,
        context.day_cell(row.issued_day) if row.issued_day else context.day_of_cell(row.created_at),
        context.day_cell(row.due_day),
        invoice_pill(row, context.today),
        amount_cell(row.total, row.currency, row.provider, muted=row.status in {"void", "uncollectible"}),
    )


# --------------------------------------------------------------------------------------------------------- the panel


def open_invoice(business: Business, invoice_id: int) -> PanelContent | None:
    """What the panel shows of an invoice; None where it is gone. Called off the UI thread."""
    from desktop.queries.details import invoice_detail
    from desktop.queries.reading import ask

    detail = ask(business.books, invoice_detail, invoice_id)
    if detail is None:
        return None
    row, context = detail.row, row_context(business)
    origin = origin_of(business, row.integration_id, "invoices", row.external_id)
    return PanelContent(
        row_id=invoice_id,
        title=row.number or translate("Lists", "Draft without number"),
        pill=invoice_pill(row, context.today),
        who=row.client_name,
        where=joined((row.client_email, origin.where)),
        actions=_actions(detail, origin),
        blocks=(
            Block("", location_entry(detail.location_name, detail.location_id)),
            Block("", _lines(detail, context), _column_titles()),
            Block(translate("Invoices", "Asked for in parts"), _requests(detail, context)),
            Block(
                translate("Invoices", "Payments"),
                tuple(payment_entry(payment, context) for payment in detail.payments if payment.status != "open"),
            ),
            Block(translate("Invoices", "Credit notes"), _notes(detail, context)),
            Block(translate("Invoices", "History"), _history(detail, context), rules=False),
            *origin.own_page(),
        ),
        hosts=origin.hosts,
    )


def _column_titles() -> tuple[str, str]:
    return translate("Invoices", "Line"), translate("Invoices", "Amount")


def _actions(detail: InvoiceDetail, origin: Origin) -> tuple[Action, ...]:
    row, url = detail.row, detail.facts.hosted_url
    actions: list[Action] = []
    if row.status not in {"draft", "void"}:
        actions += origin.copy(translate("Invoices", "Copy link"), url, primary=row.is_open)
        actions += origin.link(translate("Invoices", "Open page"), url)
    actions += client_action(row.client_id)
    return tuple(actions)


def _lines(detail: InvoiceDetail, context: RowContext) -> tuple[Entry, ...]:
    row, facts = detail.row, detail.facts

    def money(amount: int) -> str:
        return money_text(amount, row.currency, row.provider)

    entries = [_line(line, money(line.amount), money(line.discount) if line.discount else "") for line in detail.lines]
    # Lines are after their discounts and before tax that is added; what is left over says which it was.
    rest = row.total - sum(line.amount for line in detail.lines)
    added = _added_by_order(detail)
    entries += [Entry(label, money(amount), muted=True) for label, amount in added]
    rest -= sum(amount for _, amount in added)
    # Some of the tax may lie inside the lines, some on top: the lines say how much is added, unless all or nothing is.
    on_top = rest if rest in {0, facts.tax} else sum(line.tax for line in detail.lines) if detail.lines else facts.tax
    if on_top:
        entries.append(Entry(translate("Invoices", "Tax"), money(on_top), muted=True))
        rest -= on_top
    if facts.tax - on_top > 0:
        included = translate("Invoices", "Tax, included")
        entries.append(Entry(included, money(facts.tax - on_top), muted=True))
    if rest and detail.lines:
        less, more = (
            translate("Invoices", "Discount"),
            translate("Invoices", "Other charges"),
        )
        entries.append(Entry(less if rest < 0 else more, money(rest), muted=True))
    if row.amount_remaining != row.total or not row.is_open:
        total = translate("Invoices", "Total")
        entries.append(Entry(total, money(row.total), strong=not row.is_open))
    if row.amount_paid and (row.is_open or row.amount_paid != row.total):
        entries.append(Entry(translate("Invoices", "Paid"), money(-row.amount_paid), muted=True))
    if row.is_open:
        entries += [Entry(label, money(amount), strong=True) for label, amount in _due(row, context)]
    return tuple(entries)


def _due(row: InvoiceRow, context: RowContext) -> list[tuple[str, int]]:
    """What is to be paid by when: what is late together, and what is due later."""
    due = translate("Invoices", "Due {0}")
    late = row.amount_late(context.today)
    if not late or late == row.amount_remaining:
        return [(due.format(context.day(row.due_day)), row.amount_remaining)]
    next_day = min(
        (part.due_day for part in row.due_parts if part.due_day and part.due_day >= context.today), default=None
    )
    since = translate("Invoices", "Late since {0}").format(context.day(row.due_day))
    return [(since, late), (due.format(context.day(next_day)), row.amount_remaining - late)]


def _added_by_order(detail: InvoiceDetail) -> list[tuple[str, int]]:
    """What the order that is billed adds to its lines beside tax."""
    order = detail.order
    if order is None or not detail.lines:
        return []
    told = (
        (translate("Orders", "Service charge"), order.service_charge),
        (translate("Orders", "Tip"), order.tip),
    )
    return [(label, amount) for label, amount in told if amount]


_PARTS: Final[Mapping[str, object]] = {
    "deposit": QT_TRANSLATE_NOOP("ListWords", "Deposit"),
    "instalment": QT_TRANSLATE_NOOP("ListWords", "Instalment"),
    "balance": QT_TRANSLATE_NOOP("ListWords", "Balance"),
}


def _requests(detail: InvoiceDetail, context: RowContext) -> tuple[Entry, ...]:
    """The parts by their due days; nothing where all is asked for at once."""
    if len(detail.requests) < 2:
        return ()
    instalments = sum(one.kind == "instalment" for one in detail.requests)
    entries, number = [], 0
    for one in detail.requests:
        known = _PARTS.get(one.kind)
        label = humanized(one.kind) if known is None else word(known)
        if one.kind == "instalment":
            number += 1
            if instalments > 1:
                text = translate("Invoices", "{0} {1} of {2}")
                label = text.format(label, number, instalments)
        due = translate("Invoices", "Due {0}").format(context.day(one.due_day)) if one.due_day else ""
        amount = money_text(one.amount, detail.row.currency, detail.row.provider)
        entries.append(Entry(label, amount, due, pill=_part_pill(one, detail.row, context)))
    return tuple(entries)


def _part_pill(part: RequestRow, row: InvoiceRow, context: RowContext) -> PillCell:
    if part.paid >= part.amount > 0:
        return PillCell(translate("Invoices", "Paid"), "accent")
    if row.is_open and part.due_day and part.due_day < context.today:
        return PillCell(translate("Invoices", "Late"), "danger")
    if part.paid:
        paid = money_text(part.paid, row.currency, row.provider)
        return PillCell(translate("Invoices", "Partly paid {0}").format(paid), "warning")
    tone = "info" if row.is_open else "neutral"
    return PillCell(translate("Invoices", "Open"), tone)


def _line(line: InvoiceLine, amount: str, discount: str) -> Entry:
    label = line.description or line.service or translate("Invoices", "Without description")
    if line.quantity not in {"", "1"} and not label.startswith(line.quantity):
        label = f"{line.quantity} × {label}"
    detail = translate("Invoices", "After a discount of {0}").format(discount) if discount else ""
    return Entry(label, amount, detail)


def _notes(detail: InvoiceDetail, context: RowContext) -> tuple[Entry, ...]:
    row = detail.row
    return tuple(
        Entry(
            note.number or context.day_of(note.created_at),
            money_text(-note.amount, row.currency, row.provider),
            joined((context.day_of(note.created_at) if note.number else "", humanized(note.reason))),
            muted=note.status == "void",
        )
        for note in detail.credit_notes
    )


_EVENTS: Final[Mapping[str, object]] = {
    "created": QT_TRANSLATE_NOOP("ListWords", "Created"),
    "finalized": QT_TRANSLATE_NOOP("ListWords", "Issued"),
    "payment": QT_TRANSLATE_NOOP("ListWords", "Payment of {0}"),
    "paid": QT_TRANSLATE_NOOP("ListWords", "Paid in full"),
    "voided": QT_TRANSLATE_NOOP("ListWords", "Voided"),
    "uncollectible": QT_TRANSLATE_NOOP("ListWords", "Given up as uncollectible"),
    "remaining": QT_TRANSLATE_NOOP("ListWords", "{0} left to pay, seen"),
    "credited": QT_TRANSLATE_NOOP("ListWords", "Credit note of {0}"),
    "uncredited": QT_TRANSLATE_NOOP("ListWords", "Credit note of {0} voided"),
}
#: What happened first where several things have one instant.
_ORDER: Final = tuple(_EVENTS)


def _history(detail: InvoiceDetail, context: RowContext) -> tuple[Entry, ...]:
    """Newest first; being late is not an event of the provider but follows from the due day."""
    row = detail.row
    ordered = sorted(detail.history, key=lambda one: (one.at, _rank(one)), reverse=True)
    entries = [_event(one, row, context) for one in ordered]
    if row.days_late(context.today) > 0 and row.due_day:
        from desktop.periods import add_days, local_midnight

        first = add_days(row.due_day, 1)
        began = local_midnight(first, context.zone)
        index = sum(one.at >= began for one in ordered)
        entries.insert(index, Entry(translate("Invoices", "Became late"), context.day(first)))
    return tuple(entries)


def _rank(event: InvoiceEventRow) -> int:
    return _ORDER.index(event.kind) if event.kind in _ORDER else len(_ORDER)


def _event(event: InvoiceEventRow, row: InvoiceRow, context: RowContext) -> Entry:
    known = _EVENTS.get(event.kind)
    if known is None:
        label = humanized(event.kind)
    else:
        amount = money_text(event.amount, row.currency, row.provider)
        label = word(known).format(amount)
    return Entry(label, context.moment(event.at))
