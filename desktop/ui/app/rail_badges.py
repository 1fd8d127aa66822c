"""The counts in the rail that matter, and which pages stand there only where there is something for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.tasks import HasKinds, Tasks
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.counts import PageCounts

_KINDS: Final = frozenset({"clients", "invoices", "subscriptions", "integrations", "locations", "inventory_counts"})
#: While a sync commits page after page, the counts are read again at most this often.
_APART_MS: Final = 1_000


class RailBadges(QObject):
    """Asks for the counts when such rows changed.

    Signals: ``counted`` with the badge of each page's key; ``offered`` with the keys of the pages on demand that there
    is something for.
    """

    counted = Signal(object)
    offered = Signal(object)

    def __init__(self, handle: BusinessHandle, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handle = handle
        self._tasks = tasks
        self._again = Throttle(self.refresh, _APART_MS, self)
        tasks.changed.connect(self._on_changed)

    @Slot()
    def refresh(self) -> None:
        """Read the counts."""
        self._tasks.query(self._handle.question(_counts), self._on_counts)

    @Slot(object)
    def _on_changed(self, changes: HasKinds) -> None:
        if changes.kinds & _KINDS:
            self._again.later()

    @Slot(object)
    def _on_counts(self, counts: PageCounts) -> None:
        due = translate("RailBadges", "{0} due").format(f"{counts.invoices_due:,}")
        self.counted.emit(
            {
                "clients": f"{counts.clients:,}" if counts.clients else "",
                "invoices": due if counts.invoices_due else "",
                "locations": f"{counts.locations:,}" if counts.locations > 1 else "",
            }
        )
        there = {"locations": counts.locations > 0, "stock": counts.stock}
        self.offered.emit(frozenset(key for key, something in there.items() if something))


def _counts(business: Business) -> PageCounts:
    from desktop.queries.counts import page_counts
    from desktop.queries.reading import ask

    return ask(business.books, page_counts)
