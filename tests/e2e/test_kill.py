"""A process that is killed fifty times at random during first syncs leaves the same books as one left alone."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
from contextlib import closing
from datetime import date
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from desktop.sandbox import launch
from tests.e2e.syncing import open_connected, sync
from tests.sync.comparing import picture

KILLS = 50
LONGEST_S = 0.7
SHORTEST_S = 0.02


def run(context: ForkServerContext, home: Path, server: launch.Running, kill_after: float | None) -> bool:
    """Sync in a process of its own, killed so long after it began. The answer: whether it was killed."""
    begun = context.Event()
    process = context.Process(target=sync, args=(home, server.api_base, server.secret_key, begun))
    process.start()
    assert begun.wait(60)
    process.join(kill_after)
    killed = process.exitcode is None
    if killed:
        process.kill()
    process.join(60)
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


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server")
def test_killed_at_random_it_ends_with_the_same_books(tmp_path: Path) -> None:
    """Row for row, over as many first syncs as fifty kills need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.e2e.syncing"])
    dice = random.Random(20)
    with launch.start(seed=3, today=date(2026, 11, 23)) as server:
        whole = tmp_path / "whole"
        whole.mkdir()
        run(context, whole, server, None)
        expected = said(whole)
        assert len(expected["payments"]) > 100
        kills = homes = 0
        while kills < KILLS:
            homes += 1
            home = tmp_path / f"killed-{homes}"
            home.mkdir()
            while kills < KILLS and run(context, home, server, dice.uniform(SHORTEST_S, LONGEST_S)):
                kills += 1
            run(context, home, server, None)
            killed = said(home)
            for table, rows in expected.items():
                assert killed[table] == rows, f"{table}, home {homes}, after {kills} kills"
