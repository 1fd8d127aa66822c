"""The bookmarks of Square's lists: its own cursor, which lives for minutes, and what to go on by once it is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson

OVERLAP_MS = 1_000
MOST_RESTARTS = 3
"""How often in a row a pass may go on from the same instant before the list counts as stuck."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a list. ``mode`` tells which time is followed, from ``begin`` to ``end`` (ms) in this whole pass.

    ``native`` is Square's own cursor, empty for the first page; ``seen`` the latest of the times that sort the list
    so far; ``onward`` where the pass went on by time when Square's cursor had gone, and ``restarts`` how often it
    did without getting any further.
    """

    mode: str
    begin: int
    end: int
    native: str = ""
    seen: int | None = None
    onward: int | None = None
    restarts: int = 0

    def without_native(self, floor: int) -> Cursor:
        """The bookmark to go on by time with, overlapping by a second, but never from before ``floor`` (ms)."""
        start = floor if self.onward is None else self.onward
        onward = start if self.seen is None else max(start, self.seen - OVERLAP_MS)
        restarts = self.restarts + 1 if onward == start else 0
        return replace(self, native="", onward=onward, restarts=restarts)


def write_cursor(cursor: Cursor) -> str:
    """A bookmark as text."""
    return orjson.dumps(
        [cursor.mode, cursor.begin, cursor.end, cursor.native, cursor.seen, cursor.onward, cursor.restarts]
    ).decode()


def read_cursor(stated: str) -> Cursor | None:
    """A bookmark from its text; None for a text that is none of ours."""
    try:
        mode, begin, end, native, seen, onward, restarts = orjson.loads(stated)
    except (orjson.JSONDecodeError, ValueError, TypeError):
        return None
    right = type(mode) is str and type(native) is str and type(restarts) is int
    right = right and type(begin) is int and type(end) is int
    right = right and all(value is None or type(value) is int for value in (seen, onward))
    return Cursor(mode, begin, end, native, seen, onward, restarts) if right else None
