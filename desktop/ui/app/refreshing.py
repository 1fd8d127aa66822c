"""Views that show rows: asked again when such rows changed, and only while they are visible."""

from __future__ import annotations

import time
from typing import ClassVar, Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.ui.app.tasks import HasKinds, Tasks

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
        self._last_refresh = 0.0
        self._next_refresh = QTimer(self)
        self._next_refresh.setSingleShot(True)
        self._next_refresh.timeout.connect(self._refresh_if_shown)
        tasks.changed.connect(self._hear_changes)

    def refresh(self) -> None:
        """Ask for the rows again; overridden by each view."""

    def mark_stale(self) -> None:
        """What is shown is old: refresh now if visible, else when shown."""
        self._is_stale = True
        self._refresh_if_shown()

    @Slot(object)
    def _hear_changes(self, changes: HasKinds) -> None:
        if self.kinds & changes.kinds:
            self.mark_stale()

    @Slot()
    def _refresh_if_shown(self) -> None:
        if not self._is_stale or not self.isVisible() or self._next_refresh.isActive():
            return
        wait = _APART_MS - (time.monotonic() - self._last_refresh) * 1000
        if self._last_refresh and wait > 0:
            self._next_refresh.start(round(wait))
            return
        self._is_stale = False
        self._last_refresh = time.monotonic()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while hidden."""
        super().showEvent(event)
        if self._is_stale:
            self._next_refresh.stop()
            self._last_refresh = 0.0
            self._refresh_if_shown()
