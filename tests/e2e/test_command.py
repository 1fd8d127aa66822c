"""The command's promises: shapes, exit statuses, one sentence for what goes wrong, books left as they were."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from desktop.sandbox import launch
from tests.e2e.conftest import SPARSE, Command, check_watched, watched

TODAY = "2026-11-23"
STREAMS = {
    "clients", "services", "invoices", "payments", "refunds", "balance_entries", "payouts", "disputes",
    "subscriptions", "credit_notes", "payment_methods",
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[launch.Running]:
    with launch.start(seed=5, today=date.fromisoformat(TODAY), timezone="Europe/Berlin") as running:
        yield running


@pytest.fixture(scope="module")
def synced(sandbox: launch.Running, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A home with the sandbox's account connected and synced, made once."""
    command = Command(tmp_path_factory.mktemp("synced") / "home")
    use(command, sandbox)
    done = command("connect", "stripe", "--key-stdin", "--sync", "--json", given=sandbox.restricted_key)
    assert done.status == 0, done.err
    return command


@pytest.fixture
def connected(synced: Command, tmp_path: Path) -> Command:
    """A copy of the synced home for this test alone."""
    shutil.copytree(synced.home, tmp_path / "copy")
    copy = Command(tmp_path / "copy")
    copy.environment |= {**synced.environment, "PAYDESK_HOME": str(copy.home)}
    return copy


def use(paydesk: Command, sandbox: launch.Running) -> None:
    paydesk.environment |= {
        "PAYDESK_STRIPE_API_BASE": sandbox.api_base,
        "PAYDESK_STRIPE_CONNECT_BASE": sandbox.connect_base,
        "PAYDESK_TODAY": TODAY,
    }


def sentence(text: str) -> str:
    """What was said on standard error, which must not be a traceback."""
    assert "Traceback" not in text
    said = text.strip().splitlines()[-1]
    assert said.endswith(".")
    return said


def test_status_has_its_stable_shape(connected: Command) -> None:
    status = connected("status", "--json").json
    assert set(status) >= {"integrations", "outbox", "events", "conflicts", "timezone"}
    assert status["outbox"] == {"waiting": 0, "failed": 0}
    assert set(status["events"]) == {"done", "waiting", "failed", "rejected"}
    assert status["timezone"] == "Europe/Berlin"
    (account,) = status["integrations"]
    assert account["provider"] == "stripe"
    assert account["mode"] == "sandbox"
    assert account["status"] == "active"
    assert account["last_sync_at"].endswith("Z")
    assert {stream["name"] for stream in account["streams"]} == STREAMS
    reads = account["reads"]
    assert (reads["allowed"] >= 10_000, reads["days"], reads["syncs_every_hours"]) == (True, 30, 1)
    assert 20 < reads["used"] < 1000
    for stream in account["streams"]:
        assert {"state", "count", "complete_through", "since", "set_aside", "error"} <= set(stream)
        assert stream["state"] == ("on_demand" if stream["name"] == "payment_methods" else "complete"), stream


def test_the_dashboard_equals_the_sandbox_s_own_truth(connected: Command, sandbox: launch.Running) -> None:
    report = connected("report", "dashboard", "--json").json
    truth = sandbox.truth()
    assert report["month"] == "2026-11"
    assert report["as_of"] == TODAY
    month = truth["months"]["2026-11"]
    assert set(month) <= set(report["currencies"])
    for currency, figures in month.items():
        told = report["currencies"][currency]
        for name in ("collected", "refunds", "returned", "disputes", "fees", "net"):
            assert told[name] == figures[name], (currency, name)
        assert told["total_revenue"] == figures["collected"] - figures["refunds"] - figures["returned"]
        assert sum(part["amount"] for part in told["revenue_by_service"]) == told["total_revenue"]
        ended = figures["payments_succeeded"] + figures["payments_failed"]
        assert told["payment_success_rate"] == pytest.approx(figures["payments_succeeded"] / ended)
        assert told["outstanding_invoices"] == truth["outstanding"].get(currency, {"count": 0, "amount": 0})
        assert told["overdue_invoices"] == truth["overdue"].get(currency, {"count": 0, "amount": 0})


@pytest.mark.parametrize("name", ["clients", "invoices", "payments", "subscriptions", "payouts", "services"])
def test_lists_print_rows_for_people_and_for_programs(connected: Command, name: str) -> None:
    rows = connected(name, "--limit", "5", "--json").json
    assert len(rows) == 5
    assert all(isinstance(row["id"], int) for row in rows)
    assert len(connected(name, "--limit", "5").out.splitlines()) == 7


def test_a_second_sync_changes_nothing(connected: Command) -> None:
    (report,) = connected("sync", "--json").json["integrations"]
    assert {stream["name"] for stream in report["streams"]} == STREAMS
    for stream in report["streams"]:
        assert stream["errors"] == []
        assert (stream["created"], stream["updated"], stream["deleted"]) == (0, 0, 0), stream


