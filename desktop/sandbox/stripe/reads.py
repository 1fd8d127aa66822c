"""Every list and every single object that can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.stripe import ledger, wire
from desktop.sandbox.stripe.calls import Call, Endpoint
from desktop.sandbox.stripe.errors import Refusal, missing, required
from desktop.sandbox.stripe.invoice_state import payments_of, subscription_of
from desktop.sandbox.stripe.objects import Wire, listing
from desktop.sandbox.stripe.world import FEED_DAYS, NOUNS, World

Filter = Callable[[World, Wire, Any], bool]
MOST_EVENT_TYPES = 20


def _same(name: str) -> Filter:
    return lambda world, one, wanted: one.get(name) == wanted


def _flag(name: str) -> Filter:
    return lambda world, one, wanted: one.get(name) == (wanted in {"true", "1"})


def _between(name: str) -> Filter:
    return lambda world, one, wanted: wire.in_range(one.get(name), wanted, name)


def _one_of(name: str) -> Filter:
    return lambda world, one, wanted: one.get(name) in (wanted if isinstance(wanted, list) else [wanted])


def _in_payout(world: World, line: Wire, payout: str) -> bool:
    return line["id"] in world.payout_lines.get(payout, ())


def _of_subscription(world: World, invoice: Wire, wanted: str) -> bool:
    return subscription_of(invoice) == wanted


def _status_of_subscription(world: World, subscription: Wire, wanted: str) -> bool:
    if wanted == "all":
        return True
    if wanted == "ended":
        return subscription["status"] in {"canceled", "incomplete_expired"}
    return bool(subscription["status"] == wanted)


def _with_price(world: World, subscription: Wire, price: str) -> bool:
    return any(item["price"]["id"] == price for item in subscription["items"]["data"])


def _of_payment(world: World, payment: Wire, wanted: Any) -> bool:
    if not isinstance(wanted, dict) or "type" not in wanted:
        raise required("payment[type]")
    return all(payment["payment"].get(name) == value for name, value in wanted.items())


def _event_of_types(world: World, event: Wire, wanted: Any) -> bool:
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if len(kinds) > MOST_EVENT_TYPES:
        raise Refusal(400, f"You may pass at most {MOST_EVENT_TYPES} event types.", param="types")
    return any(_event_of_type(world, event, kind) for kind in kinds)


def _event_of_type(world: World, event: Wire, wanted: str) -> bool:
    if wanted.endswith("*"):
        return bool(event["type"].startswith(wanted[:-1]))
    return bool(event["type"] == wanted)


def _delivered(world: World, event: Wire, wanted: str) -> bool:
    return wanted in {"true", "1"}


def _recurring(world: World, price: Wire, wanted: Any) -> bool:
    repeats = price["recurring"] or {}
    return all(str(repeats.get(name)) == value for name, value in wanted.items())


_CREATED: dict[str, Filter] = {"created": _between("created")}


@dataclass(frozen=True, slots=True)
class Stream:
    """A collection: the type of its objects, its filters, and the references among them that must exist."""

    kind: str
    filters: dict[str, Filter] = field(default_factory=dict)
    right: str = ""
    references: dict[str, str] = field(default_factory=dict)
    needs: str | None = None


STREAMS: dict[str, Stream] = {
    "balance_transactions": Stream(
        "balance_transaction",
        _CREATED
        | {
            "currency": _same("currency"),
            "payout": _in_payout,
            "source": _same("source"),
            "type": _same("type"),
        },
        "balance_transaction_read",
        {"payout": "payout"},
    ),
    "charges": Stream(
        "charge",
        _CREATED
        | {
            "customer": _same("customer"),
            "payment_intent": _same("payment_intent"),
            "transfer_group": _same("transfer_group"),
        },
        "charge_read",
        {"customer": "customer", "payment_intent": "payment_intent"},
    ),
    "coupons": Stream("coupon", _CREATED, "coupon_read"),
    "credit_notes": Stream(
        "credit_note",
        _CREATED | {"customer": _same("customer"), "invoice": _same("invoice")},
        "credit_note_read",
        {"customer": "customer", "invoice": "invoice"},
    ),
    "customers": Stream(
        "customer", _CREATED | {"email": _same("email"), "test_clock": _same("test_clock")}, "customer_read"
    ),
    "disputes": Stream(
        "dispute",
        _CREATED | {"charge": _same("charge"), "payment_intent": _same("payment_intent")},
        "dispute_read",
        {"charge": "charge", "payment_intent": "payment_intent"},
    ),
    "events": Stream(
        "event",
        _CREATED | {"type": _event_of_type, "types": _event_of_types, "delivery_success": _delivered},
        "event_read",
    ),
    "invoice_payments": Stream(
        "invoice_payment",
        _CREATED | {"invoice": _same("invoice"), "payment": _of_payment, "status": _same("status")},
        "invoice_read",
        {"invoice": "invoice"},
    ),
    "invoiceitems": Stream(
        "invoiceitem",
        _CREATED
        | {
            "customer": _same("customer"),
            "invoice": _same("invoice"),
            "pending": lambda world, one, wanted: (one["invoice"] is None) == (wanted == "true"),
        },
        "invoice_read",
        {"customer": "customer", "invoice": "invoice"},
    ),
    "invoices": Stream(
        "invoice",
        _CREATED
        | {
            "collection_method": _same("collection_method"),
            "customer": _same("customer"),
            "due_date": _between("due_date"),
            "status": _same("status"),
            "subscription": _of_subscription,
        },
        "invoice_read",
        {"customer": "customer", "subscription": "subscription"},
    ),
    "payment_intents": Stream(
        "payment_intent", _CREATED | {"customer": _same("customer")}, "payment_intent_read", {"customer": "customer"}
    ),
    "payment_methods": Stream(
        "payment_method",
        {"allow_redisplay": _same("allow_redisplay"), "customer": _same("customer"), "type": _same("type")},
        "payment_method_read",
        {"customer": "customer"},
        needs="customer",
    ),
    "payouts": Stream(
        "payout",
        _CREATED
        | {
            "arrival_date": _between("arrival_date"),
            "destination": _same("destination"),
            "status": _same("status"),
        },
        "payout_read",
    ),
    "prices": Stream(
        "price",
        _CREATED
        | {
            "active": _flag("active"),
            "currency": _same("currency"),
            "lookup_keys": _one_of("lookup_key"),
            "product": _same("product"),
            "recurring": _recurring,
            "type": _same("type"),
        },
        "plan_read",
        {"product": "product"},
    ),
    "products": Stream(
        "product",
        _CREATED
        | {
            "active": _flag("active"),
            "ids": _one_of("id"),
            "shippable": _flag("shippable"),
            "type": _same("type"),
            "url": _same("url"),
        },
        "product_read",
    ),
    "refunds": Stream(
        "refund",
        _CREATED | {"charge": _same("charge"), "payment_intent": _same("payment_intent")},
        "charge_read",
        {"charge": "charge", "payment_intent": "payment_intent"},
    ),
    "subscription_items": Stream(
        "subscription_item",
        {"subscription": _same("subscription")},
        "subscription_read",
        {"subscription": "subscription"},
        needs="subscription",
    ),
    "subscriptions": Stream(
        "subscription",
        _CREATED
        | {
            "collection_method": _same("collection_method"),
            "customer": _same("customer"),
            "price": _with_price,
            "status": _status_of_subscription,
        },
        "subscription_read",
        {"customer": "customer", "price": "price"},
    ),
    "tax_rates": Stream(
        "tax_rate", _CREATED | {"active": _flag("active"), "inclusive": _flag("inclusive")}, "tax_rate_read"
    ),
    "webhook_endpoints": Stream("webhook_endpoint", {}, "webhook_read"),
}


def _shown(world: World, items: list[Wire]) -> list[Wire]:
    return [world.shown(one) for one in items]


def _recent_events(world: World) -> list[Wire]:
    since = world.now - FEED_DAYS * DAY
    return [event for event in reversed(world.events) if event["created"] >= since]


def _list(call: Call, name: str) -> Wire:
    stream, world = STREAMS[name], call.world
    if stream.needs and stream.needs not in call.params:
        raise required(stream.needs)
    for param, kind in stream.references.items():
        wanted = call.params.get(param)
        if wanted is not None:
            world.find(kind, str(wanted), param, 400)
    items = _recent_events(world) if name == "events" else world.newest_first(stream.kind)
    wanted_filters = {name: value for name, value in call.params.items() if name in stream.filters}
    if name == "subscriptions" and "status" not in wanted_filters:
        items = [one for one in items if one["status"] not in {"canceled", "incomplete_expired"}]
    for param, value in wanted_filters.items():
        keep = stream.filters[param]
        items = [one for one in items if keep(world, one, value)]
    made = wire.page(items, call.params, f"/v1/{name}", NOUNS.get(stream.kind, stream.kind))
    made["data"] = _shown(world, made["data"])
    return made


def _retrieve(call: Call, kind: str) -> Wire:
    if kind == "event":
        for event in _recent_events(call.world):
            if event["id"] == call.ids[0]:
                return event
        raise missing("event", call.ids[0])
    return call.world.shown(call.world.find(kind, call.ids[0]))


def _account(call: Call) -> Wire:
    if call.ids and call.ids[0] != call.world.account["id"]:
        message = (
            f"The provided key does not have access to account '{call.ids[0]}' (or that account does not exist). "
            "Application access may have been revoked."
        )
        raise Refusal(403, message, code="account_invalid")
    return call.world.account


def _balance(call: Call) -> Wire:
    return ledger.balance(call.world)


def _invoice_lines(call: Call) -> Wire:
    invoice = call.world.find("invoice", call.ids[0], "invoice")
    lines = call.world.lines[invoice["id"]]
    return wire.page(lines, call.params, f"/v1/invoices/{invoice['id']}/lines", "line_item")


def _credit_note_lines(call: Call) -> Wire:
    note = call.world.find("credit_note", call.ids[0], "credit_note")
    lines = note["lines"]["data"]
    return wire.page(lines, call.params, f"/v1/credit_notes/{note['id']}/lines", "credit_note_line_item")


def _of_customer(call: Call, kind: str, name: str, noun: str) -> Wire:
    customer = call.world.find("customer", call.ids[0], "customer")
    items = [one for one in call.world.newest_first(kind) if one["customer"] == customer["id"]]
    if "type" in call.params:
        items = [one for one in items if one["type"] == call.params["type"]]
    return wire.page(items, call.params, f"/v1/customers/{customer['id']}/{name}", noun)


def _one_of_customer(call: Call, kind: str) -> Wire:
    found = call.world.find(kind, call.ids[1])
    if found["customer"] != call.ids[0]:
        raise missing(NOUNS.get(kind, kind), call.ids[1])
    return found


def _refunds_of_charge(call: Call) -> Wire:
    charge = call.world.find("charge", call.ids[0], "charge")
    items = [one for one in call.world.newest_first("refund") if one["charge"] == charge["id"]]
    return wire.page(items, call.params, f"/v1/charges/{charge['id']}/refunds", "refund")


def finder(world: World) -> wire.Finder:
    """What stands behind an expandable field of this world."""

    def find(holder: Wire, name: str, value: Any) -> Any:
        included = _INCLUDED.get((holder["object"], name)) if "object" in holder else None
        if included is not None:
            return included(world, holder)
        if isinstance(value, str):
            found = world.objects.get(value)
            return value if found is None else world.shown(found)
        return value

    return find


def _charge_refunds(world: World, charge: Wire) -> Wire:
    items = [one for one in world.newest_first("refund") if one["charge"] == charge["id"]]
    return listing(f"/v1/charges/{charge['id']}/refunds", items[:10], len(items) > 10)


def _invoice_payments(world: World, invoice: Wire) -> Wire:
    items = payments_of(world, invoice["id"])
    return listing(f"/v1/invoice_payments?invoice={invoice['id']}", items[:10], len(items) > 10)


def _customer_subscriptions(world: World, customer: Wire) -> Wire:
    items = [
        one
        for one in world.newest_first("subscription")
        if one["customer"] == customer["id"] and one["status"] not in {"canceled", "incomplete_expired"}
    ]
    return listing(f"/v1/customers/{customer['id']}/subscriptions", items[:10], len(items) > 10)


_INCLUDED: dict[tuple[str, str], Callable[[World, Wire], Wire]] = {
    ("charge", "refunds"): _charge_refunds,
    ("invoice", "payments"): _invoice_payments,
    ("customer", "subscriptions"): _customer_subscriptions,
    ("customer", "sources"): lambda world, one: listing(f"/v1/customers/{one['id']}/sources", []),
    ("customer", "tax_ids"): lambda world, one: listing(f"/v1/customers/{one['id']}/tax_ids", []),
}
"""Fields that are left out unless they are asked for."""


def _declare(name: str, stream: Stream) -> list[Endpoint]:
    params = wire.PAGING | frozenset(stream.filters)
    lists = Endpoint("GET", name, lambda call: _list(call, name), params, stream.right)
    one = Endpoint("GET", f"{name}/{{}}", lambda call: _retrieve(call, stream.kind), wire.COMMON, stream.right)
    return [lists, one]


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "account", _account, wire.COMMON, "accounts_kyc_basic_read"),
    Endpoint("GET", "accounts/{}", _account, wire.COMMON, "accounts_kyc_basic_read"),
    Endpoint("GET", "balance", _balance, wire.COMMON, "balance_read"),
    Endpoint("GET", "invoices/{}/lines", _invoice_lines, wire.PAGING, "invoice_read"),
    Endpoint("GET", "credit_notes/{}/lines", _credit_note_lines, wire.PAGING, "credit_note_read"),
    Endpoint("GET", "charges/{}/refunds", _refunds_of_charge, wire.PAGING, "charge_read"),
    Endpoint(
        "GET",
        "customers/{}/payment_methods",
        lambda call: _of_customer(call, "payment_method", "payment_methods", "PaymentMethod"),
        wire.PAGING | {"type", "allow_redisplay"},
        "payment_method_read",
    ),
    Endpoint(
        "GET",
        "customers/{}/payment_methods/{}",
        lambda call: _one_of_customer(call, "payment_method"),
        wire.COMMON,
        "payment_method_read",
    ),
    Endpoint(
        "GET",
        "customers/{}/balance_transactions",
        lambda call: _of_customer(
            call, "customer_balance_transaction", "balance_transactions", "customer_balance_transaction"
        ),
        wire.PAGING,
        "customer_read",
    ),
    Endpoint(
        "GET",
        "customers/{}/balance_transactions/{}",
        lambda call: _one_of_customer(call, "customer_balance_transaction"),
        wire.COMMON,
        "customer_read",
    ),
    *(endpoint for name, stream in STREAMS.items() for endpoint in _declare(name, stream)),
)
