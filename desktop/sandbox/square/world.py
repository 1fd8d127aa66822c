"""The state of the pretend seller: every object, its orders, what is still to happen, the events."""

from __future__ import annotations

import heapq
import random
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import instant, local_day
from desktop.sandbox.copies import copied
from desktop.sandbox.ids import CAPITALS, LETTERS
from desktop.sandbox.square.errors import missing
from desktop.sandbox.square.journal import Journal
from desktop.sandbox.square.moments import DAY, plain, sortable, stamp
from desktop.sandbox.square.objects import API_VERSION, Wire

FEED_DAYS = 28
"""How far back SearchEvents goes."""

_SHAPES = {
    "card": ("ccof:", 19, ""),
    "catalog": ("", 24, ""),
    "checkout": ("", 13, ""),
    "customer": ("", 26, ""),
    "dispute": ("", 21, ""),
    "entry": ("poe_", 27, ""),
    "invoice": ("inv:0-", 27, ""),
    "link": ("", 16, ""),
    "location": ("L", 12, ""),
    "merchant": ("ML", 11, ""),
    "order": ("", 27, "ZY"),
    "payment": ("", 27, "ZY"),
    "uid": ("", 22, ""),
}
_UPPER = frozenset({"catalog", "customer", "link", "location", "merchant"})

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

Deed = Callable[[], object]


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


class World:
    """One pretend Square seller. ``present`` tells the second at which things happen now."""

    def __init__(self, seed: str, zone: ZoneInfo, present: Callable[[], int]) -> None:
        self.seed = seed
        self.zone = zone
        self.present = present
        self.dice = random.Random(f"chances of {seed}")
        self._bits = random.Random(f"ids of {seed}")
        self._waiting: list[tuple[int, int, Deed]] = []
        self._counted = 0
        self._moment: int | None = None
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
    def now(self) -> int:
        """The second at which the present deed happens."""
        return self.present() if self._moment is None else self._moment

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

    def at(self, moment: int, deed: Deed) -> None:
        """Do something at an instant; what lies before the present is done next."""
        self._counted += 1
        heapq.heappush(self._waiting, (max(moment, self.now), self._counted, deed))

    def on(self, day: date, hour: int, minute: int, deed: Deed) -> None:
        """Do something at a wall-clock time of the business."""
        self.at(instant(day, time_of_day(hour, minute), self.zone), deed)

    def later(self, days: float, deed: Deed) -> None:
        """Do something so many days from the present."""
        self.at(self.now + int(days * DAY), deed)

    def run_until(self, moment: int) -> None:
        """Do everything that is due by an instant, in order, each at its own time."""
        while self._waiting and self._waiting[0][0] <= moment:
            self._moment, _, deed = heapq.heappop(self._waiting)
            deed()
        self._moment = None

    def catch_up(self) -> None:
        """Do what became due since somebody last looked."""
        self.run_until(self.present())

    # Objects

    def new_id(self, kind: str) -> str:
        """The next identifier of a kind, shaped as Square's."""
        lead, length, tail = _SHAPES[kind]
        text = self._bits.randbytes(length).translate(CAPITALS if kind in _UPPER else LETTERS).decode()
        return f"{lead}{text}{tail}"

    def uuid(self) -> str:
        """The next identifier of those kinds that have UUIDs."""
        text = f"{self._bits.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def text(self, length: int) -> str:
        """So many letters and digits."""
        return self._bits.randbytes(length).translate(LETTERS).decode()

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
        event |= {"type": kind, "event_id": self.uuid(), "created_at": self.stamp(), "data": copied(data)}
        self.shelves["event"].add(event["event_id"], event)

    def tell(self, kind: str, name: str, changed: Wire, location: str | None = None) -> None:
        """Say in the feed that an object changed: its data holds the object under its own name."""
        if self.now >= self.feed_since:
            self.emit(kind, {"type": name, "id": changed["id"], "object": {name: changed}}, location)

    def metadata_of(self, event: Wire) -> Wire:
        """What SearchEvents tells about an event beside it."""
        return {"event_id": event["event_id"], "api_version": API_VERSION}
