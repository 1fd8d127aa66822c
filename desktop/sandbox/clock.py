"""The sandbox's clock and its calendar: when it opens, what a business day is, where the clocks change."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

DAY = 86_400
"""Seconds of a day that has no change of clock."""

OPENING_HOUR = time_of_day(10, 0)
"""The local hour at which a generated world ends. Early, so that a demo of the real today is seldom ahead of it."""


class Clock:
    """Tells the sandbox's time in seconds since the epoch: starts where it is told, then runs with real time."""

    def __init__(self, start: float, running: Callable[[], float] = time.monotonic) -> None:
        self._running = running
        self._base = start - running()

    def now(self) -> int:
        """The sandbox's present second."""
        return int(self._base + self._running())

    def advance(self, seconds: float) -> int:
        """Move the clock forward and answer the new present. Backwards raises ``ValueError``."""
        if seconds < 0:
            raise ValueError("the sandbox's clock only moves forward")
        self._base += seconds
        return self.now()


def instant(day: date, at: time_of_day, zone: ZoneInfo) -> int:
    """Seconds since the epoch of a wall-clock time of the zone (the first one where the hour repeats)."""
    return int(datetime.combine(day, at, tzinfo=zone).timestamp())


def local_day(at: int, zone: ZoneInfo) -> date:
    """The day of the zone in which an instant lies."""
    return datetime.fromtimestamp(at, zone).date()


def utc_midnight(day: date) -> int:
    """Seconds since the epoch at which a UTC day starts."""
    return int(datetime.combine(day, time_of_day(), tzinfo=UTC).timestamp())


def opening(today: date, zone: ZoneInfo, real_now: float | None = None) -> int:
    """Where a world's clock starts: 10:00 of ``today``, or the real present where that is later on the same day."""
    start = instant(today, OPENING_HOUR, zone)
    present = int(time.time() if real_now is None else real_now)
    return max(start, present) if local_day(present, zone) == today else start


def is_business_day(day: date) -> bool:
    """Whether banks work on a day. Holidays are left out on purpose: weekends are enough to skip."""
    return day.weekday() < 5


def add_business_days(day: date, count: int) -> date:
    """The day that lies ``count`` business days after ``day``."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day


def clock_changes(first: date, last: date, zone: ZoneInfo) -> list[date]:
    """Days between two days on which the zone's clocks change; empty where they never do."""
    noon = time_of_day(12)
    changes = []
    day = first
    while day <= last:
        before = datetime.combine(day - timedelta(days=1), noon, tzinfo=zone).utcoffset()
        if datetime.combine(day, noon, tzinfo=zone).utcoffset() != before:
            changes.append(day)
        day += timedelta(days=1)
    return changes


def add_months(day: date, count: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day where it is shorter."""
    month = day.month - 1 + count
    first = date(day.year + month // 12, month % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)
