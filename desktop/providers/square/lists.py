"""Where Square's lists and objects are, and how each list is asked for: tables, and requests built from them.

Names that hold dots lead into the JSON body of a search (``query.filter.created_at.start_at``); a plain list has them
as names of its query. Everything stands in the OpenAPI file of the pinned version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from desktop.providers.square.constants import FIRST_MOMENT, SERVICE_TYPES
from desktop.providers.square.cursors import Cursor
from desktop.providers.square.moments import written

CREATED = "created"
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Times:
    """How a list follows one time: the names of the range's ends, what goes with it, and the field that sorts it.

    ``sorted_by`` is empty where the list is not sorted by a time: it can then only be asked from the beginning of
    the range. ``onward`` is the name of the beginning by the sorting time where that is not ``begin``.
    ``exclusive``: what lies exactly at the beginning is left out by Square, so that it is asked a moment earlier.
    """

    begin: str
    end: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    sorted_by: str = ""
    onward: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Where one list is and what it needs. ``rows`` is the name of its array in the answer; ``limit`` 0: it has none.

    ``parent`` names where the parent's id goes; it may also stand in the path. ``listed``: the parent goes as a list.
    """

    path: str
    rows: str
    limit: int = 0
    search: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    listed: bool = False
    created: Times | None = None
    changed: Times | None = None

    def times(self, mode: str) -> Times | None:
        """How this list follows the creation or the last change; None where it cannot."""
        return self.changed if mode == CHANGED else self.created


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent: either with a query or with a JSON body."""

    method: str
    path: str
    params: Mapping[str, str]
    json: Mapping[str, Any] | None = None


_ASCENDING = {"sort_order": "ASC"}

LISTINGS: Mapping[str, Listing] = {
    "locations": Listing("/v2/locations", "locations"),
    "customers": Listing(
        "/v2/customers/search",
        "customers",
        100,
        search=True,
        fixed={"query.sort.field": "CREATED_AT", "query.sort.order": "ASC"},
        created=Times("query.filter.created_at.start_at", "query.filter.created_at.end_at", sorted_by="created_at"),
        changed=Times(
            "query.filter.updated_at.start_at",
            "query.filter.updated_at.end_at",
            sorted_by="created_at",
            onward="query.filter.created_at.start_at",
        ),
    ),
    "catalog": Listing("/v2/catalog/list", "objects", fixed={"types": ",".join(SERVICE_TYPES)}),
    "catalog_changes": Listing(
        "/v2/catalog/search",
        "objects",
        500,
        search=True,
        fixed={"object_types": list(SERVICE_TYPES), "include_deleted_objects": True},
        changed=Times("begin_time", exclusive=True),
    ),
    "orders": Listing(
        "/v2/orders/search",
        "orders",
        500,
        search=True,
        fixed={"query.sort.sort_order": "ASC"},
        parent="location_ids",
        listed=True,
        created=Times(
            "query.filter.date_time_filter.created_at.start_at",
            "query.filter.date_time_filter.created_at.end_at",
            {"query.sort.sort_field": "CREATED_AT"},
            sorted_by="created_at",
        ),
        changed=Times(
            "query.filter.date_time_filter.updated_at.start_at",
            "query.filter.date_time_filter.updated_at.end_at",
            {"query.sort.sort_field": "UPDATED_AT"},
            sorted_by="updated_at",
        ),
    ),
    "invoices": Listing(
        "/v2/invoices/search",
        "invoices",
        200,
        search=True,
        fixed={"query.sort.field": "INVOICE_SORT_DATE", "query.sort.order": "DESC"},
        parent="query.filter.location_ids",
        listed=True,
    ),
    "payments": Listing(
        "/v2/payments",
        "payments",
        100,
        fixed=_ASCENDING,
        parent="location_id",
        created=Times("begin_time", "end_time", {"sort_field": "CREATED_AT"}, sorted_by="created_at"),
        # Without a begin_time of its own the list leaves out what was made more than a year ago.
        changed=Times(
            "updated_at_begin_time",
            "updated_at_end_time",
            {"sort_field": "UPDATED_AT", "begin_time": written(FIRST_MOMENT)},
            sorted_by="updated_at",
        ),
    ),
    "refunds": Listing(
        "/v2/refunds",
        "refunds",
        100,
        fixed=_ASCENDING,
        created=Times("begin_time", "end_time", {"sort_field": "CREATED_AT"}, sorted_by="created_at"),
        changed=Times(
            "updated_at_begin_time",
            "updated_at_end_time",
            {"sort_field": "UPDATED_AT", "begin_time": written(FIRST_MOMENT)},
            sorted_by="updated_at",
        ),
    ),
    "payouts": Listing(
        "/v2/payouts",
        "payouts",
        100,
        fixed=_ASCENDING,
        parent="location_id",
        created=Times("begin_time", "end_time", sorted_by="created_at"),
    ),
    "payout_entries": Listing("/v2/payouts/{parent}/payout-entries", "payout_entries", 100, fixed=_ASCENDING),
    "disputes": Listing("/v2/disputes", "disputes"),
    "subscriptions": Listing(
        "/v2/subscriptions/search", "subscriptions", 100, search=True, fixed={"include": ["actions"]}
    ),
    "cards": Listing("/v2/cards", "cards", fixed={"include_disabled": "true", **_ASCENDING}),
    # Newest first whatever is asked, and without an upper end.
    "inventory_counts": Listing(
        "/v2/inventory/counts/batch-retrieve",
        "counts",
        1000,
        search=True,
        created=Times("updated_after", exclusive=True),
        changed=Times("updated_after", exclusive=True),
    ),
    "devices": Listing("/v2/devices", "devices", 100, fixed=_ASCENDING),
    "terminal_checkouts": Listing(
        "/v2/terminals/checkouts/search",
        "checkouts",
        100,
        search=True,
        fixed={"query.sort.sort_order": "ASC"},
        created=Times("query.filter.created_at.start_at", "query.filter.created_at.end_at", sorted_by="created_at"),
    ),
    "payment_links": Listing("/v2/online-checkout/payment-links", "payment_links", 500),
}

OBJECTS: Mapping[str, tuple[str, str]] = {
    "location": ("/v2/locations/{id}", "location"),
    "customer": ("/v2/customers/{id}", "customer"),
    "catalog_object": ("/v2/catalog/object/{id}", "object"),
    "order": ("/v2/orders/{id}", "order"),
    "invoice": ("/v2/invoices/{id}", "invoice"),
    "payment": ("/v2/payments/{id}", "payment"),
    "refund": ("/v2/refunds/{id}", "refund"),
    "payout": ("/v2/payouts/{id}", "payout"),
    "dispute": ("/v2/disputes/{id}", "dispute"),
    "subscription": ("/v2/subscriptions/{id}", "subscription"),
    "card": ("/v2/cards/{id}", "card"),
    "device": ("/v2/devices/{id}", "device"),
    "terminal_checkout": ("/v2/terminals/checkouts/{id}", "checkout"),
    "payment_link": ("/v2/online-checkout/payment-links/{id}", "payment_link"),
}
"""Where one object is, and the name under which the answer holds it."""


def listing_of(feed: str, mode: str) -> Listing:
    """The listing of a feed; the catalog's changes are searched for elsewhere than it is listed."""
    return LISTINGS["catalog_changes" if feed == "catalog" and mode == CHANGED else feed]


def page_request(listing: Listing, cursor: Cursor, parent: str) -> Request:
    """The request for one page, the same one for each page of a pass but for Square's cursor."""
    asked: dict[str, Any] = dict(listing.fixed)
    if listing.limit:
        asked["limit"] = listing.limit
    if listing.parent and parent:
        asked[listing.parent] = [parent] if listing.listed else parent
    times = listing.times(cursor.mode)
    if times is not None:
        asked.update(times.fixed)
        begin = cursor.begin if times.onward or cursor.onward is None else cursor.onward
        asked[times.begin] = written(begin - 1 if times.exclusive else begin)
        if times.onward and cursor.onward is not None:
            asked[times.onward] = written(cursor.onward)
        if times.end:
            asked[times.end] = written(cursor.end)
    if cursor.native:
        asked["cursor"] = cursor.native
    path = listing.path.replace("{parent}", quote(parent, safe=""))
    if listing.search:
        return Request("POST", path, {}, _nested(asked))
    return Request("GET", path, {name: str(value) for name, value in asked.items()})


def _nested(asked: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in asked.items():
        *folders, last = name.split(".")
        inner = body
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[last] = value
    return body
