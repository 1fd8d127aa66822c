"""Instants as Square writes them: RFC 3339 in UTC, with milliseconds or without."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from desktop.sandbox.clock import DAY

_TWO = tuple(f"{number:02d}" for number in range(60))
"""Two digits each: a world writes so many instants that formatting them anew shows."""


def stamp(at: int, milliseconds: int = 0) -> str:
    """``2021-10-13T19:34:33.524Z`` of a second since the epoch."""
    day, second = divmod(at, DAY)
    minute = second // 60
    return f"{_day(day)}{_TWO[minute // 60]}:{_TWO[minute % 60]}:{_TWO[second % 60]}.{milliseconds:03d}Z"


def plain(at: int) -> str:
    """``2021-10-13T19:34:33Z`` of a second since the epoch."""
    return f"{stamp(at)[:19]}Z"


def read(text: str) -> datetime:
    """An RFC 3339 instant. Raises ``ValueError`` for anything else, an instant without a zone included."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or "T" not in text:
        raise ValueError(f"not RFC 3339: {text}")
    return found.astimezone(UTC)


def seconds(text: str) -> int:
    """The second since the epoch in which an instant lies."""
    return int(read(text).timestamp())


def sortable(text: str) -> str:
    """An instant in the one form in which strings compare as instants do."""
    if len(text) == 24 and text.endswith("Z"):
        return text
    return f"{read(text):%Y-%m-%dT%H:%M:%S.}{read(text).microsecond // 1000:03d}Z"


@lru_cache(maxsize=1024)
def _day(day: int) -> str:
    return f"{datetime(1970, 1, 1) + timedelta(days=day):%Y-%m-%dT}"
