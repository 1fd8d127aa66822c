"""Reading a connected Stripe account: pages of its lists, single objects, and the event feed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from desktop.errors import RefusedError
from desktop.providers.base import BaseReader, Refused, Reply, list_stuck, sorted_out
from desktop.providers.clock import ProviderClock, machine_on
from desktop.providers.contract import (
    Account,
    CredentialsRefused,
    CursorGone,
    EventPage,
    Feed,
    Page,
    Stream,
)
from desktop.providers.http import Wire, is_loopback
from desktop.providers.limits import Pace, Unusable
from desktop.providers.stripe.calls import Calls
from desktop.providers.stripe.constants import API_VERSION, LISTINGS, OBJECT_PATHS, PAGE_LIMIT
from desktop.providers.stripe.errors import is_expansion, names_missing_object, refusal
from desktop.providers.stripe.events import read_events
from desktop.providers.stripe.records import map_object, put_aside
from desktop.providers.stripe.records.fields import LAST_SECOND, child, text
from desktop.providers.stripe.records.people import take_methods_out
from desktop.records import Deletion, SetAside, SourceObject, Version
from desktop.secrets.cleaning import clean

# Lists inside an object that come cut short, and where the whole of them is: by kind of object.
_INNER_LISTS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "invoice": ("lines", "/v1/invoices/{id}/lines", {}),
    "subscription": ("items", "/v1/subscription_items", {"subscription": "{id}"}),
}

_LEFT_OUT_NOTES: Mapping[str, str] = {
    "created[gte]": "The server does not filter by creation, so everything was read.",
    "status": "The server does not know status=all, so ended subscriptions may be missing.",
}


_WITHOUT_METHODS = "The server does not give stored ways to pay with this list: those that changed come by events."

_REMEMBERED = 50_000
"""Ids of stored ways to pay that a reader remembers to have brought: a few megabytes."""


class StripeReader(BaseReader):
    """The reading side of one Stripe account (``contract.Reader``)."""

    _calls: Calls

    def __init__(
        self,
        key: str,
        base: str,
        pace: Pace | None,
        stop: threading.Event,
        *,
        account: str = "",
        user_agent: str = "Paydesk",
        today: str = "",
    ) -> None:
        headers = {
            "Authorization": f"Bearer {key}",
            "Stripe-Version": API_VERSION,
            "User-Agent": user_agent,
            "Accept": "application/json",
        }
        if account:
            headers["Stripe-Account"] = account
        self._lock = threading.Lock()
        self._brought: set[str] = set()
        self._mode = "live" if "_live_" in key[:12] else "sandbox" if is_loopback(base) else "test"
        self._calls = Calls(Wire(base, headers, "Stripe", stop, ProviderClock(machine_on(today))), pace, stop)

    def identify(self) -> Account:
        """Who the key belongs to; only the mode where the account may not be read.

        Raises: CredentialsRefused, Unreachable.
        """
        try:
            reply = self._calls.ask("the account", "/v1/account")
        except Refused as refused:
            error = refusal(refused.answer, "the account")
            if isinstance(error, CredentialsRefused):
                raise error from None
            return Account(account_id="", mode=self._mode)
        body = clean(reply.body)
        settings = child(child(body.get("settings")).get("dashboard"))
        profile = child(body.get("business_profile"))
        return Account(
            account_id=text(body.get("id")),
            name=text(settings.get("display_name")) or text(profile.get("name")) or text(body.get("email")),
            country=text(body.get("country")),
            currency=text(body.get("default_currency")).lower(),
            mode=self._mode,
            email=text(body.get("email")),
            timezone=text(settings.get("timezone")),
        )

    def page(
        self,
        stream: Stream,
        feed: Feed,
        *,
        cursor: str | None,
        parent: str = "",
        created_from: int | None = None,
        changed_from: int | None = None,
        following: Callable[[str], None] | None = None,
    ) -> Page:
        """One page of a feed, as ``contract.Reader.page`` has it.

        The cursor is the id of the last object of the page before, whatever the order of the list.
        """
        listing = LISTINGS[feed.name]
        params = {"limit": str(PAGE_LIMIT)}
        if cursor:
            params["starting_after"] = cursor
        optional = {**listing.wanted, **{f"expand[{at}]": f"data.{name}" for at, name in enumerate(listing.methods)}}
        if created_from is not None:
            optional["created[gte]"] = str(created_from // 1000)
        path = listing.path.replace("{parent}", quote(parent, safe=""))
        what = feed.name.replace("_", " ")
        try:
            reply = self._calls.ask(what, path, params, optional=optional, listed=True)
        except Refused as refused:
            error = refusal(refused.answer, what, cursor or "")
            if parent and names_missing_object(refused.answer) and not isinstance(error, CursorGone):
                return Page((), None, refused.answer.asked_at)
            raise error from None
        after = _next_cursor(reply, cursor, what)
        if following is not None and after is not None:
            following(after)
        rows, carried = self._without_methods(reply, listing.methods)
        objects, aside = sorted_out(self._mapped(feed.data_type, row, reply.version) for row in rows)
        return Page(
            objects=objects,
            cursor=after,
            asked_at=reply.asked_at,
            set_aside=aside,
            oldest_at=_oldest(rows),
            notes=tuple(dict.fromkeys(_note_of(name) for name in reply.left_out)),
            carried=carried,
        )

    def read(self, data_type: str, external_id: str) -> SourceObject | SetAside | None:
        """One object by id, newly read, as ``contract.Reader.read`` has it.

        A payment method without a customer is no longer a stored one: gone, as far as the books are concerned.
        Raises: CredentialsRefused, NotPermitted, NotAvailable, Unreachable.
        """
        path = OBJECT_PATHS[data_type].replace("{id}", quote(external_id, safe=""))
        what = data_type.replace("_", " ")
        try:
            reply = self._calls.ask(what, path)
        except Refused as refused:
            if names_missing_object(refused.answer):
                return None
            error = refusal(refused.answer, what)
            if refused.answer.status == 400 and not isinstance(error, CredentialsRefused):
                return SetAside(data_type, external_id, error.message)
            raise error from None
        mapped = self._mapped(data_type, reply.body, reply.version)
        if (
            data_type == "payment_method"
            and isinstance(mapped, SourceObject)
            and mapped.deletion is Deletion.NONE
            and not child(reply.body).get("customer")
        ):
            return SourceObject(
                mapped.data_type, mapped.external_id, mapped.version, mapped.body, None, Deletion.INFERRED
            )
        return mapped

    def events(self, *, cursor: str | None, created_from: int) -> EventPage:
        """A page of what happened, as ``contract.Reader.events`` has it."""
        return read_events(self._calls, cursor=cursor, created_from=created_from)

    def _without_methods(self, reply: Reply, paths: Sequence[str]) -> tuple[list[Any], tuple[SourceObject, ...]]:
        """The rows of a page as they are listed, with the ids of stored ways to pay, and those that came along.

        One that is no customer's (any more) is not stored: what it was used for says nothing else of it. One that this
        reader has brought a moment ago is not brought again.
        """
        rows: list[Any] = reply.body["data"]
        if not paths:
            return rows, ()
        found: dict[str, object] = {}
        listed = [take_methods_out(row, paths, found) for row in rows]
        brought: list[SourceObject] = []
        with self._lock:
            for external_id, body in found.items():
                if external_id not in self._brought:
                    mapped = map_object("payment_method", body, reply.version)
                    if isinstance(mapped, SourceObject) and child(body).get("customer"):
                        brought.append(mapped)
            if len(self._brought) > _REMEMBERED:
                self._brought.clear()
            self._brought.update(found)
        return listed, tuple(brought)

    def _mapped(self, data_type: str, row: object, version: Version) -> SourceObject | SetAside:
        """An object as a record, with the inner list completed that Stripe cuts short at ten."""
        inner = _INNER_LISTS.get(data_type)
        if inner is None or type(row) is not dict:
            return map_object(data_type, row, version)
        listed = row.get(inner[0])
        if type(listed) is not dict or listed.get("has_more") is not True:
            return map_object(data_type, row, version)
        try:
            data, until = self._whole_list(text(row.get("id")), inner)
        except CredentialsRefused:
            raise
        except (RefusedError, Unusable) as error:
            return put_aside(data_type, row, f"Its {inner[0]} could not all be read. {error.message}")
        whole = {**row, inner[0]: {**listed, "data": data, "has_more": False}}
        return map_object(data_type, whole, Version(version.low, max(version.high, until)))

    def _whole_list(self, external_id: str, inner: tuple[str, str, Mapping[str, str]]) -> tuple[list[Any], int]:
        """All rows of a list inside an object, read from its beginning, and the provider's clock at the end (ms)."""
        name, path, params = inner
        path = path.replace("{id}", quote(external_id, safe=""))
        fixed = {key: value.replace("{id}", external_id) for key, value in params.items()}
        data: list[Any] = []
        cursor: str | None = None
        while True:
            query = {**fixed, "limit": str(PAGE_LIMIT)}
            if cursor:
                query["starting_after"] = cursor
            reply = self._calls.ask_plainly(name, path, query, listed=True)
            data.extend(reply.body["data"])
            cursor = _next_cursor(reply, cursor, name)
            if cursor is None:
                return data, reply.answered_at


def _note_of(left_out: str) -> str:
    return _WITHOUT_METHODS if is_expansion(left_out) else _LEFT_OUT_NOTES[left_out]


def _next_cursor(reply: Reply, cursor: str | None, what: str) -> str | None:
    """The id to go on after, or None at the end. Raises: Unreachable for a list that does not move on."""
    if reply.body.get("has_more") is not True:
        return None
    for row in reversed(reply.body["data"]):
        found = text(child(row).get("id"))
        if found and found != cursor:
            return found
    raise list_stuck("Stripe", what)


def _oldest(rows: list[Any]) -> int | None:
    """The smallest creation instant of a page (ms)."""
    stated = [row["created"] for row in rows if type(row) is dict and type(row.get("created")) is int]
    oldest = min(stated, default=-1)
    return oldest * 1000 if 0 <= oldest <= LAST_SECOND else None
