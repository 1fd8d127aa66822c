"""Orders: what was bought, what was paid for it, what came back."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.square import catalog
from desktop.sandbox.square.objects import Wire, fill, money
from desktop.sandbox.square.pricing import amounts, price
from desktop.sandbox.square.world import World

PAYABLE = frozenset({"OPEN", "DRAFT"})
"""States of an order that can still be paid."""

REGISTER = "Square Point of Sale"


def line_of(world: World, variation: Wire, quantity: int = 1) -> Wire:
    """A line item for so many of a catalog variation."""
    data = variation["item_variation_data"]
    item = world.shelves["catalog"].objects[data["item_id"]]["item_data"]
    return fill("order_line_item", uid=world.ids.text(22), variation=variation, item=item, quantity=quantity)


def custom_line(world: World, name: str | None, amount: int) -> Wire:
    """A line item for an amount that is in no catalog."""
    kind = "CUSTOM_AMOUNT" if name is None else "ITEM"
    line = fill("order_custom_line", uid=world.ids.text(22), type=kind, amount=amount)
    return line if name is None else line | {"name": name}


def tax_of(world: World, tax: Wire) -> Wire:
    """A catalog tax as an order carries it, on all of its lines."""
    return fill("order_tax", uid=world.ids.text(22), tax=tax)


def discount_of(world: World, discount: Wire) -> Wire:
    """A catalog discount as an order carries it, on all of its lines."""
    data = discount["discount_data"]
    made = fill("order_discount", uid=world.ids.text(22), discount=discount)
    return made | {key: data[key] for key in ("percentage", "amount_money") if key in data}


def create(
    world: World,
    location: str,
    lines: list[Wire],
    *,
    taxes: list[Wire] | None = None,
    discounts: list[Wire] | None = None,
    source: str = REGISTER,
    created: str | None = None,
    **facts: Any,
) -> Wire:
    """An open order. ``created`` is an earlier instant where it was made offline; ``facts`` are further fields."""
    stamp = world.stamp()
    order = fill(
        "order",
        id=world.ids.new("order"),
        location=location,
        source=source,
        lines=lines,
        created=created or stamp,
        stamp=stamp,
    )
    order |= facts
    if taxes:
        order["taxes"] = taxes
    if discounts:
        order["discounts"] = discounts
    world.add("order", price(order))
    told = {name: order[name] for name in ("version", "location_id", "state", "created_at")}
    _tell(world, "order_created", "order.created", order, told)
    return order


def _tell(world: World, name: str, kind: str, order: Wire, told: Wire) -> None:
    if world.now >= world.feed_since:
        data = {"type": name, "id": order["id"], "object": {name: {"order_id": order["id"]} | told}}
        world.emit(kind, data, order["location_id"])


def change(world: World, order: Wire, **fields: Any) -> Wire:
    """Set fields of an order and say so."""
    world.change("order", order, **fields)
    told = {name: order[name] for name in ("version", "location_id", "state", "created_at", "updated_at")}
    _tell(world, "order_updated", "order.updated", order, told)
    return order


def due(order: Wire) -> int:
    """What remains to be paid of an order."""
    return int(order["net_amount_due_money"]["amount"])


def add_tender(world: World, order: Wire, tender: Wire) -> None:
    """Something was paid; an order of which nothing is left to pay completes and its goods leave the shelf."""
    order.setdefault("tenders", []).append(tender)
    price(order)
    if due(order) or order["state"] == "COMPLETED":
        change(world, order)
        return
    change(world, order, state="COMPLETED", closed_at=world.stamp())
    for line in order["line_items"]:
        if "catalog_object_id" in line and line["quantity"].isdigit():
            catalog.move(world, line["catalog_object_id"], order["location_id"], -int(line["quantity"]))


def cancel(world: World, order: Wire) -> Wire:
    """An open order that nobody paid is cancelled."""
    if order["state"] in PAYABLE and not order.get("tenders"):
        change(world, order, state="CANCELED", closed_at=world.stamp())
    return order


def _returned_lines(world: World, order: Wire, amount: int) -> list[Wire]:
    total = int(order["total_money"]["amount"])
    if amount != total or not order.get("line_items"):
        line = custom_line(world, None, amount)
        value = money(amount)
        named = {"gross_return_money": value, "total_money": value, "variation_total_price_money": value}
        return [line | named | {"total_tax_money": money(0), "total_discount_money": money(0)}]
    kept = ("name", "quantity", "catalog_object_id", "catalog_version", "variation_name", "item_type")
    sums = ("base_price_money", "variation_total_price_money", "total_tax_money", "total_discount_money", "total_money")
    return [
        {
            "uid": world.ids.text(22),
            "source_line_item_uid": line["uid"],
            "gross_return_money": line["gross_sales_money"],
        }
        | {name: line[name] for name in (*kept, *sums) if name in line}
        for line in order["line_items"]
    ]


def give_back(world: World, order: Wire, refund: Wire, tender: str) -> Wire:
    """The order of a return: it has no line items of its own, and names the order whose goods or money came back."""
    amount = int(refund["amount_money"]["amount"])
    whole = amount == int(order["total_money"]["amount"])
    tax = int(order["total_tax_money"]["amount"]) if whole else 0
    discount = int(order["total_discount_money"]["amount"]) if whole else 0
    tip = int(order["total_tip_money"]["amount"]) if whole else 0
    stamp = world.stamp()
    made = fill(
        "return_order",
        id=world.ids.new("order"),
        order=order,
        uid=world.ids.text(22),
        lines=_returned_lines(world, order, amount),
        amounts=amounts(amount, tax, discount, tip),
        refund=refund,
        refund_id=refund["id"].rsplit("_", 1)[1],
        tender=tender,
        stamp=stamp,
    )
    price(made)
    made["net_amounts"] = amounts(-amount, -tax, -discount, -tip)
    if "customer_id" in order:
        made["customer_id"] = order["customer_id"]
    world.add("order", made)
    told = {name: made[name] for name in ("version", "location_id", "state", "created_at")}
    _tell(world, "order_created", "order.created", made, told)
    return made
