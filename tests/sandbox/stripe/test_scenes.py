"""The generated year: the same for the same arguments, consistent to the cent, and never without its scenes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop.sandbox import business
from desktop.sandbox.clock import DAY
from desktop.sandbox.stripe import ledger
from desktop.sandbox.stripe.scenes import tell
from desktop.sandbox.stripe.world import World

NEW_YORK = ZoneInfo("America/New_York")
STORIES = [
    (1, date(2026, 11, 23), NEW_YORK),
    (2, date(2026, 3, 1), ZoneInfo("Europe/Berlin")),
    (3, date(2026, 12, 1), ZoneInfo("Pacific/Auckland")),
    (4, date(2028, 2, 29), ZoneInfo("America/Los_Angeles")),
    (5, date(2027, 1, 1), ZoneInfo("Asia/Tokyo")),
    (6, date(2027, 5, 30), ZoneInfo("UTC")),
]


@pytest.fixture(scope="session")
def tell_once() -> Callable[[int, date, ZoneInfo], World]:
    """Generates each world once, in whatever order the tests run. They only read it."""
    return cache(tell)


@pytest.fixture(params=STORIES, ids=lambda story: f"{story[1]}-{story[2].key}")
def world(request: pytest.FixtureRequest, tell_once: Callable[[int, date, ZoneInfo], World]) -> World:
    return tell_once(*request.param)


def _bytes(told: World) -> bytes:
    return json.dumps([told.account, told.objects, told.lines, told.events], sort_keys=True).encode()


def _month(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m")


def test_same_seed_and_day_give_the_same_bytes() -> None:
    assert _bytes(tell(9, date(2026, 11, 23), NEW_YORK)) == _bytes(tell(9, date(2026, 11, 23), NEW_YORK))


def test_another_seed_or_day_gives_another_world() -> None:
    told = {_bytes(tell(seed, day, NEW_YORK)) for seed in (1, 2) for day in (date(2026, 11, 22), date(2026, 11, 23))}
    assert len(told) == 4


def test_about_sixty_clients_have_joined(world: World) -> None:
    names = [one["name"] for one in world.every("customer")]
    assert 58 <= len(names) <= 62
    assert business.YEN_CLIENT in names
    assert any("<b>" in name for name in names)
    assert any("🌿" in name for name in names)
    assert any(one["email"] is None for one in world.every("customer"))
    assert [one for one in world.objects.values() if one.get("deleted")], "one client was deleted"


def test_nothing_is_dated_after_the_end(world: World) -> None:
    assert max(one.get("created", 0) for one in world.objects.values()) <= world.now
    assert max(event["created"] for event in world.events) <= world.now


def test_the_current_month_is_not_empty(world: World) -> None:
    month = _month(world.now, world.zone)
    figures = world.journal.summary(world.now)["months"][month]["usd"]
    assert figures["collected"] > 0
    assert figures["invoices_finalised"] > 0


def test_there_is_a_sale_late_on_the_last_of_the_month(world: World) -> None:
    local = [datetime.fromtimestamp(one["created"], world.zone) for one in world.every("charge")]
    late = [at for at in local if (at.hour, at.minute) == (23, 40) and (at + timedelta(days=1)).day == 1]
    assert len(late) == 2


def test_there_are_sales_on_the_days_on_which_the_clocks_change(world: World) -> None:
    days = Counter(
        datetime.fromtimestamp(one["created"], world.zone).date()
        for one in world.every("charge")
        if "the clocks changed" in (one["description"] or "")
    )
    expected = 0 if world.zone.key in {"UTC", "Asia/Tokyo"} else 2
    assert sorted(days.values()) == [3] * expected


def test_every_status_occurs(world: World) -> None:
    def found(kind: str) -> set[str]:
        return {one["status"] for one in world.every(kind)}

    assert found("subscription") == {
        *("active", "trialing", "past_due", "canceled", "unpaid", "paused", "incomplete", "incomplete_expired"),
    }
    assert found("invoice") == {"draft", "open", "paid", "uncollectible", "void"}
    assert found("payment_intent") >= {
        *("succeeded", "canceled", "requires_payment_method", "requires_capture", "requires_action"),
    }
    assert found("refund") == {"succeeded", "pending", "failed"}
    assert found("dispute") >= {"won", "lost"}
    assert any(status.startswith("warning_") for status in found("dispute"))
    assert found("payout") >= {"paid", "failed"}


def test_holds_are_given_up_debits_bounce_late_and_tips_are_left(world: World) -> None:
    intents = {one["id"]: one for one in world.every("payment_intent")}
    charges = list(world.every("charge"))
    held = [one for one in charges if one["status"] == "succeeded" and not one["captured"]]
    assert [intents[one["payment_intent"]]["status"] for one in held].count("canceled") == 2
    bounced = [one for one in charges if one["failure_balance_transaction"]]
    assert len(bounced) == 2
    assert any(
        world.objects[one["failure_balance_transaction"]]["created"] - one["created"] > 30 * DAY for one in bounced
    )
    tips = [one["amount_details"]["tip"]["amount"] for one in intents.values() if one["amount_details"]["tip"]]
    assert sorted(tips) == [650, 1000]
    told = world.journal.summary(world.now)["months"].values()
    assert sum(month.get("usd", {}).get("tips", 0) for month in told) == 1650


def test_charges_agree_with_their_ledger_lines(world: World) -> None:
    for charge in world.every("charge"):
        if charge["balance_transaction"] is None:
            assert charge["status"] == "failed" or not charge["captured"]
            continue
        line = world.objects[charge["balance_transaction"]]
        assert line["source"] == charge["id"]
        assert line["net"] == line["amount"] - line["fee"]
        assert sum(part["amount"] for part in line["fee_details"]) == line["fee"]
        if charge["currency"] == "usd":
            assert line["amount"] == charge["amount_captured"]
        else:
            assert line["amount"] == pytest.approx(charge["amount_captured"] * line["exchange_rate"] * 100, abs=1)


def test_the_fee_is_the_published_one(world: World) -> None:
    charge = next(
        one
        for one in world.every("charge")
        if one["currency"] == "usd"
        and one["captured"]
        and one["payment_method_details"]["type"] == "card"
        and one["payment_method_details"]["card"]["country"] == "US"
    )
    line = world.objects[charge["balance_transaction"]]
    assert abs(line["fee"] - (charge["amount_captured"] * 0.029 + 30)) <= 0.5


def test_refunded_amounts_are_the_sum_of_refunds_that_did_not_fail(world: World) -> None:
    given: dict[str, int] = defaultdict(int)
    for refund in world.every("refund"):
        given[refund["charge"]] += refund["amount"] if refund["status"] != "failed" else 0
    for charge in world.every("charge"):
        assert charge["amount_refunded"] == given[charge["id"]]
        # Stripe calls the charge of an authorisation that was given up refunded too, though nothing came back.
        held = charge["status"] == "succeeded" and not charge["captured"]
        given_up = held and world.objects[charge["payment_intent"]]["status"] == "canceled"
        assert charge["refunded"] == (given_up or 0 < charge["amount_refunded"] == charge["amount_captured"])


def test_some_refunds_are_given_in_the_month_after(world: World) -> None:
    months = [
        (_month(world.objects[one["charge"]]["created"], world.zone), _month(one["created"], world.zone))
        for one in world.every("refund")
    ]
    assert sum(sold < given for sold, given in months) >= 3


def test_invoices_are_paid_by_their_payments(world: World) -> None:
    paid: dict[str, int] = defaultdict(int)
    for payment in world.every("invoice_payment"):
        paid[payment["invoice"]] += payment["amount_paid"] or 0
    parts = Counter(one["invoice"] for one in world.every("invoice_payment") if one["status"] == "paid")
    assert max(parts.values()) >= 3
    for invoice in world.every("invoice"):
        assert invoice["amount_paid"] == paid[invoice["id"]]
        assert invoice["amount_remaining"] == invoice["amount_due"] - invoice["amount_paid"]
        assert invoice["status"] != "paid" or invoice["amount_remaining"] == 0


def test_invoices_add_up(world: World) -> None:
    long = [one for one in world.every("invoice") if one["lines"]["has_more"]]
    assert long
    assert all(len(one["lines"]["data"]) == 10 < len(world.lines[one["id"]]) for one in long)
    for invoice in world.every("invoice"):
        lines = world.lines[invoice["id"]]
        off = sum(part["amount"] for line in lines for part in line["discount_amounts"])
        tax = sum(part["amount"] for line in lines for part in line["taxes"])
        assert invoice["subtotal"] == sum(line["amount"] for line in lines)
        assert invoice["total"] == invoice["subtotal"] - off + tax
        assert tax == sum(part["amount"] for part in invoice["total_taxes"])


def test_payouts_add_up_and_leave_on_business_days(world: World) -> None:
    for payout in world.every("payout"):
        own = payout["balance_transaction"]
        lines = [world.objects[one] for one in world.payout_lines[payout["id"]] if one != own]
        assert sum(line["net"] for line in lines) == payout["amount"] == -world.objects[own]["amount"]
        assert datetime.fromtimestamp(payout["created"], UTC).weekday() < 5
    failed = [one for one in world.every("payout") if one["status"] == "failed"]
    assert len(failed) == 1
    assert world.objects[failed[0]["failure_balance_transaction"]]["amount"] == failed[0]["amount"]


def test_the_balance_is_the_sum_of_the_ledger(world: World) -> None:
    stated = ledger.balance(world)
    total = stated["available"][0]["amount"] + stated["pending"][0]["amount"]
    assert total == sum(line["net"] for line in world.every("balance_transaction"))
    assert total == world.journal.summary(world.now)["balance"]["usd"]


def _from_objects(told: World) -> dict[tuple[str, str, str], int]:
    """Collected, refunds, returned, disputes, fees, net and paid out by month, worked out from the wire objects."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)

    def add(kind: str, at: int, currency: str, amount: int) -> None:
        sums[kind, _month(at, told.zone), currency] += amount

    def at_of(line_id: str) -> int:
        return int(told.objects[line_id]["created"])

    for charge in told.every("charge"):
        if charge["balance_transaction"]:
            add("collected", at_of(charge["balance_transaction"]), charge["currency"], charge["amount_captured"])
        if charge["failure_balance_transaction"]:
            at = at_of(charge["failure_balance_transaction"])
            add("returned", at, charge["currency"], charge["amount_captured"])
    for refund in told.every("refund"):
        add("refunds", refund["created"], refund["currency"], refund["amount"])
        if refund["status"] == "failed":
            at = at_of(refund["failure_balance_transaction"])
            add("refunds", at, refund["currency"], -refund["amount"])
    for line in told.every("balance_transaction"):
        if line["reporting_category"].startswith("dispute"):
            add("disputes", line["created"], "usd", -line["amount"])
        if line["type"] in {"payout", "payout_failure"}:
            add("paid_out", line["created"], "usd", -line["amount"])
        else:
            add("net", line["created"], "usd", line["net"])
            own = -line["amount"] if line["type"] == "stripe_fee" else 0
            add("fees", line["created"], "usd", line["fee"] + own)
    return {key: amount for key, amount in sums.items() if amount}


