"""A provider in memory: objects, a clock of its own, an event feed, and a reader over them that can be made to fail."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from desktop.errors import UsageError
from desktop.providers.clock import ProviderClock
from desktop.providers.contract import (
    Account,
    Credentials,
    CursorGone,
    Endpoints,
    EventPage,
    Feed,
    Grant,
    OAuthApp,
    Page,
    ProviderEvent,
    Reread,
    Stream,
    Usage,
)
from desktop.providers.facts import Facts
from desktop.providers.limits import Pace
from desktop.providers.registry import facts_of
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    Deletion,
    DisputeRecord,
    InventoryCountRecord,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    LocationRecord,
    OrderRecord,
    PaymentMethodRecord,
    PaymentRecord,
    PayoutRecord,
    Record,
    RefundRecord,
    ServiceRecord,
    SetAside,
    SourceObject,
    SubscriptionRecord,
    Version,
)

NOW = 1_780_000_000_000
DAY = 86_400_000
FACTS = replace(facts_of("stripe"), name="fake", title="Fake")

RECORDS: Mapping[str, type[Record]] = {
    "customer": ClientRecord,
    "product": ServiceRecord,
    "price": ServiceRecord,
    "invoice": InvoiceRecord,
    "invoice_payment": InvoicePaymentRecord,
    "charge": AttemptRecord,
    "payment_intent": PaymentRecord,
    "refund": RefundRecord,
    "balance_transaction": BalanceEntryRecord,
    "payout": PayoutRecord,
    "dispute": DisputeRecord,
    "subscription": SubscriptionRecord,
    "payment_method": PaymentMethodRecord,
    "location": LocationRecord,
    "order": OrderRecord,
    "inventory_count": InventoryCountRecord,
}

STREAMS = (
    Stream("clients", (Feed("customers", "customer"),)),
    Stream("services", (Feed("products", "product"), Feed("prices", "price"))),
    Stream("invoices", (Feed("invoices", "invoice"), Feed("invoice_payments", "invoice_payment")), horizon_days=90),
    Stream("payments", (Feed("charges", "charge"), Feed("payment_intents", "payment_intent"))),
    Stream("refunds", (Feed("refunds", "refund"),)),
    Stream("balance_entries", (Feed("balance_transactions", "balance_transaction"),), recheck="created"),
    Stream("payouts", (Feed("payouts", "payout"),)),
    Stream("disputes", (Feed("disputes", "dispute"),)),
    Stream("subscriptions", (Feed("subscriptions", "subscription"),)),
    Stream("payment_methods", (Feed("payment_methods", "payment_method"),), per_parent="customer"),
)

FOLLOWED = (
    Stream("locations", (Feed("locations", "location"),), recheck="scan"),
    Stream("clients", (Feed("customers", "customer"),), recheck="updated"),
    Stream("orders", (Feed("orders", "order"),), per_parent="location", recheck="updated"),
    Stream(
        "payments", (Feed("payment_intents", "payment_intent"),), per_parent="location", recheck="updated",
        lookback_days=7,
    ),
    Stream("refunds", (Feed("refunds", "refund"),), recheck="updated", lookback_days=7),
    Stream("payouts", (Feed("payouts", "payout"),), per_parent="location", recheck="created", lookback_days=14),
    Stream(
        "balance_entries", (Feed("payout_entries", "balance_transaction"),), per_parent="payout", recheck="scan",
        parent_days=30,
    ),
    Stream("disputes", (Feed("disputes", "dispute"),), recheck="scan"),
    Stream(
        "inventory_counts", (Feed("inventory_counts", "inventory_count"),), recheck="updated", option="sync_inventory"
    ),
)  # fmt: skip
"""A provider without events: every way of following changes."""

PARENTS: Mapping[str, str] = {
    "order": "location_ref",
    "payment_intent": "location_ref",
    "payout": "location_ref",
    "balance_transaction": "payout_ref",
}
"""What names the object that a list is asked for; the customer where nothing is said."""

NO_EVENTS = frozenset({"balance_transaction"})


@dataclass(slots=True)
class World:
    """What the provider holds. ``order`` is how its lists come: newest, oldest or mixed."""

    now: int = NOW
    order: str = "newest"
    objects: dict[str, dict[str, Record | None]] = field(default_factory=lambda: defaultdict(dict))
    events: list[ProviderEvent] = field(default_factory=list)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    unmappable: dict[tuple[str, str], str] = field(default_factory=dict)
    changed: dict[tuple[str, str], int] = field(default_factory=dict)

    def put(
        self, data_type: str, external_id: str, record: Record, *, silent: bool = False, changed: int | None = None
    ) -> None:
        """The object is now like this; told by an event unless ``silent``. ``changed`` is when it says it changed."""
        self.changed[data_type, external_id] = self.now if changed is None else changed
        verb = "updated" if external_id in self.objects[data_type] else "created"
        self.objects[data_type][external_id] = record
        if not silent and data_type not in NO_EVENTS:
            self.tell(data_type, external_id, verb, body_of(data_type, external_id, record))

    def change(self, data_type: str, external_id: str, *, silent: bool = False, **values: Any) -> None:
        """Change some of the object's facts."""
        record = self.objects[data_type][external_id]
        assert record is not None
        self.put(data_type, external_id, replace(record, **values), silent=silent)

    def delete(self, data_type: str, external_id: str, *, silent: bool = False) -> None:
        """The object is gone from the lists; by id it is stated to be deleted."""
        del self.objects[data_type][external_id]
        self.deleted.add((data_type, external_id))
        if not silent:
            self.tell(data_type, external_id, "deleted", {"id": external_id, "object": data_type})

    def vanish(self, data_type: str, external_id: str) -> None:
        """The object is gone without a word."""
        del self.objects[data_type][external_id]

    def tell(self, data_type: str, external_id: str, verb: str, body: Mapping[str, Any]) -> None:
        """Something happened now."""
        kind = f"{data_type}.{verb}"
        event = {"id": f"evt_{len(self.events):05}", "type": kind, "data": {"object": dict(body)}}
        at = self.now // 1000 * 1000
        self.events.append(ProviderEvent(event["id"], kind, at, "1", data_type, external_id, event))

    def listed(self, data_type: str) -> list[str]:
        """The ids in the order of the list."""
        records = self.objects[data_type]
        ids = sorted(records, key=lambda ref: (created_at(records[ref]), ref))
        if self.order == "newest":
            ids.reverse()
        elif self.order == "mixed":
            ids.sort(key=lambda ref: hashlib.blake2b(ref.encode()).digest())
        return ids


