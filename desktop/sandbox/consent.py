"""The page on which an owner lets an application in, whichever provider is played, and the way back from it."""

from __future__ import annotations

import base64
import hashlib
import html
import ipaddress
from collections.abc import Container, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

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


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page with the policy that keeps a browser from loading anything else."""

    status: int
    html: str
    policy: str


@dataclass(frozen=True, slots=True)
class Consent:
    """How one provider asks: its name, the address of its page, and the words that introduce the rights."""

    provider: str
    address: str
    leading: str

    def question(
        self, business: str, account: str, rights: Iterable[str], query: dict[str, str], redirect_uri: str
    ) -> Page:
        """The page with the two buttons. Its form repeats the query and may lead on to the redirect's origin only."""
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in query.items()
        )
        listed = "".join(f"<li>{html.escape(right)}</li>" for right in rights)
        body = (
            f"<p>The application <b>Paydesk</b> asks to work with the {self.provider} account of "
            f"<b>{html.escape(business)}</b> ({account}). {self.leading}</p><ul>{listed}</ul>"
            f'<form method="post" action="{self.address}">{hidden}<div class="choices">'
            '<button type="submit" name="decision" value="deny">Deny</button>'
            '<button type="submit" name="decision" value="connect">Connect</button></div></form>'
        )
        target = urlsplit(redirect_uri)
        return self._page(200, f"Connect {business} to Paydesk", body, f"{target.scheme}://{target.netloc}")

    def objection(self, problem: str) -> Page:
        """The page that says what is wrong with a request."""
        return self._page(400, "This link does not work", f"<p>{html.escape(problem)}</p>")

    def _page(self, status: int, title: str, body: str, form_to: str = "") -> Page:
        text = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<style>{_STYLE}</style></head><body><main><span class="badge">Paydesk sandbox — not the real '
            f"{self.provider}</span><h1>{html.escape(title)}</h1>{body}</main></body></html>"
        )
        digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {form_to}".rstrip()
        )
        return Page(status, text, policy)


def way_back(redirect_uri: str, told: dict[str, str], form: dict[str, str]) -> str:
    """Where the browser goes with what the application is told; the ``state`` of its request goes along."""
    back = told | {"state": form["state"]} if "state" in form else told
    return f"{redirect_uri}{'&' if urlsplit(redirect_uri).query else '?'}{urlencode(back)}"


def may_return(redirect_uri: str, registered: Container[str]) -> bool:
    """Whether an owner may be sent to an address: one that is registered, or one on loopback."""
    parts = urlsplit(redirect_uri)
    if redirect_uri in registered:
        return True
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
