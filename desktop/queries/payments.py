"""The list of payments, and one payment with its attempts, refunds and disputes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select, true

from desktop.books.projections.orders import line_title
from desktop.books.tables import DailyTotal, Dispute, Invoice, OrderLine, Payment, PaymentAttempt, Refund
from desktop.books.tables.base import table_of
from desktop.queries.client_columns import by_client_name, client_columns, provider_column, with_client
from desktop.queries.figures import Figure
from desktop.queries.invoices import InvoiceRow, numbered, select_invoices
from desktop.queries.listing import Filter, Listing, Sort, summed
from desktop.queries.locations import location_id, location_name
from desktop.queries.orders import (
    OrderLineRow,
    OrderRow,
    find_order,
    orders_referred,
    read_order_lines,
)
from desktop.queries.payment_date import DATED
from desktop.queries.payouts import PayoutRow, payout_of
from desktop.queries.scales import Scales
from desktop.queries.search import Lookup, by_amount, by_client, by_external_id
from desktop.queries.terminals import CheckoutRow, PaymentLinkRow, checkout_of, link_of

_PAYMENT = table_of(Payment)
_INVOICE = table_of(Invoice)
_ATTEMPT = table_of(PaymentAttempt)
_REFUND = table_of(Refund)
_DISPUTE = table_of(Dispute)
_DAILY = table_of(DailyTotal)
_LINE = table_of(OrderLine)
_FAILED = ("failed", "returned")
_WAITING = ("processing", "requires_capture", "open")


class PaymentRow(NamedTuple):
    """A payment in a list. ``fee`` and ``net`` are in ``settlement_currency``, everything else in ``currency``.

    ``tip`` is part of what was paid: of ``collected``, or of ``stored_value``, which is no money. ``booked_at`` is when
    its money first counted; None where none came in.
    """

    id: int
    integration_id: int
    provider: str
    external_id: str
    status: str
    client_id: int
    client_name: str
    currency: str
    amount: int
    collected: int
    refunded: int
    returned: int
    settlement_currency: str
    fee: int
    net: int
    created_at: int
    method: str
    brand: str
    last4: str
    description: str
    failure_message: str
    disputed: bool
    invoice_ref: str
    invoice_number: str
    tip: int = 0
    location_ref: str = ""
    order_ref: str = ""
    stored_value: int = 0
    booked_at: int | None = None

    @property
    def dated_at(self) -> int:
        """The instant of its date: when its money first counted, else when it was made."""
        return self.created_at if self.booked_at is None else self.booked_at


_COLUMNS = (
    _PAYMENT.c.id, _PAYMENT.c.integration_id, provider_column(), _PAYMENT.c.external_id, _PAYMENT.c.status,
    *client_columns(_PAYMENT.c.client_name), _PAYMENT.c.currency, _PAYMENT.c.amount, _PAYMENT.c.collected,
    _PAYMENT.c.refunded, _PAYMENT.c.returned, _PAYMENT.c.settlement_currency, _PAYMENT.c.fee, _PAYMENT.c.net,
    _PAYMENT.c.created_at, _PAYMENT.c.method, _PAYMENT.c.brand, _PAYMENT.c.last4, _PAYMENT.c.description,
    _PAYMENT.c.failure_message, _PAYMENT.c.disputed, _PAYMENT.c.invoice_ref,
    func.coalesce(_INVOICE.c.number, "").label("invoice_number"), _PAYMENT.c.tip, _PAYMENT.c.location_ref,
    _PAYMENT.c.order_ref, _PAYMENT.c.stored_value, _PAYMENT.c.booked_at,
)  # fmt: skip


def select_payments() -> Select[Any]:
    """Payments as :class:`PaymentRow` has them."""
    billed = and_(
        _INVOICE.c.integration_id == _PAYMENT.c.integration_id, _INVOICE.c.external_id == _PAYMENT.c.invoice_ref
    )
    return select(*_COLUMNS).select_from(with_client(_PAYMENT).outerjoin(_INVOICE, billed))


def read_payments(connection: Connection, ids: Sequence[int]) -> dict[int, PaymentRow]:
    """Rows by id."""
    query = select_payments().where(_PAYMENT.c.id.in_(ids))
    return {row[0]: PaymentRow(*row) for row in connection.execute(query)}


def titles_of_sales(connection: Connection, payments: Sequence[PaymentRow]) -> dict[int, str]:
    """What was sold, by the payment's row, for those of some payments that have an order with lines."""
    named: dict[tuple[int, str], list[str]] = defaultdict(list)
    for account in {payment.integration_id for payment in payments}:
        refs = {payment.order_ref for payment in payments if payment.integration_id == account and payment.order_ref}
        query = (
            select(_LINE.c.order_ref, _LINE.c.name, _LINE.c.variation)
            .where(_LINE.c.integration_id == account, _LINE.c.order_ref.in_(refs))
            .order_by(_LINE.c.position, _LINE.c.id)
        )
        for ref, name, variation in connection.execute(query):
            title = line_title(name, variation)
            if title and title not in named[account, ref]:
                named[account, ref].append(title)
    titles = {payment.id: named.get((payment.integration_id, payment.order_ref)) for payment in payments}
    return {payment: "; ".join(title) for payment, title in titles.items() if title}


