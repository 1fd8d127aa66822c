"""Square's event feed and webhooks: reading the feed, and what an event means for the books."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.providers.base import Refused, event_version, list_stuck, type_by_prefix
from desktop.providers.contract import (
    NO_INSTANT,
    CredentialsRefused,
    EventPage,
    NotAvailable,
    NotPermitted,
    ProviderEvent,
    Reread,
)
from desktop.providers.fields import child, text
from desktop.providers.square.calls import Calls
from desktop.providers.square.constants import API_VERSION
from desktop.providers.square.errors import cursor_gone, refusal, refuses_cursor, stated_error
from desktop.providers.square.lists import Request
from desktop.providers.square.moments import read_moment, written
from desktop.providers.square.records import map_object, put_aside, reduce_object
from desktop.providers.square.records.fields import rows
from desktop.records import Deletion, SetAside, SourceObject
from desktop.secrets.cleaning import clean

logger = logging.getLogger(__name__)

_LIMIT = 100

EVENT_PREFIXES: Sequence[tuple[str, str]] = (
    ("customer.custom_attribute", ""),
    ("customer.", "customer"),
    ("invoice.", "invoice"),
    ("payment.", "payment"),
    ("refund.", "refund"),
    ("order.custom_attribute", ""),
    ("order.", "order"),
    ("payout.", "payout"),
    ("dispute.", "dispute"),
    ("subscription.", "subscription"),
    ("card.", "card"),
    ("location.custom_attribute", ""),
    ("location.", "location"),
    ("device.code.", ""),
    ("device.", "device"),
    ("terminal.checkout.", "terminal_checkout"),
)
"""The first prefix that fits decides what an event is about; "" is what is not kept.

Of the catalog and of stock, events only say that something changed: their streams find out what.
"""

DELETIONS = frozenset({"customer.deleted", "invoice.deleted"})
"""Events after which the object is gone."""

WHOLE: Mapping[str, tuple[str, ...]] = {
    "invoice": ("invoice",),
    "payment": ("payment",),
    "refund": ("refund",),
    "payout": ("payout",),
    "dispute": ("dispute", "object"),
    "device": ("device",),
    "terminal_checkout": ("checkout",),
}
"""Kinds whose events carry the whole object, and under which names.

