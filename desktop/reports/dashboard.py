"""The dashboard: one month's figures per currency, and what is outstanding as of today.

Made of the answers of ``queries/dashboard.py``. Definitions: design.md, "Words on the screen".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.periods import ISO_CALENDAR, BusinessCalendar, Period, parse_day, period_of, previous_period
from desktop.queries.dashboard import DashboardAnswers, read_dashboard
from desktop.queries.footing import Footing
from desktop.queries.outstanding import Counted, Outstanding
from desktop.queries.period_figures import Figures
from desktop.queries.reading import ask
from desktop.queries.revenue_split import ClientAmount, ServiceAmount, ServiceSums
from desktop.queries.scope import Scope
from desktop.queries.series import Series, Spans, empty_series, spans_of

if TYPE_CHECKING:
    from desktop.books.books import Books


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
    answers = ask(books, read_dashboard, period, before, spans, today, Scope(location, integration_id))
    return Dashboard(
        as_of=today,
        timezone=books.timezone,
        month=period.key,
        through_day=through,
        compared_with=before,
        currencies=tuple(_part(answers, currency, spans) for currency in answers.currencies),
        footing=answers.footing,
    )


def _part(answers: DashboardAnswers, currency: str, spans: Spans) -> CurrencyDashboard:
    outstanding = answers.outstanding.get(currency, Outstanding())
    return CurrencyDashboard(
        currency=currency,
        provider=answers.scales.provider_of(currency),
        figures=answers.figures.get(currency, Figures()),
        previous=answers.previous.get(currency, Figures()),
        outstanding=outstanding.open,
        overdue=outstanding.late,
        top_clients=answers.top_clients.get(currency, ()),
        revenue_by_service=answers.services.get(currency, ServiceSums()).rows(),
        series=answers.series.get(currency) or empty_series(spans),
    )


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
