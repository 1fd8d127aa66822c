"""The whole reading side against the pretend Stripe: a generated year, its events, its faults and its OAuth pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from desktop.errors import RefusedError
from desktop.providers.contract import (
    CredentialsRefused,
    Endpoints,
    Feed,
    NotPermitted,
    OAuthApp,
    Page,
    Reread,
    Stream,
)
from desktop.providers.stripe.constants import STREAMS
from desktop.providers.stripe.events import interpret_event
from desktop.providers.stripe.provider import StripeProvider
from desktop.providers.stripe.reads import StripeReader
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    InvoiceRecord,
    SetAside,
    SourceObject,
)
from desktop.sandbox import launch

KEPT = {"id", "object", "type", "customer", "created", "brand", "last4", "exp_month", "exp_year"}
BY_NAME = {feed.name: (stream, feed) for stream in STREAMS for feed in stream.feeds}


@pytest.fixture(scope="module")
def running() -> Iterator[launch.Running]:
    """A pretend Stripe with a year behind it."""
    with launch.start(seed=3, today=date(2026, 11, 23)) as started:
        yield started


@pytest.fixture
def places(running: launch.Running) -> Iterator[Endpoints]:
    """Its addresses; faults end with the test."""
    yield Endpoints(running.api_base, running.connect_base)
    running.faults.clear()
    running.server.api.restricted_rights = None


@pytest.fixture
def stripe_reader(running: launch.Running, places: Endpoints) -> Iterator[StripeReader]:
    """A reader with the restricted key."""
    provider = StripeProvider()
    made = provider.reader(provider.credentials_from_key(running.restricted_key), places, threading.Event())
    yield made
    made.close()


def pages(reader: StripeReader, stream: Stream, feed: Feed, parent: str = "") -> Iterator[Page]:
    """Every page of a feed."""
    cursor = None
    while True:
        got = reader.page(stream, feed, cursor=cursor, parent=parent)
        yield got
        cursor = got.cursor
        if cursor is None:
            return


def everything(reader: StripeReader, name: str) -> list[SourceObject]:
    """Every object of a feed that has no parent; nothing may be set aside."""
    found: list[SourceObject] = []
    for got in pages(reader, *BY_NAME[name]):
        assert got.set_aside == ()
        assert got.notes == ()
        found.extend(got.objects)
    return found


def test_a_year_is_read_completely_and_nothing_is_set_aside(
    stripe_reader: StripeReader, running: launch.Running
) -> None:
    clients: list[str] = []
    for stream in STREAMS:
        for feed in stream.feeds:
            if stream.per_parent:
                methods = [
                    one
                    for parent in clients
                    for got in pages(stripe_reader, stream, feed, parent)
                    for one in got.objects
                ]
                assert methods
                assert all(set(one.body) <= KEPT for one in methods)
                continue
            found = everything(stripe_reader, feed.name)
            assert len({one.external_id for one in found}) == len(found)
            if feed.name == "customers":
                clients = [one.external_id for one in found]
                assert len(clients) >= 50
            elif feed.name not in ("credit_notes",):
                assert found, feed.name


def test_the_ledger_adds_up_and_leads_to_its_sources(stripe_reader: StripeReader) -> None:
    ledger = [
        one.record
        for one in everything(stripe_reader, "balance_transactions")
        if isinstance(one.record, BalanceEntryRecord)
    ]
    assert all(entry.amount - entry.fee == entry.net for entry in ledger)
    kinds = {entry.kind for entry in ledger}
    assert {"charge", "refund", "payout", "dispute"} <= kinds
    assert "other" not in kinds
    charges = {one.external_id: one.record for one in everything(stripe_reader, "charges")}
    sources = {entry.source_ref for entry in ledger if entry.kind == "charge"}
    assert sources <= set(charges)
    disputes = {one.external_id for one in everything(stripe_reader, "disputes")}
    assert {entry.source_ref for entry in ledger if entry.kind in ("dispute", "dispute_reversal")} <= disputes
    statuses = {record.status for record in charges.values() if isinstance(record, AttemptRecord)}
    assert {"succeeded", "failed"} <= statuses


def test_the_lines_of_an_invoice_make_its_total(stripe_reader: StripeReader) -> None:
    seen = 0
    for one in everything(stripe_reader, "invoices"):
        assert isinstance(one.record, InvoiceRecord)
        assert sum(line.amount for line in one.record.lines) == one.record.total - one.record.tax
        seen += len(one.record.lines) > 10
    assert seen, "the year has invoices whose lines come cut short"


def test_one_object_by_id_is_the_same_as_in_its_list(stripe_reader: StripeReader) -> None:
    for name in ("customers", "invoices", "charges", "refunds", "disputes", "payouts", "subscriptions", "prices"):
        listed = stripe_reader.page(*BY_NAME[name], cursor=None).objects[0]
        found = stripe_reader.read(listed.data_type, listed.external_id)
        assert isinstance(found, SourceObject)
        assert found.record == listed.record
        assert stripe_reader.read(listed.data_type, listed.external_id + "x") is None


def test_events_say_what_a_read_says(stripe_reader: StripeReader, running: launch.Running) -> None:
    since = running.clock.now() * 1000
    for trigger in ("sale", "refund", "dispute", "make_invoice", "pay_invoice", "cancel_subscription", "add_customer"):
        running.do(trigger)
    got = stripe_reader.events(cursor=None, created_from=since)
    assert got.events
    latest: dict[tuple[str, str], SourceObject] = {}
    for event in reversed(got.events):
        found = interpret_event(event)
        assert not isinstance(found, SetAside | Reread)
        if found is not None:
            latest[found.data_type, found.external_id] = found
    assert {kind for kind, _ in latest} >= {
        "customer",
        "refund",
        "charge",
        "payment_intent",
        "dispute",
        "invoice",
        "subscription",
    }
    for (data_type, external_id), said in latest.items():
        found = stripe_reader.read(data_type, external_id)
        assert isinstance(found, SourceObject)
        assert found.record == said.record


@pytest.mark.parametrize(
    ("kind", "settings"), [("drop", {}), ("truncate", {}), ("status", {"status": 503}), ("status", {"status": 429})]
)
def test_a_fault_that_passes_is_not_noticed(
    kind: str,
    settings: dict[str, int],
    stripe_reader: StripeReader,
    running: launch.Running,
    waits: list[float],
) -> None:
    fault = running.faults.add(kind, stream="customers", times=2, **settings)
    clients = everything(stripe_reader, "customers")
    assert all(isinstance(one.record, ClientRecord) for one in clients)
    assert fault.hits == 2
    assert len(waits) == 2


def test_a_restricted_key_without_a_right_is_told_which(stripe_reader: StripeReader, running: launch.Running) -> None:
    running.allow_restricted("customer_read")
    assert everything(stripe_reader, "customers")
    with pytest.raises(NotPermitted, match="“charge: read”"):
        everything(stripe_reader, "charges")


def test_the_account_is_named(stripe_reader: StripeReader, running: launch.Running) -> None:
    account = stripe_reader.identify()
    assert (account.account_id, account.mode) == (running.account_id, "sandbox")
    assert account.name


def test_a_wrong_key_is_refused(places: Endpoints) -> None:
    provider = StripeProvider()
    made = provider.reader(provider.credentials_from_key("sk_test_wrong"), places, threading.Event())
    with pytest.raises(CredentialsRefused):
        made.identify()
    made.close()


def test_connecting_by_code_reading_with_it_and_giving_it_back(running: launch.Running, places: Endpoints) -> None:
    provider = StripeProvider()
    app = OAuthApp(running.client_id, running.secret_key)
    back = "http://127.0.0.1:8765/api/integrations/payments/callback"
    url = provider.authorization_url(app, places, state="s1", redirect_uri=back, verifier="")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(url).status_code == 200
        answer = browser.post(url.partition("?")[0], data={**fields, "decision": "connect"})
    assert answer.status_code in (302, 303), answer.text[:200]
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    grant = provider.exchange(app, places, code=code, redirect_uri=back, verifier="")
    assert grant.account_id == running.account_id
    made = provider.reader(grant.credentials, places, threading.Event())
    assert made.identify().account_id == running.account_id
    with pytest.raises(RefusedError):
        provider.exchange(app, places, code=code, redirect_uri=back, verifier="")
    assert provider.revoke(app, places, grant.credentials, grant.account_id) is True
    with pytest.raises(CredentialsRefused):
        made.identify()
    made.close()
    assert provider.revoke(app, places, grant.credentials, grant.account_id) is True