def test_the_journal_says_what_the_objects_say(world: World) -> None:
    kinds = ("collected", "refunds", "returned", "disputes", "fees", "net", "paid_out")
    told = {
        (kind, month, currency): figures[kind]
        for month, currencies in world.journal.summary(world.now)["months"].items()
        for currency, figures in currencies.items()
        for kind in kinds
        if figures[kind]
    }
    assert told == _from_objects(world)
    assert {kind for kind, _, _ in told} == set(kinds)


def test_the_journal_knows_what_is_outstanding(world: World) -> None:
    owed: dict[str, dict[str, Any]] = {}
    for invoice in world.every("invoice"):
        if invoice["status"] == "open":
            sums = owed.setdefault(invoice["currency"], {"count": 0, "amount": 0})
            sums["count"] += 1
            sums["amount"] += invoice["amount_remaining"]
    summary = world.journal.summary(world.now)
    assert summary["outstanding"] == owed
    assert summary["overdue"]["usd"]["count"] > 0


def test_the_journal_counts_payments_that_ended(world: World) -> None:
    months = world.journal.summary(world.now)["months"].values()
    succeeded = sum(figures["payments_succeeded"] for month in months for figures in month.values())
    assert succeeded == sum(one["status"] == "succeeded" for one in world.every("payment_intent"))
    assert sum(figures["payments_failed"] for month in months for figures in month.values()) > 0


