"""Books in a folder of their own with one connected account, and a way to sync them from a world in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from desktop.books.books import Books, open_books
from desktop.books.tables import Base, Integration
from desktop.books.tables.base import table_of
from desktop.records import Changes
from desktop.sync.run import Progress, SyncReport, sync_integration
from desktop.sync.status import StreamStatus, read_status
from tests.sync.worlds import NOW, FakeProvider, FakeReader


@dataclass(slots=True)
class Desk:
    """The books at work, with a clock that the test moves."""

    books: Books
    provider: FakeProvider = field(default_factory=FakeProvider)
    integration_id: int = 1
    changes: list[Changes] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    cancel: threading.Event = field(default_factory=threading.Event)

    def sync(self, reader: FakeReader, *, full: bool = False, since: str | None = None) -> SyncReport:
        """One sync."""
        return sync_integration(
            self.books,
            self.provider,
            reader,
            self.integration_id,
            full=full,
            since=since,
            progress=self.told.append,
            on_changes=self.changes.append,
            cancel=self.cancel,
            holder="test on nowhere (1)",
        )

    def status(self) -> dict[str, StreamStatus]:
        """How each stream stands."""
        with self.books.read() as connection:
            statuses = read_status(connection, self.integration_id, self.provider, self.books.now())
        return {status.name: status for status in statuses}

    def rows(self, model: type[Base], *columns: str) -> list[Any]:
        """All rows of a table."""
        table = table_of(model)
        query = select(*(table.c[name] for name in columns)).order_by(*(table.c[name] for name in columns))
        with self.books.read() as connection:
            return [tuple(row) if len(columns) > 1 else row[0] for row in connection.execute(query)]


def make_desk(home: Path, *, clock: list[int] | None = None, url: str | None = None) -> Desk:
    """Books with one account in a folder, or at a PostgreSQL address."""
    time = clock or [NOW]
    books = open_books(home, url=url, timezone="Europe/Berlin", clock=lambda: time[0])
    with books.write() as writer:
        values = {
            "user_id": 1, "type": "payments", "name": "Studio", "provider": "fake", "label": "", "account_id": "acct_1",
            "mode": "test", "status": "active", "attention": "", "country": "", "currency": "", "config": {},
            "row_uuid": "one", "created_at": NOW,
        }  # fmt: skip
        writer.connection.execute(insert(table_of(Integration)).values(**values))
    return Desk(books)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Empty books with one connected account."""
    made = make_desk(tmp_path)
    yield made
    made.books.close()
