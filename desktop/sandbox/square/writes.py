"""Every call that changes something, as a table."""

from __future__ import annotations

from desktop.sandbox.square.calls import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
