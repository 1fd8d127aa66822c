"""The list of invoices, and one invoice with its lines, payments and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal_column, or_, select

from desktop.books.tables import CreditNote, Invoice, InvoiceEvent, InvoiceLine, InvoiceRequest, Service
from desktop.books.tables.base import table_of
from desktop.periods import days_between
from desktop.queries.client_columns import by_client_name, client_columns, provider_column, with_client
from desktop.queries.figures import Figure
from desktop.queries.listing import Filter, Listing, Sort, summed
from desktop.queries.naming import product_of, service_name
from desktop.queries.outstanding import OPEN_STATUSES
from desktop.queries.scales import Scales
from desktop.queries.search import Lookup, begins, by_amount, by_client, by_external_id, contains

_INVOICE = table_of(Invoice)
_LINE = table_of(InvoiceLine)
_EVENT = table_of(InvoiceEvent)
_NOTE = table_of(CreditNote)
_SERVICE = table_of(Service)
_PRODUCT = _SERVICE.alias("product")
_REQUEST = table_of(InvoiceRequest)


class DuePart(NamedTuple):
    """What is still to be paid of an invoice by a day of its own; no day: by the invoice's."""

    due_day: str | None
    amount: int


class InvoiceRow(NamedTuple):
    """An invoice in a list. Amounts are in the minor units of ``provider``.

    ``due_day`` is the earliest by which something is to be paid. Where the invoice is asked for in parts that have
    days of their own, ``due_parts`` are those that are not paid.
    """

    id: int
    integration_id: int
    provider: str
    external_id: str
    number: str
    status: str
    client_id: int
    client_name: str
    client_email: str
    currency: str
    total: int
    amount_paid: int
    amount_remaining: int
    created_at: int
    issued_day: str | None
    due_day: str | None
    location_ref: str = ""
    order_ref: str = ""
    due_parts: tuple[DuePart, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something remains to be paid on it."""
        return self.status in OPEN_STATUSES

    def days_late(self, today: str) -> int:
        """Days since the due day where something is still open; 0 or less is not late."""
        return days_between(self.due_day, today) if self.is_open and self.due_day else 0

    def amount_late(self, today: str) -> int:
        """What of the amount that remains was to be paid before today."""
        if self.days_late(today) <= 0:
            return 0
        if not self.due_parts:
            return self.amount_remaining
        return sum(part.amount for part in self.due_parts if part.due_day is None or part.due_day < today)


_COLUMNS = (
    _INVOICE.c.id, _INVOICE.c.integration_id, provider_column(), _INVOICE.c.external_id, _INVOICE.c.number,
    _INVOICE.c.status, *client_columns(_INVOICE.c.client_name, _INVOICE.c.client_email), _INVOICE.c.client_email,
    _INVOICE.c.currency, _INVOICE.c.total, _INVOICE.c.amount_paid, _INVOICE.c.amount_remaining,
    _INVOICE.c.created_at, _INVOICE.c.finalized_day, _INVOICE.c.due_day, _INVOICE.c.location_ref,
    _INVOICE.c.order_ref,
)  # fmt: skip


def select_invoices() -> Select[Any]:
    """Invoices as :class:`InvoiceRow` has them."""
    return select(*_COLUMNS).select_from(with_client(_INVOICE))


def read_invoices(connection: Connection, ids: Sequence[int]) -> dict[int, InvoiceRow]:
    """Rows by id."""
    query = select_invoices().where(_INVOICE.c.id.in_(ids), _INVOICE.c.deleted.is_(False))
    return {row.id: row for row in invoice_rows(connection, query)}


def invoice_rows(connection: Connection, query: Select[Any]) -> tuple[InvoiceRow, ...]:
    """The rows of a query of :func:`select_invoices`, in its order, with what is still to be paid by when."""
    rows = [InvoiceRow(*row) for row in connection.execute(query)]
    open_ids = [row.id for row in rows if row.is_open]
    if not open_ids:
        return tuple(rows)
    parts: dict[int, list[DuePart]] = defaultdict(list)
    unpaid = (
        select(_INVOICE.c.id, _REQUEST.c.due_day, _REQUEST.c.amount - _REQUEST.c.paid)
        .select_from(_INVOICE.join(_REQUEST, _OF_INVOICE))
        .where(_INVOICE.c.id.in_(open_ids), _UNPAID)
        .order_by(_REQUEST.c.position, _REQUEST.c.id)
    )
    for row_id, due_day, amount in connection.execute(unpaid):
        parts[row_id].append(DuePart(due_day, amount))
    return tuple([row._replace(due_parts=tuple(parts[row.id])) if row.id in parts else row for row in rows])


_OF_INVOICE = and_(
    _REQUEST.c.integration_id == _INVOICE.c.integration_id, _REQUEST.c.invoice_ref == _INVOICE.c.external_id
)
_UNPAID = _REQUEST.c.paid < _REQUEST.c.amount


def late_amount(today: str) -> ColumnElement[int]:
    """What of a late invoice (:func:`is_late`) was to be paid before today: less its parts that are due later."""
    later = select(func.coalesce(func.sum(_REQUEST.c.amount - _REQUEST.c.paid), 0))
    not_yet = later.where(_OF_INVOICE, _UNPAID, _REQUEST.c.due_day >= today).correlate(_INVOICE).scalar_subquery()
    amount: ColumnElement[int] = _INVOICE.c.amount_remaining - not_yet
    return amount


def is_late(today: str) -> ColumnElement[bool]:
    """Open and past the due day."""
    return and_(_INVOICE.c.status.in_(OPEN_STATUSES), _INVOICE.c.due_day < today)


def _outstanding_rows(_figure: Figure, _today: str) -> list[ColumnElement[bool]]:
    return [_INVOICE.c.status.in_(OPEN_STATUSES)]


def _overdue_rows(_figure: Figure, today: str) -> list[ColumnElement[bool]]:
    return [is_late(today)]


def _invoiced_rows(figure: Figure, _today: str) -> list[ColumnElement[bool]]:
    """As ``rollups.invoice_contributions`` counts."""
    return [
        _INVOICE.c.finalized_day >= figure.start_day,
        _INVOICE.c.finalized_day < figure.end_day,
        _INVOICE.c.total != 0,
        _INVOICE.c.status.not_in(("draft", "void")),
    ]


def _open_not_late(today: str) -> ColumnElement[bool]:
    on_time = or_(_INVOICE.c.due_day >= today, _INVOICE.c.due_day.is_(None))
    return and_(_INVOICE.c.status.in_(OPEN_STATUSES), on_time)


def numbered(word: str, lookup: Lookup) -> ColumnElement[bool]:
    """The invoice's number has the word in it; on very many invoices, begins with it."""
    return contains(word, _INVOICE.c.number) if lookup.wide else begins(word, _INVOICE.c.number, lookup)


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    return [
        select(_INVOICE.c.id).where(numbered(word, lookup)),
        by_client(word, _INVOICE),
        select(_INVOICE.c.id).where(_INVOICE.c.client_link_id == literal_column("0"), _named_on_it(word, lookup)),
        *by_amount(word, _INVOICE, _INVOICE.c.total, lookup),
        *by_external_id(word, _INVOICE, lookup),
    ]


def _named_on_it(word: str, lookup: Lookup) -> ColumnElement[bool]:
    return contains(word, _INVOICE.c.client_name, _INVOICE.c.client_email) if lookup.wide else false()


def _outstanding(
    connection: Connection, listing: Listing[InvoiceRow], wanted: Filter, scales: Scales
) -> dict[str, int]:
    amount = late_amount(wanted.today) if wanted.status == "late" else _INVOICE.c.amount_remaining
    query = (
        select(_INVOICE.c.currency, _INVOICE.c.integration_id, func.sum(amount))
        .where(*listing.where(connection, wanted), _INVOICE.c.status.in_(OPEN_STATUSES))
        .group_by(_INVOICE.c.currency, _INVOICE.c.integration_id)
    )
    return summed(connection, query, scales)


_NEWEST = Sort((_INVOICE.c.created_at,))
INVOICES: Listing[InvoiceRow] = Listing(
    name="invoices",
    table=_INVOICE,
    tabs={
        "draft": lambda _: _INVOICE.c.status == "draft",
        "open": _open_not_late,
        "late": is_late,
        "paid": lambda _: _INVOICE.c.status == "paid",
        "void": lambda _: _INVOICE.c.status == "void",
        "uncollectible": lambda _: _INVOICE.c.status == "uncollectible",
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "issued": Sort((_INVOICE.c.finalized_day,)),
        "due": Sort((_INVOICE.c.due_day,)),
        "number": Sort((_INVOICE.c.number,)),
        "status": Sort((_INVOICE.c.status, _INVOICE.c.due_day)),
        "total": Sort((_INVOICE.c.total,)),
        "client": by_client_name(_INVOICE, _INVOICE.c.client_name, _INVOICE.c.client_email),
    },
    listed=(_INVOICE.c.deleted.is_(False),),
    meanings=_meanings,
    read=read_invoices,
    sum_up=_outstanding,
    foot="outstanding",
    behind={"outstanding": _outstanding_rows, "overdue": _overdue_rows, "invoiced": _invoiced_rows},
)
LISTS: tuple[Listing[Any], ...] = (INVOICES,)


# ------------------------------------------------------------------------------------------------------ one invoice


class Line(NamedTuple):
    """What is billed for. ``service`` is the product's name, empty where there is none."""

    description: str
    quantity: str
    amount: int
    tax: int
    discount: int
    service: str


class RequestRow(NamedTuple):
    """A part of the invoice that is asked for by a day of its own. ``kind`` is deposit, instalment or balance."""

    kind: str
    amount: int
    paid: int
    due_day: str | None


class InvoiceEventRow(NamedTuple):
    """Something in an invoice's history; ``observed``: we saw it, the provider did not state when it was."""

    kind: str
    at: int
    amount: int
    observed: bool


class CreditNoteRow(NamedTuple):
    """A correction of the invoice."""

    number: str
    amount: int
    status: str
    reason: str
    created_at: int


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What of an invoice is shown beside the list, apart from its row."""

    subtotal: int
    tax: int
    amount_due: int
    finalized_at: int | None
    due_at: int | None
    paid_at: int | None
    voided_at: int | None
    uncollectible_at: int | None
    subscription_ref: str
    hosted_url: str
    pdf_url: str
    description: str
    collection_method: str
    billing_reason: str
    attempt_count: int
    next_attempt_at: int | None
    location_ref: str


_FACTS = tuple(_INVOICE.c[name] for name in InvoiceFacts.__dataclass_fields__)


def read_facts(connection: Connection, invoice_id: int) -> InvoiceFacts:
    """The facts of one invoice that is there."""
    return InvoiceFacts(*connection.execute(select(*_FACTS).where(_INVOICE.c.id == invoice_id)).one())


def read_lines(connection: Connection, integration_id: int, ref: str) -> tuple[Line, ...]:
    """The invoice's lines in the provider's order."""
    of_service = and_(
        _SERVICE.c.integration_id == _LINE.c.integration_id, _SERVICE.c.external_id == _LINE.c.service_ref
    )
    query = (
        select(
            _LINE.c.description, _LINE.c.quantity, _LINE.c.amount, _LINE.c.tax, _LINE.c.discount,
            service_name(_SERVICE, _PRODUCT),
        )
        .select_from(_LINE.outerjoin(_SERVICE, of_service).outerjoin(_PRODUCT, product_of(_SERVICE, _PRODUCT)))
        .where(_LINE.c.integration_id == integration_id, _LINE.c.invoice_ref == ref)
        .order_by(_LINE.c.position, _LINE.c.id)
    )  # fmt: skip
    return tuple(Line(*row) for row in connection.execute(query))


def read_requests(connection: Connection, integration_id: int, ref: str) -> tuple[RequestRow, ...]:
    """What is asked for by when, in the provider's order; empty where the whole amount is due at once."""
    query = (
        select(*(_REQUEST.c[name] for name in RequestRow._fields))
        .where(_REQUEST.c.integration_id == integration_id, _REQUEST.c.invoice_ref == ref)
        .order_by(_REQUEST.c.position, _REQUEST.c.id)
    )
    return tuple(RequestRow(*row) for row in connection.execute(query))


def read_history(connection: Connection, integration_id: int, ref: str) -> tuple[InvoiceEventRow, ...]:
    """What happened to the invoice, newest first."""
    query = (
        select(_EVENT.c.kind, _EVENT.c.at, _EVENT.c.amount, _EVENT.c.observed)
        .where(_EVENT.c.integration_id == integration_id, _EVENT.c.invoice_ref == ref)
        .order_by(_EVENT.c.at.desc(), _EVENT.c.id.desc())
    )
    return tuple(InvoiceEventRow(*row) for row in connection.execute(query))


def read_credit_notes(connection: Connection, integration_id: int, ref: str) -> tuple[CreditNoteRow, ...]:
    """The corrections of the invoice, newest first."""
    query = (
        select(_NOTE.c.number, _NOTE.c.amount, _NOTE.c.status, _NOTE.c.reason, _NOTE.c.created_at)
        .where(_NOTE.c.integration_id == integration_id, _NOTE.c.invoice_ref == ref, _NOTE.c.deleted.is_(False))
        .order_by(_NOTE.c.created_at.desc())
    )
    return tuple(CreditNoteRow(*row) for row in connection.execute(query))
