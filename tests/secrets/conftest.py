"""Books in a folder of their own, to look for secrets in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.books.books import Books, open_books
from tests.helpers.shops import ZONE


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """New books in a folder of their own."""
    opened = open_books(tmp_path, timezone=ZONE)
    yield opened
    opened.close()
