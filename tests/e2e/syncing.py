"""A process that syncs books in a folder from a server and imports nothing that a sync does not need."""

from __future__ import annotations

import threading
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import insert, select

from desktop.books.books import Books, open_books
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.providers.contract import Credentials, Endpoints
from desktop.providers.stripe.provider import StripeProvider
from desktop.sync.lease import holder_text
from desktop.sync.run import sync_integration

ZONE = "Europe/Berlin"
_TABLE = table_of(Integration)


def open_connected(home: Path) -> Books:
    """The books of a folder, begun with one account where they are new."""
    books = open_books(home, timezone=ZONE)
    with books.write() as writer:
        if writer.connection.execute(select(_TABLE.c.id)).first() is None:
            values = {"provider": "stripe", "mode": "sandbox", "row_uuid": "one", "created_at": books.now()}
            blank = {"name": "", "label": "", "account_id": "", "attention": "", "country": "", "currency": ""}
            writer.connection.execute(insert(_TABLE).values(**values, **blank))
    return books


def sync(home: Path, base: str, key: str, begun: Event) -> None:
    """One sync of the first account; ``begun`` is set when it starts."""
    books = open_connected(home)
    provider, stop = StripeProvider(), threading.Event()
    reader = provider.reader(Credentials({"secret_key": key}), Endpoints(base, base), stop)
    begun.set()
    sync_integration(
        books, provider, reader, 1, progress=lambda _told: None, cancel=stop, holder=holder_text("the command")
    )
    reader.close()
    books.close()
