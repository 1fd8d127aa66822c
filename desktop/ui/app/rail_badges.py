"""The counts in the rail that matter, and which pages stand there only where there is something for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.ui.app.business_handle import Desk
from desktop.ui.app.tasks import HasKinds, Tasks
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.counts import RailCounts

_KINDS: Final = frozenset({"clients", "invoices", "subscriptions", "integrations", "locations", "inventory_counts"})
#: While a sync commits page after page, the counts are read again at most this often.
_APART_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Told:
    counts: RailCounts
    places: int
    stock: bool


class RailNotes(QObject):
    """Asks for the counts when such rows changed.

    Signals: ``noted`` with the note of each page's key; ``offered`` with the keys of the pages on demand that there
    is something for.
    """

    noted = Signal(object)
    offered = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_APART_MS)
        self._later.timeout.connect(self.refresh)
        tasks.changed.connect(self._on_changed)

    @Slot()
    def refresh(self) -> None:
        """Read the counts."""
        self._tasks.query(self._desk.question(_counts), self._on_counts)

    @Slot(object)
    def _on_changed(self, changes: HasKinds) -> None:
        if changes.kinds & _KINDS and not self._later.isActive():
            self._later.start()

    @Slot(object)
    def _on_counts(self, told: _Told) -> None:
        counts = told.counts
        due = translate("RailNotes", "{0} due").format(f"{counts.invoices_due:,}")
        self.noted.emit(
            {
                "clients": f"{counts.clients:,}" if counts.clients else "",
                "invoices": due if counts.invoices_due else "",
                "locations": f"{told.places:,}" if told.places > 1 else "",
            }
        )
        there = {"locations": told.places > 0, "stock": told.stock}
        self.offered.emit(frozenset(key for key, something in there.items() if something))


def _counts(business: Business) -> _Told:
    from desktop.queries.choices import keeps_stock, list_places
    from desktop.queries.counts import rail_counts

    with business.books.read() as connection:
        places = [place for place in list_places(connection) if place.connected]
        # All of them being closed is worth seeing too, and counts as there being some.
        shown = sum(place.active for place in places) or len(places)
        return _Told(rail_counts(connection), shown, keeps_stock(connection))
