"""The state of the pretend account: every object, the order they came in, what the wire does not show, the events."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox import business
from desktop.sandbox.copies import copied
from desktop.sandbox.ids import Ids, Shape
from desktop.sandbox.stripe import objects
from desktop.sandbox.stripe.cards import Card
from desktop.sandbox.stripe.errors import missing
from desktop.sandbox.stripe.journal import Journal
from desktop.sandbox.stripe.objects import Wire

FEED_DAYS = 30
"""How far back the event feed goes."""

_IDS = {
    "acct": Shape("acct_1", 15),
    "ba": Shape("ba_1", 23),
    "ca": Shape("ca_", 32),
    "cbtxn": Shape("cbtxn_1", 23),
    "ch": Shape("ch_3", 23),
    "cn": Shape("cn_1", 23),
    "cnli": Shape("cnli_1", 23),
    "cus": Shape("cus_", 14),
    "di": Shape("di_1", 23),
    "du": Shape("du_1", 23),
    "evt": Shape("evt_1", 23),
    "ii": Shape("ii_1", 23),
    "il": Shape("il_1", 23),
    "in": Shape("in_1", 23),
    "inpay": Shape("inpay_1", 23),
    "pi": Shape("pi_3", 23),
    "pm": Shape("pm_1", 23),
    "po": Shape("po_1", 23),
    "prec": Shape("prec_1", 23),
    "price": Shape("price_1", 23),
    "prod": Shape("prod_", 14),
    "py": Shape("py_3", 23),
    "pyr": Shape("pyr_1", 23),
    "re": Shape("re_3", 23),
    "si": Shape("si_", 14),
    "src": Shape("src_1", 23),
    "sub": Shape("sub_1", 23),
    "txn": Shape("txn_3", 23),
    "txr": Shape("txr_1", 23),
    "we": Shape("we_1", 23),
}

NOUNS = {
    "balance_transaction": "balance transaction",
    "payment_intent": "payment_intent",
    "payment_method": "PaymentMethod",
    "tax_rate": "tax rate",
}
"""How error messages call a type where that differs from its name."""


class World:
    """One pretend Stripe account. ``present`` tells the second at which things happen now."""

    def __init__(self, seed: str, zone: ZoneInfo, present: Callable[[], int]) -> None:
        self.seed = seed
        self.zone = zone
        self.present = present
        self.ids = Ids(f"ids of {seed}", _IDS)
        self.dice = random.Random(f"chances of {seed}")
        self.objects: dict[str, Wire] = {}
        self.kinds: dict[str, list[str]] = {}
        self.rank: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.lines: dict[str, list[Wire]] = {}
        self.payments_by_invoice: dict[str, list[str]] = {}
        self.payment_by_intent: dict[str, str] = {}
        self.payout_lines: dict[str, list[str]] = {}
        self.unpaid_lines: list[str] = []
        self.cards: dict[str, Card] = {}
        self.events: list[Wire] = []
        self.feed_since = 0
        self.journal = Journal(zone)
        self.request: Wire = {"id": None, "idempotency_key": None}
        self.account = objects.account(
            self.ids.new("acct"),
            0,
            business.STUDIO_NAME,
            business.STUDIO_EMAIL,
            business.STUDIO_URL,
            zone.key,
        )
        self.bank = self.ids.new("ba")

    @property
    def now(self) -> int:
        """The present second."""
        return self.present()

    def add(self, made: Wire) -> Wire:
        """Take a new object in; the order of adding breaks ties of ``created``."""
        self.objects[made["id"]] = made
        self.rank[made["id"]] = len(self.rank)
        self.kinds.setdefault(made["object"], []).append(made["id"])
        return made

    def find(self, kind: str, object_id: str, param: str = "id", status: int = 404) -> Wire:
        """The object of a kind, deleted customers included; raises Stripe's resource_missing."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(NOUNS.get(kind, kind), object_id, param, status)
        return found

    def every(self, kind: str) -> Iterator[Wire]:
        """The objects of a kind in the order they came, without hidden ones."""
        return (self.objects[one] for one in self.kinds.get(kind, ()) if one not in self.hidden)

    def newest_first(self, kind: str) -> list[Wire]:
        """The objects of a kind as lists show them."""
        found = list(self.every(kind))
        found.sort(key=lambda one: (one.get("created", 0), self.rank[one["id"]]), reverse=True)
        return found

    def emit(self, kind: str, changed: Wire, previous: Wire | None = None) -> None:
        """Put an event with a snapshot into the feed; those older than the feed reaches are not kept."""
        if self.now < self.feed_since:
            return
        snapshot = copied(self.shown(changed))
        made = objects.event(self.ids.new("evt"), self.now, kind, snapshot, copied(previous), dict(self.request))
        self.events.append(made)

    def change(self, changed: Wire, kind: str | None, **fields: Any) -> None:
        """Set fields and, where ``kind`` names an event and something differs, say so in the feed."""
        previous = {name: changed.get(name) for name, value in fields.items() if changed.get(name) != value}
        changed.update(fields)
        if kind and previous:
            self.emit(kind, changed, previous)

    def shown(self, one: Wire) -> Wire:
        """An object as it reads now: ledger lines become available by themselves."""
        if one["object"] == "balance_transaction":
            status = "available" if one["available_on"] <= self.now else "pending"
            if one["status"] != status:
                one["status"] = status
        return one

    def rate(self, currency: str) -> float:
        """Dollars for one unit of a currency on the present day (of UTC)."""
        if currency == "usd":
            return 1.0
        middle = {"jpy": 0.0067, "eur": 1.09, "gbp": 1.27, "cad": 0.73}.get(currency, 1.0)
        day = datetime.fromtimestamp(self.now, UTC).date()
        return round(middle * random.Random(f"{self.seed} {currency} {day}").uniform(0.985, 1.015), 8)
