"""Subscriptions to a plan of the catalog: a month's invoice is charged to the card on file."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from desktop.sandbox.clock import add_months
from desktop.sandbox.square import invoices, orders, people
from desktop.sandbox.square.errors import bad
from desktop.sandbox.square.objects import Source, Wire, fill
from desktop.sandbox.square.world import World


def start(world: World, location: str, customer: Wire, variation: Wire, card: Wire, **facts: Any) -> Wire:
    """A customer subscribes from today on; the first month is charged at once."""
    made = fill(
        "subscription",
        id=world.ids.uuid(),
        location=location,
        variation=variation,
        customer=customer,
        start=world.today.isoformat(),
        version=world.now * 1000,
        created=world.plain_stamp(),
        card=card,
        timezone=world.zone.key,
        anchor=min(world.today.day, 28),
    )
    made |= facts
    world.add("subscription", made)
    world.tell("subscription.created", "subscription", made, location)
    _charge(world, made)
    return made


def _price(world: World, subscription: Wire) -> tuple[str, int]:
    data = world.find("catalog", subscription["plan_variation_id"])["subscription_plan_variation_data"]
    return data["name"], int(data["phases"][0]["pricing"]["price_money"]["amount"])


def _charge(world: World, subscription: Wire) -> None:
    """Bill the month that begins and plan the next one. Pausing and cancelling stop it."""
    if subscription["status"] != "ACTIVE":
        return
    customer = world.shelves["customer"].objects.get(subscription["customer_id"])
    card = world.shelves["card"].objects[subscription["card_id"]]
    if customer is None or not card["enabled"]:
        _enter(world, subscription, "DEACTIVATED")
        return
    name, price = _price(world, subscription)
    invoice = invoices.bill(
        world,
        subscription["location_id"],
        customer,
        [orders.custom_line(world, name, price)],
        days=0,
        text=name,
        subscription_id=subscription["id"],
    )
    invoice["payment_requests"][0] |= {"automatic_payment_source": "CARD_ON_FILE", "card_id": card["id"]}
    source = Source("CARD", people.plastic_of(card), "ON_FILE", card_id=card["id"])
    invoices.pay(world, invoice, source=source)
    subscription["invoice_ids"] = [invoice["id"], *subscription["invoice_ids"]]
    following = _following(subscription, world.today)
    subscription["charged_through_date"] = (following - timedelta(days=1)).isoformat()
    _told(world, subscription)
    world.on(following, 9, 5, partial(_charge, world, subscription))


def _following(subscription: Wire, today: date) -> date:
    return add_months(today, 1).replace(day=subscription["monthly_billing_anchor_date"])


def _told(world: World, subscription: Wire) -> None:
    subscription["version"] = max(subscription["version"] + 1, world.now * 1000)
    world.shelves["subscription"].touch()
    world.tell("subscription.updated", "subscription", subscription, subscription["location_id"])


def _enter(world: World, subscription: Wire, status: str, **fields: Any) -> Wire:
    subscription |= {"status": status} | fields
    _told(world, subscription)
    return subscription


def is_running(subscription: Wire) -> bool:
    """Whether a subscription has not ended. One whose card or customer is gone has."""
    return subscription["status"] in {"ACTIVE", "PAUSED"}


def _must_run(subscription: Wire) -> None:
    if not is_running(subscription):
        raise bad(f"The subscription is {subscription['status']}.")


def pause(world: World, subscription: Wire) -> Wire:
    """No more charges until somebody resumes it."""
    _must_run(subscription)
    return _enter(world, subscription, "PAUSED")


def cancel(world: World, subscription: Wire) -> Wire:
    """End a subscription today."""
    _must_run(subscription)
    return _enter(world, subscription, "CANCELED", canceled_date=world.today.isoformat())
