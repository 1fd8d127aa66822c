"""One list of clients, places and options on the command line: stable JSON, plain sentences, and the exit status."""

from __future__ import annotations

import base64
import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import accounts, main
from desktop.errors import RefusedError
from desktop.records import LocationRecord, OrderRecord
from desktop.sandbox import launch
from tests.worlds import World


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command owns its process: here its hook and its log handler are taken back."""
    root = logging.getLogger()
    before, level, hook = list(root.handlers), root.level, sys.excepthook
    monkeypatch.setenv("PAYDESK_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("PAYDESK_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("PAYDESK_TODAY", "2026-11-23")
    yield
    sys.excepthook = hook
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def home(tmp_path: Path) -> str:
    """Two accounts, and somebody who is a customer of both."""
    world = World(tmp_path)
    stripe, square = world.account(), world.account("square")
    world.client(stripe, "cus_1", "Kline Dental", email="k@kline.example")
    world.client(square, "SQ1", "KLINE dental", email="K@kline.example")
    world.client(square, "SQ2", "Fern Yoga")
    at = world.at("2026-11-20")
    for ref, name in (("L1", "Harbour Prints"), ("L2", "Market Stall")):
        world.put(square, (ref, LocationRecord(name, "active", "usd", created_at=at)))
        world.put(
            square, (f"O{ref}", OrderRecord("completed", "usd", 1200, at, tip=200, client_ref="SQ1", location_ref=ref))
        )
    world.books.close()
    return str(tmp_path)


def run(capsys: pytest.CaptureFixture[str], home: str, *words: str) -> tuple[int, str, str]:
    status = main([*words, "--home", home])
    said = capsys.readouterr()
    return status, said.out, said.err


def answer(capsys: pytest.CaptureFixture[str], home: str, *words: str) -> Any:
    status, out, err = run(capsys, home, *words, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


# --- clients ---------------------------------------------------------------------------------------------------------


def test_who_looks_alike_is_told_joined_and_separated_again(capsys, home: str) -> None:
    (pair,) = answer(capsys, home, "client", "suggestions")
    assert pair["reasons"] == ["email", "name"]
    assert (pair["keep"]["name"], pair["other"]["providers"]) == ("Kline Dental", ["square"])
    keep, other = str(pair["keep"]["client_id"]), str(pair["other"]["client_id"])
    joined = answer(capsys, home, "client", "join", keep, other)
    assert [link["external_id"] for link in joined["links"]] == ["cus_1", "SQ1"]
    assert answer(capsys, home, "client", "suggestions") == []
    status, out, said = run(capsys, home, "client", "show", keep, "--json")
    shown = json.loads(out)
    assert (status, shown["links"], shown["payment_methods"]) == (0, joined["links"], [])
    assert "ways to pay could not be read now" in said  # nobody is there to be asked
    parted = answer(capsys, home, "client", "unjoin", keep, "SQ1")
    assert parted == {"client_id": int(other), "rest_id": int(keep), "name": "KLINE dental"}
    assert len(answer(capsys, home, "client", "suggestions")) == 1
    dismissed = answer(capsys, home, "client", "dismiss", keep, other)
    assert dismissed == {"first_id": int(keep), "second_id": int(other), "dismissed": True}
    assert answer(capsys, home, "client", "suggestions") == []


def test_people_read_the_next_step(capsys, home: str) -> None:
    status, out, _err = run(capsys, home, "client", "suggestions")
    assert status == 0
    assert "1. Kline Dental (stripe, k@kline.example)" in out
    assert "paydesk client join KEEP OTHER" in out
    status, out, _err = run(capsys, home, "client", "join", "1", "2")
    assert "Kline Dental is one client now, number 1." in out
    assert "paydesk client unjoin 1 2" in out
    status, out, _err = run(capsys, home, "client", "show", "1")
    assert "SQ1" in out
    assert "a client of its own again, number 2" in run(capsys, home, "client", "unjoin", "1", "2")[1]
    assert "not suggested again" in run(capsys, home, "client", "dismiss", "1", "2")[1]


@pytest.mark.parametrize(
    "words",
    [("join", "1", "1"), ("join", "1", "99"), ("unjoin", "1", "99"), ("unjoin", "3", "SQ2"), ("show", "99"),
     ("dismiss", "1", "99"), ("dismiss", "1"), ("nonsense",)],
)  # fmt: skip
def test_what_makes_no_sense_exits_two(capsys, home: str, words: tuple[str, ...]) -> None:
    status, out, err = run(capsys, home, "client", *words)
    assert (status, out) == (2, "")
    assert "Traceback" not in err


# --- places ----------------------------------------------------------------------------------------------------------


def test_locations_and_orders_are_listed_and_narrowed_to_a_place(capsys, home: str) -> None:
    assert {row["name"] for row in answer(capsys, home, "locations")} == {"Harbour Prints", "Market Stall"}
    orders = answer(capsys, home, "orders")
    assert [(row["tip"], row["total"], row["currency"]) for row in orders] == [(200, 1200, "usd")] * 2
    for named in ("L2", "market stall"):
        (order,) = answer(capsys, home, "orders", "--location", named)
        assert order["location_name"] == "Market Stall"
    status, out, _err = run(capsys, home, "orders")
    assert (status, "$2.00" in out, "Harbour Prints" in out) == (0, True, True)
    assert "Market Stall" in run(capsys, home, "locations")[1]
    assert answer(capsys, home, "stock") == []


def test_the_dashboard_of_one_place_says_so(capsys, home: str) -> None:
    told = answer(capsys, home, "report", "dashboard", "--location", "Harbour Prints")
    assert told["location"] == {"id": "L1", "name": "Harbour Prints"}
    assert "location" not in answer(capsys, home, "report", "dashboard")
    assert "Harbour Prints only" in run(capsys, home, "report", "dashboard", "--location", "L1")[1]


@pytest.mark.parametrize("words", [("orders",), ("payments",), ("report", "dashboard")])
def test_a_place_that_there_is_not_exits_two_and_names_those_there_are(capsys, home: str, words: Any) -> None:
    status, out, err = run(capsys, home, *words, "--location", "Moon")
    assert (status, out) == (2, "")
    assert "Harbour Prints (L1), Market Stall (L2)" in err


# --- options ---------------------------------------------------------------------------------------------------------


def test_stock_is_kept_on_request(capsys, home: str) -> None:
    done = answer(capsys, home, "account", "set", "2", "sync_inventory=on")
    assert done == {"id": 2, "options": {"sync_inventory": True}}
    told = answer(capsys, home, "status")["integrations"]
    assert [one["options"] for one in told] == [{}, {"sync_inventory": True}]
    assert "inventory_counts" in [stream["name"] for stream in told[1]["streams"]]
    _status, out, _err = run(capsys, home, "status")
    assert "Options: sync_inventory=on" in out
    assert "sync_inventory is off." in run(capsys, home, "account", "set", "2", "sync_inventory=off")[1]
    assert "paydesk sync 2" in run(capsys, home, "account", "set", "2", "sync_inventory=ON")[1]


@pytest.mark.parametrize(
    ("words", "status"),
    [(("2", "sync_inventory"), 2), (("2", "sync_inventory=maybe"), 2), (("2", "moon=on"), 2),
     (("1", "sync_inventory=on"), 2), (("9", "sync_inventory=on"), 3), (("2",), 2)],
)  # fmt: skip
def test_choices_that_there_are_not_are_refused(capsys, home: str, words: tuple[str, ...], status: int) -> None:
    assert run(capsys, home, "account", "set", *words)[0] == status


# --- connecting Square -----------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> str:
    return str(tmp_path / "fresh")


def test_square_is_connected_with_a_token_and_synced(capsys, fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with launch.start_square(seed=3, today=date(2026, 11, 23), sales_a_day=1) as sandbox:
        monkeypatch.setenv("PAYDESK_SQUARE_API_BASE", sandbox.api_base)
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{sandbox.access_token}\n"))
        status, out, err = run(capsys, fresh, "connect", "square", "--key-stdin", "--sync", "--json")
        told = json.loads(out)
        assert (status, told["provider"], told["account_id"]) == (0, "square", sandbox.merchant_id)
        assert sandbox.access_token not in out + err
    assert len(answer(capsys, fresh, "locations")) == 3
    (account,) = answer(capsys, fresh, "status")["integrations"]
    counts = {stream["name"]: stream["count"] for stream in account["streams"]}
    assert (counts["locations"], counts["terminal_devices"]) == (3, 1)
    assert counts["orders"] > 100
    assert "tips" in answer(capsys, fresh, "report", "dashboard")["currencies"]["usd"]


def test_no_token_is_wrong_usage(capsys, fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    status, _out, err = run(capsys, fresh, "connect", "square", "--key-stdin")
    assert status == 2
    assert "paydesk connect square --key-stdin" in err


def test_an_application_id_is_kept_for_the_next_time(capsys, fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def consent(business: Any, provider: str, *_arguments: Any, **_words: Any) -> None:
        app = accounts.known_platform(business, provider)
        asked.append(app.client_id if app else "")
        raise RefusedError("No", "Square said no.", "")

    monkeypatch.setattr(accounts, "connect_by_oauth", consent)
    monkeypatch.delenv("PAYDESK_SQUARE_CLIENT_ID", raising=False)
    status, _out, err = run(capsys, fresh, "connect", "square")
    assert (status, "paydesk connect square --app-id ID" in err) == (2, True)
    assert run(capsys, fresh, "connect", "square", "--app-id", "sq0idp-one")[0] == 4
    assert run(capsys, fresh, "connect", "square")[0] == 4
    assert run(capsys, fresh, "connect", "square", "--app-id", "sq0idp-two")[0] == 4
    monkeypatch.setenv("PAYDESK_SQUARE_CLIENT_ID", "sq0idp-fixed")
    assert run(capsys, fresh, "connect", "square", "--app-id", "sq0idp-three")[0] == 4
    assert asked == ["sq0idp-one", "sq0idp-one", "sq0idp-two", "sq0idp-fixed"]
