"""How lists and objects are read: what is sent, how pages follow each other, and what refusals mean."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from desktop.errors import CancelledError
from desktop.providers.contract import (
    CredentialsRefused,
    CursorGone,
    NotAvailable,
    NotPermitted,
    Page,
    Unreachable,
)
from desktop.providers.square.constants import API_VERSION, STREAMS
from desktop.providers.square.cursors import MOST_RESTARTS, read_cursor
from desktop.providers.square.lists import LISTINGS
from desktop.providers.square.reads import SquareReader
from desktop.records import Deletion, LocationRecord, SetAside, SourceObject, SubscriptionRecord

Make = Callable[..., Any]
NOW = 1_790_000_000
TOKEN = "EAAAlf4kIRZzk2mQvJmSXeVmZUwXyZPAcEoGr7nQeVwZkLbWnXpTgRyHsDuQaJic"
FIRST = "2009-01-01T00:00:00.000Z"
THEN = "2026-09-21T14:13:20.000Z"  # NOW

FEEDS = {feed.name: (stream, feed) for stream in STREAMS for feed in stream.feeds}
PARENTS = {
    name: "po_1" if name == "payout_entries" else "L1" for name, (stream, _) in FEEDS.items() if stream.per_parent
}
PATHS = {name: listing.path.replace("{parent}", PARENTS.get(name, "")) for name, listing in LISTINGS.items()}


def page(reader: SquareReader, feed: str, cursor: str | None = None, **more: Any) -> Page:
    """A page of a feed by its name, of its usual parent."""
    stream, found = FEEDS[feed]
    return reader.page(stream, found, cursor=cursor, **{"parent": PARENTS.get(feed, ""), **more})


def listing(feed: str, *rows: Any, cursor: str = "") -> dict[str, Any]:
    """A page as Square sends it: without what is empty."""
    body: dict[str, Any] = {LISTINGS[feed].rows: list(rows)} if rows else {}
    return body | ({"cursor": cursor} if cursor else {})


def moment(text: str) -> int:
    """An instant in milliseconds."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_the_pretended_clock_says_what_the_tests_say() -> None:
    assert moment(THEN) == NOW * 1000


