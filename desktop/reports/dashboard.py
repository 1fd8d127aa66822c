"""The dashboard: one month's figures per currency, and what is outstanding as of today.

Reads sums and the index of open invoices only, in one read transaction, so that it costs the same at a million
payments as at a thousand. Definitions: design.md, "Words on the screen".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, select

from desktop.books.books import Books
from desktop.books.tables import Integration, Invoice, InvoiceRequest
from desktop.books.tables.base import table_of
from desktop.periods import ISO_CALENDAR, BusinessCalendar, Period, parse_day, period_of, previous_period
from desktop.queries.footing import Footing, read_footing
from desktop.queries.period_figures import Figures, read_figures
from desktop.queries.revenue_split import ClientAmount, ServiceAmount, ServiceSums, read_services, read_top_clients
from desktop.queries.scales import Scales, read_scales
from desktop.queries.scope import Scope
from desktop.queries.series import Series, empty_series, read_series, spans_of

_INVOICE = table_of(Invoice)
_PART = table_of(InvoiceRequest)
_INTEGRATION = table_of(Integration)
OPEN_STATUSES = ("open", "partly_paid")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, and what they add up to in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class CurrencyDashboard:
    """One currency's part of the dashboard.

    ``provider`` is whose minor units the amounts are in (give it to ``format_money``). ``previous`` holds the figures
    of as many days of the month before. Outstanding and overdue are as of today whatever the month.
    """

    currency: str
    provider: str | None
    figures: Figures
    previous: Figures
    outstanding: Counted
    overdue: Counted
    top_clients: tuple[ClientAmount, ...]
    revenue_by_service: tuple[ServiceAmount, ...]
    series: Series

    @property
    def conversion(self) -> int:
        """What lies between collected less refunds, returned, disputes and fees, and net.

        Nearly all of it is money that was settled in another currency: in its own it is collected and not net, in the
        other the other way round.
        """
        figures = self.figures
        return figures.net - (figures.total_revenue - figures.disputes - figures.fees)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the dashboard shows.

    ``as_of`` is today; ``through_day`` the last day that counts, ``compared_with`` the days that ``previous`` covers.
    The first of ``currencies`` is the main one.
    """

    as_of: str
    timezone: str
    month: str
    through_day: str
    compared_with: Period
    currencies: tuple[CurrencyDashboard, ...]
    footing: Footing


def dashboard(
    books: Books,
    today: str,
    month: str | None = None,
    calendar: BusinessCalendar = ISO_CALENDAR,
    *,
    location: str | None = None,
    integration_id: int | None = None,
) -> Dashboard:
    """The dashboard of a month (``YYYY-MM``; the current one if None), as of the business's day ``today``.

    ``location`` (a location's id at the provider) and ``integration_id`` leave only what belongs to them.
    Raises: UsageError for a day or month that is none, ClosedBooksError where the books cannot be read.
    """
    period = period_of("month", parse_day(f"{month or parse_day(today)[:7]}-01"))
    through = min(max(today, period.start_day), period.last_day)
    before = previous_period(period, through_day=through)
    assert before is not None
    spans = spans_of(period, through, calendar)
    scope = Scope(location, integration_id)
    with books.read() as connection:
        scales = read_scales(connection)
        figures, previous = read_figures(connection, scales, period, before, scope)
        due = _read_due(connection, scales, today, scope)
        series = read_series(connection, scales, spans, scope)
        shown = _order(connection, scope, figures, due, series)
        clients = read_top_clients(connection, scales, period, shown, scope)
        services = read_services(connection, scales, period, scope)
        footing = read_footing(connection, integration_id)
    none = Figures(), (Counted(), Counted()), empty_series(spans)
    return Dashboard(
        as_of=today,
        timezone=books.timezone,
        month=period.key,
        through_day=through,
        compared_with=before,
        currencies=tuple(
            CurrencyDashboard(
                currency=currency,
                provider=scales.provider_of(currency),
                figures=figures.get(currency, none[0]),
                previous=previous.get(currency, none[0]),
                outstanding=due.get(currency, none[1])[0],
                overdue=due.get(currency, none[1])[1],
                top_clients=clients.get(currency, ()),
                revenue_by_service=services.get(currency, ServiceSums()).rows(),
                series=series.get(currency, none[2]),
            )
            for currency in shown
        ),
        footing=footing,
    )


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


