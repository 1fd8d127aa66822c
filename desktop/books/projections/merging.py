"""Customers that the provider merged: the one that is gone belongs to the surviving one's client from then on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, true, update

from desktop.books.counting import counting_clients
from desktop.books.database import Writer
from desktop.books.projections.context import Context
from desktop.books.tables import Client, ClientLink
from desktop.books.tables.base import table_of

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
JOINED = "joined"
"""What a client is whose customers all belong to another client now."""


def merge_clients(context: Context, merged: Sequence[tuple[str, str]]) -> None:
    """Move customers' links to the clients of those they were merged with: (gone, surviving) pairs.

    Either may never have been read: what mentions them later finds them moved already.
    """
    links = context.links(ref for pair in merged for ref in pair)
    for gone, surviving in merged:
        if gone != surviving:
            _merge(context.writer, links[gone], links[surviving], surviving, context.integration_id)
    context.tables.add("clients")


def _merge(writer: Writer, gone: int, surviving: int, surviving_ref: str, integration_id: int) -> None:
    connection = writer.connection
    source, target = client_of(connection, gone), client_of(connection, surviving)
    mark = update(_LINK).where(_LINK.c.id == gone).values(deleted=true(), merged_into=surviving_ref)
    with counting_clients(writer, [source]):
        connection.execute(mark)
    if source == target:
        return
    others, beside = _alive(connection, source), _alive(connection, target, but=surviving)
    if others and not beside:
        # The owner had joined the one that is gone with others: the surviving one takes its place among them.
        move_links(writer, _links_of(connection, target), source)
    elif others:
        move_links(writer, follow(connection, gone, integration_id), target)
    else:
        move_links(writer, _links_of(connection, source), target)


def client_of(connection: Connection, link_id: int) -> int:
    """The client that a link belongs to."""
    return int(connection.execute(select(_LINK.c.client_id).where(_LINK.c.id == link_id)).scalar_one())


def move_links(writer: Writer, link_ids: Sequence[int], client_id: int) -> None:
    """Give links to another client; clients that have none left leave the lists, and stay to be come back to."""
    connection = writer.connection
    left = select(_LINK.c.client_id).where(_LINK.c.id.in_(link_ids), _LINK.c.client_id != client_id)
    sources = connection.execute(left.distinct()).scalars().all()
    with counting_clients(writer, [*sources, client_id]):
        connection.execute(update(_LINK).where(_LINK.c.id.in_(link_ids)).values(client_id=client_id))
    linked = select(_LINK.c.id).where(_LINK.c.client_id == _CLIENT.c.id)
    emptied = update(_CLIENT).where(_CLIENT.c.id.in_(sources), ~linked.exists()).values(status=JOINED)
    connection.execute(emptied)


def follow(connection: Connection, link_id: int, integration_id: int) -> list[int]:
    """A link and those that the provider merged into it, over any number of steps."""
    found = [link_id]
    refs = connection.execute(select(_LINK.c.external_id).where(_LINK.c.id == link_id)).scalars().all()
    while refs:
        query = select(_LINK.c.id, _LINK.c.external_id).where(
            _LINK.c.integration_id == integration_id, _LINK.c.merged_into.in_(refs), _LINK.c.id.not_in(found)
        )
        rows = connection.execute(query).all()
        found += [row.id for row in rows]
        refs = [row.external_id for row in rows]
    return found


def _alive(connection: Connection, client_id: int, but: int = 0) -> int:
    """How many customers a client has that were merged with none."""
    own = (_LINK.c.client_id == client_id, _LINK.c.merged_into == "", _LINK.c.id != but)
    return int(connection.execute(select(func.count()).select_from(_LINK).where(*own)).scalar_one())


def _links_of(connection: Connection, client_id: int) -> Sequence[int]:
    return connection.execute(select(_LINK.c.id).where(_LINK.c.client_id == client_id)).scalars().all()
