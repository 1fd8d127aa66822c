"""Customers and how they pay, products and prices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desktop.sandbox.stripe import billing_objects, objects
from desktop.sandbox.stripe.cards import CARDS, NUMBERS, Card
from desktop.sandbox.stripe.errors import Refusal, missing
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World


def create_customer(world: World, **facts: Any) -> Wire:
    """A new customer."""
    made = world.add(objects.customer(world.ids.new("cus"), world.now, **facts))
    world.emit("customer.created", made)
    return made


def is_living(customer: Wire) -> bool:
    """Whether a customer was not deleted. Of a deleted one only its id is left."""
    return not customer.get("deleted")


def must_live(customer: Wire, param: str = "customer") -> Wire:
    """The customer, if it can still be used as a reference; raises resource_missing with status 400."""
    if not is_living(customer):
        raise missing("customer", customer["id"], param, 400)
    return customer


def living_customer(world: World, customer_id: str, param: str = "customer") -> Wire:
    """The customer of an id; raises resource_missing with status 400 where there is none, or none any more."""
    return must_live(world.find("customer", customer_id, param, 400), param)


def create_method(world: World, card: Card, owner: Wire | None = None) -> Wire:
    """A new payment method, attached to a customer where one is given."""
    if owner is not None:
        must_live(owner)
    year = datetime.fromtimestamp(world.now, UTC).year
    expiry = (world.dice.randint(1, 12), year + world.dice.randint(1, 4))
    made = world.add(objects.payment_method(world.ids.new("pm"), world.now, card, expiry, world.ids.text(16), owner))
    world.cards[made["id"]] = card
    if owner is not None:
        world.emit("payment_method.attached", made)
    return made


def attach_method(world: World, method: Wire, owner: Wire) -> Wire:
    """Tie a payment method to a customer."""
    must_live(owner)
    world.change(method, None, customer=owner["id"])
    world.emit("payment_method.attached", method)
    return method


def make_default(world: World, customer: Wire, method: Wire) -> None:
    """The customer's invoices are charged to this method from now on."""
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    world.change(customer, "customer.updated", invoice_settings=settings)


def usable_method(world: World, reference: str, owner: Wire | None = None) -> Wire:
    """The method of an id, or a fresh one of a test name such as ``pm_card_visa``."""
    if reference in CARDS:
        return create_method(world, CARDS[reference], owner)
    return world.find("payment_method", reference, "payment_method", 400)


def method_of_number(world: World, number: str, owner: Wire | None = None) -> Wire:
    """A method made from a test card's number; other numbers are refused."""
    card = NUMBERS.get(number.replace(" ", ""))
    if card is None:
        message = "Your card was declined. Your request was in test mode, but used a non test card."
        raise Refusal(402, message, type="card_error", code="card_declined", decline_code="test_mode_live_card")
    return create_method(world, card, owner)


def create_product(world: World, name: str, **facts: Any) -> Wire:
    """A new product."""
    made = world.add(objects.product(facts.pop("id", None) or world.ids.new("prod"), world.now, name, **facts))
    world.emit("product.created", made)
    return made


def create_price(world: World, product: Wire, currency: str, amount: int, **facts: Any) -> Wire:
    """A new price of a product."""
    made = world.add(objects.price(world.ids.new("price"), world.now, product["id"], currency, amount, **facts))
    world.emit("price.created", made)
    return made


def add_credit(world: World, customer: Wire, amount: int, **facts: Any) -> Wire:
    """Change a customer's credit (negative amounts are credit) and write it down."""
    must_live(customer)
    fields: Wire = {"balance": customer["balance"] + amount}
    if customer["currency"] is None:
        fields["currency"] = facts.pop("currency", "usd")
    facts.pop("currency", None)
    world.change(customer, "customer.updated", **fields)
    return world.add(billing_objects.balance_entry(world.ids.new("cbtxn"), world.now, customer, amount, **facts))
