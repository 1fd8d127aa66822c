"""Connect's pages and token endpoints."""

from __future__ import annotations

import base64
import hashlib
import html
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.keys import CODE_SECONDS, Keys
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

SCOPES = frozenset({"read_only", "read_write"})

_STYLE = """
:root { color-scheme: light dark }
:root { --ink: #1a1f36; --paper: #ffffff; --ground: #f6f9fc; --soft: #697386; --line: #e3e8ee }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ee; --paper: #1c2233; --ground: #10141f; --soft: #9aa3b5; --line: #2e3650 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
main { width: min(30rem, calc(100vw - 2rem)); background: var(--paper); border: 1px solid var(--line);
  border-radius: 12px; padding: 2rem; box-shadow: 0 12px 32px rgb(0 0 0 / .08) }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem }
p, li { color: var(--soft) }
ul { padding-left: 1.2rem }
.badge { display: inline-block; background: #fde68a; color: #713f12; border-radius: 99px; padding: .1rem .7rem;
  font-size: .8rem; font-weight: 600; margin-bottom: 1rem }
.choices { display: flex; gap: .75rem; margin-top: 1.5rem }
button { flex: 1; font: inherit; font-weight: 600; padding: .7rem 1rem; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: var(--ink) }
button[value=connect] { background: #4f46e5; border-color: #4f46e5; color: #fff }
button:focus-visible { outline: 3px solid #a5b4fc; outline-offset: 2px }
"""

_RIGHTS = {
    "read_only": ("Read customers, invoices, payments, refunds, payouts and subscriptions",),
    "read_write": (
        "Read customers, invoices, payments, refunds, payouts and subscriptions",
        "Create and change customers and invoices",
        "Charge cards and give refunds",
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page with the policy that keeps a browser from loading anything else."""

    status: int
    html: str
    policy: str


class Refused(Exception):
    """An OAuth error in Stripe's format."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(status: int, title: str, body: str, form_to: str = "") -> Page:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>"
        f'<span class="badge">Paydesk sandbox — not the real Stripe</span><h1>{html.escape(title)}</h1>{body}'
        "</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(_STYLE)}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_to}".rstrip()
    )
    return Page(status, text, policy)


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
            return _page(400, "This link does not work", f"<p>{html.escape(problem)}</p>")
        target = urlsplit(query["redirect_uri"])
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in query.items()
        )
        name = self.world.account["business_profile"]["name"]
        rights = "".join(f"<li>{right}</li>" for right in _RIGHTS[_scope(query)])
        body = (
            f"<p>The application <b>Paydesk</b> asks to work with the Stripe account of <b>{html.escape(name)}</b> "
            f"({self.world.account['id']}). It will be able to:</p><ul>{rights}</ul>"
            f'<form method="post" action="/oauth/authorize">{hidden}<div class="choices">'
            '<button type="submit" name="decision" value="deny">Deny</button>'
            '<button type="submit" name="decision" value="connect">Connect</button></div></form>'
        )
        return _page(200, f"Connect {name} to Paydesk", body, f"{target.scheme}://{target.netloc}")

    def decide(self, form: dict[str, str]) -> str | Page:
        """Where the browser goes after a click: back with a code, or with ``access_denied``."""
        problem = self._problem(form)
        if problem or form.get("decision") not in {"connect", "deny"}:
            return _page(400, "This link does not work", f"<p>{html.escape(problem or 'No decision.')}</p>")
        if form["decision"] == "deny":
            back = {"error": "access_denied", "error_description": "The user denied your request"}
        else:
            scope = _scope(form)
            back = {"scope": scope, "code": self.keys.new_code(scope, self.world.now)}
        if "state" in form:
            back["state"] = form["state"]
        joint = "&" if urlsplit(form["redirect_uri"]).query else "?"
        return f"{form['redirect_uri']}{joint}{urlencode(back)}"

    def _problem(self, query: dict[str, str]) -> str | None:
        if query.get("client_id") != self.keys.client_id:
            return "No application matches the supplied client identifier."
        if query.get("response_type") != "code":
            return "The only response type that is supported is 'code'."
        if query.get("scope", "read_only") not in SCOPES:
            return "The scope must be 'read_only' or 'read_write'."
        if not self._allowed(query.get("redirect_uri", "")):
            return "The redirect address is not one that the application has registered."
        return None

    def _allowed(self, address: str) -> bool:
        parts = urlsplit(address)
        if address in self.redirect_uris:
            return True
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return False
        if parts.hostname == "localhost":
            return True
        try:
            return ipaddress.ip_address(parts.hostname).is_loopback
        except ValueError:
            return False

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
