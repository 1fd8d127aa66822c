"""All sums and counts from nothing: after a change of zone, and as the test that the moving sums are right.

The same contributions as at the door, added up over every row, so that a rebuild and the moving sums can only differ
by a fault. Rows are read in pages: memory stays flat but for the sums themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, literal_column, select, update

from desktop.books.counting import add_counts, count_rows
from desktop.books.database import Writer
from desktop.books.kinds import KINDS
from desktop.books.projections.allocations import Share, allocate, computed_shares, stored_shares, total_key
from desktop.books.projections.context import Context
from desktop.books.rollups import (
    PAYMENT_COLUMNS,
    Bill,
    DisputeSums,
    EntrySums,
    InvoiceSums,
    Part,
    PaymentSums,
    PayoutSums,
    RefundSums,
    Totals,
)
from desktop.books.settings import SUMS_DUE, TIMEZONE, drop_setting, write_setting
from desktop.books.statements import Shelf
from desktop.books.tables import (
    BalanceEntry,
    ClientTotal,
    DailyTotal,
    Dispute,
    Integration,
    Invoice,
    Payment,
    PaymentAttempt,
    PaymentPart,
    Payout,
    Refund,
    RowCount,
    ServiceAllocation,
    ServiceTotal,
)
from desktop.books.tables.base import table_of
from desktop.periods import DayClock

if TYPE_CHECKING:
    from desktop.books.books import Books

_PAGE = 2_000
_PAYMENT = table_of(Payment)
_ATTEMPT = table_of(PaymentAttempt)
_PART = table_of(PaymentPart)
_REFUND = table_of(Refund)
_ENTRY = table_of(BalanceEntry)
_DISPUTE = table_of(Dispute)
_INVOICE = table_of(Invoice)
_PAYOUT = table_of(Payout)
_INTEGRATION = table_of(Integration)
_DAILY = table_of(DailyTotal)
_CLIENT = table_of(ClientTotal)
_ALLOCATION = table_of(ServiceAllocation)
_SERVICE = table_of(ServiceTotal)
_COUNT = table_of(RowCount)
_SUMS = (_DAILY, _CLIENT, _ALLOCATION, _SERVICE, _COUNT)
_COUNTED = tuple(kind.table for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored sum that is not what the rows add up to. ``key`` names its row."""

    table: str
    key: tuple[Any, ...]
    stored: tuple[int, ...]
    expected: tuple[int, ...]


Check = Callable[[Writer], None]
"""Sees to it that a transaction is still ours to write."""


def rebuild_totals(books: Books, integration_id: int | None = None, *, check: Check | None = None) -> None:
    """Compute the sums of one account, or of all, from the rows and put them in place of the stored ones.

    One transaction. ``check`` is asked at its beginning and at its end, which may be long after.
    Raises: ClosedBooksError where the books cannot be written, and what ``check`` raises.
    """
    with _checked(books, check) as writer:
        _rebuild(writer, books.days, integration_id)


@contextmanager
def _checked(books: Books, check: Check | None) -> Iterator[Writer]:
    """A transaction that is ours from its beginning to its end: nothing else is written as long as it lasts."""
    with books.write() as writer:
        if check is not None:
            check(writer)
        yield writer
        if check is not None:
            check(writer)


def _rebuild(writer: Writer, clock: DayClock, integration_id: int | None) -> None:
    connection, shelf = writer.connection, Shelf(writer.statements)
    for table in _SUMS:
        query = delete(table)
        if integration_id is not None:
            query = query.where(table.c.integration_id == integration_id)
        connection.execute(query)
    add_counts(writer, shelf, count_rows(connection, _COUNTED, integration_id))
    for account, totals in _added_up(connection, integration_id).items():
        totals.write(writer, shelf)
        for bills in _bills(connection, account):
            context = Context(writer, shelf, account, clock, Totals(account))
            context.totals.bills.update(bills)
            allocate(context)
    if integration_id is None:
        drop_setting(connection, SUMS_DUE)


