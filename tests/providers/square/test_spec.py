"""Every request that is made stands in Square's own OpenAPI file: address, names of the query, body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from desktop.providers.contract import Endpoints, OAuthApp
from desktop.providers.square.constants import STREAMS
from desktop.providers.square.lists import LISTINGS, OBJECTS, listing_of
from desktop.providers.square.provider import SquareProvider
from desktop.providers.square.reads import SquareReader
from tests.helpers import square_spec

SPEC = square_spec.load()
pytestmark = pytest.mark.skipif(SPEC is None, reason=square_spec.WITHOUT_FILE)

MOMENT = 1_789_000_000_000


def problems(asked: Any) -> list[str]:
    """What is wrong with a request by Square's file."""
    assert SPEC is not None
    operation = SPEC.operation(asked.method, asked.path)
    if operation is None:
        return [f"{asked.method} {asked.path} does not exist"]
    sent = b"" if asked.json is None else orjson.dumps(asked.json)
    exchange = square_spec.Exchange(
        asked.method, asked.path, urlencode(asked.query), sent, 200, {}, b"{}", complete=False
    )
    return SPEC.check(exchange)


def test_every_page_of_every_list(reader: SquareReader, server: Any, told: Any, sample: Callable[..., Any]) -> None:
    for stream in STREAMS:
        feed = stream.feeds[0]
        parent = "P1" if stream.per_parent else ""
        for times in ({}, {"created_from": MOMENT}, {"changed_from": MOMENT}):
            listing = listing_of(feed.name, "changed" if "changed_from" in times else "created")
            rows = {listing.rows: [sample(feed.data_type)]}
            path = listing.path.replace("{parent}", parent)
            server.answers["/v2/catalog/batch-retrieve"] = told({})
            more = {} if feed.name == "locations" else {"cursor": "c1"}
            server.answers[path] = [told(rows | more), told(rows)]
            first = reader.page(stream, feed, cursor=None, parent=parent, **times)
            if first.cursor is not None:
                reader.page(stream, feed, cursor=first.cursor, parent=parent, **times)
    assert {asked.path for asked in server.asked} >= {
        listing.path.replace("{parent}", "P1") for listing in LISTINGS.values()
    }
    assert {problem for asked in server.asked for problem in problems(asked)} == set()


def test_pages_after_an_expired_cursor(
    reader: SquareReader, server: Any, told: Any, error: Any, sample: Callable[..., Any]
) -> None:
    for stream in STREAMS:
        feed = stream.feeds[0]
        listing = listing_of(feed.name, "changed")
        if listing.changed is None:
            continue
        rows = {listing.rows: [sample(feed.data_type)], "cursor": "c1"}
        server.answers[listing.path] = [told(rows), error(400, "INVALID_CURSOR"), told({})]
        first = reader.page(stream, feed, cursor=None, parent="L1", changed_from=MOMENT)
        assert first.cursor is not None
        reader.page(stream, feed, cursor=first.cursor, parent="L1", changed_from=MOMENT)
    assert {problem for asked in server.asked for problem in problems(asked)} == set()


def test_single_objects_events_and_the_account(
    reader: SquareReader, server: Any, told: Any, sample: Callable[..., Any]
) -> None:
    for kind, (path, name) in OBJECTS.items():
        server.answers[path.replace("{id}", "X1")] = told({name: sample(kind)})
        reader.read(kind, "X1")
    server.answers["/v2/inventory/counts/batch-retrieve"] = [told({"cursor": "c"}), told({})]
    reader.read("inventory_count", "V1:L1:IN_STOCK")
    server.answers["/v2/events"] = told({"cursor": "c2"})
    reader.events(cursor=None, created_from=MOMENT)
    reader.events(cursor="c1", created_from=MOMENT)
    reader.identify()
    assert len({asked.path for asked in server.asked}) == len(OBJECTS) + 5
    assert {problem for asked in server.asked for problem in problems(asked)} == set()


def test_tokens(server: Any, told: Any) -> None:
    square, app = SquareProvider(), OAuthApp("sq0idp-app", "sq0csp-secret")
    here = Endpoints(server.base, server.base)
    server.answers["/oauth2/token"] = told({"access_token": "EAAAl1", "refresh_token": "EQAAl1", "merchant_id": "M1"})
    server.answers["/oauth2/revoke"] = told({"success": True})
    grant = square.exchange(app, here, code="c", redirect_uri="http://localhost/", verifier="v" * 43)
    square.renew(app, here, grant.credentials)
    square.revoke(app, here, grant.credentials, "M1")
    assert len(server.asked) == 3
    assert {problem for asked in server.asked for problem in problems(asked)} == set()


def test_the_samples_of_these_tests_are_as_square_has_them(sample: Callable[..., Any]) -> None:
    assert SPEC is not None
    names = {
        "location": "Location",
        "customer": "Customer",
        "catalog_object": "CatalogObject",
        "plan": "CatalogObject",
        "order": "Order",
        "invoice": "Invoice",
        "payment": "Payment",
        "refund": "PaymentRefund",
        "payout": "Payout",
        "dispute": "Dispute",
        "subscription": "Subscription",
        "card": "Card",
        "inventory_count": "InventoryCount",
        "terminal_checkout": "TerminalCheckout",
        "payment_link": "PaymentLink",
        "merchant": "Merchant",
    }
    assert {kind: SPEC.problems(name, sample(kind)) for kind, name in names.items()} == {kind: [] for kind in names}
