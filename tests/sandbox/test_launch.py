"""Starting and stopping, and the clock that the answers carry."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from datetime import date, datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from desktop.sandbox import launch
from desktop.sandbox.__main__ import main
from desktop.sandbox.clock import Clock, add_business_days, add_months, clock_changes, instant, opening
from tests.helpers.patience import PATIENCE_S

TODAY = date(2026, 11, 23)


def test_two_starts_answer_the_same_bytes() -> None:
    answers = []
    for _ in range(2):
        with launch.start(seed=3, today=TODAY, timezone="Europe/Berlin") as running:
            pages = ("charges?limit=100", "invoices?limit=100", "events?limit=100", "balance_transactions?limit=100")
            asked = [httpx.get(f"{running.api_base}/v1/{page}", auth=(running.secret_key, "")) for page in pages]
            answers.append([answer.content for answer in asked])
            keys = (running.client_id, running.secret_key, running.restricted_key, running.account_id)
            answers[-1].append("".join(keys).encode())
    assert answers[0] == answers[1]


def test_stopping_leaves_no_thread_and_frees_the_port() -> None:
    before = threading.active_count()
    running = launch.start(seed=3, today=TODAY)
    assert threading.active_count() == before + 1
    running.stop()
    running.stop()
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.api_base}/v1/balance")


def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            launch.start(seed=3, today=TODAY, port=taken.getsockname()[1])


def test_both_tell_about_one_day_by_one_clock() -> None:
    before = threading.active_count()
    with launch.start_both(seed=3, today=TODAY, sales_a_day=0.5) as both:
        assert threading.active_count() == before + 2
        assert both.stripe.clock is both.square.clock
        assert both.advance(3600) == both.stripe.clock.now()
        headers = {"Authorization": f"Bearer {both.square.access_token}"}
        square = httpx.get(f"{both.square.api_base}/v2/locations", headers=headers)
        stripe = httpx.get(f"{both.stripe.api_base}/v1/account", auth=(both.stripe.secret_key, ""))
        assert square.headers["date"][:22] == stripe.headers["date"][:22] == "Mon, 23 Nov 2026 16:00"
    assert threading.active_count() == before


def test_square_answers_the_same_bytes_twice() -> None:
    answers = []
    for _ in range(2):
        with launch.start_square(seed=3, today=TODAY, timezone="Europe/Berlin", sales_a_day=0.5) as running:
            headers = {"Authorization": f"Bearer {running.access_token}"}
            pages = ("payments", "refunds", "payouts", "customers", "catalog/list")
            asked = [httpx.get(f"{running.api_base}/v2/{page}", headers=headers) for page in pages]
            # Not the cursors: they hold the second at which they were made.
            bodies = [{**answer.json(), "cursor": None} for answer in asked]
            answers.append([bodies, running.application_id, running.access_token, running.merchant_id])
    assert answers[0] == answers[1]


def test_a_taken_second_port_is_an_error_and_leaves_nothing() -> None:
    before = threading.active_count()
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            second.bind(("127.0.0.1", port + 1))
        except OSError:
            pytest.skip("the next port is somebody else's")
        second.listen()
        first.close()
        with pytest.raises(OSError, match="in use"):
            launch.start_both(seed=3, today=TODAY, sales_a_day=0.5, port=port)
    assert threading.active_count() == before


def test_the_module_prints_one_line_and_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "desktop.sandbox", "--seed", "3", "--today", "2026-11-23", "--sales-a-day", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        stripe, square = told["stripe"], told["square"]
        answer = httpx.get(f"{stripe['api_base']}/v1/account", auth=(stripe["secret_key"], ""))
        assert answer.json()["id"] == stripe["account_id"]
        headers = {"Authorization": f"Bearer {square['access_token']}"}
        merchant = httpx.get(f"{square['api_base']}/v2/merchants/me", headers=headers).json()["merchant"]
        assert (merchant["id"], merchant["main_location_id"]) == (square["merchant_id"], square["main_location_id"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert {"api_base", "connect_base", "client_id", "secret_key"} <= set(stripe)
    assert {"api_base", "application_id", "application_secret", "access_token"} <= set(square)


def test_a_past_day_opens_at_ten_and_the_real_one_not_before_now() -> None:
    zone = ZoneInfo("America/New_York")
    ten = instant(TODAY, datetime.strptime("10:00", "%H:%M").time(), zone)
    assert opening(TODAY, zone, ten + 400 * 86_400) == ten
    assert opening(TODAY, zone, ten - 3600) == ten
    assert opening(TODAY, zone, ten + 3600) == ten + 3600


def test_the_clock_runs_and_jumps_forward_only() -> None:
    seconds = 100.0
    clock = Clock(1_000, lambda: seconds)
    seconds += 5
    assert clock.now() == 1_005
    assert clock.advance(60) == 1_065
    with pytest.raises(ValueError):
        clock.advance(-1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 1), -2, date(2026, 1, 1)),
    ],
)
def test_months_are_added_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_business_days_skip_weekends() -> None:
    assert add_business_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert add_business_days(date(2026, 11, 19), 2) == date(2026, 11, 23)


def test_clock_changes_of_a_year() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert clock_changes(*year, ZoneInfo("Europe/Berlin")) == [date(2026, 3, 29), date(2026, 10, 25)]
    assert clock_changes(*year, ZoneInfo("Asia/Tokyo")) == []


# --- what keeps them from starting ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--today", "2026-02-30"], "'2026-02-30' is not a day"),
        (["--today", "2009-12-31"], "2009-12-31 (seed 1)"),
        (["--today", "2100-01-01", "--seed", "7"], "2100-01-01 (seed 7)"),
        (["--timezone", "Mars/Olympus"], "no time zone 'Mars/Olympus'"),
        (["--timezone", "Europe"], "no time zone 'Europe'"),
        (["--port", "65535"], "no port 65535"),
        (["--sales-a-day", "nan"], "sales a day"),
        (["--sales-a-day", "-1"], "sales a day"),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("broken", ["launch.tell", "launch.shop.tell"])
def test_a_year_that_ends_with_an_error_is_told_of_by_its_day_and_seed(
    broken: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("currency")

    monkeypatch.setattr(f"desktop.sandbox.{broken}", stumble)
    assert main(["--today", "2026-11-28", "--seed", "5", "--sales-a-day", "0"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "2026-11-28 with seed 5 in America/New_York (KeyError: 'currency')" in sentence
