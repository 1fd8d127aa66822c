"""The state of the pretend seller: every object, its orders, what is still to happen, the events."""

from __future__ import annotations

import random
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.agenda import Agenda
from desktop.sandbox.clock import local_day
from desktop.sandbox.copies import copied
from desktop.sandbox.ids import CAPITALS, Ids, Shape
from desktop.sandbox.square.errors import missing
from desktop.sandbox.square.journal import Journal
from desktop.sandbox.square.moments import plain, sortable, stamp
from desktop.sandbox.square.objects import API_VERSION, Wire

FEED_DAYS = 28
"""How far back SearchEvents goes."""

_IDS = {
    "card": Shape("ccof:", 19),
    "catalog": Shape("", 24, letters=CAPITALS),
    "checkout": Shape("", 13),
    "customer": Shape("", 26, letters=CAPITALS),
    "dispute": Shape("", 21),
    "entry": Shape("poe_", 27),
    "invoice": Shape("inv:0-", 27),
    "link": Shape("", 16, letters=CAPITALS),
    "location": Shape("L", 12, letters=CAPITALS),
    "merchant": Shape("ML", 11, letters=CAPITALS),
    "order": Shape("", 27, "ZY"),
    "payment": Shape("", 27, "ZY"),
    "uid": Shape("", 22),
}

NOUNS = {
    "card": "Card",
    "catalog": "Catalog object",
    "checkout": "Checkout",
    "customer": "Customer",
    "dispute": "Dispute",
    "invoice": "Invoice",
    "link": "Payment link",
    "location": "Location",
    "order": "Order",
    "payment": "Payment",
    "payout": "Payout",
    "refund": "Refund",
    "subscription": "Subscription",
}
"""How error messages call a kind."""

BY_NAME = "name"
BY_MARK = "mark"
"""Orders of a shelf beside those by an instant of its objects."""

_NAMES = ("company_name", "email_address", "phone_number")


class Shelf:
    """The objects of one kind by id, and their orders by an instant, made when asked for and kept until they change.

    ``marks`` are instants by which objects are ordered and which they do not show.
    """

    def __init__(self) -> None:
        self.objects: dict[str, Wire] = {}
        self._orders: dict[str, list[tuple[str, str]]] = {}
        self._ranks: dict[str, int] = {}
        self.marks: dict[str, str] = {}

    def add(self, object_id: str, made: Wire) -> None:
        """Take a new object in."""
        self.objects[object_id] = made
        self._ranks[object_id] = len(self._ranks)
        for field, order in self._orders.items():
            insort(order, (self._key(object_id, field), object_id))

    def remove(self, object_id: str) -> None:
        """Forget an object."""
        del self.objects[object_id]
        self._orders.clear()

    def touch(self) -> None:
        """An object's ``updated_at`` or another instant that moves has changed."""
        self._orders = {field: order for field, order in self._orders.items() if field == "created_at"}

    def ordered(self, field: str) -> list[tuple[str, str]]:
        """Key and id of every object, the least first; ``created_at`` stands in for an instant that is not set."""
        if field not in self._orders:
            self._orders[field] = sorted((self._key(key, field), key) for key in self.objects)
        return self._orders[field]

    def _key(self, object_id: str, field: str) -> str:
        """The instant; where the kind has none at all, the order in which the objects came."""
        one = self.objects[object_id]
        if field == BY_NAME:
            full = f"{one.get('given_name', '')} {one.get('family_name', '')}".strip()
            return (full or next((one[name] for name in _NAMES if name in one), "")).casefold()
        if field == BY_MARK:
            return sortable(self.marks.get(object_id) or one["created_at"])
        value = one.get(field) or one.get("created_at")
        return sortable(value) if value else f"{self._ranks[object_id]:09d}"


class World(Agenda):
    """One pretend Square seller. ``present`` tells the second at which things happen now."""

    def __init__(self, seed: str, zone: ZoneInfo, present: Callable[[], int]) -> None:
        super().__init__(zone, present)
        self.seed = seed
        self.dice = random.Random(f"chances of {seed}")
        self.ids = Ids(f"ids of {seed}", _IDS)
        self._second, self._milliseconds = 0, 0
        self.shelves: dict[str, Shelf] = defaultdict(Shelf)
        self.journal = Journal(zone)
        self.feed_since = 0
        self.events_enabled = False
        self.merchant: Wire = {}
        self.application_id = ""
        self.main_location = ""
        self.invoice_of_order: dict[str, str] = {}
        self.dispute_of_payment: dict[str, str] = {}
        self.counts: dict[tuple[str, str], Wire] = {}
        self.waiting_entries: dict[str, list[Wire]] = defaultdict(list)
        self.payout_entries: dict[str, list[Wire]] = {}
        self.fees: dict[str, int] = {}
        self.payment_keys: dict[str, str] = {}
        self.catalog_version = 0

    # Time

    @property
    def today(self) -> date:
        """The business's day."""
        return local_day(self.now, self.zone)

    def stamp(self) -> str:
        """The present with milliseconds. Two that follow each other within a second differ."""
        if self.now == self._second:
            self._milliseconds = min(self._milliseconds + 1, 999)
        else:
            self._second, self._milliseconds = self.now, self.now * 7919 % 400
        return stamp(self._second, self._milliseconds)

    def plain_stamp(self) -> str:
        """The present without milliseconds, as invoices and payouts have it."""
        return plain(self.now)

    def catch_up(self) -> None:
        """Do what became due since somebody last looked."""
        self.run_until(self.present())

    # Objects

    def add(self, kind: str, made: Wire) -> Wire:
        """Take a new object in."""
        self.shelves[kind].add(made["id"], made)
        return made

    def find(self, kind: str, object_id: str) -> Wire:
        """The object of a kind; raises Square's NOT_FOUND."""
        found = self.shelves[kind].objects.get(object_id)
        if found is None:
            raise missing(NOUNS[kind], object_id)
        return found

    def every(self, kind: str) -> list[Wire]:
        """The objects of a kind in the order they came."""
        return list(self.shelves[kind].objects.values())

    def newest_first(self, kind: str) -> list[Wire]:
        """The objects of a kind, the last that came first."""
        return self.every(kind)[::-1]

    def change(self, kind: str, changed: Wire, **fields: Any) -> Wire:
        """Set fields of an object together with its ``updated_at`` and ``version``, where it has these."""
        changed.update(fields)
        if "updated_at" in changed and "updated_at" not in fields:
            short = len(changed["updated_at"]) == 20
            changed["updated_at"] = self.plain_stamp() if short else self.stamp()
        if "version" in changed and "version" not in fields:
            changed["version"] += 1
        self.shelves[kind].touch()
        return changed

    def emit(self, kind: str, data: Wire, location: str | None = None) -> None:
        """Put an event into the feed; those older than the feed reaches are not kept."""
        if self.now < self.feed_since:
            return
        event: Wire = {"merchant_id": self.merchant["id"]}
        if location is not None:
            event["location_id"] = location
        event |= {"type": kind, "event_id": self.ids.uuid(), "created_at": self.stamp(), "data": copied(data)}
        self.shelves["event"].add(event["event_id"], event)

    def tell(self, kind: str, name: str, changed: Wire, location: str | None = None) -> None:
        """Say in the feed that an object changed: its data holds the object under its own name."""
        if self.now >= self.feed_since:
            self.emit(kind, {"type": name, "id": changed["id"], "object": {name: changed}}, location)

    def metadata_of(self, event: Wire) -> Wire:
        """What SearchEvents tells about an event beside it."""
        return {"event_id": event["event_id"], "api_version": API_VERSION}