def test_disconnecting_keeps_the_history_and_forgetting_removes_it(connected: Command) -> None:
    assert connected("disconnect", "1").status == 0
    status = connected("status", "--json").json
    assert status["integrations"][0]["status"] == "disconnected"
    assert connected("invoices", "--limit", "1", "--json").json
    refused = connected("sync")
    assert refused.status == 3
    sentence(refused.err)
    assert connected("disconnect", "1", "--forget").status == 0
    assert connected("status", "--json").json["integrations"] == []
    for name in ("clients", "invoices", "payments", "services"):
        assert connected(name, "--json").json == []
    assert connected("report", "dashboard", "--json").json["currencies"] == {}


def test_connecting_again_goes_on_with_the_same_row(connected: Command, sandbox: launch.Running) -> None:
    again = connected("connect", "stripe", "--key-stdin", "--json", given=sandbox.secret_key)
    assert again.status == 0
    assert again.json["id"] == 1
    assert again.json["again"] is True


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("", 2),
        ("hello", 2),
        ("pk_test_" + "a" * 24, 2),
        ("whsec_" + "a" * 24, 2),
        ("sk_test_" + "a" * 24, 3),
    ],
)
def test_a_key_that_cannot_work_is_refused_before_anything_is_stored(
    paydesk: Command, sandbox: launch.Running, key: str, status: int
) -> None:
    use(paydesk, sandbox)
    refused = paydesk("connect", "stripe", "--key-stdin", given=key)
    assert refused.status == status
    said = sentence(refused.err)
    assert not key or key not in said
    assert paydesk("status", "--json").json["integrations"] == []


def test_a_stream_that_is_not_permitted_is_named_and_does_not_count_as_failure(
    paydesk: Command, sandbox: launch.Running
) -> None:
    use(paydesk, sandbox)
    with sandbox.server.lock:
        sandbox.server.api.restricted_rights = None
    sandbox.faults.add("refuse", stream="disputes")
    try:
        done = paydesk("connect", "stripe", "--key-stdin", "--sync", "--json", given=sandbox.restricted_key)
        assert done.status == 0, done.err
        (account,) = paydesk("status", "--json").json["integrations"]
    finally:
        sandbox.faults.clear()
    states = {stream["name"]: stream["state"] for stream in account["streams"]}
    assert states.pop("disputes") == "not_permitted"
    assert states.pop("payment_methods") == "on_demand"
    assert set(states.values()) == {"complete"}


def test_nothing_connected_is_said_plainly(paydesk: Command) -> None:
    refused = paydesk("sync")
    assert refused.status == 3
    assert "connect" in sentence(refused.err)


@pytest.mark.parametrize("words", [("nonsense",), ("report", "nope"), ("sync", "--since", "yesterday"), ("--home",)])
def test_wrong_usage_exits_two(paydesk: Command, words: tuple[str, ...]) -> None:
    refused = paydesk(*words)
    assert refused.status == 2
    assert "Traceback" not in refused.err
    assert refused.out == ""


def test_a_damaged_file_is_left_as_it_is(paydesk: Command) -> None:
    paydesk.home.mkdir(mode=0o700)
    file = paydesk.home / "books.db"
    file.write_bytes(b"this is not a database" * 400)
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    refused = paydesk("status")
    assert refused.status == 5
    sentence(refused.err)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_books_of_a_newer_version_are_refused_kindly(paydesk: Command) -> None:
    assert paydesk("status").status == 0
    file = paydesk.home / "books.db"
    with sqlite3.connect(file) as books:
        books.execute("update alembic_version set version_num = '9999'")
    books.close()
    refused = paydesk("status")
    assert refused.status == 5
    assert "newer" in sentence(refused.err)


def test_another_key_than_the_books_were_sealed_with_exits_five(connected: Command) -> None:
    other = Command(Path(connected.home)).environment["PAYDESK_MASTER_KEY"]
    refused = connected("sync", environment={"PAYDESK_MASTER_KEY": other})
    assert refused.status == 5
    sentence(refused.err)


def test_home_and_files_are_for_their_owner_alone(connected: Command) -> None:
    assert connected.home.stat().st_mode & 0o777 == 0o700
    for file in connected.home.glob("books.db*"):
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_the_demo_connects_both_by_consent_syncs_them_and_prints_one_dashboard(
    paydesk: Command, tmp_path: Path
) -> None:
    paydesk.environment |= watched(tmp_path / "report")
    shown = paydesk("demo", "--headless", "--json", "--seed", "3", "--today", "2026-03-01")
    assert shown.status == 0, shown.err
    accounts = {account["provider"]: account["streams"] for account in shown.json["sync"]["integrations"]}
    assert set(accounts) == {"stripe", "square"}
    for streams in accounts.values():
        assert {stream["name"]: stream["errors"] for stream in streams if stream["errors"]} == {}
        assert sum(stream["created"] for stream in streams) > 100
    assert shown.json["month"] == "2026-03"
    assert shown.json["currencies"]["usd"]["collected"] > 0
    assert not (paydesk.home / "books.db").exists()
    check_watched(tmp_path / "report", 1)


def test_the_demo_says_for_people_how_it_connected(paydesk: Command) -> None:
    said = paydesk("demo", "--headless", "--seed", "3", "--today", "2026-03-01", environment=SPARSE).out.splitlines()
    assert [line.split(",")[0] for line in said[:2]] == ["Stripe connected by OAuth", "Square connected by OAuth"]
