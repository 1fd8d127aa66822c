"""Collecting garbage in the UI thread only, a little at a time.

Python collects cycles in whichever thread happens to allocate, and a widget in such a cycle would then be destroyed
in a worker thread, which ends the process. While this is started the automatic collection is off and a timer of the
UI thread does the same work.

A pass costs what it looks at, and it stops every thread. So each short pass looks only at what was made since the one
before it; looking at everything that a first sync and its modules brought took 200 ms in one turn of the event loop
(tests/bench/bench_loop). Everything is looked at when nobody would notice: after a minute in which nothing was made.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

_OFTEN_MS: Final = 200
#: What is made until the window has shown its first figures is modules and widgets, which stay: looking through them
#: would hold those figures up, and afterwards one turn of the event loop.
_FIRST_MS: Final = 2_000
#: So few new objects between two passes mean that nobody is at work.
_QUIET: Final = 2_000
#: Every so many quiet passes in a row (a minute) everything is looked at, once.
_WHOLE_AFTER: Final = 300


class Garbage(QObject):
    """Start it before the first worker thread and stop it after the last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._quiet = 0
        self._worked = False
        self._timer = QTimer(self)
        self._timer.setInterval(_OFTEN_MS)
        self._timer.timeout.connect(self.collect)
        self._first = QTimer(self)
        self._first.setSingleShot(True)
        self._first.setInterval(_FIRST_MS)
        self._first.timeout.connect(self._begin)

    def start(self) -> None:
        """Take the collection over; what is alive now (modules, classes) is left out of the short passes."""
        gc.disable()
        gc.freeze()
        self._first.start()

    def stop(self) -> None:
        """Give it back to Python."""
        self._first.stop()
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _begin(self) -> None:
        gc.freeze()
        self._worked = True  # what was dropped so far is found after the first quiet minute
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect what was made and dropped since the last pass; everything after a quiet minute."""
        made = gc.get_count()[0]
        busy = made > _QUIET
        self._worked = self._worked or busy
        self._quiet = 0 if busy else self._quiet + 1
        if self._worked and self._quiet >= _WHOLE_AFTER:
            self.collect_all()
            return
        gc.collect(0)
        # What lives on is not looked at again by the short passes.
        gc.freeze()

    def collect_all(self) -> None:
        """Look at everything, which takes a moment."""
        self._quiet, self._worked = 0, False
        gc.unfreeze()
        gc.collect()
        gc.freeze()
