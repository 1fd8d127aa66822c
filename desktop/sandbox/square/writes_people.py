"""Calls that change customers, cards on file, the catalog and the stock."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.copies import copied
from desktop.sandbox.square import catalog, people
from desktop.sandbox.square.calls import Call, one_of
from desktop.sandbox.square.errors import bad, invalid, missing, outdated, required
from desktop.sandbox.square.objects import PLASTICS, Plastic, Source, Wire
from desktop.sandbox.square.reads import inner
from desktop.sandbox.square.world import World

CUSTOMER_FIELDS = (
    *("given_name", "family_name", "company_name", "nickname", "email_address", "address", "phone_number"),
    *("reference_id", "note", "birthday", "tax_ids"),
)
_NAMING = ("given_name", "family_name", "company_name", "email_address", "phone_number")

NONCES = {
    "cnon:card-nonce-ok": Source("CARD", PLASTICS[0], "KEYED"),
    "cnon:card-nonce-declined": Source("CARD", PLASTICS[0], "KEYED", "GENERIC_DECLINE"),
    "cnon:card-nonce-rejected-cvv": Source("CARD", PLASTICS[0], "KEYED", "CVV_FAILURE"),
    "cnon:card-nonce-rejected-postalcode": Source("CARD", PLASTICS[0], "KEYED", "ADDRESS_VERIFICATION_FAILURE"),
    "cnon:card-nonce-rejected-expiration": Source("CARD", PLASTICS[0], "KEYED", "INVALID_EXPIRATION"),
    "CASH": Source("CASH"),
    "EXTERNAL": Source("EXTERNAL"),
}
"""Square's sandbox values for ``source_id`` that are no stored card."""


def check_version(noun: str, wanted: Any, present: int, *, needed: bool = False) -> None:
    """Refuse a version that is not the current one; one that is not named passes unless it is needed."""
    if wanted is None and not needed:
        return
    if wanted is None:
        raise required("version")
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        raise invalid("version", "Expected an integer value.", "EXPECTED_INTEGER")
    if wanted != present:
        raise outdated(noun, wanted, present)


def _facts(call: Call) -> Wire:
    facts = {name: call.body[name] for name in CUSTOMER_FIELDS if name in call.body}
    mail = facts.get("email_address")
    if mail and "@" not in str(mail):
        raise invalid("email_address", "Expected email_address to be a valid email address.", "INVALID_EMAIL_ADDRESS")
    phone = facts.get("phone_number")
    if phone and not 9 <= sum(char.isdigit() for char in str(phone)) <= 16:
        raise invalid("phone_number", "Expected phone_number to be a valid phone number.", "INVALID_PHONE_NUMBER")
    return facts


def create_customer(call: Call) -> Wire:
    """POST /v2/customers"""
    facts = _facts(call)
    if not any(facts.get(name) for name in _NAMING):
        raise bad(
            "At least one of `given_name`, `family_name`, `company_name`, `email_address`, or `phone_number` is "
            "required for a customer."
        )
    return {"customer": people.create(call.world, origin="THIRD_PARTY", **facts)}


def update_customer(call: Call) -> Wire:
    """PUT /v2/customers/{id}: sparse; null clears a field"""
    customer = call.world.find("customer", call.ids[0])
    check_version("customer", call.body.get("version"), customer["version"])
    return {"customer": people.update(call.world, customer, **_facts(call))}


def delete_customer(call: Call) -> Wire:
    """DELETE /v2/customers/{id}"""
    customer = call.world.find("customer", call.ids[0])
    check_version("customer", call.integer("version"), customer["version"])
    people.delete(call.world, customer)
    return {}


def source_of(call: Call) -> Source:
    """What a request names as ``source_id``: one of the sandbox's nonces, or a card on file."""
    wanted = call.text("source_id")
    if wanted in NONCES:
        return NONCES[wanted]
    card = call.world.shelves["card"].objects.get(wanted)
    if card is None:
        raise missing("Card", wanted) if wanted.startswith("ccof:") else invalid("source_id", "Invalid source ID.")
    if call.body.get("customer_id") != card["customer_id"]:
        raise bad("The customer of a stored card must be named.", "customer_id")
    decline = None if card["enabled"] else "CARD_DECLINED"
    return Source("CARD", people.plastic_of(card), "ON_FILE", decline, card["id"])


