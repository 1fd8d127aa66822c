"""What each of Square's objects becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.providers.square.records import MAPPERS, NATIVES, Around, map_object, reduce_object
from desktop.providers.square.records.ledger import ACTIVITIES
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    Deletion,
    PaymentRequestRecord,
    SetAside,
    SourceObject,
    Version,
)
from tests.helpers.variants import variants

Sample = Callable[..., dict[str, Any]]
AT = 1_790_000_000_000
WHEN = Version(AT, AT + 999)
HOME = Around("L1", "usd")


def ms(text: str) -> int:
    """An instant in milliseconds."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def usd(amount: int) -> dict[str, Any]:
    """An amount of money."""
    return {"amount": amount, "currency": "USD"}


def mapped(kind: str, body: dict[str, Any], around: Around = HOME) -> Any:
    """The record of an object that must be readable."""
    found = map_object(kind, body, WHEN, around)
    assert isinstance(found, SourceObject), found
    return found.record


def reason(kind: str, body: Any) -> str:
    """Why an object that must not be readable is set aside."""
    found = map_object(kind, body, WHEN, HOME)
    assert isinstance(found, SetAside), found
    return found.reason


@pytest.mark.parametrize("kind", sorted(MAPPERS))
def test_every_kept_object_maps(kind: str, sample: Sample) -> None:
    found = map_object(kind, sample(kind), WHEN, HOME)
    assert isinstance(found, SourceObject)
    assert found.record is not None
    assert (found.data_type, found.deletion) == (kind, Deletion.NONE)
    assert (found.version.low, found.version.high) == (WHEN.low, WHEN.high)


