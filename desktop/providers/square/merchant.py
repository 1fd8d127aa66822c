"""What records need of a merchant beside their own object: its main location, its currency, the plans it sells."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.providers.base import Refused
from desktop.providers.contract import Account, CredentialsRefused
from desktop.providers.fields import child, text
from desktop.providers.square.calls import Calls
from desktop.providers.square.errors import refusal
from desktop.providers.square.lists import Request
from desktop.providers.square.records.fields import Around, rows
from desktop.secrets.cleaning import clean

NEEDED_BY = frozenset({"location", "order", "invoice", "subscription"})
"""Kinds of objects whose records need facts of the merchant."""

NO_PLANS = "The plans of subscriptions may not be read, so what subscriptions cost may be missing."

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class _Facts:
    merchant_id: str = ""
    name: str = ""
    country: str = ""
    currency: str = ""
    main_location: str = ""


class Merchant:
    """The merchant behind one account, asked about once. Safe for several threads."""

    def __init__(self, calls: Calls, mode: str, merchant_id: str) -> None:
        self._calls = calls
        self._mode = mode
        self._merchant_id = merchant_id
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._facts: _Facts | None = None
        self._plans: dict[str, Mapping[str, Any]] = {}

    def account(self) -> Account:
        """Who the credentials belong to, newly asked; no more than the id and mode where the rest may not be read.

        Raises: CredentialsRefused, Unreachable, CancelledError.
        """
        facts = self._ask()
        with self._lock:
            self._facts = facts
        main = self._main_location(facts.main_location)
        return Account(
            account_id=facts.merchant_id or self._merchant_id,
            name=facts.name or text(main.get("business_name")) or text(main.get("name")),
            country=facts.country or text(main.get("country")),
            currency=facts.currency or text(main.get("currency")).lower(),
            mode=self._mode,
            email=text(main.get("business_email")),
            timezone=text(main.get("timezone")),
        )

    def id(self) -> str:
        """The merchant's id; empty where Square does not tell. Raises: as ``account``."""
        return self._merchant_id or self._known().merchant_id

    def around(self, data_type: str, bodies: Iterable[object]) -> tuple[Around, tuple[str, ...]]:
        """What the records of some objects of one kind need, and notes about what could not be had.

        Raises: as ``account``.
        """
        if data_type not in NEEDED_BY:
            return Around(), ()
        facts = self._known()
        plans, notes = self._plans_of(bodies) if data_type == "subscription" else ({}, ())
        return Around(facts.main_location, facts.currency, plans), notes

    def _known(self) -> _Facts:
        with self._asking:  # two lists that are read side by side need one answer
            with self._lock:
                if self._facts is not None:
                    return self._facts
            facts = self._ask()
            with self._lock:
                self._facts = facts
            return facts

    def _ask(self) -> _Facts:
        body = self._object("the merchant", "/v2/merchants/me", "merchant")
        return _Facts(
            merchant_id=text(body.get("id")),
            name=text(body.get("business_name")),
            country=text(body.get("country")),
            currency=text(body.get("currency")).lower(),
            main_location=text(body.get("main_location_id")),
        )

    def _main_location(self, location_id: str) -> Mapping[str, Any]:
        known = location_id if location_id.isalnum() else "main"
        return self._object("locations", f"/v2/locations/{known}", "location")

    def _object(self, what: str, path: str, name: str) -> Mapping[str, Any]:
        """One object; an empty one where it may not be read. Raises: as ``account``."""
        try:
            return clean(child(self._calls.ask(what, Request("GET", path, {})).body.get(name)))
        except Refused as refused:
            error = refusal(refused.answer, what)
            if isinstance(error, CredentialsRefused):
                raise error from None
            return {}

    def _plans_of(self, bodies: Iterable[object]) -> tuple[Mapping[str, Mapping[str, Any]], tuple[str, ...]]:
        """The plan variations that subscriptions name, each read once."""
        wanted = {text(child(body).get("plan_variation_id")) for body in bodies} - {""}
        with self._lock:
            missing = sorted(wanted - self._plans.keys())
        notes: tuple[str, ...] = ()
        for start in range(0, len(missing), _BATCH):
            asked = {"object_ids": missing[start : start + _BATCH], "include_deleted_objects": True}
            request = Request("POST", "/v2/catalog/batch-retrieve", {}, asked)
            try:
                found = self._calls.ask("catalog", request, rows="objects").body["objects"]
            except Refused as refused:
                error = refusal(refused.answer, "catalog")
                if isinstance(error, CredentialsRefused):
                    raise error from None
                notes = (NO_PLANS,)
                continue
            with self._lock:
                self._plans.update({text(child(one).get("id")): child(one) for one in rows(found)})
        with self._lock:
            return {name: self._plans[name] for name in wanted if name in self._plans}, notes
