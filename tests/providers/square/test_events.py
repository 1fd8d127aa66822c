"""Square's events: who may read them, and what they mean for the books."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from desktop.providers.contract import (
    CredentialsRefused,
    CursorGone,
    NotAvailable,
    NotPermitted,
    ProviderEvent,
    Reread,
    Unreachable,
)
from desktop.providers.square.events import event_of, interpret_event
from desktop.providers.square.reads import SquareReader
from desktop.records import Deletion, SetAside, SourceObject

Make = Callable[..., Any]
AT = "2026-09-20T10:00:00.250Z"
AT_MS = int(datetime.fromisoformat(AT).timestamp() * 1000)


def event(kind: str, object_id: str = "", *, created_at: str = AT, **carried: Any) -> dict[str, Any]:
    """An event as Square sends it."""
    data = {"type": kind.partition(".")[0], "id": object_id} | ({"object": carried} if carried else {})
    return {
        "merchant_id": "MERCHANT1",
        "type": kind,
        "event_id": f"ev-{kind}-{object_id}",
        "created_at": created_at,
        "data": data,
    }


def heard(body: dict[str, Any], version: str = "2025-08-20") -> ProviderEvent:
    """An event that must be one."""
    found = event_of(body, {body["event_id"]: version})
    assert found is not None
    return found


class TestFeed:
    def test_is_read_newest_first_and_only_for_this_merchant(
        self, reader: SquareReader, server: Any, told: Any, sample: Make
    ) -> None:
        mine = event("payment.updated", "PAY1", payment=sample("payment"))
        theirs = {**event("payment.updated", "PAY2"), "merchant_id": "OTHER"}
        versions = [{"event_id": mine["event_id"], "api_version": "2024-01-18"}]
        server.answers["/v2/events"] = told({"events": [mine, theirs], "metadata": versions, "cursor": "c1"})
        got = reader.events(cursor=None, created_from=AT_MS - 1000)
        assert [one.external_id for one in got.events] == [mine["event_id"]]
        assert (got.events[0].api_version, got.events[0].created_at, got.cursor) == ("2024-01-18", AT_MS, "c1")
        reader.events(cursor="c1x", created_from=AT_MS - 1000)
        first, second = (asked.json for asked in server.to("/v2/events"))
        assert first == {
            "limit": 100,
            "query": {
                "filter": {"created_at": {"start_at": "2026-09-20T09:59:59.250Z"}, "merchant_ids": ["MERCHANT1"]},
                "sort": {"field": "DEFAULT", "order": "DESC"},
            },
        }
        assert second == {**first, "cursor": "c1x"}

    def test_ends(self, reader: SquareReader, server: Any, told: Any) -> None:
        server.answers["/v2/events"] = told({})
        got = reader.events(cursor=None, created_from=0)
        assert (got.events, got.cursor) == ((), None)

    def test_is_not_even_asked_for_with_a_token_from_the_browser(self, server: Any) -> None:
        made = SquareReader("EAAAl-oauth", server.base, None, threading.Event(), personal=False)
        with pytest.raises(NotPermitted, match="personal access tokens only"):
            made.events(cursor=None, created_from=0)
        assert server.asked == []
        made.close()

    @pytest.mark.parametrize(
        ("status", "detail", "kind"),
        [
            (403, "This endpoint needs a personal access token.", NotPermitted),
            (403, "Event searching is not enabled for this application.", NotAvailable),
            (404, "API endpoint for URL path `/v2/events` is not found.", NotAvailable),
            (400, "Bad request.", NotAvailable),
            (401, "Unauthorized.", CredentialsRefused),
        ],
    )
    def test_that_is_closed_is_said(
        self, status: int, detail: str, kind: type[Exception], reader: SquareReader, server: Any, error: Make
    ) -> None:
        server.answers["/v2/events"] = error(status, "FORBIDDEN", detail)
        with pytest.raises(kind):
            reader.events(cursor=None, created_from=0)

    def test_that_is_stuck_or_was_left_too_long_stops(
        self, reader: SquareReader, server: Any, told: Any, error: Make
    ) -> None:
        server.answers["/v2/events"] = [told({"cursor": "c1"}), error(400, "INVALID_CURSOR")]
        with pytest.raises(Unreachable, match="does not go on"):
            reader.events(cursor="c1", created_from=0)
        with pytest.raises(CursorGone):
            reader.events(cursor="c1", created_from=0)

    def test_what_is_no_event_is_passed_over_with_a_warning(self, caplog: pytest.LogCaptureFixture) -> None:
        for body in (7, {}, {"event_id": "e", "created_at": "2026-09-20T10:00:00Z"}):
            assert event_of(body) is None
        assert len(caplog.records) == 3
        caplog.clear()

    def test_an_instant_without_a_zone_is_utc(self) -> None:
        assert heard(event("payment.updated", "P", created_at="2026-09-20T10:00:00.250999")).created_at == AT_MS


class TestMeaning:
    @pytest.mark.parametrize(
        ("kind", "data_type", "name"),
        [
            ("invoice.published", "invoice", "invoice"),
            ("invoice.payment_made", "invoice", "invoice"),
            ("payment.created", "payment", "payment"),
            ("refund.updated", "refund", "refund"),
            ("payout.paid", "payout", "payout"),
            ("dispute.state.updated", "dispute", "dispute"),
            ("dispute.evidence.created", "dispute", "object"),
            ("device.created", "device", "device"),
            ("terminal.checkout.updated", "terminal_checkout", "checkout"),
        ],
    )
    def test_a_whole_object_is_taken_as_it_is(self, kind: str, data_type: str, name: str, sample: Make) -> None:
        body = sample(data_type)
        found = interpret_event(heard(event(kind, "something else", **{name: body})))
        assert isinstance(found, SourceObject)
        assert (found.data_type, found.external_id, found.deletion) == (data_type, body["id"], Deletion.NONE)
        assert found.version.low in (AT_MS, AT_MS + 1)

    @pytest.mark.parametrize(
        ("kind", "data_type"),
        [
            ("customer.created", "customer"),
            ("customer.updated", "customer"),
            ("order.created", "order"),
            ("order.fulfillment.updated", "order"),
            ("subscription.updated", "subscription"),
            ("card.forgotten", "card"),
            ("location.updated", "location"),
            ("payment.updated", "payment"),
        ],
    )
    def test_what_comes_without_its_whole_object_is_read_again(self, kind: str, data_type: str) -> None:
        assert interpret_event(heard(event(kind, "X1"))) == Reread(data_type, "X1")

    def test_what_comes_in_a_newer_version_or_garbled_is_read_again(self, sample: Make) -> None:
        whole = event("payment.updated", "PAY1", payment=sample("payment"))
        assert interpret_event(heard(whole, "2099-01-01")) == Reread("payment", "PAY1")
        assert isinstance(interpret_event(heard(whole, "2020-01-01")), SourceObject)
        assert isinstance(interpret_event(heard(whole, "")), SourceObject)
        garbled = event("payment.updated", "PAY1", payment=sample("payment", total_money=..., amount_money=...))
        assert interpret_event(heard(garbled)) == Reread("payment", "PAY1")

    @pytest.mark.parametrize(
        "kind",
        [
            "catalog.version.updated",
            "inventory.count.updated",
            "customer.custom_attribute.owned.updated",
            "device.code.paired",
            "oauth.authorization.revoked",
            "loyalty.account.created",
        ],
    )
    def test_of_what_is_not_kept_nothing(self, kind: str) -> None:
        assert interpret_event(heard(event(kind, "X1"))) is None

    def test_a_deletion_is_final(self) -> None:
        for kind in ("invoice.deleted", "customer.deleted"):
            found = interpret_event(heard(event(kind, "X1")))
            assert isinstance(found, SourceObject)
            assert (found.external_id, found.deletion, found.record, found.merged_into) == (
                "X1",
                Deletion.STATED,
                None,
                "",
            )

    def test_a_merged_customer_leads_to_the_other_one(self, sample: Make) -> None:
        context = {"merge": {"from_customer_ids": ["CUST1", "CUST2"], "to_customer_id": "CUST3"}}
        body = event("customer.deleted", "CUST1", customer=sample("customer"), event_context=context)
        found = interpret_event(heard(body))
        assert isinstance(found, SourceObject)
        assert (found.deletion, found.merged_into) == (Deletion.STATED, "CUST3")

    def test_one_that_names_nothing_is_set_aside(self) -> None:
        assert isinstance(interpret_event(heard(event("payment.updated"))), SetAside)

    def test_cards_in_an_event_are_cut_down(self, sample: Make) -> None:
        for body in (
            event("payment.updated", "PAY1", payment=sample("payment")),
            event("card.updated", "ccof:1", card=sample("card")),
        ):
            assert "fingerprint" not in repr(heard(body).body)

    def test_created_comes_before_updated_in_the_same_moment(self, sample: Make) -> None:
        made = interpret_event(heard(event("payment.created", "PAY1", payment=sample("payment"))))
        changed = interpret_event(heard(event("payment.updated", "PAY1", payment=sample("payment"))))
        assert isinstance(made, SourceObject)
        assert isinstance(changed, SourceObject)
        assert changed.version.follows(made.version) is True
