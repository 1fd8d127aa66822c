"""The whole reading side against the pretend Square: a shop's year, its events, its faults and its OAuth pages."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from desktop.errors import RefusedError
from desktop.providers.contract import (
    Credentials,
    CredentialsRefused,
    CursorGone,
    Endpoints,
    NotAvailable,
    NotPermitted,
    OAuthApp,
    Page,
    Reread,
    Unreachable,
)
from desktop.providers.square.constants import SCOPES, STREAMS
from desktop.providers.square.events import interpret_event
from desktop.providers.square.provider import SquareProvider
from desktop.providers.square.reads import SquareReader
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    Deletion,
    InvoiceRecord,
    LocationRecord,
    OrderRecord,
    PayoutRecord,
    RefundRecord,
    SourceObject,
    SubscriptionRecord,
)
from desktop.sandbox import launch

BY_NAME = {stream.name: stream for stream in STREAMS}
BACK = "http://localhost:8765/api/integrations/payments/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture(scope="module")
def running() -> Iterator[launch.RunningSquare]:
    """A pretend Square with a quiet year behind it, in which nothing happens any more."""
    with launch.start_square(seed=5, today=date(2026, 11, 23), sales_a_day=3) as started:
        yield started


@pytest.fixture
def busy() -> Iterator[launch.RunningSquare]:
    """A pretend Square of a test's own, to make things happen in."""
    with launch.start_square(seed=4, today=date(2026, 11, 23), sales_a_day=1) as started:
        yield started


@pytest.fixture
def places(running: launch.RunningSquare) -> Iterator[Endpoints]:
    """Its addresses; faults end with the test."""
    yield Endpoints(running.api_base, running.api_base)
    running.faults.clear()
    running.expire_cursors(False)


def reader_of(token: str, places: Endpoints) -> SquareReader:
    """A reader with a token."""
    provider = SquareProvider()
    return provider.reader(provider.credentials_from_key(token, places), places, threading.Event())


@pytest.fixture
def reader(running: launch.RunningSquare, places: Endpoints) -> Iterator[SquareReader]:
    """A reader with the personal access token."""
    made = reader_of(running.access_token, places)
    yield made
    made.close()


def pages(reader: SquareReader, name: str, parent: str = "", **times: Any) -> Iterator[Page]:
    """Every page of a stream, of one parent."""
    stream, cursor = BY_NAME[name], None
    while True:
        got = reader.page(stream, stream.feeds[0], cursor=cursor, parent=parent, **times)
        yield got
        cursor = got.cursor
        if cursor is None:
            return


def everything(reader: SquareReader, name: str, parents: list[str] | None = None, **times: Any) -> list[SourceObject]:
    """Every object of a stream; nothing may be set aside."""
    found: list[SourceObject] = []
    for parent in [""] if parents is None else parents:
        for got in pages(reader, name, parent, **times):
            assert (got.set_aside, got.notes) == ((), ())
            found.extend(got.objects)
    return found


def ids(found: list[SourceObject]) -> list[str]:
    """Their ids."""
    return [one.external_id for one in found]


@pytest.fixture(scope="module")
def year(running: launch.RunningSquare) -> dict[str, list[SourceObject]]:
    """Everything there is, by kind."""
    places = Endpoints(running.api_base, running.api_base)
    made = reader_of(running.access_token, places)
    found: dict[str, list[SourceObject]] = {}
    for stream in STREAMS:
        parents = ids(found[stream.per_parent]) if stream.per_parent else None
        found[stream.feeds[0].data_type] = everything(made, stream.name, parents)
    made.close()
    return found


