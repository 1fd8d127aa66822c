"""What each of Stripe's objects becomes, in its current shape and in the older ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.providers.stripe.records import MAPPERS, map_object, reduce_object, reduce_payment_method
from desktop.providers.stripe.records.ledger import entry_kind
from desktop.records import (
    AttemptRecord,
    ClientRecord,
    Deletion,
    DisputeRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    PaymentMethodRecord,
    PaymentRecord,
    PayoutRecord,
    RefundRecord,
    ServiceRecord,
    SetAside,
    SourceObject,
    SubscriptionRecord,
    Version,
)
from tests.helpers.variants import variants

Sample = Callable[..., dict[str, Any]]
AT = 1_780_000_000_000
WHEN = Version(AT, AT + 999)


def mapped(body: dict[str, Any], data_type: str = "") -> Any:
    """The record of an object that must be readable."""
    found = map_object(data_type or body["object"], body, WHEN)
    assert isinstance(found, SourceObject), found
    return found.record


def refused(body: Any, data_type: str) -> SetAside:
    """The set-aside of an object that must not be readable."""
    found = map_object(data_type, body, WHEN)
    assert isinstance(found, SetAside), found
    return found


@pytest.mark.parametrize("kind", sorted(MAPPERS))
def test_every_kept_object_maps_in_its_current_shape(kind: str, sample: Sample) -> None:
    body = sample(kind)
    found = map_object(kind, body, WHEN)
    assert isinstance(found, SourceObject)
    assert (found.data_type, found.external_id, found.version) == (kind, body["id"], WHEN)
    assert found.deletion is Deletion.NONE


def test_a_customer_is_a_client(sample: Sample) -> None:
    client = mapped(sample("customer"))
    assert client == ClientRecord(
        name="Ana Diaz",
        email="ana@harbour.example",
        phone="+44 117 000000",
        company="Harbour Cafe Ltd",
        address_line1="4 Mill Lane",
        city="Bristol",
        postal_code="BS1",
        country="GB",
        currency="gbp",
        balance=-250,
        default_method_ref="pm_1",
        created_at=AT,
    )


def test_a_deleted_object_is_stated_to_be_gone() -> None:
    found = map_object("customer", {"id": "cus_1", "object": "customer", "deleted": True}, WHEN)
    assert isinstance(found, SourceObject)
    assert found.record is None
    assert found.deletion is Deletion.STATED


class TestInvoice:
    def test_the_current_shape(self, sample: Sample) -> None:
        invoice = mapped(sample("invoice"))
        assert isinstance(invoice, InvoiceRecord)
        assert (invoice.status, invoice.total, invoice.tax, invoice.amount_remaining) == ("open", 9200, 700, 8200)
        assert (invoice.subscription_ref, invoice.payment_ref) == ("sub_1", "")
        assert (invoice.finalized_at, invoice.due_at) == (AT + 60_000, AT + 86_400_000)
        line = invoice.lines[0]
        assert (line.price_ref, line.service_ref, line.quantity) == ("price_1", "prod_1", "2")
        assert (line.amount, line.discount, line.tax) == (8500, 500, 700)

    def test_the_shape_of_2023(self, sample: Sample) -> None:
        line = {
            "id": "il_1",
            "amount": 9000,
            "description": "Identity design",
            "discount_amounts": [{"amount": 500}],
            "tax_amounts": [{"amount": 700, "inclusive": False}],
            "price": {"id": "price_1", "product": "prod_1"},
            "plan": None,
            "quantity": 2,
        }
        older = sample(
            "invoice",
            parent=...,
            total_taxes=...,
            tax=700,
            total_tax_amounts=[{"amount": 700}],
            subscription="sub_1",
            payment_intent="pi_1",
            charge="ch_1",
            paid=False,
            lines={"data": [line], "has_more": False},
        )
        invoice = mapped(older)
        current = mapped(sample("invoice"))
        assert (invoice.subscription_ref, invoice.payment_ref) == ("sub_1", "pi_1")
        assert invoice.tax == current.tax
        for name in ("amount", "discount", "tax", "price_ref", "service_ref", "quantity"):
            assert getattr(invoice.lines[0], name) == getattr(current.lines[0], name)

    @pytest.mark.parametrize(
        ("taxes", "on_top"),
        [
            ({"taxes": [{"amount": 700, "tax_behavior": "inclusive"}]}, 0),
            ({"taxes": [{"amount": 700, "tax_behavior": "exclusive"}]}, 700),
            ({"taxes": [{"amount": 30, "tax_behavior": "inclusive"}, {"amount": 4, "tax_behavior": "exclusive"}]}, 4),
            ({"taxes": None, "tax_amounts": [{"amount": 700, "inclusive": True}]}, 0),
            ({"taxes": [], "tax_amounts": [{"amount": 700, "inclusive": False}]}, 700),
            ({"taxes": ..., "tax_amounts": [{"amount": 30, "inclusive": True}, {"amount": 4, "inclusive": False}]}, 4),
            ({"taxes": ..., "tax_amounts": [{"amount": 30}]}, 30),
            ({"taxes": None}, 0),
        ],
    )
    def test_only_tax_that_is_added_is_tax_of_a_line(self, taxes: dict[str, Any], on_top: int, sample: Sample) -> None:
        body = sample("invoice")
        line = body["lines"]["data"][0]
        for name, value in taxes.items():
            line[name] = value
            if value is ...:
                del line[name]
        found = mapped(body).lines[0]
        assert (found.amount, found.tax) == (8500, on_top)

    def test_credits_are_taken_off_a_line_once_and_its_discounts_are_not_taken_off_again(self, sample: Sample) -> None:
        body = sample("invoice")
        body["lines"]["data"][0]["pretax_credit_amounts"] = [
            {"type": "discount", "amount": 500},
            {"type": "credit_balance_transaction", "amount": 100},
        ]
        found = mapped(body).lines[0]
        assert (found.amount, found.discount) == (8400, 500)

    def test_a_status_that_is_new_is_kept_and_nothing_is_concluded_from_it(self, sample: Sample) -> None:
        found = mapped(sample("invoice", status="in_escrow", status_transitions={}))
        assert (found.status, found.finalized_at, found.amount_remaining) == ("in_escrow", None, 8200)

    def test_references_may_be_expanded(self, sample: Sample) -> None:
        invoice = mapped(
            sample(
                "invoice",
                customer={"id": "cus_9", "name": "Bo", "email": "bo@x.example"},
                customer_name=None,
                customer_email=None,
                parent={"subscription_details": {"subscription": {"id": "sub_9"}}},
                payments={"data": [{"is_default": True, "payment": {"payment_intent": {"id": "pi_9"}}}]},
            )
        )
        assert (invoice.client_ref, invoice.client_name, invoice.client_email) == ("cus_9", "Bo", "bo@x.example")
        assert (invoice.subscription_ref, invoice.payment_ref) == ("sub_9", "pi_9")

    def test_what_remains_is_worked_out_where_it_is_not_stated(self, sample: Sample) -> None:
        assert mapped(sample("invoice", amount_remaining=...)).amount_remaining == 8200

    def test_one_that_is_no_draft_counts_as_finalised_when_created(self, sample: Sample) -> None:
        assert mapped(sample("invoice", status_transitions={})).finalized_at == AT
        assert mapped(sample("invoice", status="draft", status_transitions={})).finalized_at is None

    def test_a_payment_on_it_is_what_was_paid_or_is_asked(self, sample: Sample) -> None:
        paid = mapped(sample("invoice_payment"))
        assert paid == InvoicePaymentRecord("in_1", "pi_1", 1000, "usd", "paid", AT, AT + 5000, True)
        waiting = mapped(sample("invoice_payment", status="open", payment={"type": "charge", "charge": "ch_1"}))
        assert (waiting.amount, waiting.payment_ref) == (9200, "ch_1")


class TestCharge:
    def test_the_current_shape(self, sample: Sample) -> None:
        attempt = mapped(sample("charge"))
        assert isinstance(attempt, AttemptRecord)
        assert (attempt.status, attempt.amount_captured, attempt.payment_ref) == ("succeeded", 9200, "pi_1")
        assert (attempt.method, attempt.brand, attempt.last4) == ("card", "visa", "4242")
        assert (attempt.entry_ref, attempt.returned) == ("txn_1", False)

    def test_one_that_failed_after_it_had_succeeded_was_returned(self, sample: Sample) -> None:
        attempt = mapped(sample("charge", status="failed", failure_balance_transaction="txn_9"))
        assert (attempt.status, attempt.returned, attempt.returned_entry_ref) == ("failed", True, "txn_9")

    def test_one_that_failed_at_once_was_not_returned(self, sample: Sample) -> None:
        attempt = mapped(sample("charge", status="failed", failure_code="card_declined", balance_transaction=None))
        assert (attempt.returned, attempt.failure_code, attempt.entry_ref) == (False, "card_declined", "")

    def test_an_older_one_with_its_invoice_and_source(self, sample: Sample) -> None:
        source = {"id": "card_1", "object": "card", "brand": "American Express", "last4": "0005", "fingerprint": "F"}
        attempt = mapped(
            sample(
                "charge", invoice="in_1", payment_method=None, payment_method_details=..., source=source, status=None
            )
        )
        assert (attempt.invoice_ref, attempt.status, attempt.method_ref) == ("in_1", "succeeded", "card_1")
        assert (attempt.method, attempt.brand, attempt.last4) == ("card", "amex", "0005")

    @pytest.mark.parametrize("kind", ["us_bank_account", "sepa_debit", "cashapp"])
    def test_other_methods_are_named_as_stripe_names_them(self, kind: str, sample: Sample) -> None:
        attempt = mapped(sample("charge", payment_method_details={"type": kind, kind: {"last4": "6789"}}))
        assert (attempt.method, attempt.brand, attempt.last4) == (kind, "", "6789")

    def test_a_server_that_states_no_captured_amount(self, sample: Sample) -> None:
        assert mapped(sample("charge", amount_captured=...)).amount_captured == 9200
        assert mapped(sample("charge", amount_captured=..., captured=False)).amount_captured == 0

    @pytest.mark.parametrize("said", [{"refunded": True}, {"amount_refunded": 9200}])
    def test_a_hold_that_was_given_up_is_canceled_and_nothing_of_it_refunded(
        self, said: dict[str, Any], sample: Sample
    ) -> None:
        attempt = mapped(sample("charge", captured=False, amount_captured=0, balance_transaction=None, **said))
        assert isinstance(attempt, AttemptRecord)
        assert (attempt.status, attempt.amount_captured, attempt.amount_refunded) == ("canceled", 0, 0)
        held = mapped(sample("charge", captured=False, amount_captured=0, refunded=False, amount_refunded=0))
        assert held.status == "succeeded"

    @pytest.mark.parametrize(("paid", "taken"), [(True, 9200), (None, 9200), (False, 0)])
    def test_one_of_a_newer_status_took_what_it_surely_took(
        self, paid: bool | None, taken: int, sample: Sample
    ) -> None:
        attempt = mapped(sample("charge", status="newer_than_this", paid=paid))
        assert (attempt.status, attempt.amount_captured) == ("newer_than_this", taken)


@pytest.mark.parametrize("kind", ["charge", "payment_intent", "refund", "dispute", "payout"])
def test_a_newer_word_is_kept_as_it_is(kind: str, sample: Sample) -> None:
    assert mapped(sample(kind, status="newer_than_this")).status == "newer_than_this"


def test_only_the_reason_says_that_a_refund_gives_a_hold_up(sample: Sample) -> None:
    assert mapped(sample("refund", reason="expired_uncaptured_charge")).release is True
    assert mapped(sample("refund", reason="requested_by_customer")).release is None


class TestPaymentIntent:
    @pytest.mark.parametrize(("said", "tip"), [({"tip": {"amount": 200}}, 200), ({"tip": {}}, 0), (None, 0)])
    def test_its_tip(self, said: dict[str, Any] | None, tip: int, sample: Sample) -> None:
        assert mapped(sample("payment_intent", amount_details=said)).tip == tip

    @pytest.mark.parametrize(
        ("stated", "ours"),
        [
            ("requires_payment_method", "open"),
            ("requires_confirmation", "open"),
            ("requires_action", "open"),
            ("requires_capture", "requires_capture"),
            ("processing", "processing"),
            ("canceled", "canceled"),
        ],
    )
    def test_its_status_in_our_words(self, stated: str, ours: str, sample: Sample) -> None:
        assert mapped(sample("payment_intent", status=stated)).status == ours

    def test_the_attempt_of_an_older_one_is_in_its_list_of_charges(self, sample: Sample) -> None:
        older = sample("payment_intent", latest_charge=..., charges={"data": [{"id": "ch_2"}]}, invoice="in_1")
        payment = mapped(older)
        assert isinstance(payment, PaymentRecord)
        assert (payment.latest_attempt_ref, payment.invoice_ref) == ("ch_2", "in_1")

    def test_a_failure_keeps_its_code_but_not_the_card(self, sample: Sample) -> None:
        method = sample("payment_method")
        error = {"code": "card_declined", "message": "Declined.", "payment_method": method}
        found = map_object("payment_intent", sample("payment_intent", last_payment_error=error), WHEN)
        assert isinstance(found, SourceObject)
        assert isinstance(found.record, PaymentRecord)
        assert (found.record.failure_code, found.record.failure_message) == ("card_declined", "Declined.")
        assert b"fingerprint" not in orjson.dumps(found.body)
        assert b"Mill Lane" not in orjson.dumps(found.body)


def test_a_refund_without_a_status_is_an_old_one_and_done(sample: Sample) -> None:
    refund = mapped(sample("refund", status=None))
    assert isinstance(refund, RefundRecord)
    assert (refund.status, refund.attempt_ref, refund.entry_ref) == ("succeeded", "ch_1", "txn_2")


def test_a_refund_that_failed_names_the_line_that_books_it_back(sample: Sample) -> None:
    refund = mapped(sample("refund", status="failed", failure_balance_transaction="txn_8"))
    assert (refund.status, refund.failure_entry_ref) == ("failed", "txn_8")


@pytest.mark.parametrize(
    ("stated", "ours"),
    [
        ("warning_needs_response", "inquiry"),
        ("warning_under_review", "inquiry"),
        ("warning_closed", "inquiry_closed"),
        ("needs_response", "needs_response"),
        ("under_review", "under_review"),
        ("won", "won"),
        ("lost", "lost"),
        ("prevented", "prevented"),
    ],
)
def test_the_status_of_a_dispute_in_our_words(stated: str, ours: str, sample: Sample) -> None:
    dispute = mapped(sample("dispute", status=stated))
    assert isinstance(dispute, DisputeRecord)
    assert (dispute.status, dispute.evidence_due_at) == (ours, AT + 604_800_000)


@pytest.mark.parametrize(
    ("category", "kind", "ours"),
    [
        ("charge", "charge", "charge"),
        ("charge", "payment", "charge"),
        ("refund", "payment_refund", "refund"),
        ("refund_failure", "payment_refund", "refund_failure"),
        ("charge_failure", "payment_failure_refund", "payment_failure"),
        (None, "payment_failure_refund", "payment_failure"),
        ("dispute", "adjustment", "dispute"),
        ("dispute_reversal", "adjustment", "dispute_reversal"),
        ("other_adjustment", "adjustment", "adjustment"),
        ("fee", "stripe_fee", "fee"),
        ("tax", "tax_fee", "fee"),
        ("network_cost", "network_cost", "fee"),
        ("payout", "payout", "payout"),
        ("payout_reversal", "payout_failure", "payout_failure"),
        (None, "payout_cancel", "payout_failure"),
        ("partial_capture_reversal", "refund", "charge"),
        ("transfer", "transfer", "transfer"),
        ("something_new", "something_new", "other"),
        (7, [], "other"),
    ],
)
def test_the_kind_of_a_ledger_line(category: object, kind: object, ours: str) -> None:
    assert entry_kind(category, kind) == ours


def test_a_ledger_line_keeps_what_stripe_kept_of_it(sample: Sample) -> None:
    entry = mapped(sample("balance_transaction", exchange_rate=1.234))
    assert (entry.kind, entry.amount, entry.fee, entry.net) == ("charge", 9200, 297, 8903)
    assert (entry.source_ref, entry.exchange_rate, entry.available_at) == ("ch_1", "1.234", AT + 172_800_000)


def test_a_bill_from_stripe_is_a_line_of_kind_fee_without_a_fee_of_its_own(sample: Sample) -> None:
    entry = mapped(
        sample("balance_transaction", amount=-99, fee=0, net=-99, type="stripe_fee", reporting_category="fee")
    )
    assert (entry.kind, entry.amount, entry.fee) == ("fee", -99, 0)


def test_a_payout_arrives_on_a_day_when_stripe_states_a_day(sample: Sample) -> None:
    payout = mapped(sample("payout"))
    assert isinstance(payout, PayoutRecord)
    assert (payout.status, payout.arrival_day, payout.arrival_at) == ("in_transit", "2026-05-29", 1_780_012_800_000)
    assert mapped(sample("payout", arrival_date=1_780_012_801)).arrival_day is None


class TestSubscription:
    def test_the_period_is_stated_by_the_items(self, sample: Sample) -> None:
        subscription = mapped(sample("subscription"))
        assert isinstance(subscription, SubscriptionRecord)
        assert subscription.current_period_end_at == AT + 2_592_000_000
        item = subscription.items[0]
        assert (item.price_ref, item.service_ref, item.quantity) == ("price_1", "prod_1", 3)
        assert (item.unit_amount, item.interval, item.interval_count) == (4500, "month", 1)

    def test_the_period_is_stated_by_an_older_one_itself(self, sample: Sample) -> None:
        older = sample("subscription", current_period_start=1_780_000_001, current_period_end=1_780_000_009)
        found = mapped(older)
        assert (found.current_period_start_at, found.current_period_end_at) == (AT + 1000, AT + 9000)

    def test_items_of_plans_only(self, sample: Sample) -> None:
        plan = {
            "id": "plan_1",
            "product": "prod_1",
            "amount": 700,
            "currency": "eur",
            "interval": "year",
            "interval_count": 1,
        }
        older = sample("subscription", currency=..., items={"data": [{"id": "si_1", "plan": plan, "quantity": 1}]})
        found = mapped(older)
        assert found.currency == "eur"
        item = found.items[0]
        assert (item.price_ref, item.service_ref, item.unit_amount, item.interval) == (
            "plan_1",
            "prod_1",
            700,
            "year",
        )

    @pytest.mark.parametrize(
        "status", ["trialing", "past_due", "canceled", "unpaid", "paused", "incomplete", "resting"]
    )
    def test_every_status_is_kept(self, status: str, sample: Sample) -> None:
        assert mapped(sample("subscription", status=status)).status == status


def test_a_price_belongs_to_its_product_and_may_have_no_unit_amount(sample: Sample) -> None:
    price = mapped(sample("price", unit_amount=None, product={"id": "prod_7", "name": "Care"}))
    assert price == ServiceRecord(
        kind="price",
        name="Monthly",
        active=True,
        created_at=AT,
        parent_ref="prod_7",
        currency="usd",
        interval="month",
        interval_count=1,
    )


@pytest.mark.parametrize(
    ("refund_fields", "expected"),
    [({}, "re_1"), ({"refunds": ..., "refund": "re_2"}, "re_2"), ({"refunds": []}, "")],
)
def test_the_refund_of_a_credit_note(refund_fields: dict[str, Any], expected: str, sample: Sample) -> None:
    assert mapped(sample("credit_note", **refund_fields)).refund_ref == expected


class TestPaymentMethod:
    def test_only_the_token_and_the_four_facts_are_kept(self, sample: Sample) -> None:
        found = map_object("payment_method", sample("payment_method"), WHEN)
        assert isinstance(found, SourceObject)
        assert found.record == PaymentMethodRecord("cus_1", "card", AT, "visa", "4242", 8, 2031)
        assert set(found.body) == {
            "id",
            "object",
            "type",
            "customer",
            "created",
            "brand",
            "last4",
            "exp_month",
            "exp_year",
        }

    @pytest.mark.parametrize(
        ("body", "kind", "last4"),
        [
            ({"id": "card_1", "object": "card", "brand": "Visa", "last4": "4242", "exp_month": 1}, "card", "4242"),
            ({"id": "ba_1", "object": "bank_account", "last4": "6789", "routing_number": "1"}, "bank_account", "6789"),
            (
                {"id": "src_1", "object": "source", "type": "sepa_debit", "sepa_debit": {"last4": "3201"}},
                "sepa_debit",
                "3201",
            ),
            ({"id": "pm_2", "object": "payment_method", "type": "card", "card": {"last4": "4000001"}}, "card", "0001"),
        ],
    )
    def test_the_objects_before_it(self, body: dict[str, Any], kind: str, last4: str) -> None:
        record = mapped(body, "payment_method")
        assert (record.kind, record.last4) == (kind, last4)

    def test_reducing_twice_is_reducing_once(self, sample: Sample) -> None:
        once = reduce_payment_method(sample("payment_method"))
        assert reduce_payment_method(once) == once

    def test_they_are_reduced_inside_other_objects_too(self, sample: Sample) -> None:
        card = {"id": "card_1", "object": "card", "last4": "4242", "fingerprint": "F1", "name": "Ana"}
        method = sample("payment_method")
        bodies = [
            sample("customer", default_source=card, sources={"object": "list", "data": [card]}),
            sample("customer", invoice_settings={"default_payment_method": method}),
            sample("invoice", default_payment_method=method),
            sample("subscription", default_source=card),
            sample("payment_intent", payment_method=method),
            sample("payment_intent", latest_charge=sample("charge", source=card)),
            sample("payment_intent", charges={"data": [sample("charge", source=card)]}),
            sample("charge", source=card),
        ]
        for body in bodies:
            reduced = orjson.dumps(reduce_object(body))
            assert b"fingerprint" not in reduced
            assert b"4242" in reduced


class TestBadInput:
    @pytest.mark.parametrize("absurd", [10**15 + 1, -(10**16), True, 12.5, "9200", None, [], {}])
    def test_an_absurd_amount_sets_the_object_aside(self, absurd: object, sample: Sample) -> None:
        aside = refused(sample("charge", amount=absurd), "charge")
        assert aside.external_id == "ch_1"
        assert aside.reason.startswith("Its amount")

    @pytest.mark.parametrize("kind", sorted(MAPPERS))
    def test_an_absurd_time_sets_the_object_aside(self, kind: str, sample: Sample) -> None:
        assert "creation time" in refused(sample(kind, created=10**13), kind).reason

    @pytest.mark.parametrize(
        ("kind", "field"),
        [
            ("charge", "currency"),
            ("invoice", "total"),
            ("invoice", "status"),
            ("payment_intent", "status"),
            ("dispute", "status"),
            ("payout", "amount"),
            ("balance_transaction", "net"),
            ("invoice_payment", "invoice"),
            ("subscription", "status"),
            ("customer", "created"),
            ("refund", "id"),
        ],
    )
    def test_a_required_fact_that_is_missing(self, kind: str, field: str, sample: Sample) -> None:
        assert refused(sample(kind, **{field: ...}), kind).reason

    @pytest.mark.parametrize("status", [7, "", "two\nlines", "teleported" * 10])
    def test_a_status_that_is_no_word_is_named(self, status: object, sample: Sample) -> None:
        assert "status" in refused(sample("payout", status=status), "payout").reason

    @pytest.mark.parametrize("kind", ["customer", "invoice", "subscription", "payment_intent", "charge"])
    def test_words_that_are_no_words_where_a_payment_method_may_be(self, kind: str, sample: Sample) -> None:
        odd: dict[str, Any] = {"object": [], "type": {}, "id": []}
        names = ("source", "default_source", "payment_method", "default_payment_method")
        assert mapped(sample(kind, **dict.fromkeys(names, odd)))

    @pytest.mark.parametrize("junk", [None, 3, "text", [], [1, 2], True])
    def test_something_that_is_no_object(self, junk: object) -> None:
        aside = refused(junk, "charge")
        assert (aside.data_type, aside.external_id, aside.reason) == ("charge", "", "It is not an object.")

    def test_an_object_of_another_kind(self, sample: Sample) -> None:
        assert "not a charge" in refused(sample("refund"), "charge").reason
        assert "not a charge" in refused(sample("charge", object="charge.v3"), "charge").reason

    def test_unknown_fields_are_ignored(self, sample: Sample) -> None:
        plain = mapped(sample("charge"))
        assert mapped(sample("charge", hologram={"colour": [1, 2.5, None]}, payment_record="pr_1")) == plain

    def test_what_is_set_aside_holds_no_secret(self, sample: Sample) -> None:
        aside = refused(
            sample(
                "payment_intent", status="odd", amount=None, client_secret="pi_1_secret_x", deep={"fingerprint": "Z9"}
            ),
            "payment_intent",
        )
        assert orjson.loads(aside.body)["status"] == "odd"
        assert b"secret_x" not in aside.body
        assert b"Z9" not in aside.body

    def test_nesting_without_end_is_cut(self, sample: Sample) -> None:
        deep: dict[str, Any] = {}
        for _ in range(900):
            deep = {"in": deep}
        assert refused(sample("charge", amount=None, metadata=deep), "charge").body


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
_JUNK = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "object", "data", "amount", "type", "card", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=variants(100))
@given(data=st.data(), kind=st.sampled_from(sorted(MAPPERS)))
def test_junk_in_any_place_never_raises(data: st.DataObject, kind: str, sample: Sample) -> None:
    body = sample(kind)
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = body
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
                place = place[key]
                continue
            place[key] = data.draw(_JUNK)
            break
    read = orjson.loads(orjson.dumps(body))
    found = map_object(kind, read, WHEN)
    assert isinstance(found, SourceObject | SetAside)
    if isinstance(found, SetAside):
        assert found.reason.endswith((".", "”."))
    reduce_object(read)


_ODD: tuple[Any, ...] = (
    None,
    True,
    1.5,
    -1,
    2**64 - 1,
    "",
    [],
    [[]],
    {},
    {"id": []},
    {"object": []},
    {"data": [1]},
    {"data": {}},
    {"type": "card", "card": 7},
    {"object": "card", "id": 3, "last4": []},
    {"object": "charge", "source": {"object": "card", "brand": []}},
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from _places(below, (*path, key))


@pytest.mark.parametrize("kind", sorted(MAPPERS))
def test_every_odd_value_in_every_place_is_mapped_or_set_aside(kind: str, sample: Sample) -> None:
    aside = 0
    for path in list(_places(sample(kind))):
        for odd in _ODD:
            body = place = sample(kind)
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = deepcopy(odd)
            found = map_object(kind, body, WHEN)
            assert isinstance(found, SourceObject | SetAside)
            aside += isinstance(found, SetAside)
            orjson.dumps(reduce_object(body))
    assert aside


@given(junk=_JUNK, kind=st.sampled_from(sorted(MAPPERS)))
def test_nothing_but_junk_never_raises(junk: Any, kind: str) -> None:
    body = {**junk, "object": kind} if isinstance(junk, dict) else junk
    assert isinstance(map_object(kind, body, WHEN), SourceObject | SetAside)
