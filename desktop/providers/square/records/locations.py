"""Locations, and the card terminals that stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.fields import child, currency, open_word, text
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    lower,
    moment,
    moment_or_none,
    money,
    rows,
)
from desktop.providers.square.records.people import address_lines
from desktop.records import LocationRecord, TerminalCheckoutRecord, TerminalDeviceRecord

LOCATION_STATUSES: Mapping[str, str] = {"ACTIVE": "active", "INACTIVE": "inactive"}
DEVICE_STATUSES: Mapping[str, str] = {
    "AVAILABLE": "available",
    "NEEDS_ATTENTION": "needs_attention",
    "OFFLINE": "offline",
}
DEVICE_PREFIX = "device:"
CHECKOUT_STATUSES: Mapping[str, str] = {
    name: name.lower() for name in ("PENDING", "IN_PROGRESS", "CANCEL_REQUESTED", "CANCELED", "COMPLETED")
}


def map_location(body: Mapping[str, Any], around: Around) -> LocationRecord:
    """A location of the business; very old ones state no creation time: 0. Raises: Unreadable."""
    get = body.get
    address = child(get("address"))
    first, second = address_lines(address)
    return LocationRecord(
        name=text(get("name")) or text(get("business_name")),
        status=open_word(get("status") or "ACTIVE", LOCATION_STATUSES, "status"),
        currency=currency(get("currency") or around.currency),
        created_at=moment_or_none(get("created_at"), "creation time") or 0,
        main=bool(around.main_location) and get("id") == around.main_location,
        kind=lower(get("type")),
        timezone=text(get("timezone")),
        country=text(get("country")) or text(address.get("country")),
        address_line1=first,
        address_line2=second,
        city=text(address.get("locality")),
        postal_code=text(address.get("postal_code")),
        region=text(address.get("administrative_district_level_1")),
        phone=text(get("phone_number")),
        email=text(get("business_email")),
        description=text(get("description")),
    )


def map_device(body: Mapping[str, Any], around: Around) -> TerminalDeviceRecord:
    """A card terminal. Square does not say since when it is there: its last change stands in. Raises: Unreadable."""
    facts = child(body.get("attributes"))
    category = child(body.get("status")).get("category")
    locations = [
        text(child(child(part).get("application_details")).get("session_location"))
        for part in rows(body.get("components"))
    ]
    return TerminalDeviceRecord(
        name=text(facts.get("name")),
        model=text(facts.get("model")),
        status=open_word(text(category) or "UNKNOWN", DEVICE_STATUSES, "status"),
        created_at=moment_or_none(facts.get("updated_at"), "last change") or 0,
        location_ref=next((ref for ref in locations if ref), ""),
    )


def map_terminal_checkout(body: Mapping[str, Any], around: Around) -> TerminalCheckoutRecord:
    """A sale that was sent to a card terminal. Raises: Unreadable."""
    get = body.get
    unit = currency_of(get("amount_money"))
    return TerminalCheckoutRecord(
        status=open_word(get("status"), CHECKOUT_STATUSES, "status"),
        amount=money(get("amount_money"), unit, "amount"),
        currency=unit,
        created_at=moment(get("created_at"), "creation time"),
        device_ref=_device(child(get("device_options")).get("device_id")),
        order_ref=text(get("order_id")),
        payment_refs=tuple(one for one in rows(get("payment_ids")) if type(one) is str),
        reference=text(get("reference_id")),
        note=text(get("note")),
        cancel_reason=lower(get("cancel_reason")),
        location_ref=text(get("location_id")),
    )


def _device(stated: object) -> str:
    """The id of a terminal as the list of terminals has it; a checkout names it without the prefix."""
    plain = text(stated)
    return plain if not plain or plain.startswith(DEVICE_PREFIX) else f"{DEVICE_PREFIX}{plain}"


MAPPERS: Mapping[str, Mapper] = {
    "location": map_location,
    "device": map_device,
    "terminal_checkout": map_terminal_checkout,
}
