"""What an endpoint is given, how endpoints are declared, and how lists are cut into pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.sandbox import calls
from desktop.sandbox.square.errors import Refusal, invalid, required
from desktop.sandbox.square.moments import sortable, stamp
from desktop.sandbox.square.objects import Wire
from desktop.sandbox.square.world import World

CURSOR_SECONDS = 300
"""How long a cursor lives."""

Order = Sequence[tuple[str, str]]


def _expired() -> Refusal:
    return Refusal(400, "INVALID_CURSOR", "The cursor is not valid for this request, or has expired.", field="cursor")


@dataclass(slots=True)
class Cursors:
    """Makes and reads cursors: opaque, good for one query, and not for long.

    ``expire_at_once`` makes every cursor too old.
    """

    secret: str
    expire_at_once: bool = False

    def make(self, call: Call, key: str, object_id: str) -> str:
        """The cursor that goes on after an object."""
        text = json.dumps([self._digest(call), call.world.now, key, object_id])
        return base64.urlsafe_b64encode(f"{self._seal(text)}{text}".encode()).decode()

    def read(self, call: Call, cursor: str) -> tuple[str, str]:
        """Where a cursor points; raises INVALID_CURSOR."""
        try:
            text = base64.urlsafe_b64decode(cursor.encode()).decode()
        except (ValueError, binascii.Error) as error:
            raise _expired() from error
        seal, text = text[:8], text[8:]
        if seal != self._seal(text):
            raise _expired()
        digest, made_at, key, object_id = json.loads(text)
        old = self.expire_at_once or call.world.now - made_at > CURSOR_SECONDS
        if old or digest != self._digest(call):
            raise _expired()
        return key, object_id

    def _seal(self, text: str) -> str:
        return hashlib.sha256(f"{self.secret}{text}".encode()).hexdigest()[:8]

    def _digest(self, call: Call) -> str:
        left_out = {"cursor", "limit"}
        asked = {name: value for name, value in (call.query | call.body).items() if name not in left_out}
        return hashlib.sha256(f"{call.path} {json.dumps(asked, sort_keys=True)}".encode()).hexdigest()[:12]


@dataclass(slots=True)
class Call:
    """One request that passed the door. ``lag`` hides from lists what changed in the last so many seconds."""

    world: World
    cursors: Cursors
    path: str
    query: dict[str, str]
    body: Wire
    ids: tuple[str, ...]
    lag: int = 0

    def given(self, name: str) -> Any:
        """A parameter of the query or a field of the body; None where it is not there."""
        return self.query[name] if name in self.query else self.body.get(name)

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.given(name)
        if value is None or value == "":
            raise required(name)
        return str(value)

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.given(name)
        if value is None:
            return None
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise invalid(name, "Expected an integer value.", "EXPECTED_INTEGER") from error

    def flag(self, name: str) -> bool:
        """A truth value; False where it is not there."""
        value = self.given(name)
        if isinstance(value, bool):
            return value
        if value in {None, "true", "false"}:
            return bool(value == "true")
        raise invalid(name, "Expected a Boolean value.", "EXPECTED_BOOLEAN")

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of some words."""
        value = self.given(name)
        return one_of(name, default if value is None else value, allowed)

    def limit(self, default: int, most: int, *, strict: bool = True) -> int:
        """The page size. Out of bounds is an error where ``strict``, else the default."""
        wanted = self.integer("limit")
        if wanted is None:
            return default
        if 1 <= wanted <= most:
            return wanted
        if strict:
            raise invalid("limit", f"The limit must be between 1 and {most}.", "VALUE_TOO_HIGH")
        return default


def one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    """A word that must be among the allowed ones; raises INVALID_ENUM_VALUE."""
    if value not in allowed:
        raise invalid(name, f"`{value}` is not a valid enum value for `{name}`.", "INVALID_ENUM_VALUE")
    return str(value)


def moment(name: str, value: Any) -> str | None:
    """An instant of a request in its sortable form; raises INVALID_TIME."""
    if value is None or value == "":
        return None
    try:
        return sortable(str(value))
    except ValueError as error:
        raise invalid(name, f"`{value}` is not an RFC 3339 timestamp.", "INVALID_TIME") from error


@dataclass(frozen=True, slots=True)
class Window:
    """From an instant (included) to another (left out); None is open."""

    low: str | None = None
    high: str | None = None

    def holds(self, one: Wire, name: str) -> bool:
        """Whether an object's instant lies within."""
        if self.low is None and self.high is None:
            return True
        at = sortable(one.get(name) or one["created_at"])
        return (self.low is None or at >= self.low) and (self.high is None or at < self.high)


def window(call_or_range: Any, low_name: str, high_name: str) -> Window:
    """A window out of two fields; raises INVALID_TIME_RANGE where it ends before it starts."""
    given = call_or_range.given if isinstance(call_or_range, Call) else (call_or_range or {}).get
    low, high = moment(low_name, given(low_name)), moment(high_name, given(high_name))
    if low is not None and high is not None and low > high:
        raise invalid(high_name, "The time range ends before it starts.", "INVALID_TIME_RANGE")
    return Window(low, high)


@dataclass(slots=True)
class Listing:
    """How a list is walked: which kind, in which order, between which bounds of it, and what is left out."""

    kind: str
    name: str
    by: str = "created_at"
    descending: bool = True
    bounds: Window = field(default_factory=Window)
    keep: Callable[[Wire], bool] = lambda one: True
    shown: Callable[[Wire], Wire] = lambda one: one


def page(call: Call, listing: Listing, limit: int) -> Wire:
    """A page of a list: no array where it is empty, no cursor on the last one."""
    shelf = call.world.shelves[listing.kind]
    order = shelf.ordered(listing.by)
    low = bisect_left(order, (listing.bounds.low or "", ""))
    high = len(order) if listing.bounds.high is None else bisect_left(order, (listing.bounds.high, ""))
    cursor = call.given("cursor")
    if cursor:
        last = call.cursors.read(call, str(cursor))
        low, high = (
            (low, min(high, bisect_left(order, last)))
            if listing.descending
            else (max(low, bisect_right(order, last)), high)
        )
    hidden_from = stamp(call.world.now - call.lag) if call.lag else None
    found: list[tuple[str, str]] = []
    positions = range(high - 1, low - 1, -1) if listing.descending else range(low, high)
    for position in positions:
        one = shelf.objects[order[position][1]]
        changed = one.get("updated_at")
        if not listing.keep(one) or (hidden_from and changed and sortable(changed) > hidden_from):
            continue
        if len(found) == limit:
            made = {listing.name: [listing.shown(shelf.objects[key]) for _, key in found]}
            return made | {"cursor": call.cursors.make(call, *found[-1])}
        found.append(order[position])
    return {listing.name: [listing.shown(shelf.objects[key]) for _, key in found]} if found else {}


@dataclass(frozen=True, slots=True)
class Endpoint(calls.Endpoint):
    """An address, which scopes it needs, and what it takes.

    ``takes`` are query parameters of a GET or DELETE and top-level fields of the body otherwise.
    """

    root = "/v2"

    scopes: frozenset[str]
    takes: frozenset[str]
    personal: bool = False


def endpoint(
    method: str,
    address: str,
    handler: Callable[[Call], Wire],
    scopes: str = "",
    takes: str = "",
    *,
    personal: bool = False,
) -> Endpoint:
    """An endpoint from words separated by spaces."""
    return Endpoint(method, address, handler, frozenset(scopes.split()), frozenset(takes.split()), personal)
