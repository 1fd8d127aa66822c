"""Connecting in the browser with PKCE, renewing what it gave, and giving it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from desktop.errors import RefusedError
from desktop.providers.contract import (
    CredentialLifetime,
    Credentials,
    CredentialsRefused,
    Endpoints,
    OAuthApp,
    Unreachable,
)
from desktop.providers.square.constants import SCOPES
from desktop.providers.square.oauth import challenge_of
from desktop.providers.square.provider import SquareProvider

NOW_MS = 1_790_000_000_000
DAY = 86_400_000
APP = OAuthApp("sq0idp-app", "")
SECRET = OAuthApp("sq0idp-app", "sq0csp-secretsecretsecret")
HERE = Endpoints("http://127.0.0.1:9", "http://127.0.0.1:9")
LIVE = Endpoints("https://connect.squareup.com", "https://connect.squareup.com")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BACK = "http://localhost:8765/back"

GIVEN = {
    "access_token": "EAAAl3ikZIe18granted",
    "token_type": "bearer",
    "expires_at": "2026-10-21T14:13:20Z",
    "merchant_id": "M1",
    "refresh_token": "EQAAl0OcByu3refresh1",
    "refresh_token_expires_at": "2026-12-20T14:13:20Z",
}
GRANTED = Credentials(
    {
        "access_token": "EAAAl3ikZIe18granted",
        "refresh_token": "EQAAl0OcByu3refresh1",
        "expires_at": str(NOW_MS + 30 * DAY),
        "refresh_token_expires_at": str(NOW_MS + 90 * DAY),
        "merchant_id": "M1",
        "client_id": "sq0idp-app",
        "connected_by": "oauth",
        "granted_at": str(NOW_MS),
    }
)


@pytest.fixture
def square() -> SquareProvider:
    """The provider."""
    return SquareProvider()


def exchange(square: SquareProvider) -> Any:
    """Exchange a code."""
    return square.exchange(APP, HERE, code="sq0cgp-code", redirect_uri=BACK, verifier=VERIFIER)


def test_the_challenge_is_the_one_of_the_standards_example() -> None:
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class TestAsking:
    def test_the_address_carries_scopes_state_and_challenge(self, square: SquareProvider) -> None:
        url = square.authorization_url(APP, LIVE, state="s 1", redirect_uri=BACK, verifier=VERIFIER)
        parts = urlsplit(url)
        assert (parts.hostname, parts.path) == ("connect.squareup.com", "/oauth2/authorize")
        assert parse_qs(parts.query) == {
            "client_id": ["sq0idp-app"],
            "scope": [" ".join(SCOPES)],
            "session": ["false"],
            "state": ["s 1"],
            "code_challenge": [challenge_of(VERIFIER)],
            "redirect_uri": [BACK],
        }
        assert VERIFIER not in url
        assert "MERCHANT_PROFILE_READ+CUSTOMERS_READ" in url

    def test_squares_sandbox_knows_no_session_parameter(self, square: SquareProvider) -> None:
        sandbox = Endpoints("https://connect.squareupsandbox.com", "https://connect.squareupsandbox.com")
        for places in (sandbox, HERE):
            url = square.authorization_url(APP, places, state="s", redirect_uri=BACK, verifier=VERIFIER)
            assert "session" not in url


class TestExchanging:
    def test_a_code_becomes_credentials_without_a_secret(self, square: SquareProvider, server: Any, told: Any) -> None:
        server.answers["/oauth2/token"] = told(GIVEN)
        grant = exchange(square)
        assert (grant.account_id, grant.mode) == ("M1", "sandbox")
        assert dict(grant.credentials.fields) == {**GRANTED.fields, "granted_at": grant.credentials["granted_at"]}
        assert abs(int(grant.credentials["granted_at"]) - NOW_MS) < 5000
        assert "granted" not in repr(grant)
        asked = server.asked[0]
        assert asked.json == {
            "client_id": "sq0idp-app",
            "grant_type": "authorization_code",
            "code": "sq0cgp-code",
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        assert "authorization" not in asked.headers

    @pytest.mark.parametrize(
        ("status", "body", "said"),
        [
            (401, {"errors": [{"code": "UNAUTHORIZED", "detail": "Authorization code is expired."}]}, "five minutes"),
            (401, {"errors": [{"code": "UNAUTHORIZED", "detail": "Authorization code is already claimed."}]}, "used"),
            (
                401,
                {"errors": [{"code": "UNAUTHORIZED", "detail": "Authorization code not found."}]},
                "not know the code",
            ),
            (401, {"errors": [{"code": "UNAUTHORIZED", "detail": "The code_verifier is wrong."}]}, "another attempt"),
            (400, {"errors": [{"code": "BAD_REQUEST", "detail": "redirect_uri differs"}]}, "come back to"),
            (401, {"errors": [{"code": "UNAUTHORIZED", "detail": "Application not found."}]}, "application id"),
            (404, {"errors": [{"code": "NOT_FOUND"}]}, "application id"),
            (400, {"error": "invalid_grant", "error_description": ""}, "does not accept the code"),
            (401, {"type": "service.not_authorized", "message": "Not Authorized"}, "Not Authorized"),
            (400, {"message": f"odd {SECRET.client_secret} thing"}, "odd sq0csp-\\[redacted\\] thing"),
            (400, {}, "refused to connect"),
        ],
    )
    def test_a_refusal_is_one_plain_sentence(
        self, status: int, body: dict[str, Any], said: str, square: SquareProvider, server: Any, told: Any
    ) -> None:
        server.answers["/oauth2/token"] = told(body, status=status)
        with pytest.raises(RefusedError, match=said) as caught:
            exchange(square)
        assert caught.value.action
        assert SECRET.client_secret not in str(caught.value)

    @pytest.mark.parametrize(
        "answer", [{"status": 503, "body": {}}, {"raw": b"<html>"}, {"body": {"access_token": ""}}, {"body": []}]
    )
    def test_a_code_is_never_sent_twice(
        self, answer: dict[str, Any], square: SquareProvider, server: Any, told: Any
    ) -> None:
        server.answers["/oauth2/token"] = told(**answer)
        with pytest.raises(Unreachable):
            exchange(square)
        assert len(server.asked) == 1


class TestTenure:
    def test_is_renewed_after_a_week(self, square: SquareProvider) -> None:
        assert square.lifetime(GRANTED) == CredentialLifetime(NOW_MS + 7 * DAY, NOW_MS + 30 * DAY, NOW_MS + 90 * DAY)

    def test_of_a_short_lived_token_is_half_of_its_life(self, square: SquareProvider) -> None:
        short = Credentials({**GRANTED.fields, "expires_at": str(NOW_MS + DAY)})
        found = square.lifetime(short)
        assert found is not None
        assert found.renew_at == NOW_MS + DAY // 2

    def test_without_an_end_that_can_be_read_it_is_the_usual_one(self, square: SquareProvider) -> None:
        fields = {name: value for name, value in GRANTED.fields.items() if not name.endswith("expires_at")}
        found = square.lifetime(Credentials(fields))
        assert found == CredentialLifetime(NOW_MS + 7 * DAY, NOW_MS + 30 * DAY, None)


class TestRenewing:
    def test_brings_a_new_pair(self, square: SquareProvider, server: Any, told: Any) -> None:
        new = {**GIVEN, "access_token": "EAAAl-second", "refresh_token": "EQAAl-second"}
        server.answers["/oauth2/token"] = told(new)
        made = square.renew(None, HERE, GRANTED)
        assert (made["access_token"], made["refresh_token"]) == ("EAAAl-second", "EQAAl-second")
        assert (made["merchant_id"], made["client_id"], made["connected_by"]) == ("M1", "sq0idp-app", "oauth")
        assert server.asked[0].json == {
            "client_id": "sq0idp-app",
            "grant_type": "refresh_token",
            "refresh_token": "EQAAl0OcByu3refresh1",
        }

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    def test_a_no_means_connecting_again(self, status: int, square: SquareProvider, server: Any, told: Any) -> None:
        server.answers["/oauth2/token"] = told({"errors": [{"code": "UNAUTHORIZED"}]}, status=status)
        with pytest.raises(CredentialsRefused, match="Connect the account again"):
            square.renew(APP, HERE, GRANTED)

    @pytest.mark.parametrize("answer", [{"status": 500, "body": {}}, {"raw": b'{"access'}, {"body": {}}, {"body": 7}])
    def test_without_a_clear_answer_nobody_knows_and_nothing_is_sent_again(
        self, answer: dict[str, Any], square: SquareProvider, server: Any, told: Any
    ) -> None:
        server.answers["/oauth2/token"] = told(**answer)
        with pytest.raises(Unreachable, match="Nobody knows"):
            square.renew(APP, HERE, GRANTED)
        assert len(server.asked) == 1

    def test_neither_does_anybody_where_no_answer_came(self, square: SquareProvider) -> None:
        with respx.mock as router:
            route = router.post("http://127.0.0.1:9/oauth2/token").mock(side_effect=httpx.ReadTimeout)
            with pytest.raises(Unreachable, match="Nobody knows"):
                square.renew(APP, HERE, GRANTED)
            assert route.call_count == 1

    def test_a_limit_renews_nothing_and_says_so(self, square: SquareProvider, server: Any, told: Any) -> None:
        server.answers["/oauth2/token"] = told({}, status=429)
        with pytest.raises(Unreachable, match="was not renewed"):
            square.renew(APP, HERE, GRANTED)

    def test_a_personal_access_token_stays_as_it_is(self, square: SquareProvider, server: Any) -> None:
        pasted = Credentials({"access_token": "EAAAlx", "connected_by": "token"})
        assert square.renew(None, HERE, pasted) is pasted
        assert server.asked == []


class TestRevoking:
    def test_needs_the_applications_secret(self, square: SquareProvider, server: Any) -> None:
        pasted = Credentials({"access_token": "EAAAlx", "connected_by": "token"})
        assert square.revoke(None, HERE, GRANTED, "M1") is False
        assert square.revoke(APP, HERE, GRANTED, "M1") is False
        assert square.revoke(SECRET, HERE, pasted, "M1") is False
        assert server.asked == []

    def test_gives_the_access_back(self, square: SquareProvider, server: Any, told: Any) -> None:
        server.answers["/oauth2/revoke"] = told({"success": True})
        assert square.revoke(SECRET, HERE, GRANTED, "M1") is True
        assert server.asked[0].json == {"client_id": "sq0idp-app", "merchant_id": "M1"}
        assert server.asked[0].headers["authorization"] == f"Client {SECRET.client_secret}"

    def test_what_is_gone_already_is_given_back(self, square: SquareProvider, server: Any, error: Any) -> None:
        server.answers["/oauth2/revoke"] = error(404, "NOT_FOUND", "Access token not found.")
        assert square.revoke(SECRET, HERE, GRANTED, "M1") is True

    @pytest.mark.parametrize(
        ("status", "kind"), [(401, RefusedError), (404, RefusedError), (400, RefusedError), (503, Unreachable)]
    )
    def test_a_failure_is_said_without_the_secret(
        self, status: int, kind: type[Exception], square: SquareProvider, server: Any, error: Any
    ) -> None:
        said = f"Application with {SECRET.client_secret} not found."
        server.answers["/oauth2/revoke"] = error(status, "NOT_FOUND", said)
        with pytest.raises(kind) as caught:
            square.revoke(SECRET, HERE, GRANTED, "M1")
        assert SECRET.client_secret not in str(caught.value)
