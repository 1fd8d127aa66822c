"""Square's JSON to records: pure functions, one per kind of object.

Unknown fields are ignored; an object whose money, time or status cannot be read is set aside with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desktop.providers.contract import KeptFacts
from desktop.providers.fields import Unreadable, put_aside, text
from desktop.providers.square.moments import read_moment
from desktop.providers.square.records import billing, catalog, ledger, locations, orders, payments, people
from desktop.providers.square.records.catalog import count_id
from desktop.providers.square.records.fields import Around, Mapper, identity
from desktop.providers.square.records.people import reduce_object
from desktop.records import Deletion, SetAside, SourceObject, Version
from desktop.secrets.cleaning import clean

__all__ = ["MAPPERS", "NATIVES", "Around", "map_object", "map_stored", "put_aside", "reduce_object"]

MAPPERS: Mapping[str, Mapper] = {
    **locations.MAPPERS,
    **people.MAPPERS,
    **catalog.MAPPERS,
    **orders.MAPPERS,
    **billing.MAPPERS,
    **payments.MAPPERS,
    **ledger.MAPPERS,
}
"""What is kept, by the words that Square's own pages have for it."""

NATIVES: Mapping[str, str] = {
    "customer": "version",
    "catalog_object": "version",
    "order": "version",
    "invoice": "version",
    "payment": "updated_at",
    "refund": "updated_at",
    "payout": "version",
    "dispute": "version",
    "subscription": "version",
    "card": "version",
    "inventory_count": "calculated_at",
    "terminal_checkout": "updated_at",
    "payment_link": "version",
}
"""The field by which an object itself tells which of its states is the later one: a counter or an instant.

Where the field is missing (orders of a till have no version) there is none, so that counters and instants never meet.
"""


def map_object(data_type: str, body: object, version: Version, around: Around | None = None) -> SourceObject | SetAside:
    """One object of a list or event as a typed record, or set aside with a reason in plain words. Never raises.

    A catalog object that Square deleted is a stated deletion; a card that was switched off has left.
    """
    if type(body) is not dict:
        return put_aside(data_type, body, "It is not an object.")
    # Everything below is made of what may be kept, and of nothing else.
    kept = clean(reduce_object(data_type, body), data_type=data_type)
    counted = data_type == "inventory_count"
    try:
        external_id = identity(count_id(kept) if counted else kept.get("id") or kept.get("dispute_id"))
        dated = Version(version.low, version.high, native_of(data_type, kept))
        if data_type == "catalog_object" and kept.get("is_deleted") is True:
            return SourceObject(data_type, external_id, dated, kept, None, Deletion.STATED)
        if data_type == "card" and kept.get("enabled") is False:
            return SourceObject(data_type, external_id, dated, kept, None, Deletion.INFERRED)
        return SourceObject(data_type, external_id, dated, kept, MAPPERS[data_type](kept, around or Around()))
    except Unreadable as fault:
        found = put_aside(data_type, kept, str(fault))
        return replace(found, external_id=count_id(kept)[:255]) if counted else found


def map_stored(
    kept: KeptFacts, data_type: str, objects: Sequence[tuple[Mapping[str, Any], Version]]
) -> Sequence[SourceObject | SetAside | None]:
    """Stored objects mapped anew, with what the books keep of the merchant in place of what a sync asks for.

    None for a subscription whose plan is not kept: what it costs would be lost.
    """
    plans: Mapping[str, Mapping[str, Any]] = {}
    if data_type == "subscription":
        plans = kept.bodies("catalog_object", {text(body.get("plan_variation_id")) for body, _ in objects} - {""})
    around = Around(kept.main_location, kept.currency, plans)

    def mapped(body: Mapping[str, Any], version: Version) -> SourceObject | SetAside | None:
        plan = text(body.get("plan_variation_id"))
        if data_type == "subscription" and plan and plan not in plans:
            return None
        return map_object(data_type, body, version, around)

    return [mapped(body, version) for body, version in objects]


def native_of(data_type: str, body: Mapping[str, Any]) -> int | None:
    """The object's own counter, or its own instant (ms), by which its states are put in order."""
    name = NATIVES.get(data_type)
    if name is None:
        return None
    stated = body.get(name)
    if name == "version":
        return stated if type(stated) is int and 0 <= stated < 2**63 else None
    return read_moment(stated)
