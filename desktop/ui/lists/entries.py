"""Cells and lines that more than one list has: amounts, invoices and payments that lead to their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.money import format_plain
from desktop.providers.registry import currencies_of
from desktop.ui.lists.origin import joined
from desktop.ui.lists.panel import Action, Entry, Target, to_row
from desktop.ui.lists.rows import Amount
from desktop.ui.lists.words import invoice_pill, method_text, payment_pill
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.queries.invoices import InvoiceRow
    from desktop.queries.payments import PaymentRow
    from desktop.ui.lists.source import RowContext


def amount_cell(amount: int, currency: str, provider: str | None, *, muted: bool = False, note: str = "") -> Amount:
    """An amount as it is shown and as it is copied, with a note below it."""
    plain = format_plain(amount, currency, currencies_of(provider))
    return Amount(money_text(amount, currency, provider), plain, muted, note)


def payment_entry(row: PaymentRow, context: RowContext) -> Entry:
    """A payment as a line that leads to it; one that simply succeeded needs no state."""
    plain = row.status == "succeeded" and not row.refunded and not row.disputed
    return Entry(
        joined((context.day_of(row.dated_at), method_text(row.method, row.brand, row.last4))),
        money_text(row.amount, row.currency, row.provider),
        pill=None if plain else payment_pill(row),
        target=to_row("payments", row.id),
        cut="middle",
    )


def invoice_entry(row: InvoiceRow, context: RowContext) -> Entry:
    """An invoice as a line that leads to it; the state of an open one has the amount."""
    return Entry(
        row.number or translate("Lists", "Draft without number"),
        "" if row.is_open else money_text(row.total, row.currency, row.provider),
        pill=invoice_pill(row, context.today),
        target=to_row("invoices", row.id),
        cut="middle",
    )


def client_action(client_id: int) -> tuple[Action, ...]:
    """A button that leads to the client; none for a row of nobody."""
    if not client_id:
        return ()
    return (Action("page", translate("Lists", "Client"), to_row("clients", client_id)),)


def rows_of_client(page: str, text: str, client_id: int) -> Action:
    """A button that leads to a page with this client's rows."""
    return Action("page", text, Target(page, (("client_id", client_id),)))
