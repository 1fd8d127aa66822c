"""What remains to be paid of open invoices, and what of it is late, as of a day; from the index of open invoices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, case, func, select

from desktop.books.tables import Invoice, InvoiceRequest
from desktop.books.tables.base import table_of
from desktop.queries.scales import Scales
from desktop.queries.scope import EVERYTHING, Scope

_INVOICE = table_of(Invoice)
_PART = table_of(InvoiceRequest)
OPEN_STATUSES = ("open", "partly_paid")
"""Of an invoice on which something remains to be paid."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, and what they add up to in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Open invoices: all of them with what remains, and those that are late with what of them is."""

    open: Counted = Counted()
    late: Counted = Counted()


_LATE = _INVOICE.c.due_day < bindparam("today")
_DUE = (
    select(
        _INVOICE.c.currency,
        _INVOICE.c.integration_id,
        func.count().label("count"),
        func.sum(_INVOICE.c.amount_remaining).label("amount"),
        func.sum(case((_LATE, 1), else_=0)).label("late"),
        func.sum(case((_LATE, _INVOICE.c.amount_remaining), else_=0)).label("late_amount"),
    )
    .where(_INVOICE.c.status.in_(OPEN_STATUSES), _INVOICE.c.deleted.is_(False))
    # By status too: then the index has them in order.
    .group_by(_INVOICE.c.status, _INVOICE.c.currency, _INVOICE.c.integration_id)
)


# Parts of late invoices that are asked for by later days: found from the parts, which are few, by their index.
_LATER_PARTS = (
    select(_PART.c.integration_id, _PART.c.invoice_ref, func.sum(_PART.c.amount - _PART.c.paid).label("amount"))
    .where(_PART.c.due_day >= bindparam("today"), _PART.c.paid < _PART.c.amount)
    .group_by(_PART.c.integration_id, _PART.c.invoice_ref)
    .subquery("later")
)
_LATER = (
    select(_INVOICE.c.currency, _INVOICE.c.integration_id, func.sum(_LATER_PARTS.c.amount))
    .select_from(
        _LATER_PARTS.join(
            _INVOICE,
            and_(
                _INVOICE.c.integration_id == _LATER_PARTS.c.integration_id,
                _INVOICE.c.external_id == _LATER_PARTS.c.invoice_ref,
            ),
        )
    )
    .where(_LATE, _INVOICE.c.status.in_(OPEN_STATUSES), _INVOICE.c.deleted.is_(False))
    .group_by(_INVOICE.c.currency, _INVOICE.c.integration_id)
)


def read_outstanding(
    connection: Connection, scales: Scales, today: str, scope: Scope = EVERYTHING
) -> dict[str, Outstanding]:
    """What is outstanding and overdue by currency, as of the business's day ``today``."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for currency, integration_id, *numbers in connection.execute(_DUE.where(*scope.of(_INVOICE)), {"today": today}):
        count, amount, late_count, late_amount = (int(number) for number in numbers)
        weight = scales.factor(integration_id, currency)
        for position, number in enumerate((count, amount * weight, late_count, late_amount * weight)):
            sums[currency][position] += number
    # What late invoices ask for by later days is not overdue yet.
    for currency, integration_id, later in connection.execute(_LATER.where(*scope.of(_INVOICE)), {"today": today}):
        sums[currency][3] -= scales.common(int(later), currency, integration_id)
    return {
        currency: Outstanding(Counted(count, amount), Counted(late, late_amount))
        for currency, (count, amount, late, late_amount) in sums.items()
    }
