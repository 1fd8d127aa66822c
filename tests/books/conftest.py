"""Books for the tests of the books: a file per test, and a PostgreSQL server per run where one can be started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desktop.books.books import Books, open_books
from tests.helpers.postgres import NoServer, PostgresServer, running_server
from tests.helpers.shops import ZONE


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """New books in a folder of their own."""
    opened = open_books(tmp_path, timezone=ZONE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Books for property tests: each example opens a shop of its own in them."""
    opened = open_books(tmp_path_factory.mktemp("books"), timezone=ZONE)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A throw-away PostgreSQL server."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except NoServer as reason:
            pytest.skip(str(reason))
        yield server


@pytest.fixture(scope="module")
def postgres_books(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Books on PostgreSQL."""
    opened = open_books(tmp_path_factory.mktemp("home"), url=postgres.database(), timezone=ZONE)
    yield opened
    opened.close()
