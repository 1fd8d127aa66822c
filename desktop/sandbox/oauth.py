"""How an owner is asked and sent back, and when a code is good, whichever provider is played."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from desktop.sandbox.consent import Consent, Page, may_return, way_back

CODE_SECONDS = 300
"""How long an authorisation code is good for."""


@dataclass(slots=True, kw_only=True)
class Code:
    """An authorisation code: since when there is one, and whether it was used."""

    made_at: int
    used: bool = False


class OAuth(ABC):
    """Asks the owner and hands out codes.

    ``redirect_uris`` are registered addresses beside loopback ones; ``codes_expire_at_once`` spoils every code.
    """

    consent: ClassVar[Consent]
    denial: ClassVar[str]
    """What an application is told where the owner says no."""
    default_response_type: ClassVar[str | None] = None
    default_redirect_uri: ClassVar[str] = ""

    def __init__(self) -> None:
        self.redirect_uris: set[str] = set()
        self.codes_expire_at_once = False

    def ask(self, query: dict[str, str]) -> Page:
        """The page with the two buttons, or one that says what is wrong with the request."""
        problem = self._problem(query)
        if problem:
            return self.consent.objection(problem)
        name, account = self.owner()
        return self.consent.question(name, account, self.rights(query), query, self._back(query))

    def decide(self, form: dict[str, str]) -> str | Page:
        """Where the browser goes after a click: back with a code, or with ``access_denied``."""
        problem = self._problem(form)
        if problem or form.get("decision") not in {"connect", "deny"}:
            return self.consent.objection(problem or "No decision.")
        if form["decision"] == "deny":
            told = {"error": "access_denied", "error_description": self.denial}
        else:
            told = self.grant(form)
        return way_back(self._back(form), told, form)

    def _back(self, query: dict[str, str]) -> str:
        return query.get("redirect_uri", self.default_redirect_uri)

    def _problem(self, query: dict[str, str]) -> str | None:
        if query.get("client_id") != self.client_id():
            return "No application matches the supplied client identifier."
        if query.get("response_type", self.default_response_type) != "code":
            return "The only response type that is supported is 'code'."
        objection = self.objection_to(query)
        if objection is None and not may_return(self._back(query), self.redirect_uris):
            return "The redirect address is not one that the application has registered."
        return objection

    def spoiled(self, code: Code | None, now: int) -> Literal["unknown", "used", "expired"] | None:
        """Why a code cannot be exchanged; None where it can."""
        if code is None:
            return "unknown"
        if code.used:
            return "used"
        return "expired" if self.codes_expire_at_once or now - code.made_at > CODE_SECONDS else None

    # What one provider knows

    @abstractmethod
    def client_id(self) -> str:
        """The application's id."""

    @abstractmethod
    def owner(self) -> tuple[str, str]:
        """Name and id of the account that is asked for."""

    @abstractmethod
    def rights(self, query: Mapping[str, str]) -> Iterable[str]:
        """What a request asks for, as the page lists it."""

    @abstractmethod
    def objection_to(self, query: Mapping[str, str]) -> str | None:
        """What is wrong with what a request asks for."""

    @abstractmethod
    def grant(self, form: dict[str, str]) -> dict[str, str]:
        """What an application is told where the owner says yes: a new code."""