class TestVersion:
    @pytest.mark.parametrize("kind", sorted(kind for kind, name in NATIVES.items() if name == "version"))
    def test_is_the_objects_counter(self, kind: str, sample: Sample) -> None:
        found = map_object(kind, sample(kind, version=7), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert found.version.native == 7

    @pytest.mark.parametrize("kind", ["payment", "refund", "terminal_checkout"])
    def test_is_the_instant_of_the_last_change_where_nothing_counts(self, kind: str, sample: Sample) -> None:
        found = map_object(kind, sample(kind, version=7, updated_at="2026-05-28T20:26:41.340Z"), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert found.version.native == ms("2026-05-28T20:26:41.340Z")

    @pytest.mark.parametrize("kind", ["location", "payout_entry", "device"])
    def test_is_the_interval_alone_where_the_object_has_none(self, kind: str, sample: Sample) -> None:
        found = map_object(kind, sample(kind, version=7), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert found.version.native is None

    def test_of_an_order_of_a_till_is_the_interval_so_that_counters_never_meet_instants(self, sample: Sample) -> None:
        found = map_object("order", sample("order", version=...), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert found.version.native is None


class TestPlacesAndPeople:
    def test_a_location(self, sample: Sample) -> None:
        got = mapped("location", sample("location"))
        assert (got.name, got.status, got.main, got.kind, got.currency) == (
            "Harbour",
            "active",
            True,
            "physical",
            "usd",
        )
        assert (got.address_line1, got.address_line2) == ("1 Quay", "Unit 2, Rear")
        assert mapped("location", sample("location", created_at=..., status="INACTIVE")).created_at == 0

    def test_a_customer(self, sample: Sample) -> None:
        got = mapped("customer", sample("customer"))
        assert (got.name, got.company, got.email, got.country) == ("Ana Diaz", "Diaz & Co", "ana@example.com", "GB")
        assert got.created_at == ms("2026-05-28T20:26:40.120Z")
        assert mapped("customer", sample("customer", given_name=..., family_name=..., nickname="Annie")).name == "Annie"

    def test_of_a_card_only_four_facts_are_kept(self, sample: Sample) -> None:
        found = map_object("card", sample("card"), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert set(found.body) == {
            *("id", "card_brand", "last_4", "exp_month", "exp_year", "customer_id", "enabled", "version")
        }
        got: Any = found.record
        assert (got.kind, got.brand, got.last4, got.exp_month, got.exp_year) == ("card", "amex", "1234", 8, 2031)

    @pytest.mark.parametrize("kind", ["payment", "order"])
    def test_cards_inside_other_objects_are_cut_down_too(self, kind: str, sample: Sample) -> None:
        body = sample(kind)
        found = map_object(kind, body, WHEN, HOME)
        assert isinstance(found, SourceObject)
        kept = orjson.dumps(found.body)
        for gone in (b"sq-1-abc", b"424242", b"99AA", b"cardholder_name"):
            assert gone not in kept
        assert b'"last_4":"1234"' in kept
        assert body == sample(kind), "what was read stays as it is"

    def test_a_refunds_destination_is_cut_down(self, sample: Sample) -> None:
        body = sample("refund", destination_details={"card_details": {"card": sample("card")}})
        assert b"fingerprint" not in orjson.dumps(reduce_object("refund", body))

    def test_a_whole_card_number_keeps_its_end(self, sample: Sample) -> None:
        assert reduce_object("card", sample("card", last_4="4242424242424242"))["last_4"] == "4242"

    def test_a_terminal_and_the_checkouts_sent_to_it_name_each_other(self, sample: Sample) -> None:
        terminal = map_object("device", sample("device"), WHEN, HOME)
        assert isinstance(terminal, SourceObject)
        got: Any = terminal.record
        assert (got.name, got.model, got.status, got.location_ref) == ("Counter", "T2", "needs_attention", "L1")
        checkout = mapped("terminal_checkout", sample("terminal_checkout"))
        assert checkout.device_ref == terminal.external_id
        assert (checkout.status, checkout.amount, checkout.payment_refs) == ("completed", 2610, ("PAY1",))
        assert mapped("device", sample("device", status=...)).status == "unknown"


class TestCatalog:
    def test_a_variation_is_a_price_of_its_item(self, sample: Sample) -> None:
        got = mapped("catalog_object", sample("catalog_object"))
        assert (got.kind, got.name, got.parent_ref, got.unit_amount, got.currency) == (
            *("price", "Large", "ITEM1"),
            2500,
            "usd",
        )
        assert got.sku == "SKU-1"
        free = {"item_id": "ITEM1", "name": "Tip", "pricing_type": "VARIABLE_PRICING"}
        assert mapped("catalog_object", sample("catalog_object", item_variation_data=free)).unit_amount is None

    @pytest.mark.parametrize(("stated", "name"), [("Regular", ""), ("REGULAR", ""), ("Regular fit", "Regular fit")])
    def test_what_square_calls_an_items_first_variation_is_no_name(
        self, stated: str, name: str, sample: Sample
    ) -> None:
        body = sample("catalog_object", item_variation_data={"item_id": "ITEM1", "name": stated})
        assert mapped("catalog_object", body).name == name
        line = {"name": "Print", "variation_name": stated, "quantity": "1", "total_money": usd(900)}
        assert mapped("order", sample("order", line_items=[line])).lines[0].variation == name

    @pytest.mark.parametrize(
        ("data", "category"),
        [
            ({"reporting_category": {"id": "C1"}, "category_id": "C2"}, "C1"),
            ({"category_id": "C2", "categories": [{"id": "C3"}]}, "C2"),
            ({"categories": [{"id": "C3"}]}, "C3"),
            ({}, ""),
        ],
    )
    def test_an_item_is_a_product_of_its_category(self, data: dict[str, Any], category: str, sample: Sample) -> None:
        facts = {"name": "Print", "description_plaintext": "On paper", "is_archived": True, **data}
        got = mapped("catalog_object", sample("catalog_object", type="ITEM", item_data=facts))
        assert (got.kind, got.name, got.description, got.active) == ("product", "Print", "On paper", False)
        assert got.parent_ref == category

    def test_a_category_and_a_plan(self, sample: Sample) -> None:
        data = {"name": "Art", "parent_category": {"id": "C9"}}
        got = mapped("catalog_object", sample("catalog_object", type="CATEGORY", category_data=data))
        assert (got.kind, got.name, got.parent_ref) == ("category", "Art", "C9")
        plan = sample("catalog_object", type="SUBSCRIPTION_PLAN", subscription_plan_data={"name": "Club"})
        assert (mapped("catalog_object", plan).kind, mapped("catalog_object", plan).name) == ("product", "Club")

    def test_a_plan_variation_costs_what_its_last_phase_costs(self, sample: Sample) -> None:
        got = mapped("catalog_object", sample("plan"))
        assert (got.kind, got.parent_ref, got.unit_amount, got.interval, got.interval_count) == (
            *("price", "PLAN1", 4500, "month"),
            3,
        )

    @pytest.mark.parametrize("kind", ["TAX", "HOLOGRAM"])
    def test_other_kinds_are_kept_as_what_they_are(self, kind: str, sample: Sample) -> None:
        body = sample("catalog_object", type=kind, **{f"{kind.lower()}_data": {"name": "City"}})
        got = mapped("catalog_object", body)
        assert (got.kind, got.name, got.unit_amount) == (kind.lower(), "City", None)
        assert "type" in reason("catalog_object", sample("catalog_object", type=""))

    def test_a_deleted_object_needs_nothing_but_its_id(self) -> None:
        gone = {"type": "ITEM", "id": "ITEM1", "is_deleted": True, "version": 9}
        found = map_object("catalog_object", gone, WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert (found.record, found.deletion, found.version.native) == (None, Deletion.STATED, 9)

    def test_a_stock_count_is_named_by_what_where_and_in_which_state(self, sample: Sample) -> None:
        found = map_object("inventory_count", sample("inventory_count"), WHEN, HOME)
        assert isinstance(found, SourceObject)
        assert found.external_id == "VAR1:L1:IN_STOCK"
        got: Any = found.record
        assert (got.service_ref, got.location_ref, got.state, got.quantity) == ("VAR1", "L1", "in_stock", "12.5")
        assert "decimal" in reason("inventory_count", sample("inventory_count", quantity="1e9999"))
        assert "no id" in reason("inventory_count", sample("inventory_count", location_id=...))


class TestOrder:
    def test_a_lines_amount_and_tax_make_what_is_paid_for_it(self, sample: Sample) -> None:
        got = mapped("order", sample("order"))
        line = got.lines[0]
        # 135 of tax, of which the price held 45 already.
        assert (line.amount, line.tax, line.discount) == (900, 90, 100)
        assert line.amount + line.tax == 990
        assert (line.external_id, line.name, line.variation, line.service_ref, line.quantity) == (
            *("line-a", "Print", "Large", "VAR1"),
            "2",
        )
        assert (got.total, got.tip, got.service_charge, got.tax, got.discount) == (1290, 200, 100, 135, 100)
        assert (got.status, got.client_ref, got.source) == ("completed", "CUST1", "Point of Sale")

    def test_a_draft_without_amounts_is_in_the_merchants_currency(self, sample: Sample) -> None:
        got = mapped("order", sample("order", total_money=..., line_items=..., state="DRAFT"))
        assert (got.total, got.currency, got.status, got.lines) == (0, "usd", "draft", ())

    def test_a_payment_link(self, sample: Sample) -> None:
        got = mapped("payment_link", sample("payment_link"))
        assert (got.url, got.order_ref, got.description) == ("https://square.link/u/abc", "ORDER1", "Workshop")
        assert "address" in reason("payment_link", sample("payment_link", url=...))


class TestInvoice:
    def test_its_amounts_are_those_of_its_payment_requests(self, sample: Sample) -> None:
        got = mapped("invoice", sample("invoice"))
        assert (got.total, got.amount_due, got.amount_paid, got.amount_remaining) == (10000, 10000, 3000, 7000)
        assert got.due_day == "2026-07-10"
        assert got.requests == (
            PaymentRequestRecord("r1", 0, "deposit", 3000, 3000, "2026-06-10"),
            PaymentRequestRecord("r2", 1, "balance", 7000, 0, "2026-07-10"),
        )
        assert (got.number, got.client_ref, got.client_name, got.order_ref) == (
            *("000042", "CUST1", "Ana Diaz"),
            "ORDER1",
        )
        assert got.finalized_at == got.created_at
        assert got.lines == ()

    @pytest.mark.parametrize(
        ("status", "ours"),
        [
            ("DRAFT", "draft"),
            ("SCHEDULED", "open"),
            ("PAYMENT_PENDING", "open"),
            ("PARTIALLY_PAID", "partly_paid"),
            ("PAID", "paid"),
            ("CANCELED", "void"),
            ("FAILED", "void"),
            ("ON_HOLD", "on_hold"),
        ],
    )
    def test_statuses(self, status: str, ours: str, sample: Sample) -> None:
        got = mapped("invoice", sample("invoice", status=status))
        assert got.status == ours
        assert (got.finalized_at is None) == (ours in {"draft", "on_hold"})
        changed = ms("2026-05-29T20:26:40Z")
        assert (got.paid_at, got.voided_at) == (
            changed if ours == "paid" else None,
            changed if ours == "void" else None,
        )
        assert (got.amount_remaining == 0) == (ours == "paid")

    @pytest.mark.parametrize("status", ["REFUNDED", "PARTIALLY_REFUNDED"])
    @pytest.mark.parametrize(("paid", "ours"), [(0, "open"), (2000, "partly_paid"), (5000, "paid"), (5750, "paid")])
    def test_what_was_given_back_says_nothing_of_what_was_paid(
        self, status: str, paid: int, ours: str, sample: Sample
    ) -> None:
        asked = {"due_date": "2026-06-10", "computed_amount_money": usd(5000)}
        asked["total_completed_amount_money"] = usd(paid)
        got = mapped("invoice", sample("invoice", status=status, payment_requests=[asked]))
        assert (got.status, got.amount_paid, got.amount_remaining) == (ours, min(paid, 5000), 5000 - min(paid, 5000))
        assert (got.due_day, got.paid_at) == ("2026-06-10", None)

    def test_a_request_of_a_newer_kind_is_kept_as_it_is(self, sample: Sample) -> None:
        asked = [
            {"request_type": "RETAINER", "due_date": "2026-06-01", "computed_amount_money": usd(10)},
            {"request_type": "BALANCE", "due_date": "2026-06-02", "computed_amount_money": usd(20)},
        ]
        got = mapped("invoice", sample("invoice", status="UNPAID", payment_requests=asked))
        assert [one.kind for one in got.requests] == ["retainer", "balance"]

    def test_a_single_request_is_no_schedule_and_a_tip_is_no_part_of_the_bill(self, sample: Sample) -> None:
        asked = {
            "uid": "r1",
            "request_type": "BALANCE",
            "due_date": "2026-06-10",
            "computed_amount_money": usd(5000),
            "total_completed_amount_money": usd(5750),
            "automatic_payment_source": "CARD_ON_FILE",
        }
        got = mapped("invoice", sample("invoice", status="PAID", payment_requests=[asked]))
        assert (got.requests, got.total, got.amount_paid, got.amount_remaining) == ((), 5000, 5000, 0)
        assert (got.due_day, got.collection_method) == ("2026-06-10", "charge_automatically")

    def test_cash_that_was_rounded_pays_all(self, sample: Sample) -> None:
        asked = {
            "request_type": "BALANCE",
            "computed_amount_money": usd(1002),
            "total_completed_amount_money": usd(1000),
            "rounding_adjustment_included_money": usd(-2),
        }
        got = mapped("invoice", sample("invoice", payment_requests=[asked]))
        assert (got.amount_due, got.amount_paid, got.amount_remaining) == (1000, 1000, 0)

    def test_a_draft_without_amounts_is_in_the_merchants_currency(self, sample: Sample) -> None:
        body = sample("invoice", status="DRAFT", payment_requests=...)
        got = mapped("invoice", body)
        assert (got.currency, got.total, got.due_day) == ("usd", 0, None)
        assert isinstance(map_object("invoice", body, WHEN), SetAside)


class TestSubscription:
    def test_its_dates_are_days_in_its_zone(self, sample: Sample) -> None:
        around = Around("L1", "usd", {"PLANVAR1": sample("plan")})
        got = mapped("subscription", sample("subscription", canceled_date="2026-12-31"), around)
        assert got.started_at == ms("2026-05-01T00:00:00-04:00")
        assert got.current_period_end_at == ms("2026-06-01T00:00:00-04:00")
        assert (got.cancel_at, got.cancel_at_period_end) == (ms("2026-12-31T00:00:00-05:00"), True)
        assert (got.canceled_at, got.ended_at) == (None, None)
        assert got.items[0].service_ref == "PLAN1"

    def test_an_agreed_price_goes_before_the_plans(self, sample: Sample) -> None:
        around = Around("L1", "usd", {"PLANVAR1": sample("plan")})
        got = mapped("subscription", sample("subscription", price_override_money=usd(999)), around)
        assert (got.items[0].unit_amount, got.items[0].interval_count) == (999, 3)

    @pytest.mark.parametrize(
        ("status", "ours"),
        [("PENDING", "incomplete"), ("DEACTIVATED", "unpaid"), ("PAUSED", "paused"), ("CANCELED", "canceled")],
    )
    def test_statuses(self, status: str, ours: str, sample: Sample) -> None:
        got = mapped("subscription", sample("subscription", status=status, canceled_date="2026-08-01"))
        assert got.status == ours
        assert (got.ended_at is not None) == (ours == "canceled")

    @pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "America", "a\0b"])
    def test_an_unknown_zone_is_utc(self, zone: str, sample: Sample) -> None:
        assert mapped("subscription", sample("subscription", timezone=zone)).started_at == ms("2026-05-01T00:00:00Z")


class TestPayment:
    def test_stands_alone_with_its_tip_and_its_fee(self, sample: Sample) -> None:
        got = mapped("payment", sample("payment"))
        assert isinstance(got, AttemptRecord)
        assert (got.payment_ref, got.status, got.amount, got.amount_captured) == ("", "succeeded", 2500, 2500)
        assert (got.tip, got.fee) == (200, 100)
        assert (got.method, got.brand, got.last4, got.method_ref) == ("card", "amex", "1234", "ccof:1")
        assert (got.order_ref, got.client_ref, got.location_ref) == ("ORDER1", "CUST1", "L1")

    @pytest.mark.parametrize(
        ("status", "ours", "captured", "amount"),
        [
            ("APPROVED", "succeeded", False, 0),
            ("PENDING", "pending", True, 0),
            ("CANCELED", "canceled", True, 0),
            ("FAILED", "failed", True, 0),
        ],
    )
    def test_statuses(self, status: str, ours: str, captured: bool, amount: int, sample: Sample) -> None:
        got = mapped("payment", sample("payment", status=status))
        assert (got.status, got.captured, got.amount_captured, got.amount) == (ours, captured, amount, 2500)

    @pytest.mark.parametrize("source", ["CASH", "EXTERNAL", "WALLET", "BANK_ACCOUNT", "BUY_NOW_PAY_LATER"])
    def test_cash_and_what_has_no_fee_yet_says_zero(self, source: str, sample: Sample) -> None:
        got = mapped("payment", sample("payment", source_type=source, card_details=..., processing_fee=...))
        assert (got.method, got.fee, got.brand) == (source.lower(), 0, "")

    def test_without_a_total_it_is_the_amount_and_the_tip(self, sample: Sample) -> None:
        assert mapped("payment", sample("payment", total_money=...)).amount == 2500

    def test_a_decline_keeps_its_reason(self, sample: Sample) -> None:
        details = {"errors": [{"category": "PAYMENT_METHOD_ERROR", "code": "CVV_FAILURE", "detail": "No match."}]}
        got = mapped("payment", sample("payment", status="FAILED", card_details=details))
        assert (got.failure_code, got.failure_message) == ("cvv_failure", "No match.")

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"status": ["COMPLETED"]}, "status"),
            ({"total_money": usd(10**17)}, "absurd"),
            ({"total_money": {"amount": 25.0, "currency": "USD"}}, "whole number"),
            ({"total_money": ..., "amount_money": ...}, "currency is missing"),
            ({"tip_money": {"amount": 1, "currency": "EUR"}}, "another currency"),
            ({"created_at": "yesterday"}, "creation time"),
            ({"id": 7}, "id"),
        ],
    )
    def test_what_cannot_be_read_is_set_aside_with_the_reason(
        self, changes: dict[str, Any], said: str, sample: Sample
    ) -> None:
        assert said in reason("payment", sample("payment", **changes))

    def test_a_refund_gives_a_part_of_the_fee_back(self, sample: Sample) -> None:
        got = mapped("refund", sample("refund"))
        assert (got.amount, got.fee, got.status, got.attempt_ref, got.failed_at) == (500, 15, "succeeded", "PAY1", None)
        failed = mapped("refund", sample("refund", status="REJECTED", processing_fee=...))
        assert (failed.status, failed.fee, failed.failed_at) == ("failed", 0, ms("2026-05-29T20:27:40.120Z"))

    @pytest.mark.parametrize(
        ("state", "ours"),
        [
            ("INQUIRY_EVIDENCE_REQUIRED", "inquiry"),
            ("INQUIRY_CLOSED", "inquiry_closed"),
            ("EVIDENCE_REQUIRED", "needs_response"),
            ("PROCESSING", "under_review"),
            ("WON", "won"),
            ("ACCEPTED", "lost"),
        ],
    )
    def test_disputes(self, state: str, ours: str, sample: Sample) -> None:
        got = mapped("dispute", sample("dispute", state=state))
        assert (got.status, got.attempt_ref, got.reason) == (ours, "PAY1", "not_received")
        assert got.evidence_due_at == ms("2026-06-12T00:00:00Z")
        assert (got.on_ledger, got.changed_at) == (False, ms(sample("dispute")["updated_at"]))

    def test_what_a_fee_was_adjusted_by_takes_effect_when_square_says(self, sample: Sample) -> None:
        fees = [
            {"type": "INITIAL", "effective_at": "2026-06-01T10:00:00Z", "amount_money": usd(100)},
            {"type": "ADJUSTMENT", "effective_at": "2026-07-02T10:00:00Z", "amount_money": usd(-7)},
            {"type": "ADJUSTMENT", "effective_at": "2026-07-01T10:00:00Z", "amount_money": usd(12)},
            {"type": "ADJUSTMENT", "effective_at": "2026-07-03T10:00:00Z", "amount_money": usd(0)},
            {"type": "ADJUSTMENT", "amount_money": usd(3)},
        ]
        got = mapped("payment", sample("payment", processing_fee=fees))
        assert got.fee == 108
        assert got.fee_parts == ((ms("2026-07-02T10:00:00Z"), -7), (ms("2026-07-01T10:00:00Z"), 12))
        assert mapped("payment", sample("payment", processing_fee=fees[:1])).fee_parts == ()
        fees[1]["effective_at"] = "soon"
        assert "effective time" in reason("payment", sample("payment", processing_fee=fees))

    def test_what_another_service_keeps_is_a_fee(self, sample: Sample) -> None:
        outside = {"type": "OTHER", "source": "Elsewhere", "source_fee_money": usd(250)}
        got = mapped("payment", sample("payment", processing_fee=..., external_details=outside))
        assert (got.fee, got.stored_value) == (250, False)

    @pytest.mark.parametrize(
        ("said", "stored"),
        [
            ({"card_details": {"card": {"card_brand": "SQUARE_GIFT_CARD"}}}, True),
            ({"card_details": {"card": {"card_brand": "VISA"}}}, False),
            ({"source_type": "SQUARE_ACCOUNT"}, True),
            ({"source_type": "EXTERNAL", "external_details": {"type": "STORED_BALANCE"}}, True),
            ({"source_type": "EXTERNAL", "external_details": {"type": "OTHER_GIFT_CARD"}}, True),
            ({"source_type": "EXTERNAL", "external_details": {"type": "FOOD_VOUCHER"}}, False),
            ({"source_type": "EXTERNAL", "external_details": {"type": ["STORED_BALANCE"]}}, False),
            ({"source_type": "BUY_NOW_PAY_LATER"}, False),
            ({"source_type": "CASH"}, False),
        ],
    )
    def test_gift_cards_store_credit_and_house_accounts_are_stored_value(
        self, said: dict[str, Any], stored: bool, sample: Sample
    ) -> None:
        fee = {"source_fee_money": usd(250)}
        if "external_details" in said:
            said = said | {"external_details": said["external_details"] | fee}
        got = mapped("payment", sample("payment", **{"processing_fee": ..., "card_details": ..., **said}))
        assert got.stored_value is stored
        assert got.fee == (250 if "external_details" in said and not stored else 0)

    @pytest.mark.parametrize(
        ("said", "stored"),
        [
            ({}, None),
            ({"destination_type": "CARD"}, None),
            ({"destination_type": "CASH"}, False),
            ({"destination_type": "SQUARE_ACCOUNT"}, True),
            ({"destination_details": {"card_details": {"card": {"card_brand": "SQUARE_GIFT_CARD"}}}}, True),
            ({"destination_details": {"card_details": {"card": {"card_brand": "VISA"}}}}, False),
            ({"destination_type": "EXTERNAL", "destination_details": {"external_details": {"type": "OTHER"}}}, False),
            ({"destination_details": {"external_details": {"type": "STORED_BALANCE"}}}, True),
        ],
    )
    def test_a_refund_says_whether_it_goes_onto_stored_value(
        self, said: dict[str, Any], stored: bool | None, sample: Sample
    ) -> None:
        got = mapped("refund", sample("refund", **{"destination_type": ..., "destination_details": ..., **said}))
        assert (got.stored_value, got.release) == (stored, False)

    def test_the_money_of_a_held_card_is_taken_when_it_is_captured(self, sample: Sample) -> None:
        times = {"authorized_at": "2026-06-01T10:00:00Z", "captured_at": "2026-07-02T10:00:00Z"}
        taken = sample("payment", card_details={"status": "CAPTURED", "card_payment_timeline": times})
        assert mapped("payment", taken).captured_at == ms("2026-07-02T10:00:00Z")
        assert mapped("payment", sample("payment", card_details=...)).captured_at is None
        assert mapped("payment", taken | {"status": "CANCELED"}).captured_at is None

    @pytest.mark.parametrize(("card", "taken"), [("CAPTURED", True), ("AUTHORIZED", False), (None, False)])
    def test_a_payment_of_a_newer_status_took_money_where_its_card_says_so(
        self, card: str | None, taken: bool, sample: Sample
    ) -> None:
        got = mapped("payment", sample("payment", status="ON_REVIEW", card_details={"status": card}))
        assert (got.status, got.captured, got.amount_captured > 0) == ("on_review", taken, taken)

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("refund", "status"), ("dispute", "state"), ("payout", "status"), ("order", "state"),
         ("terminal_checkout", "status"), ("location", "status")],
    )  # fmt: skip
    def test_a_newer_word_is_kept_as_it_is(self, kind: str, name: str, sample: Sample) -> None:
        assert mapped(kind, sample(kind, **{name: "NEWER_THAN_THIS"})).status == "newer_than_this"


