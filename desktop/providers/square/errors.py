"""What Square's refusals mean, in plain words: nothing of a token is ever repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.errors import WorldError
from desktop.providers.base import no_such_address, not_given, object_in
from desktop.providers.contract import CredentialsRefused, CursorGone, NotPermitted
from desktop.providers.http import Answer
from desktop.providers.square.constants import STREAMS

_LOST_ACCESS = frozenset({"ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_REVOKED", "CLIENT_DISABLED", "APPLICATION_DISABLED"})
"""Codes that say that the credentials as a whole are no good, whatever the status of the answer."""

_SCOPE = re.compile(r"\b[A-Z][A-Z_]*_(?:READ|WRITE)\b")
_MERGED = re.compile(r"\bmerged\b.*?\b(?:into|with)\b[^A-Za-z0-9]*(?:customer\W+)?([A-Za-z0-9_-]{8,})", re.IGNORECASE)

# What the lists are called to people, and the scope that each is read with.
WANTED: Mapping[str, tuple[str, str]] = {
    "locations": ("locations", "MERCHANT_PROFILE_READ"),
    "customers": ("customers", "CUSTOMERS_READ"),
    "catalog": ("items and plans", "ITEMS_READ"),
    "orders": ("orders", "ORDERS_READ"),
    "invoices": ("invoices", "INVOICES_READ"),
    "payments": ("payments", "PAYMENTS_READ"),
    "refunds": ("refunds", "PAYMENTS_READ"),
    "payouts": ("payouts", "PAYOUTS_READ"),
    "payout_entries": ("payout entries", "PAYOUTS_READ"),
    "disputes": ("disputes", "DISPUTES_READ"),
    "subscriptions": ("subscriptions", "SUBSCRIPTIONS_READ"),
    "cards": ("stored cards", "PAYMENTS_READ"),
    "inventory_counts": ("stock counts", "INVENTORY_READ"),
    "devices": ("card terminals", "DEVICES_READ"),
    "terminal_checkouts": ("terminal checkouts", "PAYMENTS_READ"),
    "payment_links": ("payment links", "ORDERS_READ"),
}


# The permissions that connecting asks for, by the first words of Square's scopes (CUSTOMERS_READ).
_TITLES: Mapping[str, str] = {
    "PAYMENTS": "Payments",
    "CUSTOMERS": "Customers",
    "INVOICES": "Invoices",
    "ORDERS": "Orders",
    "ITEMS": "Items",
    "PAYOUTS": "Payouts",
    "DISPUTES": "Disputes",
    "SUBSCRIPTIONS": "Subscriptions",
    "INVENTORY": "Inventory",
    "DEVICES": "Devices",
    "MERCHANT_PROFILE": "Merchant profile",
}

# One object is read with the scope of its list.
_FEEDS: Mapping[str, str] = {feed.data_type: feed.name for stream in STREAMS for feed in stream.feeds}


@dataclass(frozen=True, slots=True)
class StatedError:
    """The first error of an answer; ``structured`` is False where it states none."""

    structured: bool = False
    code: str = ""
    field: str = ""
    detail: str = ""

    @property
    def unknown_address(self) -> bool:
        """Whether the server says that it has no such address, rather than no such object."""
        return not self.structured or "endpoint" in self.detail.lower()


def stated_error(answer: Answer) -> StatedError:
    """The error that an answer states; its detail is not yet fit to be shown."""
    return error_of(object_in(answer) or {})


def error_of(body: Mapping[str, Any]) -> StatedError:
    """The error that an object states."""
    errors = body.get("errors")
    error = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(error, dict):
        return StatedError()

    def said(name: str) -> str:
        value = error.get(name)
        return value if isinstance(value, str) else ""

    return StatedError(True, said("code"), said("field"), said("detail"))


def refusal(answer: Answer, what: str) -> WorldError:
    """The error of the world for an answer that no retry will change. ``what`` is a feed or a kind of object."""
    error = stated_error(answer)
    name, scope = _wanted(what)
    if answer.status == 401 or error.code in _LOST_ACCESS:
        return CredentialsRefused(
            "Access refused",
            "Square refuses the access to this account: it has expired or was taken back.",
            "Connect the account again.",
        )
    if answer.status == 403:
        return _not_permitted(error.detail, name, scope)
    if answer.status in (404, 405, 501) and error.unknown_address:
        return no_such_address(name)
    return not_given("Square", name, answer.status, error.detail)


def cursor_gone(what: str) -> CursorGone:
    """The error for a place in a list that Square no longer knows and that no time leads back to."""
    name = _wanted(what)[0]
    return CursorGone(
        "Place lost",
        f"Square no longer knows the place at which the list of {name} was left.",
        "The list is read again.",
    )


def refuses_cursor(answer: Answer) -> bool:
    """Whether a request with a cursor was refused because of the cursor: it lives for minutes only."""
    if answer.status not in (400, 404, 410, 422):
        return False
    error = stated_error(answer)
    return error.code == "INVALID_CURSOR" or error.field == "cursor" or "cursor" in error.detail.lower()


def names_missing_object(answer: Answer) -> bool:
    """Whether the answer says that one object does not exist, in a place that the server does have."""
    error = stated_error(answer)
    if answer.status in (404, 410):
        return not error.unknown_address
    return answer.status == 400 and error.code in ("NOT_FOUND", "CUSTOMER_NOT_FOUND")


def names_missing_location(answer: Answer) -> bool:
    """Whether a list was refused because its location does not exist."""
    error = stated_error(answer)
    about = "location" in f"{error.field} {error.detail}".lower() and not error.unknown_address
    return answer.status in (400, 404) and (error.code == "INVALID_LOCATION" or (about and error.code == "NOT_FOUND"))


def merged_into(answer: Answer) -> str:
    """The customer that a missing one was merged into, where the answer says so."""
    found = _MERGED.search(stated_error(answer).detail)
    return found.group(1) if found else ""


def title_of(scope: str) -> str:
    """A scope in the words of the permissions: "Payments: read"; empty for one that is not asked for."""
    name, _, access = scope.rpartition("_")
    title = _TITLES.get(name)
    return f"{title}: {access.lower()}" if title else ""


def _wanted(what: str) -> tuple[str, str]:
    return WANTED.get(_FEEDS.get(what, what), (what, ""))


def _not_permitted(detail: str, name: str, scope: str) -> NotPermitted:
    found = _SCOPE.search(detail)
    title = title_of(found.group(0) if found else scope)
    message = f"Paydesk was not given the permission to read {name}."
    if title:
        return NotPermitted("Not permitted", message, f"Connect the account again and allow “{title}”.")
    return NotPermitted("Not permitted", message, "Connect the account again and allow everything it asks for.")
