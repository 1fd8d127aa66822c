"""Customers, their cards, and two profiles that become one."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.square.objects import PLASTICS, Plastic, Wire, fill
from desktop.sandbox.square.world import World

_MERGED = ("given_name", "family_name", "company_name", "nickname", "email_address", "phone_number", "address", "note")


def create(world: World, *, origin: str = "DIRECTORY", **facts: Any) -> Wire:
    """A customer appears; ``facts`` are its fields, those without a value are left out."""
    made = _add(world, origin, facts)
    _tell(world, "customer.created", made)
    return made


def _add(world: World, origin: str, facts: Wire) -> Wire:
    stamp = world.stamp()
    made = fill("customer", id=world.ids.new("customer"), stamp=stamp, origin=origin)
    return world.add("customer", made | {name: value for name, value in facts.items() if value is not None})


def _tell(world: World, kind: str, customer: Wire, merge: Wire | None = None, *, deleted: bool = False) -> None:
    about: Wire = {"customer": customer}
    if merge is not None:
        about["event_context"] = {"merge": merge}
    data: Wire = {"type": "customer", "id": customer["id"], "object": about}
    if deleted:
        data["deleted"] = True
    world.emit(kind, data)


def update(world: World, customer: Wire, **facts: Any) -> Wire:
    """Change fields; None clears one."""
    world.find("customer", customer["id"])
    for name in [name for name, value in facts.items() if value is None]:
        customer.pop(name, None)
    world.change("customer", customer, **{name: value for name, value in facts.items() if value is not None})
    _tell(world, "customer.updated", customer)
    return customer


def delete(world: World, customer: Wire, merge: Wire | None = None) -> None:
    """A profile goes; what it paid stays under its id. Its cards are disabled, and with them its subscriptions end."""
    world.find("customer", customer["id"])
    world.shelves["customer"].remove(customer["id"])
    for card in world.every("card"):
        if card.get("customer_id") == customer["id"] and card["enabled"]:
            disable_card(world, card)
    _tell(world, "customer.deleted", customer, merge, deleted=True)


def merge(world: World, first: Wire, second: Wire) -> Wire:
    """Two profiles become one with a new id; the events of all three name the others."""
    for one in (first, second):
        world.find("customer", one["id"])
    facts = {name: first.get(name) or second.get(name) for name in _MERGED}
    made = _add(world, "MERGE", facts)
    told = {"from_customer_ids": [first["id"], second["id"]], "to_customer_id": made["id"]}
    for one in (first, second):
        delete(world, one, told)
    _tell(world, "customer.created", made, told)
    return made


def add_card(world: World, customer: Wire, plastic: Plastic = PLASTICS[0], **facts: Any) -> Wire:
    """A card is stored with a customer."""
    world.find("customer", customer["id"])
    name = " ".join(filter(None, (customer.get("given_name"), customer.get("family_name"))))
    made = fill(
        "card_on_file",
        id=world.ids.new("card"),
        card=plastic.wire(),
        name=name or customer.get("company_name", "Card Holder"),
        customer=customer,
        merchant=world.merchant["id"],
    )
    made |= facts
    world.add("card", made)
    world.tell("card.created", "card", made)
    return made


def disable_card(world: World, card: Wire) -> Wire:
    """A card is not to be charged any more."""
    card |= {"enabled": False, "version": card["version"] + 1}
    world.tell("card.disabled", "card", card)
    return card


def plastic_of(card: Wire) -> Plastic:
    """What a stored card looks like when it is charged."""
    return Plastic(
        card["card_brand"], card["last_4"], card["bin"], card["card_type"], card["exp_month"], card["exp_year"]
    )
