"""Places of business on the command line: named by their id at the provider or by what they are called."""

from __future__ import annotations

from typing import NamedTuple

from desktop.actions.business import Business
from desktop.errors import UsageError
from desktop.queries.listing import Filter
from desktop.queries.listings import LISTINGS


class Place(NamedTuple):
    """A place: its id at the provider, and its name."""

    ref: str
    name: str


def find_location(business: Business, named: str) -> Place | None:
    """The place with this id or, whatever its case, this name; None where none was named.

    Raises: UsageError where there is none or more than one of that name.
    """
    if not named.strip():
        return None
    with business.books.read() as connection:
        listing = LISTINGS["locations"]
        ids = listing.ids(connection, Filter(business.today(), sort="name", descending=False))
        places = [Place(row.external_id, row.name) for row in listing.rows(connection, ids) if row is not None]
    wanted = named.strip().casefold()
    found = [place for place in places if place.ref == named.strip()]
    found = found or [place for place in places if place.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{place.name} ({place.ref})" for place in found or places) or "none yet"
    if found:
        raise UsageError("Which location?", f"Several locations are called {named}.", f"Name one by its id: {known}.")
    raise UsageError("No such location", f"There is no location called {named}.", f"There is {known}.")
