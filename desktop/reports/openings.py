"""What each figure of the dashboard opens: the question behind it, and the check that its rows add up to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from desktop.books.books import Books
from desktop.periods import ISO_CALENDAR, BusinessCalendar, add_days, period_of
from desktop.queries.choices import list_scopes
from desktop.queries.feet import read_feet
from desktop.queries.figures import Figure, Measure
from desktop.queries.listing import filter_of
from desktop.queries.reading import ask
from desktop.queries.revenue_split import ServiceAmount
from desktop.queries.scope import EVERYTHING, Scope
from desktop.reports.dashboard import CurrencyDashboard, Dashboard, dashboard

#: The terms of the row below the chart and what stands beside them, with the sign that they have there.
TERMS: tuple[tuple[Measure, str, int], ...] = (
    ("collected", "collected", 1),
    ("refunds", "refunds", -1),
    ("returned", "returned", -1),
    ("disputes", "disputes", -1),
    ("fees", "fees", -1),
    ("converted", "conversion", 1),
    ("net", "net", 1),
    ("stored_value", "stored_value", 1),
    ("stored_refunds", "stored_refunds", -1),
)
_VIEWS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Opening:
    """A figure that can be clicked: its name, what it opens, and what it says: an amount, and where it counts, of what.

    ``count`` is None where the figure says no number of rows; ``succeeded`` where it is no rate.
    """

    name: str
    figure: Figure
    amount: int
    count: int | None = None
    succeeded: int | None = None


def openings(report: Dashboard, part: CurrencyDashboard, scope: Scope = EVERYTHING) -> Iterator[Opening]:
    """Every figure of one currency's part of a report made for this scope."""
    month = period_of("month", f"{report.month}-01")
    days = month.start_day, month.end_day_exclusive
    figures = part.figures

    def of(measure: Measure, start: str = days[0], end: str = days[1]) -> Figure:
        return Figure(measure, part.currency, start, end, scope.integration_id, scope.location)

    yield Opening("total_revenue", of("total_revenue"), figures.total_revenue)
    yield Opening("outstanding", of("outstanding", "", ""), part.outstanding.amount, part.outstanding.count)
    yield Opening("overdue", of("overdue", "", ""), part.overdue.amount, part.overdue.count)
    ended = figures.succeeded + figures.failed
    yield Opening("success_rate", of("ended"), 0, ended, figures.succeeded)
    yield Opening("average_invoice", of("invoiced"), figures.invoiced, figures.invoices)
    for measure, _name, sign in TERMS:
        yield Opening(measure, of(measure), sign * term(part, measure))
    for client in part.top_clients:
        figure = Figure("paid", part.currency, *days, scope.integration_id, scope.location, client.client_id)
        yield Opening(f"client {client.name}", figure, client.amount)
    for service in part.revenue_by_service:
        yield Opening(f"service {service.service}", of_service(of("service"), service), service.amount)
    for view in _VIEWS:
        for point in {"day": part.series.days, "week": part.series.weeks, "month": part.series.months}[view]:
            yield Opening(f"{view} {point.start_day}", of("paid", *bar_days(view, point.start_day)), point.amount)


def term(part: CurrencyDashboard, measure: Measure) -> int:
    """A term of the row that adds up to net, as the report has it: what is taken away is not negative yet."""
    if measure == "converted":
        return part.conversion
    return int(getattr(part.figures, measure))


def of_service(figure: Figure, service: ServiceAmount) -> Figure:
    """What a row of revenue by service opens; ``figure`` says currency, days and scope."""
    measure: Measure = "not_itemised" if service.kind == "not_itemised" else "service"
    name = service.service if service.kind == "service" else ""
    return Figure(
        measure, figure.currency, figure.start_day, figure.end_day, figure.integration_id, figure.location, None, name
    )


def bar_days(view: str, start_day: str) -> tuple[str, str]:
    """The days of a bar of the chart, half-open. Weeks begin on their first day, whichever weekday that is."""
    lengths = {"day": 1, "week": 7}
    end = add_days(start_day, lengths[view]) if view in lengths else period_of("month", start_day).end_day_exclusive
    return start_day, end


class FigureCheck(NamedTuple):
    """A figure as it is shown, and the foot of what it opens; they must be the same.

    Both are (amount in minor units, rows, payments that succeeded); rows and payments are None where the figure says
    none.
    """

    currency: str
    location: str | None
    integration_id: int | None
    name: str
    figure: tuple[int, int | None, int | None]
    foot: tuple[int, int | None, int | None]

    @property
    def holds(self) -> bool:
        """Whether the foot equals the figure."""
        return self.figure == self.foot


def check_figures(
    books: Books, today: str, month: str | None = None, calendar: BusinessCalendar = ISO_CALENDAR
) -> Iterator[FigureCheck]:
    """Every clickable figure of the dashboard of a month beside the foot of what it opens.

    For everything, for each account, and for each location; and in each for every currency.
    """
    for scope in ask(books, list_scopes):
        report = dashboard(books, today, month, calendar, location=scope.location, integration_id=scope.integration_id)
        for part in report.currencies:
            yield from _check(books, report, part, scope)


def _check(books: Books, report: Dashboard, part: CurrencyDashboard, scope: Scope) -> Iterator[FigureCheck]:
    opened = list(openings(report, part, scope))
    feet = ask(books, read_feet, [filter_of(one.figure, report.as_of) for one in opened])
    for one, foot in zip(opened, feet, strict=True):
        count = None if one.count is None else foot.count
        succeeded = None if one.succeeded is None else foot.succeeded
        yield FigureCheck(
            part.currency, scope.location, scope.integration_id, one.name,
            (one.amount, one.count, one.succeeded), (foot.amount, count, succeeded),
        )  # fmt: skip
