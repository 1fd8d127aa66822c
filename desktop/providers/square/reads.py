"""Reading a connected Square account: pages of its lists, single objects, and what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from desktop.providers.base import BaseReader, Refused, Reply, list_stuck, sorted_out
from desktop.providers.clock import ProviderClock, machine_on
from desktop.providers.contract import (
    Account,
    EventPage,
    Feed,
    NotAvailable,
    Page,
    Stream,
)
from desktop.providers.fields import child, text
from desktop.providers.http import Wire
from desktop.providers.limits import Pace
from desktop.providers.square.calls import Calls
from desktop.providers.square.constants import API_VERSION, FIRST_MOMENT
from desktop.providers.square.cursors import MOST_RESTARTS, Cursor, read_cursor, write_cursor
from desktop.providers.square.errors import (
    cursor_gone,
    merged_into,
    names_missing_location,
    names_missing_object,
    refusal,
    refuses_cursor,
)
from desktop.providers.square.events import read_events
from desktop.providers.square.lists import (
    CHANGED,
    CREATED,
    LISTINGS,
    OBJECTS,
    Listing,
    Request,
    listing_of,
    page_request,
)
from desktop.providers.square.merchant import Merchant
from desktop.providers.square.modes import mode_of
from desktop.providers.square.moments import read_moment
from desktop.providers.square.records import map_object
from desktop.providers.square.records.catalog import count_id
from desktop.records import Deletion, SetAside, SourceObject, Version


class SquareReader(BaseReader):
    """The reading side of one Square account (``contract.Reader``)."""

    _calls: Calls

    def __init__(
        self,
        token: str,
        base: str,
        pace: Pace | None,
        stop: threading.Event,
        *,
        merchant_id: str = "",
        personal: bool = True,
        user_agent: str = "Paydesk",
        today: str = "",
    ) -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Square-Version": API_VERSION,
            "User-Agent": user_agent,
            "Accept": "application/json",
        }
        self._calls = Calls(Wire(base, headers, "Square", stop, ProviderClock(machine_on(today))), pace, stop)
        self._merchant = Merchant(self._calls, mode_of(base), merchant_id)
        self._personal = personal

    def identify(self) -> Account:
        """Who the token belongs to. Raises: CredentialsRefused, Unreachable."""
        return self._merchant.account()

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
        """One page of a feed, as ``contract.Reader.page`` has it, but oldest first where Square sorts by a time.

        The cursor holds Square's own, which lives for minutes only, and the time to go on by where that has gone.
        """
        mark = self._first(feed, created_from, changed_from) if cursor is None else read_cursor(cursor)
        if mark is None:
            raise cursor_gone(feed.name)
        listing = listing_of(feed.name, mark.mode)
        try:
            mark, reply = self._ask_page(feed, listing, mark, parent)
        except Refused as refused:
            if parent and _is_about_parent(listing, refused):
                return Page((), None, refused.answer.asked_at)
            raise refusal(refused.answer, feed.name) from None
        rows: list[Any] = reply.body[listing.rows]
        after = _next(mark, listing, reply, rows, feed.name)
        if following is not None and after is not None:
            following(after)
        objects, aside, notes = self._mapped(feed.data_type, rows, reply)
        started = cursor is None and listing.times(mark.mode) is not None
        return Page(
            objects=objects,
            cursor=after,
            # What changed after the end of the pass is not in it, so that the pass may promise no more than that.
            asked_at=min(reply.asked_at, mark.end) if started else reply.asked_at,
            set_aside=aside,
            oldest_at=min(_moments(rows, "created_at"), default=None),
            notes=notes,
        )

    def read(self, data_type: str, external_id: str) -> SourceObject | SetAside | None:
        """One object by id, newly read, as ``contract.Reader.read`` has it.

        A customer who was merged into another one comes as a stated deletion with that one's id.
        Raises: CredentialsRefused, NotPermitted, NotAvailable, Unreachable.
        """
        if data_type == "inventory_count":
            return self._read_count(external_id)
        if data_type not in OBJECTS:
            raise NotAvailable(
                "Not available", "Square gives the entries of payouts by payout only.", "Everything else goes on."
            )
        path, name = OBJECTS[data_type]
        request = Request("GET", path.replace("{id}", quote(external_id, safe="")), {})
        try:
            reply = self._calls.ask(data_type, request)
        except Refused as refused:
            if names_missing_object(refused.answer):
                into = merged_into(refused.answer) if data_type == "customer" else ""
                answer = refused.answer
                return _merged(external_id, into, Version(answer.asked_at, answer.answered_at)) if into else None
            raise refusal(refused.answer, data_type) from None
        body = reply.body.get(name)
        version = reply.version
        if data_type == "customer":
            known_as = text(child(body).get("id"))
            if known_as and known_as != external_id:
                return _merged(external_id, known_as, version)
        around, _ = self._merchant.around(data_type, (body,))
        return map_object(data_type, body, version, around)

    def events(self, *, cursor: str | None, created_from: int) -> EventPage:
        """A page of what happened, as ``contract.Reader.events`` has it: with a personal access token only."""
        return read_events(
            self._calls, self._merchant.id, cursor=cursor, created_from=created_from, personal=self._personal
        )

    def _first(self, feed: Feed, created_from: int | None, changed_from: int | None) -> Cursor:
        """The bookmark of a pass that begins: which time it follows, and until when by Square's clock."""
        mode = CREATED if changed_from is None else CHANGED
        times = listing_of(feed.name, mode).times(mode)
        if times is None:
            return Cursor(mode, 0, 0)
        wanted = created_from if changed_from is None else changed_from
        begin = FIRST_MOMENT if wanted is None else max(wanted, FIRST_MOMENT)
        return Cursor(mode, begin, max(self._calls.clock(), begin + 1))

    def _ask_page(self, feed: Feed, listing: Listing, mark: Cursor, parent: str) -> tuple[Cursor, Reply]:
        """A page; where Square's cursor has gone, the one that goes on by time. Raises: Refused, CursorGone."""
        try:
            return mark, self._calls.ask(feed.name, page_request(listing, mark, parent), rows=listing.rows)
        except Refused as refused:
            if not mark.native or not refuses_cursor(refused.answer):
                raise
        times = listing.times(mark.mode)
        if times is None:
            raise cursor_gone(feed.name)
        mark = mark.without_native(0 if times.onward else mark.begin)
        if mark.restarts > MOST_RESTARTS:
            raise list_stuck("Square", feed.name.replace("_", " "))
        return mark, self._calls.ask(feed.name, page_request(listing, mark, parent), rows=listing.rows)

    def _mapped(
        self, data_type: str, rows: list[Any], reply: Reply
    ) -> tuple[tuple[SourceObject, ...], tuple[SetAside, ...], tuple[str, ...]]:
        around, notes = self._merchant.around(data_type, rows) if rows else (None, ())
        objects, aside = sorted_out(map_object(data_type, row, reply.version, around) for row in rows)
        return objects, aside, notes

    def _read_count(self, external_id: str) -> SourceObject | SetAside | None:
        """A stock count by the id that we gave it, out of all states of a thing at a location. Raises: as ``read``."""
        item, _, rest = external_id.partition(":")
        asked: dict[str, Any] = {"catalog_object_ids": [item], "location_ids": [rest.partition(":")[0]]}
        while True:
            request = Request("POST", LISTINGS["inventory_counts"].path, {}, asked)
            try:
                reply = self._calls.ask("inventory_counts", request, rows="counts")
            except Refused as refused:
                if names_missing_object(refused.answer):
                    return None
                raise refusal(refused.answer, "inventory_counts") from None
            for row in reply.body["counts"]:
                if count_id(child(row)) == external_id:
                    return map_object("inventory_count", row, reply.version)
            following = text(reply.body.get("cursor"))
            if not following:
                return None
            if following == asked.get("cursor"):
                raise list_stuck("Square", "inventory counts")
            asked["cursor"] = following


