"""The objects of an account that could not be read, and why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from desktop.books.tables import SetAsideObject
from desktop.books.tables.base import table_of

_SET_ASIDE = table_of(SetAsideObject)


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """An object of the provider that could not be read, and why."""

    stream: str
    data_type: str
    external_id: str
    reason: str


def set_aside_lines(connection: Connection, integration_id: int, limit: int = 50) -> list[SetAsideLine]:
    """What of an account could not be read, the newest first, at most ``limit`` of them."""
    columns = _SET_ASIDE.c
    query = (
        select(columns.stream, columns.data_type, columns.external_id, columns.reason)
        .where(columns.integration_id == integration_id)
        .order_by(columns.last_seen_at.desc(), columns.id)
        .limit(limit)
    )
    return [SetAsideLine(*row) for row in connection.execute(query)]
