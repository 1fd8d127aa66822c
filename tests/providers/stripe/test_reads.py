"""How lists and objects are read: what is sent, how pages follow each other, and what refusals mean."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from desktop.errors import CancelledError
from desktop.providers.contract import (
    CredentialsRefused,
    CursorGone,
    Feed,
    NotAvailable,
    NotPermitted,
    Page,
    Stream,
    Unreachable,
)
from desktop.providers.stripe.constants import API_VERSION, STREAMS
from desktop.providers.stripe.reads import StripeReader
from desktop.records import Deletion, InvoiceRecord, SetAside, SourceObject, SubscriptionRecord
from tests.helpers.patience import PATIENCE_S

Make = Callable[..., dict[str, Any]]
KEY = "rk_test_51QyWmNkXbTdLrHcVpZaEoUsGiFj"
NOW = 1_790_000_000

FEEDS = {feed.name: (stream, feed) for stream in STREAMS for feed in stream.feeds}
CARRYING = {
    "customers": {
        "expand[0]": "data.invoice_settings.default_payment_method",
        "expand[1]": "data.default_source",
    },
    "payment_intents": {"expand[0]": "data.payment_method"},
    "subscriptions": {"expand[0]": "data.default_payment_method"},
}
"""What lists are asked to bring along: it costs no request."""


def page(reader: StripeReader, feed: str, cursor: str | None = None, **more: Any) -> Page:
    """A page of a feed by its name."""
    stream, found = FEEDS[feed]
    return reader.page(stream, found, cursor=cursor, **more)


def error(status: int, told: Any, **fields: Any) -> Any:
    """An error as Stripe states it."""
    return told({"error": {"type": "invalid_request_error", **fields}}, status=status)


class TestFirstPull:
    @pytest.mark.parametrize("feed", sorted(FEEDS))
    def test_sends_nothing_optional_but_what_makes_ways_to_pay_come_along(
        self, feed: str, reader: StripeReader, server: Any, told: Any, listing: Make
    ) -> None:
        path = "/v1/customers/cus_1/payment_methods" if feed == "payment_methods" else f"/v1/{feed}"
        server.answers[path] = told(listing())
        page(reader, feed, parent="cus_1" if feed == "payment_methods" else "")
        page(reader, feed, "x_1", parent="cus_1" if feed == "payment_methods" else "")
        wanted = {"limit": "100"} | ({"status": "all"} if feed == "subscriptions" else {}) | CARRYING.get(feed, {})
        assert [asked.query for asked in server.asked] == [wanted, {**wanted, "starting_after": "x_1"}]

    def test_sends_the_headers_that_the_sdk_sends(
        self, reader: StripeReader, server: Any, told: Any, listing: Make
    ) -> None:
        server.answers["/v1/customers"] = told(listing())
        page(reader, "customers")
        headers = server.asked[0].headers
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["stripe-version"] == API_VERSION
        assert headers["user-agent"] == "Paydesk/test"
        assert "stripe-account" not in headers

    def test_names_a_connected_account_of_a_platform(self, server: Any, told: Any, listing: Make) -> None:
        server.answers["/v1/customers"] = told(listing())
        other = StripeReader(KEY, server.base, None, threading.Event(), account="acct_7")
        page(other, "customers")
        other.close()
        assert server.asked[0].headers["stripe-account"] == "acct_7"

    def test_goes_on_after_the_last_object_whatever_the_order(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        rows = [sample("charge", id=f"ch_{n}", created=1_780_000_000 + n) for n in range(3)]
        server.answers["/v1/charges"] = [told(listing(*rows[:2], more=True)), told(listing(rows[2]))]
        first = page(reader, "charges")
        assert (first.cursor, first.oldest_at) == ("ch_1", 1_780_000_000_000)
        second = page(reader, "charges", first.cursor)
        assert second.cursor is None
        assert [one.external_id for one in (*first.objects, *second.objects)] == ["ch_0", "ch_1", "ch_2"]

    def test_one_bad_object_is_set_aside_and_the_page_goes_on(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        rows = [sample("charge"), sample("charge", id="ch_2", amount=10**17), 7]
        server.answers["/v1/charges"] = told(listing(*rows))
        got = page(reader, "charges")
        assert [one.external_id for one in got.objects] == ["ch_1"]
        assert [one.external_id for one in got.set_aside] == ["ch_2", ""]

    def test_a_list_that_does_not_move_on_is_not_read_for_ever(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        server.answers["/v1/charges"] = told(listing(sample("charge"), more=True))
        with pytest.raises(Unreachable, match="does not go on"):
            page(reader, "charges", "ch_1")

    def test_ids_of_the_owners_own_cannot_change_the_address(self, reader: StripeReader, server: Any) -> None:
        with pytest.raises(NotAvailable):
            reader.read("product", "../charges?x=1")
        assert server.asked[0].path == "/v1/products/..%2Fcharges%3Fx%3D1"


class TestVersion:
    def test_is_from_asking_to_answering_by_the_providers_clock(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        server.answers["/v1/charges"] = told(listing(sample("charge")))
        got = page(reader, "charges")
        version = got.objects[0].version
        assert version.high == NOW * 1000 + 999
        assert NOW * 1000 - 15_000 <= version.low < NOW * 1000
        assert version.low % 1000 == 0
        assert got.asked_at == version.low


class TestInnerLists:
    def test_an_invoice_gets_all_its_lines(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        line = sample("invoice")["lines"]["data"][0]
        lines = [{**line, "id": f"il_{n}"} for n in range(130)]
        invoice = sample("invoice", lines=listing(*lines[:10], more=True))
        server.answers["/v1/invoices"] = told(listing(invoice))
        server.answers["/v1/invoices/in_1/lines"] = [
            told(listing(*lines[:100], more=True)),
            told(listing(*lines[100:])),
        ]
        got = page(reader, "invoices").objects[0]
        assert isinstance(got.record, InvoiceRecord)
        assert [one.external_id for one in got.record.lines] == [one["id"] for one in lines]
        assert len(got.body["lines"]["data"]) == 130
        assert got.body["lines"]["has_more"] is False
        assert [asked.query for asked in server.asked[1:]] == [
            {"limit": "100"},
            {"limit": "100", "starting_after": "il_99"},
        ]

    def test_a_subscription_gets_all_its_items(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        item = sample("subscription")["items"]["data"][0]
        items = [{**item, "id": f"si_{n}"} for n in range(14)]
        server.answers["/v1/subscriptions/sub_1"] = told(sample("subscription", items=listing(*items[:10], more=True)))
        server.answers["/v1/subscription_items"] = told(listing(*items))
        got = reader.read("subscription", "sub_1")
        assert isinstance(got, SourceObject)
        assert isinstance(got.record, SubscriptionRecord)
        assert len(got.record.items) == 14
        assert server.asked[1].query == {"subscription": "sub_1", "limit": "100"}

    @pytest.mark.parametrize("status", [404, 400, 500, 403])
    def test_an_invoice_whose_lines_cannot_be_read_is_set_aside_and_the_page_goes_on(
        self, status: int, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make, waits: list[float]
    ) -> None:
        cut = sample("invoice", id="in_2", lines=listing(sample("invoice")["lines"]["data"][0], more=True))
        server.answers["/v1/invoices"] = told(listing(cut, sample("invoice")))
        server.answers["/v1/invoices/in_2/lines"] = error(status, told, message="no")
        got = page(reader, "invoices")
        assert [one.external_id for one in got.objects] == ["in_1"]
        assert got.set_aside[0].external_id == "in_2"
        assert got.set_aside[0].reason.startswith("Its lines could not all be read.")

    def test_a_limit_while_reading_lines_fails_the_page_so_that_it_is_read_again(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make, waits: list[float]
    ) -> None:
        cut = sample("invoice", lines=listing(more=True))
        server.answers["/v1/invoices"] = told(listing(cut))
        server.answers["/v1/invoices/in_1/lines"] = told({}, status=429)
        with pytest.raises(Unreachable, match="limits how fast"):
            page(reader, "invoices")


class TestRefusals:
    def test_401_is_refused_credentials_and_says_nothing_of_the_key(
        self, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/charges"] = error(401, told, message=f"Invalid API Key provided: {KEY}")
        with pytest.raises(CredentialsRefused) as caught:
            page(reader, "charges")
        assert KEY not in str(caught.value)
        assert len(server.asked) == 1

    def test_403_of_a_revoked_application_is_refused_credentials_too(
        self, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/charges"] = error(403, told, code="account_invalid", message="no access")
        with pytest.raises(CredentialsRefused):
            page(reader, "charges")

    def test_403_names_the_permission_that_is_missing(self, reader: StripeReader, server: Any, told: Any) -> None:
        said = f"The provided key '{KEY}' does not have the required permissions. Having 'rak_charge_read' would help."
        server.answers["/v1/charges"] = error(403, told, message=said)
        with pytest.raises(NotPermitted, match="“charge: read”") as caught:
            page(reader, "charges")
        assert KEY not in str(caught.value)

    @pytest.mark.parametrize("status", [404, 405])
    def test_a_missing_address_is_not_available_by_name(
        self, status: int, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/disputes"] = told(raw=b"404: Not Found", status=status)
        with pytest.raises(NotAvailable, match="does not have disputes"):
            page(reader, "disputes")

    def test_a_missing_address_as_stripe_says_it(self, reader: StripeReader, server: Any, told: Any) -> None:
        message = "Unrecognized request URL (GET: /v1/disputes)."
        server.answers["/v1/disputes"] = error(404, told, message=message)
        with pytest.raises(NotAvailable, match="does not have disputes"):
            page(reader, "disputes")

    def test_a_start_that_is_gone(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/charges"] = error(
            400, told, code="resource_missing", param="starting_after", message="No such charge: 'ch_1'"
        )
        with pytest.raises(CursorGone):
            page(reader, "charges", "ch_1")

    def test_an_object_that_is_gone(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/charges/ch_1"] = error(404, told, code="resource_missing", message="No such charge")
        assert reader.read("charge", "ch_1") is None

    def test_an_object_of_an_address_that_is_missing(self, reader: StripeReader) -> None:
        with pytest.raises(NotAvailable):
            reader.read("dispute", "du_1")

    def test_a_refusal_for_one_object_is_about_that_object_only(
        self, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/payment_methods/ba_1"] = error(400, told, message="Not a payment method.")
        got = reader.read("payment_method", "ba_1")
        assert isinstance(got, SetAside)
        assert got.external_id == "ba_1"

    def test_a_parent_that_is_gone_has_nothing(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/customers/cus_1/payment_methods"] = error(
            404, told, code="resource_missing", param="customer", message="No such customer: 'cus_1'"
        )
        got = page(reader, "payment_methods", parent="cus_1")
        assert (got.objects, got.cursor) == ((), None)

    def test_a_payment_method_without_a_customer_is_no_longer_stored(
        self, reader: StripeReader, server: Any, told: Any, sample: Make
    ) -> None:
        server.answers["/v1/payment_methods/pm_1"] = told(sample("payment_method", customer=None))
        got = reader.read("payment_method", "pm_1")
        assert isinstance(got, SourceObject)
        assert (got.record, got.deletion) == (None, Deletion.INFERRED)


class TestStoredWaysToPay:
    """They come along with the lists that name them, and leave these lists' objects as they are without."""

    def test_come_along_once_and_with_their_customer_only(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        stored, guest = sample("payment_method"), sample("payment_method", id="pm_2", customer=None)
        rows = [sample("payment_intent", id=f"pi_{at}", payment_method=one) for at, one in enumerate((stored, guest))]
        rows.append(sample("payment_intent", id="pi_3", payment_method=stored))
        server.answers["/v1/payment_intents"] = told(listing(*rows))
        first = page(reader, "payment_intents")
        assert [(one.data_type, one.external_id) for one in first.carried] == [("payment_method", "pm_1")]
        assert [one.body["payment_method"] for one in first.objects] == ["pm_1", "pm_2", "pm_1"]
        assert page(reader, "payment_intents").carried == ()

    def test_are_done_without_where_the_key_may_not_read_them(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        refused = error(403, told, message="The provided key does not have the required permissions.")
        server.answers["/v1/customers"] = [refused, told(listing(sample("customer"))), told(listing())]
        found = page(reader, "customers")
        assert [one.external_id for one in found.objects] == ["cus_1"]
        assert len(found.notes) == 1
        page(reader, "customers")
        assert [any(name.startswith("expand") for name in asked.query) for asked in server.asked] == [
            True,
            False,
            False,
        ]

    def test_do_not_hide_that_the_list_itself_may_not_be_read(
        self, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/customers"] = error(403, told, message="The provided key may not.")
        with pytest.raises(NotPermitted):
            page(reader, "customers")


class TestOptionalParameters:
    def test_a_look_back_asks_by_creation(self, reader: StripeReader, server: Any, told: Any, listing: Make) -> None:
        server.answers["/v1/balance_transactions"] = told(listing())
        assert page(reader, "balance_transactions", created_from=1_780_000_000_999).notes == ()
        assert server.asked[0].query["created[gte]"] == "1780000000"

    @pytest.mark.parametrize(
        ("status", "fields"),
        [
            (400, {"code": "parameter_unknown", "param": "created", "message": "Received unknown parameter"}),
            (400, {"message": "Unexpected created"}),
            (400, {"message": "Bad request"}),
            (500, {"message": "Not implemented"}),
        ],
    )
    def test_one_that_is_refused_is_left_out_once_and_noted(
        self,
        status: int,
        fields: dict[str, str],
        reader: StripeReader,
        server: Any,
        told: Any,
        sample: Make,
        listing: Make,
        waits: list[float],
    ) -> None:
        def answer(asked: Any) -> Any:
            return error(status, told, **fields) if "created[gte]" in asked.query else told(listing(sample("charge")))

        server.answers["/v1/charges"] = answer
        got = page(reader, "charges", created_from=1_780_000_000_000)
        assert len(got.objects) == 1
        assert "does not filter by creation" in got.notes[0]
        before = len(server.asked)
        assert page(reader, "charges", created_from=1_780_000_000_000).notes == got.notes
        assert len(server.asked) == before + 1

    def test_another_refusal_drops_nothing(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/charges"] = error(400, told, param="limit", message="Invalid integer")
        with pytest.raises(NotAvailable, match="Invalid integer"):
            page(reader, "charges", created_from=1)
        assert len(server.asked) == 1

    def test_status_all_can_be_refused_too(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        def answer(asked: Any) -> Any:
            good = told(listing(sample("subscription")))
            return error(400, told, param="status", message="Invalid status") if "status" in asked.query else good

        server.answers["/v1/subscriptions"] = answer
        assert "ended subscriptions may be missing" in page(reader, "subscriptions").notes[0]


class TestFaults:
    def test_retry_after_is_honoured(
        self, reader: StripeReader, server: Any, told: Any, listing: Make, waits: list[float]
    ) -> None:
        server.answers["/v1/charges"] = [told({}, status=429, headers={"Retry-After": "7"}), told(listing())]
        page(reader, "charges")
        assert len(waits) == 1
        assert 7 <= waits[0] < 8
        assert reader.usage().reads == 2
        assert reader.usage().retried == 1
        assert reader.usage().waited_ms >= 7000

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_three_retries_and_no_more(
        self, status: int, reader: StripeReader, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/v1/charges"] = told({"error": {}}, status=status)
        with pytest.raises(Unreachable):
            page(reader, "charges")
        assert len(server.asked) == 4
        assert len(waits) == 3
        assert all(0 <= wait <= 8 for wait in waits)

    def test_a_wait_that_is_too_long_is_not_waited_for(
        self, reader: StripeReader, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/v1/charges"] = told({}, status=429, headers={"Retry-After": "3600"})
        with pytest.raises(Unreachable):
            page(reader, "charges")
        assert waits == []

    def test_one_stream_can_fail_while_another_is_read(
        self, reader: StripeReader, server: Any, told: Any, listing: Make, waits: list[float]
    ) -> None:
        server.answers["/v1/charges"] = told({}, status=500)
        server.answers["/v1/refunds"] = told(listing())
        with pytest.raises(Unreachable):
            page(reader, "charges")
        assert page(reader, "refunds").cursor is None

    @pytest.mark.parametrize(
        "bad",
        [
            {"raw": b'{"object": "list", "data": [{"id": "ch'},
            {"raw": b"<html>proxy</html>"},
            {"raw": b"[]"},
            {"raw": b'{"object": "list"}'},
            {"raw": b'{"data": [], "has_more": true}'},
            {"body": {"object": "list", "data": [], "has_more": False}, "cut": 12},
            {"body": None, "status": 302, "headers": {"Location": "https://elsewhere.example/"}},
        ],
    )
    def test_an_answer_that_cannot_be_read_is_asked_again_and_then_said_plainly(
        self, bad: dict[str, Any], reader: StripeReader, server: Any, told: Any, listing: Make, waits: list[float]
    ) -> None:
        server.answers["/v1/charges"] = [told(**bad), told(listing())]
        assert page(reader, "charges").objects == ()
        server.answers["/v1/charges"] = told(**bad)
        with pytest.raises(Unreachable) as caught:
            page(reader, "charges")
        assert caught.value.message.endswith(".")
        assert KEY not in str(caught.value)

    def test_nobody_there(self, stop: threading.Event, waits: list[float]) -> None:
        lost = StripeReader(KEY, "http://127.0.0.1:1", None, stop)
        with pytest.raises(Unreachable, match="could not be reached") as caught:
            page(lost, "charges")
        lost.close()
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__

    def test_nul_characters_do_not_get_in(
        self, reader: StripeReader, server: Any, told: Any, sample: Make, listing: Make
    ) -> None:
        server.answers["/v1/customers"] = told(listing(sample("customer", name="A\0na")))
        assert "\0" not in orjson.loads(orjson.dumps(page(reader, "customers").objects[0].body))["name"]


class TestStopping:
    def test_a_wait_ends_when_it_is_stopped(
        self, reader: StripeReader, server: Any, told: Any, stop: threading.Event
    ) -> None:
        def answer(asked: Any) -> Any:
            threading.Timer(0.05, stop.set).start()
            return told({}, status=503, headers={"Retry-After": "30"})

        server.answers["/v1/charges"] = answer
        with pytest.raises(CancelledError):
            page(reader, "charges")
        assert len(server.asked) == 1

    def test_nothing_is_asked_once_it_is_stopped(
        self, reader: StripeReader, server: Any, stop: threading.Event
    ) -> None:
        stop.set()
        with pytest.raises(CancelledError):
            page(reader, "charges")
        assert server.asked == []

    def test_closing_ends_a_call_that_is_under_way(
        self, reader: StripeReader, server: Any, told: Any, listing: Make
    ) -> None:
        asked, release = threading.Event(), threading.Event()

        def answer(_: Any) -> Any:
            asked.set()
            release.wait(PATIENCE_S)
            return told(listing())

        server.answers["/v1/charges"] = answer
        caught: list[BaseException] = []

        def ask() -> None:
            try:
                page(reader, "charges")
            except CancelledError as error:
                caught.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        assert asked.wait(PATIENCE_S)
        reader.close()
        thread.join(PATIENCE_S)
        ended = not thread.is_alive()
        release.set()
        assert ended
        assert len(caught) == 1


class TestIdentity:
    def test_who_the_key_belongs_to(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/account"] = told(
            {
                "id": "acct_1",
                "country": "GB",
                "default_currency": "gbp",
                "email": "own@er.example",
                "settings": {"dashboard": {"display_name": "Harbour", "timezone": "Europe/London"}},
            }
        )
        account = reader.identify()
        assert (account.account_id, account.name, account.country) == ("acct_1", "Harbour", "GB")
        assert (account.currency, account.timezone, account.mode) == ("gbp", "Europe/London", "sandbox")

    @pytest.mark.parametrize("status", [403, 404])
    def test_a_key_that_may_not_say_keeps_its_mode(
        self, status: int, reader: StripeReader, server: Any, told: Any
    ) -> None:
        server.answers["/v1/account"] = error(status, told, message="no")
        account = reader.identify()
        assert (account.account_id, account.mode) == ("", "sandbox")

    def test_a_wrong_key(self, reader: StripeReader, server: Any, told: Any) -> None:
        server.answers["/v1/account"] = error(401, told, message="Invalid API Key")
        with pytest.raises(CredentialsRefused):
            reader.identify()

    def test_an_outage_is_not_taken_for_an_account_without_a_name(
        self, reader: StripeReader, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/v1/account"] = told({}, status=503)
        with pytest.raises(Unreachable):
            reader.identify()


def test_every_feed_has_a_place_and_every_object_an_address() -> None:
    from desktop.providers.stripe.constants import LISTINGS, OBJECT_PATHS
    from desktop.providers.stripe.records import MAPPERS

    feeds = [feed for stream in STREAMS for feed in stream.feeds]
    assert {feed.name for feed in feeds} == set(LISTINGS)
    assert {feed.data_type for feed in feeds} == set(OBJECT_PATHS) == set(MAPPERS)
    assert [feed.name for feed in FEEDS["charges"][0].feeds] == ["charges", "payment_intents"]
    assert isinstance(FEEDS["customers"], tuple)
    assert all(isinstance(stream, Stream) for stream in STREAMS)
    assert all(isinstance(feed, Feed) for feed in feeds)
