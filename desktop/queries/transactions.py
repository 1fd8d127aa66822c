"""The rows behind a figure of money that moved: payments, refunds, returns, disputes and fees, each with its sign.

Listed like any other rows: the ids once, rows in blocks, sums by the database. An id here is a number of
``queries/contributions.py``, which names a row of one of several tables.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, literal_column, or_, select

from desktop.books.tables import (
    BalanceEntry,
    Dispute,
    Integration,
    Invoice,
    Order,
    Payment,
    PaymentAttempt,
    Payout,
    Refund,
)
from desktop.books.tables.base import table_of
from desktop.queries.contributions import Key, contributions, read_key, shape_of, summed_by_kind, values_of
from desktop.queries.figures import Figure
from desktop.queries.listing import Filter, Sum, figure_of, lookup_of
from desktop.queries.outstanding import Counted
from desktop.queries.payment_date import DATED
from desktop.queries.payments import PAYMENTS, PaymentRow, read_payments, titles_of_sales
from desktop.queries.scales import Scales, read_scales
from desktop.queries.search import matching

_PAYMENT = table_of(Payment)
_ATTEMPT = table_of(PaymentAttempt)
_REFUND = table_of(Refund)
_ENTRY = table_of(BalanceEntry)
_DISPUTE = table_of(Dispute)
_PAYOUT = table_of(Payout)
_INVOICE = table_of(Invoice)
_INTEGRATION = table_of(Integration)
_ORDER = table_of(Order)

#: The tabs: which kinds of rows each has.
TABS: Final[Mapping[str, tuple[str, ...]]] = {
    "payments": ("payment", "stored"),
    "refunds": ("refund", "refund_failed"),
    "returned": ("returned",),
    "disputes": ("dispute", "dispute_won"),
    "fees": ("fee",),
}


class TransactionRow(NamedTuple):
    """Money that moved on a day, as a figure counts it. ``amount`` is in the minor units of ``unit``.

    ``what`` is payment, stored, refund, refund_failed, returned, dispute, dispute_won, fee, converted, share (of an
    invoice) or rest (of an invoice or order). ``payment`` is the one that it is about, as far as the books know it;
    ``description`` is the row's own, else the payment's.
    """

    id: int
    integration_id: int
    what: str
    day: str
    at: int
    amount: int
    currency: str
    unit: str | None
    payment: PaymentRow | None
    client_id: int
    client_name: str
    invoice_number: str
    description: str
    location_ref: str


def sum_up(connection: Connection, figure: Figure, search: str = "") -> dict[str, Counted]:
    """Count and sum of a figure's rows by kind (``what``). One pass over the rows of its days, by their index."""
    shape = shape_of(figure, read_scales(connection))
    query = summed_by_kind(shape, _found(connection, search))
    found = connection.execute(query, values_of(figure))
    return {what: Counted(int(count), int(amount)) for what, count, amount in found}


def _rows(connection: Connection, figure: Figure, search: str = "", numbers: tuple[int, ...] = ()) -> Subquery:
    shape = shape_of(figure, read_scales(connection))
    return contributions(shape, _found(connection, search), numbers)


def _found(connection: Connection, search: str) -> Select[Any] | None:
    """The payments that a search finds; None for all of them."""
    if not search.strip():
        return None
    found = matching(_PAYMENT.c.id, search, PAYMENTS.meanings, lookup_of(connection))
    return select(_PAYMENT.c.integration_id, _PAYMENT.c.external_id).where(*found)


class Transactions:
    """The listing of what is behind a figure; its filter must name the figure (``Filter.figure``)."""

    name = "transactions"
    foot = "figure"

    def ids(self, connection: Connection, wanted: Filter) -> array[int]:
        """The rows' numbers in order. Raises ValueError for a tab or sort that is not of this listing."""
        rows = _rows(connection, figure_of(wanted), wanted.search)
        by: dict[str, tuple[ColumnElement[Any], ...]] = {
            "": (rows.c.at,),
            "created": (rows.c.at,),
            "amount": (rows.c.amount, rows.c.at),
            "status": (rows.c.what, rows.c.at),
        }
        if wanted.sort not in by:
            raise ValueError(f"transactions have no sort {wanted.sort!r}")
        way = [column.desc() if wanted.descending else column.asc() for column in (*by[wanted.sort], rows.c.number)]
        query = select(rows.c.number).where(*_of_tab(rows, wanted)).order_by(*way)
        result = connection.execute(query, values_of(figure_of(wanted)))
        cursor: Any = result.cursor
        found = array("q", chain.from_iterable(cursor))
        result.close()
        return found

    def shown(self, connection: Connection, ids: Sequence[int], wanted: Filter) -> list[TransactionRow | None]:
        """The rows of these numbers under the filter that they were listed by; None for one that is gone."""
        found = read_transactions(connection, figure_of(wanted), ids)
        return [found.get(number) for number in ids]

    def status_counts(self, connection: Connection, wanted: Filter) -> dict[str, int]:
        """How many rows each tab has; all of them under the empty name."""
        sums = sum_up(connection, figure_of(wanted), wanted.search)
        counts = {"": sum(one.count for one in sums.values())}
        for tab, kinds in TABS.items():
            counts[tab] = sum(sums[kind].count for kind in kinds if kind in sums)
        return counts

    def totals(self, connection: Connection, wanted: Filter) -> tuple[Sum, ...]:
        """What the rows add up to: the figure, to the minor unit."""
        figure, kinds = figure_of(wanted), TABS.get(wanted.status)
        sums = sum_up(connection, figure, wanted.search)
        amount = sum(one.amount for what, one in sums.items() if kinds is None or what in kinds)
        return (Sum(figure.currency, amount, read_scales(connection).provider_of(figure.currency)),)


