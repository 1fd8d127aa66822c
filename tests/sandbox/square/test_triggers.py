"""Things that a test makes happen, what they do to the truth, and what the feed says about them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from desktop.sandbox.launch import RunningSquare
from desktop.sandbox.square.triggers import TRIGGERS
from tests.helpers import square_spec
from tests.sandbox.square.conftest import Wire, code_of

DAY = 86_400
CONTRADICTED = {"dispute.created", "dispute.state.updated", "customer.deleted"}
"""Events whose example in Square's file has fields that their own schema lacks; the examples are followed."""


def figures(shop: RunningSquare) -> dict[str, int]:
    """All months of the truth added up."""
    sums: dict[str, int] = {}
    for currencies in shop.truth()["months"].values():
        for name, amount in currencies["USD"].items():
            sums[name] = sums.get(name, 0) + amount
    return sums


class Change:
    """How figures change from here on."""

    def __init__(self, shop: RunningSquare) -> None:
        self.shop, self.before = shop, figures(shop)

    def of(self, *names: str) -> tuple[int, ...]:
        now = figures(self.shop)
        return tuple(now[name] - self.before[name] for name in names)


@pytest.fixture
def change(shop: RunningSquare) -> Change:
    return Change(shop)


def test_a_sale_with_a_tip(shop: RunningSquare, change: Change) -> None:
    made = shop.do("sale", amount=5000, tip=700)
    assert made["total_money"]["amount"] == 5700
    assert change.of("collected", "tips", "net", "payments_succeeded") == (5700, 700, 5700, 1)


def test_a_refused_card_collects_nothing(shop: RunningSquare, change: Change) -> None:
    assert shop.do("sale", decline="INSUFFICIENT_FUNDS")["status"] == "FAILED"
    assert change.of("collected", "payments_failed", "payments_succeeded") == (0, 1, 0)


def test_a_fee_comes_when_it_is_told_to(shop: RunningSquare, change: Change) -> None:
    made = shop.do("sale", amount=10_000, source="EMV")["id"]
    stamp = shop.world.find("payment", made)["updated_at"]
    quiet = shop.do("late_fee", payment=made)
    assert (quiet["updated_at"], quiet["processing_fee"][0]["amount_money"]["amount"]) == (stamp, 275)
    again = shop.do("adjust_fee", payment=made, change=-5)
    assert [fee["type"] for fee in again["processing_fee"]] == ["INITIAL", "ADJUSTMENT"]
    assert again["updated_at"] > stamp
    assert change.of("fees") == (270,)


def test_a_fee_comes_by_itself_after_a_day(fresh: RunningSquare) -> None:
    wire = Wire(fresh)
    made = fresh.do("sale", amount=10_000)["id"]
    assert "processing_fee" not in wire.get(f"payments/{made}").json()["payment"]
    fresh.clock.advance(DAY + 60)
    assert wire.get(f"payments/{made}").json()["payment"]["processing_fee"][0]["amount_money"]["amount"] == 270
    wire.http.close()


def test_a_refund_settles_or_fails(fresh: RunningSquare) -> None:
    change = Change(fresh)
    payment = fresh.do("sale", amount=8000)["id"]
    first = fresh.do("refund", payment=payment, amount=2000)
    second = fresh.do("refund", payment=payment, amount=1000, settle=False)
    assert change.of("refunds") == (3000,)
    fresh.clock.advance(DAY + 60)
    assert fresh.truth()["as_of"]
    assert (first["status"], second["status"]) == ("COMPLETED", "PENDING")
    fresh.do("fail_refund", refund=second["id"])
    assert (second["status"], fresh.world.find("payment", payment)["refunded_money"]["amount"]) == ("FAILED", 2000)
    assert sum(figures["USD"]["refunds"] for figures in fresh.truth()["months"].values()) == (
        change.before["refunds"] + 2000
    )


def test_a_dispute_takes_and_gives_back(shop: RunningSquare, change: Change) -> None:
    payment = shop.do("sale", amount=3000)["id"]
    dispute = shop.do("dispute", payment=payment)["id"]
    assert change.of("disputes") == (3000,)
    shop.do("close_dispute", dispute=dispute)
    inquiry = shop.do("dispute", payment=payment, inquiry=True)
    assert (inquiry["state"], change.of("disputes")) == ("INQUIRY_EVIDENCE_REQUIRED", (0,))
    shop.do("close_dispute", dispute=inquiry["id"], won=False)
    assert change.of("disputes") == (0,)


def test_a_payout_leaves_bounces_and_leaves_again(shop: RunningSquare, change: Change) -> None:
    shop.do("sale", amount=9000)
    first = shop.do("pay_out")
    amount = first["amount_money"]["amount"]
    assert change.of("paid_out") == (amount,)
    shop.do("fail_payout", payout=first["id"])
    assert change.of("paid_out") == (0,)
    second = shop.do("pay_out")
    assert second["amount_money"]["amount"] == amount
    assert {entry["type"] for entry in shop.world.payout_entries[second["id"]]} == {"RETURNED_PAYOUT"}
    assert shop.do("arrive", payout=second["id"])["status"] == "PAID"
    with pytest.raises(ValueError, match="nothing to pay out"):
        shop.do("pay_out")


