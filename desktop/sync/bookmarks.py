"""How far each feed has been read: a value for each row of ``bookmarks``, read and saved in the caller's transaction.

A pass over a feed is under way while ``pass_kind`` is not empty; what a pass has read so far is only ever told by the
bookmark that was committed with it, so that a kill at any instant resumes and never repeats or skips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from types import MappingProxyType

import orjson
from sqlalchemy import Connection, select

from desktop.books.database import Writer
from desktop.books.statements import Shelf, Statements
from desktop.books.tables import Bookmark
from desktop.books.tables.base import table_of

_TABLE = table_of(Bookmark)

EVENTS = "events"
"""The stream and the feed of the bookmark in the provider's event feed."""

UNSEEN = "unseen:"
"""Before a feed's name: the bookmark of the search for objects that a complete pass did not show."""

PARENTS = "parents:"
"""Before a feed's name: which of the objects that it is read for one by one its last whole reading began with."""

LOOKED_BACK = "looked_back:"
"""Before a feed's name: since when (``pass_started_at``) it need not be looked back over."""

FIRST = "first"
FULL = "full"
"""The kinds of passes: a feed's first, and every later one over all of it."""

CLOSED = frozenset({"not_permitted", "not_available"})
"""States of a feed that these credentials or this server do not give."""

ON_DEMAND = "on_demand"
"""The state of a stream that no sync reads whole: its objects come along with others, and in full when asked for."""

UNORDERED = -1
"""``oldest_at`` of a pass that was found not to come newest first: nothing may be concluded from its order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One feed's bookmark. Instants are the provider's, in ms, but ``updated_at``, which is this machine's.

    ``state`` is never, running, complete, failed, not_permitted, not_available or on_demand. ``pass_kind`` is first or
    full while a pass is under way. ``error`` beside the state complete: the last sync could not read what changed
    since; the promise still holds. ``pass_started_at`` is when the first page of the pass was asked for, ``pass_clean``
    whether it left no gap so far. ``complete_through`` never moves back. ``seen`` counts the objects of the pass.
    """

    integration_id: int
    stream: str
    feed: str
    state: str = "never"
    cursor: str | None = None
    parent: str = ""
    pass_kind: str = ""
    pass_started_at: int | None = None
    pass_clean: bool = True
    oldest_at: int | None = None
    usable: bool = False
    complete_through: int | None = None
    since_day: str | None = None
    seen: int = 0
    error: str = ""
    notes: tuple[str, ...] = ()
    updated_at: int = 0

    @property
    def under_way(self) -> bool:
        """Whether a pass was begun and has not ended."""
        return bool(self.pass_kind)

    def begin(self, kind: str, *, since_day: str | None = None) -> Mark:
        """A new pass from the feed's beginning; what was promised before it still holds."""
        return replace(
            self, state="running", cursor=None, parent="", pass_kind=kind, pass_started_at=None, pass_clean=True,
            oldest_at=None, since_day=since_day, seen=0, error="", notes=(),
        )  # fmt: skip

    def noted(self, notes: tuple[str, ...]) -> Mark:
        """With what the server refused, each said once."""
        fresh = tuple(note for note in notes if note not in self.notes)
        return replace(self, notes=self.notes + fresh) if fresh else self

    def before(self, limit: int) -> Mark:
        """Without instants that lie beyond ``limit`` (ms): a clock was wrong when they were kept."""
        if max(self.complete_through or 0, self.pass_started_at or 0) <= limit:
            return self
        kept = [
            None if (instant or 0) > limit else instant for instant in (self.complete_through, self.pass_started_at)
        ]
        return replace(self, complete_through=kept[0], pass_started_at=kept[1])

    def promise(self, through: int | None) -> Mark:
        """Complete up to ``through``, or up to what was promised already where that is later; 0 is not known."""
        if not through:
            return self
        return replace(self, complete_through=max(through, self.complete_through or 0))


_NAMES = tuple(field.name for field in fields(Mark))
_values = attrgetter(*_NAMES)
_NOTES = _NAMES.index("notes")
_KEYS = ("integration_id", "stream", "feed")

Marks = Mapping[tuple[str, str], Mark]


def read_marks(connection: Connection, integration_id: int) -> Marks:
    """All bookmarks of an integration, by stream and feed."""
    query = select(*(_TABLE.c[name] for name in _NAMES)).where(_TABLE.c.integration_id == integration_id)
    marks: dict[tuple[str, str], Mark] = {}
    for row in connection.execute(query):
        values = dict(zip(_NAMES, row, strict=True))
        mark = Mark(**{**values, "notes": tuple(values["notes"] or ())})
        marks[mark.stream, mark.feed] = mark
    return MappingProxyType(marks)


class Bookmarks:
    """Saves bookmarks within the transaction of what they follow."""

    def __init__(self, statements: Statements) -> None:
        self._shelf = Shelf(statements)

    def save(self, writer: Writer, *marks: Mark) -> None:
        """Write bookmarks; a row for each feed."""
        rows = []
        for mark in marks:
            values = list(_values(mark))
            values[_NOTES] = orjson.dumps(mark.notes).decode()
            rows.append(tuple(values))
        writer.run_many(self._shelf.upsert(_TABLE, _KEYS, _NAMES), rows)
