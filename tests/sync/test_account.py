"""One worker an account: jobs take turns, a person's before the next page, and a disconnected account ends them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import pytest
from sqlalchemy import update

from desktop.books.tables import Client, Event, Integration, Payment, SyncRun
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError
from desktop.providers import base
from desktop.providers.contract import Credentials, Endpoints, ProviderEvent
from desktop.providers.limits import Allowance
from desktop.providers.stripe.provider import StripeProvider
from desktop.sync.account import Job, Worker
from desktop.sync.inbox import receive
from desktop.sync.lease import AccountLeft, LeaseHeld, LeaseLost, acquire, take_over
from desktop.sync.report import SyncReport
from desktop.sync.run import close_runs
from tests.helpers.leases import holder_of
from tests.helpers.patience import PATIENCE_S
from tests.sync.conftest import HOLDER, Desk, Open
from tests.sync.worlds import FakeReader, World, fill

pytestmark = pytest.mark.usefixtures("one_list_at_a_time")


class Held:
    """A first sync that runs in a thread of its own, and is held up while it reads a page."""

    def __init__(self, desk: Desk, page: str = "page charges") -> None:
        self.desk = desk
        self.reader = FakeReader(fill(World(), 10))
        self.reader.before = self._before
        self.worker = desk.worker(self.reader)
        self.go_on, self.reached = threading.Event(), threading.Event()
        self._page = page
        self._pool = ThreadPoolExecutor(2)
        self.outcome: Future[SyncReport] = self._pool.submit(self._sync)
        assert self.reached.wait(PATIENCE_S)

    def _sync(self) -> SyncReport:
        with self.worker.job(HOLDER, cancel=self.desk.cancel) as job:
            return self.desk.sync_in(job)

    def _before(self, name: str) -> None:
        if name == self._page and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(PATIENCE_S)

    def beside(self, work: Callable[[], Any]) -> Future[Any]:
        """Something else in a thread of its own."""
        return self._pool.submit(work)

    def end(self) -> SyncReport:
        """Let it go on to its end, and raise what it raises."""
        self.go_on.set()
        self._pool.shutdown(wait=True)
        return self.outcome.result()


def payments(desk: Desk) -> int:
    return len(desk.rows(Payment, "external_id"))


# --- turns ---------------------------------------------------------------------------------------------------------


def test_what_a_person_waits_for_goes_before_the_next_page_and_the_sync_goes_on_after_it(desk: Desk) -> None:
    sync = Held(desk)
    with sync.worker.job(HOLDER, urgent=True) as job, job.write() as writer:
        config = update(table_of(Integration)).values(config={"turned": True})
        writer.connection.execute(config)
    assert (payments(desk), sync.outcome.done()) == (0, False)
    assert sync.end().outcome == "done"
    assert payments(desk) == 10
    assert desk.rows(Integration, "config") == [{"turned": True}]
    assert holder_of(desk.books, 1) is None


def test_what_nobody_waits_for_comes_after_the_whole_sync(desk: Desk) -> None:
    sync = Held(desk)
    seen: list[int] = []

    def later() -> None:
        with sync.worker.job(HOLDER):
            seen.append(payments(desk))

    after = sync.beside(later)
    with sync.worker.job(HOLDER, urgent=True):
        assert seen == []
    sync.end()
    after.result()
    assert seen == [10]


def test_both_are_under_one_lease_which_stays_while_one_of_them_is_at_work(desk: Desk) -> None:
    sync = Held(desk)
    fences = []
    for _ in range(2):
        with sync.worker.job(HOLDER, urgent=True) as job:
            assert job.lease is not None
            fences.append(job.lease.fence)
        assert holder_of(desk.books, 1) is not None
    sync.end()
    assert fences == [1, 1]


def test_who_waits_for_a_turn_can_be_stopped(desk: Desk) -> None:
    sync = Held(desk)
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError), sync.worker.job(HOLDER, cancel=stop):
        pytest.fail("it was begun")
    assert sync.end().outcome == "done"


def test_a_job_within_a_job_would_wait_for_itself_and_is_a_mistake(desk: Desk) -> None:
    worker = desk.worker(FakeReader(World()))
    with worker.job(HOLDER), pytest.raises(RuntimeError, match="wait for itself"), worker.job(HOLDER, urgent=True):
        pytest.fail("it was begun")


def test_another_program_at_work_refuses_a_job_and_loses_the_account_to_one_that_takes_over(desk: Desk) -> None:
    other = acquire(desk.books, 1, "window on desk (1)")
    worker = desk.worker(FakeReader(World()))
    with pytest.raises(LeaseHeld), worker.job(HOLDER, urgent=True):
        pytest.fail("it was begun")
    with worker.job(HOLDER, urgent=True, takes_over=True) as job, job.write():
        pass
    with pytest.raises(LeaseLost), desk.books.write() as writer:
        cast("Any", other).check(writer)


# --- one bucket ----------------------------------------------------------------------------------------------------


def test_two_jobs_of_one_account_share_one_token_bucket(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Allowance] = []

    def allowance(rate: float, endpoint_rate: float) -> Allowance:
        made.append(Allowance(rate, endpoint_rate, lambda: 0.0))
        return made[-1]

    class Store(Open):
        def open(self, integration_id: int) -> Credentials:
            return Credentials({"secret_key": "rk_test_1"})

    monkeypatch.setattr(base, "Allowance", allowance)
    real = Endpoints("https://api.stripe.com", "https://connect.stripe.com")
    worker = Worker(desk.books, StripeProvider(), 1, Store(desk.books), lambda: real)
    readers = []
    for _ in range(2):
        with worker.job(HOLDER) as job:
            readers.append(job.reader)
    assert readers[0] is not readers[1]
    assert len(made) == 1


# --- disconnected --------------------------------------------------------------------------------------------------


def leave(job: Job) -> None:
    """What disconnecting writes."""
    with job.write() as writer:
        writer.connection.execute(update(table_of(Integration)).values(status="disconnected"))
        close_runs(writer.connection, 1, 1)
    job.leave()


def test_a_sync_whose_account_is_disconnected_ends_kindly_and_writes_nothing_more(desk: Desk) -> None:
    sync = Held(desk)
    with sync.worker.job(HOLDER, urgent=True, takes_over=True) as job:
        leave(job)
    with pytest.raises(AccountLeft):
        sync.end()
    assert payments(desk) == 0
    assert len(desk.rows(Client, "id")) == 7, "what was read by then stays"
    assert desk.rows(Integration, "status", "attention") == [("disconnected", "")]
    assert desk.rows(SyncRun, "outcome") == ["cancelled"]
    assert holder_of(desk.books, 1) is None


def test_a_sync_whose_account_another_program_disconnected_ends_as_kindly(desk: Desk) -> None:
    sync = Held(desk)
    other = take_over(desk.books, 1, "window on desk (1)")
    with desk.books.write() as writer:
        other.check(writer)
        writer.connection.execute(update(table_of(Integration)).values(status="disconnected"))
        close_runs(writer.connection, 1, 1)
    other.release()
    with pytest.raises(AccountLeft):
        sync.end()
    assert desk.rows(Integration, "status", "attention") == [("disconnected", "")]
    assert desk.rows(SyncRun, "outcome") == ["cancelled"]


# --- the inbox -----------------------------------------------------------------------------------------------------


@pytest.fixture
def world(desk: Desk) -> World:
    """A world that was synced a while ago, and that nobody syncs now."""
    made = fill(World(), 10)
    desk.sync(FakeReader(made))
    made.now += 60_000
    return made


def test_a_message_is_taken_in_and_its_effects_committed_when_nobody_syncs(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="Renamed")
    reader = FakeReader(world)
    told: list[frozenset[str]] = []
    with desk.worker(reader).job(HOLDER) as job:
        assert receive(job, world.events, lambda changes: told.append(changes.kinds)) == frozenset()
        assert receive(job, world.events) == frozenset(), "once by its id"
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")
    assert desk.rows(Event, "external_id", "state") == [("evt_00000", "done")]
    assert any("clients" in kinds for kinds in told)
    assert (reader.calls, desk.provider.interpreted) == ([], ["evt_00000"])
    assert len(desk.rows(SyncRun, "id")) == 1


def test_what_a_message_does_not_say_is_read_by_id_and_nothing_else_is_asked(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="Renamed")
    (one,) = world.events
    old = ProviderEvent(one.external_id, one.event_type, one.created_at, "old", one.data_type, one.object_id, one.body)
    reader = FakeReader(world)
    with desk.worker(reader).job(HOLDER) as job:
        receive(job, [old])
    assert reader.calls == ["read customer cus_002"]
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")


def test_a_message_goes_before_the_next_page_of_a_first_sync(desk: Desk) -> None:
    sync = Held(desk)
    world = sync.reader.world
    world.change("customer", "cus_002", name="Renamed")
    with sync.worker.job(HOLDER, urgent=True) as job:
        receive(job, world.events)
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")
    assert sync.end().outcome == "done"
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")
