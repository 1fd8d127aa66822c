"""What an endpoint is given, and how endpoints are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.sandbox import calls
from desktop.sandbox.stripe.world import World


@dataclass(slots=True)
class Call:
    """One request that passed the door: whose key, which parameters, which ids of the address."""

    world: World
    params: dict[str, Any]
    ids: tuple[str, ...]
    path: str
    by_token: bool


@dataclass(frozen=True, slots=True)
class Endpoint(calls.Endpoint):
    """An address, what it takes, and who may use it."""

    root = "/v1"

    params: frozenset[str]
    right: str