def _pages(connection: Connection, table: Any, columns: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """All rows of a table as (id, integration id, columns), a page at a time."""
    last = 0
    query = select(table.c.id, table.c.integration_id, *columns).where(table.c.id > bindparam("last"))
    query = query.order_by(table.c.id).limit(_PAGE)
    while rows := connection.execute(query, {"last": last}).all():
        yield rows
        last = rows[-1][0]


def _added_up(connection: Connection, integration_id: int | None) -> dict[int, Totals]:
    """Every row's contributions, by account."""
    accounts = connection.execute(select(_INTEGRATION.c.id)).scalars()
    totals = {account: Totals(account) for account in accounts if integration_id in {None, account}}
    _add_payments(connection, totals)
    kinds: tuple[tuple[Any, Any, Callable[[Totals, Any], None]], ...] = (
        (_REFUND, RefundSums, lambda sums, row: sums.refund(row, 1)),
        (_ENTRY, EntrySums, lambda sums, row: sums.entry(row, 1)),
        (_INVOICE, InvoiceSums, lambda sums, row: sums.invoice(row, 1)),
        (_PAYOUT, PayoutSums, lambda sums, row: sums.payout(row, 1)),
        (_DISPUTE, DisputeSums, lambda sums, row: sums.dispute(row, 1)),
    )
    for table, shape, count in kinds:
        for page in _pages(connection, table, [table.c[name] for name in shape._fields]):
            for _, account, *facts in page:
                if account in totals:
                    count(totals[account], shape._make(facts))
            for sums in totals.values():
                sums.bills.clear()  # shares are told bill by bill, see _bills
    return totals


def _add_payments(connection: Connection, totals: Mapping[int, Totals]) -> None:
    """Payments with their parts. Few have any, so those are read at once."""
    parts: dict[tuple[int, str], list[Part]] = defaultdict(list)
    columns = (_PART.c.payment_ref, *(_PART.c[name] for name in Part._fields))
    for page in _pages(connection, _PART, columns):
        for _, account, ref, *facts in page:
            parts[account, ref].append(Part._make(facts))
    for page in _pages(connection, _PAYMENT, [_PAYMENT.c[name] for name in PAYMENT_COLUMNS]):
        for _, account, ref, *facts in page:
            if account in totals:
                own = tuple(sorted(parts.get((account, ref), ())))
                totals[account].payment(PaymentSums._make((ref, *facts, own)), 1)
        for sums in totals.values():
            sums.bills.clear()  # shares are told bill by bill, see _bills


def _bills(connection: Connection, integration_id: int) -> Iterator[set[Bill]]:
    """All bills of the account that money was paid or refunded for, a page at a time."""
    no_bill = (_PAYMENT.c.invoice_ref == _NOTHING, _PAYMENT.c.order_ref == _NOTHING)
    refunded = (_REFUND.c.invoice_ref == _NOTHING, _REFUND.c.order_ref == _NOTHING)
    known = select(_PAYMENT.c.id).where(
        _PAYMENT.c.integration_id == _REFUND.c.integration_id, _PAYMENT.c.external_id == _REFUND.c.payment_key
    )
    sources: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
        ("invoice", _PAYMENT.c.invoice_ref, ()),
        # Written out, so that the partial index with the same words answers.
        ("order", _PAYMENT.c.order_ref, (_PAYMENT.c.order_ref != _NOTHING, no_bill[0])),
        ("payment", _PAYMENT.c.external_id, no_bill),
        ("payment", _REFUND.c.payment_key, (*refunded, ~known.exists())),
        ("refund", _REFUND.c.external_id, (*refunded, _REFUND.c.payment_key == _NOTHING)),
    )
    for kind, column, conditions in sources:
        query = select(column).distinct().where(column.table.c.integration_id == integration_id, *conditions)
        for refs in _keyed(connection, query, column):
            yield {Bill(kind, ref) for ref in refs}


_NOTHING: ColumnElement[str] = literal_column("''")


