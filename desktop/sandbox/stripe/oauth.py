"""Connect's pages and token endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desktop.sandbox import errors, oauth
from desktop.sandbox.consent import Consent
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.keys import Keys
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

SCOPES = frozenset({"read_only", "read_write"})

_RIGHTS = {
    "read_only": ("Read customers, invoices, payments, refunds, payouts and subscriptions",),
    "read_write": (
        "Read customers, invoices, payments, refunds, payouts and subscriptions",
        "Create and change customers and invoices",
        "Charge cards and give refunds",
    ),
}


class Refused(errors.Refusal):
    """An OAuth error in Stripe's format."""

    def __init__(self, status: int, error: str, description: str) -> None:
        body = {"error": error, "error_description": description}
        super().__init__(description, status, body, body, None)


class OAuth(oauth.OAuth):
    """Asks the owner, hands out codes, and exchanges them."""

    consent = Consent("Stripe", "/oauth/authorize", "It will be able to:")
    denial = "The user denied your request"

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__()
        self.world = world
        self.keys = keys

    def client_id(self) -> str:
        """The Connect application's id."""
        return self.keys.client_id

    def owner(self) -> tuple[str, str]:
        """The studio and its account."""
        return self.world.account["business_profile"]["name"], self.world.account["id"]

    def rights(self, query: Mapping[str, str]) -> Iterable[str]:
        """What a scope lets an application do."""
        return _RIGHTS[_scope(query)]

    def objection_to(self, query: Mapping[str, str]) -> str | None:
        """There are two scopes."""
        return None if _scope(query) in SCOPES else "The scope must be 'read_only' or 'read_write'."

    def grant(self, form: dict[str, str]) -> dict[str, str]:
        """A code for the scope."""
        scope = _scope(form)
        return {"scope": scope, "code": self.keys.new_code(scope, self.world.now)}

    def exchange(self, form: dict[str, str], key: str | None) -> Wire:
        """An access token for a code (once, within five minutes) or for a refresh token."""
        self._platform(form.get("client_secret") or key)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            scope = self._use_code(form.get("code", ""))
        elif kind == "refresh_token":
            refresh = form.get("refresh_token", "")
            if refresh not in self.keys.refresh_tokens:
                raise Refused(400, "invalid_grant", f"Refresh token does not exist: {refresh}")
            scope = self.keys.refresh_tokens[refresh]
        elif kind is None:
            raise Refused(400, "invalid_request", "No grant type specified")
        else:
            raise Refused(400, "unsupported_grant_type", f"Unsupported grant type: {kind}")
        token, refresh = self.keys.new_token(scope)
        return {
            "access_token": token,
            "livemode": False,
            "refresh_token": refresh,
            "token_type": "bearer",
            "stripe_publishable_key": self.keys.publishable_key,
            "stripe_user_id": self.world.account["id"],
            "scope": scope,
        }

    def _use_code(self, code: str) -> str:
        if not code:
            raise Refused(400, "invalid_request", "No authorization code provided")
        known = self.keys.codes.get(code)
        why = self.spoiled(known, self.world.now)
        if why == "used":
            self.keys.revoke_all()
            raise Refused(
                400,
                "invalid_grant",
                "This authorization code has already been used. All tokens issued with this code have been revoked.",
            )
        if why == "expired":
            raise Refused(400, "invalid_grant", f"Authorization code expired: {code}")
        if known is None:
            raise Refused(400, "invalid_grant", f"Authorization code does not exist: {code}")
        known.used = True
        return known.scope

    def deauthorize(self, form: dict[str, str], key: str | None) -> Wire:
        """Take every token of the account back."""
        self._platform(form.get("client_secret") or key)
        account = form.get("stripe_user_id", "")
        if form.get("client_id") != self.keys.client_id:
            raise Refused(401, "invalid_client", "No application matches the supplied client identifier")
        if account != self.world.account["id"] or not self.keys.tokens:
            raise Refused(
                401,
                "invalid_client",
                f"This application is not connected to stripe account {account}, or that account does not exist.",
            )
        self.keys.revoke_all()
        return {"stripe_user_id": account}

    def _platform(self, key: str | None) -> None:
        try:
            role = self.keys.role(key or "")
        except Refusal as refusal:
            raise Refused(401, "invalid_client", str(refusal)) from refusal
        if role != "secret":
            raise Refused(401, "invalid_client", "This needs the secret key of the platform.")


def _scope(query: Mapping[str, str]) -> str:
    return query.get("scope", "read_only")
