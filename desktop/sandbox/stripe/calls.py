"""What an endpoint is given, and how endpoints are declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World


@dataclass(slots=True)
class Call:
    """One request that passed the door: whose key, which parameters, which ids of the address."""

    world: World
    params: dict[str, Any]
    ids: tuple[str, ...]
    path: str
    by_token: bool


Handler = Callable[[Call], Wire]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, what it takes, and who may use it. ``{}`` in the address stands for an id."""

    method: str
    address: str
    handler: Handler
    params: frozenset[str]
    right: str
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        expression = re.escape(f"/v1/{self.address}").replace(r"\{\}", r"([^/]+)")
        object.__setattr__(self, "pattern", re.compile(f"{expression}$"))

    @property
    def stream(self) -> str:
        """The collection that the address belongs to, such as ``charges``."""
        return self.address.split("/")[0]
