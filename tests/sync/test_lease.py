"""One holder at a time: taking, renewing, expiring, and being shut out after somebody else took over."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.sync import lease as leases
from desktop.sync.lease import (
    BEAT_MS,
    EXPIRES_MS,
    Held,
    Lease,
    LeaseHeld,
    LeaseLost,
    acquire,
    holder_text,
)
from tests.helpers.leases import holder_of
from tests.sync.conftest import Desk, make_desk
from tests.sync.worlds import NOW, FakeReader, World, fill


@pytest.fixture
def time() -> list[int]:
    """The machine's clock."""
    return [NOW]


@pytest.fixture
def desk(tmp_path: Path, time: list[int]) -> Iterator[Desk]:
    """Books on that clock."""
    made = make_desk(tmp_path, clock=time)
    yield made
    made.books.close()


def taken(desk: Desk, holder: str) -> Lease:
    lease = acquire(desk.books, 1, holder)
    assert isinstance(lease, Lease)
    return lease


def test_a_second_holder_is_told_who_has_it(desk: Desk, time: list[int]) -> None:
    taken(desk, "window on desk (1)")
    time[0] += EXPIRES_MS - 1
    held = acquire(desk.books, 1, "watch on desk (2)")
    assert held == Held("window on desk (1)", NOW)
    assert holder_of(desk.books, 1) == held
    assert held.who == "window on desk"
    assert "Window on desk is syncing this account" in str(held.error())


def test_a_lease_without_a_heartbeat_expires_and_its_holder_is_shut_out(desk: Desk, time: list[int]) -> None:
    old = taken(desk, "window on desk (1)")
    time[0] += EXPIRES_MS
    assert holder_of(desk.books, 1) is None
    new = taken(desk, "watch on desk (2)")
    assert new.fence > old.fence
    with pytest.raises(LeaseLost), desk.books.write() as writer:
        old.check(writer)
    with desk.books.write() as writer:
        new.check(writer)


def test_a_heartbeat_from_the_future_does_not_hold_for_years(desk: Desk, time: list[int]) -> None:
    taken(desk, "window on desk (1)")
    time[0] -= 10 * EXPIRES_MS
    assert taken(desk, "watch on desk (2)").fence > 1


def test_the_heartbeat_is_renewed_with_transactions_once_it_is_due(
    desk: Desk, time: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = taken(desk, "window on desk (1)")
    time[0] += EXPIRES_MS - 1
    with desk.books.write() as writer:
        lease.check(writer)
    assert holder_of(desk.books, 1) == Held("window on desk (1)", NOW)
    later = leases.time.monotonic() + BEAT_MS / 1000
    monkeypatch.setattr(leases.time, "monotonic", lambda: later)
    lease.beat()
    assert holder_of(desk.books, 1) == Held("window on desk (1)", time[0])


def test_released_it_is_free_at_once(desk: Desk) -> None:
    taken(desk, "window on desk (1)").release()
    assert holder_of(desk.books, 1) is None
    taken(desk, "watch on desk (2)")


def test_releasing_what_was_taken_over_leaves_the_new_holder(desk: Desk, time: list[int]) -> None:
    old = taken(desk, "window on desk (1)")
    time[0] += EXPIRES_MS
    taken(desk, "watch on desk (2)")
    old.release()
    assert isinstance(acquire(desk.books, 1, "third on desk (3)"), Held)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can ask for a process without touching it")
def test_a_process_of_this_machine_that_has_ended_holds_nothing(desk: Desk) -> None:
    child = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(child, 0)
    taken(desk, f"window on {socket.gethostname()} ({child})")
    assert holder_of(desk.books, 1) is None
    taken(desk, "watch on desk (2)")


def test_a_living_process_keeps_its_lease(desk: Desk) -> None:
    taken(desk, holder_text("window"))
    assert isinstance(acquire(desk.books, 1, "watch on desk (2)"), Held)


def test_a_sync_refuses_to_begin_beside_another(desk: Desk) -> None:
    taken(desk, "window on desk (1)")
    with pytest.raises(LeaseHeld, match="Window on desk"):
        desk.sync(FakeReader(World()))


@pytest.mark.usefixtures("one_list_at_a_time")
def test_a_sync_that_lost_its_lease_writes_nothing_more(desk: Desk, time: list[int]) -> None:
    reader = FakeReader(fill(World(), 10))

    def before(name: str) -> None:
        if name == "page refunds" and "page refunds" not in reader.calls[:-1]:
            time[0] += EXPIRES_MS
            taken(desk, "watch on desk (2)")

    reader.before = before
    with pytest.raises(LeaseLost):
        desk.sync(reader)
    status = desk.status()
    assert status["payments"].count == 10
    assert status["refunds"].count == 0


def test_it_is_released_when_the_sync_ends(desk: Desk) -> None:
    desk.sync(FakeReader(fill(World(), 2)))
    assert holder_of(desk.books, 1) is None