def test_an_ordinary_dollar_month_ties_out(world: World) -> None:
    for month in world.journal.summary(world.now)["months"].values():
        if "jpy" not in month:
            usd = month["usd"]
            assert usd["net"] == (usd["collected"] - usd["refunds"] - usd["returned"] - usd["disputes"] - usd["fees"])


def test_the_feed_tells_of_everything_new_in_thirty_days(world: World) -> None:
    since = world.now - 30 * 86_400
    told = {event["data"]["object"]["id"] for event in world.events}
    streams = (
        *("customer", "charge", "payment_intent", "invoice", "invoice_payment", "refund", "dispute", "payout"),
        *("subscription", "product", "price", "credit_note"),
    )
    for kind in streams:
        new = {
            one["id"]
            for one in world.every(kind)
            if one["created"] >= since and not (kind == "invoice_payment" and one["status"] != "paid")
        }
        assert new <= told, kind
    assert all(event["created"] >= since for event in world.events)
    assert not any(event["data"]["object"]["object"] == "balance_transaction" for event in world.events)
    assert {"customer.deleted", "product.updated", "price.created", "payout.paid"} <= {
        event["type"] for event in world.events
    }


def test_the_last_event_of_an_object_shows_it_as_it_is(world: World) -> None:
    latest = {event["data"]["object"]["id"]: event["data"]["object"] for event in world.events}
    for object_id, snapshot in latest.items():
        present = world.objects[object_id]
        if snapshot["object"] in {"refund", "payout", "dispute", "invoice", "payment_intent", "subscription"}:
            assert snapshot["status"] == present["status"], object_id
