"""The catalog: categories, items and plans, and their variations, which are prices; and the stock of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from desktop.providers.fields import Unreadable, child, count, open_word, text
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    lower,
    moment,
    money,
    rows,
    variation_name,
)
from desktop.records import InventoryCountRecord, ServiceRecord

_DECIMAL = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,10})?")

CADENCES: Mapping[str, tuple[str, int]] = {
    "DAILY": ("day", 1),
    "WEEKLY": ("week", 1),
    "EVERY_TWO_WEEKS": ("week", 2),
    "THIRTY_DAYS": ("day", 30),
    "SIXTY_DAYS": ("day", 60),
    "NINETY_DAYS": ("day", 90),
    "MONTHLY": ("month", 1),
    "EVERY_TWO_MONTHS": ("month", 2),
    "QUARTERLY": ("month", 3),
    "EVERY_FOUR_MONTHS": ("month", 4),
    "EVERY_SIX_MONTHS": ("month", 6),
    "ANNUAL": ("year", 1),
    "EVERY_TWO_YEARS": ("year", 2),
}
"""Square's billing cadences as an interval and how many of it."""


def map_catalog_object(body: Mapping[str, Any], around: Around) -> ServiceRecord:
    """Something that is sold, a category of it, or whatever else a catalog has: that keeps Square's word as its kind.

    Square does not say when an object was made: its last change stands in. Raises: Unreadable.
    """
    stated = body.get("type")
    kind = open_word(stated, {}, "type")
    data = child(body.get(f"{kind}_data"))
    changed = moment(body.get("created_at") or body.get("updated_at"), "last change")
    mapper = _BY_TYPE.get(stated) if type(stated) is str else None
    return _other(kind, data, changed) if mapper is None else mapper(data, changed)


def _other(kind: str, data: Mapping[str, Any], changed: int) -> ServiceRecord:
    """A tax, a modifier, an image, …, or what Square has thought of since: kept by its name, sold by nobody."""
    return ServiceRecord(kind, text(data.get("name")), True, changed)


def _category(data: Mapping[str, Any], changed: int) -> ServiceRecord:
    parent = text(child(data.get("parent_category")).get("id"))
    return ServiceRecord("category", text(data.get("name")), True, changed, parent_ref=parent)


def _item(data: Mapping[str, Any], changed: int) -> ServiceRecord:
    listed = rows(data.get("categories"))
    category = (
        text(child(data.get("reporting_category")).get("id"))
        or text(data.get("category_id"))
        or (text(child(listed[0]).get("id")) if listed else "")
    )
    return ServiceRecord(
        kind="product",
        name=text(data.get("name")),
        active=data.get("is_archived") is not True,
        created_at=changed,
        parent_ref=category,
        description=text(data.get("description_plaintext")) or text(data.get("description")),
    )


def _variation(data: Mapping[str, Any], changed: int) -> ServiceRecord:
    amount, unit = _priced(data.get("price_money"))
    return ServiceRecord(
        kind="price",
        name=variation_name(data.get("name")),
        active=True,
        created_at=changed,
        parent_ref=text(data.get("item_id")),
        unit_amount=amount,
        currency=unit,
        sku=text(data.get("sku")),
    )


def _plan(data: Mapping[str, Any], changed: int) -> ServiceRecord:
    return ServiceRecord("product", text(data.get("name")), True, changed)


def _plan_variation(data: Mapping[str, Any], changed: int) -> ServiceRecord:
    amount, unit, interval, interval_count = phase_price(data)
    return ServiceRecord(
        kind="price",
        name=text(data.get("name")),
        active=True,
        created_at=changed,
        parent_ref=text(data.get("subscription_plan_id")),
        unit_amount=amount,
        currency=unit,
        interval=interval,
        interval_count=interval_count,
    )


def phase_price(data: Mapping[str, Any]) -> tuple[int | None, str, str, int]:
    """What a plan variation costs, in which currency, each how many of which interval: of the phase that goes on.

    None and an empty text where the price follows from the items of an order. Raises: Unreadable.
    """
    phases = [child(one) for one in rows(data.get("phases"))]
    if not phases:
        return None, "", "", 0
    endless = [one for one in phases if one.get("periods") in (None, 0)]
    phase = max(endless or phases, key=lambda one: count(one.get("ordinal")))
    cadence = phase.get("cadence")
    interval = CADENCES.get(cadence, ("", 0)) if type(cadence) is str else ("", 0)
    pricing = child(phase.get("pricing"))
    amount, unit = _priced(pricing.get("price_money") or pricing.get("price") or phase.get("recurring_price_money"))
    return amount, unit, *interval


def _priced(price: object) -> tuple[int | None, str]:
    if child(price).get("amount") is None:
        return None, ""
    unit = currency_of(price)
    return money(price, unit, "price"), unit


_BY_TYPE: Mapping[str, Callable[[Mapping[str, Any], int], ServiceRecord]] = {
    "CATEGORY": _category,
    "ITEM": _item,
    "ITEM_VARIATION": _variation,
    "SUBSCRIPTION_PLAN": _plan,
    "SUBSCRIPTION_PLAN_VARIATION": _plan_variation,
}


def count_id(body: Mapping[str, Any]) -> str:
    """The id that we give to a stock count, which has none: what is counted, where, and in which state."""
    parts = (text(body.get("catalog_object_id")), text(body.get("location_id")), text(body.get("state")))
    return ":".join(parts) if all(parts) else ""


def map_inventory_count(body: Mapping[str, Any], around: Around) -> InventoryCountRecord:
    """How much of something is at a location, in one state. Raises: Unreadable."""
    stated = text(body.get("quantity"))
    if not _DECIMAL.fullmatch(stated):
        raise Unreadable("Its quantity is not a decimal number.")
    return InventoryCountRecord(
        service_ref=text(body.get("catalog_object_id")),
        location_ref=text(body.get("location_id")),
        state=lower(body.get("state")),
        quantity=stated,
        created_at=moment(body.get("calculated_at"), "counting time"),
    )


MAPPERS: Mapping[str, Mapper] = {
    "catalog_object": map_catalog_object,
    "inventory_count": map_inventory_count,
}
