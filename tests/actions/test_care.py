"""Looking after the books beside what is done with their accounts: by their workers, and by nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from desktop.actions import care
from desktop.actions.business import Business
from desktop.actions.care import check_books, rebuild_sums, set_timezone
from desktop.books.tables import DailyTotal
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError
from desktop.keystore import BooksKeyStore
from desktop.sync.account import Job
from desktop.sync.lease import LeaseLost, take_over
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.helpers.patience import PATIENCE_S
from tests.worlds import World

HOLDER = "test on nowhere (1)"


@pytest.fixture
def business(tmp_path: Path) -> Iterator[Business]:
    """Two accounts in Berlin, with something sold late on an evening there."""
    world = World(tmp_path)
    for name in ("1", "2"):
        world.sale(world.account(), name, 1200, "2026-11-20 23:30")
    made = Business(tmp_path, world.books, Vault(BooksKeyStore(world.books), OneSource(MemorySource())), {})
    with closing(made):
        yield made


def spoil(business: Business) -> None:
    with business.books.write() as writer:
        writer.connection.execute(text("update daily_totals set amount = amount + 7"))
    assert not check_books(business).is_sound


def days(business: Business) -> set[str]:
    with business.books.read() as connection:
        return set(connection.execute(select(table_of(DailyTotal).c.day)).scalars())


class AtWork:
    """A long job of the second account, in a thread of its own, that lets others in until it is told to end."""

    def __init__(self, business: Business) -> None:
        self._worker = business.worker(business.integration(2))
        self._begun, self._end = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(2)
        self._outcome = self._pool.submit(self._work)
        assert self._begun.wait(PATIENCE_S)

    def _work(self) -> None:
        with self._worker.job(HOLDER) as job:
            self._begun.set()
            while not self._end.wait(0.01):
                job.beat()

    def beside(self, work: Callable[[], Any]) -> Any:
        """Something else in another thread, begun while this is under way."""
        return self._pool.submit(work)

    def end(self) -> None:
        """Let it end, and see how it did."""
        self._end.set()
        self._pool.shutdown(wait=True)
        self._outcome.result()


def test_sums_are_made_anew_before_the_next_page_of_what_is_under_way(business: Business) -> None:
    spoil(business)
    sync = AtWork(business)
    rebuild_sums(business)
    assert check_books(business).is_sound
    sync.end()


def test_the_zone_waits_for_what_counts_by_the_old_days(business: Business) -> None:
    sync = AtWork(business)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        set_timezone(business, "Pacific/Auckland", cancel=cancel)
    waiting = sync.beside(lambda: set_timezone(business, "Pacific/Auckland"))
    assert days(business) == {"2026-11-20"}
    sync.end()
    changed = waiting.result()
    assert days(changed) == {"2026-11-21"}
    with changed.worker(changed.integration(1)).job(HOLDER) as job:
        assert job.books.timezone == "Pacific/Auckland"


def test_who_lost_one_of_the_accounts_makes_no_sums(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(business)
    rebuild = care.rebuild_totals

    def too_late(*asked: Any, **more: Any) -> None:
        take_over(business.books, 2, "window on elsewhere (1)")
        rebuild(*asked, **more)

    monkeypatch.setattr(care, "rebuild_totals", too_late)
    with pytest.raises(LeaseLost):
        rebuild_sums(business)
    assert not check_books(business).is_sound


def test_what_is_had_already_is_kept_while_the_next_account_is_waited_for(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    keep = Job.keep
    seen = threading.Event()

    def told(job: Job) -> None:
        keep(job)
        if job.integration_id == 1:
            kept.append(job.integration_id)
            seen.set()

    monkeypatch.setattr(Job, "keep", told)
    sync = AtWork(business)
    waiting = sync.beside(lambda: set_timezone(business, "UTC"))
    assert seen.wait(PATIENCE_S)
    sync.end()
    assert waiting.result().books.timezone == "UTC"
