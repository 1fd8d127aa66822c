"""The one who watches sees what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from desktop.sandbox.background import Background
from tests.helpers import square_spec
from tests.helpers.square_spec import Exchange, Spec, Watch


@pytest.fixture
def spec() -> Spec:
    found = square_spec.load()
    if found is None:
        pytest.skip(square_spec.WITHOUT_FILE)
    return found


HEADERS = {"content-type": "application/json", "date": "now", "square-version": "2025-08-20"}


USD = {"amount": 1, "currency": "USD"}


def listed(
    query: str = "", *, method: str = "GET", path: str = "/v2/payments", sent: Any = None, **got: Any
) -> Exchange:
    body = b"" if sent is None else json.dumps(sent).encode()
    return Exchange(method, path, query, body, 200, HEADERS, json.dumps(got).encode(), True)


def item_with(variation: dict[str, Any]) -> Exchange:
    item = {"id": "X", "type": "ITEM", "item_data": {"variations": [variation]}}
    return listed(path="/v2/catalog/object/X", object=item)


@pytest.mark.parametrize(
    "good",
    [
        listed(),
        listed("limit=5&sort_field=UPDATED_AT", payments=[{"id": "x", "amount_money": USD}]),
        listed(path="/v2/locations/L1", location={"id": "L1", "status": "ACTIVE"}),
        listed(path="/v2/orders/search", method="POST", sent={"location_ids": ["L"]}, orders=[{"location_id": "L"}]),
        item_with({"id": "V", "type": "ITEM_VARIATION"}),
    ],
)
def test_what_is_right_passes(spec: Spec, good: Exchange) -> None:
    assert spec.check(good) == []


@pytest.mark.parametrize(
    "wrong",
    [
        listed("limit=many"),
        listed("since=1"),
        listed("sort_field=NAME"),
        listed("is_offline_payment=yes"),
        listed(path="/v2/invoices"),
        listed(payments=[{"id": 1}]),
        listed(payments=[{"id": "x", "colour": "red"}]),
        listed(payments=[{"amount_money": {"amount": 1.5}}]),
        listed(payments=[{"amount_money": {"amount": True}}]),
        listed(payments=[{"amount_money": {"currency": "XQQ"}}]),
        listed(payments={}),
        listed(total=5),
        listed(errors=[{"category": "API_ERROR", "code": "NOT_FOUND"}]),
        listed(path="/v2/locations/L1", location={"id": "L1", "status": "GONE"}),
        listed(path="/v2/orders/search", method="POST", sent={"location_ids": "L"}),
        listed(path="/v2/orders/search", method="POST", sent={"places": ["L"]}),
        listed(path="/v2/orders/search", method="POST", sent={}, orders=[{"location_id": "L", "line_items": [{}]}]),
        listed(path="/v2/refunds", refunds=[{"id": "x"}]),
        listed(path="/v2/nothing"),
        item_with({"id": "V", "type": "ITEM_VARIATION", "x": 1}),
        replace(listed(), got=b"{"),
        replace(listed(), status=400),
        replace(listed(), headers={"content-type": "text/html", "date": "now", "square-version": "2025-08-20"}),
        replace(listed(), headers={"content-type": "application/json"}),
    ],
)
def test_what_is_wrong_is_seen(spec: Spec, wrong: Exchange) -> None:
    assert spec.check(wrong)
    assert spec.check(wrong), "also when it comes again"


def test_a_wrong_request_that_was_refused_is_none(spec: Spec) -> None:
    told = {"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "BAD_REQUEST", "detail": "no"}]}
    assert spec.check(replace(listed("since=1", **told), status=400)) == []


def test_an_answer_that_was_cut_is_not_looked_at(spec: Spec) -> None:
    assert spec.check(replace(listed(), got=b'{"pay', complete=False)) == []


@pytest.fixture
def watched(spec: Spec) -> Iterator[tuple[Watch, str]]:
    async def payments(request: Any) -> JSONResponse:
        return JSONResponse({"payments": [{"id": 5}]}, headers={"Date": "now", "Square-Version": "2025-08-20"})

    watch = Watch(spec)
    served = Background(watch.around(Starlette(routes=[Route("/v2/payments", payments)])))
    yield watch, f"http://127.0.0.1:{served.port}"
    served.stop()


def test_a_watch_tells_once(watched: tuple[Watch, str]) -> None:
    watch, address = watched
    httpx.get(f"{address}/v2/payments", params={"limit": 3})
    (found,) = watch.violations()
    assert "GET /v2/payments?limit=3 (200)" in found
    assert '5 is not of type "string"' in found
    assert watch.violations() == []


def test_an_event_by_the_schema_of_its_type(spec: Spec) -> None:
    event = {
        "type": "payment.created",
        "event_id": "e",
        "data": {"type": "payment", "object": {"payment": {"id": "p"}}},
    }
    assert spec.event_problems(event) == []
    event["data"]["object"]["payment"]["colour"] = "red"  # type: ignore[index]
    assert spec.event_problems(event)
    assert spec.event_problems({"type": "payment.vanished"})
