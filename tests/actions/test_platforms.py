"""The owner's platform keys: kept sealed, told without opening the vault, the environment first."""

from collections.abc import Callable

import pytest

from desktop.actions.business import Business
from desktop.actions.platforms import keep_platform, known_platform, platform_app
from desktop.errors import UsageError


def test_kept_keys_come_back_and_the_secret_is_sealed(open_home: Callable[..., Business]) -> None:
    business = open_home()
    assert platform_app(business, "stripe") is None
    assert known_platform(business, "stripe") is None
    keep_platform(business, "stripe", " ca_mine ", " sk_test_platform0000 ")
    app = platform_app(business, "stripe")
    assert app is not None
    assert (app.client_id, app.client_secret) == ("ca_mine", "sk_test_platform0000")
    assert "sk_test_platform0000" not in str(business.books.setting("platform.stripe"))
    assert "sk_test_platform0000" not in repr(app)


def test_what_is_known_needs_no_vault(open_home: Callable[..., Business]) -> None:
    business = open_home()
    keep_platform(business, "stripe", "ca_mine", "sk_test_platform0000")
    business.vault.lock()
    known = known_platform(business, "stripe")
    assert known is not None
    assert (known.client_id, known.fixed) == ("ca_mine", False)
    assert not business.vault.is_unlocked


def test_the_environment_comes_first(business: Business) -> None:
    keep_platform(business, "stripe", "ca_mine", "sk_test_platform0000")
    known = known_platform(business, "stripe")
    assert known is not None
    assert known.fixed
    assert known.client_id == business.environment["PAYDESK_STRIPE_CLIENT_ID"]
    assert platform_app(business, "stripe").client_id == known.client_id


@pytest.mark.parametrize(("client_id", "secret"), [("", "sk"), ("ca", " ")])
def test_half_a_pair_is_no_pair(open_home: Callable[..., Business], client_id: str, secret: str) -> None:
    business = open_home()
    with pytest.raises(UsageError):
        keep_platform(business, "stripe", client_id, secret)
    assert known_platform(business, "stripe") is None


def test_square_needs_the_id_of_an_application_and_no_secret(open_home: Callable[..., Business]) -> None:
    business = open_home()
    keep_platform(business, "square", " sq0idp-mine ")
    app = platform_app(business, "square")
    assert app is not None
    assert (app.client_id, app.client_secret) == ("sq0idp-mine", "")
    assert not business.vault.is_unlocked
    with pytest.raises(UsageError, match="application"):
        keep_platform(business, "square", " ")


def test_a_secret_of_square_s_is_sealed_where_it_is_given(open_home: Callable[..., Business]) -> None:
    business = open_home()
    keep_platform(business, "square", "sq0idp-mine", "sq0csp-secret0000")
    assert "sq0csp-secret0000" not in str(business.books.setting("platform.square"))
    app = platform_app(business, "square")
    assert app is not None
    assert app.client_secret == "sq0csp-secret0000"


def test_square_s_id_in_the_environment_is_enough(open_home: Callable[..., Business]) -> None:
    known = known_platform(open_home(PAYDESK_SQUARE_CLIENT_ID="sq0idp-env"), "square")
    assert known is not None
    assert (known.client_id, known.fixed) == ("sq0idp-env", True)


SECRETS = (
    "sk_live_51HqAbCdEfGhIjKlMnOp", "rk_test_51HqAbCdEfGhIjKlMnOp", "sq0csp-AbCdEfGhIjKlMnOpQrStUv", "whsec_AbCdEfGh",
    "sandbox-sq0csb-AbCdEfGhIjKlMnOpQrSt", "sq0atp-AbCdEfGhIjKlMnOpQrSt", "EAAAEOuLQObrVwJvCvoio3H13b8Ssqz1ighm",
    " SK_LIVE_51HqAbCdEfGhIjKlMnOp ", "4242 4242 4242 4242",
)  # fmt: skip


@pytest.mark.parametrize("provider", ["stripe", "square"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_given_as_the_id_is_refused_before_it_is_kept(open_home, provider: str, secret: str) -> None:
    business = open_home()
    with pytest.raises(UsageError, match="neither kept nor sent") as refused:
        keep_platform(business, provider, secret, "sk_test_platformplatform")
    assert secret.strip() not in f"{refused.value} {refused.value.title}"
    assert known_platform(business, provider) is None


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_the_environment_or_from_an_earlier_version_is_not_sent(open_home, secret: str) -> None:
    stated = open_home("stated", PAYDESK_SQUARE_CLIENT_ID=secret)
    with pytest.raises(UsageError):
        platform_app(stated, "square")
    kept = open_home("kept")
    kept.books.keep_setting("platform.square", {"client_id": secret, "sealed": ""})
    with pytest.raises(UsageError):
        platform_app(kept, "square")
    assert known_platform(kept, "square") is None


@pytest.mark.parametrize("given", ["two words", "sq0idp-\x1b[31m", "x" * 300, "sq0idp-\u202e"])
def test_what_no_id_looks_like_is_none(open_home, given: str) -> None:
    with pytest.raises(UsageError, match="cannot be one"):
        keep_platform(open_home(), "square", given)
