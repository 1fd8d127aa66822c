"""Which rows make up the totals: the rules of ``rollups``, said as queries, so that what is behind a sum is found.

Each *part* is one way in which the rows of a table count in a measure, as ``rollups`` yields it for a row; a test holds
the sum of a measure's parts against its totals, day by day. Amounts of one currency are in the units of the sum
(``scales``), with the sign that the figure gives them: a refund lessens what was collected.

Figures that are the rest of others (what conversion made, what no line itemises) are all parts of those others,
added up for each payment, invoice or order: so their rows sum to the figure by definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from desktop.books.rollups import PAYMENT_LINES, PAYOUT_LINES
from desktop.books.statements import word
from desktop.books.tables import (
    BalanceEntry,
    ClientLink,
    Dispute,
    Invoice,
    Order,
    Payment,
    PaymentAttempt,
    PaymentPart,
    Payout,
    Refund,
    Service,
    ServiceAllocation,
)
from desktop.books.tables.base import table_of
from desktop.periods import add_days
from desktop.queries.figures import Figure
from desktop.queries.naming import product_of, service_name
from desktop.queries.scales import Scales, multiplied

_PAYMENT = table_of(Payment)
_ATTEMPT = table_of(PaymentAttempt)
_PAYMENT_PART = table_of(PaymentPart)
_DATED = _PAYMENT_PART.alias("dated")
_REFUND = table_of(Refund)
_ENTRY = table_of(BalanceEntry)
_PAYOUT = table_of(Payout)
_DISPUTE = table_of(Dispute)
_INVOICE = table_of(Invoice)
_ORDER = table_of(Order)
_LINK = table_of(ClientLink)
_ALLOCATION = table_of(ServiceAllocation)
_SERVICE = table_of(Service)

Text_ = ColumnElement[str]
Number = ColumnElement[int]
_ZERO: Number = literal_column("0", BigInteger)


class Part(NamedTuple):
    """One way in which rows count. ``amount`` has the measure's own sign.

    ``what`` is what such a row is: payment, stored (paid with stored value), refund, refund_failed, returned, dispute,
    dispute_won or fee. ``about`` is
    the payment's id at the provider, as far as the row says it; ``item`` the invoice or order that it is for.
    ``nth`` tells several of one row apart.
    """

    table: Any
    what: Text_
    day: Text_
    at: Number
    amount: Number
    where: tuple[ColumnElement[bool], ...]
    about: Text_
    item: Text_
    source: FromClause
    nth: Number


def _part(
    table: Any,
    what: str | Text_,
    day: Text_,
    at: Number,
    amount: Number,
    *where: ColumnElement[bool],
    about: Text_,
    item: Text_ | None = None,
    source: FromClause | None = None,
    nth: Number | None = None,
) -> Part:
    said = word(what) if isinstance(what, str) else what
    lone = table.c.external_id if item is None else item
    first: Number = literal_column("0", BigInteger)
    return Part(
        table, said, day, at, amount, (day.is_not(None), amount != 0, *where), about, lone, source or table,
        first if nth is None else nth,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------- what rows are about


def _source_of_line() -> Text_:
    """The payment that a ledger line is about, by way of an attempt, a refund or a dispute; else the line itself."""

    def found(table: Any, payment: Text_) -> Any:
        same = and_(table.c.integration_id == _ENTRY.c.integration_id, table.c.external_id == _ENTRY.c.source_ref)
        return select(func.nullif(payment, literal_column("''"))).where(same).limit(1).scalar_subquery()

    attempt = _ATTEMPT.alias("disputed_attempt")
    by_attempt = select(attempt.c.payment_key).where(
        attempt.c.integration_id == _DISPUTE.c.integration_id, attempt.c.external_id == _DISPUTE.c.attempt_ref
    )
    disputed = func.coalesce(by_attempt.limit(1).scalar_subquery(), _DISPUTE.c.payment_ref)
    return func.coalesce(
        found(_ATTEMPT, _ATTEMPT.c.payment_key),
        found(_REFUND, _REFUND.c.payment_key),
        found(_DISPUTE, disputed),
        _ENTRY.c.external_id,
    )


def _disputed() -> Text_:
    by_attempt = select(_ATTEMPT.c.payment_key).where(
        _ATTEMPT.c.integration_id == _DISPUTE.c.integration_id, _ATTEMPT.c.external_id == _DISPUTE.c.attempt_ref
    )
    return func.coalesce(by_attempt.limit(1).scalar_subquery(), _DISPUTE.c.payment_ref)


def _billed(table: Any) -> Text_:
    """What money was for: the invoice, else the order, else nothing but itself; told apart by their beginnings."""
    nothing: Text_ = literal_column("''")
    kinds = [
        (table.c.invoice_ref != nothing, literal_column("'invoice '").concat(table.c.invoice_ref)),
        (table.c.order_ref != nothing, literal_column("'order '").concat(table.c.order_ref)),
    ]
    alone = literal_column(f"'{table.name} '").concat(table.c.external_id)
    return case(*kinds, else_=alone)


# ------------------------------------------------------------------------------------------------------- the parts


def _collected() -> Iterator[Part]:
    yield _captured_at_once(1)
    yield _dated("capture", "payment", 1)


def _captured_at_once(sign: int, *where: ColumnElement[bool]) -> Part:
    whole = (_PAYMENT.c.capture_parts == _ZERO, *where)
    return _payment("payment", _PAYMENT.c.booked_day, _PAYMENT.c.booked_at, sign * _PAYMENT.c.collected, *whole)


def _returned() -> Iterator[Part]:
    yield _returned_at_once(1)
    yield _dated("return", "returned", 1)


def _returned_at_once(sign: int, *where: ColumnElement[bool]) -> Part:
    whole = (_PAYMENT.c.return_parts == _ZERO, *where)
    return _payment("returned", _PAYMENT.c.returned_day, _PAYMENT.c.returned_at, sign * _PAYMENT.c.returned, *whole)


def _refunds() -> Iterator[Part]:
    for what, day, at, sign in _WAYS:
        yield _refund(what, day, at, sign * _REFUND.c.amount)


def _stored_value() -> Iterator[Part]:
    """Paid with gift cards, store credit and house accounts: no money that came in."""
    yield _payment("stored", _PAYMENT.c.booked_day, _PAYMENT.c.booked_at, _PAYMENT.c.stored_value)


def _stored_refunds() -> Iterator[Part]:
    """Sent back onto them."""
    about, item, counted = _REFUND.c.payment_key, _billed(_REFUND), _REFUND.c.stored_day.is_not(None)
    for what, day, at, sign in (
        ("refund", _REFUND.c.stored_day, _REFUND.c.created_at, 1),
        ("refund_failed", _REFUND.c.failed_day, _REFUND.c.failed_at, -1),
    ):
        yield _part(_REFUND, what, day, at, sign * _REFUND.c.amount, counted, about=about, item=item)


def _disputes() -> Iterator[Part]:
    lines = ("dispute", "dispute_reversal")
    yield _line(_what_line(), -_ENTRY.c.amount, _ENTRY.c.kind.in_([word(kind) for kind in lines]))
    yield from _own_disputes(1)


def _own_disputes(sign: int) -> Iterator[Part]:
    """Disputes that no ledger line tells of."""
    for what, day, at, way in (
        ("dispute", _DISPUTE.c.withdrawn_day, _DISPUTE.c.withdrawn_at, sign),
        ("dispute_won", _DISPUTE.c.reversed_day, _DISPUTE.c.reversed_at, -sign),
    ):
        yield _part(_DISPUTE, what, day, at, way * _DISPUTE.c.amount, about=_disputed())


def _fees() -> Iterator[Part]:
    kept = case((_ENTRY.c.kind == word("fee"), _ENTRY.c.fee - _ENTRY.c.amount), else_=_ENTRY.c.fee)
    charged = [word(kind) for kind in sorted(PAYMENT_LINES | PAYOUT_LINES)]
    yield _line("fee", kept, _ENTRY.c.kind.in_(charged))
    yield from _own_fees(1)
    for _what, day, at, sign in _WAYS:
        yield _refund("fee", day, at, -sign * func.coalesce(_REFUND.c.fee, 0), _REFUND.c.on_ledger.is_(False))
    yield from _given_back_with_stored(-1)
    yield _payout_fee(1)


def _net() -> Iterator[Part]:
    off, apart = _PAYMENT.c.on_ledger.is_(False), _PAYMENT_PART.c.on_ledger.is_(False)
    yield _captured_at_once(1, off)
    yield _dated("capture", "payment", 1, apart)
    yield _returned_at_once(-1, off)
    yield _dated("return", "returned", -1, apart)
    yield from _own_fees(-1)
    for what, day, at, sign in _WAYS:
        left = _REFUND.c.amount - func.coalesce(_REFUND.c.fee, 0)
        yield _refund(what, day, at, -sign * left, _REFUND.c.on_ledger.is_(False))
    yield from _given_back_with_stored(1)
    yield from _own_disputes(-1)
    yield _line(_what_line(), _ENTRY.c.net, _ENTRY.c.kind.in_([word(kind) for kind in sorted(PAYMENT_LINES)]))
    yield _line("fee", -_ENTRY.c.fee, _ENTRY.c.kind.in_([word(kind) for kind in sorted(PAYOUT_LINES)]))
    yield _payout_fee(-1)


def _given_back_with_stored(sign: int) -> Iterator[Part]:
    """Fees that came back with what was refunded onto stored value, which is no refund itself."""
    given, off = func.coalesce(_REFUND.c.fee, 0), _REFUND.c.on_ledger.is_(False)
    stored, about = _REFUND.c.stored_day.is_not(None), _REFUND.c.payment_key
    for day, at, way in (
        (_REFUND.c.stored_day, _REFUND.c.created_at, sign),
        (_REFUND.c.failed_day, _REFUND.c.failed_at, -sign),
    ):
        yield _part(_REFUND, "fee", day, at, way * given, off, stored, about=about, item=_billed(_REFUND))


_WAYS: Final = (
    ("refund", _REFUND.c.refunded_day, _REFUND.c.created_at, 1),
    ("refund_failed", _REFUND.c.failed_day, _REFUND.c.failed_at, -1),
)


def _payment(what: str, day: Any, at: Any, amount: Any, *where: ColumnElement[bool]) -> Part:
    return _part(_PAYMENT, what, day, at, amount, *where, about=_PAYMENT.c.external_id, item=_billed(_PAYMENT))


def _refund(what: str, day: Any, at: Any, amount: Any, *where: ColumnElement[bool]) -> Part:
    counted = _REFUND.c.refunded_day.is_not(None)
    return _part(_REFUND, what, day, at, amount, counted, *where, about=_REFUND.c.payment_key, item=_billed(_REFUND))


def _line(what: str | Text_, amount: Any, *where: ColumnElement[bool]) -> Part:
    return _part(
        _ENTRY, what, _ENTRY.c.entry_day, _ENTRY.c.created_at, amount, _ENTRY.c.settles.is_(False), *where,
        about=_source_of_line(),
    )  # fmt: skip


def _payout_fee(sign: int) -> Part:
    day, at = _PAYOUT.c.counted_day, _PAYOUT.c.created_at
    return _part(_PAYOUT, "fee", day, at, sign * _PAYOUT.c.fee, about=_PAYOUT.c.external_id)


def _what_line() -> Text_:
    kinds = {
        "charge": "payment",
        "refund": "refund",
        "refund_failure": "refund_failed",
        "payment_failure": "returned",
        "dispute": "dispute",
        "dispute_reversal": "dispute_won",
    }
    return case(*((_ENTRY.c.kind == word(kind), word(what)) for kind, what in kinds.items()), else_=word("fee"))


def _own_fees(sign: int) -> Iterator[Part]:
    """What a payment says itself that the provider keeps: the parts with days of their own, and the rest."""
    counts = (_PAYMENT.c.on_ledger.is_(False), _PAYMENT.c.booked_day.is_not(None))
    later = (
        select(func.sum(_DATED.c.amount))
        .where(
            _DATED.c.integration_id == _PAYMENT.c.integration_id,
            _DATED.c.payment_ref == _PAYMENT.c.external_id,
            _DATED.c.kind == word("fee"),
        )
        .correlate(_PAYMENT)
        .scalar_subquery()
    )
    own = case((_PAYMENT.c.fee_parts > _ZERO, _PAYMENT.c.own_fee - cast(later, BigInteger)), else_=_PAYMENT.c.own_fee)
    yield _payment("fee", _PAYMENT.c.booked_day, _PAYMENT.c.booked_at, sign * own, *counts)
    yield _dated("fee", "fee", sign, *counts)


def _dated(kind: str, what: str, sign: int, *where: ColumnElement[bool]) -> Part:
    """Money of payments that counts on days of its own (``payment_parts``)."""
    same = (
        _DATED.c.integration_id == _PAYMENT_PART.c.integration_id,
        _DATED.c.payment_ref == _PAYMENT_PART.c.payment_ref,
        _DATED.c.id < _PAYMENT_PART.c.id,
    )
    earlier = select(func.count()).select_from(_DATED).where(*same).correlate(_PAYMENT_PART).scalar_subquery()
    of = and_(
        _PAYMENT.c.integration_id == _PAYMENT_PART.c.integration_id,
        _PAYMENT.c.external_id == _PAYMENT_PART.c.payment_ref,
    )
    part = _PAYMENT_PART.c
    whole = _payment(what, part.day, part.at, sign * part.amount, part.kind == word(kind), *where)
    return whole._replace(source=_PAYMENT.join(_PAYMENT_PART, of), nth=cast(earlier, BigInteger))


# -------------------------------------------------------------------------------------------- figures of parts

#: How figures are made of measures.
SIGNS: Final[Mapping[str, Mapping[str, int]]] = {
    "total_revenue": {"collected": 1, "refunds": -1, "returned": -1},
    "paid": {"collected": 1, "refunds": -1},
    "collected": {"collected": 1},
    "refunds": {"refunds": -1},
    "returned": {"returned": -1},
    "disputes": {"disputes": -1},
    "fees": {"fees": -1},
    "net": {"net": 1},
    "stored_value": {"stored_value": 1},
    "stored_refunds": {"stored_refunds": -1},
    "converted": {"net": 1, "collected": -1, "refunds": 1, "returned": 1, "disputes": 1, "fees": 1},
    "not_itemised": {"collected": 1, "refunds": -1, "returned": -1},
    "service": {},
}


@cache
def _measures() -> Mapping[str, tuple[Part, ...]]:
    return {
        "collected": tuple(_collected()),
        "refunds": tuple(_refunds()),
        "returned": tuple(_returned()),
        "disputes": tuple(_disputes()),
        "fees": tuple(_fees()),
        "net": tuple(_net()),
        "stored_value": tuple(_stored_value()),
        "stored_refunds": tuple(_stored_refunds()),
    }


# A row of the books is named by one number: which part, which of several, and the row's id.
_ID_BITS: Final = 40
_NTH_BITS: Final = 6
_INVOICES: Final = (1 << 10) - 1
_ORDERS: Final = _INVOICES - 1


class Key(NamedTuple):
    """What a number of :func:`contributions` names: the table's name and the row's id there."""

    table: str
    row_id: int


def read_key(number: int) -> Key:
    """The row that a number names."""
    branch = number >> (_ID_BITS + _NTH_BITS)
    billed = {_INVOICES: _INVOICE, _ORDERS: _ORDER}
    table = billed[branch] if branch in billed else _branches()[branch][1].table
    return Key(table.name, number & ((1 << _ID_BITS) - 1))


@cache
def _branches() -> tuple[tuple[str, Part], ...]:
    return tuple((name, part) for name, parts in _measures().items() for part in parts)


def _number(branch: int, row_id: Number, nth: Number | None = None) -> Number:
    number: Number = literal_column(str(branch << (_ID_BITS + _NTH_BITS)), BigInteger) + row_id
    return number if nth is None else number + nth * literal_column(str(1 << _ID_BITS), BigInteger)


class Shape(NamedTuple):
    """What of a question decides how its statement is written: the same figure of another day is the same statement.

    ``factors`` are what amounts of some accounts are multiplied by (:meth:`Scales.finer`).
    """

    measure: str
    account: bool
    location: bool
    client: bool
    factors: tuple[tuple[int, int], ...]


def shape_of(figure: Figure, scales: Scales) -> Shape:
    """How the statement for a figure is written."""
    return Shape(
        figure.measure,
        figure.integration_id is not None,
        bool(figure.location),
        figure.client_id is not None,
        scales.finer(figure.currency),
    )


def values_of(figure: Figure) -> dict[str, Any]:
    """What the statement of a figure's shape is executed with."""
    return {
        "start": figure.start_day,
        "end": figure.end_day,
        "month": figure.start_day[:7],
        "last_month": add_days(figure.end_day, -1)[:7] if figure.end_day else "",
        "currency": figure.currency,
        "account": figure.integration_id,
        "location": figure.location,
        "client": figure.client_id,
        "service": figure.service,
    }


