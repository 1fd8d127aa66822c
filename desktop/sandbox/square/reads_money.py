"""Calls that read payments, refunds, disputes, payouts, orders, invoices, subscriptions, checkouts and links."""

from __future__ import annotations

from collections.abc import Callable

from desktop.sandbox.clock import DAY
from desktop.sandbox.square.calls import (
    Call,
    Endpoint,
    Listing,
    Window,
    endpoint,
    one_of,
    page,
    window,
)
from desktop.sandbox.square.errors import bad, invalid, missing, required
from desktop.sandbox.square.moments import stamp
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.reads import ORDERS, inner, retrieve, strings
from desktop.sandbox.square.world import BY_MARK

_STATES = (
    *("INQUIRY_EVIDENCE_REQUIRED", "INQUIRY_PROCESSING", "INQUIRY_CLOSED", "EVIDENCE_REQUIRED", "PROCESSING"),
    *("WON", "LOST", "ACCEPTED"),
)
CHECKOUT_DAYS = 30
"""How long a terminal checkout can be read."""

_SORT_FIELDS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "OFFLINE_CREATED_AT": "created_at"}


def location_of(call: Call, location: str | None) -> str | None:
    """A location that a request names must exist (404)."""
    if location is not None and location not in call.world.shelves["location"].objects:
        raise missing("Location", location)
    return location


def _created(call: Call) -> Window:
    """Of a list of payments, refunds or payouts: the last year unless the request says otherwise."""
    asked = window(call, "begin_time", "end_time")
    return Window(asked.low or stamp(call.world.now - 365 * DAY), asked.high)


def _money_list(call: Call, kind: str, name: str, location: str | None, fits: Callable[[Wire], bool]) -> Wire:
    """Payments and refunds: by creation or by change, filtered by both, and by what else ``fits``."""
    created, updated = _created(call), window(call, "updated_at_begin_time", "updated_at_end_time")
    field = _SORT_FIELDS[call.choice("sort_field", tuple(_SORT_FIELDS), "CREATED_AT")]
    order = call.choice("sort_order", ORDERS, "DESC")
    by_change = field == "updated_at"

    def keep(one: Wire) -> bool:
        return (
            location in {None, one["location_id"]}
            and (created.holds(one, "created_at") if by_change else updated.holds(one, "updated_at"))
            and fits(one)
        )

    listing = Listing(kind, name, field, order == "DESC", updated if by_change else created, keep)
    return page(call, listing, call.limit(100, 100, strict=False))


def _list_payments(call: Call) -> Wire:
    location = location_of(call, call.given("location_id")) or call.world.main_location
    total, last_4, brand = call.integer("total"), call.given("last_4"), call.given("card_brand")
    offline = call.flag("is_offline_payment") if call.given("is_offline_payment") is not None else None
    taken = window(call, "offline_begin_time", "offline_end_time")

    def fits(one: Wire) -> bool:
        card = one.get("card_details", {}).get("card", {})
        at = one.get("offline_payment_details", {}).get("client_created_at")
        return (
            total in {None, one["total_money"]["amount"]}
            and last_4 in {None, card.get("last_4")}
            and brand in {None, card.get("card_brand")}
            and offline in {None, bool(one.get("is_offline_payment"))}
            and (taken == Window() or (at is not None and taken.holds({"at": at}, "at")))
        )

    return _money_list(call, "payment", "payments", location, fits)


def _list_refunds(call: Call) -> Wire:
    status, source = call.given("status"), call.given("source_type")
    if status is not None:
        one_of("status", status, ("PENDING", "COMPLETED", "REJECTED", "FAILED"))

    def fits(one: Wire) -> bool:
        return status in {None, one["status"]} and source in {None, one["destination_type"]}

    return _money_list(call, "refund", "refunds", location_of(call, call.given("location_id")), fits)


def _list_disputes(call: Call) -> Wire:
    states = [one_of("states", one, _STATES) for one in str(call.given("states") or "").split(",") if one]
    location = call.given("location_id")

    def keep(one: Wire) -> bool:
        return (not states or one["state"] in states) and location in {None, one["location_id"]}

    return page(call, Listing("dispute", "disputes", keep=keep), 50)


def _list_payouts(call: Call) -> Wire:
    location = location_of(call, call.given("location_id")) or call.world.main_location
    status = call.given("status")
    if status is not None:
        one_of("status", status, ("SENT", "FAILED", "PAID"))
    order = call.choice("sort_order", ORDERS, "DESC")

    def keep(one: Wire) -> bool:
        return bool(one["location_id"] == location) and status in {None, one["status"]}

    listing = Listing("payout", "payouts", "created_at", order == "DESC", _created(call), keep)
    return page(call, listing, call.limit(100, 100, strict=False))


