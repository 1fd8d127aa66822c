"""The event feed, and what an event means for the books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.providers.contract import CursorGone, NotPermitted, ProviderEvent, Reread
from desktop.providers.stripe.constants import API_VERSION
from desktop.providers.stripe.events import event_of, interpret_event, is_tested
from desktop.providers.stripe.reads import StripeReader
from desktop.records import Deletion, SetAside, SourceObject, Version

Make = Callable[..., dict[str, Any]]
AT = 1_780_000_000


def event(kind: str, body: Any, *, version: str | None = API_VERSION, created: int = AT) -> ProviderEvent:
    """An event as it comes from the feed."""
    found = event_of(
        {
            "id": f"evt_{created}",
            "object": "event",
            "type": kind,
            "api_version": version,
            "created": created,
            "data": {"object": body, "previous_attributes": {"x": 1}},
        }
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("version", "tested"),
    [
        (API_VERSION, True),
        ("2023-10-16", True),
        ("2025-03-31.basil", True),
        ("2024-06-20", True),
        ("2023-08-16", False),
        ("2017-08-15", False),
        ("2099-01-01.zenith", False),
        (API_VERSION[:10] + ".preview", False),
        ("2025-03-31.preview", False),
        ("2025-03-31.basil; feature=v1", False),
        ("", False),
    ],
)
def test_payloads_are_used_in_the_versions_that_the_mapper_is_tested_for(version: str, tested: bool) -> None:
    assert is_tested(version) is tested


@pytest.mark.parametrize(
    ("kind", "data_type"),
    [
        ("customer.updated", "customer"),
        ("customer.subscription.deleted", "subscription"),
        ("charge.succeeded", "charge"),
        ("charge.dispute.funds_withdrawn", "dispute"),
        ("charge.refund.updated", "refund"),
        ("refund.failed", "refund"),
        ("invoice.paid", "invoice"),
        ("invoice_payment.paid", "invoice_payment"),
        ("payment_intent.succeeded", "payment_intent"),
        ("payment_method.attached", "payment_method"),
        ("payment_method.automatically_updated", "payment_method"),
        ("payout.paid", "payout"),
        ("product.updated", "product"),
        ("price.created", "price"),
        ("credit_note.voided", "credit_note"),
    ],
)
def test_a_payload_in_a_tested_version_is_the_state_itself(kind: str, data_type: str, sample: Make) -> None:
    happened = event(kind, sample(data_type))
    assert (happened.data_type, happened.object_id) == (data_type, sample(data_type)["id"])
    found = interpret_event(happened)
    assert isinstance(found, SourceObject)
    assert (found.data_type, found.deletion) == (data_type, Deletion.NONE)
    assert found.record is not None


@pytest.mark.parametrize("version", ["2017-08-15", "2099-01-01.zenith", None])
def test_a_payload_in_another_version_is_read_again(version: str | None, sample: Make) -> None:
    assert interpret_event(event("charge.updated", sample("charge"), version=version)) == Reread("charge", "ch_1")


@pytest.mark.parametrize(
    ("kind", "data_type"),
    [
        ("customer.deleted", "customer"),
        ("product.deleted", "product"),
        ("price.deleted", "price"),
        ("invoice.deleted", "invoice"),
        ("payment_method.detached", "payment_method"),
    ],
)
@pytest.mark.parametrize("version", [API_VERSION, "2017-08-15"])
def test_a_deletion_is_stated_in_any_version(kind: str, data_type: str, version: str, sample: Make) -> None:
    found = interpret_event(event(kind, sample(data_type), version=version))
    assert isinstance(found, SourceObject)
    assert (found.data_type, found.record, found.deletion) == (data_type, None, Deletion.STATED)


def test_a_subscription_that_is_deleted_is_only_cancelled(sample: Make) -> None:
    found = interpret_event(event("customer.subscription.deleted", sample("subscription", status="canceled")))
    assert isinstance(found, SourceObject)
    assert found.deletion is Deletion.NONE


@pytest.mark.parametrize(
    "kind",
    [
        "plan.created",
        "invoiceitem.created",
        "invoice.upcoming",
        "customer.discount.created",
        "customer.tax_id.updated",
        "account.updated",
        "balance.available",
        "checkout.session.completed",
        "kind.nobody.knows",
    ],
)
def test_what_is_not_kept_means_nothing(kind: str, sample: Make) -> None:
    assert interpret_event(event(kind, sample("customer"))) is None


@pytest.mark.parametrize(("kind", "inner"), [("invoice", "lines"), ("subscription", "items")])
def test_an_object_whose_list_is_cut_short_is_read_again(kind: str, inner: str, sample: Make, listing: Make) -> None:
    name = "invoice.updated" if kind == "invoice" else "customer.subscription.updated"
    cut = sample(kind, **{inner: listing(more=True)})
    assert interpret_event(event(name, cut)) == Reread(kind, cut["id"])


def test_a_creation_comes_first_in_its_second_and_changes_follow(sample: Make) -> None:
    created = interpret_event(event("customer.created", sample("customer")))
    updated = interpret_event(event("customer.updated", sample("customer")))
    assert isinstance(created, SourceObject)
    assert isinstance(updated, SourceObject)
    assert created.version == Version(AT * 1000, AT * 1000)
    assert updated.version == Version(AT * 1000 + 1, AT * 1000 + 999)
    assert updated.version.follows(created.version) is True


def test_an_old_card_is_a_payment_method_and_other_old_sources_are_not_kept() -> None:
    card = {"id": "card_1", "object": "card", "brand": "Visa", "last4": "4242", "customer": "cus_1"}
    kept = interpret_event(event("customer.source.created", card))
    assert isinstance(kept, SourceObject)
    assert kept.data_type == "payment_method"
    gone = interpret_event(event("customer.source.deleted", card))
    assert isinstance(gone, SourceObject)
    assert gone.deletion is Deletion.STATED
    assert interpret_event(event("customer.source.created", {"id": "ba_1", "object": "bank_account"})) is None


def test_an_event_that_carries_nothing_or_the_wrong_thing_is_set_aside(sample: Make) -> None:
    assert isinstance(interpret_event(event("charge.updated", None)), SetAside)
    wrong = interpret_event(event("charge.updated", sample("refund")))
    assert isinstance(wrong, SetAside)
    assert wrong.external_id == "re_1"


def test_an_event_keeps_no_more_of_a_payment_method_than_the_books_do(sample: Make) -> None:
    happened = event("payment_method.updated", sample("payment_method"))
    kept = orjson.dumps(dict(happened.body))
    assert b"fingerprint" not in kept
    assert b"previous_attributes" not in kept
    assert b"Mill Lane" not in kept


@given(
    body=st.dictionaries(
        st.sampled_from(["id", "type", "created", "data", "api_version", "object"]),
        st.none() | st.integers() | st.text(max_size=5) | st.dictionaries(st.just("object"), st.text(max_size=3)),
    )
)
def test_junk_events_never_raise(body: dict[str, Any]) -> None:
    import logging

    logging.disable(logging.WARNING)
    try:
        found = event_of(body)
    finally:
        logging.disable(logging.NOTSET)
    meant = interpret_event(found) if found is not None else None
    assert meant is None or isinstance(meant, SourceObject | SetAside | Reread)


class TestFeed:
    def row(self, name: str, created: int, sample: Make) -> dict[str, Any]:
        return {
            "id": name,
            "object": "event",
            "type": "charge.updated",
            "api_version": API_VERSION,
            "created": created,
            "data": {"object": sample("charge")},
        }

    def test_asks_since_an_instant_without_a_filter_by_type(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        rows = [self.row("evt_2", AT + 5, sample), self.row("evt_1", AT, sample)]
        server.answers["/v1/events"] = told(listing(*rows, more=True))
        got = reader.events(cursor=None, created_from=AT * 1000)
        assert [one.external_id for one in got.events] == ["evt_2", "evt_1"]
        assert got.cursor == "evt_1"
        assert server.asked[0].query == {"limit": "100", "created[gte]": str(AT)}
        reader.events(cursor="evt_1", created_from=AT * 1000)
        assert server.asked[1].query == {"limit": "100", "created[gte]": str(AT), "starting_after": "evt_1"}

    @pytest.fixture
    def unfiltered(self, server: Any, told: Any) -> Callable[[dict[str, Any]], None]:
        def serve(good: dict[str, Any]) -> None:
            refusal = {"error": {"message": "Unexpected created"}}
            server.answers["/v1/events"] = lambda asked: (
                told(refusal, status=400) if "created[gte]" in asked.query else told(good)
            )

        return serve

    def test_ends_by_itself_where_the_server_does_not_filter(
        self, reader: StripeReader, unfiltered: Any, sample: Make, listing: Make
    ) -> None:
        unfiltered(listing(self.row("evt_3", AT + 5, sample), self.row("evt_2", AT - 5, sample), more=True))
        first = reader.events(cursor=None, created_from=AT * 1000)
        assert [one.external_id for one in first.events] == ["evt_3"]
        assert first.cursor == "evt_2"
        unfiltered(listing(self.row("evt_1", AT - 6, sample), self.row("evt_0", AT - 9, sample), more=True))
        assert reader.events(cursor="evt_2", created_from=AT * 1000).cursor is None

    def test_goes_on_through_old_events_where_the_oldest_come_first(
        self, reader: StripeReader, unfiltered: Any, sample: Make, listing: Make
    ) -> None:
        unfiltered(listing(self.row("evt_0", AT - 9, sample), self.row("evt_1", AT - 6, sample), more=True))
        got = reader.events(cursor=None, created_from=AT * 1000)
        assert (got.events, got.cursor) == ((), "evt_1")

    def test_a_feed_that_is_closed_or_a_place_that_is_lost(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/events"] = told({"error": {"message": "no"}}, status=403)
        with pytest.raises(NotPermitted, match="may not read events"):
            reader.events(cursor=None, created_from=0)
        missing = {"error": {"code": "resource_missing", "param": "starting_after", "message": "No such event"}}
        server.answers["/v1/events"] = told(missing, status=400)
        with pytest.raises(CursorGone):
            reader.events(cursor="evt_1", created_from=0)

    def test_what_is_no_event_is_passed_over_with_a_warning(
        self,
        reader: StripeReader,
        server: Any,
        told: Any,
        sample: Make,
        listing: Make,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.answers["/v1/events"] = told(listing({"id": "evt_x"}, self.row("evt_1", AT, sample)))
        assert len(reader.events(cursor=None, created_from=0).events) == 1
        assert "without id or type" in caplog.text
        caplog.clear()
