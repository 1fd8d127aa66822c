"""What the tests of the reports share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty business in Berlin."""
    made = World(tmp_path)
    yield made
    made.books.close()