def titles_of_payments(connection: Connection, payments: Sequence[PaymentRow]) -> dict[int, str]:
    """What was sold, by the payment's row, to those whom nobody named."""
    return titles_of_sales(connection, [row for row in payments if not row.client_name and not row.description])


# Written out, so that the partial indexes with the same words answer.
_REFUNDED = _PAYMENT.c.refunded > literal_column("0")
_DISPUTED = _PAYMENT.c.disputed.is_(true())


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    billed = and_(
        _PAYMENT.c.integration_id == _INVOICE.c.integration_id, _PAYMENT.c.invoice_ref == _INVOICE.c.external_id
    )
    found = [
        by_client(word, _PAYMENT),
        select(_PAYMENT.c.id).join(_INVOICE, billed).where(numbered(word, lookup), _INVOICE.c.external_id != ""),
        *by_amount(word, _PAYMENT, _PAYMENT.c.amount, lookup),
        *by_external_id(word, _PAYMENT, lookup),
        *(_for_order(word, integration_id, lookup) for integration_id in lookup.scales.providers),
    ]
    if len(word) == 4 and word.isdecimal():
        found.append(select(_PAYMENT.c.id).where(_PAYMENT.c.last4 == word))
    return found


def _for_order(word: str, integration_id: int, lookup: Lookup) -> Select[Any]:
    """Payments for an order whose reference begins with the word; by their index of those that have one."""
    return select(_PAYMENT.c.id).where(
        _PAYMENT.c.integration_id == integration_id,
        _PAYMENT.c.order_ref != literal_column("''"),
        _PAYMENT.c.order_ref.in_(orders_referred(word, integration_id, lookup)),
    )


def _collected(connection: Connection, listing: Listing[PaymentRow], wanted: Filter, scales: Scales) -> dict[str, int]:
    whole = (wanted.client_id, wanted.since_at, wanted.before_at, wanted.figure) == (None, None, None, None)
    if not whole or wanted.narrow or wanted.status not in {"", "succeeded"}:
        return summed(connection, _of_rows(*listing.where(connection, wanted)), scales)
    found = summed(connection, _by_day(wanted), scales)
    if wanted.status:
        everything = listing.where(connection, replace(wanted, status=""))
        for currency, amount in summed(connection, _of_rows(_UNSETTLED, *everything), scales).items():
            found[currency] = found.get(currency, 0) - amount
    return found


def _of_rows(*where: ColumnElement[bool]) -> Select[Any]:
    return (
        select(_PAYMENT.c.currency, _PAYMENT.c.integration_id, func.sum(_PAYMENT.c.collected))
        .where(*where)
        .group_by(_PAYMENT.c.currency, _PAYMENT.c.integration_id)
    )


# What all payments collected follows from the sums of the days; of these few, what has not succeeded is not theirs.
_UNSETTLED = _PAYMENT.c.status.in_(("returned", "processing"))


def _by_day(wanted: Filter) -> Select[Any]:
    query = select(_DAILY.c.currency, _DAILY.c.integration_id, func.sum(_DAILY.c.amount))
    query = query.where(_DAILY.c.measure == "collected")
    if wanted.integration_id is not None:
        query = query.where(_DAILY.c.integration_id == wanted.integration_id)
    if wanted.location_ref is not None:
        query = query.where(_DAILY.c.location_ref == wanted.location_ref)
    return query.group_by(_DAILY.c.currency, _DAILY.c.integration_id)


def _ended_rows(figure: Figure, _today: str) -> list[ColumnElement[bool]]:
    """As ``rollups.payment_contributions`` counts what succeeded and what ended failed."""
    return [
        _PAYMENT.c.attempted_day >= figure.start_day,
        _PAYMENT.c.attempted_day < figure.end_day,
        _PAYMENT.c.outcome.in_(("succeeded", "failed")),
    ]


