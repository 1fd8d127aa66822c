"""Square by command: the sandbox that prints both halves, a token from standard input, lists, places, figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.actions.connect import connect_by_oauth
from desktop.sandbox import launch
from desktop.workspace import open_business
from tests.actions.conftest import Person
from tests.e2e.conftest import SPARSE, Command, check_watched, watched

TODAY = "2026-11-23"
STREAMS = {
    "locations", "clients", "services", "orders", "invoices", "payments", "refunds", "payouts", "balance_entries",
    "disputes", "subscriptions", "payment_methods", "terminal_devices", "terminal_checkouts", "payment_links",
}  # fmt: skip


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """What ``paydesk sandbox`` says when it is ready, while it serves."""
    report = tmp_path_factory.mktemp("watched") / "report"
    words = ["sandbox", "--seed", "5", "--today", TODAY, "--timezone", "Europe/Berlin", "--leash"]
    with subprocess.Popen(
        [sys.executable, "-m", "desktop.cli", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **watched(report), **SPARSE},
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
    check_watched(report, 1)


def use(paydesk: Command, square: Mapping[str, str]) -> Command:
    paydesk.environment |= {"PAYDESK_SQUARE_API_BASE": square["api_base"], "PAYDESK_TODAY": TODAY}
    return paydesk


@pytest.fixture(scope="module")
def synced(printed: Mapping[str, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A home with the sandbox's Square connected by its token and synced, made once."""
    command = use(Command(tmp_path_factory.mktemp("square") / "home"), printed["square"])
    done = command("connect", "square", "--key-stdin", "--json", given=printed["square"]["access_token"])
    assert done.status == 0, done.err
    assert (done.json["provider"], done.json["success"], done.json["again"]) == ("square", True, False)
    assert printed["square"]["access_token"] not in done.out + done.err
    done = command("sync", "--json")
    assert done.status == 0, done.err
    (report,) = done.json["integrations"]
    assert report["provider"] == "square"
    assert {stream["name"]: stream["errors"] for stream in report["streams"]} == {name: [] for name in STREAMS}
    return command


@pytest.fixture
def connected(synced: Command, tmp_path: Path) -> Command:
    """A copy of the synced home for this test alone."""
    shutil.copytree(synced.home, tmp_path / "copy")
    copy = Command(tmp_path / "copy")
    copy.environment |= {**synced.environment, "PAYDESK_HOME": str(copy.home)}
    return copy


def test_the_sandbox_prints_both_halves(printed: Mapping[str, Mapping[str, str]]) -> None:
    assert set(printed["stripe"]) >= {"api_base", "connect_base", "client_id", "secret_key"}
    assert set(printed["square"]) >= {"api_base", "application_id", "access_token"}
    assert printed["stripe"]["api_base"] != printed["square"]["api_base"]


def test_status_names_every_stream_of_square(connected: Command) -> None:
    (account,) = connected("status", "--json").json["integrations"]
    assert (account["provider"], account["mode"], account["status"]) == ("square", "sandbox", "active")
    assert {stream["name"] for stream in account["streams"]} == STREAMS
    for stream in account["streams"]:
        assert (stream["state"], stream["set_aside"], stream["error"]) == ("complete", 0, None), stream
        assert stream["complete_through"].endswith("Z")


def test_a_second_sync_changes_nothing(connected: Command) -> None:
    (report,) = connected("sync", "--json").json["integrations"]
    changed = [s for s in report["streams"] if s["created"] or s["updated"] or s["deleted"] or s["errors"]]
    assert changed == []


def test_places_are_listed_and_their_payments_too(connected: Command) -> None:
    places: list[dict[str, Any]] = connected("locations", "--json").json
    assert len(places) == 3
    assert {place["status"] for place in places} == {"active", "inactive"}
    said = connected("locations")
    assert said.status == 0
    assert all(place["name"] in said.out for place in places)
    for name in ("orders", "payments", "payouts", "services", "invoices", "clients"):
        rows = connected(name, "--limit", "3", "--json").json
        assert len(rows) == 3, name


def test_the_dashboard_has_figures(connected: Command) -> None:
    report = connected("report", "dashboard", "--json").json
    assert report["month"] == "2026-11"
    usd = report["currencies"]["usd"]
    assert usd["collected"] > 0
    assert usd["net"] == usd["collected"] - usd["refunds"] - usd["returned"] - usd["disputes"] - usd["fees"]


@pytest.mark.parametrize(
    ("token", "status"),
    [("sk_test_" + "a" * 24, 2), ("sandbox-sq0idb-" + "a" * 22, 2), ("EAAAl" + "a" * 59, 3)],
)
def test_a_token_that_cannot_work_is_refused_before_anything_is_stored(
    paydesk: Command, printed: Mapping[str, Mapping[str, str]], token: str, status: int
) -> None:
    refused = use(paydesk, printed["square"])("connect", "square", "--key-stdin", given=token)
    assert refused.status == status
    assert "Traceback" not in refused.err
    assert not token or token not in refused.err
    assert paydesk("status", "--json").json["integrations"] == []


def test_access_that_was_taken_back_exits_three_and_says_what_to_do(paydesk: Command) -> None:
    with launch.start_square(seed=2, today=date.fromisoformat(TODAY), sales_a_day=0.1) as square:
        paydesk.environment |= {
            "PAYDESK_SQUARE_API_BASE": square.api_base,
            "PAYDESK_SQUARE_CLIENT_ID": square.application_id,
        }
        business = open_business(paydesk.home, paydesk.environment)
        person = Person()
        connect_by_oauth(business, "square", person, threading.Event(), port=0)
        person.wait()
        business.close()
        square.server.keys.revoke_all()
        refused = paydesk("sync", "--json")
        assert refused.status == 3
        assert "Connect the account again" in refused.err
        (account,) = paydesk("status", "--json").json["integrations"]
        assert account["status"] == "needs_attention"