class TestAYear:
    def test_is_read_completely_and_nothing_is_there_twice(self, year: dict[str, list[SourceObject]]) -> None:
        for kind, found in year.items():
            assert found, kind
            assert len(set(ids(found))) == len(found), kind

    def test_keeps_no_cards(self, year: dict[str, list[SourceObject]]) -> None:
        for kind in ("payment", "order", "refund", "card"):
            kept = orjson.dumps([one.body for one in year[kind]])
            for name in (b'"fingerprint"', b'"bin"', b'"cardholder_name"', b"cryptogram"):
                assert name not in kept, kind

    def test_adds_up_to_the_truth(self, running: launch.RunningSquare, year: dict[str, list[SourceObject]]) -> None:
        payments = [one.record for one in year["payment"] if isinstance(one.record, AttemptRecord)]
        refunds = [one.record for one in year["refund"] if isinstance(one.record, RefundRecord)]
        stored = {one.external_id for one in year["payment"] if getattr(one.record, "stored_value", False)}
        payments = [one for one in payments if not one.stored_value]
        refunds = [one for one in refunds if one.attempt_ref not in stored and not one.stored_value]
        payouts = [one.record for one in year["payout"] if isinstance(one.record, PayoutRecord)]
        months = running.truth()["months"].values()
        truth = {name: sum(month["USD"][name] for month in months) for name in ("collected", "refunds", "fees", "tips")}
        assert sum(one.amount_captured for one in payments) == truth["collected"]
        assert sum(one.tip for one in payments if one.amount_captured) == truth["tips"]
        assert sum(one.amount for one in refunds if one.status != "failed") == truth["refunds"]
        assert sum(one.fee or 0 for one in payments) - sum(one.fee or 0 for one in refunds) == truth["fees"]
        paid_out = sum(month["USD"]["paid_out"] for month in months)
        assert sum(one.amount for one in payouts if one.status != "failed") == paid_out

    def test_a_payout_is_the_sum_of_its_entries_and_they_lead_to_their_payments(
        self, year: dict[str, list[SourceObject]]
    ) -> None:
        entries = [one.record for one in year["payout_entry"] if isinstance(one.record, BalanceEntryRecord)]
        sums: Counter[str] = Counter()
        for entry in entries:
            assert entry.amount - entry.fee == entry.net
            sums[entry.payout_ref] += entry.net
        for payout in year["payout"]:
            assert isinstance(payout.record, PayoutRecord)
            if payout.body.get("type") == "BATCH":
                assert sums[payout.external_id] == payout.record.amount
        known = set(ids(year["payment"])) | set(ids(year["refund"]))
        assert {entry.source_ref for entry in entries if entry.kind in ("charge", "refund")} <= known
        assert all(entry.settles for entry in entries if entry.kind in ("charge", "refund"))

    def test_the_lines_of_an_order_make_its_total(self, year: dict[str, list[SourceObject]]) -> None:
        for one in year["order"]:
            order = one.record
            assert isinstance(order, OrderRecord)
            if order.lines and not one.body.get("returns"):
                lines = sum(line.amount + line.tax for line in order.lines)
                assert lines + order.tip + order.service_charge == order.total

    def test_invoices_lead_to_orders_and_owe_what_is_outstanding(
        self, running: launch.RunningSquare, year: dict[str, list[SourceObject]]
    ) -> None:
        orders = set(ids(year["order"]))
        invoices = [one.record for one in year["invoice"] if isinstance(one.record, InvoiceRecord)]
        assert {one.order_ref for one in invoices} <= orders
        owed = sum(one.amount_remaining for one in invoices if one.status in ("open", "partly_paid"))
        assert owed == running.truth()["outstanding"]["USD"]["amount"]
        assert any(one.requests for one in invoices)

    def test_one_location_is_the_main_one_and_subscriptions_cost_something(
        self, running: launch.RunningSquare, year: dict[str, list[SourceObject]]
    ) -> None:
        main = [
            one.external_id for one in year["location"] if isinstance(one.record, LocationRecord) and one.record.main
        ]
        assert main == [running.main_location_id]
        for one in year["subscription"]:
            assert isinstance(one.record, SubscriptionRecord)
            assert one.record.items[0].unit_amount
            assert one.record.items[0].interval

    def test_one_object_by_id_is_the_same_as_in_its_list(
        self, reader: SquareReader, year: dict[str, list[SourceObject]]
    ) -> None:
        for kind, found in year.items():
            if kind in ("payout_entry", "device"):  # the pretend Square gives terminals as a list only
                continue
            again = reader.read(kind, found[0].external_id)
            assert isinstance(again, SourceObject)
            assert (again.record, again.version.native) == (found[0].record, found[0].version.native)
            assert reader.read(kind, f"{found[0].external_id}x") is None

    def test_the_account_is_named(self, reader: SquareReader, running: launch.RunningSquare) -> None:
        account = reader.identify()
        assert (account.account_id, account.mode, account.currency) == (running.merchant_id, "sandbox", "usd")
        assert account.name
        assert account.timezone == "America/New_York"


class TestPlacesInLists:
    @pytest.mark.parametrize(
        ("name", "kind", "since"),
        [("payments", "payment", False), ("payments", "payment", True), ("orders", "order", True)],
    )
    def test_that_expire_lose_nothing(
        self,
        name: str,
        kind: str,
        since: bool,
        reader: SquareReader,
        running: launch.RunningSquare,
        year: dict[str, list[SourceObject]],
    ) -> None:
        times = {"changed_from": 0} if since else {}
        running.expire_cursors()
        found = everything(reader, name, ids(year["location"]), **times)
        assert set(ids(found)) >= set(ids(year[kind]))

    def test_of_lists_without_a_time_are_lost(
        self, reader: SquareReader, running: launch.RunningSquare, year: dict[str, list[SourceObject]]
    ) -> None:
        assert len(year["card"]) > 25
        first = next(pages(reader, "payment_methods"))
        running.expire_cursors()
        stream = BY_NAME["payment_methods"]
        with pytest.raises(CursorGone):
            reader.page(stream, stream.feeds[0], cursor=first.cursor)


