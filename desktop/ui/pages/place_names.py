"""What locations are called where one of them is picked: in the chips of lists and on the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from desktop.books.listings.offered import PlaceName

#: Characters of a name in a chip or a menu.
_CHARS: Final = 32


def place_names(places: Iterable[PlaceName]) -> list[tuple[str, str]]:
    """Ids and names; those of one name say whose they are, those that are closed that they are."""
    closed = QCoreApplication.translate("Lists", "{0} (inactive)")
    named = []
    for place in places:
        name = shortened(place.name)
        if place.namesake:
            name = f"{name} · {shortened(place.account)}"
        named.append((place.ref, name if place.active else closed.format(name)))
    return named


def shortened(name: str, chars: int = _CHARS) -> str:
    """A name as it fits into a chip, a menu or a button."""
    return name if len(name) <= chars else f"{name[: chars - 1].rstrip()}…"
