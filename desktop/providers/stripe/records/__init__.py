"""Stripe's JSON to records: pure functions, one per kind of object.

Unknown fields are ignored; an object whose money, time or status cannot be read is set aside with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.fields import put_aside
from desktop.providers.stripe.records import billing, catalog, ledger, payments, people
from desktop.providers.stripe.records.fields import Mapper, Unreadable, identity
from desktop.providers.stripe.records.people import METHOD_OBJECTS, reduce_nested, reduce_payment_method
from desktop.records import Deletion, SetAside, SourceObject, Version
from desktop.secrets.cleaning import clean

__all__ = ["MAPPERS", "map_object", "put_aside", "reduce_object", "reduce_payment_method"]

MAPPERS: Mapping[str, Mapper] = {
    **people.MAPPERS,
    **catalog.MAPPERS,
    **billing.MAPPERS,
    **payments.MAPPERS,
    **ledger.MAPPERS,
}
"""What is kept, by Stripe's own word for it."""

_CARRIERS = frozenset({"customer", "invoice", "subscription", "payment_intent", "charge", "refund"})


def map_object(data_type: str, body: object, version: Version) -> SourceObject | SetAside:
    """One object of a feed or event as a typed record, or set aside with a reason in plain words. Never raises.

    ``data_type`` is what is expected. What may not be kept is taken out first, so that neither record, stored object
    nor set-aside copy has it. The older ``card``, ``bank_account`` and ``source`` are payment methods.
    """
    if type(body) is not dict:
        return put_aside(data_type, body, "It is not an object.")
    stated = body.get("object", data_type)
    kind = stated if type(stated) is str else ""
    if kind in METHOD_OBJECTS:
        reduced: Mapping[str, Any] = body if body.get("deleted") is True else reduce_payment_method(body)
        kind = "payment_method"
    else:
        reduced = reduce_nested(kind, body) if kind in _CARRIERS else body
    if kind != data_type:
        return put_aside(data_type, reduced, f"It is not a {data_type}, as was expected here.")
    # Everything below is made of what may be kept, and of nothing else.
    kept = clean(reduced, data_type=kind)
    try:
        external_id = identity(kept.get("id"))
        if kept.get("deleted") is True:
            return SourceObject(kind, external_id, version, kept, None, Deletion.STATED)
        return SourceObject(kind, external_id, version, kept, MAPPERS[kind](kept))
    except Unreadable as fault:
        return put_aside(data_type, kept, str(fault))


def reduce_object(body: object) -> object:
    """An object with every stored way to pay in it, or that it is, cut down to what may be kept."""
    if type(body) is not dict:
        return body
    kind = body.get("object")
    if type(kind) is not str:
        return body
    return reduce_payment_method(body) if kind in METHOD_OBJECTS else reduce_nested(kind, body)
