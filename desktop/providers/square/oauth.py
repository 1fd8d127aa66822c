"""Square's code exchange with PKCE (RFC 7636; developer.squareup.com/docs/oauth-api/overview): no secret is needed.

An access token lasts 30 days and is exchanged early; the refresh token of a PKCE grant works once and ends after 90.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from desktop.errors import RefusedError
from desktop.providers.base import not_reachable, object_in, refused_to_connect, send_once, sensible_object
from desktop.providers.contract import (
    CredentialLifetime,
    Credentials,
    CredentialsRefused,
    Endpoints,
    Grant,
    OAuthApp,
    Unanswered,
    Unreachable,
)
from desktop.providers.http import Answer
from desktop.providers.limits import Fault
from desktop.providers.square.constants import API_VERSION, SCOPES
from desktop.providers.square.modes import mode_of
from desktop.providers.square.moments import read_moment
from desktop.secrets.redaction import one_line

DAY_MS = 86_400_000
RENEW_AFTER = 7 * DAY_MS
"""Square advises to exchange an access token at least every seven days."""

_LIFE = 30 * DAY_MS
_AGAIN = "Start connecting again."
_UNKNOWN_CLIENT = (
    "Square does not know the application id.",
    "Check that the application id is right and that it is of the same kind (production or sandbox).",
)

# What Square's description contains, in lower case, and what it means for the owner. The first that fits is used.
_REASONS: Mapping[str, tuple[str, str]] = {
    "redirect": (
        "The application's settings at Square do not list the address to come back to.",
        "Add the address as the Redirect URL on the application's OAuth page, and start connecting again.",
    ),
    "verifier": ("Square's code belongs to another attempt at connecting.", _AGAIN),
    "expired": ("Connecting took longer than five minutes, so Square's code no longer works.", _AGAIN),
    "already": ("Square's code had been used before.", _AGAIN),
    "authorization code": ("Square does not know the code that came back, or it had been used before.", _AGAIN),
    "application": _UNKNOWN_CLIENT,
    "client": _UNKNOWN_CLIENT,
}

_BY_CODE: Mapping[str, tuple[str, str]] = {
    "invalid_grant": ("Square does not accept the code that came back.", _AGAIN),
    "invalid_client": _UNKNOWN_CLIENT,
    "access_denied": ("Access was denied at Square.", "Connect again if that was not meant."),
    "UNAUTHORIZED": ("Square does not accept the code that came back.", _AGAIN),
    "NOT_FOUND": _UNKNOWN_CLIENT,
}


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorization_url(app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str, verifier: str) -> str:
    """Where the owner's browser goes to say yes. Square's sandbox knows no ``session=false``."""
    asked = {"client_id": app.client_id, "scope": " ".join(SCOPES)}
    if mode_of(endpoints.connect_base) == "live":
        asked["session"] = "false"
    asked |= {
        "state": state,
        "code_challenge": challenge_of(verifier),
        "redirect_uri": redirect_uri,
    }
    return f"{endpoints.connect_base}/oauth2/authorize?{urlencode(asked)}"


def exchange(app: OAuthApp, endpoints: Endpoints, *, code: str, redirect_uri: str, verifier: str) -> Grant:
    """Turn the code into credentials. A code works once, so nothing is sent twice.

    Raises: RefusedError where Square says no, Unreachable where it does not answer sensibly.
    """
    asked = {
        "client_id": app.client_id,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    try:
        answer = _post(endpoints, "/oauth2/token", asked)
    except Fault as fault:
        raise not_reachable("Square", fault.reason, f"Check the connection. {_AGAIN}") from None
    body = sensible_object(answer, "Square", _AGAIN)
    if answer.status != 200:
        raise _refused(body)
    fields = _fields(body, answer, app.client_id, {})
    merchant = body.get("merchant_id")
    if fields is None or not isinstance(merchant, str) or not merchant:
        raise not_reachable("Square", "Square's answer does not contain the access that was given.", _AGAIN)
    scope = body.get("scope")
    return Grant(
        Credentials(fields), merchant, mode_of(endpoints.connect_base), scope if isinstance(scope, str) else ""
    )


def renew(app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials) -> Credentials:
    """Exchange the refresh token for new credentials, in one request that is never repeated: the token works once.

    Raises: CredentialsRefused where Square says no, Unanswered where nobody knows whether the token was spent,
    Unreachable where it surely was not.
    """
    refresh = credentials.get("refresh_token")
    if not refresh:
        return credentials
    client = credentials.get("client_id") or (app.client_id if app is not None else "")
    asked = {"client_id": client, "grant_type": "refresh_token", "refresh_token": refresh}
    try:
        answer = _post(endpoints, "/oauth2/token", asked)
    except Fault as fault:
        if fault.sent:
            raise _unknown(fault.reason) from None
        raise Unreachable(
            "Access not renewed", fault.reason, "Check the connection. It is tried again at the next sync."
        ) from None
    if answer.status == 429:
        raise Unreachable(
            "Access not renewed",
            "Square limits how fast it can be asked, so the access was not renewed.",
            "It is tried again at the next sync.",
        )
    if 400 <= answer.status < 500:
        raise CredentialsRefused(
            "Access refused",
            "Square does not renew the access to this account: it has ended or was taken back.",
            "Connect the account again.",
        )
    body = object_in(answer)
    fields = None if body is None or answer.status != 200 else _fields(body, answer, client, credentials.fields)
    if fields is None:
        raise _unknown(f"Square did not answer sensibly ({answer.status}).")
    return Credentials(fields)


def revoke(app: OAuthApp, endpoints: Endpoints, credentials: Credentials, account_id: str) -> bool:
    """Give the access back, which only the application's secret can; also True where there was none any more.

    Raises: RefusedError, Unreachable.
    """
    merchant = account_id or credentials.get("merchant_id")
    asked = {"client_id": credentials.get("client_id") or app.client_id, "merchant_id": merchant}
    try:
        answer = _post(endpoints, "/oauth2/revoke", asked, secret=app.client_secret)
    except Fault as fault:
        raise not_reachable("Square", fault.reason, "Check the connection and try again.") from None
    body = sensible_object(answer, "Square", "Try again.")
    if answer.status == 200:
        return body.get("success") is True
    if answer.status == 404 and "application" not in _stated(body)[1].lower():
        return True
    if answer.status in (401, 403):
        raise RefusedError(
            "Not given back",
            "Square does not accept the application's secret.",
            "Take the access back in Square's own settings, under App integrations.",
        )
    raise RefusedError(
        "Not given back",
        f"Square refused to take the access back. {_stated(body)[1]}".strip(),
        "Take the access back in Square's own settings, under App integrations.",
    )


def lifetime_of(credentials: Credentials) -> CredentialLifetime | None:
    """How long credentials from the browser last; None for a personal access token.

    One that lives for less than a fortnight is to be renewed at half of its life.
    """
    if credentials.get("connected_by") != "oauth" or not credentials.get("refresh_token"):
        return None
    granted = _number(credentials.get("granted_at")) or 0
    expires = _number(credentials.get("expires_at")) or granted + _LIFE
    return CredentialLifetime(
        renew_at=min(granted + RENEW_AFTER, granted + max(expires - granted, 0) // 2),
        expires_at=expires,
        renewable_until=_number(credentials.get("refresh_token_expires_at")),
    )


def _fields(
    body: Mapping[str, Any], answer: Answer, client_id: str, before: Mapping[str, str]
) -> dict[str, str] | None:
    """The credentials of an answer; None where it gives none. Instants are written as milliseconds."""
    token, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(token, str) or not token:
        return None
    fields = dict(before)
    fields |= {
        "access_token": token,
        "client_id": client_id,
        "connected_by": "oauth",
        "granted_at": str(answer.asked_at),
    }
    if isinstance(refresh, str) and refresh:
        fields["refresh_token"] = refresh
    merchant = body.get("merchant_id")
    if isinstance(merchant, str) and merchant:
        fields["merchant_id"] = merchant
    expires = read_moment(body.get("expires_at"))
    fields["expires_at"] = str(answer.asked_at + _LIFE if expires is None else expires)
    until = read_moment(body.get("refresh_token_expires_at"))
    if until is not None:
        fields["refresh_token_expires_at"] = str(until)
    return fields


def _post(endpoints: Endpoints, path: str, asked: Mapping[str, str], secret: str = "") -> Answer:
    headers = {"Square-Version": API_VERSION, "User-Agent": "Paydesk", "Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Client {secret}"
    return send_once(endpoints.connect_base, headers, "Square", path, json=asked)


def _stated(body: Mapping[str, Any]) -> tuple[str, str]:
    """Code and description of a refusal: of Square's errors, of OAuth's own form, or of Square's older one."""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = first.get("code") or body.get("error") or body.get("type")
    said = first.get("detail") or body.get("error_description") or body.get("message")
    return code if isinstance(code, str) else "", one_line(said) if isinstance(said, str) else ""


def _refused(body: Mapping[str, Any]) -> RefusedError:
    code, description = _stated(body)
    plain = description.lower()
    by_words = next((known for part, known in _REASONS.items() if part in plain), None)
    return refused_to_connect("Square", by_words or _BY_CODE.get(code), description, _AGAIN)


def _unknown(reason: str) -> Unanswered:
    return Unanswered(
        "Access not renewed",
        f"{reason} Nobody knows whether the access was renewed.",
        "It is tried again at the next sync. If Square then refuses, connect the account again.",
    )


def _number(stated: str) -> int | None:
    return int(stated) if stated.isascii() and stated.isdigit() else None