def _payout_entries(call: Call) -> Wire:
    payout = call.world.find("payout", call.ids[0])
    entries = call.world.payout_entries[payout["id"]]
    limit = call.limit(100, 100, strict=False)
    if call.choice("sort_order", ORDERS, "DESC") == "DESC":
        entries = entries[::-1]
    start = 0
    if call.given("cursor"):
        start = int(call.cursors.read(call, call.text("cursor"))[0]) + 1
    shown = entries[start : start + limit]
    made: Wire = {"payout_entries": shown} if shown else {}
    if start + limit < len(entries):
        made["cursor"] = call.cursors.make(call, str(start + limit - 1), shown[-1]["id"])
    return made


def _search_orders(call: Call) -> Wire:
    locations = strings(call.given("location_ids"), "location_ids", 10)
    if not locations:
        raise required("location_ids")
    for location in locations:
        location_of(call, location)
    query = inner(call.body, "query")
    wanted, sort = inner(query, "filter"), inner(query, "sort")
    if sort and "sort_field" not in sort:
        raise required("query.sort.sort_field")
    field = one_of("sort_field", sort.get("sort_field", "CREATED_AT"), ("CREATED_AT", "UPDATED_AT", "CLOSED_AT"))
    order = one_of("sort_order", sort.get("sort_order", "DESC"), ORDERS)
    times = {name: window(value, "start_at", "end_at") for name, value in inner(wanted, "date_time_filter").items()}
    if len(times) > 1:
        raise bad("Only one date_time_filter can be used.", "query.filter.date_time_filter")
    if times and field.lower() not in times:
        raise bad("The sort_field must match the date_time_filter.", "query.sort.sort_field")
    states = strings(inner(wanted, "state_filter").get("states"), "states")
    people = strings(inner(wanted, "customer_filter").get("customer_ids"), "customer_ids", 10)
    sources = strings(inner(wanted, "source_filter").get("source_names"), "source_names", 10)

    def keep(one: Wire) -> bool:
        return (
            one["location_id"] in locations
            and (not states or one["state"] in states)
            and (not people or one.get("customer_id") in people)
            and (not sources or one["source"]["name"] in sources)
            and (field != "CLOSED_AT" or "closed_at" in one)
        )

    bounds = times.get(field.lower(), Window())
    entries = call.flag("return_entries")
    listing = Listing("order", "order_entries" if entries else "orders", field.lower(), order == "DESC", bounds, keep)
    if entries:
        listing.shown = lambda one: {
            "order_id": one["id"],
            "version": one["version"],
            "location_id": one["location_id"],
        }
    return page(call, listing, call.limit(500, 1000))


def _orders(call: Call) -> Wire:
    wanted = strings(call.given("order_ids"), "order_ids", 100)
    if not wanted:
        raise required("order_ids")
    objects, location = call.world.shelves["order"].objects, call.given("location_id")
    found = [objects[one] for one in wanted if one in objects and location in {None, objects[one]["location_id"]}]
    return {"orders": found} if found else {}


def _invoices(call: Call, location: str, people: list[str], order: str) -> Wire:
    location_of(call, location)

    def keep(one: Wire) -> bool:
        owner = one.get("primary_recipient", {}).get("customer_id")
        return bool(one["location_id"] == location) and (not people or owner in people)

    listing = Listing("invoice", "invoices", BY_MARK, order == "DESC", keep=keep)
    return page(call, listing, call.limit(100, 200))


def _list_invoices(call: Call) -> Wire:
    return _invoices(call, call.text("location_id"), [], "DESC")


def _search_invoices(call: Call) -> Wire:
    query = inner(call.body, "query")
    if not query:
        raise required("query")
    wanted, sort = inner(query, "filter"), inner(query, "sort")
    locations = strings(wanted.get("location_ids"), "query.filter.location_ids")
    if len(locations) != 1:
        detail = "Exactly one location_id must be given."
        raise invalid("query.filter.location_ids", detail, "ARRAY_LENGTH_TOO_LONG" if locations else "VALUE_EMPTY")
    people = strings(wanted.get("customer_ids"), "query.filter.customer_ids", 1)
    if sort:
        one_of("query.sort.field", sort.get("field"), ("INVOICE_SORT_DATE",))
    return _invoices(call, locations[0], people, one_of("query.sort.order", sort.get("order", "DESC"), ORDERS))


def _shown_subscription(call: Call, one: Wire, include: list[str]) -> Wire:
    if "actions" in include:
        return one | {"actions": one.get("actions", [])}
    return {name: value for name, value in one.items() if name != "actions"}


