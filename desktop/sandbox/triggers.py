"""What a test or a demo can make happen at the sandbox's present, by name, whichever provider is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Trigger = Callable[..., dict[str, Any]]


class Searched(Protocol):
    """A world whose objects can be looked for."""

    def find(self, kind: str, object_id: str) -> dict[str, Any]:
        """The object of a kind; raises the provider's refusal where there is none."""

    def newest_first(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind, the newest first."""


def pick(world: Searched, kind: str, wanted: Any, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The object of an id, or the newest one that fits where none is named. ``ValueError`` where there is none."""
    if wanted is not None:
        return world.find(kind, str(wanted))
    for one in world.newest_first(kind):
        if fits(one):
            return one
    raise ValueError(f"no {kind} that fits")


def by_name(*triggers: Trigger) -> dict[str, Trigger]:
    """A table of triggers by the names of their functions."""
    return {trigger.__name__: trigger for trigger in triggers}
