"""Opening the database: SQLite by default, PostgreSQL by address; who may write, how durably, and plain refusals.

SQLite recipes: no implicit transactions of the driver (``isolation_level=None``) and a ``BEGIN`` of our own, so that
DDL is transactional and a transaction that may write starts with ``BEGIN IMMEDIATE`` (a deferred one that turns to
writing fails at once with BUSY_SNAPSHOT, whatever the time-out). Sources: SQLAlchemy's "Enabling Non-Legacy SQLite
Transactional Modes", sqlite.org "Isolation In SQLite".
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from desktop.books.statements import Prepared, Statements
from desktop.errors import ClosedBooksError, UsageError

BUSY_MS = 10_000
"""How long to wait for another program that is writing, in milliseconds."""

_READER_CACHE_KIB = 8_000
# 40 MB of log before it is written back: a twelfth faster in a first sync than SQLite's 4 MB (measured).
_CHECKPOINT_PAGES = 10_000
# With 32 MB an object among a million is written with 14 reads of the file instead of 17 (measured): not worth them.
_WRITER_CACHE_KIB = 20_000
SECURE_DELETE = "secure_delete=ON"
"""For every connection that writes: what is deleted is overwritten, not only unlinked (sqlite.org, "PRAGMA
secure_delete"). Whether a build of SQLite does so by itself is not to be relied on."""

# Seconds between two tries of a file's change to WAL.
_MODE_PAUSE = 0.02


class BooksLocked(ClosedBooksError):
    """Another program holds the books for longer than we wait."""


class DiskFull(ClosedBooksError):
    """There is no room left to write."""


def translate(error: Exception, where: str) -> ClosedBooksError | None:
    """The plain refusal for a database error of the world; None where it is a bug of ours."""
    original = error.orig if isinstance(error, DBAPIError) else error
    text = str(original).lower()
    for sign, (kind, title, message, action) in _REFUSALS.items():
        if sign in text:
            return kind(title, message.format(where=where), action)
    return None


_REFUSALS: dict[str, tuple[type[ClosedBooksError], str, str, str]] = {
    "database is locked": (
        BooksLocked,
        "The books are busy",
        "Another program is holding the books at {where}.",
        "Close the other program that has them open, then try again.",
    ),
    "readonly database": (
        ClosedBooksError,
        "The books are read-only",
        "The books at {where} cannot be written to.",
        "Give yourself write access to the file and its folder, then try again.",
    ),
    "unable to open database file": (
        ClosedBooksError,
        "The books cannot be opened",
        "The file {where} cannot be opened.",
        "Check that the folder exists and that you may read and write it.",
    ),
    "not a database": (
        ClosedBooksError,
        "These are not Paydesk's books",
        "The file {where} is not a database, or it is damaged.",
        "It was left as it is. Restore a backup, or choose another folder.",
    ),
    "malformed": (
        ClosedBooksError,
        "The books are damaged",
        "The database {where} is damaged.",
        "It was left as it is. Restore a backup, or choose another folder.",
    ),
    "database or disk is full": (
        DiskFull,
        "The disk is full",
        "There is no room left to write the books at {where}.",
        "Free some space, then try again. Nothing was lost.",
    ),
    "no space left on device": (
        DiskFull,
        "The disk is full",
        "There is no room left to write the books at {where}.",
        "Free some space, then try again. Nothing was lost.",
    ),
    "disk i/o error": (
        ClosedBooksError,
        "The disk does not answer",
        "Reading or writing {where} failed.",
        "Check the disk, then try again.",
    ),
    "lock timeout": (
        BooksLocked,
        "The books are busy",
        "Another program is holding the books at {where}.",
        "Wait until it has finished, then try again.",
    ),
    "read-only transaction": (
        ClosedBooksError,
        "The books are read-only",
        "The books at {where} cannot be written to.",
        "Check that PAYDESK_DATABASE_URL names the main server and a user who may write.",
    ),
    "connection refused": (
        ClosedBooksError,
        "The database server cannot be reached",
        "The PostgreSQL server of these books does not answer.",
        "Check that it runs and that PAYDESK_DATABASE_URL is right.",
    ),
    "password authentication failed": (
        ClosedBooksError,
        "The database server refused the sign-in",
        "The PostgreSQL server of these books refused the user or the password.",
        "Check PAYDESK_DATABASE_URL.",
    ),
    "permission denied": (
        ClosedBooksError,
        "The database server refused access",
        "The user of these books may not do this at {where}.",
        "Give the user of PAYDESK_DATABASE_URL the right to create and change tables in its database.",
    ),
    "connection failed": (
        ClosedBooksError,
        "The database server cannot be reached",
        "The PostgreSQL server of these books did not let us in.",
        "Check that it runs and that PAYDESK_DATABASE_URL is right.",
    ),
    "server closed the connection": (
        ClosedBooksError,
        "The database server is gone",
        "The PostgreSQL server of these books closed the connection.",
        "Try again. Nothing half done was kept.",
    ),
    "terminating connection": (
        ClosedBooksError,
        "The database server is gone",
        "The PostgreSQL server of these books closed the connection.",
        "Try again. Nothing half done was kept.",
    ),
}
_DAMAGED = (
    ClosedBooksError,
    "The books are damaged",
    "Something is missing from the books at {where}, or cannot be read.",
    "They were left as they are. Restore a backup, or choose another folder.",
)
# The schema was compared at the start: what is not there now was taken away by somebody else.
_REFUSALS["no such table"] = _DAMAGED
_NOT_AN_ADDRESS = (
    ClosedBooksError,
    "The address of the books is not understood",
    "PAYDESK_DATABASE_URL is not an address of a PostgreSQL database.",
    "Write it as postgresql+psycopg://host/database, with the user and the password before the host.",
)
_ADDRESS_SIGNS = ("invalid connection option", "connection is bad", "invalid port number")
_UNREACHED = _REFUSALS["connection failed"]
# Server libraries word a host that cannot be found or does not answer in many ways; all come as these.
_NETWORK_SIGNS = (
    "failed to resolve host",
    "could not translate host name",
    "connection timeout",
    "no such file or directory",
)
_REFUSALS |= dict.fromkeys(_NETWORK_SIGNS, _UNREACHED)
_REFUSALS |= dict.fromkeys(_ADDRESS_SIGNS, _NOT_AN_ADDRESS)


@dataclass(frozen=True, slots=True)
class Writer:
    """A transaction that may write. Commits when its ``with`` block ends well, else leaves everything as it was."""

    connection: Connection
    statements: Statements

    def fetch(self, prepared: Prepared, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query, as plain tuples."""
        return fetch(self.connection, prepared, *parameters)

    def run(self, prepared: Prepared, *parameters: Any) -> int:
        """Execute once; the number of rows touched."""
        cursor = _cursor(self.connection)
        try:
            cursor.execute(prepared.sql, parameters)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def run_many(self, prepared: Prepared, rows: Sequence[Sequence[Any]] | Iterable[Sequence[Any]]) -> None:
        """Execute for each row. Rows are tuples in the statement's order."""
        cursor = _cursor(self.connection)
        try:
            cursor.executemany(prepared.sql, rows)
        finally:
            cursor.close()


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def fetch(connection: Connection, prepared: Prepared, *parameters: Any) -> list[tuple[Any, ...]]:
    """All rows of a query, as plain tuples of the driver."""
    cursor = _cursor(connection)
    try:
        cursor.execute(prepared.sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
    finally:
        cursor.close()


class Database:
    """One database, opened: short read transactions, and write transactions one at a time."""

    def __init__(self, writing: Engine, reading: Engine, where: str, busy_ms: int) -> None:
        self._writing = writing
        self._reading = reading
        self.where = where
        self.busy_ms = busy_ms
        self.dialect_name = writing.dialect.name
        self.statements = Statements(self.dialect_name)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read-only transaction: one consistent picture.

        Raises: ClosedBooksError where the database cannot be read.
        """
        try:
            with self.refusals(), self._reading.connect() as connection, connection.begin():
                yield connection
        except json.JSONDecodeError as error:
            kind, title, message, action = _DAMAGED
            raise kind(title, message.format(where=self.where), action) from error
        except OverflowError as error:
            # The driver's, for a number beyond 64 bits: no row has it, and who asked is to be told.
            raise UsageError("A number out of range", "A number is larger than any that is kept.", "") from error

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Writer]:
        """A transaction that may write. ``durable=False`` only for what can be asked again: pages of a first sync.

        Raises: ClosedBooksError where the database cannot be written.
        """
        with self.refusals(), self._writing.connect() as plain:
            connection = plain.execution_options(paydesk_durable=durable)
            with connection.begin():
                yield Writer(connection, self.statements)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a database error of the world into its plain refusal; let a bug of ours through as it is."""
        try:
            yield
        except (DBAPIError, sqlite3.DatabaseError) as error:
            refusal = translate(error, self.where)
            if refusal is None:
                raise
            raise refusal from error

    def damage(self) -> str:
        """What SQLite finds wrong with the whole file, "" where nothing is; PostgreSQL looks after its own.

        Raises: ClosedBooksError where it cannot be read at all.
        """
        if self.dialect_name != "sqlite":
            return ""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(3)")]
        return "" if found == ["ok"] else "; ".join(found)

    def close(self, *, tidy: bool = True) -> None:
        """Let all connections go. ``tidy`` lets SQLite refresh its statistics, which may write to the file."""
        if tidy and self.dialect_name == "sqlite":
            self._refresh_statistics()
        self._reading.dispose()
        self._writing.dispose()

    def clear_away(self, *, rewrite: bool) -> bool:
        """Leave nothing of what was deleted in the files; False where another program kept us from it.

        The log of changes is written back and emptied. ``rewrite`` writes the whole file anew first, and with it what
        earlier versions deleted without overwriting. Of PostgreSQL this does not reach anything: dead rows, archived
        logs and backups are the server's.
        """
        if self.dialect_name != "sqlite":
            return True
        try:
            pooled = self._writing.raw_connection()
        except (DBAPIError, sqlite3.DatabaseError):
            return False
        try:
            run = pooled.cursor().execute
            if rewrite:
                if run("select 1 from sqlite_master where name = 'sqlite_stat4'").fetchone():
                    run("delete from sqlite_stat4")  # samples of what the indexes hold
                run("PRAGMA temp_store=FILE")  # the books may be larger than memory
                run("VACUUM")
                run("PRAGMA temp_store=MEMORY")
            return bool(run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except sqlite3.DatabaseError:
            return False
        finally:
            pooled.close()

    def _refresh_statistics(self) -> None:
        """A favour, not a duty: it samples (sqlite.org, "PRAGMA analysis_limit") and waits for nobody."""
        try:
            pooled = self._writing.raw_connection()
        except (DBAPIError, sqlite3.DatabaseError):
            return
        try:
            for pragma in ("busy_timeout=0", "analysis_limit=400", "optimize"):
                pooled.cursor().execute(f"PRAGMA {pragma}")
        except sqlite3.DatabaseError:
            pass
        finally:
            pooled.close()


def sqlite_url(path: Path) -> URL:
    """The address of a file, whatever characters its name has."""
    return URL.create("sqlite+pysqlite", database=str(path))


def open_sqlite(path: Path, *, busy_ms: int = BUSY_MS) -> Database:
    """Open (or begin) a SQLite file in WAL mode; ``busy_ms`` is how long to wait for another program's writing."""
    wait = {"timeout": busy_ms / 1000}
    writing = create_engine(sqlite_url(path), connect_args=wait, pool_size=2)
    reading = create_engine(sqlite_url(path), connect_args=wait, pool_size=4)
    event.listen(writing, "connect", lambda connection, _record: _prepare_writer(connection, busy_ms))
    event.listen(reading, "connect", _prepare_reader)
    event.listen(writing, "begin", _begin_writing)
    event.listen(reading, "begin", _begin_reading)
    return Database(writing, reading, str(path), busy_ms)


def open_postgresql(url: str, *, busy_ms: int = BUSY_MS) -> Database:
    """Open a PostgreSQL database by its SQLAlchemy address (``postgresql+psycopg://…``; plain ``postgresql://`` too).

    Raises: ClosedBooksError where the address cannot be understood; it is not repeated, since it holds a password.
    """
    address = _postgresql_url(url)
    writing = create_engine(address, pool_pre_ping=True)
    reading = create_engine(
        address, pool_pre_ping=True, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True}
    )
    event.listen(writing, "begin", _Turnstile(busy_ms))
    return Database(writing, reading, address.render_as_string(hide_password=True), busy_ms)


def _postgresql_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # a port that is no number
        url = None
    if url is None or url.drivername not in {"postgresql+psycopg", "postgresql", "postgres"}:
        kind, *words = _NOT_AN_ADDRESS
        raise kind(*words)
    return url.set(drivername="postgresql+psycopg")


class _Turnstile:
    """Lets one PostgreSQL transaction write at a time, as SQLite does: totals are moved by differences.

    Without it two of them could read the same old row and both take its contribution away.
    """

    _KEY = 7_030_251_146_381_173_867  # any number that no other program on that database locks

    def __init__(self, busy_ms: int) -> None:
        self._busy_ms = busy_ms

    def __call__(self, connection: Connection) -> None:
        durable = connection.get_execution_options().get("paydesk_durable", True)
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{self._busy_ms}ms', true),"
            f" set_config('synchronous_commit', '{'on' if durable else 'off'}', true)"
        )
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self._KEY})")


def use_wal(connection: Any, busy_ms: int) -> None:
    """Put the file into WAL mode, where it is not there yet; ``busy_ms`` is how long to wait for others doing so.

    SQLite's own time-out does not cover this change: two programs that begin one file at once each hold a read lock
    that the other wants gone, and one is refused at once (sqlite.org, "sqlite3_busy_handler": no waiting where it
    could be a deadlock). Raises: sqlite3.OperationalError after the time.
    """
    deadline = time.monotonic() + busy_ms / 1000
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_MODE_PAUSE)


def _prepare_writer(connection: Any, busy_ms: int) -> None:
    connection.isolation_level = None
    use_wal(connection, busy_ms)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{_WRITER_CACHE_KIB}",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
        "temp_store=MEMORY",
        SECURE_DELETE,
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", f"cache_size=-{_READER_CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    durable = connection.get_execution_options().get("paydesk_durable", True)
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
