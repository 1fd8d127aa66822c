"""Payments that somebody else makes for us: on a Square Terminal, and by a payment link."""

from __future__ import annotations

from functools import partial
from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.square import orders, payments
from desktop.sandbox.square.errors import bad
from desktop.sandbox.square.objects import Source, Wire, fill
from desktop.sandbox.square.world import World

SECONDS_AT_TERMINAL = 20
"""How long a buyer takes at the terminal."""

_KEPT = ("reference_id", "note", "customer_id")


def create_terminal(world: World, amount: Wire, device_options: Wire, **facts: Any) -> Wire:
    """Ask a terminal to take a payment. It does so by itself after a while, unless somebody cancels first."""
    stamp = world.stamp()
    made = fill(
        "terminal_checkout",
        id=world.ids.new("checkout"),
        amount_money=amount,
        device_options=device_options,
        stamp=stamp,
        application=world.application_id,
        location=world.main_location,
    )
    made |= {name: value for name, value in facts.items() if value is not None}
    world.add("checkout", made)
    world.tell("terminal.checkout.created", "checkout", made)
    world.later(3 / DAY, partial(_begin, world, made))
    return made


def _enter(world: World, checkout: Wire, status: str, **fields: Any) -> Wire:
    world.change("checkout", checkout, status=status, **fields)
    world.tell("terminal.checkout.updated", "checkout", checkout)
    return checkout


def _begin(world: World, checkout: Wire) -> None:
    if checkout["status"] == "PENDING":
        _enter(world, checkout, "IN_PROGRESS")
        world.later(SECONDS_AT_TERMINAL / DAY, partial(finish, world, checkout))


def finish(world: World, checkout: Wire, source: Source | None = None) -> Wire:
    """The buyer taps a card: the checkout completes with its payment."""
    if checkout["status"] not in {"PENDING", "IN_PROGRESS"}:
        return checkout
    amount = int(checkout["amount_money"]["amount"])
    if "order_id" in checkout:
        order = world.find("order", checkout["order_id"])
        if order["state"] not in orders.PAYABLE:
            return _enter(world, checkout, "CANCELED", cancel_reason="SELLER_CANCELED")
    else:
        order = orders.create(
            world, checkout["location_id"], [orders.custom_line(world, None, amount)], source="Square Terminal"
        )
    facts = {name: checkout[name] for name in _KEPT if name in checkout}
    tip = int(checkout.get("tip_money", {}).get("amount", 0))
    payment = payments.take(
        world,
        order,
        amount,
        source or Source("CARD", entry="EMV"),
        tip=tip,
        product="TERMINAL_API",
        terminal_checkout_id=checkout["id"],
        **facts,
    )
    if payment["status"] == "COMPLETED":
        _enter(world, checkout, "COMPLETED", payment_ids=[payment["id"]])
    else:
        _enter(world, checkout, "CANCELED", cancel_reason="BUYER_CANCELED", payment_ids=[payment["id"]])
    return checkout


def cancel_terminal(world: World, checkout: Wire) -> Wire:
    """Take a request back from the terminal."""
    if checkout["status"] not in {"PENDING", "IN_PROGRESS"}:
        raise bad(f"Checkout {checkout['id']} is {checkout['status']} and can't be canceled.")
    return _enter(world, checkout, "CANCELED", cancel_reason="SELLER_CANCELED")


def create_link(world: World, order: Wire, **facts: Any) -> Wire:
    """A link under which an order can be paid."""
    stamp = world.plain_stamp()
    short = world.ids.text(8)
    made = fill(
        "payment_link",
        id=world.ids.new("link"),
        order=order["id"],
        short=short,
        merchant=world.merchant["id"],
        stamp=stamp,
    )
    made |= {name: value for name, value in facts.items() if value is not None}
    return world.add("link", made)


def pay_link(world: World, link: Wire, source: Source | None = None) -> Wire:
    """Somebody opens a link and pays. Answers the payment."""
    order = world.find("order", link["order_id"])
    left = orders.due(order)
    if not left:
        raise bad("The order of this payment link is paid.")
    note = {"note": link["payment_note"]} if "payment_note" in link else {}
    used = source or Source("CARD", entry="KEYED")
    return payments.take(world, order, left, used, product="ECOMMERCE_API", **note)
