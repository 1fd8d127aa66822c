"""The schema's version: compared without Alembic at every start, migrated by Alembic when it is behind.

A backup that was read back is made first. Migrations run on a connection of their own with foreign keys off: with
them on, Alembic's batch mode silently deletes child rows when it drops the old table (Alembic, "Dealing with
Referencing Foreign Keys").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from desktop.books.database import Database
from desktop.errors import ClosedBooksError

HEAD = "0001"
"""The newest migration. A test compares it with what Alembic finds in the folder."""

_KEPT_BACKUPS = 3
_MIGRATIONS = Path(__file__).parent / "migrations"


class NewerBooks(ClosedBooksError):
    """The file was written by a newer version of the program."""


def current(database: Database) -> str | None:
    """The schema's version, None for a database without tables of ours."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()


def bring_up_to_date(database: Database, file: Path | None) -> bool:
    """Make the schema the newest; True where anything had to be done.

    Raises: NewerBooks for a file from a newer version, ClosedBooksError for a database that is not ours.
    """
    found = current(database)
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise NewerBooks(
            "These books are newer than this Paydesk",
            f"The books were last written by a newer version (schema {found}; this one knows {HEAD}).",
            "Install the newer version. The file was left as it is.",
        )
    if found is None:
        _refuse_foreign(database)
    elif file is not None:
        back_up(file, f"before-{HEAD}-from-{found}")
    with _migrating(database, file) as connection:
        _upgrade(connection)
    return True


def _refuse_foreign(database: Database) -> None:
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
    if tables:
        raise ClosedBooksError(
            "These are not Paydesk's books",
            f"The database {database.where} holds tables of another program.",
            "It was left as it is. Choose another folder or database.",
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


@contextmanager
def _migrating(database: Database, file: Path | None) -> Iterator[Connection]:
    if file is None:
        with database.write() as writer:
            yield writer.connection
        return
    engine = create_engine(f"sqlite+pysqlite:///{file}", poolclass=NullPool)
    event.listen(engine, "connect", _foreign_keys_off)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise ClosedBooksError(
                    "The books could not be brought up to date",
                    f"{len(broken)} rows would have lost what they belong to.",
                    "Nothing was changed. Please report this with the log.",
                )
    finally:
        engine.dispose()


def _foreign_keys_off(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=10000", "foreign_keys=OFF", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def back_up(file: Path, label: str) -> Path:
    """A copy of a live SQLite file through SQLite itself, checked; the newest few are kept beside it.

    Raises: ClosedBooksError where the copy does not read back.
    """
    folder = file.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = folder / f"{file.stem}-{stamp}-{label}.db"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        verdict = copy.execute("PRAGMA quick_check").fetchone()
    target.chmod(0o600)
    if verdict != ("ok",):
        raise ClosedBooksError(
            "The backup is not sound",
            f"The copy made before bringing the books up to date does not read back: {verdict}.",
            "Nothing was changed. Check the disk.",
        )
    for old in sorted(folder.glob(f"{file.stem}-*-before-*.db"))[:-_KEPT_BACKUPS]:
        old.unlink()
    return target
