"""Square's instants and dates: RFC 3339 text on its side, milliseconds on ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.providers.fields import LAST_SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)


def read_moment(value: object) -> int | None:
    """An RFC 3339 instant as milliseconds; None for anything else. Events state theirs without a zone: UTC."""
    if type(value) is not str or not 19 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(value)
        found = (moment - (_NAIVE_EPOCH if moment.tzinfo is None else _EPOCH)) // _MILLISECOND
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found <= LAST_SECOND * 1000 + 999 else None


def written(milliseconds: int) -> str:
    """Milliseconds as Square takes an instant."""
    seconds, rest = divmod(max(milliseconds, 0), 1000)
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def read_day(value: object) -> str | None:
    """A date, ``YYYY-MM-DD``, as it is; None for anything else, and for years that no business has."""
    if type(value) is not str or len(value) != 10:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day.isoformat() if 1971 <= day.year <= 2199 else None


def start_of_day(day: str, zone: str, days: int = 0) -> int:
    """The instant (ms) at which a day begins in a zone, some days on; in UTC where the zone is not known."""
    try:
        where: ZoneInfo | None = ZoneInfo(zone) if zone else None
    except (ValueError, OSError, LookupError):  # a zone that does not exist is a KeyError
        where = None
    begun = datetime.combine(date.fromisoformat(day) + timedelta(days=days), datetime.min.time(), where or UTC)
    return (begun - _EPOCH) // _MILLISECOND
