"""Who may come in: the platform's secret key, a restricted key, and the tokens that OAuth handed out."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from desktop.sandbox import oauth
from desktop.sandbox.ids import Ids, Shape
from desktop.sandbox.stripe.errors import Refusal

_IDS = {
    "ac": Shape("ac_", 32),
    "ca": Shape("ca_", 32),
    "pk_test": Shape("pk_test_51", 97),
    "rk_test": Shape("rk_test_51", 97),
    "rt": Shape("rt_", 48),
    "sk_test": Shape("sk_test_51", 97),
}


@dataclass(slots=True, kw_only=True)
class Code(oauth.Code):
    """An authorisation code, with what for."""

    scope: str


class Keys:
    """All credentials of one pretend account; the same seed gives the same ones."""

    def __init__(self, seed: str) -> None:
        self._ids = Ids(f"keys of {seed}", _IDS)
        self.client_id = self._ids.new("ca")
        self.secret_key = self._ids.new("sk_test")
        self.restricted_key = self._ids.new("rk_test")
        self.publishable_key = self._ids.new("pk_test")
        self.tokens: dict[str, str] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.codes: dict[str, Code] = {}

    def new_code(self, scope: str, now: int) -> str:
        """A code for one exchange."""
        code = self._ids.new("ac")
        self.codes[code] = Code(scope=scope, made_at=now)
        return code

    def new_token(self, scope: str) -> tuple[str, str]:
        """An access token and the refresh token that goes with it."""
        token, refresh = self._ids.new("sk_test"), self._ids.new("rt")
        self.tokens[token] = scope
        self.refresh_tokens[refresh] = scope
        return token, refresh

    def revoke_all(self) -> None:
        """No token works any more."""
        self.tokens.clear()
        self.refresh_tokens.clear()

    def role(self, key: str) -> str:
        """``secret``, ``restricted`` or ``token``; raises the 401 of a key that nobody knows."""
        if key == self.secret_key:
            return "secret"
        if key == self.restricted_key:
            return "restricted"
        if key in self.tokens:
            return "token"
        raise Refusal(401, f"Invalid API Key provided: {hidden(key)}", headers=_ASK)


_ASK = {"WWW-Authenticate": 'Basic realm="Stripe"'}


def hidden(key: str) -> str:
    """A key as error messages show it."""
    start = key[: key.find("_", 3) + 1] if key.count("_") > 1 else ""
    return f"{start}{'*' * max(4, len(key) - len(start) - 4)}{key[-4:]}"


def key_of(header: str | None) -> str:
    """The key in an Authorization header, Bearer or Basic; raises the 401 of a request without one."""
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() == "bearer" and rest.strip():
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            found = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            found = ""
        if found:
            return found
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "
        "details, or we can help at https://support.stripe.com/."
    )
    raise Refusal(401, message, headers=_ASK)
