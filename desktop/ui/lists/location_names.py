"""What locations are called where one of them is picked: in the chips of lists and on the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.queries.choices import LocationName


def place_names(places: Iterable[LocationName]) -> list[tuple[str, str]]:
    """Ids and names; those of one name say whose they are, those that are closed that they are."""
    closed = translate("Lists", "{0} (inactive)")
    named = []
    for place in places:
        name = f"{place.name} · {place.account}" if place.namesake else place.name
        named.append((place.ref, name if place.active else closed.format(name)))
    return named
