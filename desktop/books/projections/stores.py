"""Places, stock, card readers and payment links: one record, one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.tables import (
    InventoryCount,
    Location,
    PaymentLink,
    TerminalCheckout,
    TerminalDevice,
    TerminalPayment,
)
from desktop.books.tables.base import table_of
from desktop.records import (
    InventoryCountRecord,
    LocationRecord,
    PaymentLinkRecord,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
)

_CHECKOUT = table_of(TerminalCheckout)
_LED_TO = table_of(TerminalPayment)
_KEYS = ("integration_id", "external_id")
_LOCATION_FACTS = (
    "name", "status", "currency", "main", "kind", "timezone", "country", "address_line1", "address_line2", "city",
    "postal_code", "region", "phone", "email", "description", "created_at",
)  # fmt: skip
_COUNT_FACTS = ("service_ref", "location_ref", "state", "quantity", "created_at")
_DEVICE_FACTS = ("name", "model", "status", "created_at", "location_ref")
_CHECKOUT_FACTS = (
    "status", "amount", "currency", "device_ref", "order_ref", "reference", "note", "cancel_reason", "created_at",
    "location_ref",
)  # fmt: skip
_LINK_FACTS = ("url", "order_ref", "name", "description", "created_at", "updated_at", "location_ref")

Project = Callable[[Context, Sequence[tuple[str, Any]]], None]


def _plainly(table: Any, facts: Sequence[str], kind: str) -> Project:
    """Rows that are what the record says, shown again where they had been hidden; ``kind`` hears of it."""
    columns, read = (*_KEYS, "deleted", *facts), attrgetter(*facts)

    def project(context: Context, records: Sequence[tuple[str, Any]]) -> None:
        rows = [(context.integration_id, ref, False, *read(record)) for ref, record in records]
        context.writer.run_many(context.shelf.upsert(table, _KEYS, columns), rows)
        context.kinds.add(kind)

    return project


def _project_counts(context: Context, records: Sequence[tuple[str, InventoryCountRecord]]) -> None:
    table, read = table_of(InventoryCount), attrgetter(*_COUNT_FACTS)
    rows = [
        (context.integration_id, ref, False, hundred_thousandths(record.quantity), *read(record))
        for ref, record in records
    ]
    context.writer.run_many(context.shelf.upsert(table, _KEYS, (*_KEYS, "deleted", "quantity_e5", *_COUNT_FACTS)), rows)
    context.kinds.add("inventory_counts")


def hundred_thousandths(quantity: str) -> int:
    """A decimal as an integer to sort and compare by, to five places. What is no number is 0."""
    try:
        return int(Decimal(quantity).scaleb(5))
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _project_checkouts(context: Context, records: Sequence[tuple[str, TerminalCheckoutRecord]]) -> None:
    read = attrgetter(*_CHECKOUT_FACTS)
    account = context.integration_id
    rows = [(account, ref, *read(record)) for ref, record in records]
    context.writer.run_many(context.shelf.upsert(_CHECKOUT, _KEYS, (*_KEYS, *_CHECKOUT_FACTS)), rows)
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
    context.kinds.add("terminal_checkouts")


STORES: Sequence[tuple[type, Project]] = (
    (LocationRecord, _plainly(table_of(Location), _LOCATION_FACTS, "locations")),
    (InventoryCountRecord, _project_counts),
    (TerminalDeviceRecord, _plainly(table_of(TerminalDevice), _DEVICE_FACTS, "terminal_devices")),
    (TerminalCheckoutRecord, _project_checkouts),
    (PaymentLinkRecord, _plainly(table_of(PaymentLink), _LINK_FACTS, "payment_links")),
)
"""How each of these records becomes rows."""