def created_at(record: Record | None) -> int:
    """When the object was created (ms)."""
    return record.created_at if record is not None else 0


def body_of(data_type: str, external_id: str, record: Record) -> dict[str, Any]:
    """The object as the provider sends it."""
    return {"id": external_id, "object": data_type, **asdict(record)}


def record_of(data_type: str, body: Mapping[str, Any]) -> Record:
    """The record that a body says. Raises: TypeError for a shape that nobody expects."""
    values = {name: value for name, value in body.items() if name not in ("id", "object")}
    if "lines" in values:
        values["lines"] = tuple(InvoiceLineRecord(**line) for line in values["lines"])
    if "items" in values:
        values["items"] = ()
    return RECORDS[data_type](**values)


@dataclass(frozen=True, slots=True)
class Asked:
    """One list that was begun, and from when on (ms)."""

    feed: str
    parent: str = ""
    created_from: int | None = None
    changed_from: int | None = None


T = TypeVar("T")
P = ParamSpec("P")


def _one_at_a_time(
    call: Callable[Concatenate[FakeReader, P], T],
) -> Callable[Concatenate[FakeReader, P], T]:
    """A world has one clock and one state: lists that are read side by side take turns at it."""

    @wraps(call)
    def locked(reader: FakeReader, *args: P.args, **wanted: P.kwargs) -> T:
        with reader.lock:
            return call(reader, *args, **wanted)

    return locked


