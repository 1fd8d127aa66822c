"""Stripe's ways in: a pasted key, and the code exchange; and its facts."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from desktop.errors import RefusedError, UsageError
from desktop.providers.contract import Credentials, Endpoints, OAuthApp, Provider, Reader, Unreachable
from desktop.providers.registry import make_provider, provider_names
from desktop.providers.stripe.constants import API_VERSION
from desktop.providers.stripe.provider import StripeProvider

LIVE = Endpoints("https://api.stripe.com", "https://connect.stripe.com")
LOOPBACK = Endpoints("http://127.0.0.1:9", "http://127.0.0.1:9")
APP = OAuthApp("ca_123", "sk_test_platformsecretplatformsecret")


@pytest.fixture
def stripe() -> StripeProvider:
    """Stripe as a provider."""
    return StripeProvider()


@pytest.fixture
def places(server: Any) -> Endpoints:
    """The loopback server as Stripe's addresses."""
    return Endpoints(server.base, server.base)


def test_the_registry_makes_it_by_name() -> None:
    made: Provider = make_provider("stripe")
    assert (made.name, made.title) == ("stripe", "Stripe")
    assert "stripe" in provider_names()
    with pytest.raises(UsageError, match="“paypal”"):
        make_provider("paypal")


def test_the_pinned_version_is_the_one_that_the_sdk_is_built_for() -> None:
    from stripe._api_version import _ApiVersion

    assert _ApiVersion.CURRENT == API_VERSION


def test_permissions_say_what_is_missing_without_them(stripe: StripeProvider) -> None:
    assert len(stripe.facts.permissions) >= 10
    assert all(one.access == "read" and one.without for one in stripe.facts.permissions)


class TestKeys:
    @pytest.mark.parametrize(
        "key", ["sk_live_51HqAbCdEfGhIjKlMn", "rk_live_51HqAbCdEfGhIj", "  sk_test_51HqAbCdEf\n", "rk_test_51HqAbCd"]
    )
    def test_secret_and_restricted_keys_of_both_modes(self, key: str, stripe: StripeProvider) -> None:
        found = stripe.credentials_from_key(key)
        assert found["secret_key"] == key.strip()
        assert key.strip() not in repr(found)

    @pytest.mark.parametrize(
        ("pasted", "said"),
        [
            ("pk_live_51HqAbCdEf", "publishable"),
            ("whsec_abcdefgh", "webhook"),
            ("acct_1HqAbCdEf", "identifiers"),
            ("4242 4242 4242 4242", "card number"),
            ("sq0atp-AbCdEfGh", "Square"),
            ("EAAAEabcdefgh", "Square"),
            ("sk_live_51Hq••••AbCd", "whole"),
            ("rk_test_****abcd", "whole"),
            ("sk_org_live_abc", "organisation"),
            ("sk_something", "does not look like"),
            ("hello", "does not look like"),
            ("sk_test_abc def", "does not look like"),
            ("   ", "no key"),
        ],
    )
    def test_anything_else_gets_one_sentence_that_repeats_none_of_it(
        self, pasted: str, said: str, stripe: StripeProvider
    ) -> None:
        with pytest.raises(UsageError, match=said) as caught:
            stripe.credentials_from_key(pasted)
        if pasted.strip():
            assert pasted not in str(caught.value)

    def test_a_server_on_this_machine_takes_any_key_of_the_shape(self, stripe: StripeProvider) -> None:
        assert stripe.credentials_from_key("sk_12345", LOOPBACK)["secret_key"] == "sk_12345"
        with pytest.raises(UsageError):
            stripe.credentials_from_key("pk_12345", LOOPBACK)


class TestAddresses:
    def test_stripes_own_unless_the_environment_names_others(self, stripe: StripeProvider) -> None:
        assert stripe.endpoints({}) == LIVE
        found = stripe.endpoints(
            {
                "PAYDESK_STRIPE_API_BASE": "http://127.0.0.1:8420/",
                "PAYDESK_STRIPE_CONNECT_BASE": "https://connect.example",
            }
        )
        assert found == Endpoints("http://127.0.0.1:8420", "https://connect.example")

    @pytest.mark.parametrize(
        "address", ["http://api.example", "ftp://127.0.0.1", "nonsense", "https://", "https://u:p@x.example"]
    )
    def test_neither_https_nor_loopback_is_refused(self, address: str, stripe: StripeProvider) -> None:
        with pytest.raises(UsageError, match="PAYDESK_STRIPE_API_BASE"):
            stripe.endpoints({"PAYDESK_STRIPE_API_BASE": address})


class TestReaders:
    def test_readers_of_one_key_share_one_allowance(self, stripe: StripeProvider) -> None:
        first = stripe.allowance("sk_live_aaaaaaaa", LIVE)
        assert first is not None
        assert stripe.allowance("sk_live_aaaaaaaa", LIVE) is first
        assert stripe.allowance("sk_live_bbbbbbbb", LIVE) is not first

    def test_a_server_on_this_machine_is_not_throttled(self, stripe: StripeProvider) -> None:
        assert stripe.allowance("sk_test_aaaaaaaa", LOOPBACK) is None

    @pytest.mark.parametrize(("key", "mode"), [("sk_live_aaaaaaaa", "live"), ("rk_test_aaaaaaaa", "test")])
    def test_the_mode_is_in_the_key(self, key: str, mode: str, stripe: StripeProvider) -> None:
        made = stripe.reader(Credentials({"secret_key": key}), LIVE, threading.Event())
        assert made._mode == mode
        as_port: Reader = made
        as_port.close()