def _of_tab(rows: Subquery, wanted: Filter) -> list[ColumnElement[bool]]:
    if not wanted.status:
        return []
    if wanted.status not in TABS:
        raise ValueError(f"transactions have no tab {wanted.status!r}")
    return [rows.c.what.in_(TABS[wanted.status])]


# ------------------------------------------------------------------------------------------------------- the rows


def read_transactions(connection: Connection, figure: Figure, numbers: Sequence[int]) -> dict[int, TransactionRow]:
    """Rows behind a figure by their numbers."""
    if not numbers:
        return {}
    scales = read_scales(connection)
    query = select(_rows(connection, figure, numbers=tuple(numbers)))
    moved = connection.execute(query, values_of(figure)).all()
    keys = {row.number: read_key(row.number) for row in moved}
    about = read_abouts(connection, keys.values())
    unit = scales.provider_of(figure.currency)
    return {row.number: _row(row, about[keys[row.number]], figure, unit, scales) for row in moved}


def titles_of_transactions(connection: Connection, rows: Sequence[TransactionRow]) -> dict[int, str]:
    """What was sold, by the row's number, to those whom nobody named."""
    payments = {row.id: row.payment for row in rows if row.payment and not (row.client_name or row.description)}
    titles = titles_of_sales(connection, list(payments.values()))
    return {number: titles.get(payment.id, "") for number, payment in payments.items()}


class About(NamedTuple):
    """What else is known of a row: its payment, or the invoice that it is a share of."""

    payment: PaymentRow | None = None
    invoice_id: int | None = None
    client_id: int = 0
    client_name: str = ""
    invoice_number: str = ""
    description: str = ""
    location_ref: str = ""


def _row(moved: Any, about: About, figure: Figure, unit: str | None, scales: Scales) -> TransactionRow:
    return TransactionRow(
        moved.number, moved.integration_id, moved.what, moved.day, moved.at, moved.amount, figure.currency, unit,
        about.payment, about.client_id, about.client_name, about.invoice_number, about.description,
        about.location_ref,
    )  # fmt: skip


def read_abouts(connection: Connection, keys: Any) -> dict[Key, About]:
    """What rows of several tables are about."""
    from desktop.queries.invoices import read_invoices

    ids: dict[str, list[int]] = {}
    for key in dict.fromkeys(keys):
        ids.setdefault(key.table, []).append(key.row_id)
    found: dict[Key, About] = {}
    paid: dict[Key, tuple[int, About]] = {}
    for table, rows in ids.items():
        if table == _PAYMENT.name:
            paid |= {Key(table, row_id): (row_id, About()) for row_id in rows}
        elif table == _INVOICE.name:
            for row_id, invoice in read_invoices(connection, rows).items():
                found[Key(table, row_id)] = About(
                    None, row_id, invoice.client_id, invoice.client_name, invoice.number, "", invoice.location_ref
                )
        else:
            for row_id, payment_id, description, location in connection.execute(_SOURCES[table](rows)):
                paid[Key(table, row_id)] = payment_id or 0, About(description=description, location_ref=location)
    payments = read_payments(connection, sorted({payment for payment, _ in paid.values()} - {0}))
    for key, (payment_id, about) in paid.items():
        found[key] = _with_payment(about, payments.get(payment_id))
    return {key: found.get(key, About()) for table, rows in ids.items() for key in (Key(table, row) for row in rows)}


def _with_payment(about: About, payment: PaymentRow | None) -> About:
    if payment is None:
        return about
    return About(
        payment, None, payment.client_id, payment.client_name, payment.invoice_number,
        about.description or payment.description, about.location_ref or payment.location_ref,
    )  # fmt: skip


def _payment_by(account: Any, ref: Any) -> Any:
    same = and_(_PAYMENT.c.integration_id == account, _PAYMENT.c.external_id == ref)
    return select(_PAYMENT.c.id).where(same).limit(1).scalar_subquery()


def _of_refunds(rows: list[int]) -> Select[Any]:
    payment = _payment_by(_REFUND.c.integration_id, _REFUND.c.payment_key)
    return select(_REFUND.c.id, payment, _NOTHING, _REFUND.c.location_ref).where(_REFUND.c.id.in_(rows))


