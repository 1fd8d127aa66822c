"""What stands below the rows behind a figure: their sum and number, asked of exactly those rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, select

from desktop.books.tables import Invoice, Payment
from desktop.books.tables.base import table_of
from desktop.queries.clients import CLIENTS, sum_who_paid
from desktop.queries.figures import MOVED
from desktop.queries.invoices import INVOICES, late_amount
from desktop.queries.listing import Filter, figure_of
from desktop.queries.payments import PAYMENTS
from desktop.queries.scales import read_scales
from desktop.queries.transactions import TABS, sum_up

_INVOICE = table_of(Invoice)
_PAYMENT = table_of(Payment)


@dataclass(frozen=True, slots=True)
class Foot:
    """``amount`` in minor units of ``unit``, ``count`` rows; ``succeeded`` of them where payments that ended count."""

    amount: int
    count: int
    unit: str | None
    succeeded: int = 0


def read_feet(connection: Connection, wanted: Iterable[Filter]) -> list[Foot]:
    """The sums of the rows of several filters with a figure, all of one moment."""
    return [read_foot(connection, one) for one in wanted]


def read_foot(connection: Connection, wanted: Filter, listing: str = "") -> Foot:
    """The sum of the rows that a filter with a figure leaves; ``listing``: as the clients who paid where it is theirs.

    Raises ValueError for a filter without a figure.
    """
    figure, scales = figure_of(wanted), read_scales(connection)
    unit = scales.provider_of(figure.currency)
    if listing == CLIENTS.name:
        count, amount = sum_who_paid(connection, wanted)
        return Foot(amount, count, unit)
    if figure.measure in MOVED:
        kinds = TABS.get(wanted.status)
        sums = [one for what, one in sum_up(connection, figure, wanted.search).items() if not kinds or what in kinds]
        return Foot(sum(one.amount for one in sums), sum(one.count for one in sums), unit)
    if figure.measure == "ended":
        succeeded = func.sum(case((_PAYMENT.c.outcome == "succeeded", 1), else_=0))
        query = select(func.count(), succeeded).where(*PAYMENTS.where(connection, wanted))
        count, came = connection.execute(query).one()
        return Foot(0, int(count), unit, int(came or 0))
    owed: dict[str, Any] = {"invoiced": _INVOICE.c.total, "overdue": late_amount(wanted.today)}
    amount = owed.get(figure.measure, _INVOICE.c.amount_remaining)
    weighed = scales.weighed(amount, _INVOICE.c.integration_id, figure.currency)
    query = select(func.count(), func.sum(weighed)).where(*INVOICES.where(connection, wanted))
    count, total = connection.execute(query).one()
    return Foot(int(total or 0), int(count), unit)