class TestLedger:
    def test_a_payout_failed_when_it_last_changed(self, sample: Sample) -> None:
        got = mapped("payout", sample("payout", status="FAILED", updated_at="2026-07-02T10:00:00Z"))
        assert (got.status, got.failed_at) == ("failed", ms("2026-07-02T10:00:00Z"))
        assert mapped("payout", sample("payout")).failed_at is None

    def test_a_payout_counts_itself(self, sample: Sample) -> None:
        got = mapped("payout", sample("payout"))
        assert (got.amount, got.fee, got.status, got.on_ledger) == (9800, 95, "in_transit", False)
        assert (got.arrival_day, got.method, got.location_ref) == ("2026-06-01", "bank_account", "L1")

    def test_an_entry_of_a_payment_only_says_in_which_payout_it_went(self, sample: Sample) -> None:
        got = mapped("payout_entry", sample("payout_entry"))
        assert (got.kind, got.amount, got.fee, got.net) == ("charge", 2500, 100, 2400)
        assert (got.source_ref, got.payout_ref, got.settles) == ("PAY1", "po_1", True)
        assert mapped("payout_entry", sample("payout_entry", type_charge_details=...)).settles is False

    @pytest.mark.parametrize(
        ("kind", "details", "gross", "ours", "source", "settles"),
        [
            ("REFUND", {"payment_id": "PAY1", "refund_id": "R1"}, -500, "refund", "R1", True),
            ("DISPUTE", {"payment_id": "PAY1", "dispute_id": "D1"}, -500, "dispute", "D1", True),
            ("OPEN_DISPUTE", {"payment_id": "PAY1", "dispute_id": "D1"}, 500, "dispute_reversal", "D1", True),
            ("DISPUTE", {"payment_id": "PAY1"}, -500, "dispute", "PAY1", False),
            ("FEE", {"payment_id": "PAY1"}, 0, "fee", "PAY1", True),
            ("FEE", {}, 0, "fee", "", False),
            ("DEPOSIT_FEE", {"payout_id": "po_0"}, -90, "fee", "po_0", False),
            ("DEPOSIT_FEE", {}, -90, "fee", "po_1", False),
            ("DEPOSIT_FEE_REVERSED", {"payout_id": "po_0"}, 90, "fee", "po_0", False),
            ("DEPOSIT_FEE_REVERSED", {}, 90, "fee", "", False),
            ("PROCESSING_FEE", {}, -30, "fee", "", True),
            ("TAX_ON_FEE", {"payment_id": "PAY1"}, -3, "fee", "PAY1", False),
            ("RETURNED_PAYOUT", {}, 9800, "payout_failure", "", True),
            ("RESERVE_HOLD", {"payment_id": "PAY1"}, -100, "adjustment", "PAY1", False),
            ("NEWER_THAN_THIS", {}, 1, "adjustment", "", False),
        ],
    )
    def test_kinds(
        self, kind: str, details: dict[str, str], gross: int, ours: str, source: str, settles: bool, sample: Sample
    ) -> None:
        body = sample(
            "payout_entry",
            type=kind,
            gross_amount_money=usd(gross),
            fee_amount_money=...,
            net_amount_money=...,
            type_charge_details=...,
            **{f"type_{kind.lower()}_details": details},
        )
        got = mapped("payout_entry", body)
        assert isinstance(got, BalanceEntryRecord)
        assert (got.kind, got.amount, got.fee, got.net) == (ours, gross, 0, gross)
        assert (got.source_ref, got.settles) == (source, settles)

    def test_gross_follows_from_net(self, sample: Sample) -> None:
        assert mapped("payout_entry", sample("payout_entry", gross_amount_money=...)).amount == 2500

    def test_what_settles_says_whose_money_it_is(self) -> None:
        assert all(one.source for one in ACTIVITIES.values() if one.settles and not one.always)