class TestCodeExchange:
    def test_the_browser_is_sent_with_the_state_and_the_way_back(self, stripe: StripeProvider) -> None:
        url = stripe.authorization_url(APP, LIVE, state="s 1", redirect_uri="http://127.0.0.1:8765/back", verifier="")
        parts = urlsplit(url)
        assert (parts.hostname, parts.path) == ("connect.stripe.com", "/oauth/authorize")
        assert parse_qs(parts.query) == {
            "response_type": ["code"],
            "client_id": ["ca_123"],
            "scope": ["read_write"],
            "state": ["s 1"],
            "redirect_uri": ["http://127.0.0.1:8765/back"],
        }
        assert APP.client_secret not in url

    def test_a_code_becomes_credentials(
        self, stripe: StripeProvider, server: Any, told: Any, places: Endpoints
    ) -> None:
        server.answers["/oauth/token"] = told(
            {
                "access_token": "sk_test_granted",
                "refresh_token": "rt_1",
                "stripe_user_id": "acct_9",
                "scope": "read_write",
                "livemode": False,
            }
        )
        grant = stripe.exchange(APP, places, code="ac_1", redirect_uri="x", verifier="")
        assert (grant.account_id, grant.mode, grant.scope) == ("acct_9", "sandbox", "read_write")
        assert grant.credentials["secret_key"] == "sk_test_granted"
        assert grant.credentials["refresh_token"] == "rt_1"
        assert "granted" not in repr(grant)
        asked = server.asked[0]
        assert asked.form == {"grant_type": "authorization_code", "code": "ac_1"}
        assert asked.headers["authorization"] == f"Bearer {APP.client_secret}"

    @pytest.mark.parametrize(
        ("status", "code", "description", "said"),
        [
            (400, "invalid_grant", "Authorization code expired: ac_1", "longer than five minutes"),
            (400, "invalid_grant", "This authorization code has already been used.", "used before"),
            (400, "invalid_grant", "Authorization code does not exist: ac_1", "does not know the code"),
            (401, "invalid_client", "No such API key: sk_test_platformsecretplatformsecret", "client id"),
            (401, "", "", "client id"),
            (
                400,
                "invalid_request",
                "Something sk_test_platformsecretplatformsecret odd",
                "Something sk_test_\\[redacted\\] odd",
            ),
        ],
    )
    def test_a_refusal_is_said_plainly_without_the_secret(
        self,
        status: int,
        code: str,
        description: str,
        said: str,
        stripe: StripeProvider,
        server: Any,
        told: Any,
        places: Endpoints,
    ) -> None:
        server.answers["/oauth/token"] = told({"error": code, "error_description": description}, status=status)
        with pytest.raises(RefusedError, match=said) as caught:
            stripe.exchange(APP, places, code="ac_1", redirect_uri="x", verifier="")
        assert APP.client_secret not in str(caught.value)

    @pytest.mark.parametrize(
        "answer", [{"status": 503, "body": {}}, {"raw": b"<html>"}, {"body": {"access_token": ""}}, {"body": []}]
    )
    def test_a_code_is_never_sent_twice(
        self, answer: dict[str, Any], stripe: StripeProvider, server: Any, told: Any, places: Endpoints
    ) -> None:
        server.answers["/oauth/token"] = told(**answer)
        with pytest.raises(Unreachable):
            stripe.exchange(APP, places, code="ac_1", redirect_uri="x", verifier="")
        assert len(server.asked) == 1

    def test_nobody_there(self, stripe: StripeProvider) -> None:
        nowhere = Endpoints("http://127.0.0.1:1", "http://127.0.0.1:1")
        with pytest.raises(Unreachable, match="could not be reached"):
            stripe.exchange(APP, nowhere, code="ac_1", redirect_uri="x", verifier="")


class TestRevoking:
    GRANTED = Credentials({"secret_key": "sk_test_granted", "connected_by": "oauth"})

    def test_gives_the_access_back(self, stripe: StripeProvider, server: Any, told: Any, places: Endpoints) -> None:
        server.answers["/oauth/deauthorize"] = told({"stripe_user_id": "acct_9"})
        assert stripe.revoke(APP, places, self.GRANTED, "acct_9") is True
        assert server.asked[0].form == {"client_id": "ca_123", "stripe_user_id": "acct_9"}

    def test_access_that_is_gone_already_is_given_back(
        self, stripe: StripeProvider, server: Any, told: Any, places: Endpoints
    ) -> None:
        said = "This application is not connected to stripe account acct_9, or that account does not exist."
        server.answers["/oauth/deauthorize"] = told({"error": "invalid_client", "error_description": said}, status=401)
        assert stripe.revoke(APP, places, self.GRANTED, "acct_9") is True

    def test_a_pasted_key_is_the_owners_to_delete(self, stripe: StripeProvider, places: Endpoints) -> None:
        assert stripe.revoke(None, places, self.GRANTED, "acct_9") is False
        assert stripe.revoke(APP, places, Credentials({"secret_key": "rk_test_x"}), "acct_9") is False


@pytest.mark.parametrize(
    ("kind", "ref", "account", "mode", "address"),
    [
        ("invoices", "in_1", "acct_1", "test", "https://dashboard.stripe.com/acct_1/test/invoices/in_1"),
        ("clients", "cus_1", "acct_1", "live", "https://dashboard.stripe.com/acct_1/customers/cus_1"),
        ("payments", "pi_1", "", "live", "https://dashboard.stripe.com/payments/pi_1"),
        ("balance_entries", "txn_1", "acct_1", "live", ""),
        ("invoices", "../settings", "acct_1", "live", ""),
        ("invoices", "", "acct_1", "live", ""),
    ],
)
def test_an_object_has_its_page_in_the_dashboard(
    stripe: StripeProvider, kind: str, ref: str, account: str, mode: str, address: str
) -> None:
    assert stripe.page_of(kind, ref, account_id=account, mode=mode) == address
