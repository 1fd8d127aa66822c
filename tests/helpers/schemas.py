"""How a database's schema differs from what the models draw."""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import Index, TextClause

from desktop.books.database import Database
from desktop.books.tables import Base


def differences(database: Database) -> list[Any]:
    """What Alembic would still have to change; empty where the migrations and the models say the same."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as connection, warnings.catch_warnings():
        # It cannot read indexes of expressions from SQLite, and says so; those are compared below.
        warnings.filterwarnings("ignore", message=".*expression-based index")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found: list[Any] = compare_metadata(context, Base.metadata)
        if connection.dialect.name == "sqlite":
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            drawn = {row.name: row.sql for row in connection.exec_driver_sql(query)}
            found += [index for index in _of_expressions() if f"({_columns(index)})" not in drawn.get(index.name, "")]
    return found


def _of_expressions() -> list[Index]:
    indexes = [index for table in Base.metadata.tables.values() for index in table.indexes]
    return [index for index in indexes if any(isinstance(one, TextClause) for one in index.expressions)]


def _columns(index: Index) -> str:
    return ", ".join(one.text if isinstance(one, TextClause) else str(one.name) for one in index.expressions)
