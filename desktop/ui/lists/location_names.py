"""What locations are called where one of them is picked: in the chips of lists and on the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.queries.choices import LocationName


def location_names(locations: Iterable[LocationName]) -> list[tuple[str, str]]:
    """Ids and names; those of one name say whose they are, those that are closed that they are."""
    closed = translate("Lists", "{0} (inactive)")
    named = []
    for location in locations:
        name = f"{location.name} · {location.account}" if location.namesake else location.name
        named.append((location.ref, name if location.active else closed.format(name)))
    return named
