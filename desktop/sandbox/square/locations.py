"""The seller and its locations."""

from __future__ import annotations

from desktop.sandbox import business
from desktop.sandbox.clock import DAY
from desktop.sandbox.square.moments import plain
from desktop.sandbox.square.objects import CURRENCY, Wire
from desktop.sandbox.square.world import World

_SPOTS = (
    (business.SHOP_NAME, "PHYSICAL", "ACTIVE", "12 Harbour Street"),
    (business.STALL_NAME, "MOBILE", "ACTIVE", "Market Square"),
    (business.OLD_SHOP_NAME, "PHYSICAL", "INACTIVE", "3 Old Pier"),
)


def open_business(world: World, at: int) -> None:
    """The seller signs up with a shop, a stall and one that was closed since; the first one is the main one."""
    world.merchant = {
        "id": world.ids.new("merchant"),
        "business_name": business.STUDIO_NAME,
        "country": "US",
        "language_code": "en-US",
        "currency": CURRENCY,
        "status": "ACTIVE",
        "created_at": plain(at - 900 * DAY),
    }
    for number, (name, kind, status, street) in enumerate(_SPOTS):
        world.add("location", _location(world, name, kind, status, street, plain(at - (900 - number) * DAY)))
    world.main_location = world.every("location")[0]["id"]
    world.merchant["main_location_id"] = world.main_location
    world.add("device", _terminal(world, plain(at)))


def _location(world: World, name: str, kind: str, status: str, street: str, created: str) -> Wire:
    return {
        "id": world.ids.new("location"),
        "name": name,
        "address": {
            "address_line_1": street,
            "locality": "Boston",
            "administrative_district_level_1": "MA",
            "postal_code": "02110",
            "country": "US",
        },
        "timezone": world.zone.key,
        "capabilities": ["CREDIT_CARD_PROCESSING", "AUTOMATIC_TRANSFERS"],
        "status": status,
        "created_at": created,
        "merchant_id": world.merchant["id"],
        "country": "US",
        "language_code": "en-US",
        "currency": CURRENCY,
        "business_name": business.STUDIO_NAME,
        "type": kind,
        "website_url": business.STUDIO_URL,
        "business_email": business.STUDIO_EMAIL,
        "mcc": "5943",
    }


TERMINAL = "995CS397A6475287"
_TERMINAL = f"device:{TERMINAL}"


def _terminal(world: World, at: str) -> Wire:
    application = {"application_type": "TERMINAL_API", "session_location": world.main_location, "version": "6.25"}
    return {
        "id": _TERMINAL,
        "attributes": {
            "type": "TERMINAL",
            "manufacturer": "Square",
            "model": "T2",
            "name": "Counter terminal",
            "manufacturers_id": TERMINAL,
            "updated_at": at,
            "version": "5.41.0085",
            "merchant_token": world.merchant["id"],
        },
        "components": [
            {"type": "APPLICATION", "application_details": application},
            {"type": "CARD_READER", "card_reader_details": {"version": "3.53.70"}},
            {"type": "BATTERY", "battery_details": {"visible_percent": 78, "external_power": "AVAILABLE_CHARGING"}},
        ],
        "status": {"category": "AVAILABLE"},
    }
