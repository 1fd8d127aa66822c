"""A provider on a bad day: the books still end equal to its truth, and what could not be read is said by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from desktop.sandbox import launch
from tests.e2e.conftest import Command

TODAY = "2026-11-23"


@pytest.fixture
def sandbox() -> Iterator[launch.Running]:
    year = launch.build(seed=9, today=date.fromisoformat(TODAY), timezone="Europe/Berlin", pace=0.3)
    with launch.Running(year, 0) as running:
        yield running


@pytest.fixture
def connected(paydesk: Command, sandbox: launch.Running) -> Command:
    paydesk.environment |= {
        "PAYDESK_STRIPE_API_BASE": sandbox.api_base,
        "PAYDESK_STRIPE_CONNECT_BASE": sandbox.connect_base,
        "PAYDESK_TODAY": TODAY,
    }
    done = paydesk("connect", "stripe", "--key-stdin", "--json", given=sandbox.secret_key)
    assert done.status == 0, done.err
    return paydesk


def streams(paydesk: Command) -> dict[str, dict[str, Any]]:
    (account,) = paydesk("status", "--json").json["integrations"]
    return {stream["name"]: stream for stream in account["streams"]}


def _a_charge(sandbox: launch.Running) -> str:
    return sandbox.world.kinds["charge"][-1]


def check_truth(paydesk: Command, sandbox: launch.Running) -> None:
    report = paydesk("report", "dashboard", "--json").json
    truth = sandbox.truth()
    for currency, figures in truth["months"]["2026-11"].items():
        for name in ("collected", "refunds", "returned", "disputes", "fees", "net"):
            assert report["currencies"][currency][name] == figures[name], (currency, name)


def test_errors_limits_and_broken_answers_are_ridden_out(connected: Command, sandbox: launch.Running) -> None:
    # Lists are read side by side, so that any request may be hit again and again: not more often than it is tried.
    sandbox.faults.add("status", every=11, status=500, spare=1)
    sandbox.faults.add("status", every=13, status=429, spare=2)
    sandbox.faults.add("truncate", every=17, spare=2)
    sandbox.faults.add("drop", every=19, spare=2)
    done = connected("sync", "--json")
    sandbox.faults.clear()
    assert done.status == 0, done.err
    assert {stream["state"] for stream in streams(connected).values()} == {"complete", "on_demand"}
    check_truth(connected, sandbox)


def test_what_cannot_be_read_is_set_aside_and_read_again_later(connected: Command, sandbox: launch.Running) -> None:
    sandbox.faults.add("spoil", stream="charges", name="amount", value=10**18, times=1, object_id=_a_charge(sandbox))
    sandbox.faults.add("unknown_object", stream="refunds", times=1)
    done = connected("sync", "--json")
    sandbox.faults.clear()
    assert done.status == 1
    found = streams(connected)
    assert found["payments"]["state"] == "partial"
    assert found["payments"]["set_aside"] >= 1
    assert found["refunds"]["state"] == "partial"
    rest = {stream["state"] for name, stream in found.items() if name not in {"payments", "refunds"}}
    assert rest == {"complete", "on_demand"}
    assert connected("sync", "--full", "--json").status in {0, 1}
    assert streams(connected)["payments"]["state"] == "complete"
    check_truth(connected, sandbox)


def test_a_closed_event_feed_is_said_and_the_look_back_stands_in(connected: Command, sandbox: launch.Running) -> None:
    sandbox.faults.add("refuse", stream="events")
    assert connected("sync", "--json").status == 0
    sandbox.do("sale")
    sandbox.do("refund")
    again = connected("sync", "--json")
    assert again.status == 0, again.err
    sandbox.faults.clear()
    notes = " ".join(note for stream in streams(connected).values() for note in stream["notes"])
    assert "look" in notes
    check_truth(connected, sandbox)


def test_what_happens_after_the_first_sync_comes_in_by_events(connected: Command, sandbox: launch.Running) -> None:
    assert connected("sync", "--json").status == 0
    sandbox.do("add_customer")
    sandbox.do("sale")
    sandbox.do("make_invoice")
    sandbox.do("pay_invoice")
    sandbox.do("refund")
    sandbox.do("edit_customer")
    done = connected("sync", "--json")
    assert done.status == 0, done.err
    check_truth(connected, sandbox)
    told = connected("status", "--json").json["events"]
    assert told["done"] > 0
    assert told["failed"] == 0


def test_credentials_that_are_revoked_stop_the_account_and_say_reconnect(
    connected: Command, sandbox: launch.Running
) -> None:
    assert connected("sync", "--json").status == 0
    sandbox.faults.add("status", status=401)
    refused = connected("sync")
    sandbox.faults.clear()
    assert refused.status == 3
    assert "Traceback" not in refused.err
    (account,) = connected("status", "--json").json["integrations"]
    assert account["status"] == "needs_attention"
    assert connected("invoices", "--limit", "1", "--json").json
