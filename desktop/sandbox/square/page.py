"""HTML pages of the pretend provider, which load nothing and post to themselves only."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass

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


def page(status: int, provider: str, title: str, body: str, form_to: str = "") -> Page:
    """A page with a title (plain text) and a body (HTML). A form on it may lead on to the origin ``form_to``."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>"
        f'<span class="badge">Paydesk sandbox — not the real {provider}</span><h1>{html.escape(title)}</h1>{body}'
        "</main></body></html>"
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_to}".rstrip()
    )
    return Page(status, text, policy)
