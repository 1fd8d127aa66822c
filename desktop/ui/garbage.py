"""Collecting garbage in the UI thread only.

Python collects cycles in whichever thread happens to allocate, and a widget in such a cycle would then be destroyed
in a worker thread, which ends the process. While this is started the automatic collection is off and a timer of the
UI thread does the same work.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

_OFTEN_MS: Final = 2_000
#: Every so many turns the oldest generation is collected too.
_WHOLE_EVERY: Final = 60


class Garbage(QObject):
    """Start it before the first worker thread and stop it after the last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_OFTEN_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Take the collection over; what is alive now (modules, classes) is left out of every later pass."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give it back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def collect(self) -> None:
        """Collect the young generations, and now and then the old one."""
        self._turns += 1
        gc.collect(2 if self._turns % _WHOLE_EVERY == 0 else 1)
