"""Something that is asked for often and done seldom: the one timer for refreshing, searching, drawing and waiting."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Throttle(QObject):
    """Calls one method of its parent, once for however often it was asked for meanwhile.

    ``later``, ``debounce`` and ``pace`` differ in when that is. ``ms`` is the time between: milliseconds. Make and use
    it in the UI thread.
    """

    due = Signal()

    def __init__(self, call: Callable[[], object], ms: int, parent: QObject) -> None:
        """``call`` is a bound method of an object that lives in the UI thread."""
        super().__init__(parent)
        self._ms = ms
        self._is_wanted = self._is_paced = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)
        self.due.connect(call)

    @property
    def waiting(self) -> bool:
        """Whether a call is still to come."""
        return self._is_wanted

    @Slot()
    def later(self, ms: int | None = None) -> None:
        """Call when the time is over since it was first asked for; ``ms`` instead of the usual time."""
        if not self._is_wanted:
            self._is_wanted = True
            self._timer.start(self._ms if ms is None else ms)

    @Slot()
    def debounce(self) -> None:
        """Call when the time is over since it was last asked for: each time puts the call off."""
        self._is_wanted = True
        self._timer.start(self._ms)

    @Slot()
    def pace(self) -> None:
        """Call now, or where the last call is not so long ago, as soon as it is."""
        self._is_wanted = self._is_paced = True
        if not self._timer.isActive():
            self._call()

    def at_once(self) -> None:
        """Call now whatever is waited for; ``pace`` counts from here."""
        self._is_paced = True
        self._call()

    @Slot()
    def stop(self) -> None:
        """Forget what was asked for."""
        self._is_wanted = False
        self._timer.stop()

    @Slot()
    def _on_time(self) -> None:
        if self._is_wanted:
            self._call()

    def _call(self) -> None:
        self._is_wanted = False
        self._timer.stop()
        if self._is_paced:
            self._timer.start(self._ms)
        self.due.emit()
