"""How far back the books go: which months there is anything to say about."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from desktop.books.tables import DailyTotal
from desktop.books.tables.base import table_of
from desktop.periods import month_of

_DAILY = table_of(DailyTotal)


def first_month(connection: Connection) -> str | None:
    """The first month (``YYYY-MM``) that has any figure; None for books without any. Read from an index."""
    first = connection.execute(select(func.min(_DAILY.c.day))).scalar_one()
    return None if first is None else month_of(first)
