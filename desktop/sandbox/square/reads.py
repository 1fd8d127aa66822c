"""Calls that read people, the catalog, the shelf, devices and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.square.calls import (
    Call,
    Endpoint,
    Listing,
    Window,
    endpoint,
    moment,
    one_of,
    page,
    window,
)
from desktop.sandbox.square.errors import Refusal, bad, invalid, missing, required
from desktop.sandbox.square.moments import stamp
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.world import BY_NAME, FEED_DAYS, Shelf

ORDERS = ("ASC", "DESC")
_CATALOG_TYPES = (
    *("ITEM", "IMAGE", "CATEGORY", "ITEM_VARIATION", "TAX", "DISCOUNT", "MODIFIER_LIST", "MODIFIER", "PRICING_RULE"),
    *("PRODUCT_SET", "TIME_PERIOD", "MEASUREMENT_UNIT", "SUBSCRIPTION_PLAN_VARIATION", "ITEM_OPTION"),
    *("ITEM_OPTION_VAL", "CUSTOM_ATTRIBUTE_DEFINITION", "QUICK_AMOUNTS_SETTINGS", "SUBSCRIPTION_PLAN"),
    "AVAILABILITY_PERIOD",
)
EVENT_TYPES = (
    *("card.created", "card.disabled", "catalog.version.updated", "customer.created", "customer.deleted"),
    *("customer.updated", "dispute.created", "dispute.state.updated", "inventory.count.updated", "invoice.canceled"),
    *("invoice.created", "invoice.deleted", "invoice.payment_made", "invoice.published", "invoice.refunded"),
    *("invoice.scheduled_charge_failed", "invoice.updated", "oauth.authorization.revoked", "order.created"),
    *("order.updated", "payment.created", "payment.updated", "payout.failed", "payout.paid", "payout.sent"),
    *("refund.created", "refund.updated", "subscription.created", "subscription.updated"),
    *("terminal.checkout.created", "terminal.checkout.updated"),
)


def retrieve(kind: str, name: str) -> Callable[[Call], Wire]:
    """The handler of ``GET /v2/…/{id}`` for a kind, answered under a name."""

    def handler(call: Call) -> Wire:
        return {name: call.world.find(kind, call.ids[0])}

    return handler


def strings(value: Any, field: str, most: int | None = None) -> list[str]:
    """A list of texts of a body; empty where there is none."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid(field, "Expected an array of strings.", "EXPECTED_ARRAY")
    if most is not None and len(value) > most:
        raise invalid(field, f"At most {most} values are allowed.", "ARRAY_LENGTH_TOO_LONG")
    return value


def inner(holder: Any, *path: str) -> Wire:
    """An object inside the body; empty where it is not there. Raises EXPECTED_OBJECT."""
    found = holder
    for name in path:
        found = (found or {}).get(name)
        if found is not None and not isinstance(found, dict):
            raise invalid(name, "Expected an object.", "EXPECTED_OBJECT")
    return found or {}


# The seller


def _merchants(call: Call) -> Wire:
    return {"merchant": [call.world.merchant]}


def _merchant(call: Call) -> Wire:
    if call.ids[0] not in {"me", call.world.merchant["id"]}:
        raise missing("Merchant", call.ids[0])
    return {"merchant": call.world.merchant}


def _locations(call: Call) -> Wire:
    return {"locations": call.world.every("location")}


def _location(call: Call) -> Wire:
    wanted = call.world.main_location if call.ids[0] == "main" else call.ids[0]
    return {"location": call.world.find("location", wanted)}


# Customers

_CUSTOMER_ORDERS = {"DEFAULT": BY_NAME, "CREATED_AT": "created_at"}
_TEXT_FILTERS = ("email_address", "phone_number", "reference_id")


def _like(one: Wire, name: str, wanted: Wire) -> bool:
    value = str(one.get(name, "")).lower()
    if "exact" in wanted:
        return value == str(wanted["exact"]).lower()
    return str(wanted.get("fuzzy", "")).lower() in value


def _search_customers(call: Call) -> Wire:
    query = inner(call.body, "query")
    wanted, sort = inner(query, "filter"), inner(query, "sort")
    unknown = set(wanted) - {"created_at", "updated_at", *_TEXT_FILTERS, "creation_source"}
    if unknown:
        raise bad(f"The sandbox does not filter customers by {sorted(unknown)}.", "query.filter")
    created = window(wanted.get("created_at"), "start_at", "end_at")
    updated = window(wanted.get("updated_at"), "start_at", "end_at")
    field = one_of("query.sort.field", sort.get("field", "DEFAULT"), tuple(_CUSTOMER_ORDERS))
    order = one_of("query.sort.order", sort.get("order", "ASC"), ORDERS)
    texts = {name: inner(wanted, name) for name in _TEXT_FILTERS if name in wanted}

    def keep(one: Wire) -> bool:
        timely = created.holds(one, "created_at") and updated.holds(one, "updated_at")
        return timely and all(_like(one, name, text) for name, text in texts.items())

    listing = Listing("customer", "customers", _CUSTOMER_ORDERS[field], order == "DESC", keep=keep)
    return _counted(call, page(call, listing, call.limit(100, 100)))


