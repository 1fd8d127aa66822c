"""A shop: one connected account of some books, things to let in by the door, and a look at what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from sqlalchemy import Table, insert, select

from desktop.books.books import Books
from desktop.books.packing import unpack
from desktop.books.tables import Base, Client, ClientLink, Integration, IntegrationData
from desktop.books.tables.base import table_of
from desktop.records import (
    Applied,
    AttemptRecord,
    BalanceEntryRecord,
    ClientBalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
    Deletion,
    DisputeRecord,
    InventoryCountRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    LocationRecord,
    OrderRecord,
    PaymentLinkRecord,
    PaymentMethodRecord,
    PaymentRecord,
    PayoutRecord,
    Record,
    RefundRecord,
    ServiceRecord,
    SourceObject,
    SubscriptionRecord,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
    Version,
)

ZONE = "Europe/Berlin"
STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Hypothesis, the same every time and whatever the machine's speed."""

TYPES: dict[type, str] = {
    ClientRecord: "customer",
    InvoiceRecord: "invoice",
    InvoicePaymentRecord: "invoice_payment",
    CreditNoteRecord: "credit_note",
    ClientBalanceEntryRecord: "customer_balance_transaction",
    PaymentRecord: "payment_intent",
    AttemptRecord: "charge",
    RefundRecord: "refund",
    DisputeRecord: "dispute",
    BalanceEntryRecord: "balance_transaction",
    PayoutRecord: "payout",
    SubscriptionRecord: "subscription",
    ServiceRecord: "product",
    PaymentMethodRecord: "payment_method",
    LocationRecord: "location",
    OrderRecord: "order",
    InventoryCountRecord: "inventory_count",
    TerminalDeviceRecord: "device",
    TerminalCheckoutRecord: "checkout",
    PaymentLinkRecord: "payment_link",
}

_INTEGRATION = table_of(Integration)
_DATA = table_of(IntegrationData)
_LINK = table_of(ClientLink)
_CLIENT = table_of(Client)
_uuids = count(1)


