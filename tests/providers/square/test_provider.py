"""Square's facts, its addresses, and what may be pasted."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from desktop.errors import UsageError
from desktop.providers.contract import Credentials, Endpoints
from desktop.providers.registry import make_provider, provider_names
from desktop.providers.square.constants import SCOPES, STREAMS
from desktop.providers.square.errors import title_of
from desktop.providers.square.facts import FACTS
from desktop.providers.square.provider import SquareProvider
from tests.helpers.patience import PATIENCE_S

LIVE = "https://connect.squareup.com"
SANDBOX = "https://connect.squareupsandbox.com"
HERE = Endpoints("http://127.0.0.1:9", "http://127.0.0.1:9")
TOKEN = "EAAAlf4kIRZzk2mQvJmSXeVmZUwXyZPAcEoGr7nQeVwZkLbWnXpTgRyHsDuQaJic"


@pytest.fixture
def square() -> SquareProvider:
    """The provider."""
    return SquareProvider()


def test_the_registry_makes_it() -> None:
    assert "square" in provider_names()
    made = make_provider("square")
    assert (made.name, made.title, made.facts.needs_secret) == ("square", "Square", False)


def test_nothing_of_squares_own_library_is_loaded() -> None:
    code = "import sys, desktop.providers.square.provider; print('square' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert found.stdout.strip() == "False"


def test_the_streams_in_their_order() -> None:
    assert [(one.name, one.feeds[0].name, one.feeds[0].data_type, one.per_parent, one.recheck) for one in STREAMS] == [
        ("locations", "locations", "location", "", "scan"),
        ("clients", "customers", "customer", "", "updated"),
        ("services", "catalog", "catalog_object", "", "updated"),
        ("orders", "orders", "order", "location", "updated"),
        ("invoices", "invoices", "invoice", "location", "scan"),
        ("payments", "payments", "payment", "location", "updated"),
        ("refunds", "refunds", "refund", "", "updated"),
        ("payouts", "payouts", "payout", "location", "created"),
        ("balance_entries", "payout_entries", "payout_entry", "payout", "scan"),
        ("disputes", "disputes", "dispute", "", "scan"),
        ("subscriptions", "subscriptions", "subscription", "", "scan"),
        ("payment_methods", "cards", "card", "", "scan"),
        ("inventory_counts", "inventory_counts", "inventory_count", "", "updated"),
        ("terminal_devices", "devices", "device", "", "scan"),
        ("terminal_checkouts", "terminal_checkouts", "terminal_checkout", "", "created"),
        ("payment_links", "payment_links", "payment_link", "", "scan"),
    ]


def test_every_scope_is_a_row_of_the_permissions() -> None:
    rows = {permission.title: permission.access for permission in FACTS.permissions}
    for scope in SCOPES:
        title, _, access = title_of(scope).partition(": ")
        assert access in rows[title]
    assert all(permission.without for permission in FACTS.permissions)
    assert {scope.rpartition("_")[2] for scope in SCOPES} == {"READ"}
    assert [permission.title for permission in FACTS.permissions[:3]] == ["Payments", "Customers", "Invoices"]
    assert title_of("GIFTCARDS_READ") == ""


class TestAddresses:
    @pytest.mark.parametrize(
        ("environment", "base"),
        [
            ({}, LIVE),
            ({"PAYDESK_SQUARE_CLIENT_ID": "sq0idp-abc"}, LIVE),
            ({"PAYDESK_SQUARE_CLIENT_ID": "sandbox-sq0idb-abc"}, SANDBOX),
            ({"PAYDESK_SQUARE_API_BASE": "http://127.0.0.1:9/"}, "http://127.0.0.1:9"),
            (
                {"PAYDESK_SQUARE_CLIENT_ID": "sandbox-sq0idb-abc", "PAYDESK_SQUARE_API_BASE": "https://sq.example"},
                "https://sq.example",
            ),
        ],
    )
    def test_are_squares_own_unless_the_environment_says_otherwise(
        self, environment: dict[str, str], base: str, square: SquareProvider
    ) -> None:
        assert square.endpoints(environment) == Endpoints(base, base)

    def test_must_be_https_or_loopback(self, square: SquareProvider) -> None:
        with pytest.raises(UsageError, match="PAYDESK_SQUARE_API_BASE"):
            square.endpoints({"PAYDESK_SQUARE_API_BASE": "http://sq.example"})

    @pytest.mark.parametrize(
        ("kind", "ref", "mode", "address"),
        [
            ("invoices", "inv:0-Ch", "live", "https://app.squareup.com/dashboard/invoices/inv:0-Ch"),
            ("payments", "PAY1", "sandbox", "https://app.squareupsandbox.com/dashboard/sales/transactions/PAY1"),
            ("balance_entries", "poe_1", "live", ""),
            ("invoices", "../x", "live", ""),
            ("invoices", "", "live", ""),
        ],
    )
    def test_an_object_has_its_page_in_the_dashboard(
        self, kind: str, ref: str, mode: str, address: str, square: SquareProvider
    ) -> None:
        assert square.page_of(kind, ref, account_id="M1", mode=mode) == address

    def test_the_console_is_on_a_host_that_may_be_opened(self, square: SquareProvider) -> None:
        assert square.facts.key_page == square.facts.platform_page == "https://developer.squareup.com/apps"
        assert ".squareup.com" in square.facts.hosts


class TestPasting:
    def test_a_personal_access_token_works(self, square: SquareProvider) -> None:
        made = square.credentials_from_key(f" {TOKEN}\n")
        assert dict(made.fields) == {"access_token": TOKEN, "connected_by": "token"}
        assert square.lifetime(made) is None

    def test_on_loopback_anything_plausible_works(self, square: SquareProvider) -> None:
        for token in ("EAAAlshort", "any-token-1"):
            assert square.credentials_from_key(token, HERE)["access_token"] == token

    @pytest.mark.parametrize(
        ("pasted", "said"),
        [
            ("", "no token"),
            ("sq0idp-AbCdEfGhIjKlMnOpQrStUv", "application id"),
            ("sandbox-sq0idb-AbCdEfGhIjKlMnOpQrStUv", "application id"),
            ("sq0csp-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG", "application secret"),
            ("EQAAlAbCdEfGhIjKlMnOpQrStUvWxYz", "refresh token"),
            ("rk_live_51QyWmNkXbTdLrHc", "Stripe"),
            ("whsec_AbCdEfGh", "Stripe"),
            ("4242 4242 4242 4242", "card number"),
            ("EAAAl****************abcd", "middle hidden"),
            ("EAAAlAbCd", "not all of it"),
            ("cnon:card-nonce-ok", "another of Square"),
            ("AbCdEfGhIjKlMnOpQrStUv", "signature key"),
            ("hello there", "does not look like"),
        ],
    )
    def test_what_else_people_paste_is_told_apart_and_never_repeated(
        self, pasted: str, said: str, square: SquareProvider
    ) -> None:
        with pytest.raises(UsageError, match=said) as caught:
            square.credentials_from_key(pasted)
        assert not pasted or pasted not in str(caught.value)

    def test_on_loopback_what_is_surely_no_token_is_told_apart_too(self, square: SquareProvider) -> None:
        for pasted in ("sandbox-sq0idb-AbCdEfGhIjKlMnOpQrStUv", "sk_test_AbCdEfGh", "4242424242424242", "x y"):
            with pytest.raises(UsageError):
                square.credentials_from_key(pasted, HERE)

    def test_a_token_of_the_sandbox_is_no_good_for_square_itself(self, square: SquareProvider) -> None:
        token = "sandbox-sq0atb-AbCdEfGhIjKlMnOpQrStUv"
        assert square.credentials_from_key(token, Endpoints(SANDBOX, SANDBOX))["access_token"] == token
        with pytest.raises(UsageError, match="sandbox"):
            square.credentials_from_key(token, Endpoints(LIVE, LIVE))


class TestAllowance:
    def test_is_shared_by_all_readers_of_a_merchant_and_none_on_loopback(self, square: SquareProvider) -> None:
        live = Endpoints(LIVE, LIVE)
        first = Credentials({"access_token": TOKEN, "merchant_id": "M1"})
        renewed = Credentials({"access_token": f"{TOKEN}2", "merchant_id": "M1"})
        readers = [square.reader(one, where, threading.Event()) for one in (first, renewed) for where in (live, HERE)]
        allowances = [one.pace for one in readers]
        assert allowances[0] is allowances[2] is not None
        assert allowances[1] is allowances[3] is None
        for one in readers:
            one.close()
