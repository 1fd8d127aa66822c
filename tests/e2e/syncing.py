"""A process that syncs books in a folder from a server and imports nothing that a sync does not need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import insert, select

from desktop.books.books import Books, open_books
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.providers.contract import Credentials
from desktop.providers.registry import make_provider
from desktop.sync.account import Worker
from desktop.sync.bulk import Access, BulkReader, ListReader
from desktop.sync.credentials import CredentialStore
from desktop.sync.lease import holder_text
from desktop.sync.run import sync_integration

if TYPE_CHECKING:
    from desktop.vault.vault import Vault

ZONE = "Europe/Berlin"
_TABLE = table_of(Integration)


class Given(CredentialStore):
    """Credentials that were given and need no vault."""

    def __init__(self, books: Books, access: Access) -> None:
        super().__init__(books, cast("Vault", None))
        self._access = access

    def open(self, integration_id: int) -> Credentials:
        return self._access.credentials


def open_connected(home: Path, provider: str = "stripe") -> Books:
    """The books of a folder, begun with one account where they are new."""
    books = open_books(home, timezone=ZONE)
    with books.write() as writer:
        if writer.connection.execute(select(_TABLE.c.id)).first() is None:
            values = {"provider": provider, "mode": "sandbox", "row_uuid": "one", "created_at": books.now()}
            blank = {"name": "", "label": "", "account_id": "", "attention": "", "country": "", "currency": ""}
            writer.connection.execute(insert(_TABLE).values(**values, **blank))
    return books


def sync_books(
    books: Books,
    access: Access,
    *,
    many: int,
    stop: threading.Event | None = None,
    begin: Callable[[], BulkReader] | None = None,
    full: bool = False,
) -> None:
    """One sync of the first account; from so ``many`` objects on, lists are read in a second process."""
    worker = Worker(books, make_provider(access.provider), 1, Given(books, access), lambda: access.endpoints)
    with worker.job(holder_text("the command"), cancel=stop) as job:
        lists = ListReader(job.reader, begin or partial(BulkReader, access), many)
        sync_integration(job, full=full, progress=lambda _told: None, lists=lists)


def sync(home: Path, access: Access, begun: Event) -> None:
    """One sync of the first account in both of its processes; ``begun`` is set when it starts."""
    books = open_connected(home, access.provider)
    begun.set()
    sync_books(books, access, many=1000)
    books.close()
