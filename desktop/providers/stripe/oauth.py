"""Stripe Connect's code exchange for standard accounts (RFC 6749; docs.stripe.com/connect/oauth-reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from desktop.errors import RefusedError
from desktop.providers.base import not_reachable, refused_to_connect, send_once, sensible_object
from desktop.providers.contract import Credentials, Endpoints, Grant, OAuthApp
from desktop.providers.http import Answer, is_loopback
from desktop.providers.limits import Fault
from desktop.providers.stripe.constants import API_VERSION

_AGAIN = "Start connecting again."

# What Stripe's description contains, and what it means for the owner. The first that fits is used.
_REASONS: Mapping[str, tuple[str, str]] = {
    "expired": ("Connecting took longer than five minutes, so Stripe's code no longer works.", _AGAIN),
    "already been used": ("Stripe's code had been used before.", _AGAIN),
    "does not exist": ("Stripe does not know the code that came back.", _AGAIN),
    "does not belong to you": (
        "Stripe's code belongs to another platform than the one whose secret key was given.",
        "Check that the client id and the secret key are of the same platform and mode.",
    ),
    "redirect": (
        "The platform's settings at Stripe do not list the address to come back to.",
        "Add the address under Connect, OAuth settings, and start connecting again.",
    ),
}

_BY_CODE: Mapping[str, tuple[str, str]] = {
    "invalid_client": (
        "Stripe does not accept the platform's client id together with its secret key.",
        "Check that both are of the same platform and mode.",
    ),
    "invalid_grant": ("Stripe does not accept the code that came back.", _AGAIN),
    "access_denied": ("Access was denied at Stripe.", "Connect again if that was not meant."),
    "unsupported_scope": (
        "The platform may not ask for this kind of access.",
        "Check the platform's Connect settings.",
    ),
}


def authorization_url(app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str) -> str:
    """Where the owner's browser goes to say yes."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": app.client_id,
            "scope": "read_write",
            "state": state,
            "redirect_uri": redirect_uri,
        }
    )
    return f"{endpoints.connect_base}/oauth/authorize?{query}"


def exchange(app: OAuthApp, endpoints: Endpoints, *, code: str) -> Grant:
    """Turn a code into credentials. A code works once, so nothing is sent twice.

    Raises: RefusedError where Stripe says no, Unreachable where it does not answer sensibly.
    """
    answer = _post(app, endpoints, "/oauth/token", {"grant_type": "authorization_code", "code": code})
    body = sensible_object(answer, "Stripe", _AGAIN)
    token, account = body.get("access_token"), body.get("stripe_user_id")
    if answer.status != 200:
        raise _refused(answer, body)
    if not isinstance(token, str) or not token or not isinstance(account, str) or not account:
        raise not_reachable("Stripe", "Stripe's answer does not contain the access that was given.", _AGAIN)
    fields = {"secret_key": token, "connected_by": "oauth"}
    refresh = body.get("refresh_token")
    if isinstance(refresh, str) and refresh:
        fields["refresh_token"] = refresh
    scope = body.get("scope")
    live = body.get("livemode") is True
    mode = "live" if live else "sandbox" if is_loopback(endpoints.connect_base) else "test"
    return Grant(Credentials(fields), account, mode, scope if isinstance(scope, str) else "")


def deauthorize(app: OAuthApp, endpoints: Endpoints, account_id: str) -> bool:
    """Give the access back; also True where Stripe says that there was none any more.

    Raises: RefusedError, Unreachable.
    """
    form = {"client_id": app.client_id, "stripe_user_id": account_id}
    answer = _post(app, endpoints, "/oauth/deauthorize", form)
    body = sensible_object(answer, "Stripe", _AGAIN)
    if answer.status == 200:
        return body.get("stripe_user_id") == account_id
    if "not connected" in str(body.get("error_description", "")):
        return True
    raise _refused(answer, body)


def _post(app: OAuthApp, endpoints: Endpoints, path: str, form: Mapping[str, str]) -> Answer:
    headers = {"Authorization": f"Bearer {app.client_secret}", "Stripe-Version": API_VERSION, "User-Agent": "Paydesk"}
    try:
        return send_once(endpoints.connect_base, headers, "Stripe", path, form=form)
    except Fault as fault:
        raise not_reachable("Stripe", fault.reason, f"Check the connection. {_AGAIN}") from None


def _refused(answer: Answer, body: Mapping[str, Any]) -> RefusedError:
    stated = body.get("error")
    code = stated if isinstance(stated, str) else ""
    said = body.get("error_description")
    description = said if isinstance(said, str) else ""
    if code != "invalid_client":
        for part, known in _REASONS.items():
            if part in description:
                return refused_to_connect("Stripe", known, "", _AGAIN)
    if answer.status == 401:
        code = "invalid_client"
    return refused_to_connect("Stripe", _BY_CODE.get(code), description, _AGAIN)