def test_invoices_stand_and_fall(shop: RunningSquare) -> None:
    before = shop.truth()["outstanding"]["USD"]

    def left() -> tuple[int, int]:
        now = shop.truth()["outstanding"]["USD"]
        return now["count"] - before["count"], now["amount"] - before["amount"]

    draft = shop.do("make_invoice", amount=25_000, published=False)["id"]
    assert left() == (0, 0)
    shop.do("publish_invoice", invoice=draft)
    assert left() == (1, 25_000)
    shop.do("pay_invoice", invoice=draft, part=10_000)
    assert left() == (1, 15_000)
    shop.do("pay_invoice", invoice=draft)
    other = shop.do("make_invoice", amount=7000)["id"]
    shop.do("cancel_invoice", invoice=other)
    assert left() == (0, 0)


def test_customers_come_change_merge_and_go(shop: RunningSquare, wire: Wire) -> None:
    first = shop.do("add_customer", name="Ann Lee", email="ann@lee.example")
    second = shop.do("add_customer", name="A Lee", phone="+16175550177")
    assert shop.do("edit_customer", customer=first["id"], note="Regular")["version"] == 1
    merged = shop.do("merge_customers", first=first["id"], second=second["id"])
    assert (merged["email_address"], merged["phone_number"]) == ("ann@lee.example", "+16175550177")
    assert code_of(wire.get(f"customers/{first['id']}")) == "NOT_FOUND"
    shop.do("delete_customer", customer=merged["id"])
    assert code_of(wire.get(f"customers/{merged['id']}")) == "NOT_FOUND"


def test_an_authorisation_that_nobody_captures_is_voided(fresh: RunningSquare) -> None:
    made = fresh.do("sale", authorise=True, source="KEYED")["id"]
    fresh.clock.advance(8 * DAY)
    wire = Wire(fresh)
    assert wire.get(f"payments/{made}").json()["payment"]["status"] == "CANCELED"
    wire.http.close()


def test_the_rest_happens_too(shop: RunningSquare) -> None:
    payment = shop.do("sale", authorise=True)["id"]
    assert shop.do("complete_payment", payment=payment)["status"] == "COMPLETED"
    other = shop.do("sale", authorise=True)["id"]
    assert shop.do("cancel_payment", payment=other)["status"] == "CANCELED"
    checkout = shop.do("terminal_checkout")["id"]
    assert shop.do("finish_checkout", checkout=checkout, decline="GENERIC_DECLINE")["status"] == "CANCELED"
    item = shop.do("add_item", name="Poster")["id"]
    assert shop.do("delete_item", item=item)["is_deleted"] is True
    before = shop.do("change_stock", quantity=5)["quantity"]
    assert int(shop.do("change_stock", quantity=-2)["quantity"]) == int(before) - 2


def test_triggers_over_http(shop: RunningSquare) -> None:
    address = f"{shop.api_base}/_sandbox/do"
    assert httpx.post(address, json={"trigger": "sale", "amount": 1234}).json()["amount_money"]["amount"] == 1234
    for wrong in (
        {"trigger": "earthquake"},
        {"trigger": "sale", "mood": "good"},
        {"trigger": "refund", "payment": "x"},
        [],
    ):
        assert httpx.post(address, json=wrong).status_code == 400
    clock = f"{shop.api_base}/_sandbox/clock"
    now = httpx.get(clock).json()["now"]
    assert httpx.post(clock, json={"advance_seconds": 5}).json()["now"] >= now + 5
    assert httpx.post(clock, json={"advance_seconds": -5}).status_code == 400
    assert set(httpx.get(f"{shop.api_base}/_sandbox/truth").json()) == set(shop.truth())


def test_an_unknown_trigger(shop: RunningSquare) -> None:
    with pytest.raises(KeyError):
        shop.do("earthquake")
    assert len(TRIGGERS) >= 25


# The feed


@pytest.fixture
def listening(shop: RunningSquare, wire: Wire) -> Wire:
    wire.post("events/enable", method="PUT").raise_for_status()
    return wire


def events_of(wire: Wire, **wanted: Any) -> list[dict[str, Any]]:
    body = {"query": {"filter": wanted, "sort": {"field": "DEFAULT", "order": "ASC"}}, "limit": 100}
    return wire.all("events", "events", body)


def test_events_must_be_enabled_first(shop: RunningSquare, wire: Wire) -> None:
    wire.post("events/disable", method="PUT").raise_for_status()
    answer = wire.post("events")
    assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")


def test_events_tell_what_happened(shop: RunningSquare, listening: Wire) -> None:
    made = shop.do("sale")["id"]
    told = [one for one in events_of(listening, event_types=["payment.created"]) if one["data"]["id"] == made]
    assert [one["data"]["object"]["payment"]["id"] for one in told] == [made]
    assert {one["type"] for one in events_of(listening, event_types=["payment.created", "refund.created"])} == {
        *("payment.created", "refund.created"),
    }
    answer = listening.post("events", {"limit": 3}).json()
    assert [one["event_id"] for one in answer["metadata"]] == [one["event_id"] for one in answer["events"]]


def test_the_feed_reaches_back_twenty_eight_days(reading_square: RunningSquare, reading: Wire) -> None:
    found = events_of(reading)
    assert found[0]["created_at"] >= "2026-10-26T15:"
    assert [one["created_at"] for one in found] == sorted(one["created_at"] for one in found)


def test_events_look_as_their_schemas_say(reading_square: RunningSquare) -> None:
    spec = square_spec.load()
    if spec is None:
        pytest.skip(square_spec.WITHOUT_FILE)
    for event in reading_square.world.every("event"):
        if event["type"] not in CONTRADICTED:
            assert spec.event_problems(event) == []
