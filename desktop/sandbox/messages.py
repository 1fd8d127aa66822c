"""A request as it came in and the answer as it goes out, whichever provider is played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop.sandbox.faults import Fault


@dataclass(frozen=True, slots=True)
class Request:
    """What came in: header names in lower case, the query and the body as text."""

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]


@dataclass(slots=True)
class Answer:
    """What goes out. ``broken`` is ``drop`` or ``truncate`` where the body must not arrive whole."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    broken: str | None = None

    def hamper(self, striking: Iterable[Fault]) -> None:
        """Let faults do what they do to an answer on its way."""
        for fault in striking:
            if fault.kind == "slow":
                self.delay += fault.seconds
            if fault.kind in {"drop", "truncate"}:
                self.broken = fault.kind
