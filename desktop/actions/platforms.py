"""The owner's own platform (application), which asks for access in the browser; some providers want its secret too."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from desktop.actions.business import Business
from desktop.books.settings import drop_setting
from desktop.errors import UsageError
from desktop.providers.client_ids import check_client_id
from desktop.providers.contract import OAuthApp
from desktop.vault.sealing import Place


@dataclass(frozen=True, slots=True)
class KnownPlatform:
    """What may be told of a platform without opening the vault. ``fixed``: the environment says it."""

    client_id: str
    fixed: bool


def known_platform(business: Business, provider_name: str) -> KnownPlatform | None:
    """The platform that would ask for access, None where there is none."""
    client_id, secret = _stated(business, provider_name)
    if client_id and (secret or not business.provider(provider_name).facts.needs_secret):
        return KnownPlatform(client_id, fixed=True)
    kept = business.books.setting(_setting(provider_name))
    return KnownPlatform(kept["client_id"], fixed=False) if kept else None


def platform_app(business: Business, provider_name: str) -> OAuthApp | None:
    """The platform that asks for access: from the environment, else as kept; None where neither is there.

    Raises: an error of the vault, where kept keys cannot be opened; UsageError where the id is a secret.
    """
    provider = business.provider(provider_name)
    client_id, secret = _stated(business, provider_name)
    if client_id and (secret or not provider.facts.needs_secret):
        check_client_id(provider.facts, client_id)
        return OAuthApp(client_id, secret)
    kept = business.books.setting(_setting(provider_name))
    if not kept:
        return None
    try:
        check_client_id(provider.facts, kept["client_id"])
    except UsageError:
        # An earlier version kept what was typed: it is not kept any longer.
        with business.books.write() as writer:
            drop_setting(writer.connection, _setting(provider_name))
        raise
    if not kept["sealed"]:
        return OAuthApp(kept["client_id"])
    business.vault.unlock()
    uuid = _uuid(provider_name)
    fields = business.vault.open_fields(uuid, _place(provider_name), base64.b64decode(kept["sealed"]))
    return OAuthApp(kept["client_id"], fields["secret"].reveal())


def keep_platform(business: Business, provider_name: str, client_id: str, secret: str = "") -> None:
    """Keep the owner's platform keys, the secret sealed. Where PKCE stands in for it, the secret may be left out.

    Raises: UsageError where one of them is missing, or a secret is given as the id.
    """
    provider = business.provider(provider_name)
    client_id, secret = client_id.strip(), secret.strip()
    check_client_id(provider.facts, client_id)
    if provider.facts.needs_secret and not (client_id and secret):
        raise UsageError(
            "Platform keys are missing",
            "Both the platform's client id and its secret key are needed.",
            "Copy them from the provider's developer settings.",
        )
    if not client_id:
        raise UsageError(
            "The application id is missing",
            f"Connecting {provider.title} in the browser needs your application's id.",
            f"Copy it from {provider.title}'s developer settings.",
        )
    sealed = _sealed(business, provider_name, secret) if secret else ""
    business.books.keep_setting(_setting(provider_name), {"client_id": client_id, "sealed": sealed})


def _sealed(business: Business, provider_name: str, secret: str) -> str:
    business.vault.unlock()
    uuid = _uuid(provider_name)
    if not business.vault.has_data_key(uuid):
        business.vault.new_data_key(uuid)
    return base64.b64encode(business.vault.seal_fields(uuid, _place(provider_name), {"secret": secret})).decode()


def _stated(business: Business, provider_name: str) -> tuple[str, str]:
    prefix = f"PAYDESK_{provider_name.upper()}"
    return (
        business.environment.get(f"{prefix}_CLIENT_ID", ""),
        business.environment.get(f"{prefix}_CLIENT_SECRET", ""),
    )


def _setting(provider_name: str) -> str:
    return f"platform.{provider_name}"


def _uuid(provider_name: str) -> str:
    return f"platform-{provider_name}"


def _place(provider_name: str) -> Place:
    return Place("settings", _uuid(provider_name), "secret")
