"""How an endpoint is declared, whichever provider is played."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method, an address below the API's ``root``, and what answers. ``{}`` in the address stands for an id."""

    root: ClassVar[str]

    method: str
    address: str
    handler: Callable[[Any], dict[str, Any]]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        expression = re.escape(f"{self.root}/{self.address}").replace(r"\{\}", r"([^/]+)")
        object.__setattr__(self, "pattern", re.compile(f"{expression}$"))
