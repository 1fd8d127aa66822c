"""Streams that are read once for each stored object of another one, and those objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import func, select

from desktop.books.tables import Base, IntegrationData
from desktop.books.tables.base import table_of
from desktop.providers.contract import Feed, NotAvailable, NotPermitted, Stream, Unreachable
from desktop.sync.bookmarks import PARENTS, Mark
from desktop.sync.intake import Intake

_PARENTS: Final = 1000
_PRESENT: Final = 0
_DATA = table_of(IntegrationData)


def see_parents(intake: Intake, stream: Stream) -> int:
    """A stream that is read for each object of another one is only as good as that one. The answer is 0.

    Raises: NotPermitted, NotAvailable or Unreachable, as the other one stands.
    """
    parent = intake.feed_of(stream.per_parent) if stream.per_parent else None
    if parent is None:
        return 0
    mark = intake.mark(parent[0].name, parent[1].name)
    refusal = {"not_permitted": NotPermitted, "not_available": NotAvailable, "failed": Unreachable}.get(mark.state)
    if refusal is not None:
        what = parent[0].name.replace("_", " ")
        raise refusal(
            "Cannot be read yet",
            f"It is read for each of the {what}, which could not be read.",
            f"{mark.error}".strip(),
        )
    return 0


def stored_parents(
    intake: Intake, stream: Stream, *, after: str = "", created_from: int | None = None, beyond: int | None = None
) -> Iterator[str]:
    """The ids of the stored objects that a stream is read for, in an order that stays.

    ``created_from`` (ms) leaves out older ones, ``beyond`` those that were stored up to a row.
    """
    query = select(_DATA.c.external_id).where(
        _DATA.c.integration_id == intake.integration_id,
        _DATA.c.data_type == stream.per_parent,
        _DATA.c.deletion == _PRESENT,
    )
    if beyond is not None:
        query = query.where(_DATA.c.id > beyond)
    parent = intake.feed_of(stream.per_parent)
    if created_from is not None and parent is not None:
        # Streams are named like their tables.
        table = Base.metadata.tables[parent[0].name]
        query = query.where(
            _DATA.c.external_id.in_(
                select(table.c.external_id).where(
                    table.c.integration_id == intake.integration_id, table.c.created_at >= created_from
                )
            )
        )
    while True:
        page = query.where(_DATA.c.external_id > after).order_by(_DATA.c.external_id).limit(_PARENTS)
        with intake.books.read() as connection:
            found = [row[0] for row in connection.execute(page)]
        yield from found
        if len(found) < _PARENTS:
            return
        after = found[-1]


def met_parents(intake: Intake, stream: Stream, feed: Feed) -> Mark:
    """Up to which row of theirs (``seen``) the objects that a feed is read for were read from the beginning."""
    return intake.mark(stream.name, PARENTS + feed.name)


def present_parents(intake: Intake, stream: Stream, feed: Feed) -> Mark:
    """:func:`met_parents` once all that are stored now were read: rows keep their numbers, and new ones get higher."""
    query = select(func.max(_DATA.c.id)).where(
        _DATA.c.integration_id == intake.integration_id, _DATA.c.data_type == stream.per_parent
    )
    with intake.books.read() as connection:
        newest = connection.execute(query).scalar_one_or_none()
    return replace(met_parents(intake, stream, feed), state="complete", seen=int(newest or 0))


def promised(intake: Intake, stream: Stream, through: int) -> int | None:
    """What a stream may promise that was read up to ``through`` (ms): no more than the one that it is read for.

    Who appeared after that one was read was not asked for. Where events tell of changes, they tell of those too.
    """
    parent = intake.feed_of(stream.per_parent) if stream.per_parent and stream.recheck else None
    if parent is None:
        return through
    known = intake.mark(parent[0].name, parent[1].name).complete_through
    return None if known is None else min(through, known)