def _by_attempt(account: Any, ref: Any) -> Any:
    same = and_(
        _PAYMENT.c.integration_id == _ATTEMPT.c.integration_id, _PAYMENT.c.external_id == _ATTEMPT.c.payment_key
    )
    query = select(_PAYMENT.c.id).select_from(_ATTEMPT.join(_PAYMENT, same))
    return query.where(_ATTEMPT.c.integration_id == account, _ATTEMPT.c.external_id == ref).limit(1).scalar_subquery()


def _of_disputes(rows: list[int]) -> Select[Any]:
    account = _DISPUTE.c.integration_id
    payment = func.coalesce(_by_attempt(account, _DISPUTE.c.attempt_ref), _payment_by(account, _DISPUTE.c.payment_ref))
    return select(_DISPUTE.c.id, payment, _NOTHING, _DISPUTE.c.location_ref).where(_DISPUTE.c.id.in_(rows))


def _of_entries(rows: list[int]) -> Select[Any]:
    account, source = _ENTRY.c.integration_id, _ENTRY.c.source_ref
    refunded = and_(
        _PAYMENT.c.integration_id == _REFUND.c.integration_id, _PAYMENT.c.external_id == _REFUND.c.payment_key
    )
    by_refund = (
        select(_PAYMENT.c.id)
        .select_from(_REFUND.join(_PAYMENT, refunded))
        .where(_REFUND.c.integration_id == account, _REFUND.c.external_id == source)
    )
    attempt = _ATTEMPT.alias("disputed_attempt")
    disputed = and_(
        _PAYMENT.c.integration_id == _DISPUTE.c.integration_id,
        or_(_PAYMENT.c.external_id == attempt.c.payment_key, _PAYMENT.c.external_id == _DISPUTE.c.payment_ref),
    )
    named = and_(attempt.c.integration_id == _DISPUTE.c.integration_id, attempt.c.external_id == _DISPUTE.c.attempt_ref)
    by_dispute = (
        select(_PAYMENT.c.id)
        .select_from(_DISPUTE.outerjoin(attempt, named).join(_PAYMENT, disputed))
        .where(_DISPUTE.c.integration_id == account, _DISPUTE.c.external_id == source)
    )
    payment = func.coalesce(
        _by_attempt(account, source),
        by_refund.limit(1).scalar_subquery(),
        by_dispute.limit(1).scalar_subquery(),
    )
    return select(_ENTRY.c.id, payment, _ENTRY.c.description, _ENTRY.c.location_ref).where(_ENTRY.c.id.in_(rows))


def _of_payouts(rows: list[int]) -> Select[Any]:
    return select(_PAYOUT.c.id, literal_column("0"), _PAYOUT.c.description, _PAYOUT.c.location_ref).where(
        _PAYOUT.c.id.in_(rows)
    )


def _of_orders(rows: list[int]) -> Select[Any]:
    """An order with the newest payment for it."""
    paid = and_(
        _PAYMENT.c.integration_id == _ORDER.c.integration_id,
        _PAYMENT.c.order_ref == _ORDER.c.external_id,
        _PAYMENT.c.order_ref != _NOTHING,
    )
    payment = select(_PAYMENT.c.id).where(paid).order_by(DATED.desc(), _PAYMENT.c.id.desc()).limit(1)
    return select(_ORDER.c.id, payment.scalar_subquery(), _NOTHING, _ORDER.c.location_ref).where(_ORDER.c.id.in_(rows))


_NOTHING: Final[ColumnElement[str]] = literal_column("''")
_SOURCES: Final = {
    _REFUND.name: _of_refunds,
    _DISPUTE.name: _of_disputes,
    _ENTRY.name: _of_entries,
    _PAYOUT.name: _of_payouts,
    _ORDER.name: _of_orders,
}

TRANSACTIONS: Final = Transactions()


# ------------------------------------------------------------------------------------------------- one row, opened


class LineRow(NamedTuple):
    """A line of the provider's own, about no payment that the books know: a fee of the account's, or of a payout."""

    integration_id: int
    provider: str
    created_at: int
    amount: int
    fee: int
    net: int
    currency: str
    description: str
    is_payout: bool


def read_transaction(connection: Connection, number: int) -> tuple[About, LineRow | None]:
    """What the row of a number is about, and the provider's own line where it is one."""
    key = read_key(number)
    return read_abouts(connection, [key])[key], _find_line(connection, key)


def _find_line(connection: Connection, key: Key) -> LineRow | None:
    """The ledger line or payout that a key names; None for other rows, and for one that is gone."""
    if key.table == _ENTRY.name:
        table, net = _ENTRY, _ENTRY.c.net
    elif key.table == _PAYOUT.name:
        table, net = _PAYOUT, _PAYOUT.c.amount
    else:
        return None
    columns = table.c
    query = (
        select(
            columns.integration_id, _INTEGRATION.c.provider, columns.created_at, columns.amount, columns.fee, net,
            columns.currency, columns.description,
        )
        .select_from(table.join(_INTEGRATION, _INTEGRATION.c.id == columns.integration_id))
        .where(columns.id == key.row_id)
    )  # fmt: skip
    found = connection.execute(query).first()
    return None if found is None else LineRow(*found, table is _PAYOUT)
