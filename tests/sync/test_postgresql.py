"""The engine on PostgreSQL: the same books as on SQLite, one holder at a time, and broken objects set aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desktop.books.tables import SetAsideObject
from desktop.sync.lease import EXPIRES_MS, Held, Lease, LeaseLost, acquire
from tests.helpers.postgres import NoServer, PostgresServer, running_server
from tests.sync.comparing import picture
from tests.sync.conftest import Desk, make_desk
from tests.sync.worlds import NOW, FakeReader, World, fill, sell


@pytest.fixture
def time() -> list[int]:
    """The machine's clock."""
    return [NOW]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A throw-away server, where one can be started."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(running_server())
        except NoServer as reason:
            pytest.skip(str(reason))


@pytest.fixture
def far(server: PostgresServer, tmp_path: Path, time: list[int]) -> Iterator[Desk]:
    """Books on that server."""
    made = make_desk(tmp_path / "far", clock=time, url=server.database())
    yield made
    made.books.close()


def test_a_first_sync_and_its_changes_give_the_same_books(desk: Desk, far: Desk) -> None:
    for one in (desk, far):
        world = fill(World(), 10)
        one.sync(FakeReader(world))
        world.now += 3_600_000
        world.change("customer", "cus_002", name="One")
        world.change("customer", "cus_002", name="Two")
        world.tell("tax_rate", "txr_1", "created", {"id": "txr_1"})
        sell(world, "late", "cus_001", NOW, 500, silent=False)
        one.sync(FakeReader(world))
        world.now += 3_600_000
        world.vanish("invoice", "in_0004")
        one.sync(FakeReader(world), full=True)
    assert picture(far.books) == picture(desk.books)
    assert far.status() == desk.status()


def test_a_value_that_no_table_can_hold_sets_its_object_aside_and_nothing_else(far: Desk) -> None:
    world = fill(World(), 6)
    world.change("charge", "ch_0003", amount=2**70, amount_captured=2**70, silent=True)
    far.sync(FakeReader(world, size=100))
    assert far.rows(SetAsideObject, "external_id") == ["ch_0003"]
    assert far.status()["payments"].state == "partial"


def test_there_is_one_holder_at_a_time(far: Desk, time: list[int]) -> None:
    first = acquire(far.books, 1, "window on desk (1)")
    assert isinstance(first, Lease)
    assert isinstance(acquire(far.books, 1, "watch on shop (2)"), Held)
    time[0] += EXPIRES_MS
    second = acquire(far.books, 1, "watch on shop (2)")
    assert isinstance(second, Lease)
    with pytest.raises(LeaseLost), far.books.write() as writer:
        first.check(writer)
    with far.books.write() as writer:
        second.check(writer)