def create_card(call: Call) -> Wire:
    """POST /v2/cards"""
    call.text("idempotency_key")
    wanted = inner(call.body, "card")
    owner = call.world.find("customer", str(wanted.get("customer_id") or ""))
    source = NONCES.get(call.text("source_id"))
    if source is None or source.kind != "CARD":
        raise invalid("source_id", "Invalid card nonce.")
    if source.decline:
        raise invalid("source_id", f"Authorization error: '{source.decline}'", source.decline)
    kept = {name: wanted[name] for name in ("billing_address", "cardholder_name", "reference_id") if name in wanted}
    expiry = {name: wanted[name] for name in ("exp_month", "exp_year") if name in wanted}
    plastic = source.plastic
    if expiry:
        plastic = Plastic(plastic.brand, plastic.last_4, plastic.bin, plastic.kind, **expiry)
    return {"card": people.add_card(call.world, owner, plastic, **kept)}


def disable_card(call: Call) -> Wire:
    """POST /v2/cards/{id}/disable"""
    return {"card": people.disable_card(call.world, call.world.find("card", call.ids[0]))}


# The catalog


def _put(world: World, wanted: Wire, mappings: list[Wire]) -> Wire:
    """Take an object of a request in, with those that it holds. An id that starts with # is a new one's."""
    objects = world.shelves["catalog"].objects
    asked = str(wanted.get("id") or "")
    if not asked or "type" not in wanted:
        raise required("object.id" if "type" in wanted else "object.type")
    known = objects.get(asked)
    if known is None and not asked.startswith("#"):
        raise missing("Catalog object", asked)
    if known is not None:
        check_version("catalog object", wanted.get("version"), known["version"], needed=True)
    made = {name: copied(value) for name, value in wanted.items() if name not in {"version", "updated_at"}}
    if known is None:
        made["id"] = world.ids.new("catalog")
        mappings.append({"client_object_id": asked, "object_id": made["id"]})
    if "item_data" in made:
        parts = made["item_data"].get("variations") or []
        for part in parts:
            part.setdefault("item_variation_data", {})["item_id"] = made["id"]
        kept = made["item_data"]["variations"] = [_put(world, part, mappings) for part in parts]
        _drop_others(world, known or {}, {part["id"] for part in kept})
    catalog.put(world, made, quiet=True)
    if made["type"] == "ITEM_VARIATION":
        catalog.hold(world, made)
    return made


def _drop_others(world: World, item: Wire, kept: set[str]) -> None:
    """Variations that an item's new version does not name are deleted."""
    for one in item.get("item_data", {}).get("variations", ()):
        if one["id"] not in kept and not one["is_deleted"]:
            catalog.delete(world, one)


def upsert_object(call: Call) -> Wire:
    """POST /v2/catalog/object"""
    call.text("idempotency_key")
    mappings: list[Wire] = []
    made = _put(call.world, dict(inner(call.body, "object")), mappings)
    catalog.tell(call.world)
    answer: Wire = {"catalog_object": made}
    return answer | {"id_mappings": mappings} if mappings else answer


def delete_object(call: Call) -> Wire:
    """DELETE /v2/catalog/object/{id}"""
    found = call.world.find("catalog", call.ids[0])
    if found["is_deleted"]:
        raise missing("Catalog object", call.ids[0])
    return {"deleted_object_ids": catalog.delete(call.world, found), "deleted_at": call.world.stamp()}


# The stock


def change_inventory(call: Call) -> Wire:
    """POST /v2/inventory/changes/batch-create: physical counts and adjustments"""
    call.text("idempotency_key")
    changes = call.body.get("changes") or []
    if not isinstance(changes, list) or not changes:
        raise required("changes")
    counts, told = [], []
    for change in changes:
        counts.append(_change_stock(call.world, change))
        told.append(change)
    return {"counts": counts, "changes": told}


def _change_stock(world: World, change: Wire) -> Wire:
    kind = one_of("changes.type", change.get("type"), ("PHYSICAL_COUNT", "ADJUSTMENT"))
    told = inner(change, kind.lower())
    variation, location = str(told.get("catalog_object_id") or ""), str(told.get("location_id") or "")
    found = world.find("catalog", variation)
    if found["type"] != "ITEM_VARIATION":
        raise invalid("catalog_object_id", "Only item variations are counted.")
    world.find("location", location)
    try:
        quantity = int(str(told.get("quantity")))
    except ValueError as error:
        raise invalid("quantity", "The sandbox counts whole pieces.") from error
    if kind == "PHYSICAL_COUNT":
        return catalog.set_count(world, variation, location, quantity)
    comes = told.get("to_state") == "IN_STOCK"
    if not comes and told.get("from_state") != "IN_STOCK":
        raise invalid("from_state", "An adjustment moves stock to or from IN_STOCK.")
    before = world.counts.get((variation, location), {"quantity": "0"})
    return catalog.set_count(world, variation, location, int(before["quantity"]) + (quantity if comes else -quantity))