_NEWEST = Sort((DATED,))
PAYMENTS: Listing[PaymentRow] = Listing(
    name="payments",
    table=_PAYMENT,
    tabs={
        "succeeded": lambda _: _PAYMENT.c.status == "succeeded",
        "failed": lambda _: _PAYMENT.c.status.in_(_FAILED),
        "refunded": lambda _: _REFUNDED,
        "processing": lambda _: _PAYMENT.c.status.in_(_WAITING),
        "disputed": lambda _: _DISPUTED,
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "amount": Sort((_PAYMENT.c.amount,)),
        "status": Sort((_PAYMENT.c.status, DATED)),
        "client": by_client_name(_PAYMENT, _PAYMENT.c.client_name, _PAYMENT.c.description, dated=DATED),
    },
    listed=(),
    meanings=_meanings,
    read=read_payments,
    sum_up=_collected,
    foot="collected",
    dated=DATED,
    behind={"ended": _ended_rows},
)
LISTS: tuple[Listing[Any], ...] = (PAYMENTS,)


# ------------------------------------------------------------------------------------------------------ one payment


class AttemptRow(NamedTuple):
    """One try to move the money."""

    external_id: str
    status: str
    amount: int
    created_at: int
    method: str
    brand: str
    last4: str
    failure_code: str
    failure_message: str
    returned: bool


class RefundRow(NamedTuple):
    """Money sent back on ``refunded_day``, or stored value on ``stored_day``; with neither, a hold that was given up
    or a refund that never moved money.
    """

    external_id: str
    status: str
    amount: int
    currency: str
    created_at: int
    failed_at: int | None
    reason: str
    failure_reason: str
    refunded_day: str | None = None
    stored_day: str | None = None


class DisputeRow(NamedTuple):
    """The payer's objection."""

    external_id: str
    status: str
    reason: str
    amount: int
    currency: str
    created_at: int
    evidence_due_at: int | None


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """A payment, opened.

    ``invoice`` and ``order`` are what it is for, ``payout`` the one in which it went to the bank, ``checkout`` and
    ``link`` the sale on a card reader or the payment link that led to it.
    """

    row: PaymentRow
    invoice: InvoiceRow | None
    returned_at: int | None
    failure_code: str
    receipt_url: str
    location_ref: str
    attempts: tuple[AttemptRow, ...]
    refunds: tuple[RefundRow, ...]
    disputes: tuple[DisputeRow, ...]
    location_name: str = ""
    location_id: int | None = None
    order: OrderRow | None = None
    order_lines: tuple[OrderLineRow, ...] = ()
    payout: PayoutRow | None = None
    checkout: CheckoutRow | None = None
    link: PaymentLinkRow | None = None


def payment_detail(connection: Connection, payment_id: int) -> PaymentDetail | None:
    """One payment with everything about it; None where it is gone."""
    row = read_payments(connection, [payment_id]).get(payment_id)
    if row is None:
        return None
    own = connection.execute(
        select(
            _PAYMENT.c.returned_at, _PAYMENT.c.failure_code, _PAYMENT.c.receipt_url,
            _PAYMENT.c.location_ref,
        ).where(_PAYMENT.c.id == payment_id)
    ).one()  # fmt: skip
    attempts = _read(connection, _ATTEMPT, AttemptRow, row, _ATTEMPT.c.payment_key == row.external_id)
    names = [attempt.external_id for attempt in attempts]
    by_attempt = _DISPUTE.c.attempt_ref.in_(names)
    account, order_ref = row.integration_id, row.order_ref
    return PaymentDetail(
        row,
        _invoice_of(connection, row),
        *own,
        attempts=attempts,
        refunds=_read(connection, _REFUND, RefundRow, row, _REFUND.c.payment_key == row.external_id),
        disputes=_read(
            connection, _DISPUTE, DisputeRow, row, or_(by_attempt, _DISPUTE.c.payment_ref == row.external_id)
        ),
        location_name=location_name(connection, account, row.location_ref),
        location_id=location_id(connection, account, row.location_ref),
        order=find_order(connection, account, order_ref),
        order_lines=read_order_lines(connection, account, order_ref) if order_ref else (),
        payout=payout_of(connection, account, names),
        checkout=checkout_of(connection, account, [row.external_id, *names], order_ref),
        link=link_of(connection, account, order_ref),
    )


def _read(connection: Connection, table: Any, shape: Any, row: PaymentRow, which: ColumnElement[bool]) -> Any:
    """What belongs to a payment, newest first."""
    query = (
        select(*(table.c[name] for name in shape._fields))
        .where(table.c.integration_id == row.integration_id, which)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
    )
    return tuple(shape(*found) for found in connection.execute(query))


def _invoice_of(connection: Connection, row: PaymentRow) -> InvoiceRow | None:
    if not row.invoice_ref:
        return None
    query = select_invoices().where(
        _INVOICE.c.integration_id == row.integration_id,
        _INVOICE.c.external_id == row.invoice_ref,
        _INVOICE.c.deleted.is_(False),
    )
    found = connection.execute(query).first()
    return None if found is None else InvoiceRow(*found)
