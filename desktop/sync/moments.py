"""Instants as people read them, the same in the window and on the command line: with the day where it is not today.

Pure functions of an instant (ms, UTC), the business's zone, its day (``YYYY-MM-DD``) and where it is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from desktop.periods import day_of, days_between
from desktop.regions import Region

_WEEK: Final = 7
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_HALF_DAY_MS: Final = 12 * _HOUR_MS
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock_words(instant: int, where: ZoneInfo) -> str:
    """The time on the business's clock: "14:02"."""
    return datetime.fromtimestamp(instant // 1000, UTC).astimezone(where).strftime("%H:%M")


def moment_words(instant: int, where: ZoneInfo, today: str, region: Region) -> str:
    """When something was: "14:02" today, "Tue 14:02" in the six days before, else "21 Nov" or "21 Nov 2025"."""
    day = day_of(instant, where)
    past = days_between(day, today)
    if past == 0:
        return clock_words(instant, where)
    if 0 < past < _WEEK:
        return f"{_WEEKDAYS[date.fromisoformat(day).weekday()]} {clock_words(instant, where)}"
    return region.day(day, today)


def past_words(instant: int, where: ZoneInfo, today: str, region: Region) -> str:
    """A moment with how many days ago it was, where there is room for both: "Tue 14:02, 3 days ago"."""
    days = days_between(day_of(instant, where), today)
    said = moment_words(instant, where, today, region)
    return f"{said}, {_days_words(days)}" if days > 0 else said


def ago_words(instant: int, now: int, where: ZoneInfo) -> str:
    """How long ago something was, as of ``now`` (ms): "5 minutes ago", "2 hours ago", "yesterday", "3 days ago".

    Days are the business's: what was on Tuesday is three days ago on the whole of Friday.
    """
    elapsed = now - instant
    if elapsed < _MINUTE_MS:
        return "just now"
    if elapsed < _HOUR_MS:
        return _counted(elapsed // _MINUTE_MS, "minute")
    days = days_between(day_of(instant, where), day_of(now, where))
    if days == 0 or elapsed < _HALF_DAY_MS:
        return _counted(elapsed // _HOUR_MS, "hour")
    return _days_words(days)


def _days_words(days: int) -> str:
    return "yesterday" if days == 1 else _counted(days, "day")


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
