"""How a database's schema differs from what the models draw."""

from __future__ import annotations

from typing import Any

from desktop.books.database import Database
from desktop.books.tables import Base


def differences(database: Database) -> list[Any]:
    """What Alembic would still have to change; empty where the migrations and the models say the same."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found: list[Any] = compare_metadata(context, Base.metadata)
    return found
