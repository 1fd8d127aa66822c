"""Holds every pretend Square that a test serves against Square's own OpenAPI file, where that file is there.

Not while a fault is on: an answer that is cut off is not what the file describes. Not in the sandbox's own tests, which
watch by themselves and ask for what is wrong on purpose.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Scope

from desktop.sandbox import launch
from desktop.sandbox.faults import Faults
from desktop.sandbox.square.server import SquareServer
from tests.helpers.square_spec import Watch, load


@dataclass(slots=True)
class GoodDays(Watch):
    """Notes what passes while no fault is on."""

    faults: Faults = field(default_factory=Faults)

    def _note(self, scope: Scope, sent: bytes, got: bytes, told: dict[str, Any]) -> None:
        if not self.faults.describe():
            Watch._note(self, scope, sent, got, told)


class WatchedSquare(launch.RunningSquare):
    """A pretend Square whose stopping fails where a call was not as Square's file has it."""

    def __init__(self, server: SquareServer, port: int, around: launch.Around | None = None) -> None:
        spec = None if os.environ.get("PYTEST_CURRENT_TEST", "").startswith("tests/sandbox/") else load()
        self._watch = GoodDays(spec, faults=server.faults) if spec is not None and not _watches(around) else None
        watch = self._watch

        def both(application: ASGIApp) -> ASGIApp:
            inner = application if around is None else around(application)
            return inner if watch is None else watch.around(inner)

        super().__init__(server, port, both)

    def stop(self) -> None:
        """Stop serving, then say what was wrong."""
        super().stop()
        watch, self._watch = self._watch, None
        wrong = watch.violations() if watch is not None else []
        assert not wrong, wrong


def _watches(around: launch.Around | None) -> bool:
    return isinstance(getattr(around, "__self__", None), Watch)