class TestChanges:
    @pytest.fixture
    def reader(self, busy: launch.RunningSquare) -> Iterator[SquareReader]:
        """A reader of the busy one."""
        made = reader_of(busy.access_token, Endpoints(busy.api_base, busy.api_base))
        yield made
        made.close()

    def test_what_happened_since_is_found_by_its_stream(self, reader: SquareReader, busy: launch.RunningSquare) -> None:
        since = busy.clock.now() * 1000
        locations = ids(everything(reader, "locations"))
        sold, made, item, gone = (busy.do(one) for one in ("sale", "add_customer", "add_item", "delete_item"))
        busy.do("change_stock")
        busy.clock.advance(2)
        reader.identify()
        assert sold["id"] in ids(everything(reader, "payments", locations, changed_from=since))
        assert sold["order_id"] in ids(everything(reader, "orders", locations, changed_from=since))
        assert ids(everything(reader, "clients", changed_from=since)) == [made["id"]]
        catalog = {one.external_id: one for one in everything(reader, "services", changed_from=since)}
        assert item["id"] in catalog
        assert catalog[gone["id"]].deletion is Deletion.STATED
        assert everything(reader, "inventory_counts", changed_from=since)

    def test_a_fee_that_comes_late_is_found_by_looking_back(
        self, reader: SquareReader, busy: launch.RunningSquare
    ) -> None:
        sold = busy.do("sale")
        before = reader.read("payment", sold["id"])
        busy.do("late_fee", payment=sold["id"])
        busy.clock.advance(2)
        reader.identify()
        week = (busy.clock.now() - 7 * 86_400) * 1000
        found = everything(reader, "payments", ids(everything(reader, "locations")), created_from=week)
        after = next(one for one in found if one.external_id == sold["id"])
        assert isinstance(before, SourceObject)
        assert isinstance(before.record, AttemptRecord)
        assert isinstance(after.record, AttemptRecord)
        assert (before.record.fee, after.version.native) == (0, before.version.native)
        assert (after.record.fee or 0) > 0

    def test_events_say_what_a_read_says(self, reader: SquareReader, busy: launch.RunningSquare) -> None:
        since = busy.clock.now() * 1000
        with pytest.raises(NotAvailable, match="switched off"):
            reader.events(cursor=None, created_from=since)
        headers = {"Authorization": f"Bearer {busy.access_token}"}
        httpx.put(f"{busy.api_base}/v2/events/enable", headers=headers, trust_env=False)
        triggers = ("sale", "refund", "dispute", "make_invoice", "pay_invoice", "merge_customers", "pay_out")
        for trigger in (*triggers, "terminal_checkout", "fail_payout"):
            busy.do(trigger)
        latest: dict[tuple[str, str], SourceObject | Reread] = {}
        for event in reversed(reader.events(cursor=None, created_from=since).events):
            found = interpret_event(event)
            if found is not None:
                assert isinstance(found, SourceObject | Reread)
                latest[found.data_type, found.external_id] = found
        kinds = {kind for kind, _ in latest}
        assert kinds >= {"payment", "refund", "dispute", "invoice", "payout", "customer", "order"}
        for (kind, external_id), said in latest.items():
            if isinstance(said, SourceObject):
                again = reader.read(kind, external_id)
                assert (again.record if isinstance(again, SourceObject) else None) == said.record
        merged = [one for one in latest.values() if isinstance(one, SourceObject) and one.merged_into]
        assert len(merged) == 2
        assert all(one.deletion is Deletion.STATED for one in merged)


