"""Everything that a test can make go wrong, seen from outside."""

from __future__ import annotations

import json

import httpx
import pytest

from desktop.sandbox.launch import RunningSquare
from tests.helpers.square_spec import Watch
from tests.sandbox.square.conftest import Wire, code_of


@pytest.mark.parametrize(
    ("status", "category", "code"),
    [
        (429, "RATE_LIMIT_ERROR", "RATE_LIMITED"),
        (500, "API_ERROR", "INTERNAL_SERVER_ERROR"),
        (503, "API_ERROR", "SERVICE_UNAVAILABLE"),
        (409, "INVALID_REQUEST_ERROR", "CONFLICT"),
    ],
)
def test_an_error_at_every_third_request(
    shop: RunningSquare, wire: Wire, status: int, category: str, code: str
) -> None:
    fault = shop.faults.add("status", status=status, stream="payments", every=3)
    answers = [wire.get("payments", limit=1) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, status, 200, 200, status]
    error = answers[2].json()["errors"][0]
    assert (error["category"], error["code"], fault.hits) == (category, code, 2)
    assert wire.get("locations").status_code == 200


def test_a_429_may_say_when(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("status", status=429, seconds=7, times=1)
    assert wire.get("locations").headers["retry-after"] == "7"
    shop.faults.add("status", status=429, times=1)
    assert "retry-after" not in wire.get("locations").headers


def test_the_rate_limit_is_a_bucket(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.limit_rate(0.01, 3)
    assert [wire.get("locations").status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_a_slow_answer_outlasts_a_short_patience(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("slow", seconds=20, times=1)
    with pytest.raises(httpx.ReadTimeout):
        wire.http.get("/v2/locations", timeout=0.1)


def test_a_connection_breaks_in_the_middle_of_a_body(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        wire.get("customers")
    assert wire.get("customers").status_code == 200


def test_a_stream_can_be_refused_or_missing(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("refuse", stream="payouts")
    shop.faults.add("missing", stream="disputes")
    refused, missing = wire.get("payouts"), wire.get("disputes")
    assert (refused.status_code, code_of(refused)) == (403, "INSUFFICIENT_SCOPES")
    assert "PAYOUTS_READ" in refused.json()["errors"][0]["detail"]
    assert (missing.status_code, code_of(missing)) == (404, "NOT_FOUND")


def test_a_parameter_can_be_refused(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("refuse_parameter", name="sort_field")
    assert code_of(wire.get("payments", sort_field="UPDATED_AT")) == "UNKNOWN_QUERY_PARAMETER"
    assert wire.get("payments").status_code == 200


def test_a_write_can_happen_although_its_answer_says_otherwise(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("status", status=500, stream="customers", method="POST", after=True, times=1)
    body = {"idempotency_key": "ghost", "given_name": "Ghost"}
    assert wire.post("customers", body).status_code == 500
    assert wire.post("customers", body).json()["customer"]["given_name"] == "Ghost"
    assert [one.get("given_name") for one in shop.world.every("customer")].count("Ghost") == 1


def test_a_write_can_happen_although_its_answer_is_lost(shop: RunningSquare, wire: Wire) -> None:
    shop.faults.add("drop", stream="customers", method="POST", times=1)
    body = {"idempotency_key": "lost", "given_name": "Lost"}
    with pytest.raises(httpx.RemoteProtocolError):
        wire.post("customers", body)
    assert wire.post("customers", body).status_code == 200
    assert [one.get("given_name") for one in shop.world.every("customer")].count("Lost") == 1


def test_tokens_have_faults_too(shop: RunningSquare) -> None:
    shop.faults.add("status", status=503, stream="oauth2", times=1)
    body = {"client_id": shop.application_id, "grant_type": "refresh_token", "refresh_token": "x"}
    answers = [httpx.post(f"{shop.api_base}/oauth2/token", json=body).status_code for _ in range(2)]
    assert answers == [503, 401]


def test_faults_over_http(shop: RunningSquare, wire: Wire) -> None:
    address = f"{shop.api_base}/_sandbox/faults"
    assert httpx.post(address, json={"kind": "refuse", "stream": "payouts"}).status_code == 200
    assert wire.get("payouts").status_code == 403
    assert httpx.get(address).json()["faults"][0]["hits"] == 1
    assert httpx.delete(address).json() == {"faults": []}
    for wrong in ({"kind": "earthquake"}, {"stream": "payments"}, []):
        assert httpx.post(address, json=wrong).status_code == 400


def look_away(watches: list[Watch]) -> None:
    """What a test makes wrong on purpose is no violation."""
    for watch in watches:
        watch.exchanges.clear()


def test_a_body_that_is_cut_is_not_json(shop: RunningSquare, wire: Wire, watches: list[Watch]) -> None:
    shop.faults.add("truncate", times=1)
    answer = wire.get("customers")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    look_away(watches)


def test_an_unknown_object_an_absurd_amount_and_a_missing_field(
    shop: RunningSquare, wire: Wire, watches: list[Watch]
) -> None:
    shop.faults.add("unknown_object", stream="payments", times=1)
    assert wire.get("payments", limit=2).json()["payments"][0] == {
        "id": "zap_1",
        "type": "ZEPPELIN",
        "status": "AIRBORNE",
    }
    chosen = wire.get("payments", limit=1).json()["payments"][0]["id"]
    shop.faults.add("spoil", object_id=chosen, name="amount_money", value={"amount": 10**30, "currency": "USD"})
    shop.faults.add("spoil", object_id=chosen, name="created_at")
    first, *others = wire.get("payments", limit=5).json()["payments"]
    assert (first["amount_money"]["amount"], "created_at" in first) == (10**30, False)
    assert all("created_at" in one for one in others)
    look_away(watches)
