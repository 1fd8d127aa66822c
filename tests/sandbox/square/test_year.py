"""The generated year: the same for the same arguments, consistent to the cent, and never without its scenes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop.sandbox import business
from desktop.sandbox.square.scenes import tell
from desktop.sandbox.square.world import World

NEW_YORK = ZoneInfo("America/New_York")
Moves = list[tuple[str, str, int]]
"""Location, instant and cents."""

STORIES = [
    (1, date(2026, 11, 23), NEW_YORK),
    (2, date(2026, 3, 1), ZoneInfo("Europe/Berlin")),
    (3, date(2026, 12, 1), ZoneInfo("Pacific/Auckland")),
    (4, date(2028, 2, 29), ZoneInfo("America/Los_Angeles")),
    (5, date(2027, 1, 1), ZoneInfo("Asia/Tokyo")),
]


@pytest.fixture(scope="session")
def tell_once() -> Callable[[int, date, ZoneInfo], World]:
    """Generates each world once, in whatever order the tests run. They only read it."""
    return cache(lambda seed, day, zone: tell(seed, day, zone, 2))


@pytest.fixture(params=STORIES, ids=lambda story: f"{story[1]}-{story[2].key}")
def world(request: pytest.FixtureRequest, tell_once: Callable[[int, date, ZoneInfo], World]) -> World:
    return tell_once(*request.param)


def _bytes(told: World) -> bytes:
    shelves = {kind: shelf.objects for kind, shelf in told.shelves.items()}
    return json.dumps([told.merchant, shelves, told.payout_entries, told.journal.summary(told.now)]).encode()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _cents(money: dict[str, Any] | None) -> int:
    return int(money["amount"]) if money else 0


def test_same_seed_and_day_give_the_same_bytes() -> None:
    assert _bytes(tell(9, date(2026, 11, 23), NEW_YORK, 1)) == _bytes(tell(9, date(2026, 11, 23), NEW_YORK, 1))


def test_another_seed_or_day_gives_another_world() -> None:
    days = (date(2026, 11, 22), date(2026, 11, 23))
    assert len({_bytes(tell(seed, day, NEW_YORK, 0.2)) for seed in (1, 2) for day in days}) == 4


def test_nothing_is_dated_after_the_end(world: World) -> None:
    end = datetime.fromtimestamp(world.now + 1, UTC)
    for shelf in world.shelves.values():
        for one in shelf.objects.values():
            for name in ("created_at", "updated_at", "closed_at", "calculated_at"):
                assert name not in one or _instant(one[name]) < end


def test_the_current_month_is_not_empty_at_either_location(world: World) -> None:
    month = datetime.fromtimestamp(world.now, world.zone).strftime("%Y-%m")
    told = world.journal.summary(world.now)
    active = [one["id"] for one in world.every("location") if one["status"] == "ACTIVE"]
    assert [told["locations"][location][month]["USD"]["collected"] > 0 for location in active] == [True, True]
    assert set(told["locations"]) == set(active)


def test_every_status_occurs(world: World) -> None:
    def found(kind: str, name: str = "status") -> set[str]:
        return {one[name] for one in world.every(kind)}

    assert found("payment") == {"COMPLETED", "FAILED", "CANCELED", "APPROVED"}
    assert found("payment", "source_type") == {"CARD", "CASH", "EXTERNAL"}
    assert found("refund") == {"COMPLETED", "PENDING", "FAILED"}
    assert found("dispute", "state") == {"WON", "LOST", "INQUIRY_CLOSED", "EVIDENCE_REQUIRED"}
    assert found("payout") >= {"PAID", "FAILED"}
    assert found("payout", "type") == {"BATCH", "SIMPLE"}
    assert found("invoice") == {
        *("DRAFT", "UNPAID", "SCHEDULED", "PARTIALLY_PAID", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "CANCELED"),
    }
    assert found("subscription") == {"ACTIVE", "PAUSED", "CANCELED", "DEACTIVATED"}
    assert found("checkout") == {"COMPLETED", "CANCELED"}
    assert found("order", "state") == {"OPEN", "COMPLETED", "CANCELED"}
    assert found("location") == {"ACTIVE", "INACTIVE"}
    assert len({one["location_id"] for one in world.every("invoice")}) == 2


def test_card_payments_are_read_in_many_ways(world: World) -> None:
    entries = Counter(one["card_details"]["entry_method"] for one in world.every("payment") if "card_details" in one)
    assert set(entries) == {"CONTACTLESS", "EMV", "SWIPED", "KEYED", "ON_FILE"}
    products = {one["application_details"]["square_product"] for one in world.every("payment")}
    assert products == {"SQUARE_POS", "INVOICES", "ECOMMERCE_API", "TERMINAL_API"}


def test_some_customers_are_the_studios_clients_too(world: World) -> None:
    mails = {client.email for client in business.CLIENTS if client.email}
    names = {client.name.lower(): client.name for client in business.CLIENTS}
    people = world.every("customer")
    assert 36 <= len(people) <= 44
    same_mail = [one for one in people if one.get("email_address", "").lower() in mails]
    same_name = [one for one in people if one.get("company_name", "").lower() in names]
    other_case = [one for one in same_name if one["company_name"] not in names.values()]
    assert (len(same_mail), len(other_case)) == (4, 3)
    assert len([one for one in people if one.get("phone_number") == "+16175550142"]) == 1


def test_two_profiles_were_merged(world: World) -> None:
    merged = [one for one in world.every("customer") if one["creation_source"] == "MERGE"]
    (deleted, other) = [
        one["data"]["object"]["event_context"]["merge"]
        for one in world.every("event")
        if one["type"] == "customer.deleted" and "event_context" in one["data"]["object"]
    ]
    assert deleted == other
    assert deleted["to_customer_id"] == merged[0]["id"]
    assert not set(deleted["from_customer_ids"]) & set(world.shelves["customer"].objects)


def test_fees_come_a_day_late_and_mostly_without_a_word(world: World) -> None:
    cards = [one for one in world.every("payment") if one["status"] == "COMPLETED" and one["id"] in world.fees]
    waiting = [one for one in cards if "processing_fee" not in one]
    day_before = datetime.fromtimestamp(world.now - 86_400, UTC)
    captured = {one["id"]: _instant(one["card_details"]["card_payment_timeline"]["captured_at"]) for one in cards}
    assert waiting
    assert all(captured[one["id"]] >= day_before.replace(microsecond=0) for one in waiting)
    quiet = [
        one
        for one in cards
        if "processing_fee" in one and _instant(one["updated_at"]) < _instant(one["processing_fee"][-1]["effective_at"])
    ]
    assert len(quiet) > len(cards) // 3
    assert any(fee["type"] == "ADJUSTMENT" for one in cards for fee in one.get("processing_fee", ()))


def test_an_order_arrived_sixty_hours_late(world: World) -> None:
    late = [one for one in world.every("payment") if one.get("is_offline_payment")]
    assert len(late) == 2
    for payment in late:
        order = world.shelves["order"].objects[payment["order_id"]]
        assert 59 < (_instant(order["updated_at"]) - _instant(order["created_at"])).total_seconds() / 3600 < 61


def test_gift_cards_are_sold_for_money_and_redeemed_for_none(world: World) -> None:
    lines = [line for order in world.every("order") for line in order.get("line_items", ())]
    assert len([one for one in lines if one["item_type"] == "GIFT_CARD"]) == 2
    redeemed = [one for one in world.every("payment") if one["source_type"] == "CARD" and _is_stored(one)]
    assert len(redeemed) == 2
    booked = {
        entry["type_charge_details"]["payment_id"]
        for entries in (*world.payout_entries.values(), *world.waiting_entries.values())
        for entry in entries
        if entry["type"] == "CHARGE"
    }
    assert not booked & {one["id"] for one in redeemed}


def test_a_delivery_app_keeps_its_share(world: World) -> None:
    kept = [one["external_details"] for one in world.every("payment") if one["source_type"] == "EXTERNAL"]
    assert len([one for one in kept if _cents(one["source_fee_money"]) > 0]) >= 3


def test_orders_agree_with_their_lines_and_tenders(world: World) -> None:
    for order in world.every("order"):
        lines = order.get("line_items", [])
        total = _cents(order["total_money"])
        assert sum(_cents(line["total_money"]) for line in lines) + _cents(order["total_tip_money"]) == total
        assert sum(_cents(line["total_tax_money"]) for line in lines) == _cents(order["total_tax_money"])
        paid = sum(_cents(tender["amount_money"]) for tender in order.get("tenders", ()))
        assert total - paid == _cents(order["net_amount_due_money"])
        if order["state"] == "COMPLETED":
            assert paid == total


def test_payouts_are_the_sum_of_their_entries(world: World) -> None:
    kinds = set()
    for payout in world.every("payout"):
        entries = world.payout_entries[payout["id"]]
        kinds |= {one["type"] for one in entries}
        if payout["type"] == "SIMPLE":
            assert entries == []
            continue
        assert sum(_cents(one["net_amount_money"]) for one in entries) == _cents(payout["amount_money"])
        for one in entries:
            assert one["payout_id"] == payout["id"]
            assert _cents(one["gross_amount_money"]) - _cents(one["fee_amount_money"]) == _cents(
                one["net_amount_money"]
            )
    assert kinds >= {"CHARGE", "REFUND", "DISPUTE", "FEE", "RETURNED_PAYOUT", "OTHER_ADJUSTMENT"}


def test_no_entry_is_paid_out_twice_and_none_is_lost(world: World) -> None:
    told = world.journal.summary(world.now)
    entered = sum(
        _cents(one["net_amount_money"])
        for entries in (*world.payout_entries.values(), *world.waiting_entries.values())
        for one in entries
        if one["type"] != "RETURNED_PAYOUT"
    )
    simple = sum(_cents(one["amount_money"]) for one in world.every("payout") if one["type"] == "SIMPLE")
    waiting = sum(_cents(one["net_amount_money"]) for ones in world.waiting_entries.values() for one in ones)
    paid_out = sum(figures["USD"]["paid_out"] for figures in told["months"].values())
    assert entered + simple == paid_out + waiting


def _by_month(world: World, amounts: Moves) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for location, at, amount in amounts:
        sums[location, _instant(at).astimezone(world.zone).strftime("%Y-%m")] += amount
    return {key: amount for key, amount in sums.items() if amount}


def _is_stored(payment: dict[str, Any]) -> bool:
    brand = payment.get("card_details", {}).get("card", {}).get("card_brand")
    return brand == "SQUARE_GIFT_CARD" or payment.get("external_details", {}).get("type") == "OTHER_GIFT_CARD"


def _taken_at(payment: dict[str, Any]) -> str:
    timeline = payment.get("card_details", {}).get("card_payment_timeline", {})
    return str(timeline.get("captured_at", payment["created_at"]))


def _created_at(one: dict[str, Any]) -> str:
    return str(one["created_at"])


def _updated_at(one: dict[str, Any]) -> str:
    return str(one["updated_at"])


def _moves(
    objects: list[dict[str, Any]],
    amount: str,
    at: Callable[[dict[str, Any]], str] = _created_at,
    sign: int = 1,
) -> Moves:
    return [(one["location_id"], at(one), sign * _cents(one.get(amount))) for one in objects]


def _seen(world: World) -> dict[str, Moves]:
    """What the wire objects say about each kind of money."""
    completed = [one for one in world.every("payment") if one["status"] == "COMPLETED"]
    paid, stored = ([one for one in completed if _is_stored(one) == wanted] for wanted in (False, True))
    kinds = {one["id"]: _is_stored(one) for one in completed}
    sent, payouts = world.every("refund"), world.every("payout")
    refunds = [one for one in sent if not kinds[one["payment_id"]]]
    disputes = [one for one in world.every("dispute") if not one["state"].startswith("INQUIRY")]
    fees = [
        (one["location_id"], fee["effective_at"], _cents(fee["amount_money"]))
        for one in (*paid, *refunds)
        for fee in one.get("processing_fee", ())
    ]
    fees += [
        (one["location_id"], one["created_at"], _cents(one["external_details"]["source_fee_money"]))
        for one in paid
        if "external_details" in one
    ]

    def undone(objects: list[dict[str, Any]], name: str, value: str) -> Moves:
        return _moves([one for one in objects if one[name] == value], "amount_money", _updated_at, -1)

    return {
        "collected": _moves(paid, "total_money", _taken_at),
        "tips": _moves(paid, "tip_money", _taken_at),
        "stored_value": _moves(stored, "total_money", _taken_at),
        "stored_refunds": _moves([one for one in sent if kinds[one["payment_id"]]], "amount_money"),
        "refunds": _moves(refunds, "amount_money") + undone(refunds, "status", "FAILED"),
        "fees": fees,
        "disputes": _moves(disputes, "amount_money") + undone(disputes, "state", "WON"),
        "paid_out": _moves(payouts, "amount_money") + undone(payouts, "status", "FAILED"),
    }


def test_the_journal_agrees_with_what_the_wire_says(world: World) -> None:
    told = world.journal.summary(world.now)
    for kind, amounts in _seen(world).items():
        noted = {
            (location, month): figures["USD"][kind]
            for location, months in told["locations"].items()
            for month, figures in months.items()
            if figures["USD"][kind]
        }
        assert noted == _by_month(world, amounts), kind
    for figures in told["months"].values():
        usd = figures["USD"]
        assert usd["net"] == usd["collected"] - usd["refunds"] - usd["disputes"] - usd["fees"]


def test_the_journal_agrees_on_counts_invoices_and_stock(world: World) -> None:
    told = world.journal.summary(world.now)
    ended = Counter(one["status"] for one in world.every("payment"))
    for name, status in (("payments_succeeded", "COMPLETED"), ("payments_failed", "FAILED")):
        assert sum(figures["USD"][name] for figures in told["months"].values()) == ended[status]
    left: dict[str, int] = {}
    late: dict[str, int] = {}
    today = datetime.fromtimestamp(world.now, world.zone).date().isoformat()
    for invoice in world.every("invoice"):
        if invoice["status"] not in {"UNPAID", "SCHEDULED", "PARTIALLY_PAID"}:
            continue
        for request in invoice["payment_requests"]:
            part = _cents(request["computed_amount_money"]) - _cents(request["total_completed_amount_money"])
            left[invoice["id"]] = left.get(invoice["id"], 0) + part
            if part and request["due_date"] < today:
                late[invoice["id"]] = late.get(invoice["id"], 0) + part
    assert told["outstanding"]["USD"] == {"count": len(left), "amount": sum(left.values())}
    assert told["overdue"]["USD"] == {"count": len(late), "amount": sum(late.values())}
    for (variation, location), count in world.counts.items():
        assert told["stock"][location][variation] == int(count["quantity"])


def test_volume_is_a_parameter() -> None:
    few, many = (len(tell(1, date(2026, 11, 23), NEW_YORK, volume).every("payment")) for volume in (0.5, 4))
    assert 200 < few < 500
    assert 1300 < many < 2200
