"""Everything that a test can make go wrong, seen from outside."""

from __future__ import annotations

import json
from collections import Counter

import httpx
import pytest
import stripe

from desktop.sandbox.launch import Running

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def get(sandbox: Running, path: str, **params: str) -> httpx.Response:
    return httpx.get(f"{sandbox.api_base}/v1/{path}", params=params, auth=(sandbox.secret_key, ""))


def test_every_third_request_fails(sandbox: Running) -> None:
    fault = sandbox.faults.add("status", status=503, stream="charges", every=3)
    assert [get(sandbox, "charges").status_code for _ in range(6)] == [200, 200, 503, 200, 200, 503]
    assert get(sandbox, "customers").status_code == 200
    assert fault.hits == 2


def test_a_request_that_was_hit_often_enough_gets_through(sandbox: Running) -> None:
    sandbox.faults.add("status", status=503, stream="charges", spare=2)
    assert [get(sandbox, "charges", limit="1").status_code for _ in range(4)] == [503, 503, 200, 200]
    assert get(sandbox, "charges", limit="2").status_code == 503
    sandbox.faults.clear()
    sandbox.faults.add("status", status=503, stream="charges", spare=1)
    assert [get(sandbox, "charges", limit="1").status_code for _ in range(2)] == [503, 200]


def test_a_fault_can_be_spent(sandbox: Running) -> None:
    sandbox.faults.add("status", status=500, times=1)
    assert get(sandbox, "balance").json()["error"]["type"] == "api_error"
    assert get(sandbox, "balance").status_code == 200


def test_a_single_429_says_why_and_when(sandbox: Running) -> None:
    sandbox.faults.add("status", status=429, seconds=7, reason="endpoint-concurrency", times=1)
    answer = get(sandbox, "balance")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limit")
    assert answer.headers["stripe-rate-limited-reason"] == "endpoint-concurrency"
    assert answer.headers["retry-after"] == "7"


def test_the_rate_limit_is_a_bucket(sandbox: Running) -> None:
    sandbox.faults.limit_rate(0.001, 3)
    answers = [get(sandbox, "balance") for _ in range(8)]
    codes = Counter(answer.status_code for answer in answers)
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert codes[429] == 5
    limited = next(answer for answer in answers if answer.status_code == 429)
    assert limited.headers["stripe-rate-limited-reason"] == "global-rate"
    assert int(limited.headers["retry-after"]) >= 1


def test_a_slow_answer_outlasts_a_short_patience(sandbox: Running) -> None:
    sandbox.faults.add("slow", seconds=20, times=1)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{sandbox.api_base}/v1/balance", auth=(sandbox.secret_key, ""), timeout=0.1)


def test_a_connection_breaks_in_the_middle_of_a_body(sandbox: Running) -> None:
    sandbox.faults.add("drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        get(sandbox, "charges")
    assert get(sandbox, "charges").status_code == 200


def test_a_body_that_is_cut_is_not_json(sandbox: Running) -> None:
    sandbox.faults.add("truncate", times=1)
    answer = get(sandbox, "charges")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_page_with_an_unknown_object(sandbox: Running) -> None:
    sandbox.faults.add("unknown_object", stream="invoices", times=1)
    kinds = {one["object"] for one in get(sandbox, "invoices").json()["data"]}
    assert kinds == {"invoice", "zeppelin"}


def test_an_absurd_amount_and_a_missing_field(sandbox: Running) -> None:
    charge = get(sandbox, "charges", limit="1").json()["data"][0]["id"]
    sandbox.faults.add("spoil", object_id=charge, name="amount", value=10**30)
    sandbox.faults.add("spoil", object_id=charge, name="currency")
    first, *others = get(sandbox, "charges").json()["data"]
    assert (first["amount"], "currency" in first) == (10**30, False)
    assert all("currency" in one and one["amount"] < 10**9 for one in others)
    assert get(sandbox, f"charges/{charge}").json()["amount"] == 10**30


@pytest.mark.parametrize("stream", ["events", "disputes", "account", "balance_transactions"])
def test_a_stream_can_be_refused(sandbox: Running, client: stripe.StripeClient, stream: str) -> None:
    sandbox.faults.add("refuse", stream=stream)
    answer = get(sandbox, stream)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "more_permissions_required")
    assert client.v1.customers.list().data


def test_an_address_can_be_missing(sandbox: Running) -> None:
    sandbox.faults.add("missing", stream="invoice_payments")
    answer = get(sandbox, "invoice_payments")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL")


@pytest.mark.parametrize("name", ["created", "expand", "types"])
def test_a_parameter_can_be_refused(sandbox: Running, name: str) -> None:
    sandbox.faults.add("refuse_parameter", name=name)
    answer = get(sandbox, "events", **{f"{name}[0]": "x"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)
    assert get(sandbox, "events").status_code == 200


def test_a_write_can_happen_although_its_answer_says_otherwise(sandbox: Running, client: stripe.StripeClient) -> None:
    sandbox.faults.add("status", status=500, stream="customers", method="POST", after=True, times=1)
    before = len(list(sandbox.world.every("customer")))
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.customers.create({"name": "Ghost"}, {"idempotency_key": "ghost"})
    assert len(list(sandbox.world.every("customer"))) == before + 1


def test_a_write_can_happen_although_its_answer_is_lost(sandbox: Running, client: stripe.StripeClient) -> None:
    sandbox.faults.add("drop", stream="customers", method="POST", times=1)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"name": "Lost"}, {"idempotency_key": "lost"})
    found = client.v1.customers.create({"name": "Lost"}, {"idempotency_key": "lost"})
    assert [one["name"] for one in sandbox.world.every("customer")].count("Lost") == 1
    assert found.name == "Lost"


def test_faults_over_http(sandbox: Running) -> None:
    address = f"{sandbox.api_base}/_sandbox/faults"
    assert httpx.post(address, json={"kind": "refuse", "stream": "payouts"}).status_code == 200
    assert get(sandbox, "payouts").status_code == 403
    assert httpx.get(address).json()["faults"][0]["hits"] == 1
    assert httpx.delete(address).json() == {"faults": []}
    assert get(sandbox, "payouts").status_code == 200
    assert httpx.post(address, json={"kind": "rate_limit", "rate": 0.1, "burst": 1}).status_code == 200
    assert [get(sandbox, "payouts").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("wrong", [{"kind": "earthquake"}, {"stream": "charges"}, {"kind": "drop", "mood": "bad"}, []])
def test_a_wrong_fault_is_refused(sandbox: Running, wrong: object) -> None:
    assert httpx.post(f"{sandbox.api_base}/_sandbox/faults", json=wrong).status_code == 400
