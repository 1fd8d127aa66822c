"""Collected less refunds by day, week and month: the chart's three views, each beside what it is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, case, func, select

from desktop.books.tables import DailyTotal
from desktop.books.tables.base import table_of
from desktop.periods import BusinessCalendar, Kind, Period, add_days, day_number, day_of_number, month_of, period_of
from desktop.queries.scales import Scales
from desktop.queries.scope import EVERYTHING, Scope

WEEKS = 13
MONTHS = 12
_DAILY = table_of(DailyTotal)


@dataclass(frozen=True, slots=True)
class Point:
    """One bar: its first day, its amount in minor units, and the amount it is compared with (None: no such day)."""

    start_day: str
    amount: int
    previous: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """The chart of one currency.

    ``days``: each day of the month so far, beside the same day of the month before. ``weeks``: the last 13, beside
    the 13 before them. ``months``: the last 12, beside the same months a year earlier. The last bar may be in progress.
    """

    days: tuple[Point, ...]
    weeks: tuple[Point, ...]
    months: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Spans:
    """Which periods the three views show: each twice as many as are shown, the older half to compare with."""

    days: tuple[str, ...]
    days_before: tuple[str, ...]
    weeks: tuple[Period, ...]
    months: tuple[Period, ...]

    @property
    def daily_since(self) -> str:
        """From here on sums are needed by day: the first of a month, before which sums by month are enough."""
        first = min(self.weeks[0].start_day, *self.days_before[:1], self.days[0])
        return period_of("month", first).start_day


def spans_of(month: Period, through_day: str, calendar: BusinessCalendar) -> Spans:
    """What to show for a month, as far as ``through_day``."""
    before = period_of("month", add_days(month.start_day, -1))
    return Spans(
        days=tuple(_days(month.start_day, add_days(through_day, 1))),
        days_before=tuple(_days(before.start_day, before.end_day_exclusive)),
        weeks=_back_from(through_day, "week", 2 * WEEKS, calendar),
        months=_back_from(through_day, "month", 2 * MONTHS, calendar),
    )


def _days(start: str, end_exclusive: str) -> Iterator[str]:
    return map(day_of_number, range(day_number(start), day_number(end_exclusive)))


def _back_from(day: str, kind: Kind, count: int, calendar: BusinessCalendar) -> tuple[Period, ...]:
    """The last ``count`` periods of a kind up to the one with this day, oldest first."""
    found = [period_of(kind, day, calendar)]
    while len(found) < count:
        found.append(period_of(kind, add_days(found[-1].start_day, -1), calendar))
    return tuple(reversed(found))


# By day from a day on, by month before it.
_BUCKET = case((_DAILY.c.day >= bindparam("since"), _DAILY.c.day), else_=func.substr(_DAILY.c.day, 1, 7))
_SIGNED = case((_DAILY.c.measure == "refunds", -_DAILY.c.amount), else_=_DAILY.c.amount)
_BY_BUCKET = (
    select(_DAILY.c.currency, _DAILY.c.integration_id, _BUCKET.label("bucket"), func.sum(_SIGNED).label("amount"))
    .where(
        _DAILY.c.day >= bindparam("first"),
        _DAILY.c.day < bindparam("end"),
        _DAILY.c.measure.in_(("collected", "refunds")),
    )
    .group_by(_DAILY.c.currency, _DAILY.c.integration_id, "bucket")
)


def read_series(connection: Connection, scales: Scales, spans: Spans, scope: Scope = EVERYTHING) -> dict[str, Series]:
    """The three views by currency, for every currency that has anything in them."""
    since = spans.daily_since
    days = {
        "since": since,
        "first": min(spans.months[0].start_day, since),
        "end": max(spans.months[-1].end_day_exclusive, spans.weeks[-1].end_day_exclusive),
    }
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for currency, integration_id, key, amount in connection.execute(_BY_BUCKET.where(*scope.of(_DAILY)), days):
        if amount:
            sums[currency][key] += scales.common(int(amount), currency, integration_id)
    return {currency: _series(by_bucket, spans) for currency, by_bucket in sums.items()}


def empty_series(spans: Spans) -> Series:
    """The three views of a currency without anything in them."""
    return _series({}, spans)


def _series(by_bucket: Mapping[str, int], spans: Spans) -> Series:
    by_month: dict[str, int] = defaultdict(int)
    for key, amount in by_bucket.items():
        by_month[month_of(key)] += amount
    days = [by_bucket.get(day, 0) for day in spans.days_before]
    # Days that have anything are few: each is added to its week, rather than each week looking up its days.
    first, weeks = day_number(spans.weeks[0].start_day), [0] * len(spans.weeks)
    for key, amount in by_bucket.items():
        week = (day_number(key) - first) // 7 if len(key) > len("2026-11") else -1
        if 0 <= week < len(weeks):
            weeks[week] += amount
    months = [by_month.get(month_of(month.start_day), 0) for month in spans.months]
    return Series(
        days=tuple(
            Point(day, by_bucket.get(day, 0), before)
            for day, before in zip_longest(spans.days, days[: len(spans.days)])
        ),
        weeks=_points([week.start_day for week in spans.weeks[WEEKS:]], weeks),
        months=_points([month.start_day for month in spans.months[MONTHS:]], months),
    )


def _points(starts: Sequence[str], amounts: Sequence[int]) -> tuple[Point, ...]:
    return tuple(
        Point(start, amount, before)
        for start, amount, before in zip(starts, amounts[len(starts) :], amounts[: len(starts)], strict=True)
    )
