"""Ctrl+C in the terminal and a request to end close the window, as its own button does."""

from __future__ import annotations

import signal
import socket
from types import FrameType
from typing import Any, Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts(QObject):
    """Turns the process's signals into ``asked``. Start it in the main thread, and stop it at the end.

    Python runs its handlers between two of its own instructions, which do not come while Qt waits; so a byte written
    by the interpreter itself (``signal.set_wakeup_fd``) wakes the event loop.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: dict[int, Any] = {}
        self._ends: tuple[socket.socket, socket.socket] | None = None
        self._notifier: QSocketNotifier | None = None

    def start(self) -> None:
        """Take the signals over."""
        here, there = self._ends = socket.socketpair()
        here.setblocking(False)
        there.setblocking(False)
        self._notifier = QSocketNotifier(here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        # Whoever started us with one ignored (nohup) meant it.
        heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, _leave_it_to_the_notifier) for number in heeded}

    def stop(self) -> None:
        """Give them back."""
        if self._ends is None or self._notifier is None:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        for end in self._ends:
            end.close()
        self._ends = None

    @Slot()
    def _on_readable(self) -> None:
        if self._ends is None:
            return
        try:
            self._ends[0].recv(64)
        except BlockingIOError:
            return
        self.asked.emit()


def _leave_it_to_the_notifier(_number: int, _frame: FrameType | None) -> None:
    return None