def contributions(shape: Shape, payments: Select[Any] | None = None, numbers: tuple[int, ...] = ()) -> Subquery:
    """The rows behind a figure, as ``number``, ``integration_id``, ``what``, ``day``, ``at``, ``amount``.

    ``payments`` (account and external id) leaves only what is about these; ``numbers`` only these rows. To be executed
    with :func:`values_of` the figure.
    """
    if shape.measure == "service":
        return _wanted(select(union_all(*_shares(shape, 1)).subquery("shares")), numbers)
    signs = SIGNS[shape.measure]
    rest = shape.measure in {"converted", "not_itemised"}
    wanted = None if rest or not numbers else _ids_by_branch(numbers)
    parts: list[Select[Any]] = []
    for branch, (measure, part) in enumerate(_branches()):
        if measure in signs and (wanted is None or branch in wanted):
            query = _query(shape, branch, part, signs[measure], payments)
            parts.append(query if wanted is None else query.where(part.table.c.id.in_(wanted[branch])))
    if shape.measure == "not_itemised":
        parts += _shares(shape, -1)
    together = union_all(*parts).subquery("parts")
    return _wanted(_added_up(shape, together), numbers) if rest else _wanted(select(together), numbers)


def summed_by_kind(shape: Shape, payments: Select[Any] | None = None) -> Select[Any]:
    """Kind, number and sum of the rows behind figures of this shape."""
    return _by_kind(contributions(shape, payments)) if payments is not None else _all_by_kind(shape)