def _list_customers(call: Call) -> Wire:
    field = call.choice("sort_field", tuple(_CUSTOMER_ORDERS), "DEFAULT")
    order = call.choice("sort_order", ORDERS, "ASC")
    listing = Listing("customer", "customers", _CUSTOMER_ORDERS[field], order == "DESC")
    return _counted(call, page(call, listing, call.limit(100, 100)))


def _counted(call: Call, made: Wire) -> Wire:
    return made | {"count": len(call.world.every("customer"))} if call.flag("count") else made


def _cards(call: Call) -> Wire:
    owner, disabled, reference = call.given("customer_id"), call.flag("include_disabled"), call.given("reference_id")

    def keep(one: Wire) -> bool:
        return (
            (disabled or bool(one["enabled"]))
            and owner in {None, one.get("customer_id")}
            and reference in {None, one.get("reference_id")}
        )

    order = call.choice("sort_order", ORDERS, "ASC")
    return page(call, Listing("card", "cards", descending=order == "DESC", keep=keep), 25)


# The catalog


def _types(wanted: list[str]) -> frozenset[str]:
    kinds = [one.strip().upper() for one in wanted if one.strip()]
    for kind in kinds:
        one_of("types", kind, _CATALOG_TYPES)
    return frozenset(kinds) or frozenset(_CATALOG_TYPES) - {"ITEM_VARIATION", "SUBSCRIPTION_PLAN_VARIATION"}


def _list_catalog(call: Call) -> Wire:
    kinds = _types(str(call.given("types") or "").split(","))
    listing = Listing(
        "catalog", "objects", "updated_at", False, keep=lambda one: one["type"] in kinds and not one["is_deleted"]
    )
    return page(call, listing, 100)


def _search_catalog(call: Call) -> Wire:
    kinds = _types(strings(call.given("object_types"), "object_types"))
    deleted = call.flag("include_deleted_objects")
    begin = moment("begin_time", call.given("begin_time"))
    if call.given("query"):
        raise bad("The sandbox searches the catalog by time and type only.", "query")

    def keep(one: Wire) -> bool:
        late_enough = begin is None or one["updated_at"] > begin
        return late_enough and one["type"] in kinds and (deleted or not one["is_deleted"])

    listing = Listing("catalog", "objects", "updated_at", False, Window(begin), keep)
    made = page(call, listing, call.limit(100, 1000, strict=False))
    shelf = call.world.shelves["catalog"]
    return made | {"latest_time": shelf.ordered("updated_at")[-1][0]}


def _catalog_object(call: Call) -> Wire:
    found = call.world.find("catalog", call.ids[0])
    if found["is_deleted"]:
        raise missing("Catalog object", call.ids[0])
    made: Wire = {"object": found}
    if call.flag("include_related_objects"):
        made["related_objects"] = _related(call.world.shelves["catalog"], found)
    return made


def _related(shelf: Shelf, found: Wire) -> list[Wire]:
    item = found.get("item_data", {})
    ids = [*item.get("tax_ids", ()), item.get("category_id"), found.get("item_variation_data", {}).get("item_id")]
    return [shelf.objects[one] for one in ids if one in shelf.objects]


def _catalog_objects(call: Call) -> Wire:
    wanted = strings(call.given("object_ids"), "object_ids", 1000)
    if not wanted:
        raise required("object_ids")
    objects, deleted = call.world.shelves["catalog"].objects, call.flag("include_deleted_objects")
    found = [objects[one] for one in wanted if one in objects and (deleted or not objects[one]["is_deleted"])]
    return {"objects": found} if found else {}


def _counts(call: Call) -> Wire:
    things = strings(call.given("catalog_object_ids"), "catalog_object_ids", 1000)
    locations = strings(call.given("location_ids"), "location_ids", 100)
    states = strings(call.given("states"), "states") or ["IN_STOCK"]
    after = moment("updated_after", call.given("updated_after"))

    def keep(one: Wire) -> bool:
        return (
            (not things or one["catalog_object_id"] in things)
            and (not locations or one["location_id"] in locations)
            and one["state"] in states
            and (after is None or one["calculated_at"] > after)
        )

    return page(call, Listing("count", "counts", "calculated_at", False, keep=keep), call.limit(100, 1000))