def _spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from _spots(item, (*path, name))


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["9999-12-31", "0001-01-01", "2026-05-28T20:26:40+14:00", "USD", "ITEM", "-1", "9" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


class TestWhateverComes:
    @settings(max_examples=variants(100), deadline=None)
    @given(data=st.data())
    def test_mapping_never_raises(self, data: st.DataObject, sample: Sample) -> None:
        kind = data.draw(st.sampled_from(sorted(MAPPERS)))
        body = sample("plan" if kind == "catalog_object" and data.draw(st.booleans()) else kind)
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from(sorted(_spots(body), key=repr)))
            junk = data.draw(_JUNK)
            if not path:
                found = map_object(kind, junk, WHEN, HOME)
                assert isinstance(found, SetAside)
                continue
            holder: Any = body
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = junk
        kept = deepcopy(body)
        around = Around("L1", "usd", {"PLANVAR1": body})
        found = map_object(kind, body, WHEN, around)
        assert isinstance(found, SourceObject | SetAside)
        assert body == kept

    @settings(max_examples=variants(60), deadline=None)
    @given(body=_JUNK, kind=st.sampled_from(sorted(MAPPERS)))
    def test_junk_is_set_aside(self, body: Any, kind: str) -> None:
        assert isinstance(map_object(kind, body, WHEN), SetAside)
