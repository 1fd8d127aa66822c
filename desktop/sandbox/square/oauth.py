"""Square's permission page and token endpoints; PKCE is checked for real."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

from desktop.sandbox import oauth
from desktop.sandbox.consent import Consent
from desktop.sandbox.square.errors import Refusal, bad, required
from desktop.sandbox.square.keys import ALL_SCOPES, Keys, Pair, challenge_of
from desktop.sandbox.square.moments import plain
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.world import World

_SPOILED = {
    "expired": "Authorization code is expired.",
    "unknown": "Authorization code not found for app.",
    "used": "Authorization code is already claimed.",
}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def scopes_of(query: Mapping[str, str]) -> frozenset[str]:
    """The scopes that a request asks for, separated by spaces (a ``+`` in an address) or commas."""
    return frozenset(re.split(r"[\s,+]+", query.get("scope", "").strip())) - {""} or frozenset(
        {"MERCHANT_PROFILE_READ", "PAYMENTS_READ"}
    )


class OAuth(oauth.OAuth):
    """Asks the seller, hands out codes, and exchanges them.

    ``lose_next_refresh`` cuts the connection after the next refresh has issued its new pair.
    """

    consent = Consent("Square", "/oauth2/authorize", "It will have these permissions:")
    denial = "user_denied"
    default_response_type = "code"
    default_redirect_uri = "http://localhost:8765/"

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__()
        self.world = world
        self.keys = keys
        self.lose_next_refresh = False
        self._cut = False

    def client_id(self) -> str:
        """The application's id."""
        return self.keys.application_id

    def owner(self) -> tuple[str, str]:
        """The seller."""
        return self.world.merchant["business_name"], self.world.merchant["id"]

    def rights(self, query: Mapping[str, str]) -> Iterable[str]:
        """The scopes by their names."""
        return sorted(scopes_of(query))

    def objection_to(self, query: Mapping[str, str]) -> str | None:
        """Scopes must exist, and a PKCE challenge be one of S256."""
        unknown = scopes_of(query) - ALL_SCOPES
        if unknown:
            return f"These permissions do not exist: {', '.join(sorted(unknown))}."
        challenge = query.get("code_challenge")
        if challenge is not None and not _CHALLENGE.fullmatch(challenge):
            return "The code challenge must be a SHA-256 digest in base64url without padding."
        return None

    def grant(self, form: dict[str, str]) -> dict[str, str]:
        """A code for the scopes, which remembers the challenge and the redirect that it was asked with."""
        asked = (form.get("code_challenge"), form.get("redirect_uri"))
        return {"code": self.keys.new_code(scopes_of(form), self.world.now, *asked), "response_type": "code"}

    def exchange(self, body: Wire) -> Wire:
        """An access token for a code (once, within five minutes) or for a refresh token."""
        if body.get("client_id") != self.keys.application_id:
            raise Refusal(401, "UNAUTHORIZED", "Application not found.", field="client_id")
        secret = body.get("client_secret")
        if secret is not None and not hmac.compare_digest(str(secret), self.keys.application_secret):
            raise Refusal(401, "UNAUTHORIZED", "Invalid client secret.", field="client_secret")
        kind = body.get("grant_type")
        short = bool(body.get("short_lived", False))
        if kind == "authorization_code":
            return self._answer(self._use_code(body, short))
        if kind == "refresh_token":
            return self._answer(self._use_refresh(body, short))
        raise required("grant_type") if kind is None else bad(f"Unsupported grant_type: {kind}", "grant_type")

    def _use_code(self, body: Wire, short: bool) -> Pair:
        if not body.get("code"):
            raise required("code")
        known = self.keys.codes.get(str(body["code"]))
        why = self.spoiled(known, self.world.now)
        if why is not None or known is None:
            raise Refusal(401, "UNAUTHORIZED", _SPOILED[why or "unknown"], field="code")
        if known.redirect_uri is not None and body.get("redirect_uri") != known.redirect_uri:
            raise bad("The redirect_uri does not match the one of the authorization request.", "redirect_uri")
        pkce = known.challenge is not None
        if pkce:
            self._verify(body, known.challenge or "")
        elif body.get("client_secret") is None:
            raise required("client_secret")
        known.used = True
        return self.keys.new_pair(known.scopes, self.world.now, pkce=pkce, short_lived=short)

    def _verify(self, body: Wire, challenge: str) -> None:
        verifier = body.get("code_verifier")
        if not verifier:
            raise required("code_verifier")
        if not _VERIFIER.fullmatch(str(verifier)) or not hmac.compare_digest(challenge_of(str(verifier)), challenge):
            raise Refusal(401, "UNAUTHORIZED", "The code_verifier does not match the challenge.", field="code_verifier")

    def _use_refresh(self, body: Wire, short: bool) -> Pair:
        text = body.get("refresh_token")
        if not text:
            raise required("refresh_token")
        known = self.keys.refresh_tokens.get(str(text))
        if known is None:
            raise Refusal(401, "UNAUTHORIZED", "Invalid refresh token.", field="refresh_token")
        if known.spent:
            raise Refusal(401, "UNAUTHORIZED", "The refresh token has already been used.", field="refresh_token")
        if known.expires_at is not None and known.expires_at <= self.world.now:
            raise Refusal(401, "UNAUTHORIZED", "The refresh token has expired.", field="refresh_token")
        if not known.single_use and body.get("client_secret") is None:
            raise required("client_secret")
        wanted = body.get("scopes")
        scopes = known.scopes & frozenset(wanted) if isinstance(wanted, list) else known.scopes
        self._cut, self.lose_next_refresh = self.lose_next_refresh, False
        pair = self.keys.new_pair(scopes, self.world.now, pkce=known.single_use, short_lived=short)
        known.spent = known.single_use
        if not known.single_use:
            del self.keys.refresh_tokens[pair.refresh_token]
            return Pair(pair.access_token, str(text), pair.token, known)
        return pair

    def take_cut(self) -> bool:
        """Whether the answer that was just made is to be lost on its way; says so once."""
        cut, self._cut = self._cut, False
        return cut

    def _answer(self, pair: Pair) -> Wire:
        made = {
            "access_token": pair.access_token,
            "token_type": "bearer",
            "expires_at": plain(pair.token.expires_at or 0),
            "merchant_id": self.world.merchant["id"],
            "refresh_token": pair.refresh_token,
            "short_lived": pair.token.short_lived,
        }
        if pair.refresh.expires_at is not None:
            made["refresh_token_expires_at"] = plain(pair.refresh.expires_at)
        return made

    def revoke(self, body: Wire, header: str | None) -> Wire:
        """Take the seller's tokens back: only with the application's secret, PKCE or not."""
        kind, _, secret = (header or "").partition(" ")
        if kind != "Client" or not hmac.compare_digest(secret.encode(), self.keys.application_secret.encode()):
            raise Refusal(401, "UNAUTHORIZED", "Missing or invalid application secret in the Authorization header.")
        if body.get("client_id") != self.keys.application_id:
            raise Refusal(404, "NOT_FOUND", "Application not found.", field="client_id")
        if "access_token" not in body and body.get("merchant_id") != self.world.merchant["id"]:
            raise required("access_token")
        if "access_token" in body and body["access_token"] not in self.keys.tokens:
            raise Refusal(404, "NOT_FOUND", "Access token not found.", field="access_token")
        self.keys.revoke_all(only_access=bool(body.get("revoke_only_access_token")))
        about = {"revocation": {"revoked_at": self.world.stamp(), "revoker_type": "APPLICATION"}}
        data = {"type": "revocation", "id": self.world.ids.uuid(), "object": about}
        self.world.emit("oauth.authorization.revoked", data)
        return {"success": True}

    def status(self, header: str | None) -> Wire:
        """What a token may do and until when."""
        token = self.keys.token_of(header, self.world.now)
        made: Wire = {
            "scopes": sorted(token.scopes),
            "client_id": self.keys.application_id,
            "merchant_id": self.world.merchant["id"],
        }
        if token.expires_at is not None:
            made["expires_at"] = plain(token.expires_at)
        return made
