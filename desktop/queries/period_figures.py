"""A period's figures from the daily totals, by the definitions of the words on the screen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, func, select

from desktop.books.tables import DailyTotal
from desktop.books.tables.base import table_of
from desktop.periods import Period
from desktop.queries.scales import Scales
from desktop.queries.scope import EVERYTHING, Scope

_DAILY = table_of(DailyTotal)
_MEASURES = (
    "collected", "refunds", "returned", "disputes", "fees", "net", "converted", "succeeded", "failed", "invoiced",
    "tips", "stored_value", "stored_refunds",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """One currency's figures of a period, in minor units.

    ``conversions`` counts what was settled in another currency. ``succeeded`` and ``failed`` count payments, not
    attempts; ``invoices`` counts what was finalised, ``invoiced`` is their sum. ``tips`` are part of ``collected``,
    ``tipped`` counts the payments with one. ``stored_value`` was paid with gift cards, store credit and house accounts,
    and ``stored_refunds`` went back onto them: no money, so both stand beside the others and in none of them.
    ``payments`` counts captures: a payment that was captured in two parts counts twice.
    """

    collected: int = 0
    refunds: int = 0
    returned: int = 0
    disputes: int = 0
    fees: int = 0
    net: int = 0
    conversions: int = 0
    succeeded: int = 0
    failed: int = 0
    invoiced: int = 0
    invoices: int = 0
    payments: int = 0
    tips: int = 0
    tipped: int = 0
    stored_value: int = 0
    stored_refunds: int = 0

    @property
    def total_revenue(self) -> int:
        """Collected less refunds less returned."""
        return self.collected - self.refunds - self.returned

    @property
    def converted(self) -> bool:
        """Whether these figures do not add up to net because of money settled in another currency."""
        return bool(self.conversions) and self.total_revenue - self.disputes - self.fees != self.net

    @property
    def payment_success_rate(self) -> float | None:
        """Payments that succeeded among those that ended, 0 to 1; None where none ended."""
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None

    @property
    def average_invoice_value(self) -> int | None:
        """Minor units, rounded half up; None where no invoice was finalised."""
        return (2 * self.invoiced + self.invoices) // (2 * self.invoices) if self.invoices else None

    def __bool__(self) -> bool:
        return self != Figures()


_PART = case((_DAILY.c.day >= bindparam("start"), 1), (_DAILY.c.day < bindparam("before_end"), 0), else_=-1)
_BY_MEASURE = (
    select(
        _PART.label("part"),
        _DAILY.c.currency,
        _DAILY.c.measure,
        _DAILY.c.integration_id,
        func.sum(_DAILY.c.amount).label("amount"),
        func.sum(_DAILY.c.count).label("times"),
    )
    .where(
        _DAILY.c.day >= bindparam("before_start"),
        _DAILY.c.day < bindparam("end"),
        _DAILY.c.measure.in_(_MEASURES),
    )
    .group_by("part", _DAILY.c.currency, _DAILY.c.measure, _DAILY.c.integration_id)
)


def read_figures(
    connection: Connection, scales: Scales, period: Period, before: Period, scope: Scope = EVERYTHING
) -> tuple[dict[str, Figures], dict[str, Figures]]:
    """The figures of a period, and of one before it, by currency. Currencies with nothing in them are left out."""
    days = {
        "start": period.start_day,
        "end": period.end_day_exclusive,
        "before_start": before.start_day,
        "before_end": before.end_day_exclusive,
    }
    query = _BY_MEASURE.where(*scope.of(_DAILY))
    amounts: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part, currency, measure, integration_id, amount, times in connection.execute(query, days):
        amounts[part, currency][measure] += scales.common(int(amount), currency, integration_id)
        counts[part, currency][measure] += int(times)
    found: tuple[dict[str, Figures], dict[str, Figures]] = {}, {}
    for (part, currency), sums in amounts.items():
        figures = _figures(sums, counts[part, currency])
        if part >= 0 and figures:
            found[1 - part][currency] = figures
    return found


def _figures(amounts: dict[str, int], counts: dict[str, int]) -> Figures:
    return Figures(
        collected=amounts["collected"],
        refunds=amounts["refunds"],
        returned=amounts["returned"],
        disputes=amounts["disputes"],
        fees=amounts["fees"],
        net=amounts["net"],
        conversions=counts["converted"],
        succeeded=counts["succeeded"],
        failed=counts["failed"],
        invoiced=amounts["invoiced"],
        invoices=counts["invoiced"],
        payments=counts["collected"],
        tips=amounts["tips"],
        tipped=counts["tips"],
        stored_value=amounts["stored_value"],
        stored_refunds=amounts["stored_refunds"],
    )