def at(text: str) -> int:
    """An instant given in UTC, in milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def read_at(
    record: Record, external_id: str, low: int, high: int | None = None, native: int | None = None, **body: Any
) -> SourceObject:
    """An object as it was read somewhere in ``low..high``; ``body`` is said beside what the record says."""
    said = {"id": external_id, **json.loads(json.dumps(asdict(record))), **body}
    return SourceObject(
        TYPES[type(record)], external_id, Version(low, high if high is not None else low, native), said, record
    )


def gone_at(
    data_type: str,
    external_id: str,
    low: int,
    high: int | None = None,
    *,
    stated: bool = True,
    merged_into: str = "",
) -> SourceObject:
    """A deletion: stated by the provider, or inferred from a complete pass; of a customer merged with another."""
    deletion = Deletion.STATED if stated else Deletion.INFERRED
    body = {"id": external_id, "deleted": True} if stated else {}
    return SourceObject(
        data_type, external_id, Version(low, high if high is not None else low), body, None, deletion, merged_into
    )


class Shop:
    """One account. Its rows are told apart from other shops' in the same books by the account's id."""

    def __init__(self, books: Books) -> None:
        self.books = books
        with books.write() as writer:
            row = {
                "user_id": 1, "type": "payments", "name": "", "provider": "stripe", "label": "", "account_id": "",
                "mode": "test", "status": "active", "attention": "", "country": "", "currency": "usd", "config": {},
                "row_uuid": f"shop-{next(_uuids)}", "created_at": 0,
            }  # fmt: skip
            made = insert(_INTEGRATION).values(row).returning(_INTEGRATION.c.id)
            self.id = int(writer.connection.execute(made).scalar_one())

    def take(self, *objects: SourceObject, settled: bool = False) -> Applied:
        """Let objects in at once, in a transaction of their own."""
        with self.books.write(durable=False) as writer:
            return self.books.apply(writer, self.id, objects, settled=settled)

    def take_in_turn(self, batches: Iterable[Sequence[SourceObject]]) -> None:
        """Let one batch in after the other."""
        for batch in batches:
            self.take(*batch)

    def body(self, data_type: str, external_id: str) -> dict[str, Any] | None:
        """What is stored of an object."""
        query = select(_DATA.c.data).where(
            _DATA.c.integration_id == self.id, _DATA.c.data_type == data_type, _DATA.c.external_id == external_id
        )
        with self.books.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else unpack(found)

    def rows(self, table: str | Table, *, columns: Sequence[str] = (), ids: bool = False) -> list[dict[str, Any]]:
        """The shop's rows of a table in a fixed order, links told by the customer's id, row ids only if asked for."""
        source = Base.metadata.tables[table] if isinstance(table, str) else table
        with self.books.read() as connection:
            links = {row.id: row.external_id for row in connection.execute(select(_LINK.c.id, _LINK.c.external_id))}
            found = connection.execute(select(source).where(source.c.integration_id == self.id)).mappings().all()
        plain = [
            {name: _plain(row[name]) for name in row if ids or name not in {"id", "integration_id"}} for row in found
        ]
        for row in plain:
            if "client_link_id" in row:
                row["client_link_id"] = links.get(row["client_link_id"], "")
        if columns:
            plain = [{name: row[name] for name in columns} for row in plain]
        return sorted(plain, key=repr)

    def only(self, table: str, *columns: str) -> dict[str, Any]:
        """The columns of the shop's one row of a table."""
        (row,) = self.rows(table, columns=columns)
        return row

    def days(self) -> dict[tuple[str, str], tuple[int, int]]:
        """The sums that are not zero, as (amount, count) by day and measure: of a shop with one currency and place."""
        rows = self.everything()["daily_totals"]
        return {(row["day"], row["measure"]): (row["amount"], row["count"]) for row in rows}

    def clients(self) -> list[dict[str, Any]]:
        """The clients behind the shop's customers."""
        query = (
            select(_LINK.c.external_id, *(column for column in _CLIENT.c if column.name != "id"))
            .join(_CLIENT, _CLIENT.c.id == _LINK.c.client_id)
            .where(_LINK.c.integration_id == self.id)
            .order_by(_LINK.c.external_id)
        )
        with self.books.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
        return [_without(row, "origin_integration_id") for row in found]

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the shop exactly as it is stored, in every table."""
        tables = [table for table in Base.metadata.sorted_tables if "integration_id" in table.c]
        with self.books.read() as connection:
            found = {
                table.name: [
                    tuple(row) for row in connection.execute(select(table).where(table.c.integration_id == self.id))
                ]
                for table in tables
            }
            clients = select(_CLIENT).where(_CLIENT.c.origin_integration_id == self.id)
            found["clients"] = [tuple(row) for row in connection.execute(clients)]
        return {name: sorted(rows, key=repr) for name, rows in found.items()}

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows that follow from the objects, and the totals that are not zero."""
        shown = {name: self.rows(name) for name in PROJECTIONS}
        shown["client_links"] = sorted((_without(row, "client_id") for row in shown["client_links"]), key=repr)
        shown["invoice_events"] = [row for row in shown["invoice_events"] if not row["observed"]]
        for name, sums in TOTALS.items():
            shown[name] = [row for row in self.rows(name) if any(row[column] for column in sums)]
        shown["clients"] = self.clients()
        return shown


PROJECTIONS = (
    "invoices", "invoice_lines", "invoice_payments", "invoice_events", "credit_notes", "client_balance_entries",
    "payments", "payment_attempts", "refunds", "disputes", "balance_entries", "payouts", "subscriptions",
    "subscription_items", "services", "payment_methods", "client_links", "service_allocations", "locations", "orders",
    "order_lines", "inventory_counts", "terminal_devices", "terminal_checkouts", "terminal_payments", "payment_links",
    "invoice_requests", "payment_parts",
)  # fmt: skip
COUNTED = (
    "invoices", "invoice_payments", "credit_notes", "client_balance_entries", "payments", "payment_attempts", "refunds",
    "disputes", "balance_entries", "payouts", "subscriptions", "services", "payment_methods", "locations", "orders",
    "inventory_counts", "terminal_devices", "terminal_checkouts", "payment_links",
)  # fmt: skip
"""The projections of which each row is one object's."""
TOTALS = {
    "daily_totals": ("amount", "count"),
    "client_totals": ("collected", "refunds", "payments"),
    "service_totals": ("amount",),
    "row_counts": ("count",),
}


def _without(row: dict[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column}


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, bytes) else value
