"""How many there are of what each stream of an account reads."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from desktop.books.tables import Base, ClientLink
from desktop.books.tables.base import table_of

_LINK = table_of(ClientLink)


def count_streams(connection: Connection, integration_id: int, streams: Iterable[str]) -> dict[str, int]:
    """How many rows these streams of an account have, by a pass over each. Streams are named like their tables."""
    return {stream: _count(connection, integration_id, stream) for stream in streams}


def _count(connection: Connection, integration_id: int, stream: str) -> int:
    of_clients = stream == "clients"
    table = _LINK if of_clients else Base.metadata.tables[stream]
    # Two customers that the owner joined are one client, here as in the list.
    number = func.count(table.c.client_id.distinct()) if of_clients else func.count()
    query = select(number).select_from(table).where(table.c.integration_id == integration_id)
    if of_clients:
        query = query.where(table.c.stated.is_(True))
    if "deleted" in table.c:
        query = query.where(table.c.deleted.is_(False))
    return int(connection.execute(query).scalar_one())