def _keyed(connection: Connection, query: Select[Any], column: Any) -> Iterator[Sequence[str]]:
    """The distinct texts of a column, a page at a time, without empty ones."""
    last = ""
    query = query.where(column > bindparam("last")).order_by(column).limit(_PAGE)
    while found := connection.execute(query, {"last": last}).scalars().all():
        yield found
        last = found[-1]


# ------------------------------------------------------------------------------------------------------- comparing


def compare_totals(books: Books) -> list[Difference]:
    """The stored sums that are not what the rows add up to; empty in sound books. Reads only.

    Raises: ClosedBooksError where the books cannot be read.
    """
    with books.read() as connection:
        found: list[Difference] = []
        days: dict[tuple[Any, ...], tuple[int, ...]] = {}
        clients: dict[tuple[Any, ...], tuple[int, ...]] = {}
        for account, totals in _added_up(connection, None).items():
            for (day, measure, currency, location), sums in totals.days.items():
                days[day, measure, currency, account, location] = tuple(sums)
            for (month, currency, link, location), (collected, refunds, payments) in totals.clients.items():
                clients[month, currency, link, account, location] = (collected, refunds, payments, collected - refunds)
        found += _differences(connection, _DAILY, days)
        found += _differences(connection, _CLIENT, clients)
        counts = {key: (number,) for key, number in count_rows(connection, _COUNTED).items()}
        found += _differences(connection, _COUNT, counts)
        services: dict[tuple[Any, ...], int] = defaultdict(int)
        for account, share, stored, expected in _shares(books, connection):
            services[total_key(account, share)] += expected
            if stored != expected:
                found.append(Difference(_ALLOCATION.name, (account, *share), (stored,), (expected,)))
        found += _differences(connection, _SERVICE, {key: (amount,) for key, amount in services.items()})
    return found


def _shares(books: Books, connection: Connection) -> Iterator[tuple[int, Share, int, int]]:
    """Every share of every bill: account, which share, what is kept, and what it should be."""
    statements = books.database.statements
    shelf = Shelf(statements)
    for account in connection.execute(select(_INTEGRATION.c.id)).scalars().all():
        context = Context(Writer(connection, statements), shelf, account, books.days, Totals(account))
        for bills in _bills(connection, account):
            stored, expected = stored_shares(context, bills), computed_shares(context, bills)
            for share in sorted({*stored, *expected}):
                yield account, share, stored.get(share, 0), expected.get(share, 0)
        for bills in _kept_bills(connection, account):
            stored, expected = stored_shares(context, bills), computed_shares(context, bills)
            # Of a bill that anything is expected of all was told above.
            told = {share[:2] for share in expected}
            for share, amount in sorted(stored.items()):
                if share[:2] not in told:
                    yield account, share, amount, 0


def _kept_bills(connection: Connection, integration_id: int) -> Iterator[set[Bill]]:
    """The account's bills of which shares are kept, a page at a time."""
    for kind in ("invoice", "order", "payment", "refund"):
        column = _ALLOCATION.c.bill_ref
        query = select(column).distinct()
        query = query.where(_ALLOCATION.c.integration_id == integration_id, _ALLOCATION.c.bill_kind == kind)
        for refs in _keyed(connection, query, column):
            yield {Bill(kind, ref) for ref in refs}


def _differences(
    connection: Connection, table: Any, expected: Mapping[tuple[Any, ...], tuple[int, ...]]
) -> list[Difference]:
    keys = [column.name for column in table.primary_key.columns]
    sums = [column.name for column in table.columns if column.name not in keys]
    rows = connection.execute(select(*(table.c[name] for name in (*keys, *sums))))
    stored = {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows}
    nothing = (0,) * len(sums)
    return [
        Difference(table.name, key, stored.get(key, nothing), expected.get(key, nothing))
        for key in sorted({*stored, *expected})
        if stored.get(key, nothing) != expected.get(key, nothing)
    ]


# ------------------------------------------------------------------------------------------------- changing the zone


