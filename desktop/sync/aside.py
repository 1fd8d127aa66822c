"""Objects that could not be read: kept with the reason, cleared when a later reading succeeds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, select

from desktop.books.database import Writer
from desktop.books.statements import Shelf, Statements
from desktop.books.tables import SetAsideObject
from desktop.books.tables.base import table_of

if TYPE_CHECKING:
    # Named in signatures only: how things stand is asked for with the first figures, which making these would hold up.
    from desktop.records import SetAside, SourceObject

_TABLE = table_of(SetAsideObject)
_KEYS = ("integration_id", "data_type", "external_id")
_COLUMNS = (*_KEYS, "stream", "reason", "data", "first_seen_at", "last_seen_at")

NAMELESS = "?"
"""Begins the made-up id of an object that came without one."""

_LONGEST_BODY = 64_000


class AsideShelf:
    """The set-aside objects of one integration, remembered, so that a page of good ones costs nothing."""

    def __init__(self, statements: Statements, integration_id: int, known: Iterable[tuple[str, str]]) -> None:
        self._shelf = Shelf(statements)
        self._integration_id = integration_id
        self._known = set(known)

    def recall(self, known: Iterable[tuple[str, str]]) -> None:
        """Somebody else may have set aside or cleared since: this is what is there now."""
        self._known = set(known)

    def put(self, writer: Writer, stream: str, items: Sequence[SetAside], at: int) -> None:
        """Keep what could not be read; ``at`` is the provider's instant of the reading (ms)."""
        rows = {}
        for item in items:
            key = (item.data_type, item.external_id or _made_up(item))
            body = item.body[:_LONGEST_BODY]
            rows[key] = (self._integration_id, *key, stream, item.reason, body, at, at)
        if rows:
            keep = self._shelf.upsert(_TABLE, _KEYS, _COLUMNS, keep=("first_seen_at",))
            writer.run_many(keep, list(rows.values()))
            self._known.update(rows)

    def holds(self, item: SetAside) -> bool:
        """Whether this is set aside already."""
        return (item.data_type, item.external_id or _made_up(item)) in self._known

    def clear(self, writer: Writer, objects: Sequence[SourceObject]) -> None:
        """These were read well."""
        if not self._known:
            return
        read = {(item.data_type, item.external_id) for item in objects} & self._known
        if read:
            drop = self._shelf.keep("drop aside", _drop_one)
            writer.run_many(drop, [(self._integration_id, *key) for key in read])
            self._known -= read

    def clear_unseen(self, writer: Writer, data_type: str, before: int) -> None:
        """A complete pass that began at ``before`` did not meet these again: they are gone, or were read well."""
        drop = self._shelf.keep("drop old aside", _drop_old)
        writer.run(drop, self._integration_id, data_type, before)
        left = writer.fetch(self._shelf.keep("aside of type", _of_type), self._integration_id, data_type)
        self._known = {key for key in self._known if key[0] != data_type} | {(data_type, row[0]) for row in left}

    def has(self, data_types: Iterable[str]) -> bool:
        """Whether any object of these types is set aside."""
        wanted = set(data_types)
        return any(key[0] in wanted for key in self._known)


def known_aside(connection: Connection, integration_id: int) -> list[tuple[str, str]]:
    """What is set aside: type and id."""
    query = select(_TABLE.c.data_type, _TABLE.c.external_id).where(_TABLE.c.integration_id == integration_id)
    return [(row[0], row[1]) for row in connection.execute(query)]


def aside_by_stream(connection: Connection, integration_id: int) -> dict[str, int]:
    """How many objects of each stream are set aside."""
    query = (
        select(_TABLE.c.stream, func.count()).where(_TABLE.c.integration_id == integration_id).group_by(_TABLE.c.stream)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def aside_since(
    connection: Connection, integration_id: int, data_types: Sequence[str], before: int, limit: int
) -> list[tuple[str, str]]:
    """Set-aside objects with an id that were not tried since ``before`` (provider's instant, ms), oldest first."""
    query = (
        select(_TABLE.c.data_type, _TABLE.c.external_id)
        .where(
            _TABLE.c.integration_id == integration_id,
            _TABLE.c.data_type.in_(data_types),
            _TABLE.c.last_seen_at < before,
            ~_TABLE.c.external_id.startswith(NAMELESS, autoescape=True),
        )
        .order_by(_TABLE.c.last_seen_at, _TABLE.c.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def _made_up(item: SetAside) -> str:
    return NAMELESS + hashlib.blake2b(item.body, digest_size=12).hexdigest()


def _drop_one() -> object:
    return delete(_TABLE).where(*(_TABLE.c[name] == bindparam(f"of_{name}") for name in _KEYS))


def _drop_old() -> object:
    return delete(_TABLE).where(
        _TABLE.c.integration_id == bindparam("of"),
        _TABLE.c.data_type == bindparam("data_type"),
        _TABLE.c.last_seen_at < bindparam("before"),
    )


def _of_type() -> object:
    return select(_TABLE.c.external_id).where(
        _TABLE.c.integration_id == bindparam("of"), _TABLE.c.data_type == bindparam("data_type")
    )