# Devices and events


def _devices(call: Call) -> Wire:
    location = call.given("location_id")
    here = location in {None, call.world.main_location}
    order = call.choice("sort_order", ORDERS, "ASC")
    listing = Listing("device", "devices", descending=order == "DESC", keep=lambda one: here)
    return page(call, listing, call.limit(100, 100))


def _event_types(call: Call) -> Wire:
    told = [
        {"event_type": one, "api_version_introduced": "2020-02-26", "release_status": "PUBLIC"} for one in EVENT_TYPES
    ]
    return {"event_types": list(EVENT_TYPES), "metadata": told}


def _enable_events(call: Call) -> Wire:
    call.world.events_enabled = True
    return {}


def _disable_events(call: Call) -> Wire:
    call.world.events_enabled = False
    return {}


def _search_events(call: Call) -> Wire:
    if not call.world.events_enabled:
        raise Refusal(403, "FORBIDDEN", "Event searching is not enabled for this application.")
    query = inner(call.body, "query")
    wanted, sort = inner(query, "filter"), inner(query, "sort")
    kinds = strings(wanted.get("event_types"), "query.filter.event_types")
    sellers = strings(wanted.get("merchant_ids"), "query.filter.merchant_ids")
    locations = strings(wanted.get("location_ids"), "query.filter.location_ids")
    asked = window(wanted.get("created_at"), "start_at", "end_at")
    oldest = stamp(call.world.now - FEED_DAYS * DAY)
    order = one_of("query.sort.order", sort.get("order", "DESC"), ORDERS)

    def keep(one: Wire) -> bool:
        return (
            (not kinds or one["type"] in kinds)
            and (not sellers or one["merchant_id"] in sellers)
            and (not locations or one.get("location_id") in locations)
        )

    bounds = Window(max(asked.low or oldest, oldest), asked.high)
    made = page(call, Listing("event", "events", "created_at", order == "DESC", bounds, keep), call.limit(100, 100))
    if "events" in made:
        made["metadata"] = [call.world.metadata_of(one) for one in made["events"]]
    return made


ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "merchants", _merchants, "MERCHANT_PROFILE_READ", "cursor"),
    endpoint("GET", "merchants/{}", _merchant, "MERCHANT_PROFILE_READ"),
    endpoint("GET", "locations", _locations, "MERCHANT_PROFILE_READ"),
    endpoint("GET", "locations/{}", _location, "MERCHANT_PROFILE_READ"),
    endpoint("POST", "customers/search", _search_customers, "CUSTOMERS_READ", "cursor limit query count"),
    endpoint("GET", "customers", _list_customers, "CUSTOMERS_READ", "cursor limit sort_field sort_order count"),
    endpoint("GET", "customers/{}", retrieve("customer", "customer"), "CUSTOMERS_READ"),
    endpoint("GET", "cards", _cards, "PAYMENTS_READ", "cursor customer_id include_disabled reference_id sort_order"),
    endpoint("GET", "cards/{}", retrieve("card", "card"), "PAYMENTS_READ"),
    endpoint("GET", "catalog/list", _list_catalog, "ITEMS_READ", "cursor types catalog_version"),
    endpoint(
        "POST",
        "catalog/search",
        _search_catalog,
        "ITEMS_READ",
        "cursor object_types include_deleted_objects include_related_objects begin_time query limit "
        "include_category_path_to_root",
    ),
    endpoint(
        "GET",
        "catalog/object/{}",
        _catalog_object,
        "ITEMS_READ",
        "include_related_objects catalog_version include_category_path_to_root",
    ),
    endpoint(
        "POST",
        "catalog/batch-retrieve",
        _catalog_objects,
        "ITEMS_READ",
        "object_ids include_related_objects catalog_version include_deleted_objects include_category_path_to_root",
    ),
    endpoint(
        "POST",
        "inventory/counts/batch-retrieve",
        _counts,
        "INVENTORY_READ",
        "catalog_object_ids location_ids updated_after cursor states limit",
    ),
    endpoint("GET", "devices", _devices, "DEVICES_READ", "cursor sort_order limit location_id"),
    endpoint("POST", "events", _search_events, "", "cursor limit query", personal=True),
    endpoint("GET", "events/types", _event_types, "", "api_version", personal=True),
    endpoint("PUT", "events/enable", _enable_events, "", personal=True),
    endpoint("PUT", "events/disable", _disable_events, "", personal=True),
)
