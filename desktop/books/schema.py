"""The schema's version: compared without Alembic at every start, migrated by Alembic when it is behind.

A backup that was read back is made first. Migrations run on a connection of their own with foreign keys off: with
them on, Alembic's batch mode silently deletes child rows when it drops the old table (Alembic, "Dealing with
Referencing Foreign Keys").
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from desktop.books.copies import FOLDER, register_copy, strike_copy
from desktop.books.database import SECURE_DELETE, Database, sqlite_url, use_wal
from desktop.errors import ClosedBooksError

logger = logging.getLogger(__name__)

CLEANED = "0007"
"""The migration that cleans what was stored: what there was before it is cleared away after it."""

_OURS = "integration_data"
_VERSIONS = "alembic_version"
_KEPT_BACKUPS = 3
_MIGRATIONS = Path(__file__).parent / "migrations"


def head() -> str:
    """The newest migration, by the numbers that their files begin with: told without importing Alembic."""
    return max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


class NewerBooks(ClosedBooksError):
    """The file was written by a newer version of the program."""


def current(database: Database, file: Path | None) -> str | None:
    """The schema's version, None for a database without tables of ours.

    A file is looked at through a connection that cannot write, so that one which is refused stays as it is.
    Raises: ClosedBooksError for a database that cannot be read or holds another program's tables.
    """
    with database.refusals():
        tables, version = _look_into_file(file, database.busy_ms) if file is not None else _look_into(database)
    if tables and (version is None or _OURS not in tables):
        raise ClosedBooksError(
            "These are not Paydesk's books",
            f"The database {database.where} holds tables of another program.",
            "It was left as it is. Choose another folder or database.",
        )
    return version


def _look_into_file(file: Path, busy_ms: int) -> tuple[set[str], str | None]:
    if not file.exists() or not file.stat().st_size:
        return set(), None
    # A WAL file that was left behind is read but, by a read-only connection, not written back.
    address = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=busy_ms / 1000)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
        tables = {name for (name,) in names}
        if _VERSIONS not in tables:
            return tables, None
        row = connection.execute(f"select version_num from {_VERSIONS}").fetchone()  # noqa: S608
        return tables, row[0] if row else None


def _look_into(database: Database) -> tuple[set[str], str | None]:
    with database.read() as connection:
        tables = set(inspect(connection).get_table_names())
        if _VERSIONS not in tables:
            return tables, None
        return tables, connection.execute(text(f"select version_num from {_VERSIONS}")).scalar()  # noqa: S608


def bring_up_to_date(database: Database, file: Path | None) -> bool:
    """Make the schema the newest; True where anything had to be done.

    Raises: NewerBooks for a file from a newer version, ClosedBooksError for a database that is not ours.
    """
    found, newest = current(database, file), head()
    if found == newest:
        return False
    if found is not None and found > newest:
        raise NewerBooks(
            "These books are newer than this Paydesk",
            f"The books were last written by a newer version (schema {found}; this one knows {newest}).",
            "Install the newer version. The file was left as it is.",
        )
    with database.refusals():
        if found is not None and file is not None:
            back_up(file, f"before-{newest}-from-{found}")
        with _migrating(database, file) as connection:
            upgrade(connection)
        if found is not None and found < CLEANED:
            _clear_away(database, file)
    return True


def _clear_away(database: Database, file: Path | None) -> None:
    """Leave nothing of what a migration has cleaned, in the file, in its log or in the copies that were made before."""
    from desktop.books.cleansing import clean_copies

    if not database.clear_away(rewrite=True):
        logger.warning("Another program has the books open: parts of what was cleaned are in the file until it ends.")
    if file is not None:
        clean_copies(file)


def upgrade(connection: Connection) -> None:
    """Run the missing migrations inside the caller's transaction.

    Raises: ClosedBooksError for a version that is not among the migrations.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, head())
    except CommandError as error:
        raise ClosedBooksError(
            "The books could not be brought up to date",
            f"Their form is of a version that this Paydesk does not know: {error}.",
            "Nothing was changed. Install the version that they were written by.",
        ) from error


@contextmanager
def _migrating(database: Database, file: Path | None) -> Iterator[Connection]:
    if file is None:
        with database.write() as writer:
            yield writer.connection
        return
    engine = create_engine(sqlite_url(file), connect_args={"timeout": database.busy_ms / 1000}, poolclass=NullPool)
    event.listen(engine, "connect", lambda connection, _record: _prepare_migration(connection, database.busy_ms))
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


def _prepare_migration(connection: Any, busy_ms: int) -> None:
    connection.isolation_level = None
    use_wal(connection, busy_ms)
    for pragma in ("foreign_keys=OFF", "synchronous=FULL", SECURE_DELETE):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def back_up(file: Path, label: str) -> Path:
    """A copy of a live SQLite file through SQLite itself, registered and checked; the newest few are kept beside it.

    Raises: ClosedBooksError where the copy cannot be made or does not read back; sqlite3.Error from SQLite.
    """
    folder = file.parent / FOLDER
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = folder / f"{file.stem}-{stamp}-{label}.db"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        register_copy(file, target)
        target.touch(mode=0o600)
    except OSError as error:
        raise ClosedBooksError(
            "The backup cannot be made",
            f"The folder {folder} cannot be written to: {error.strerror}.",
            "Nothing was changed. Give yourself access to it, then try again.",
        ) from error
    verdict = _copy(file, target)
    if verdict != "ok":
        _drop(file, target)
        raise ClosedBooksError(
            "The backup is not sound",
            f"The copy made before bringing the books up to date does not read back: {verdict}.",
            "Nothing was changed. Check the disk.",
        )
    for old in sorted(folder.glob(f"{file.stem}-*-before-*.db"))[:-_KEPT_BACKUPS]:
        _drop(file, old)
    return target


def _drop(file: Path, copy: Path) -> None:
    copy.unlink()
    strike_copy(file, copy)


def _copy(file: Path, target: Path) -> str:
    """Copy and check; "ok", or what is wrong. A copy that broke off is not left lying about."""
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            return str(copy.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error:
        _drop(file, target)
        raise
