"""The owner's own platform keys, which a code exchange with some providers needs."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from desktop.actions.business import Business
from desktop.errors import UsageError
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
    if client_id and secret:
        return KnownPlatform(client_id, fixed=True)
    kept = business.books.setting(_setting(provider_name))
    return KnownPlatform(kept["client_id"], fixed=False) if kept else None


def platform_app(business: Business, provider_name: str) -> OAuthApp | None:
    """The platform that asks for access: from the environment, else as kept; None where neither is there.

    Raises: an error of the vault, where kept keys cannot be opened.
    """
    client_id, secret = _stated(business, provider_name)
    if client_id and secret:
        return OAuthApp(client_id, secret)
    kept = business.books.setting(_setting(provider_name))
    if not kept:
        return None
    business.vault.unlock()
    uuid = _uuid(provider_name)
    fields = business.vault.open_fields(uuid, _place(provider_name), base64.b64decode(kept["sealed"]))
    return OAuthApp(kept["client_id"], fields["secret"].reveal())


def keep_platform(business: Business, provider_name: str, client_id: str, secret: str) -> None:
    """Keep the owner's platform keys, the secret sealed.

    Raises: UsageError where one of them is missing.
    """
    if not client_id.strip() or not secret.strip():
        raise UsageError(
            "Platform keys are missing",
            "Both the platform's client id and its secret key are needed.",
            "Copy them from the provider's developer settings.",
        )
    business.vault.unlock()
    uuid = _uuid(provider_name)
    if not business.vault.has_data_key(uuid):
        business.vault.new_data_key(uuid)
    sealed = business.vault.seal_fields(uuid, _place(provider_name), {"secret": secret.strip()})
    business.books.keep_setting(
        _setting(provider_name), {"client_id": client_id.strip(), "sealed": base64.b64encode(sealed).decode()}
    )


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
