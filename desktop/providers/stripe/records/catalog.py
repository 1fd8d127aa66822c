"""What is sold: products, prices and the subscriptions to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.stripe.records.fields import (
    Mapper,
    Unreadable,
    amount_or,
    child,
    count,
    currency,
    identity,
    instant,
    instant_or_none,
    open_word,
    ref,
    rows,
    text,
)
from desktop.providers.stripe.records.prices import cost_of
from desktop.records import ServiceRecord, SubscriptionItemRecord, SubscriptionRecord

SUBSCRIPTION_STATUSES: Mapping[str, str] = {
    name: name
    for name in (
        "active",
        "trialing",
        "past_due",
        "canceled",
        "unpaid",
        "paused",
        "incomplete",
        "incomplete_expired",
    )
}


def map_product(body: Mapping[str, Any]) -> ServiceRecord:
    """A product or service. Raises: Unreadable."""
    get = body.get
    return ServiceRecord(
        kind="product",
        name=text(get("name")),
        active=get("active") is not False,
        created_at=instant(get("created"), "creation time"),
        description=text(get("description")),
    )


def map_price(body: Mapping[str, Any]) -> ServiceRecord:
    """A price of a product; tiered and fractional ones have no unit amount. Raises: Unreadable."""
    get = body.get
    recurring = child(get("recurring")).get
    unit = get("unit_amount")
    return ServiceRecord(
        kind="price",
        name=text(get("nickname")),
        active=get("active") is not False,
        created_at=instant(get("created"), "creation time"),
        parent_ref=ref(get("product")),
        unit_amount=None if unit is None else amount_or(unit, "unit amount", 0),
        currency=currency(get("currency")),
        interval=text(recurring("interval")),
        interval_count=count(recurring("interval_count")),
    )


def map_subscription(body: Mapping[str, Any]) -> SubscriptionRecord:
    """A recurring service with the items that the body carries.

    The current period is stated by each item now and by the subscription before 2025-03-31; where items differ, the
    one that ends first is taken, for that is when the next bill comes. Raises: Unreadable.
    """
    get = body.get
    listed = rows(get("items"))
    stated = get("currency")
    items = tuple([_item(item, text(stated).lower()) for item in listed])
    start, end = _period(body, listed)
    if stated is None and items:
        stated = items[0].currency
    return SubscriptionRecord(
        status=open_word(get("status"), SUBSCRIPTION_STATUSES, "status"),
        client_ref=ref(get("customer")),
        currency=currency(stated),
        created_at=instant(get("created"), "creation time"),
        started_at=instant_or_none(get("start_date"), "start"),
        current_period_start_at=start,
        current_period_end_at=end,
        trial_end_at=instant_or_none(get("trial_end"), "end of trial"),
        cancel_at=instant_or_none(get("cancel_at"), "planned cancellation"),
        cancel_at_period_end=get("cancel_at_period_end") is True,
        canceled_at=instant_or_none(get("canceled_at"), "cancellation time"),
        ended_at=instant_or_none(get("ended_at"), "end"),
        collection_method=text(get("collection_method")),
        description=text(get("description")),
        method_ref=ref(get("default_payment_method")) or ref(get("default_source")),
        items=items,
    )


def _period(body: Mapping[str, Any], listed: object) -> tuple[int | None, int | None]:
    stated = instant_or_none(body.get("current_period_end"), "current period")
    if stated is not None:
        return instant_or_none(body.get("current_period_start"), "current period"), stated
    found: tuple[int | None, int | None] = (None, None)
    for row in rows(listed):
        end = instant_or_none(child(row).get("current_period_end"), "current period")
        if end is not None and (found[1] is None or end < found[1]):
            found = (instant_or_none(child(row).get("current_period_start"), "current period"), end)
    return found


def _item(item: object, wanted: str) -> SubscriptionItemRecord:
    """One item, and what it costs in the currency that the subscription is charged in."""
    if type(item) is not dict:
        raise Unreadable("One of its items is not an object.")
    cost = cost_of(item, wanted)
    price, plan = child(item.get("price")), child(item.get("plan"))
    return SubscriptionItemRecord(
        external_id=identity(item.get("id")),
        price_ref=ref(item.get("price")) or ref(item.get("plan")),
        service_ref=ref(price.get("product")) or ref(plan.get("product")),
        quantity=count(item.get("quantity"), 0 if cost.by_use else 1),
        unit_amount=cost.unit_amount,
        unit_amount_decimal=cost.unit_amount_decimal,
        amount=cost.amount,
        by_use=cost.by_use,
        currency=cost.currency,
        interval=cost.interval,
        interval_count=cost.interval_count,
    )


MAPPERS: Mapping[str, Mapper] = {
    "product": map_product,
    "price": map_price,
    "subscription": map_subscription,
}
