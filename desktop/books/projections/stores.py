"""Stock, and card readers' checkouts with the payments they led to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.projections.rows import project_facts
from desktop.books.tables import InventoryCount, TerminalCheckout, TerminalPayment
from desktop.books.tables.base import table_of
from desktop.records import InventoryCountRecord, TerminalCheckoutRecord

_LED_TO = table_of(TerminalPayment)


def project_counts(context: Context, records: Sequence[tuple[str, InventoryCountRecord]]) -> None:
    """Write how much there is, with numbers to sort and compare by."""
    project_facts(
        context, table_of(InventoryCount), InventoryCountRecord, records,
        quantity_e5=lambda record: hundred_thousandths(record.quantity),
    )  # fmt: skip


def hundred_thousandths(quantity: str) -> int:
    """A decimal as an integer to sort and compare by, to five places. What is no number is 0."""
    try:
        return int(Decimal(quantity).scaleb(5))
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def project_checkouts(context: Context, records: Sequence[tuple[str, TerminalCheckoutRecord]]) -> None:
    """Write sales that were sent to a card reader, and which payments they led to."""
    project_facts(context, table_of(TerminalCheckout), TerminalCheckoutRecord, records)
    account = context.integration_id
    drop = context.shelf.keep(
        "drop terminal payments",
        lambda: delete(_LED_TO).where(
            _LED_TO.c.integration_id == bindparam("of"), _LED_TO.c.checkout_ref == bindparam("ref")
        ),
    )
    context.writer.run_many(drop, [(account, ref) for ref, _ in records])
    led_to = [(account, payment, ref) for ref, record in records for payment in dict.fromkeys(record.payment_refs)]
    columns = ("integration_id", "payment_ref", "checkout_ref")
    context.writer.run_many(context.shelf.insert(_LED_TO, columns), led_to)
