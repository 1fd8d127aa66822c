"""Asking Stripe: paced, retried, and without the optional parameters that a server does not know."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.providers.base import PacedCalls, fault_in
from desktop.providers.http import Answer, Wire, decoded
from desktop.providers.limits import Allowance, Fault
from desktop.providers.stripe.errors import refusal, refused_parameter


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: the decoded object, the provider's clock around it (ms) and the parameters that were left out."""

    body: dict[str, Any]
    asked_at: int
    answered_at: int
    left_out: tuple[str, ...] = ()


class Refused(Exception):
    """An answer that no retry will change; the caller decides what it means where it asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Calls(PacedCalls):
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, allowance: Allowance | None, stop: threading.Event) -> None:
        super().__init__(wire, allowance, stop, "Stripe")
        self._dropped: dict[str, frozenset[str]] = {}

    def ask(
        self,
        what: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        optional: Mapping[str, str] | None = None,
        listed: bool = False,
    ) -> Reply:
        """One object, or one page where ``listed``. ``what`` names the endpoint.

        A refused parameter of ``optional`` is left out, now and from now on.
        Raises: Refused, Unreachable, CancelledError.
        """
        wanted = dict(optional or {})
        left_out = self._dropped.get(what, frozenset()) & wanted.keys()
        while True:
            sent = {name: value for name, value in wanted.items() if name not in left_out}
            answer, body = self._asked(what, path, {**(params or {}), **sent}, bool(sent), listed)
            if answer.status == 200:
                break
            refused = refused_parameter(answer, sent)
            if not refused:
                raise Refused(answer)
            left_out |= {refused}
        if left_out:
            with self._lock:
                self._dropped[what] = self._dropped.get(what, frozenset()) | left_out
        return Reply(body, answer.asked_at, answer.answered_at, tuple(sorted(left_out)))

    def ask_plainly(self, what: str, path: str, params: Mapping[str, str] | None = None, *, listed: bool) -> Reply:
        """As ``ask``, with every refusal as an error of the world."""
        try:
            return self.ask(what, path, params, listed=listed)
        except Refused as refused:
            raise refusal(refused.answer, what) from None

    def _asked(
        self, what: str, path: str, params: Mapping[str, str], droppable: bool, listed: bool
    ) -> tuple[Answer, dict[str, Any]]:
        def attempt(number: int) -> tuple[Answer, dict[str, Any]]:
            answer = self.send(what, path, params, again=number > 1)
            if answer.status == 500 and droppable and number > 1:
                # Some servers fail at a parameter that they do not know: twice is enough to try without it.
                return answer, {}
            fault = fault_in(answer, "Stripe")
            if fault is not None:
                raise fault
            return answer, _shaped(answer, listed) if answer.status == 200 else {}

        return self.persist(attempt)


def _shaped(answer: Answer, listed: bool) -> dict[str, Any]:
    """The decoded object, which must be a page where one was asked for. Raises: Fault."""
    body = decoded(answer.content, "Stripe")
    if not isinstance(body, dict):
        raise Fault("Stripe sent something that is not an object.", answered=True)
    if listed:
        rows = body.get("data")
        if not isinstance(rows, list):
            raise Fault("Stripe sent something that is not a page of a list.", answered=True)
        if not rows and body.get("has_more") is True:
            raise Fault("Stripe sent an empty page and says that there is more.", answered=True)
    return body