class FakeReader:
    """A reader over a world. ``before`` runs ahead of each call with its name: to change the world, or to fail."""

    def __init__(self, world: World, *, size: int = 3, tick: int = 250) -> None:
        self.world = world
        self.size = size
        self.tick = tick
        self.before: Callable[[str], None] = lambda _name: None
        self.calls: list[str] = []
        self.asked: list[Asked] = []
        self.refuse: dict[str, Exception] = {}
        self.ignores_created = False
        self.threads: set[threading.Thread] = set()
        self.clock = ProviderClock()
        self.pace: Pace | None = None
        self.lock = threading.RLock()

    def identify(self) -> Account:
        return Account("acct_1")

    @_one_at_a_time
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
        low = self._call(f"page {feed.name}" + (" since" if created_from is not None else ""), feed.name)
        world = self.world
        ids = world.listed(feed.data_type)
        if cursor is not None:
            if cursor not in ids:
                raise CursorGone("Place lost", "It is gone.")
            ids = ids[ids.index(cursor) + 1 :]
        records = world.objects[feed.data_type]
        if cursor is None:
            self.asked.append(Asked(feed.name, parent, created_from, changed_from))
        if parent:
            owner = PARENTS.get(feed.data_type, "client_ref")
            ids = [ref for ref in ids if getattr(records[ref], owner) == parent]
        if changed_from is not None:
            ids = [ref for ref in ids if world.changed[feed.data_type, ref] >= changed_from // 1000 * 1000]
        if created_from is not None and not self.ignores_created:
            ids = [ref for ref in ids if created_at(records[ref]) >= created_from // 1000 * 1000]
        chosen, more = ids[: self.size], len(ids) > self.size
        version = self._version(low)
        objects, aside = [], []
        for ref in chosen:
            found = self._object(feed.data_type, ref, version)
            (aside if isinstance(found, SetAside) else objects).append(found)  # type: ignore[arg-type]
        oldest = min((created_at(records[ref]) for ref in chosen), default=None)
        notes = ("Created is refused.",) if created_from is not None and self.ignores_created else ()
        return Page(tuple(objects), chosen[-1] if more else None, version.low, tuple(aside), oldest, notes)

    @_one_at_a_time
    def read(self, data_type: str, external_id: str) -> SourceObject | SetAside | None:
        low = self._call(f"read {data_type} {external_id}", f"read {data_type}")
        version = self._version(low)
        if (data_type, external_id) in self.world.deleted:
            body = {"id": external_id, "deleted": True}
            return SourceObject(data_type, external_id, version, body, None, Deletion.STATED)
        if external_id not in self.world.objects[data_type]:
            return None
        return self._object(data_type, external_id, version)

    @_one_at_a_time
    def events(self, *, cursor: str | None, created_from: int) -> EventPage:
        low = self._call("events", "events")
        events = [event for event in self.world.events if event.created_at >= created_from // 1000 * 1000]
        events.reverse()
        if cursor is not None:
            ids = [event.external_id for event in events]
            if cursor not in ids:
                raise CursorGone("Place lost", "It is gone.")
            events = events[ids.index(cursor) + 1 :]
        chosen, more = events[: self.size], len(events) > self.size
        return EventPage(tuple(chosen), chosen[-1].external_id if more else None, self._version(low).low)

    def usage(self) -> Usage:
        return Usage(len(self.calls))

    def close(self) -> None:
        return None

    def _call(self, name: str, feed: str) -> int:
        self.threads.add(threading.current_thread())
        self.calls.append(name)
        self.before(name)
        if feed in self.refuse:
            raise self.refuse[feed]
        low = self.world.now
        self.world.now += self.tick
        return low

    def _version(self, low: int) -> Version:
        return Version(low // 1000 * 1000, self.world.now // 1000 * 1000 + 999)

    def _object(self, data_type: str, ref: str, version: Version) -> SourceObject | SetAside:
        reason = self.world.unmappable.get((data_type, ref))
        if reason:
            return SetAside(data_type, ref, reason, b"{}")
        record = self.world.objects[data_type][ref]
        assert record is not None
        return SourceObject(data_type, ref, version, body_of(data_type, ref, record), record)


@dataclass(frozen=True, slots=True)
class FakeProvider:
    """A provider whose readers are made by the test."""

    streams: Sequence[Stream] = STREAMS
    facts: Facts = FACTS
    interpreted: list[str] = field(default_factory=list)
    made: FakeReader | None = None

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def title(self) -> str:
        return self.facts.title

    def endpoints(self, environment: Mapping[str, str]) -> Endpoints:
        return Endpoints("http://127.0.0.1", "http://127.0.0.1")

    def credentials_from_key(self, key: str, endpoints: Endpoints | None = None) -> Credentials:
        raise UsageError("None", "There are no keys here.")

    def interpret(self, event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
        self.interpreted.append(event.external_id)
        if event.data_type not in RECORDS:
            return None
        if event.api_version != "1":
            return Reread(event.data_type, event.object_id)
        at = event.created_at
        if event.event_type.endswith(".created"):
            version = Version(at, at)
        else:
            version = Version(at + 1, at + 999)
        body = event.body["data"]["object"]
        if event.event_type.endswith(".deleted"):
            gone = {"id": event.object_id, "deleted": True}
            return SourceObject(event.data_type, event.object_id, version, gone, None, Deletion.STATED)
        return SourceObject(event.data_type, event.object_id, version, body, record_of(event.data_type, body))

    def reader(
        self, credentials: Credentials, endpoints: Endpoints, stop: threading.Event, pace: Pace | None = None
    ) -> FakeReader:
        return self.made or FakeReader(World())

    def authorization_url(self, app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str) -> str:
        return ""

    def exchange(self, app: OAuthApp, endpoints: Endpoints, *, code: str, redirect_uri: str) -> Grant:
        raise UsageError("None", "There is no consent here.")

    def revoke(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials, account_id: str) -> bool:
        return False


def fill(world: World, count: int, *, days: int = 200) -> World:
    """A business's past: for each of ``count`` sales an invoice, a payment with its charge, and a ledger line."""
    step = days * DAY // max(count, 1)
    for index in range(count):
        at = world.now - DAY - index * step
        client, key = f"cus_{index % 7:03}", f"{index:04}"
        if index < 7:
            world.put("customer", client, ClientRecord(name=f"Client {index}", created_at=at), silent=True)
            method = PaymentMethodRecord(client_ref=client, kind="card", created_at=at, brand="visa", last4="4242")
            world.put("payment_method", f"pm_{index:03}", method, silent=True)
            world.put("product", f"prod_{index:03}", ServiceRecord("product", f"Work {index}", True, at), silent=True)
            price = ServiceRecord("price", "", True, at, f"prod_{index:03}", "", 1000 + index, "usd")
            world.put("price", f"price_{index:03}", price, silent=True)
        sell(world, key, client, at, 1000 + index)
        if index % 5 == 0:
            refund = RefundRecord(100, "usd", "succeeded", at + 1000, f"ch_{key}", f"pi_{key}", f"txn_r{key}")
            world.put("refund", f"re_{key}", refund, silent=True)
            entry = BalanceEntryRecord("refund", -100, 0, -100, "usd", at + 1000, source_ref=f"re_{key}")
            world.put("balance_transaction", f"txn_r{key}", entry, silent=True)
        if index % 6 == 0:
            payout = PayoutRecord(5000 + index, "usd", "paid", at, arrival_at=at + DAY)
            world.put("payout", f"po_{key}", payout, silent=True)
            world.put("subscription", f"sub_{key}", SubscriptionRecord("active", client, "usd", at), silent=True)
    return world


def sell(world: World, key: str, client: str, at: int, amount: int, *, silent: bool = True) -> None:
    """One sale: invoice, intent, charge, share and ledger line."""
    line = InvoiceLineRecord(f"il_{key}", 0, "Work", amount, service_ref="prod_000")
    invoice = InvoiceRecord(
        "paid", "usd", amount, amount, 0, amount, amount, 0, at, number=f"N-{key}", client_ref=client,
        finalized_at=at, paid_at=at + 1000, lines=(line,),
    )  # fmt: skip
    world.put("invoice", f"in_{key}", invoice, silent=silent)
    share = InvoicePaymentRecord(f"in_{key}", f"pi_{key}", amount, "usd", "paid", at + 1000, at + 1000)
    world.put("invoice_payment", f"inpay_{key}", share, silent=silent)
    intent = PaymentRecord("succeeded", amount, "usd", at, amount, client, latest_attempt_ref=f"ch_{key}")
    world.put("payment_intent", f"pi_{key}", intent, silent=silent)
    charge = AttemptRecord(
        "succeeded", amount, amount, 0, "usd", at, payment_ref=f"pi_{key}", client_ref=client,
        entry_ref=f"txn_{key}", method="card", brand="visa", last4="4242",
    )  # fmt: skip
    world.put("charge", f"ch_{key}", charge, silent=silent)
    entry = BalanceEntryRecord(
        "charge", amount, 30, amount - 30, "usd", at, at + 2 * DAY, f"ch_{key}", status="available"
    )
    world.put("balance_transaction", f"txn_{key}", entry, silent=silent)


def open_shop(world: World, count: int, *, places: Sequence[str] = ("loc_1", "loc_2"), days: int = 200) -> World:
    """The past of a business with places: at each of them sales with their orders, and payouts with their entries."""
    for index, place in enumerate(places):
        add_place(world, place, world.now - (days + 10 + index) * DAY)
    step = days * DAY // max(count, 1)
    for index in range(count):
        at, place = world.now - DAY - index * step, places[index % len(places)]
        if index < 5:
            client = ClientRecord(name=f"Client {index}", created_at=at)
            world.put("customer", f"cus_{index:03}", client, silent=True, changed=at)
            dispute = DisputeRecord(100 + index, "usd", "needs_response", at, on_ledger=False)
            world.put("dispute", f"dp_{index:03}", dispute, silent=True, changed=at)
            stock = InventoryCountRecord(f"item_{index}", place, "in_stock", str(index), at)
            world.put("inventory_count", f"item_{index}:{place}:in_stock", stock, silent=True, changed=at)
        take(world, f"{index:04}", place, at, 1000 + index)
    return world


def add_place(world: World, place: str, at: int) -> None:
    """A location."""
    world.put("location", place, LocationRecord(place, "active", "usd", at), silent=True, changed=at)


def take(
    world: World, key: str, place: str, at: int, amount: int, *, refunded: bool = True, changed: int | None = None
) -> None:
    """One sale at a place with its order, a refund of it, and the payout that brings it to the bank."""

    def put(data_type: str, external_id: str, record: Record) -> None:
        when = created_at(record) if changed is None else changed
        world.put(data_type, external_id, record, silent=True, changed=when)

    put("order", f"ord_{key}", OrderRecord("completed", "usd", amount, at, location_ref=place))
    put("payment_intent", f"pay_{key}", PaymentRecord("succeeded", amount, "usd", at, amount, location_ref=place))
    if refunded:
        put("refund", f"re_{key}", RefundRecord(100, "usd", "succeeded", at + 1000, payment_ref=f"pay_{key}"))
    payout = PayoutRecord(amount, "usd", "paid", at + 2000, location_ref=place, on_ledger=False)
    put("payout", f"po_{key}", payout)
    entry = BalanceEntryRecord("fee", -30, 0, -30, "usd", at + 2000, payout_ref=f"po_{key}", location_ref=place)
    put("balance_transaction", f"poe_{key}", entry)
