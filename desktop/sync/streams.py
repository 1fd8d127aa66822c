"""Which streams of a provider an account reads, and the stored objects that some of them are read for one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from desktop.books.tables import Base, Integration, IntegrationData
from desktop.books.tables.base import table_of
from desktop.providers.contract import Feed, Provider, Stream
from desktop.sync.bookmarks import PARENTS, Mark

if TYPE_CHECKING:
    from desktop.sync.session import Session

_PARENTS: Final = 1000
_PRESENT: Final = 0
_DATA = table_of(IntegrationData)
_INTEGRATION = table_of(Integration)


def streams_of(connection: Connection, provider: Provider, integration_id: int) -> Sequence[Stream]:
    """The provider's streams that this account reads: all but those whose switch is off, in the provider's order."""
    config = connection.execute(
        select(_INTEGRATION.c.config).where(_INTEGRATION.c.id == integration_id)
    ).scalar_one_or_none()
    switches: dict[str, Any] = config or {}
    return [stream for stream in provider.streams if not stream.option or switches.get(stream.option)]


def stored_parents(
    session: Session, stream: Stream, *, after: str = "", created_from: int | None = None, beyond: int | None = None
) -> Iterator[str]:
    """The ids of the stored objects that a stream is read for, in an order that stays.

    ``created_from`` (ms) leaves out older ones, ``beyond`` those that were stored up to a row.
    """
    query = select(_DATA.c.external_id).where(
        _DATA.c.integration_id == session.integration_id,
        _DATA.c.data_type == stream.per_parent,
        _DATA.c.deletion == _PRESENT,
    )
    if beyond is not None:
        query = query.where(_DATA.c.id > beyond)
    place = session.feed_of(stream.per_parent)
    if created_from is not None and place is not None:
        # Streams are named like their tables.
        table = Base.metadata.tables[place[0].name]
        query = query.where(
            _DATA.c.external_id.in_(
                select(table.c.external_id).where(
                    table.c.integration_id == session.integration_id, table.c.created_at >= created_from
                )
            )
        )
    while True:
        page = query.where(_DATA.c.external_id > after).order_by(_DATA.c.external_id).limit(_PARENTS)
        with session.books.read() as connection:
            found = [row[0] for row in connection.execute(page)]
        yield from found
        if len(found) < _PARENTS:
            return
        after = found[-1]


def met_parents(session: Session, stream: Stream, feed: Feed) -> Mark:
    """Up to which row of theirs (``seen``) the objects that a feed is read for were read from the beginning."""
    return session.mark(stream.name, PARENTS + feed.name)


def present_parents(session: Session, stream: Stream, feed: Feed) -> Mark:
    """:func:`met_parents` once all that are stored now were read: rows keep their numbers, and new ones get higher."""
    query = select(func.max(_DATA.c.id)).where(
        _DATA.c.integration_id == session.integration_id, _DATA.c.data_type == stream.per_parent
    )
    with session.books.read() as connection:
        newest = connection.execute(query).scalar_one_or_none()
    return replace(met_parents(session, stream, feed), state="complete", seen=int(newest or 0))


def promised(session: Session, stream: Stream, through: int) -> int | None:
    """What a stream may promise that was read up to ``through`` (ms): no more than the one that it is read for.

    Who appeared after that one was read was not asked for. Where events tell of changes, they tell of those too.
    """
    place = session.feed_of(stream.per_parent) if stream.per_parent and stream.recheck else None
    if place is None:
        return through
    known = session.mark(place[0].name, place[1].name).complete_through
    return None if known is None else min(through, known)
