"""One set of books, opened: its database, its zone, and the door into it."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from desktop.books.database import BUSY_MS, Database, Writer, open_postgresql, open_sqlite
from desktop.books.schema import bring_up_to_date
from desktop.books.settings import SUMS_DUE, TIMEZONE, read_setting, write_setting
from desktop.books.tables import User
from desktop.books.tables.base import table_of
from desktop.errors import ClosedBooksError, UsageError
from desktop.periods import DayClock, zone

if TYPE_CHECKING:
    from desktop.books.door import Door, Remapped
    from desktop.records import Applied, Changes, SourceObject

FILE_NAME = "books.db"


def now_ms() -> int:
    """The machine's clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Books:
    """Everything that the business knows. Reading is for anyone; writing goes through :meth:`write` and the door."""

    def __init__(self, database: Database, timezone: str, *, clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.timezone = timezone
        self.zone = zone(timezone)
        self.days = DayClock(self.zone)
        self.now = clock
        self.read = database.read
        self.write = database.write
        self._door: Door | None = None
        self.unkept: dict[int, dict[str, Any]] = {}
        """How an account's last sync ended, by its number, where the books had no room left to keep it."""

    def apply(
        self,
        writer: Writer,
        integration_id: int,
        objects: Sequence[SourceObject],
        *,
        settled: bool = False,
        present: int | None = None,
        listed: bool = False,
    ) -> Applied:
        """Take provider objects in, within the caller's transaction: see :meth:`Door.apply`."""
        return self._the_door().apply(writer, integration_id, objects, settled=settled, present=present, listed=listed)

    def remap(self, writer: Writer, integration_id: int, remapped: Sequence[Remapped]) -> Changes:
        """Project stored objects that were mapped anew, within the caller's transaction: see :meth:`Door.remap`."""
        return self._the_door().remap(writer, integration_id, remapped)

    def _the_door(self) -> Door:
        if self._door is None:
            # Only where something comes in: importing it holds up the first figures of a window.
            from desktop.books.door import Door

            self._door = Door(self.database.statements, self.days)
        return self._door

    def in_zone(self, timezone: str) -> Books:
        """The same books on the same database, with the days of another zone. Raises: UsageError for an unknown one."""
        return Books(self.database, timezone, clock=self.now)

    def setting(self, name: str, default: Any = None) -> Any:
        """A kept choice."""
        with self.read() as connection:
            return read_setting(connection, name, default)

    def keep_setting(self, name: str, value: Any) -> None:
        """Keep a choice."""
        with self.write() as writer:
            write_setting(writer.connection, name, value)

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


def open_books(
    home: Path,
    *,
    url: str | None = None,
    timezone: str | None = None,
    clock: Callable[[], int] = now_ms,
    busy_ms: int = BUSY_MS,
) -> Books:
    """Open the books of a home folder, or of a PostgreSQL address; bring their schema up to date first.

    ``timezone`` is the business's zone for books that have none yet; afterwards the books' own wins. ``busy_ms`` is
    how long to wait for another program that is writing.
    Raises: ClosedBooksError where they cannot be opened, UsageError for an unknown zone.
    """
    file = None if url else home / FILE_NAME
    if file is not None:
        _check_file(file)
    database = open_postgresql(url, busy_ms=busy_ms) if url else open_sqlite(home / FILE_NAME, busy_ms=busy_ms)
    try:
        bring_up_to_date(database, file)
        if file is not None:
            _close_to_others(file)
        with database.read() as connection:
            kept = read_setting(connection, TIMEZONE)
            sums_due = read_setting(connection, SUMS_DUE)
        if kept is None:
            kept = _begin(database, timezone or "UTC", clock)
        _check_zone(str(kept), database.where)
        books = Books(database, kept, clock=clock)
        if sums_due:
            # Only after a migration that asks for it: importing it holds up the first figures of a window.
            from desktop.books.rebuild import rebuild_totals

            rebuild_totals(books)
        return books
    except BaseException:
        database.close(tidy=False)
        raise


def _check_zone(kept: str, where: str) -> None:
    try:
        zone(kept)
    except UsageError as error:
        raise ClosedBooksError(
            "The books are damaged", f"The time zone that is kept in {where} cannot be read.",
            "They were left as they are. Restore a backup, or choose another folder.",
        ) from error  # fmt: skip


def _begin(database: Database, timezone: str, clock: Callable[[], int]) -> str:
    zone(timezone)
    with database.write() as writer:
        kept = read_setting(writer.connection, TIMEZONE)
        if kept is not None:
            return str(kept)
        write_setting(writer.connection, TIMEZONE, timezone)
        writer.connection.execute(insert(table_of(User)).values(name="", email="", created_at=clock()))
    return timezone


def _check_file(file: Path) -> None:
    """Refuse what is not a SQLite file before anything could write to it (journal mode is a write)."""
    if not file.exists():
        return
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise ClosedBooksError(
            "The books cannot be opened",
            f"The file {file} cannot be read: {error.strerror}.",
            "Give yourself access to it, then try again.",
        ) from error
    if start and start != b"SQLite format 3\x00":
        raise ClosedBooksError(
            "These are not Paydesk's books",
            f"The file {file} is not a database, or it is damaged.",
            "It was left as it is. Restore a backup, or choose another folder.",
        )


def _close_to_others(file: Path) -> None:
    """Take away what others may do with the files; what the owner may do stays as it is."""
    for path in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)
        except (FileNotFoundError, PermissionError):
            continue  # gone meanwhile, or somebody else's: theirs to close
