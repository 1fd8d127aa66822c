"""The register of record kinds: what is made of each kind of object that comes in by the door, one row a kind.

A new kind of record is a dataclass in ``desktop/records.py``, a table with columns named like its fields, and a row
here. Where a row of the table says no more than the record does, that is all: ``project`` is left out. Everything else
of it is presentation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import Table

from desktop.books.projections import billing, disputes, ledger, orders, payments, people, stores, subscriptions
from desktop.books.projections.allocations import allocate
from desktop.books.projections.context import Context
from desktop.books.projections.merging import merge_clients
from desktop.books.projections.rows import hide, project_facts
from desktop.books.tables import (
    BalanceEntry,
    Base,
    ClientBalanceEntry,
    ClientLink,
    CreditNote,
    Dispute,
    InventoryCount,
    Invoice,
    InvoicePayment,
    Location,
    Order,
    Payment,
    PaymentAttempt,
    PaymentLink,
    PaymentMethod,
    Payout,
    Refund,
    Service,
    Subscription,
    TerminalCheckout,
    TerminalDevice,
)
from desktop.books.tables.base import table_of
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientBalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
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
)

Records: TypeAlias = Sequence[tuple[str, Any]]
"""Records by the provider's id of their objects."""

Project: TypeAlias = Callable[[Context, Records], None]
"""Makes rows of records."""

ProjectSeen: TypeAlias = Callable[[Context, Records, Mapping[str, int]], None]
"""The same, and keeps what was seen when: it is told the instant (ms) at which each state was read."""

Remove: TypeAlias = Callable[[Context, Sequence[str]], None]
"""Takes the objects of these ids out of the lists, with what follows from that."""


class Deletion(Enum):
    """What the deletion of an object does to its rows, where nothing else follows from it."""

    HIDES = "hides"  # they leave the lists; what stands on them stays
    NOTHING = "nothing"  # the provider never deletes one
    # Money that moved is never hidden: no provider deletes it either. Only where mapping an object anew makes another
    # kind of row of it, or none, are its rows taken away.
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is made of one kind of record.

    ``name`` is kept with each object (``integration_data.kind``). ``table`` has its rows, which are what the record
    says where neither ``project`` nor ``history`` makes them. ``tells`` are the tables whose views hear of it: its own
    where nothing is said.
    """

    name: str
    record: type[Any]
    model: type[Base]
    deletion: Deletion | Remove
    project: Project | None = None
    history: ProjectSeen | None = None
    tells: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table that has its rows."""
        return table_of(self.model)

    @property
    def told(self) -> tuple[str, ...]:
        """The tables whose views hear of it."""
        return self.tells or (self.table.name,)


_HIDES, _NOTHING, _MONEY = Deletion.HIDES, Deletion.NOTHING, Deletion.MONEY

KINDS: Final[tuple[Kind, ...]] = (
    Kind("client", ClientRecord, ClientLink, people.remove_clients, project=people.project_clients, tells=("clients",)),
    Kind("service", ServiceRecord, Service, _HIDES),
    Kind("subscription", SubscriptionRecord, Subscription, _HIDES, project=subscriptions.project_subscriptions),
    Kind("payment_method", PaymentMethodRecord, PaymentMethod, _HIDES),
    Kind("payout", PayoutRecord, Payout, _MONEY, project=ledger.project_payouts),
    Kind(
        "credit_note", CreditNoteRecord, CreditNote, _HIDES, project=billing.project_credit_notes,
        tells=("credit_notes", "invoices"),
    ),
    Kind("client_balance_entry", ClientBalanceEntryRecord, ClientBalanceEntry, _NOTHING, tells=("clients",)),
    Kind("location", LocationRecord, Location, _HIDES),
    Kind("inventory_count", InventoryCountRecord, InventoryCount, _HIDES, project=stores.project_counts),
    Kind("terminal_device", TerminalDeviceRecord, TerminalDevice, _HIDES),
    Kind(
        "terminal_checkout", TerminalCheckoutRecord, TerminalCheckout, _NOTHING, project=stores.project_checkouts
    ),
    Kind("payment_link", PaymentLinkRecord, PaymentLink, _HIDES),
    Kind("order", OrderRecord, Order, _NOTHING, project=orders.project_orders),  # it is cancelled instead
    Kind("invoice", InvoiceRecord, Invoice, billing.remove_invoices, history=billing.project_invoices),
    Kind(
        "invoice_payment", InvoicePaymentRecord, InvoicePayment, billing.remove_shares,
        project=billing.project_shares, tells=("invoices",),
    ),
    Kind("dispute", DisputeRecord, Dispute, _MONEY, project=disputes.project_disputes),
    Kind("attempt", AttemptRecord, PaymentAttempt, _MONEY, project=payments.project_attempts, tells=("payments",)),
    Kind("payment", PaymentRecord, Payment, _NOTHING, project=payments.project_intents),
    Kind("balance_entry", BalanceEntryRecord, BalanceEntry, _MONEY, project=ledger.project_entries),
    Kind("refund", RefundRecord, Refund, _MONEY, history=payments.project_refunds),
)  # fmt: skip
"""Every kind, in the order in which those of one batch are projected: what others look up comes first."""

_BY_RECORD: Final[Mapping[type[Any], Kind]] = {kind.record: kind for kind in KINDS}
_BY_NAME: Final[Mapping[str, Kind]] = {kind.name: kind for kind in KINDS}


class Removal(NamedTuple):
    """An object that is no more: of which kind it was, and for a customer the one that it was merged with."""

    kind: str
    ref: str
    merged_into: str = ""


def name_of(record: Record) -> str:
    """The name of a record's kind."""
    return _BY_RECORD[type(record)].name


def project(context: Context, objects: Iterable[SourceObject]) -> None:
    """Write the rows of objects, kind by kind."""
    by_record: dict[type[Any], list[SourceObject]] = defaultdict(list)
    for item in objects:
        by_record[type(item.record)].append(item)
    for kind in KINDS:
        items = by_record.get(kind.record)
        if not items:
            continue
        records = [(item.external_id, item.record) for item in items]
        if kind.history is not None:
            kind.history(context, records, {item.external_id: item.version.high for item in items})
        elif kind.project is not None:
            kind.project(context, records)
        else:
            project_facts(context, kind.table, kind.record, records)
        context.tables.update(kind.told)


def remove(context: Context, gone: Iterable[Removal], *, anew: bool) -> None:
    """Do what the deletion of objects does; mapping ``anew`` also takes money's rows away."""
    gone = list(gone)
    merged = [(item.ref, item.merged_into) for item in gone if item.merged_into]
    if merged:
        merge_clients(context, merged)
    by_name: dict[str, list[str]] = defaultdict(list)
    for item in gone:
        if not item.merged_into:
            by_name[item.kind].append(item.ref)
    for name, refs in by_name.items():
        kind = _BY_NAME.get(name)
        if kind is None or kind.deletion is Deletion.NOTHING:
            continue
        if kind.deletion is Deletion.HIDES:
            hide(context, kind.table, refs)
        elif kind.deletion is not Deletion.MONEY:
            kind.deletion(context, refs)
        elif anew:
            payments.drop(context, kind.table, refs)
        else:
            continue
        context.tables.update(kind.told)


def settle(context: Context) -> None:
    """Write what follows from several kinds together, once all rows of a batch are written."""
    payments.compose_payments(context)
    orders.tell_payments(context)
    allocate(context)
