"""How many there are of what each stream of an account reads."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from desktop.books.tables import RowCount
from desktop.books.tables.base import table_of

_COUNT = table_of(RowCount)


def count_streams(connection: Connection, integration_id: int, streams: Iterable[str]) -> dict[str, int]:
    """How many rows these streams of an account have, as kept with them. Streams are named like their tables."""
    query = select(_COUNT.c.counted, _COUNT.c.count).where(_COUNT.c.integration_id == integration_id)
    kept = {counted: int(count) for counted, count in connection.execute(query)}
    return {stream: kept.get(stream, 0) for stream in streams}
