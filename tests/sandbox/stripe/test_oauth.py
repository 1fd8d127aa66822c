"""Connecting: the page, the two buttons, the exchange, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stripe

from desktop.sandbox.launch import Running

# The SDK hands httpx its form in a way that httpx calls outdated.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

Make = Callable[[str], stripe.StripeClient]
BACK = "http://127.0.0.1:8765/api/integrations/payments/callback"


def request_for(sandbox: Running, **more: str) -> dict[str, str]:
    return {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "read_write",
        "state": "st-1",
    } | more


def decide(sandbox: Running, decision: str, **more: str) -> httpx.Response:
    return httpx.post(
        f"{sandbox.connect_base}/oauth/authorize", data=request_for(sandbox, **more) | {"decision": decision}
    )


def code_from(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(sandbox: Running, using: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": using, "client_secret": sandbox.secret_key} | more
    return httpx.post(f"{sandbox.connect_base}/oauth/token", data=form)


def test_the_page_has_both_buttons_and_loads_nothing(sandbox: Running) -> None:
    page = httpx.get(f"{sandbox.connect_base}/oauth/authorize", params=request_for(sandbox))
    assert page.status_code == 200
    for decision in ("connect", "deny"):
        assert f'name="decision" value="{decision}"' in page.text
    assert "Harbour Studio" in page.text
    assert "src=" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8765" in policy


def test_what_the_request_carries_is_plain_text_on_the_page(sandbox: Running) -> None:
    page = httpx.get(
        f"{sandbox.connect_base}/oauth/authorize", params=request_for(sandbox, state='"><script>alert(1)</script>')
    )
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "ca_other"},
        {"response_type": "token"},
        {"scope": "everything"},
        {"redirect_uri": "http://evil.example/"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_a_wrong_request_gets_a_page_and_no_redirect(sandbox: Running, wrong: dict[str, str]) -> None:
    page = httpx.get(f"{sandbox.connect_base}/oauth/authorize", params=request_for(sandbox, **wrong))
    assert page.status_code == 400
    answer = decide(sandbox, "connect", **wrong)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_connect_brings_a_code_that_becomes_a_working_token(sandbox: Running, client_with: Make) -> None:
    answer = decide(sandbox, "connect")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(BACK + "?")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["state"] == ["st-1"]
    token = exchange(sandbox, code_from(answer)).json()
    assert (token["stripe_user_id"], token["scope"]) == (sandbox.account_id, "read_write")
    assert (token["livemode"], token["token_type"]) == (False, "bearer")
    assert set(token) == {
        *("access_token", "livemode", "refresh_token", "token_type", "stripe_publishable_key", "stripe_user_id"),
        "scope",
    }
    connected = client_with(token["access_token"])
    for stream in ("customers", "charges", "events", "invoices", "balance_transactions"):
        assert getattr(connected.v1, stream).list().data
    with pytest.raises(stripe.PermissionError) as refused:
        connected.v1.webhook_endpoints.create({"url": "https://a.example", "enabled_events": ["*"]})
    assert "not permitted to configure webhook endpoints on a connected account" in str(refused.value.user_message)


def test_a_refresh_token_brings_another_token(sandbox: Running) -> None:
    token = exchange(sandbox, code_from(decide(sandbox, "connect"))).json()
    again = exchange(sandbox, "", grant_type="refresh_token", refresh_token=token["refresh_token"]).json()
    assert again["access_token"] not in {None, token["access_token"]}


def test_a_read_only_token_does_not_write(sandbox: Running, client_with: Make) -> None:
    token = exchange(sandbox, code_from(decide(sandbox, "connect", scope="read_only"))).json()
    with pytest.raises(stripe.PermissionError):
        client_with(token["access_token"]).v1.customers.create({"name": "No"})


def test_deny_says_so(sandbox: Running) -> None:
    query = parse_qs(urlsplit(decide(sandbox, "deny").headers["location"]).query)
    assert query == {
        "error": ["access_denied"],
        "error_description": ["The user denied your request"],
        "state": ["st-1"],
    }


def test_a_code_works_once_and_its_reuse_revokes(sandbox: Running, client_with: Make) -> None:
    code = code_from(decide(sandbox, "connect"))
    token = exchange(sandbox, code).json()["access_token"]
    again = exchange(sandbox, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    with pytest.raises(stripe.AuthenticationError):
        client_with(token).v1.balance.retrieve()


def test_a_code_is_too_old_after_five_minutes(sandbox: Running) -> None:
    code = code_from(decide(sandbox, "connect"))
    sandbox.clock.advance(301)
    answer = exchange(sandbox, code)
    assert answer.json() == {"error": "invalid_grant", "error_description": f"Authorization code expired: {code}"}


def test_codes_can_be_made_to_expire(sandbox: Running) -> None:
    sandbox.faults.add("expire_codes")
    assert exchange(sandbox, code_from(decide(sandbox, "connect"))).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"code": "ac_never"}, 400, "invalid_grant"),
        ({"code": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "sk_test_wrong"}, 401, "invalid_client"),
    ],
)
def test_a_wrong_exchange(sandbox: Running, form: dict[str, str], status: int, error: str) -> None:
    answer = exchange(sandbox, "ac_x", **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_sdk_can_exchange_and_deauthorize(sandbox: Running, client_with: Make) -> None:
    platform = client_with(sandbox.secret_key)
    token = platform.oauth.token({"grant_type": "authorization_code", "code": code_from(decide(sandbox, "connect"))})
    assert token.stripe_user_id == sandbox.account_id
    connected = client_with(str(token.access_token))
    assert connected.v1.balance.retrieve().livemode is False
    gone = platform.oauth.deauthorize({"client_id": sandbox.client_id, "stripe_user_id": sandbox.account_id})
    assert gone.stripe_user_id == sandbox.account_id
    with pytest.raises(stripe.AuthenticationError) as refused:
        connected.v1.balance.retrieve()
    assert refused.value.http_status == 401
    with pytest.raises(stripe.oauth_error.InvalidClientError):
        platform.oauth.deauthorize({"client_id": sandbox.client_id, "stripe_user_id": sandbox.account_id})
