"""What the shop sells, and how many of it lie where."""

from __future__ import annotations

from math import inf
from typing import Any

from desktop.sandbox.square.objects import Wire, fill, money
from desktop.sandbox.square.world import World


def put(world: World, made: Wire, *, quiet: bool = False) -> Wire:
    """Take a catalog object in, or its new version; every change of the catalog has a version of its own."""
    stamp = world.stamp()
    world.catalog_version = max(world.catalog_version + 1, world.now * 1000)
    made |= {"updated_at": stamp, "version": world.catalog_version, "is_deleted": False}
    made.setdefault("present_at_all_locations", True)
    if made["id"] in world.shelves["catalog"].objects:
        world.shelves["catalog"].objects[made["id"]] = made
        world.shelves["catalog"].touch()
    else:
        world.add("catalog", made)
    if not quiet:
        tell(world)
    return made


def tell(world: World) -> None:
    """Say in the feed that the catalog has a new version."""
    data = {"type": "catalog_version", "object": {"catalog_version": {"updated_at": world.stamp()}}}
    world.emit("catalog.version.updated", data)


def add(world: World, kind: str, name: str, **facts: Any) -> Wire:
    """A catalog object of a type such as ``CATEGORY`` with a name and more of its data."""
    field = f"{kind.lower()}_data"
    return put(world, {"type": kind, "id": world.ids.new("catalog"), field: {"name": name} | facts}, quiet=True)


def add_variation(world: World, item: Wire, name: str, price: int, *, tracked: bool, sku: str) -> Wire:
    """One way in which an item is sold, with its price in cents."""
    data = fill(
        "item_variation_data",
        item=item["id"],
        name=name,
        sku=sku,
        ordinal=len(item["item_data"].setdefault("variations", [])) + 1,
        price=price,
        tracked=tracked,
    )
    made = {"type": "ITEM_VARIATION", "id": world.ids.new("catalog"), "item_variation_data": data}
    item["item_data"]["variations"].append(put(world, made, quiet=True))
    return made


def reprice(world: World, variation: Wire, price: int) -> Wire:
    """A new price for a variation; the item that holds it changes with it."""
    variation["item_variation_data"]["price_money"] = money(price)
    put(world, world.find("catalog", variation["item_variation_data"]["item_id"]), quiet=True)
    return put(world, variation)


def delete(world: World, found: Wire) -> list[str]:
    """Delete an object and what it holds; both stay findable as deleted. Answers their ids."""
    gone = [found, *found.get("item_data", {}).get("variations", ())]
    for one in gone:
        put(world, one, quiet=True)
        one["is_deleted"] = True
    tell(world)
    return [one["id"] for one in gone]


def hold(world: World, variation: Wire) -> None:
    """Show a variation's new version inside of the item that it belongs to."""
    item = world.shelves["catalog"].objects.get(variation["item_variation_data"].get("item_id", ""))
    if item is not None:
        others = [one for one in item["item_data"].get("variations", ()) if one["id"] != variation["id"]]
        item["item_data"]["variations"] = [*others, variation]


def tracked_variations(world: World) -> list[Wire]:
    """The variations of which the shop counts how many there are."""
    variations = (one for one in world.every("catalog") if one["type"] == "ITEM_VARIATION")
    return [one for one in variations if one["item_variation_data"].get("track_inventory")]


def left(world: World, variation: Wire, location: str) -> float:
    """How many pieces of a variation can still be sold at a location: endlessly many where nobody counts them."""
    if world.shelves["catalog"].objects[variation["id"]]["is_deleted"]:
        return 0
    if not variation["item_variation_data"].get("track_inventory"):
        return inf
    count = world.counts.get((variation["id"], location))
    return 0 if count is None else int(count["quantity"])


def move(world: World, variation: str, location: str, quantity: int) -> Wire | None:
    """So many pieces come to a location, or leave it. None where nobody counts the variation there."""
    count = world.counts.get((variation, location))
    if count is None:
        return None
    return set_count(world, variation, location, int(count["quantity"]) + quantity)


def set_count(world: World, variation: str, location: str, quantity: int) -> Wire:
    """So many pieces of a variation are at a location from now on."""
    key = f"{variation} {location}"
    count = world.counts.get((variation, location))
    before = int(count["quantity"]) if count else 0
    stamp = world.stamp()
    if count is None:
        count = fill("inventory_count", variation=variation, location=location, stamp=stamp)
        world.counts[variation, location] = count
        world.shelves["count"].add(key, count)
    count |= {"quantity": str(quantity), "calculated_at": stamp}
    world.shelves["count"].touch()
    world.journal.move(location, variation, quantity - before)
    if world.now >= world.feed_since:
        data = {"type": "inventory_counts", "id": world.ids.uuid(), "object": {"inventory_counts": [count]}}
        world.emit("inventory.count.updated", data)
    return count
