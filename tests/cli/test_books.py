"""The books on the command line: whether they are sound, and the zone that their days are in."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.errors import ClosedBooksError
from desktop.sync.lease import acquire, holder_text
from desktop.workspace import open_business
from tests.worlds import World


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books in Berlin with something sold late on an evening there."""
    monkeypatch.setenv("PAYDESK_MASTER_KEY", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
    monkeypatch.setenv("PAYDESK_TIMEZONE", "Europe/Berlin")
    world = World(tmp_path)
    world.sale(world.account(), "1", 1200, "2026-11-20 23:30")
    world.books.close()
    return str(tmp_path)


def run(capsys: pytest.CaptureFixture[str], home: str, *words: str) -> tuple[int, str, str]:
    status = main([*words, "--home", home])
    said = capsys.readouterr()
    return status, said.out, said.err


def value(home: str, query: str, change: bool = False) -> object:
    with closing(sqlite3.connect(Path(home) / "books.db")) as plain:
        found = plain.execute(query).fetchone()
        plain.commit()
    return None if found is None else found[0]


def test_sound_books_are_called_so(capsys, home: str) -> None:
    status, out, err = run(capsys, home, "books", "check")
    assert (status, err) == (0, "")
    assert out.startswith("The books are sound")
    assert json.loads(run(capsys, home, "books", "check", "--json")[1]) == {
        "sound": True, "damage": None, "differences": [], "figures": [],
    }  # fmt: skip


def test_a_sum_that_is_not_what_its_rows_add_up_to_is_named_and_made_anew(capsys, home: str) -> None:
    value(home, "update daily_totals set amount = amount + 1 where measure = 'collected'")
    status, out, _ = run(capsys, home, "books", "check", "--json")
    assert status == 5
    told = json.loads(out)
    (difference,) = told["differences"]
    assert difference["table"] == "daily_totals"
    assert difference["stored"][0] == difference["expected"][0] + 1
    wrong = {one["name"]: (one["figure"], one["rows"]) for one in told["figures"]}
    assert wrong["collected"] == (1201, 1200)
    status, out, _ = run(capsys, home, "books", "check")
    assert "paydesk books check --rebuild" in out
    assert "The figure collected (usd) is not what its rows come to: 1201 and 1200" in out
    assert run(capsys, home, "books", "check", "--rebuild")[0] == 0
    assert run(capsys, home, "books", "check")[0] == 0


def test_another_zone_counts_every_figure_by_its_days(capsys, home: str) -> None:
    status, out, err = run(capsys, home, "books", "timezone", "Pacific/Auckland", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {"timezone": "Pacific/Auckland"}
    assert value(home, "select day from daily_totals where measure = 'collected'") == "2026-11-21"
    assert run(capsys, home, "books", "check")[0] == 0


def test_who_had_the_books_open_in_the_old_zone_writes_nothing_more(capsys, home: str) -> None:
    business = open_business(Path(home), {})
    assert run(capsys, home, "books", "timezone", "UTC")[0] == 0
    with pytest.raises(ClosedBooksError, match="are those of UTC now"):
        acquire(business.books, 1, holder_text("window"))
    business.close()


def test_an_unknown_zone_changes_nothing(capsys, home: str) -> None:
    status, out, err = run(capsys, home, "books", "timezone", "Berlin")
    assert (status, out) == (2, "")
    assert "Berlin" in err
    assert value(home, "select day from daily_totals where measure = 'collected'") == "2026-11-20"


def test_while_an_account_syncs_the_zone_stays(capsys, home: str) -> None:
    business = open_business(Path(home), {})
    acquire(business.books, 1, holder_text("window"))
    status, _, err = run(capsys, home, "books", "timezone", "UTC")
    business.close()
    assert status != 0
    assert "is syncing this account" in err
    assert value(home, "select value from settings where name = 'timezone'") == '"Europe/Berlin"'