A customer comes without its groups, an order and a location as an id, a subscription without what its plan costs, and
a card that was forgotten without anything: those are read again.
"""


def read_events(
    calls: Calls, merchant_id: Callable[[], str], *, cursor: str | None, created_from: int, personal: bool
) -> EventPage:
    """A page of the feed since ``created_from`` (ms), newest first, without the events of other merchants.

    Only a personal access token opens the feed, and only after it was switched on in Square's developer console.
    Raises: as ``contract.Reader.events``.
    """
    if not personal:
        raise _closed()
    merchant = merchant_id()
    matching: dict[str, Any] = {"created_at": {"start_at": written(created_from)}}
    if merchant:
        matching["merchant_ids"] = [merchant]
    asked: dict[str, Any] = {
        "limit": _LIMIT,
        "query": {"filter": matching, "sort": {"field": "DEFAULT", "order": "DESC"}},
    }
    if cursor:
        asked["cursor"] = cursor
    try:
        reply = calls.ask("events", Request("POST", "/v2/events", {}, asked), rows="events")
    except Refused as refused:
        if cursor and refuses_cursor(refused.answer):
            raise cursor_gone("events") from None
        raise _refusal(refused) from None
    following = text(reply.body.get("cursor"))
    if following and following == cursor:
        raise list_stuck("Square", "events")
    facts = [child(one) for one in rows(reply.body.get("metadata"))]
    versions = {text(one.get("event_id")): text(one.get("api_version")) for one in facts}
    events = [found for row in reply.body["events"] if (found := event_of(row, versions)) is not None]
    kept = [event for event in events if _is_of(event, merchant) and not NO_INSTANT < event.created_at < created_from]
    return EventPage(tuple(kept), following or None, reply.asked_at)


def event_of(body: object, versions: Mapping[str, str] | None = None) -> ProviderEvent | None:
    """An event of the feed or of a webhook; None, with a warning in the log, for what is not one."""
    told = clean(child(body))
    stated = told.get
    external_id, event_type, created = text(stated("event_id")), text(stated("type")), read_moment(stated("created_at"))
    if type(body) is not dict or not external_id or not event_type:
        logger.warning("Square sent an event without id or type; it was passed over")
        return None
    data_type = type_by_prefix(event_type, EVENT_PREFIXES)
    data = child(stated("data"))
    carried = {
        name: reduce_object("card" if name == "card" else data_type, inner) if type(inner) is dict else inner
        for name, inner in child(data.get("object")).items()
    }
    return ProviderEvent(
        external_id=external_id,
        event_type=event_type,
        created_at=created or NO_INSTANT,
        api_version=(versions or {}).get(external_id, ""),
        data_type=data_type,
        object_id=_object_id(data, data_type),
        body={**told, "data": {**data, "object": carried}},
    )


def interpret_event(event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
    """What an event means: a state to apply, an object to read again, or None where nothing of it is kept."""
    data_type = type_by_prefix(event.event_type, EVENT_PREFIXES)
    if not data_type:
        return None
    data = child(child(event.body).get("data"))
    external_id = event.object_id or _object_id(data, data_type)
    if not external_id:
        return put_aside(data_type, None, f"The event {event.event_type} names no object.")
    version = event_version(event)
    carried = child(data.get("object"))
    if event.event_type in DELETIONS or (data.get("deleted") is True and data_type in ("customer", "invoice")):
        into = text(child(child(carried.get("event_context")).get("merge")).get("to_customer_id"))
        gone = {"id": external_id, "deleted": True} | ({"merged_into": into} if into else {})
        return SourceObject(data_type, external_id, version, gone, None, Deletion.STATED, into)
    found = next((inner for name in WHOLE.get(data_type, ()) if (inner := child(carried.get(name)))), None)
    if (
        event.created_at == NO_INSTANT
        or found is None
        or not is_tested(event.api_version)
        or _id_of(found) != external_id
    ):
        return Reread(data_type, external_id)
    mapped = map_object(data_type, found, version)
    return Reread(data_type, external_id) if isinstance(mapped, SetAside) else mapped


def is_tested(version: str) -> bool:
    """Whether payloads of a version can be mapped as they are: the pinned one and older ones.

    A webhook does not say its version. Square adds fields but keeps those that are mapped; where one is missing all
    the same, the object is read again.
    """
    return version <= API_VERSION


def _object_id(data: Mapping[str, Any], data_type: str) -> str:
    """The id of what an event is about, as the object has it where the event carries it.

    An event of an invoice's payment, or of a dispute's evidence, names something else beside the object it carries.
    """
    carried = child(data.get("object"))
    for name in WHOLE.get(data_type, ()):
        found = _id_of(child(carried.get(name)))
        if found:
            return found
    return text(data.get("id"))


def _id_of(body: Mapping[str, Any]) -> str:
    return text(body.get("id")) or text(body.get("dispute_id"))


def _is_of(event: ProviderEvent, merchant: str) -> bool:
    named = text(event.body.get("merchant_id"))
    return not merchant or not named or named == merchant


def _refusal(refused: Refused) -> Exception:
    error = refusal(refused.answer, "events")
    if isinstance(error, CredentialsRefused):
        return error
    off = "enable" in stated_error(refused.answer).detail.lower()
    if off or refused.answer.status != 403:
        return NotAvailable(
            "Not available",
            "Square's feed of events is switched off for this application.",
            "Changes are found by asking the lists instead, so nothing is missing.",
        )
    return _closed()


def _closed() -> NotPermitted:
    return NotPermitted(
        "Not permitted",
        "Square opens its feed of events to personal access tokens only.",
        "Changes are found by asking the lists instead, so nothing is missing.",
    )
