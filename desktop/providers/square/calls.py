"""Asking Square: with answers that are what was asked for."""

from __future__ import annotations

import threading
import time
from typing import Any

from desktop.providers.base import BaseCalls, Refused, Reply
from desktop.providers.http import Wire
from desktop.providers.limits import Fault, Pace
from desktop.providers.square.errors import error_of
from desktop.providers.square.lists import Request

_CLOCK = Request("GET", "/v2/merchants/me", {})


class Calls(BaseCalls):
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, pace: Pace | None, stop: threading.Event) -> None:
        super().__init__(wire, pace, stop, "Square")

    def ask(self, what: str, request: Request, rows: str = "") -> Reply:
        """One object, or one page where ``rows`` names its array. ``what`` names the endpoint.

        Raises: Refused, Unreachable, CancelledError.
        """

        def shape(body: dict[str, Any]) -> None:
            if rows:
                self._complete_page(body, rows)

        answer, body = self.read(
            what, request.path, request.params, method=request.method, json=request.json, shape=shape
        )
        if answer.status != 200:
            raise Refused(answer)
        return Reply(body, answer.asked_at, answer.answered_at)

    def clock(self) -> int:
        """The provider's clock now (ms), never ahead of it: by the last answer, or by one that is asked for.

        Where its answers are not believed, this machine's clock says up to when to ask: nothing is promised by it.
        Raises: Unreachable, CancelledError.
        """
        heard = self.heard_clock()
        if heard is not None:
            return heard
        try:
            told = self.ask("the clock", _CLOCK).answered_at - 999
        except Refused as refused:
            told = refused.answer.answered_at - 999
        return told if self.heard_clock() is not None else max(told, time.time_ns() // 1_000_000)

    def _complete_page(self, body: dict[str, Any], rows: str) -> None:
        """See that the array of a page is always there. Raises: Fault for what is no page of a list."""
        listed = body.get(rows)
        if listed is None:
            # Square leaves the array of an empty page out; an answer that states errors instead is not one.
            if error_of(body).structured:
                raise Fault("Square sent errors instead of a page of a list.", answered=True)
            body[rows] = []
        elif not isinstance(listed, list):
            raise self.unlike_a_page()
