"""Whether an address is Square itself or one of the pretend ones."""

from __future__ import annotations

from urllib.parse import urlsplit

from desktop.providers.http import is_loopback


def mode_of(base: str) -> str:
    """``sandbox`` for Square's sandbox and for this machine, ``live`` for everything else."""
    host = urlsplit(base).hostname or ""
    pretend = host == "squareupsandbox.com" or host.endswith(".squareupsandbox.com")
    return "sandbox" if pretend or is_loopback(base) else "live"
