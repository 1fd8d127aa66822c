"""Connecting: the page, the two buttons, PKCE, tokens that end, refresh tokens that are good for one use, scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import square

from desktop.sandbox.launch import RunningSquare
from desktop.sandbox.square.keys import ALL_SCOPES, challenge_of
from tests.sandbox.square.conftest import Wire, code_of

BACK = "http://localhost:8765/callback"
VERIFIER = "verifier-" + "0123456789" * 4
READS = "MERCHANT_PROFILE_READ PAYMENTS_READ CUSTOMERS_READ"
DAY = 86_400

Make = Callable[[str], square.Square]


def request_for(shop: RunningSquare, **more: str) -> dict[str, str]:
    return {
        "client_id": shop.application_id,
        "scope": READS,
        "session": "false",
        "state": "st-1",
        "code_challenge": challenge_of(VERIFIER),
        "redirect_uri": BACK,
    } | more


def decide(shop: RunningSquare, decision: str = "connect", **more: str) -> httpx.Response:
    return httpx.post(f"{shop.api_base}/oauth2/authorize", data=request_for(shop, **more) | {"decision": decision})


def answer_of(shop: RunningSquare, **more: str) -> dict[str, str]:
    query = parse_qs(urlsplit(decide(shop, **more).headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange(shop: RunningSquare, code: str, /, **more: Any) -> httpx.Response:
    body = {
        "client_id": shop.application_id,
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": BACK,
    } | more
    kept = {name: value for name, value in body.items() if value is not None}
    return httpx.post(f"{shop.api_base}/oauth2/token", json=kept)


def connected(shop: RunningSquare, **more: str) -> dict[str, Any]:
    told: dict[str, Any] = exchange(shop, answer_of(shop, **more)["code"]).raise_for_status().json()
    return told


def refresh(shop: RunningSquare, token: str, **more: Any) -> httpx.Response:
    body = {"client_id": shop.application_id, "grant_type": "refresh_token", "refresh_token": token} | more
    return httpx.post(f"{shop.api_base}/oauth2/token", json=body)


def status_of(shop: RunningSquare, token: str, path: str = "payments") -> tuple[int, str]:
    answer = httpx.get(f"{shop.api_base}/v2/{path}", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, "" if answer.status_code == 200 else code_of(answer)


def test_the_page_has_both_buttons_names_the_scopes_and_loads_nothing(shop: RunningSquare) -> None:
    page = httpx.get(f"{shop.api_base}/oauth2/authorize", params=request_for(shop))
    assert page.status_code == 200
    for decision in ("connect", "deny"):
        assert f'name="decision" value="{decision}"' in page.text
    for word in ("Harbour Studio", *READS.split()):
        assert word in page.text
    assert "src=" not in page.text
    assert "form-action 'self' http://localhost:8765" in page.headers["content-security-policy"]


def test_what_the_request_carries_is_plain_text_on_the_page(shop: RunningSquare) -> None:
    page = httpx.get(f"{shop.api_base}/oauth2/authorize", params=request_for(shop, state='"><script>alert(1)</script>'))
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "sq0idp-other"},
        {"scope": "EVERYTHING"},
        {"redirect_uri": "http://evil.example/"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"redirect_uri": "paydesk://callback"},
        {"code_challenge": "short"},
        {"code_challenge": challenge_of(VERIFIER) + "="},
    ],
)
def test_a_wrong_request_gets_a_page_and_no_redirect(shop: RunningSquare, wrong: dict[str, str]) -> None:
    assert httpx.get(f"{shop.api_base}/oauth2/authorize", params=request_for(shop, **wrong)).status_code == 400
    answer = decide(shop, **wrong)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_deny_says_so(shop: RunningSquare) -> None:
    answer = decide(shop, "deny")
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "error": ["access_denied"],
        "error_description": ["user_denied"],
        "state": ["st-1"],
    }


@pytest.mark.parametrize("scope", [READS, READS.replace(" ", ","), READS.replace(" ", "+")])
def test_connect_brings_a_code_that_becomes_a_working_token(shop: RunningSquare, scope: str, client_with: Make) -> None:
    back = answer_of(shop, scope=scope)
    assert back["state"] == "st-1"
    token = exchange(shop, back["code"]).json()
    assert set(token) == {
        *("access_token", "token_type", "expires_at", "merchant_id", "refresh_token", "short_lived"),
        "refresh_token_expires_at",
    }
    assert (token["token_type"], token["merchant_id"], token["short_lived"]) == ("bearer", shop.merchant_id, False)
    assert (token["expires_at"][:10], token["refresh_token_expires_at"][:10]) == ("2026-12-23", "2027-02-21")
    connected_client = client_with(token["access_token"])
    assert connected_client.locations.list().locations
    told = connected_client.o_auth.retrieve_token_status()
    assert (told.scopes, told.merchant_id, told.client_id) == (
        sorted(READS.split()),
        shop.merchant_id,
        shop.application_id,
    )


def test_the_sdk_can_exchange_and_refresh(shop: RunningSquare, client_with: Make) -> None:
    anonymous = client_with("none")
    token = anonymous.o_auth.obtain_token(
        client_id=shop.application_id,
        grant_type="authorization_code",
        code=answer_of(shop)["code"],
        code_verifier=VERIFIER,
        redirect_uri=BACK,
    )
    again = anonymous.o_auth.obtain_token(
        client_id=shop.application_id, grant_type="refresh_token", refresh_token=token.refresh_token
    )
    assert again.access_token != token.access_token
    assert again.refresh_token != token.refresh_token
    assert client_with(str(again.access_token)).merchants.get(merchant_id="me").merchant.id == shop.merchant_id


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"code_verifier": "another-" + "0123456789" * 4}, 401, "UNAUTHORIZED"),
        ({"code_verifier": "short"}, 401, "UNAUTHORIZED"),
        ({"code_verifier": None}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"redirect_uri": "http://localhost:8765/elsewhere"}, 400, "BAD_REQUEST"),
        ({"redirect_uri": None}, 400, "BAD_REQUEST"),
        ({"client_id": "sq0idp-other"}, 401, "UNAUTHORIZED"),
        ({"client_secret": "guess"}, 401, "UNAUTHORIZED"),
        ({"code": "sq0cgb-never"}, 401, "UNAUTHORIZED"),
        ({"grant_type": "password"}, 400, "BAD_REQUEST"),
        ({"grant_type": None}, 400, "MISSING_REQUIRED_PARAMETER"),
    ],
)
def test_a_wrong_exchange_is_refused_and_spends_nothing(
    shop: RunningSquare, wrong: dict[str, Any], status: int, code: str
) -> None:
    given = answer_of(shop)["code"]
    answer = exchange(shop, given, **wrong)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert exchange(shop, given).status_code == 200


def test_a_code_works_once_and_for_five_minutes(shop: RunningSquare) -> None:
    code = answer_of(shop)["code"]
    assert exchange(shop, code).status_code == 200
    assert code_of(exchange(shop, code)) == "UNAUTHORIZED"
    late = answer_of(shop)["code"]
    shop.clock.advance(301)
    assert code_of(exchange(shop, late)) == "UNAUTHORIZED"
    shop.faults.add("expire_codes", stream="oauth2")
    assert code_of(exchange(shop, answer_of(shop)["code"])) == "UNAUTHORIZED"


def test_a_refresh_token_is_spent_by_its_first_use(shop: RunningSquare) -> None:
    first = connected(shop)
    second = refresh(shop, first["refresh_token"]).json()
    again = refresh(shop, first["refresh_token"])
    assert (again.status_code, code_of(again)) == (401, "UNAUTHORIZED")
    assert status_of(shop, first["access_token"])[0] == 200, "the old access token lives until its own end"
    assert refresh(shop, second["refresh_token"]).status_code == 200


def test_a_refresh_whose_answer_is_lost_spends_the_token_all_the_same(shop: RunningSquare) -> None:
    token = connected(shop)["refresh_token"]
    shop.lose_next_refresh()
    with pytest.raises(httpx.RemoteProtocolError):
        refresh(shop, token)
    assert code_of(refresh(shop, token)) == "UNAUTHORIZED"


def test_access_tokens_end_after_thirty_days_and_refresh_tokens_after_ninety(fresh: RunningSquare) -> None:
    token = connected(fresh)
    fresh.clock.advance(30 * DAY + 1)
    assert status_of(fresh, token["access_token"]) == (401, "ACCESS_TOKEN_EXPIRED")
    again = refresh(fresh, token["refresh_token"]).json()
    assert status_of(fresh, again["access_token"])[0] == 200
    fresh.clock.advance(90 * DAY + 1)
    late = refresh(fresh, again["refresh_token"])
    assert (late.status_code, code_of(late)) == (401, "UNAUTHORIZED")
    assert status_of(fresh, fresh.access_token)[0] == 200, "the personal token does not end"


def test_a_short_lived_token_ends_after_a_day(fresh: RunningSquare) -> None:
    token = exchange(fresh, answer_of(fresh)["code"], short_lived=True).json()
    assert token["short_lived"] is True
    fresh.clock.advance(DAY + 1)
    assert status_of(fresh, token["access_token"]) == (401, "ACCESS_TOKEN_EXPIRED")


def test_the_code_flow_needs_the_secret_and_keeps_its_refresh_token(shop: RunningSquare) -> None:
    form = {key: value for key, value in request_for(shop).items() if key != "code_challenge"} | {"decision": "connect"}
    where = httpx.post(f"{shop.api_base}/oauth2/authorize", data=form).headers["location"]
    code = parse_qs(urlsplit(where).query)["code"][0]
    assert code_of(exchange(shop, code, code_verifier=None)) == "MISSING_REQUIRED_PARAMETER"
    secret = shop.application_secret
    token = exchange(shop, code, code_verifier=None, client_secret=secret).json()
    assert "refresh_token_expires_at" not in token
    for _ in range(2):
        again = refresh(shop, token["refresh_token"], client_secret=secret).json()
        assert again["refresh_token"] == token["refresh_token"]


def test_a_refresh_can_ask_for_fewer_scopes(shop: RunningSquare) -> None:
    token = refresh(shop, connected(shop)["refresh_token"], scopes=["MERCHANT_PROFILE_READ", "ITEMS_READ"]).json()
    assert status_of(shop, token["access_token"], "locations")[0] == 200
    assert status_of(shop, token["access_token"], "payments") == (403, "INSUFFICIENT_SCOPES")
    assert status_of(shop, token["access_token"], "catalog/list") == (403, "INSUFFICIENT_SCOPES")


def test_revoking_needs_the_applications_secret(fresh: RunningSquare) -> None:
    token = connected(fresh)
    body = {"client_id": fresh.application_id, "access_token": token["access_token"]}
    address = f"{fresh.api_base}/oauth2/revoke"
    for header in (f"Bearer {token['access_token']}", "Client guess", f"Bearer {fresh.application_secret}"):
        answer = httpx.post(address, json=body, headers={"Authorization": header})
        assert (answer.status_code, code_of(answer)) == (401, "UNAUTHORIZED")
    right = httpx.post(address, json=body, headers={"Authorization": f"Client {fresh.application_secret}"})
    assert right.json() == {"success": True}
    assert status_of(fresh, token["access_token"]) == (401, "ACCESS_TOKEN_REVOKED")
    assert code_of(refresh(fresh, token["refresh_token"])) == "UNAUTHORIZED"
    assert status_of(fresh, fresh.access_token)[0] == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nobody", "Basic abc"])
def test_without_a_token_nobody_comes_in(shop: RunningSquare, header: str | None) -> None:
    answer = httpx.get(f"{shop.api_base}/v2/locations", headers={"Authorization": header} if header else {})
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHORIZED")
    assert answer.json()["errors"][0]["category"] == "AUTHENTICATION_ERROR"


READ_BY_SCOPE = {
    "MERCHANT_PROFILE_READ": ("GET", "locations"),
    "CUSTOMERS_READ": ("POST", "customers/search"),
    "PAYMENTS_READ": ("GET", "refunds"),
    "DISPUTES_READ": ("GET", "disputes"),
    "PAYOUTS_READ": ("GET", "payouts"),
    "INVOICES_READ": ("GET", "invoices?location_id="),
    "ORDERS_READ": ("GET", "online-checkout/payment-links"),
    "ITEMS_READ": ("GET", "catalog/list"),
    "INVENTORY_READ": ("POST", "inventory/counts/batch-retrieve"),
    "SUBSCRIPTIONS_READ": ("POST", "subscriptions/search"),
    "DEVICES_READ": ("GET", "devices"),
    "CUSTOMERS_WRITE": ("POST", "customers"),
    "INVOICES_WRITE": ("POST", "invoices"),
}


@pytest.mark.parametrize("scope", READ_BY_SCOPE)
def test_every_stream_has_its_scope(shop: RunningSquare, scope: str) -> None:
    method, path = READ_BY_SCOPE[scope]
    token = shop.token()
    wire = Wire(shop, token)
    address = path + shop.main_location_id if path.endswith("=") else path
    assert wire.post(address, method=method).status_code != 403
    shop.narrow(token, *(ALL_SCOPES - {scope}))
    answer = wire.post(address, method=method)
    wire.http.close()
    assert (answer.status_code, code_of(answer)) == (403, "INSUFFICIENT_SCOPES")
    assert scope in answer.json()["errors"][0]["detail"]


def test_events_are_for_the_personal_token_only(shop: RunningSquare) -> None:
    wire = Wire(shop, shop.token())
    for method, path in (("POST", "events"), ("GET", "events/types"), ("PUT", "events/enable")):
        answer = wire.post(path, method=method)
        assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")
    wire.http.close()
