"""Stripe's event feed: reading it, and what an event means for the books."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from desktop.providers.base import Refused, event_version, type_by_prefix
from desktop.providers.contract import NO_INSTANT, EventPage, ProviderEvent, Reread
from desktop.providers.stripe.calls import Calls
from desktop.providers.stripe.constants import API_VERSION, OBJECT_PATHS, OLDEST_EVENT_VERSION, PAGE_LIMIT
from desktop.providers.stripe.errors import refusal
from desktop.providers.stripe.records import map_object, put_aside, reduce_object
from desktop.providers.stripe.records.fields import LAST_SECOND, child, is_cut_short, text
from desktop.providers.stripe.records.people import METHOD_OBJECTS
from desktop.records import Deletion, SetAside, SourceObject
from desktop.secrets.cleaning import clean

logger = logging.getLogger(__name__)

# The first prefix that fits decides what an event is about; "" is what is not kept. Events are named after their
# object (customer.updated), but for the ones written out here.
EVENT_PREFIXES: Sequence[tuple[str, str]] = (
    ("customer.subscription.", "subscription"),
    ("customer.source.", "payment_method"),
    ("customer.discount.", ""),
    ("customer.tax_id.", ""),
    ("charge.dispute.", "dispute"),
    ("charge.refund.", "refund"),
    ("invoice.upcoming", ""),
    *((f"{data_type}.", data_type) for data_type in OBJECT_PATHS),
)

# Events after which the object is gone. A subscription that is deleted (customer.subscription.deleted) is only
# cancelled, and stays.
DELETIONS = frozenset(
    {"customer.source.deleted", "payment_method.detached", *(f"{data_type}.deleted" for data_type in OBJECT_PATHS)}
)

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.[a-z]+)?")


def is_tested(version: str) -> bool:
    """Whether payloads of an API version can be mapped as they are: from 2023-10-16 up to the pinned version."""
    if version == API_VERSION:
        return True
    found = _VERSION.fullmatch(version)
    if found is None or version.endswith(".preview"):
        return False
    return OLDEST_EVENT_VERSION <= found.group(1) < API_VERSION[:10]


def read_events(calls: Calls, *, cursor: str | None, created_from: int) -> EventPage:
    """A page of the feed since ``created_from`` (ms), without a filter by type, in Stripe's order.

    Where the server does not filter by creation, older events are left out here, and paging ends at the first page
    that is in falling order and wholly older. Raises: as ``contract.Reader.events``.
    """
    params = {"limit": str(PAGE_LIMIT)}
    if cursor:
        params["starting_after"] = cursor
    since = created_from // 1000
    try:
        reply = calls.ask("events", "/v1/events", params, optional={"created[gte]": str(since)}, listed=True)
    except Refused as refused:
        raise refusal(refused.answer, "events", cursor or "") from None
    rows: list[Any] = reply.body["data"]
    found = [event for event in map(event_of, rows) if event is not None]
    events = [event for event in found if not NO_INSTANT < event.created_at < since * 1000]
    more = reply.body.get("has_more") is True
    last = next((ref for row in reversed(rows) if (ref := text(child(row).get("id")))), "")
    if reply.left_out and _ends_before(rows, since):
        more = False
    return EventPage(tuple(events), last if more and last and last != cursor else None, reply.asked_at)


def _ends_before(rows: Sequence[Any], since: int) -> bool:
    """Whether a page is in falling order and wholly older than ``since`` (Unix seconds)."""
    stated = [row["created"] for row in rows if type(row) is dict and type(row.get("created")) is int]
    return bool(stated) and stated[-1] < stated[0] < since


def event_of(body: object) -> ProviderEvent | None:
    """An event of the feed or of a webhook; None, with a warning in the log, for what is not one."""
    told = clean(child(body))
    stated = told.get
    external_id, event_type, created = text(stated("id")), text(stated("type")), stated("created")
    if type(body) is not dict or not external_id or not event_type:
        logger.warning("Stripe sent an event without id or type; it was passed over")
        return None
    if type(created) is not int or not 0 < created <= LAST_SECOND:
        created = NO_INSTANT
    inner = child(child(stated("data")).get("object"))
    data = {**child(stated("data")), "object": reduce_object(inner or None)}
    if text(inner.get("object")) in METHOD_OBJECTS:
        data.pop("previous_attributes", None)
    return ProviderEvent(
        external_id=external_id,
        event_type=event_type,
        created_at=created * 1000,
        api_version=text(stated("api_version")),
        data_type=type_by_prefix(event_type, EVENT_PREFIXES),
        object_id=text(inner.get("id")),
        body={**told, "data": data},
    )


def interpret_event(event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
    """What an event means: a state to apply, an object to read again, or None where nothing of it is kept.

    A ``.created`` event is the first of its second, so that an update in the same second follows it.
    """
    data_type = type_by_prefix(event.event_type, EVENT_PREFIXES)
    if not data_type:
        return None
    body = child(child(event.body).get("data")).get("object")
    if type(body) is not dict:
        return put_aside(data_type, None, f"The event {event.event_type} carries no object.")
    external_id = text(body.get("id"))
    version = event_version(event)
    if data_type == "payment_method" and body.get("object") in ("bank_account", "source"):
        return None
    if event.event_type in DELETIONS and external_id:
        gone = {"id": external_id, "object": data_type, "deleted": True}
        return SourceObject(data_type, external_id, version, gone, None, Deletion.STATED)
    doubtful = event.created_at == NO_INSTANT or not is_tested(event.api_version)
    if external_id and (doubtful or is_cut_short(data_type, body)):
        return Reread(data_type, external_id)
    return map_object(data_type, body, version)
