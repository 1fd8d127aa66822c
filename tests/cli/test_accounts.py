"""Accounts on the command line: what reading them cost, beside what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.sync.reads import keep_reads
from tests.worlds import World


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books of two accounts; the first has cost so much that hourly syncs would go beyond what is allowed."""
    monkeypatch.setenv("PAYDESK_MASTER_KEY", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
    world = World(tmp_path)
    dear, cheap = world.account("stripe"), world.account("square")
    with world.books.write() as writer:
        now = world.books.now()
        for _ in range(24):
            keep_reads(writer, dear, 30, now, routine=True)
        keep_reads(writer, cheap, 1204, now)
    world.books.close()
    return str(tmp_path)


def test_status_tells_what_was_read_and_what_may_be(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json", "--home", home]) == 0
    told = [account["reads"] for account in json.loads(capsys.readouterr().out)["integrations"]]
    assert told == [
        {"used": 720, "allowed": 10_000, "days": 30, "syncs_every_hours": 3},
        {"used": 1204, "allowed": None, "days": 30, "syncs_every_hours": 1},
    ]
    assert main(["status", "--home", home]) == 0
    said = capsys.readouterr().out
    assert "Reads: 720 in 30 days, of 10,000 allowed, so that an open window syncs every 3 hours by itself\n" in said
    assert "Reads: 1,204 in 30 days; Square publishes no limit\n" in said
