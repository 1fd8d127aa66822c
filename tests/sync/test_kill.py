"""A sync that is killed at any step, again and again, ends with the same books as one that was left alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desktop.books.database import Writer
from desktop.sync.lease import EXPIRES_MS
from tests.helpers.patience import PROPERTY_S
from tests.helpers.variants import variants
from tests.sync.comparing import picture
from tests.sync.conftest import Desk, make_desk
from tests.sync.worlds import NOW, FakeReader, World, fill, sell


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Kills at the n-th step; a step is a call, the end of a transaction, or the moment after its commit."""

    def __init__(self, desk: Desk, reader: FakeReader, after: int) -> None:
        self.left = after
        self.dead = False
        self._write = desk.books.write
        self._desk = desk
        reader.before = self._before
        desk.books.write = self._guarded  # type: ignore[method-assign, assignment]

    def restore(self) -> None:
        self._desk.books.write = self._write  # type: ignore[method-assign]

    def step(self) -> None:
        if self.dead:
            raise Killed
        self.left -= 1
        if self.left < 0:
            self.dead = True
            raise Killed

    def _before(self, _name: str) -> None:
        self.step()

    @contextmanager
    def _guarded(self, **options: Any) -> Iterator[Writer]:
        if self.dead:
            raise Killed
        with self._write(**options) as writer:
            yield writer
            self.step()
        self.step()


def changing(world: World) -> list[Callable[[], None]]:
    """What happens at the provider while we read."""
    return [
        lambda: world.change("customer", "cus_003", name="Renamed"),
        lambda: sell(world, "new1", "cus_001", NOW - 5000, 777, silent=False),
        lambda: world.change("invoice", "in_0004", status="open", amount_paid=0, amount_remaining=1004, paid_at=None),
        lambda: world.change("charge", "ch_0002", disputed=True),
        lambda: sell(world, "new2", "cus_002", NOW - 4000, 888, silent=False),
    ]


def undisturbed(home: Path, *, changed: bool) -> dict[str, list[tuple[Any, ...]]]:
    """The books of a sync that nobody kills, of the world as it is in the end."""
    desk = make_desk(home)
    world = fill(World(), 12)
    if changed:
        for change in changing(world):
            change()
    desk.sync(FakeReader(world))
    said = picture(desk.books, observed=False)
    desk.books.close()
    return said


@pytest.mark.timeout(PROPERTY_S)
@settings(max_examples=variants(5), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    kills=st.lists(st.integers(0, 90), min_size=1, max_size=8),
    order=st.sampled_from(["newest", "oldest", "mixed"]),
    changed=st.booleans(),
)
def test_any_kills_give_the_same_books(kills: list[int], order: str, changed: bool) -> None:
    """Row for row, whatever the order of the lists, with and without changes while it reads."""
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder, name) for name in ("whole", "killed")]
        for home in homes:
            home.mkdir()
        expected = undisturbed(homes[0], changed=changed)
        time = [NOW]
        desk = make_desk(homes[1], clock=time)
        world = fill(World(order=order), 12)
        changes = changing(world) if changed else []
        for after in kills:
            reader = FakeReader(world)
            killer = Killer(desk, reader, after)
            try:
                desk.sync(reader)
            except Killed:
                time[0] += EXPIRES_MS
            killer.restore()
            if changes:
                changes.pop(0)()
        while changes:
            changes.pop(0)()
        desk.sync(FakeReader(world))
        said = picture(desk.books, observed=False)
        desk.books.close()
    for table, rows in expected.items():
        assert said[table] == rows, table
