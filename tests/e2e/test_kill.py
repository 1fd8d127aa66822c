"""A process that is killed again and again at random during first syncs leaves the same books as one left alone."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
from contextlib import closing
from datetime import date
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from desktop.providers.contract import Credentials, Endpoints
from desktop.sandbox import launch
from desktop.sync.bulk import Access
from tests.e2e.syncing import open_connected, sync
from tests.helpers.patience import PATIENCE_S, PROPERTY_S
from tests.sync.comparing import picture

STRIPE_KILLS = 50
SQUARE_KILLS = 12
LONGEST_S = 0.7
SQUARE_LONGEST_S = 1.8
SHORTEST_S = 0.02


def run(context: ForkServerContext, home: Path, access: Access, kill_after: float | None) -> bool:
    """Sync in a process of its own, killed so long after it began. The answer: whether it was killed."""
    begun = context.Event()
    process = context.Process(target=sync, args=(home, access, begun))
    process.start()
    assert begun.wait(PATIENCE_S)
    process.join(kill_after)
    killed = process.exitcode is None
    if killed:
        process.kill()
    process.join(PATIENCE_S)
    assert killed or process.exitcode == 0
    process.close()
    return killed


def said(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the books of a folder say, once they are known to be sound."""
    with closing(sqlite3.connect(home / "books.db")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    books = open_connected(home)
    try:
        return picture(books)
    finally:
        books.close()


def survive(folder: Path, access: Access, least_payments: int, kills_wanted: int, longest: float) -> int:
    """As many first syncs as the kills need, each ending row for row like one that was left alone; how many kills."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.e2e.syncing"])
    dice = random.Random(20)
    whole = folder / "whole"
    whole.mkdir()
    run(context, whole, access, None)
    expected = said(whole)
    assert len(expected["payments"]) > least_payments
    kills = homes = 0
    while kills < kills_wanted:
        homes += 1
        home = folder / f"killed-{homes}"
        home.mkdir()
        while kills < kills_wanted and run(context, home, access, dice.uniform(SHORTEST_S, longest)):
            kills += 1
        run(context, home, access, None)
        killed = said(home)
        for table, rows in expected.items():
            assert killed[table] == rows, f"{table}, home {homes}, after {kills} kills"
    return kills


needs_fork_server = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server"
)


@pytest.mark.slow
@pytest.mark.timeout(PROPERTY_S)
@needs_fork_server
def test_stripe_killed_at_random_ends_with_the_same_books(tmp_path: Path) -> None:
    with launch.start(seed=3, today=date(2026, 11, 23)) as server:
        endpoints = Endpoints(server.api_base, server.connect_base)
        access = Access("stripe", Credentials({"secret_key": server.secret_key}), endpoints)
        assert survive(tmp_path, access, 100, STRIPE_KILLS, LONGEST_S) == STRIPE_KILLS


@pytest.mark.slow
@pytest.mark.timeout(PROPERTY_S)
@needs_fork_server
def test_square_killed_at_random_ends_with_the_same_books(tmp_path: Path) -> None:
    # More than a thousand objects, so that kills meet the second process at work too.
    with launch.start_square(seed=3, today=date(2026, 11, 23), sales_a_day=2) as server:
        fields = {"access_token": server.access_token, "connected_by": "token"}
        access = Access("square", Credentials(fields), Endpoints(server.api_base, server.api_base))
        assert survive(tmp_path, access, 500, SQUARE_KILLS, SQUARE_LONGEST_S) == SQUARE_KILLS