def _is_about_parent(listing: Listing, refused: Refused) -> bool:
    """Whether a list was refused because what it belongs to is not there (any more)."""
    if listing.parent:
        return names_missing_location(refused.answer)
    return names_missing_object(refused.answer)


def _next(mark: Cursor, listing: Listing, reply: Reply, rows: list[Any], what: str) -> str | None:
    """The bookmark of the page that follows; None at the end. Raises: Unreachable for a list that does not move on."""
    following = text(reply.body.get("cursor"))
    if not following:
        return None
    if following == mark.native:
        raise list_stuck("Square", what.replace("_", " "))
    times = listing.times(mark.mode)
    seen = mark.seen
    if times is not None and times.sorted_by:
        seen = max(_moments(rows, times.sorted_by), default=seen)
        if seen is not None and mark.seen is not None:
            seen = max(seen, mark.seen)
    return write_cursor(replace(mark, native=following, seen=seen))


def _moments(rows: list[Any], name: str) -> list[int]:
    stated = [read_moment(child(row).get(name)) for row in rows]
    return [moment for moment in stated if moment is not None]


def _merged(external_id: str, into: str, version: Version) -> SourceObject:
    body: Mapping[str, Any] = {"id": external_id, "deleted": True, "merged_into": into}
    return SourceObject("customer", external_id, version, body, None, Deletion.STATED, into)
