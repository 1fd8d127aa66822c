"""Books to ask: an empty business in Berlin, and books on a PostgreSQL server where one can be started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.books.books import Books, open_books
from tests.helpers.postgres import NoServer, running_server
from tests.helpers.shops import ZONE
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty business in Berlin."""
    made = World(tmp_path)
    yield made
    made.books.close()


@pytest.fixture(scope="module")
def postgres_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Books on a throw-away server."""
    try:
        with running_server() as server:
            opened = open_books(tmp_path_factory.mktemp("home"), url=server.database(), timezone=ZONE)
            yield opened
            opened.close()
    except NoServer as reason:
        pytest.skip(str(reason))