class TestFirstPull:
    @pytest.mark.parametrize("feed", sorted(FEEDS))
    def test_an_empty_list_has_no_array_and_ends(self, feed: str, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers[PATHS[feed]] = told({})
        got = page(reader, feed)
        assert (got.objects, got.cursor, got.set_aside, got.notes) == ((), None, (), ())

    def test_payments_are_asked_for_by_location_from_the_beginning_to_now_oldest_first(
        self, reader: SquareReader, server: Any, told: Any
    ) -> None:
        server.answers["/v2/payments"] = told({})
        page(reader, "payments")
        assert server.to("/v2/payments")[0].query == {
            "location_id": "L1",
            "begin_time": FIRST,
            "end_time": THEN,
            "sort_field": "CREATED_AT",
            "sort_order": "ASC",
            "limit": "100",
        }

    def test_orders_are_searched_with_the_sort_field_that_the_filter_needs(
        self, reader: SquareReader, server: Any, told: Any
    ) -> None:
        server.answers["/v2/orders/search"] = told({})
        page(reader, "orders")
        page(reader, "orders", changed_from=moment("2026-09-20T00:00:00Z"))
        first, changes = (asked.json for asked in server.to("/v2/orders/search"))
        assert first == {
            "location_ids": ["L1"],
            "limit": 500,
            "query": {
                "filter": {"date_time_filter": {"created_at": {"start_at": FIRST, "end_at": THEN}}},
                "sort": {"sort_field": "CREATED_AT", "sort_order": "ASC"},
            },
        }
        since = {"start_at": "2026-09-20T00:00:00.000Z", "end_at": THEN}
        assert changes["query"] == {
            "filter": {"date_time_filter": {"updated_at": since}},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        }

    def test_changed_payments_are_asked_for_at_any_age(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/payments"] = told({})
        page(reader, "payments", changed_from=moment("2026-09-20T00:00:00Z"))
        query = server.to("/v2/payments")[0].query
        assert query["begin_time"] == FIRST
        assert query["updated_at_begin_time"] == "2026-09-20T00:00:00.000Z"
        assert query["updated_at_end_time"] == THEN
        assert query["sort_field"] == "UPDATED_AT"

    def test_a_look_back_asks_by_creation(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/payouts"] = told({})
        page(reader, "payouts", created_from=moment("2026-09-10T00:00:00Z"))
        assert server.to("/v2/payouts")[0].query["begin_time"] == "2026-09-10T00:00:00.000Z"

    def test_the_catalog_is_listed_first_and_its_changes_are_searched_for(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v2/catalog/list"] = told({})
        server.answers["/v2/catalog/search"] = told({"objects": [sample("catalog_object", is_deleted=True)]})
        page(reader, "catalog")
        got = page(reader, "catalog", changed_from=moment("2026-09-20T00:00:00Z"))
        assert server.to("/v2/catalog/list")[0].query["types"].startswith("CATEGORY,ITEM,")
        asked = server.to("/v2/catalog/search")[0].json
        assert asked["include_deleted_objects"] is True
        # Square leaves out what lies exactly at the beginning.
        assert asked["begin_time"] == "2026-09-19T23:59:59.999Z"
        assert got.objects[0].deletion is Deletion.STATED

    def test_sends_the_pinned_version_and_the_token(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/disputes"] = told({})
        page(reader, "disputes")
        headers = server.asked[0].headers
        assert headers["authorization"] == f"Bearer {TOKEN}"
        assert headers["square-version"] == API_VERSION
        assert headers["user-agent"] == "Paydesk/test"

    def test_one_bad_object_is_set_aside_and_the_page_goes_on(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        absurd = sample("payment", id="PAY2", total_money={"amount": 10**17, "currency": "USD"})
        server.answers["/v2/payments"] = told(listing("payments", sample("payment"), absurd, 7))
        got = page(reader, "payments")
        assert [one.external_id for one in got.objects] == ["PAY1"]
        assert [one.external_id for one in got.set_aside] == ["PAY2", ""]
        assert got.oldest_at == moment("2026-05-28T20:26:40.120Z")

    def test_a_switched_off_card_has_left(self, reader: SquareReader, server: Any, told: Any, sample: Make) -> None:
        server.answers["/v2/cards"] = told(listing("cards", sample("card"), sample("card", id="ccof:2", enabled=False)))
        got = page(reader, "cards").objects
        assert [one.deletion for one in got] == [Deletion.NONE, Deletion.INFERRED]
        assert server.to("/v2/cards")[0].query["include_disabled"] == "true"


class TestThePassesEnd:
    """A list whose upper end moves while it is read has holes: the end is fixed when the pass begins."""

    def test_is_the_same_on_every_page(self, reader: SquareReader, server: Any, told: Any, sample: Make) -> None:
        server.answers["/v2/payments"] = [
            told(listing("payments", sample("payment"), cursor="c1")),
            told(listing("payments", sample("payment", id="PAY2")), at=NOW + 500),
        ]
        first = page(reader, "payments")
        page(reader, "payments", first.cursor)
        one, *_, two = (asked.query for asked in server.to("/v2/payments"))
        assert two == {**one, "cursor": "c1"}

    def test_is_read_off_squares_clock_whatever_this_machine_says(
        self, reader: SquareReader, server: Any, told: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(time, "time", lambda: 1_000.0)
        server.answers["/v2/refunds"] = told({})
        page(reader, "refunds")
        assert server.asked[0].path == "/v2/merchants/me"
        assert server.to("/v2/refunds")[0].query["end_time"] == THEN

    def test_asks_for_the_time_only_before_the_first_answer(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/disputes"] = server.answers["/v2/refunds"] = told({})
        page(reader, "disputes")
        page(reader, "refunds")
        assert server.to("/v2/merchants/me") == []

    def test_a_refusal_tells_the_time_as_well(self, reader: SquareReader, server: Any, told: Any, error: Make) -> None:
        server.answers["/v2/merchants/me"] = error(403, "INSUFFICIENT_SCOPES")
        server.answers["/v2/refunds"] = told({})
        page(reader, "refunds")
        assert server.to("/v2/refunds")[0].query["end_time"] == THEN

    def test_a_pass_promises_no_more_than_its_end(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/refunds"] = told({}, at=NOW + 90)
        assert page(reader, "refunds").asked_at == NOW * 1000


class TestCursors:
    def test_carry_squares_cursor_the_latest_time_and_the_end(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        late = sample("payment", id="PAY2", created_at="2026-06-02T00:00:00.250Z")
        server.answers["/v2/payments"] = told(listing("payments", sample("payment"), late, cursor="c1"))
        kept = read_cursor(page(reader, "payments").cursor or "")
        assert kept is not None
        assert (kept.native, kept.seen, kept.end) == ("c1", moment("2026-06-02T00:00:00.250Z"), NOW * 1000)

    @pytest.mark.parametrize(
        "refusal",
        [
            (400, "INVALID_CURSOR", "Expired."),
            (400, "BAD_REQUEST", "The cursor is no longer valid."),
            (410, "GONE", "This cursor is too old."),
        ],
    )
    def test_an_expired_one_is_gone_on_from_by_time_with_a_second_of_overlap(
        self, refusal: tuple[int, str, str], reader: SquareReader, server: Any, told: Any, sample: Make, error: Make
    ) -> None:
        server.answers["/v2/payments"] = [
            told(listing("payments", sample("payment"), cursor="c1")),
            error(*refusal),
            told(listing("payments", sample("payment", id="PAY2"), cursor="c2")),
            told({}),
        ]
        first = page(reader, "payments")
        second = page(reader, "payments", first.cursor)
        third = page(reader, "payments", second.cursor)
        asked = [one.query for one in server.to("/v2/payments")]
        assert [one.external_id for one in second.objects] == ["PAY2"]
        assert "cursor" not in asked[2]
        assert asked[2]["begin_time"] == "2026-05-28T20:26:39.120Z"
        assert asked[2]["end_time"] == asked[0]["end_time"]
        assert asked[3] == {**asked[2], "cursor": "c2"}
        assert third.cursor is None

    def test_customers_who_changed_are_gone_on_from_by_creation(
        self, reader: SquareReader, server: Any, told: Any, sample: Make, error: Make
    ) -> None:
        server.answers["/v2/customers/search"] = [
            told(listing("customers", sample("customer"), cursor="c1")),
            error(400, "INVALID_CURSOR"),
            told({}),
        ]
        first = page(reader, "customers", changed_from=moment("2026-09-20T00:00:00Z"))
        page(reader, "customers", first.cursor)
        asked = [one.json["query"]["filter"] for one in server.to("/v2/customers/search")]
        assert "created_at" not in asked[0]
        assert asked[2]["updated_at"] == asked[0]["updated_at"]
        assert asked[2]["created_at"] == {"start_at": "2026-05-28T20:26:39.120Z"}

    @pytest.mark.parametrize("feed", ["invoices", "disputes", "subscriptions", "cards", "payment_links", "catalog"])
    def test_without_a_time_to_go_on_by_the_list_is_begun_again(
        self, feed: str, reader: SquareReader, server: Any, told: Any, sample: Make, error: Make
    ) -> None:
        kind = FEEDS[feed][1].data_type
        server.answers["/v2/catalog/batch-retrieve"] = told({})
        server.answers[PATHS[feed]] = [told(listing(feed, sample(kind), cursor="c1")), error(400, "INVALID_CURSOR")]
        first = page(reader, feed)
        with pytest.raises(CursorGone):
            page(reader, feed, first.cursor)

    def test_a_bookmark_of_an_older_program_is_begun_again(self, reader: SquareReader) -> None:
        for kept in ("ch_1", "[1, 2]", '["created", 1, 2, 3, null, null, 0]', "{}"):
            with pytest.raises(CursorGone):
                page(reader, "payments", kept)

    def test_a_cursor_that_does_not_move_stops_the_list(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v2/disputes"] = told(listing("disputes", sample("dispute"), cursor="c1"))
        first = page(reader, "disputes")
        with pytest.raises(Unreachable, match="does not go on"):
            page(reader, "disputes", first.cursor)

    def test_cursors_that_always_expire_stop_the_list_where_time_does_not_go_on_either(
        self, reader: SquareReader, server: Any, told: Any, sample: Make, error: Make
    ) -> None:
        def answer(asked: Any) -> Any:
            rows = listing("payments", sample("payment"), cursor="c")
            return error(400, "INVALID_CURSOR") if "cursor" in asked.query else told(rows)

        server.answers["/v2/payments"] = answer
        cursor = page(reader, "payments").cursor
        for _ in range(MOST_RESTARTS + 1):
            cursor = page(reader, "payments", cursor).cursor
        with pytest.raises(Unreachable, match="does not go on"):
            page(reader, "payments", cursor)

    def test_an_empty_page_in_the_middle_is_not_the_end(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/orders/search"] = told(listing("orders", cursor="c1"))
        assert page(reader, "orders").cursor is not None


class TestSurroundings:
    def test_the_main_location_is_known_from_the_merchant(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v2/locations"] = told(listing("locations", sample("location"), sample("location", id="L2")))
        records = [one.record for one in page(reader, "locations").objects]
        assert [record.main for record in records if isinstance(record, LocationRecord)] == [True, False]
        page(reader, "locations")
        assert len(server.to("/v2/merchants/me")) == 1

    def test_subscriptions_cost_what_their_plans_say_and_each_plan_is_read_once(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        rows = listing("subscriptions", sample("subscription"), sample("subscription", id="SUB2"))
        server.answers["/v2/subscriptions/search"] = told(rows)
        server.answers["/v2/catalog/batch-retrieve"] = told({"objects": [sample("plan")]})
        for _ in range(2):
            records = [one.record for one in page(reader, "subscriptions").objects]
        assert isinstance(records[0], SubscriptionRecord)
        item = records[0].items[0]
        assert (item.unit_amount, item.currency, item.interval, item.interval_count) == (4500, "usd", "month", 3)
        assert [asked.json["object_ids"] for asked in server.to("/v2/catalog/batch-retrieve")] == [["PLANVAR1"]]

    def test_without_the_right_to_read_plans_their_amounts_are_missing_and_a_note_says_so(
        self, reader: SquareReader, server: Any, told: Any, sample: Make, error: Make
    ) -> None:
        server.answers["/v2/subscriptions/search"] = told(listing("subscriptions", sample("subscription")))
        server.answers["/v2/catalog/batch-retrieve"] = error(403, "INSUFFICIENT_SCOPES")
        got = page(reader, "subscriptions")
        record = got.objects[0].record
        assert isinstance(record, SubscriptionRecord)
        assert (record.items[0].unit_amount, record.currency) == (None, "usd")
        assert len(got.notes) == 1


class TestOneObject:
    @pytest.mark.parametrize("kind", ["customer", "order", "invoice", "payment", "refund", "dispute", "payout", "card"])
    def test_is_read_by_id(self, kind: str, reader: SquareReader, server: Any, told: Any, sample: Make) -> None:
        body = sample(kind)
        server.answers[f"/v2/{kind}s/{body['id'].replace(':', '%3A')}"] = told({kind: body})
        found = reader.read(kind, body["id"])
        assert isinstance(found, SourceObject)
        assert (found.data_type, found.external_id, found.deletion) == (kind, body["id"], Deletion.NONE)

    def test_that_does_not_exist_is_none(self, reader: SquareReader, server: Any, error: Make) -> None:
        server.answers["/v2/payments/PAY9"] = error(404, "NOT_FOUND", "Could not find payment with id: PAY9")
        assert reader.read("payment", "PAY9") is None

    def test_at_an_address_that_does_not_exist_is_not_available(self, reader: SquareReader, server: Any) -> None:
        with pytest.raises(NotAvailable, match="does not have payments"):
            reader.read("payment", "../x?y")
        assert server.asked[0].path == "/v2/payments/..%2Fx%3Fy"

    def test_an_entry_of_a_payout_cannot_be_read_alone(self, reader: SquareReader) -> None:
        with pytest.raises(NotAvailable, match="by payout only"):
            reader.read("payout_entry", "poe_1")

    def test_a_customer_who_answers_under_another_id_was_merged(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v2/customers/OLD1"] = told({"customer": sample("customer")})
        found = reader.read("customer", "OLD1")
        assert isinstance(found, SourceObject)
        assert (found.external_id, found.deletion, found.merged_into) == ("OLD1", Deletion.STATED, "CUST1")

    def test_a_customer_who_is_said_to_be_merged_was(self, reader: SquareReader, server: Any, error: Make) -> None:
        said = "Customer OLD1 was merged into customer `KTQKJ8LYNTFECQQ8`."
        server.answers["/v2/customers/OLD1"] = error(404, "NOT_FOUND", said)
        found = reader.read("customer", "OLD1")
        assert isinstance(found, SourceObject)
        assert (found.deletion, found.merged_into) == (Deletion.STATED, "KTQKJ8LYNTFECQQ8")

    def test_a_stock_count_is_found_among_the_counts_of_its_item(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        rows = listing("inventory_counts", sample("inventory_count", state="WASTE"), cursor="c1")
        server.answers["/v2/inventory/counts/batch-retrieve"] = [
            told(rows),
            told(listing("inventory_counts", sample("inventory_count"))),
        ]
        found = reader.read("inventory_count", "VAR1:L1:IN_STOCK")
        assert isinstance(found, SourceObject)
        assert found.external_id == "VAR1:L1:IN_STOCK"
        assert reader.read("inventory_count", "VAR1:L1:SOLD") is None

    def test_a_garbled_one_is_set_aside(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/payments/PAY1"] = told({"payment": None})
        assert isinstance(reader.read("payment", "PAY1"), SetAside)


class TestIdentity:
    def test_is_the_merchant_and_the_main_location(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v2/locations/L1"] = told({"location": sample("location", business_email="a@example.com")})
        got = reader.identify()
        assert (got.account_id, got.name, got.country, got.currency) == ("MERCHANT1", "Harbour Studio", "US", "usd")
        assert (got.mode, got.timezone, got.email) == ("sandbox", "America/New_York", "a@example.com")

    def test_is_the_id_of_the_consent_where_the_merchant_may_not_be_read(self, server: Any, error: Make) -> None:
        server.answers["/v2/merchants/me"] = server.answers["/v2/locations/main"] = error(403, "INSUFFICIENT_SCOPES")
        made = SquareReader(TOKEN, server.base, None, threading.Event(), merchant_id="M9")
        assert made.identify().account_id == "M9"
        made.close()

    def test_a_refused_token_is_said(self, reader: SquareReader, server: Any, error: Make) -> None:
        server.answers["/v2/merchants/me"] = error(401, "UNAUTHORIZED", f"The token {TOKEN} is wrong")
        with pytest.raises(CredentialsRefused) as caught:
            reader.identify()
        assert TOKEN not in str(caught.value)

    def test_away_from_loopback_the_mode_is_the_hosts(self) -> None:
        for base, mode in (
            ("https://connect.squareup.com", "live"),
            ("https://connect.squareupsandbox.com", "sandbox"),
            ("https://squareupsandbox.com.example.com", "live"),
        ):
            made = SquareReader(TOKEN, base, None, threading.Event())
            assert made._merchant._mode == mode
            made.close()


class TestRefusals:
    def test_403_names_what_is_missing_in_the_words_of_the_permissions(
        self, reader: SquareReader, server: Any, error: Make
    ) -> None:
        said = "The merchant must authorize your application for the following scopes: PAYMENTS_READ"
        server.answers["/v2/refunds"] = error(403, "INSUFFICIENT_SCOPES", said)
        with pytest.raises(NotPermitted, match=r"read refunds.*“Payments: read”"):
            page(reader, "refunds")

    def test_403_without_a_scope_names_the_one_that_the_list_needs(
        self, reader: SquareReader, server: Any, error: Make
    ) -> None:
        server.answers["/v2/payouts"] = error(403, "FORBIDDEN")
        with pytest.raises(NotPermitted, match="“Payouts: read”"):
            page(reader, "payouts")

    @pytest.mark.parametrize("answer", [(401, "ACCESS_TOKEN_EXPIRED"), (401, ""), (403, "APPLICATION_DISABLED")])
    def test_credentials_that_are_no_good_at_all(
        self, answer: tuple[int, str], reader: SquareReader, server: Any, error: Make
    ) -> None:
        server.answers["/v2/disputes"] = error(*answer)
        with pytest.raises(CredentialsRefused):
            page(reader, "disputes")
        assert len(server.asked) == 1

    @pytest.mark.parametrize("feed", sorted(FEEDS))
    def test_404_of_an_address_is_not_available(self, feed: str, reader: SquareReader, server: Any) -> None:
        with pytest.raises(NotAvailable):
            page(reader, feed)

    def test_a_payout_or_a_location_that_is_gone_has_an_empty_list(
        self, reader: SquareReader, server: Any, error: Make
    ) -> None:
        server.answers["/v2/payouts/po_1/payout-entries"] = error(404, "NOT_FOUND", "Payout not found.")
        server.answers["/v2/invoices/search"] = error(404, "NOT_FOUND", "Location L1 not found.")
        assert page(reader, "payout_entries").objects == ()
        assert page(reader, "invoices").objects == ()

    def test_another_404_of_a_location_s_list_is_not_taken_for_an_empty_one(
        self, reader: SquareReader, server: Any, error: Make
    ) -> None:
        server.answers["/v2/payments"] = error(404, "NOT_FOUND", "Resource not found.")
        with pytest.raises(NotAvailable):
            page(reader, "payments")


class TestFaults:
    @pytest.mark.parametrize(
        "answer",
        [
            {"status": 500},
            {"status": 408},
            {"status": 429},
            {"status": 503},
            {"raw": b'{"payments": ['},
            {"raw": b"<html>"},
            {"body": 7},
        ],
    )
    def test_that_pass_are_not_noticed(
        self, answer: dict[str, Any], reader: SquareReader, server: Any, told: Any, sample: Make, waits: list[float]
    ) -> None:
        good = told(listing("payments", sample("payment")))
        server.answers["/v2/payments"] = [told(**answer), told(**answer), good]
        assert len(page(reader, "payments").objects) == 1
        assert len(waits) == 2
        assert reader.usage().retried == 2

    @pytest.mark.parametrize("answer", [{"body": {"payments": 7}}, {"body": {"errors": [{"code": "X"}]}}])
    def test_that_stay_are_said(
        self, answer: dict[str, Any], reader: SquareReader, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/v2/payments"] = told(**answer)
        with pytest.raises(Unreachable):
            page(reader, "payments")
        assert len(waits) == 3

    def test_the_wait_that_was_asked_for_is_kept(
        self, reader: SquareReader, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/v2/disputes"] = [told({}, status=429, headers={"Retry-After": "7"}), told({})]
        page(reader, "disputes")
        assert 7 <= waits[0] < 8

    def test_a_stop_is_heard(self, server: Any, told: Any) -> None:
        stop = threading.Event()
        made = SquareReader(TOKEN, server.base, None, stop)
        server.answers["/v2/disputes"] = told({})
        stop.set()
        with pytest.raises(CancelledError):
            page(made, "disputes")
        made.close()
