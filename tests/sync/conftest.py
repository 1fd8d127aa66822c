"""Books in a folder of their own with one connected account, and a way to sync them from a world in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import insert, select

from desktop.books.books import Books, open_books
from desktop.books.tables import Base, Integration
from desktop.books.tables.base import table_of
from desktop.providers.contract import Credentials
from desktop.queries.stream_counts import count_streams
from desktop.records import Changes
from desktop.sync import passes
from desktop.sync.account import Job, Worker
from desktop.sync.credentials import CredentialStore
from desktop.sync.report import Progress, SyncReport
from desktop.sync.run import noting_failure, sync_integration
from desktop.sync.status import StreamStatus, read_status
from tests.sync.worlds import NOW, FakeProvider, FakeReader

if TYPE_CHECKING:
    from desktop.vault.vault import Vault


HOLDER = "test on nowhere (1)"


class Open(CredentialStore):
    """Credentials that nobody seals."""

    def __init__(self, books: Books) -> None:
        super().__init__(books, cast("Vault", None))

    def open(self, integration_id: int) -> Credentials:
        return Credentials({})


@dataclass(slots=True)
class Desk:
    """The books at work, with a clock that the test moves."""

    books: Books
    provider: FakeProvider = field(default_factory=FakeProvider)
    integration_id: int = 1
    changes: list[Changes] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    cancel: threading.Event = field(default_factory=threading.Event)

    def worker(self, reader: FakeReader) -> Worker:
        """The account's worker in a process of its own, whose jobs read through this reader."""
        provider = replace(self.provider, made=reader)
        endpoints = partial(provider.endpoints, {})
        return Worker(self.books, provider, self.integration_id, Open(self.books), endpoints)

    def sync(
        self, reader: FakeReader, *, full: bool = False, since: str | None = None, scheduled: bool = False
    ) -> SyncReport:
        """One sync, by a process of its own; that of the schedule, or a person's."""
        with ExitStack() as stack:
            with noting_failure(self.books, self.integration_id):
                job = stack.enter_context(self.worker(reader).job(HOLDER, cancel=self.cancel, scheduled=scheduled))
            return self.sync_in(job, full=full, since=since)

    def sync_in(self, job: Job, *, full: bool = False, since: str | None = None) -> SyncReport:
        """One sync as a job that has begun."""
        return sync_integration(job, full=full, since=since, progress=self.told.append, on_changes=self.changes.append)

    def status(self) -> dict[str, StreamStatus]:
        """How each stream stands."""
        with self.books.read() as connection:
            counts = count_streams(connection, self.integration_id, [stream.name for stream in self.provider.streams])
            statuses = read_status(connection, self.integration_id, self.provider, self.books.now(), counts)
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


@pytest.fixture
def one_list_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are read one after the other, for what is told by what was read of one when another begins."""
    monkeypatch.setattr(passes, "SIDE_BY_SIDE", 1)
