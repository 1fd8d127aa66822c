"""Locations on the command line: named by their id at the provider or by what they are called."""

from __future__ import annotations

from desktop.actions.business import Business
from desktop.errors import UsageError
from desktop.queries.choices import LocationName, list_locations
from desktop.queries.reading import ask


def find_location(business: Business, named: str) -> LocationName | None:
    """The location with this id or, whatever its case, this name; None where none was named.

    Raises: UsageError where there is none or more than one of that name.
    """
    if not named.strip():
        return None
    locations = sorted(ask(business.books, list_locations), key=lambda location: location.name.lower())
    wanted = named.strip().casefold()
    found = [location for location in locations if location.ref == named.strip()]
    found = found or [location for location in locations if location.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{location.name} ({location.ref})" for location in found or locations) or "none yet"
    if found:
        raise UsageError("Which location?", f"Several locations are called {named}.", f"Name one by its id: {known}.")
    raise UsageError("No such location", f"There is no location called {named}.", f"There is {known}.")
