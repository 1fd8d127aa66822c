"""Kept choices of the business, each by its name, read and written in the caller's transaction."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, select

from desktop.books.tables import Setting
from desktop.books.tables.base import table_of

_SETTING = table_of(Setting)

TIMEZONE: Final = "timezone"
"""The zone that the business's days are in, by its IANA name."""

SUMS_DUE: Final = "sums_due"
"""By which a migration says that sums are to be made again from the rows."""


def read_setting(connection: Connection, name: str, default: Any = None) -> Any:
    """A kept choice."""
    row = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).first()
    return default if row is None else row[0]


def write_setting(connection: Connection, name: str, value: Any) -> None:
    """Keep a choice."""
    drop_setting(connection, name)
    connection.execute(insert(_SETTING).values(name=name, value=value))


def drop_setting(connection: Connection, name: str) -> None:
    """Keep a choice no longer."""
    connection.execute(_SETTING.delete().where(_SETTING.c.name == name))