def change_timezone(books: Books, name: str, *, check: Check | None = None) -> Books:
    """Let the business's days be those of another zone: every day is told anew and the sums are rebuilt.

    One transaction. The answer is the same books in the new zone on the same database; the one given still has the
    old zone and must write no more, so nothing may sync meanwhile: ``check`` is asked at the beginning and at the end.
    Raises: UsageError for an unknown zone, ClosedBooksError where the books cannot be written, what ``check`` raises.
    """
    changed = books.in_zone(name)
    day = changed.days.day
    with _checked(books, check) as writer:
        for table, columns, tell in _days_told():
            names = tell(day, (None,) * len(columns)).keys()
            statement = (
                update(table)
                .where(table.c.id == bindparam("row"))
                .values({column: bindparam(f"new_{column}") for column in names})
            )
            for page in _pages(writer.connection, table, columns):
                rows = [
                    {"row": row_id, **{f"new_{column}": value for column, value in tell(day, facts).items()}}
                    for row_id, _, *facts in page
                ]
                writer.connection.execute(statement, rows)
        write_setting(writer.connection, TIMEZONE, name)
        _rebuild(writer, changed.days, None)
    return changed


Day = Callable[[int], str]
Told = Callable[[Day, Sequence[Any]], dict[str, str | None]]


def _days_told() -> Iterator[tuple[Any, Sequence[Any], Told]]:
    """Which days each table keeps, and how they follow from its instants: as the projections tell them."""
    first = (
        select(func.min(_ATTEMPT.c.created_at))
        .where(_ATTEMPT.c.integration_id == _PAYMENT.c.integration_id, _ATTEMPT.c.payment_key == _PAYMENT.c.external_id)
        .scalar_subquery()
    )
    columns = _PAYMENT.c
    facts = (first, columns.created_at, columns.collected, columns.booked_at, columns.returned_at)
    yield _PAYMENT, facts, _of_payment
    yield _PART, (_PART.c.at,), _of_part
    refunded = (_REFUND.c.created_at, _REFUND.c.refunded_day, _REFUND.c.stored_day, _REFUND.c.failed_at)
    yield _REFUND, refunded, _of_refund
    yield _ENTRY, (_ENTRY.c.created_at,), _of_entry
    yield _DISPUTE, (_DISPUTE.c.withdrawn_at, _DISPUTE.c.reversed_at), _of_dispute
    yield _PAYOUT, (_PAYOUT.c.created_at, _PAYOUT.c.on_ledger, _PAYOUT.c.failed_at), _of_payout
    yield _INVOICE, (_INVOICE.c.finalized_at, _INVOICE.c.due_at, _INVOICE.c.stated_due_day), _of_invoice


def _maybe(day: Day, at: int | None) -> str | None:
    return None if at is None else day(at)


def _of_payment(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    first, created_at, collected, booked_at, returned_at = facts
    attempted_at = first if first is not None else created_at if collected else None
    return {
        "attempted_day": _maybe(day, attempted_at),
        "booked_day": _maybe(day, booked_at),
        "returned_day": _maybe(day, returned_at),
    }


def _of_part(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    return {"day": _maybe(day, facts[0])}


def _of_refund(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    created_at, refunded_day, stored_day, failed_at = facts
    return {
        "refunded_day": _maybe(day, created_at if refunded_day else None),
        "stored_day": _maybe(day, created_at if stored_day else None),
        "failed_day": _maybe(day, failed_at),
    }


def _of_entry(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    return {"entry_day": _maybe(day, facts[0])}


def _of_dispute(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    withdrawn_at, reversed_at = facts
    return {"withdrawn_day": _maybe(day, withdrawn_at), "reversed_day": _maybe(day, reversed_at)}


def _of_payout(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    created_at, on_ledger, failed_at = facts
    return {"counted_day": _maybe(day, None if on_ledger else created_at), "failed_day": _maybe(day, failed_at)}


def _of_invoice(day: Day, facts: Sequence[Any]) -> dict[str, str | None]:
    finalized_at, due_at, stated_due_day = facts
    finalized_day = _maybe(day, finalized_at or None)
    return {"finalized_day": finalized_day, "due_day": _maybe(day, due_at or None) or stated_due_day or finalized_day}