def _search_subscriptions(call: Call) -> Wire:
    wanted = inner(call.body, "query", "filter")
    people = strings(wanted.get("customer_ids"), "query.filter.customer_ids")
    locations = strings(wanted.get("location_ids"), "query.filter.location_ids")
    sources = strings(wanted.get("source_names"), "query.filter.source_names")
    include = strings(call.given("include"), "include")

    def keep(one: Wire) -> bool:
        return (
            (not people or one["customer_id"] in people)
            and (not locations or one["location_id"] in locations)
            and (not sources or one["source"]["name"] in sources)
        )

    listing = Listing("subscription", "subscriptions", descending=False, keep=keep)
    listing.shown = lambda one: _shown_subscription(call, one, include)
    return page(call, listing, call.limit(200, 200))


def _subscription(call: Call) -> Wire:
    include = str(call.given("include") or "").split(",")
    return {"subscription": _shown_subscription(call, call.world.find("subscription", call.ids[0]), include)}


def _forgotten(call: Call) -> str:
    return stamp(call.world.now - CHECKOUT_DAYS * DAY)


def _checkout(call: Call) -> Wire:
    found = call.world.find("checkout", call.ids[0])
    if found["created_at"] < _forgotten(call):
        raise missing("Checkout", call.ids[0])
    return {"checkout": found}


def _search_checkouts(call: Call) -> Wire:
    query = inner(call.body, "query")
    wanted, sort = inner(query, "filter"), inner(query, "sort")
    device, status = wanted.get("device_id"), wanted.get("status")
    created = window(wanted.get("created_at"), "start_at", "end_at")
    # Square looks at the last day unless the request names a range, and forgets a checkout after thirty.
    low = created.low or stamp(call.world.now - DAY)
    bounds = Window(max(low, _forgotten(call)), created.high)
    order = one_of("query.sort.sort_order", sort.get("sort_order", "DESC"), ORDERS)

    def keep(one: Wire) -> bool:
        return device in {None, one["device_options"]["device_id"]} and status in {None, one["status"]}

    listing = Listing("checkout", "checkouts", "created_at", order == "DESC", bounds, keep)
    return page(call, listing, call.limit(100, 100))


def _links(call: Call) -> Wire:
    return page(call, Listing("link", "payment_links"), call.limit(100, 1000, strict=False))


_PAGED = "begin_time end_time sort_order cursor location_id limit updated_at_begin_time updated_at_end_time sort_field "
_PAYMENTS = "total last_4 card_brand is_offline_payment offline_begin_time offline_end_time"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "payments", _list_payments, "PAYMENTS_READ", _PAGED + _PAYMENTS),
    endpoint("GET", "payments/{}", retrieve("payment", "payment"), "PAYMENTS_READ"),
    endpoint("GET", "refunds", _list_refunds, "PAYMENTS_READ", _PAGED + "status source_type"),
    endpoint("GET", "refunds/{}", retrieve("refund", "refund"), "PAYMENTS_READ"),
    endpoint("GET", "disputes", _list_disputes, "DISPUTES_READ", "cursor states location_id"),
    endpoint("GET", "disputes/{}", retrieve("dispute", "dispute"), "DISPUTES_READ"),
    endpoint(
        "GET",
        "payouts",
        _list_payouts,
        "PAYOUTS_READ",
        "location_id status begin_time end_time sort_order cursor limit",
    ),
    endpoint("GET", "payouts/{}", retrieve("payout", "payout"), "PAYOUTS_READ"),
    endpoint("GET", "payouts/{}/payout-entries", _payout_entries, "PAYOUTS_READ", "sort_order cursor limit"),
    endpoint("POST", "orders/search", _search_orders, "ORDERS_READ", "location_ids cursor query limit return_entries"),
    endpoint("POST", "orders/batch-retrieve", _orders, "ORDERS_READ", "location_id order_ids"),
    endpoint("GET", "orders/{}", retrieve("order", "order"), "ORDERS_READ"),
    endpoint("GET", "invoices", _list_invoices, "INVOICES_READ", "location_id cursor limit"),
    endpoint("POST", "invoices/search", _search_invoices, "INVOICES_READ", "query limit cursor"),
    endpoint("GET", "invoices/{}", retrieve("invoice", "invoice"), "INVOICES_READ"),
    endpoint("POST", "subscriptions/search", _search_subscriptions, "SUBSCRIPTIONS_READ", "cursor limit query include"),
    endpoint("GET", "subscriptions/{}", _subscription, "SUBSCRIPTIONS_READ", "include"),
    endpoint("POST", "terminals/checkouts/search", _search_checkouts, "PAYMENTS_READ", "query cursor limit"),
    endpoint("GET", "terminals/checkouts/{}", _checkout, "PAYMENTS_READ"),
    endpoint("GET", "online-checkout/payment-links", _links, "ORDERS_READ", "cursor limit"),
    endpoint("GET", "online-checkout/payment-links/{}", retrieve("link", "payment_link"), "ORDERS_READ"),
)
