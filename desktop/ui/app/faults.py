"""The path of bugs: an exception that nobody expected is logged with its traceback and shown once."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from desktop.ui.app.messages import Message, Messages
from desktop.ui.translation import translate

_log = logging.getLogger(__name__)

_SHOWN_AT_MOST: Final = 100


class Faults(QObject):
    """Takes over ``sys.excepthook``, which may be called in any thread and so only emits a signal of this object.

    Signals: ``caught`` with the exception, from whichever thread; ``shown`` in the UI thread with the traceback's
    text, once for each line of the code.
    """

    caught = Signal(object)
    shown = Signal(object)

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._seen: set[tuple[tuple[str, int], ...]] = set()
        self._last = ""
        self.caught.connect(self._on_caught)

    def install(self) -> None:
        """Become the process's hook for uncaught exceptions."""
        sys.excepthook = self.hook

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, /) -> None:
        """What ``sys.excepthook`` calls; interrupts of the terminal keep their meaning."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        self.caught.emit(error.with_traceback(trace))

    @Slot(object)
    def _on_caught(self, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = tuple((frame.filename, frame.lineno or 0) for frame in frames)
        if lines in self._seen or len(self._seen) >= _SHOWN_AT_MOST:
            return
        self._seen.add(lines)
        _log.error("a bug", exc_info=error)
        # The text of an exception may quote anything; what is copied names lines of the code only.
        self._last = "\n".join(
            [type(error).__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
        )
        self._messages.tell(
            Message(
                "error",
                translate("Faults", "Something went wrong in Paydesk"),
                translate("Faults", "This is a fault of the program. It was written to the log; your data is safe."),
                translate("Faults", "Copy details"),
                self.copy_details,
            )
        )
        self.shown.emit(self._last)

    @Slot()
    def copy_details(self) -> None:
        """Put the last traceback's lines on the clipboard."""
        QGuiApplication.clipboard().setText(self._last)
