"""Connect's pages and token endpoints."""

from __future__ import annotations

from desktop.sandbox.consent import Consent, Page, may_return, way_back
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.keys import CODE_SECONDS, Keys
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

SCOPES = frozenset({"read_only", "read_write"})

_CONSENT = Consent("Stripe", "/oauth/authorize", "It will be able to:")
_RIGHTS = {
    "read_only": ("Read customers, invoices, payments, refunds, payouts and subscriptions",),
    "read_write": (
        "Read customers, invoices, payments, refunds, payouts and subscriptions",
        "Create and change customers and invoices",
        "Charge cards and give refunds",
    ),
}


class Refused(Exception):
    """An OAuth error in Stripe's format."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


class OAuth:
    """Asks the owner, hands out codes, and exchanges them."""

    def __init__(self, world: World, keys: Keys) -> None:
        self.world = world
        self.keys = keys
        self.redirect_uris: set[str] = set()
        self.codes_expire_at_once = False

    def ask(self, query: dict[str, str]) -> Page:
        """The page with the two buttons, or one that says what is wrong with the request."""
        problem = self._problem(query)
        if problem:
            return _CONSENT.objection(problem)
        account = self.world.account
        name, rights = account["business_profile"]["name"], _RIGHTS[_scope(query)]
        return _CONSENT.question(name, account["id"], rights, query, query["redirect_uri"])

    def decide(self, form: dict[str, str]) -> str | Page:
        """Where the browser goes after a click: back with a code, or with ``access_denied``."""
        problem = self._problem(form)
        if problem or form.get("decision") not in {"connect", "deny"}:
            return _CONSENT.objection(problem or "No decision.")
        if form["decision"] == "deny":
            back = {"error": "access_denied", "error_description": "The user denied your request"}
        else:
            scope = _scope(form)
            back = {"scope": scope, "code": self.keys.new_code(scope, self.world.now)}
        return way_back(form["redirect_uri"], back, form)

    def _problem(self, query: dict[str, str]) -> str | None:
        if query.get("client_id") != self.keys.client_id:
            return "No application matches the supplied client identifier."
        if query.get("response_type") != "code":
            return "The only response type that is supported is 'code'."
        if query.get("scope", "read_only") not in SCOPES:
            return "The scope must be 'read_only' or 'read_write'."
        if not may_return(query.get("redirect_uri", ""), self.redirect_uris):
            return "The redirect address is not one that the application has registered."
        return None

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
        known = self.keys.codes.get(code)
        if not code:
            raise Refused(400, "invalid_request", "No authorization code provided")
        if known is None:
            raise Refused(400, "invalid_grant", f"Authorization code does not exist: {code}")
        if known.used:
            self.keys.revoke_all()
            raise Refused(
                400,
                "invalid_grant",
                "This authorization code has already been used. All tokens issued with this code have been revoked.",
            )
        if self.codes_expire_at_once or self.world.now - known.made_at > CODE_SECONDS:
            raise Refused(400, "invalid_grant", f"Authorization code expired: {code}")
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


def _scope(query: dict[str, str]) -> str:
    return query.get("scope", "read_only")
