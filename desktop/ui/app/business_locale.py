"""Where the business is: what the window writes days, shares and addresses by, as soon as the books say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.records import Changes
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.tasks import HasKinds, Tasks
from desktop.ui.wording import write_for

if TYPE_CHECKING:
    from desktop.actions.business import Business

_KINDS = frozenset({"integrations"})


class BusinessLocale(QObject):
    """Asks for the business's country when its accounts changed.

    Signals: ``told`` with the country, empty where none is known; views have been told to read again where it differs.
    """

    told = Signal(str)

    def __init__(self, handle: BusinessHandle, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handle, self._tasks = handle, tasks
        tasks.changed.connect(self._on_changed)

    @Slot()
    def refresh(self) -> None:
        """Read it."""
        self._tasks.query(self._handle.question(_country), self._on_country)

    @Slot(object)
    def _on_changed(self, changes: HasKinds) -> None:
        if changes.kinds & _KINDS:
            self.refresh()

    @Slot(object)
    def _on_country(self, country: str) -> None:
        self.told.emit(country)
        if write_for(country):
            self._tasks.broadcast(Changes(_KINDS))


def _country(business: Business) -> str:
    return business.region().country
