"""Views that show rows: asked again when such rows changed, and only while they are visible."""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.ui.app.tasks import HasKinds, Tasks
from desktop.ui.throttle import Throttle

#: Milliseconds between two refreshes of one view while a sync commits page after page.
_APART_MS: Final = 700


class RefreshingView(QFrame):
    """A view that says which ``kinds`` of rows it shows and overrides ``refresh``.

    It refreshes when first shown, when rows of its kinds changed while it is visible, and when shown again after
    they changed while it was hidden.
    """

    kinds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self._is_stale = True
        self._next_refresh = Throttle(self._refresh_if_shown, _APART_MS, self)
        tasks.changed.connect(self._hear_changes)

    def refresh(self) -> None:
        """Ask for the rows again; overridden by each view."""

    def mark_stale(self) -> None:
        """What is shown is old: refresh now if visible, else when shown."""
        self._is_stale = True
        if self.isVisible():
            self._next_refresh.pace()

    @Slot(object)
    def _hear_changes(self, changes: HasKinds) -> None:
        if self.kinds & changes.kinds:
            self.mark_stale()

    @Slot()
    def _refresh_if_shown(self) -> None:
        if self._is_stale and self.isVisible():
            self._is_stale = False
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while hidden."""
        super().showEvent(event)
        if self._is_stale:
            self._next_refresh.at_once()
