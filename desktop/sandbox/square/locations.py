"""The seller and its locations."""

from __future__ import annotations

from desktop.sandbox import business
from desktop.sandbox.clock import DAY
from desktop.sandbox.square.moments import plain
from desktop.sandbox.square.objects import Wire, fill
from desktop.sandbox.square.world import World

_SPOTS = (
    (business.SHOP_NAME, "PHYSICAL", "ACTIVE", "12 Harbour Street"),
    (business.STALL_NAME, "MOBILE", "ACTIVE", "Market Square"),
    (business.OLD_SHOP_NAME, "PHYSICAL", "INACTIVE", "3 Old Pier"),
)


def open_business(world: World, at: int) -> None:
    """The seller signs up with a shop, a stall and one that was closed since; the first one is the main one."""
    world.merchant = fill(
        "merchant",
        id=world.ids.new("merchant"),
        business=business.STUDIO_NAME,
        created=plain(at - 900 * DAY),
    )
    for number, (name, kind, status, street) in enumerate(_SPOTS):
        world.add("location", _location(world, name, kind, status, street, plain(at - (900 - number) * DAY)))
    world.main_location = world.every("location")[0]["id"]
    world.merchant["main_location_id"] = world.main_location
    world.add(
        "device",
        fill(
            "device",
            device=TERMINAL,
            updated=plain(at),
            merchant=world.merchant["id"],
            location=world.main_location,
        ),
    )


def _location(world: World, name: str, kind: str, status: str, street: str, created: str) -> Wire:
    return fill(
        "location",
        id=world.ids.new("location"),
        name=name,
        street=street,
        timezone=world.zone.key,
        status=status,
        created=created,
        merchant=world.merchant["id"],
        business=business.STUDIO_NAME,
        type=kind,
        website=business.STUDIO_URL,
        email=business.STUDIO_EMAIL,
    )


TERMINAL = "995CS397A6475287"
"""The number on the back of the terminal on the counter."""
