"""Who may come in: a personal access token, and the tokens that OAuth hands out, with their scopes and ends."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from desktop.sandbox import oauth
from desktop.sandbox.clock import DAY
from desktop.sandbox.ids import Ids, Shape
from desktop.sandbox.square.errors import Refusal

TOKEN_SECONDS = 30 * DAY
SHORT_TOKEN_SECONDS = DAY
REFRESH_SECONDS = 90 * DAY

_IDS = {
    "access": Shape("EAAAl", 59),
    "application": Shape("sandbox-sq0idb-", 22),
    "code": Shape("sandbox-sq0cgb-", 22),
    "refresh": Shape("EQAAl", 59),
    "secret": Shape("sandbox-sq0csb-", 43),
}

ALL_SCOPES = frozenset(
    {
        *("BANK_ACCOUNTS_READ", "CUSTOMERS_READ", "CUSTOMERS_WRITE", "DEVICES_READ", "DEVICE_CREDENTIAL_MANAGEMENT"),
        *("DISPUTES_READ", "DISPUTES_WRITE", "EMPLOYEES_READ", "GIFTCARDS_READ", "INVENTORY_READ", "INVENTORY_WRITE"),
        *("INVOICES_READ", "INVOICES_WRITE", "ITEMS_READ", "ITEMS_WRITE", "MERCHANT_PROFILE_READ"),
        *("MERCHANT_PROFILE_WRITE", "ONLINE_STORE_SITE_READ", "ORDERS_READ", "ORDERS_WRITE", "PAYMENTS_READ"),
        *("PAYMENTS_WRITE", "PAYMENTS_WRITE_IN_PERSON", "PAYOUTS_READ", "SETTLEMENTS_READ", "SUBSCRIPTIONS_READ"),
        *("SUBSCRIPTIONS_WRITE", "TIMECARDS_READ"),
    }
)
"""What an application may ask for."""


@dataclass(slots=True, kw_only=True)
class Code(oauth.Code):
    """An authorisation code, with what it is good for and what its exchange has to repeat."""

    scopes: frozenset[str]
    challenge: str | None
    redirect_uri: str | None


@dataclass(slots=True)
class Token:
    """An access token. ``expires_at`` None never does, as the personal one."""

    scopes: frozenset[str]
    expires_at: int | None
    short_lived: bool = False
    revoked: bool = False
    personal: bool = False


@dataclass(slots=True)
class Refresh:
    """A refresh token; those of PKCE end and are good for one use."""

    scopes: frozenset[str]
    expires_at: int | None
    single_use: bool
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """What an exchange brings."""

    access_token: str
    refresh_token: str
    token: Token
    refresh: Refresh


class Keys:
    """All credentials of one pretend seller; the same seed gives the same ones."""

    def __init__(self, seed: str) -> None:
        self._ids = Ids(f"keys of {seed}", _IDS)
        self.application_id = self._ids.new("application")
        self.application_secret = self._ids.new("secret")
        self.access_token = self._ids.new("access")
        self.tokens: dict[str, Token] = {self.access_token: Token(ALL_SCOPES, None, personal=True)}
        self.refresh_tokens: dict[str, Refresh] = {}
        self.codes: dict[str, Code] = {}

    def new_code(
        self, scopes: frozenset[str], now: int, challenge: str | None = None, redirect_uri: str | None = None
    ) -> str:
        """A code for one exchange."""
        code = self._ids.new("code")
        self.codes[code] = Code(scopes=scopes, made_at=now, challenge=challenge, redirect_uri=redirect_uri)
        return code

    def new_pair(self, scopes: frozenset[str], now: int, *, pkce: bool, short_lived: bool = False) -> Pair:
        """An access token and the refresh token that goes with it."""
        token = Token(scopes, now + (SHORT_TOKEN_SECONDS if short_lived else TOKEN_SECONDS), short_lived)
        refresh = Refresh(scopes, now + REFRESH_SECONDS if pkce else None, single_use=pkce)
        pair = Pair(self._ids.new("access"), self._ids.new("refresh"), token, refresh)
        self.tokens[pair.access_token] = token
        self.refresh_tokens[pair.refresh_token] = refresh
        return pair

    def token_of(self, header: str | None, now: int) -> Token:
        """The token that a request carries; raises the 401s."""
        kind, _, text = (header or "").partition(" ")
        found = self.tokens.get(text.strip()) if kind.lower() == "bearer" else None
        if found is None:
            raise Refusal(401, "UNAUTHORIZED", "This request could not be authorized.")
        if found.revoked:
            raise Refusal(401, "ACCESS_TOKEN_REVOKED", "The provided access token has been revoked.")
        if found.expires_at is not None and found.expires_at <= now:
            raise Refusal(401, "ACCESS_TOKEN_EXPIRED", "The provided access token has expired.")
        return found

    def revoke_all(self, *, only_access: bool = False) -> None:
        """Take every token that OAuth handed out back; the personal one stays."""
        for token in self.tokens.values():
            token.revoked = token.revoked or not token.personal
        if not only_access:
            for refresh in self.refresh_tokens.values():
                refresh.spent = True


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier: base64url without padding (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