class TestTrouble:
    @pytest.mark.parametrize(
        ("kind", "settings"), [("drop", {}), ("truncate", {}), ("status", {"status": 503}), ("status", {"status": 429})]
    )
    def test_that_passes_is_not_noticed(
        self,
        kind: str,
        settings: dict[str, int],
        reader: SquareReader,
        running: launch.RunningSquare,
        waits: list[float],
    ) -> None:
        fault = running.faults.add(kind, stream="customers", times=2, **settings)
        assert everything(reader, "clients")
        assert (fault.hits, len(waits)) == (2, 2)

    def test_an_object_that_nobody_knows_or_that_is_spoilt_is_set_aside(
        self, reader: SquareReader, running: launch.RunningSquare, year: dict[str, list[SourceObject]]
    ) -> None:
        running.faults.add("unknown_object", stream="refunds")
        running.faults.add("spoil", stream="disputes", name="state", value="")
        refunds = next(pages(reader, "refunds"))
        assert len(refunds.objects) == min(100, len(year["refund"]))
        assert [one.external_id for one in refunds.set_aside] == ["zap_1"]
        assert "state" in next(pages(reader, "disputes")).set_aside[0].reason

    def test_a_missing_address_is_not_available(self, reader: SquareReader, running: launch.RunningSquare) -> None:
        running.faults.add("missing", stream="payouts")
        with pytest.raises(NotAvailable):
            everything(reader, "payouts", [running.main_location_id])

    def test_a_missing_scope_is_named_and_everything_else_goes_on(
        self, running: launch.RunningSquare, places: Endpoints
    ) -> None:
        made = reader_of(running.token("MERCHANT_PROFILE_READ", "CUSTOMERS_READ"), places)
        assert everything(made, "clients")
        with pytest.raises(NotPermitted, match="“Payments: read”"):
            everything(made, "refunds")
        made.close()

    def test_the_scopes_that_are_asked_for_open_every_stream(
        self, running: launch.RunningSquare, places: Endpoints, year: dict[str, list[SourceObject]]
    ) -> None:
        made = reader_of(running.token(*SCOPES), places)
        for stream in STREAMS:
            parent = year[stream.per_parent][0].external_id if stream.per_parent else ""
            assert next(pages(made, stream.name, parent)).set_aside == (), stream.name
        made.close()

    def test_a_wrong_token_is_refused(self, places: Endpoints) -> None:
        made = reader_of("EAAAl-nobody-knows-this-one", places)
        with pytest.raises(CredentialsRefused):
            made.identify()
        made.close()


class TestConsent:
    def grant(self, running: launch.RunningSquare, places: Endpoints) -> Any:
        """Say yes in the browser and exchange the code."""
        provider, app = SquareProvider(), OAuthApp(running.application_id)
        url = provider.authorization_url(app, places, state="s1", redirect_uri=BACK, verifier=VERIFIER)
        fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        with httpx.Client(trust_env=False) as browser:
            assert browser.get(url).status_code == 200
            answer = browser.post(url.partition("?")[0], data={**fields, "decision": "connect"})
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert back["state"] == ["s1"]
        self.code = back["code"][0]
        return provider.exchange(app, places, code=self.code, redirect_uri=BACK, verifier=VERIFIER)

    def test_reads_renews_and_is_given_back(self, running: launch.RunningSquare, places: Endpoints) -> None:
        provider = SquareProvider()
        grant = self.grant(running, places)
        assert (grant.account_id, grant.mode) == (running.merchant_id, "sandbox")
        with pytest.raises(RefusedError, match="used before"):
            provider.exchange(
                OAuthApp(running.application_id), places, code=self.code, redirect_uri=BACK, verifier=VERIFIER
            )
        made = provider.reader(grant.credentials, places, threading.Event())
        assert made.identify().account_id == running.merchant_id
        with pytest.raises(NotPermitted, match="personal access tokens only"):
            made.events(cursor=None, created_from=0)
        lifetime = provider.lifetime(grant.credentials)
        assert lifetime is not None
        now = running.clock.now() * 1000
        assert now < lifetime.renew_at < lifetime.expires_at < (lifetime.renewable_until or 0)

        renewed = provider.renew(None, places, grant.credentials)
        assert renewed["access_token"] != grant.credentials["access_token"]
        with pytest.raises(CredentialsRefused):
            provider.renew(None, places, grant.credentials)
        made.close()

        secret = OAuthApp(running.application_id, running.application_secret)
        assert provider.revoke(OAuthApp(running.application_id), places, renewed, grant.account_id) is False
        assert provider.revoke(secret, places, renewed, grant.account_id) is True
        made = provider.reader(renewed, places, threading.Event())
        with pytest.raises(CredentialsRefused):
            made.identify()
        made.close()

    def test_a_renewal_whose_answer_is_lost_leaves_nobody_knowing(
        self, running: launch.RunningSquare, places: Endpoints
    ) -> None:
        provider = SquareProvider()
        held: Credentials = self.grant(running, places).credentials
        running.lose_next_refresh()
        with pytest.raises(Unreachable, match="Nobody knows"):
            provider.renew(None, places, held)
        with pytest.raises(CredentialsRefused):
            provider.renew(None, places, held)

    def test_a_code_that_is_too_old_or_of_another_attempt_is_said(
        self, running: launch.RunningSquare, places: Endpoints
    ) -> None:
        fault = running.faults.add("expire_codes", stream="oauth2")
        with pytest.raises(RefusedError, match="five minutes"):
            self.grant(running, places)
        assert fault.hits == 1
        running.faults.clear()
        with pytest.raises(RefusedError, match="another attempt"):
            SquareProvider().exchange(
                OAuthApp(running.application_id), places, code=self.code, redirect_uri=BACK, verifier="v" * 43
            )
