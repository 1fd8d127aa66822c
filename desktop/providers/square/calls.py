"""Asking Square: paced, retried, and with answers that are what was asked for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from desktop.providers.base import PacedCalls, fault_in
from desktop.providers.http import Answer, Wire, decoded
from desktop.providers.limits import Allowance, Fault
from desktop.providers.square.errors import refusal, stated_error
from desktop.providers.square.lists import Request

_CLOCK = Request("GET", "/v2/merchants/me", {})


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: the decoded object, and the provider's clock around it (ms)."""

    body: dict[str, Any]
    asked_at: int
    answered_at: int


class Refused(Exception):
    """An answer that no retry will change; the caller decides what it means where it asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Calls(PacedCalls):
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, allowance: Allowance | None, stop: threading.Event) -> None:
        super().__init__(wire, allowance, stop, "Square")

    def ask(self, what: str, request: Request, rows: str = "") -> Reply:
        """One object, or one page where ``rows`` names its array. ``what`` names the endpoint.

        Raises: Refused, Unreachable, CancelledError.
        """

        def attempt(number: int) -> tuple[Answer, dict[str, Any]]:
            answer = self.send(
                what, request.path, request.params, method=request.method, json=request.json, again=number > 1
            )
            fault = fault_in(answer, "Square")
            if fault is not None:
                raise fault
            return answer, _shaped(answer, rows) if answer.status == 200 else {}

        answer, body = self.persist(attempt)
        if answer.status != 200:
            raise Refused(answer)
        return Reply(body, answer.asked_at, answer.answered_at)

    def ask_plainly(self, what: str, request: Request, rows: str = "") -> Reply:
        """As ``ask``, with every refusal as an error of the world."""
        try:
            return self.ask(what, request, rows)
        except Refused as refused:
            raise refusal(refused.answer, what) from None

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


def _shaped(answer: Answer, rows: str) -> dict[str, Any]:
    """The decoded object; where a page was asked for, its array is always there. Raises: Fault."""
    body = decoded(answer.content, "Square")
    if not isinstance(body, dict):
        raise Fault("Square sent something that is not an object.", answered=True)
    if rows:
        listed = body.get(rows)
        if listed is None:
            # Square leaves the array of an empty page out; an answer that states errors instead is not one.
            if stated_error(answer.content).structured:
                raise Fault("Square sent errors instead of a page of a list.", answered=True)
            body[rows] = []
        elif not isinstance(listed, list):
            raise Fault("Square sent something that is not a page of a list.", answered=True)
    return body
