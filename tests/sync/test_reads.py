"""What reading an account costs is counted by day, by every job of it, and kept for some weeks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from desktop.books.tables import DailyTotal, ReadCount
from desktop.books.tables.base import table_of
from desktop.sync.reads import KEPT_DAYS, keep_reads, read_cost
from desktop.sync.schedule import Cost
from tests.sync.conftest import HOLDER, Desk
from tests.sync.worlds import DAY, FACTS, NOW, FakeReader, World, fill

COUNTED = replace(FACTS, reads_a_month=10_000, reads_a_payment=500)
UNLIMITED = replace(FACTS, reads_a_month=None, reads_a_payment=0)


def keep(desk: Desk, reads: int, at: int, *, account: int = 1, routine: bool = False) -> None:
    with desk.books.write() as writer:
        keep_reads(writer, account, reads, at, routine=routine)


def cost(desk: Desk, at: int = NOW, **how: object) -> Cost:
    with desk.books.read() as connection:
        return read_cost(connection, 1, replace(COUNTED, **how), at)  # type: ignore[arg-type]


def test_nothing_was_read_of_an_account_that_is_new(desk: Desk) -> None:
    assert cost(desk) == Cost(0, 0, 0, 10_000)


def test_reads_of_a_day_add_up_and_those_of_thirty_days_are_told(desk: Desk) -> None:
    keep(desk, 130, NOW - 29 * DAY)
    keep(desk, 3, NOW, routine=True)
    keep(desk, 4, NOW, routine=True)
    keep(desk, 50, NOW)
    keep(desk, 999, NOW, account=2)
    keep(desk, 999, NOW - 30 * DAY)
    assert cost(desk) == Cost(used=187, routine=7, syncs=2, allowed=10_000)
    assert cost(desk, NOW + DAY).used == 57


def test_what_no_allowance_reaches_back_to_is_forgotten(desk: Desk) -> None:
    for days in (KEPT_DAYS + 1, KEPT_DAYS, 0):
        keep(desk, 1, NOW - days * DAY)
    assert len(desk.rows(ReadCount, "day")) == 2


def test_where_payments_allow_more_that_counts(desk: Desk) -> None:
    with desk.books.write() as writer:
        day = {"measure": "collected", "currency": "usd", "integration_id": 1, "amount": 0}
        rows = [
            {**day, "day": "2026-05-28", "location_ref": "", "count": 30},
            {**day, "day": "2026-05-20", "location_ref": "loc_1", "count": 20},
            {**day, "day": "2026-01-01", "location_ref": "", "count": 900},
            {**day, "day": "2026-05-20", "location_ref": "", "count": 900, "integration_id": 2},
        ]
        writer.connection.execute(insert(table_of(DailyTotal)), rows)
    assert cost(desk).allowed == 25_000
    with desk.books.read() as connection:
        assert read_cost(connection, 1, UNLIMITED, NOW).allowed is None


def test_every_job_that_reads_is_counted_and_only_the_schedule_s_followings_as_routine(desk: Desk) -> None:
    world = fill(World(), 5)
    first, second, third, other = (FakeReader(world) for _ in range(4))
    desk.sync(first, scheduled=True)  # a first sync is no measure of what the next ones cost
    assert cost(desk) == Cost(len(first.calls), 0, 0, 10_000)
    desk.sync(second, scheduled=True)
    desk.sync(third)
    with desk.worker(other).job(HOLDER, urgent=True) as job:
        job.reader.read("customer", "cus_001")
    used = sum(len(one.calls) for one in (first, second, third, other))
    assert cost(desk) == Cost(used, len(second.calls), 1, 10_000)


def test_a_job_that_reads_nothing_leaves_no_count(desk: Desk) -> None:
    with desk.worker(FakeReader(World())).job(HOLDER):
        pass
    assert desk.rows(ReadCount, "day") == []


def test_what_a_job_cost_that_failed_is_counted_too(desk: Desk) -> None:
    def fail() -> None:
        with desk.worker(FakeReader(World())).job(HOLDER) as job:
            job.count_reads(7)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert cost(desk).used == 7
