"""What the dashboard is made of, by currency, in one reading: sums of the month, and what is outstanding as of today.

Reads sums and the index of open invoices only, so that it costs the same at a million payments as at a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.periods import Period
from desktop.queries.footing import Footing, read_footing
from desktop.queries.outstanding import Outstanding, read_outstanding
from desktop.queries.period_figures import Figures, read_figures
from desktop.queries.revenue_split import ClientAmount, ServiceSums, read_services, read_top_clients
from desktop.queries.scales import Scales, read_scales
from desktop.queries.scope import Scope
from desktop.queries.series import Series, Spans, read_series

_INTEGRATION = table_of(Integration)


@dataclass(frozen=True, slots=True)
class DashboardAnswers:
    """The answers, each by currency; a currency with nothing in one of them is left out there.

    ``currencies`` are those to show, the main one first; ``previous`` holds the figures of the period before.
    """

    currencies: tuple[str, ...]
    scales: Scales
    figures: Mapping[str, Figures]
    previous: Mapping[str, Figures]
    outstanding: Mapping[str, Outstanding]
    series: Mapping[str, Series]
    top_clients: Mapping[str, tuple[ClientAmount, ...]]
    services: Mapping[str, ServiceSums]
    footing: Footing


def read_dashboard(
    connection: Connection, period: Period, before: Period, spans: Spans, today: str, scope: Scope
) -> DashboardAnswers:
    """The answers for a month, the days before it that it is compared with, and the business's day ``today``."""
    scales = read_scales(connection)
    figures, previous = read_figures(connection, scales, period, before, scope)
    outstanding = read_outstanding(connection, scales, today, scope)
    series = read_series(connection, scales, spans, scope)
    shown = _order(connection, scope, figures, outstanding, series)
    return DashboardAnswers(
        currencies=shown,
        scales=scales,
        figures=figures,
        previous=previous,
        outstanding=outstanding,
        series=series,
        top_clients=read_top_clients(connection, scales, period, shown, scope),
        services=read_services(connection, scales, period, scope),
        footing=read_footing(connection, scope.integration_id),
    )


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