@lru_cache(maxsize=512)
def _all_by_kind(shape: Shape) -> Select[Any]:
    return _by_kind(contributions(shape))


def _by_kind(rows: Subquery) -> Select[Any]:
    return select(rows.c.what, func.count(), cast(func.sum(rows.c.amount), BigInteger)).group_by(rows.c.what)


def _ids_by_branch(numbers: tuple[int, ...]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number in numbers:
        found.setdefault(number >> (_ID_BITS + _NTH_BITS), []).append(number & ((1 << _ID_BITS) - 1))
    return found


def _wanted(query: Select[Any], numbers: tuple[int, ...]) -> Subquery:
    rows = query.subquery("contributions")
    return rows if not numbers else select(rows).where(rows.c.number.in_(numbers)).subquery("wanted")


def _query(shape: Shape, branch: int, part: Part, sign: int, payments: Select[Any] | None) -> Select[Any]:
    table = part.table
    amount = multiplied(sign * part.amount, table.c.integration_id, shape.factors)
    key = {"converted": part.about, "not_itemised": part.item}.get(shape.measure, literal_column("''", Text))
    return (
        select(
            _number(branch, table.c.id, part.nth).label("number"),
            table.c.integration_id.label("integration_id"),
            part.what.label("what"),
            part.day.label("day"),
            part.at.label("at"),
            amount.label("amount"),
            key.label("item"),
        )
        .select_from(part.source)
        .where(
            part.day >= _START,
            part.day < _END,
            table.c.currency == _CURRENCY,
            *part.where,
            *_scope(shape, table),
            *_of_client(shape, part),
            *_about(part, payments),
        )
    )


_START: Final[Text_] = bindparam("start", type_=Text)
_END: Final[Text_] = bindparam("end", type_=Text)
_CURRENCY: Final[Text_] = bindparam("currency", type_=Text)


def _scope(shape: Shape, table: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.account:
        conditions.append(table.c.integration_id == bindparam("account", type_=BigInteger))
    if shape.location:
        conditions.append(table.c.location_ref == bindparam("location", type_=Text))
    return conditions


def _of_client(shape: Shape, part: Part) -> list[ColumnElement[bool]]:
    if not shape.client:
        return []
    links = select(_LINK.c.id).where(_LINK.c.client_id == bindparam("client", type_=BigInteger))
    if "client_link_id" in part.table.c:
        return [part.table.c.client_link_id.in_(links)]
    paid = select(_PAYMENT.c.integration_id, _PAYMENT.c.external_id).where(_PAYMENT.c.client_link_id.in_(links))
    return _about(part, paid)


def _about(part: Part, payments: Select[Any] | None) -> list[ColumnElement[bool]]:
    if payments is None:
        return []
    found = payments.subquery()
    account, ref = found.c
    same = and_(account == part.table.c.integration_id, ref == part.about)
    return [select(literal_column("1")).where(same).correlate(part.table).exists()]


def _added_up(shape: Shape, parts: Subquery) -> Select[Any]:
    """The rest of each payment, invoice or order, told by the first row of it; where nothing is left, no row."""
    lone = func.count() == 1
    what = word("converted") if shape.measure == "converted" else case((lone, func.min(parts.c.what)), else_="rest")
    return (
        select(
            func.min(parts.c.number).label("number"),
            parts.c.integration_id,
            what.label("what"),
            func.max(parts.c.day).label("day"),
            func.max(parts.c.at).label("at"),
            cast(func.sum(parts.c.amount), BigInteger).label("amount"),
            parts.c.item,
        )
        .group_by(parts.c.integration_id, parts.c.item)
        .having(func.sum(parts.c.amount) != 0)
    )


# -------------------------------------------------------------------------------------------------------- services


def _shares(shape: Shape, sign: int) -> list[Select[Any]]:
    """The itemised shares of invoices and orders in the figure's months: all, or those of services of its name.

    An empty name means lines that name no service.
    """
    paid = select(func.max(_PAYMENT.c.booked_day)).where(
        _PAYMENT.c.integration_id == _ORDER.c.integration_id,
        _PAYMENT.c.order_ref == _ORDER.c.external_id,
        _PAYMENT.c.order_ref != literal_column("''"),
    )
    return [
        _shares_of(shape, sign, "invoice", _INVOICE, _INVOICES, _INVOICE.c.finalized_day),
        _shares_of(shape, sign, "order", _ORDER, _ORDERS, paid.scalar_subquery()),
    ]


def _shares_of(shape: Shape, sign: int, kind: str, table: Any, branch: int, day: Text_) -> Select[Any]:
    share, parent = _ALLOCATION.c, _SERVICE.alias("parent")
    billed = and_(table.c.integration_id == share.integration_id, table.c.external_id == share.bill_ref)
    of = and_(_SERVICE.c.integration_id == share.integration_id, _SERVICE.c.external_id == share.service_ref)
    tables: FromClause = _ALLOCATION.join(table, billed)
    where = [
        share.month >= bindparam("month", type_=Text),
        share.month <= bindparam("last_month", type_=Text),
        share.currency == _CURRENCY, share.itemised.is_(True),
        share.bill_kind == word(kind), *_scope(shape, _ALLOCATION),
    ]  # fmt: skip
    if shape.measure == "service":
        tables = tables.outerjoin(_SERVICE, of).outerjoin(parent, product_of(_SERVICE, parent))
        where.append(service_name(_SERVICE, parent) == bindparam("service", type_=Text))
    amount = func.sum(multiplied(sign * share.amount, share.integration_id, shape.factors))
    return (
        select(
            _number(branch, table.c.id).label("number"),
            share.integration_id.label("integration_id"),
            word("share").label("what"),
            func.coalesce(day, _START).label("day"),
            table.c.created_at.label("at"),
            cast(amount, BigInteger).label("amount"),
            literal_column(f"'{kind} '").concat(table.c.external_id).label("item"),
        )
        .select_from(tables)
        .where(*where)
        .group_by(*table.primary_key.columns, *_told(table), share.integration_id)
        .having(amount != 0)
    )


def _told(table: Any) -> list[ColumnElement[Any]]:
    """The columns of an invoice or order that a row of its shares tells of."""
    names = ("integration_id", "external_id", "created_at", "finalized_day")
    return [table.c[name] for name in names if name in table.c]