# Parts of late invoices that are asked for by later days: found from the parts, which are few.
_LATER = (
    select(_INVOICE.c.currency, _INVOICE.c.integration_id, func.sum(_PART.c.amount - _PART.c.paid))
    .select_from(
        _PART.join(
            _INVOICE,
            and_(_INVOICE.c.integration_id == _PART.c.integration_id, _INVOICE.c.external_id == _PART.c.invoice_ref),
        )
    )
    .where(
        _PART.c.due_day >= bindparam("today"),
        _PART.c.paid < _PART.c.amount,
        _LATE,
        _INVOICE.c.status.in_(OPEN_STATUSES),
        _INVOICE.c.deleted.is_(False),
    )
    .group_by(_INVOICE.c.currency, _INVOICE.c.integration_id)
)


def _read_due(connection: Connection, scales: Scales, today: str, scope: Scope) -> dict[str, tuple[Counted, Counted]]:
    """Outstanding and overdue by currency, from the index of open invoices."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for currency, integration_id, *numbers in connection.execute(_DUE.where(*scope.of(_INVOICE)), {"today": today}):
        count, amount, late_count, late_amount = (int(number) for number in numbers)
        weight = scales.factor(integration_id, currency)
        for place, number in enumerate((count, amount * weight, late_count, late_amount * weight)):
            sums[currency][place] += number
    # What late invoices ask for by later days is not overdue yet.
    for currency, integration_id, later in connection.execute(_LATER.where(*scope.of(_INVOICE)), {"today": today}):
        sums[currency][3] -= scales.common(int(later), currency, integration_id)
    return {currency: (Counted(one, two), Counted(three, four)) for currency, (one, two, three, four) in sums.items()}


def _order(
    connection: Connection,
    scope: Scope,
    figures: Mapping[str, Figures],
    due: Iterable[str],
    series: Mapping[str, Series],
) -> tuple[str, ...]:
    """The currencies to show: the accounts' own first, then those with something in the month or outstanding."""
    query = select(_INTEGRATION.c.currency).where(_INTEGRATION.c.currency != "").order_by(_INTEGRATION.c.id)
    if scope.integration_id is not None:
        query = query.where(_INTEGRATION.c.id == scope.integration_id)
    main = connection.execute(query).scalars().first()
    usual = sorted({*figures, *due}, key=lambda name: (-figures.get(name, Figures()).payments, name))
    if main is None and not usual:
        usual = sorted(series, key=lambda name: (-sum(point.amount for point in series[name].months), name))[:1]
    return tuple(dict.fromkeys([*([main] if main else []), *usual]))


# ------------------------------------------------------------------------------------------------------- the shape


def to_json(report: Dashboard) -> dict[str, Any]:
    """The stable shape of ``paydesk report dashboard --json`` (cli.md)."""
    return {
        "as_of": report.as_of,
        "timezone": report.timezone,
        "month": report.month,
        "currencies": {part.currency: _currency_json(part) for part in report.currencies},
    }


def _currency_json(part: CurrencyDashboard) -> dict[str, Any]:
    figures = part.figures
    return {
        "total_revenue": figures.total_revenue,
        "collected": figures.collected,
        "refunds": figures.refunds,
        "returned": figures.returned,
        "disputes": figures.disputes,
        "fees": figures.fees,
        "net": figures.net,
        "converted": figures.converted,
        "paid_with_stored_value": figures.stored_value,
        "refunded_to_stored_value": figures.stored_refunds,
        "outstanding_invoices": {"count": part.outstanding.count, "amount": part.outstanding.amount},
        "overdue_invoices": {"count": part.overdue.count, "amount": part.overdue.amount},
        "payment_success_rate": figures.payment_success_rate,
        "average_invoice_value": figures.average_invoice_value,
        "top_clients": [
            {"client_id": one.client_id, "name": one.name, "amount": one.amount} for one in part.top_clients
        ],
        "revenue_by_service": [
            {"service": one.service, "amount": one.amount} for one in part.revenue_by_service if one.amount
        ],
    }
