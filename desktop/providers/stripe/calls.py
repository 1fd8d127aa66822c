"""Asking Stripe: without the optional parameters that a server does not know, or does not give to this key."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from desktop.providers.base import BaseCalls, Refused, Reply
from desktop.providers.http import Answer, Wire
from desktop.providers.limits import Fault, Pace
from desktop.providers.stripe.errors import is_expansion, refusal, refused_parameter


class Calls(BaseCalls):
    """The reads of one account. Safe for several threads."""

    def __init__(self, wire: Wire, pace: Pace | None, stop: threading.Event) -> None:
        super().__init__(wire, pace, stop, "Stripe")
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
            # What may not be read is either the list, or what was to come along with it.
            dropped = {refused} if refused else {name for name in sent if is_expansion(name)}
            if not refused and (answer.status != 403 or not dropped):
                raise Refused(answer)
            left_out |= dropped
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
        def settled(answer: Answer, tries: int) -> bool:
            # Some servers fail at a parameter that they do not know: twice is enough to try without it.
            return answer.status == 500 and droppable and tries > 1

        return self.read(what, path, params, shape=self._check_page if listed else None, settled=settled)

    def _check_page(self, body: dict[str, Any]) -> None:
        """Raises: Fault for what is no page of a list, or could never end."""
        rows = body.get("data")
        if not isinstance(rows, list):
            raise self.unlike_a_page()
        if not rows and body.get("has_more") is True:
            raise Fault("Stripe sent an empty page and says that there is more.", answered=True)
