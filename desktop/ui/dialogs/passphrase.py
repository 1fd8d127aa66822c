"""Asking for the passphrase of the vault, from whichever thread needs it, in a sheet of the window.

Light: the window makes the prompt before its first frame, and hardly anybody is ever asked.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.dialogs.passphrase_sheet import PassphraseSheet
    from desktop.vault.passphrase import Question
    from desktop.vault.secret import Secret


class _Asked:
    """One question on its way to the window and back."""

    __slots__ = ("answer", "done", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer: Secret[str] | None = None
        self.done = threading.Event()


class PassphrasePrompt(QObject):
    """Bridges the vault's ``Ask`` to the window: ``ask`` is called in a worker thread and waits for the person.

    Make it in the UI thread. Before ``set_window`` and after ``release`` it answers None.
    """

    _wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._window: QWidget | None = None
        self._one_at_a_time = threading.Lock()
        self._released = threading.Event()
        self._open: _Asked | None = None
        self._sheet: PassphraseSheet | None = None
        self._wanted.connect(self._on_wanted, Qt.ConnectionType.QueuedConnection)

    def set_window(self, window: QWidget) -> None:
        """Ask in this window from now on."""
        self._window = window

    def ask(self, question: Question) -> Secret[str] | None:
        """Ask the person and wait. Called in worker threads only; it is the ``ask`` of ``open_business``.

        None means that the person declined or that the window was closed.
        """
        asked = _Asked(question)
        with self._one_at_a_time:
            if self._released.is_set():
                return None
            self._wanted.emit(asked)
            while not asked.done.wait(0.2):
                if self._released.is_set():
                    return None
            return asked.answer

    @Slot()
    def release(self) -> None:
        """The window closes: whoever waits gets None, and so does everyone after."""
        self._released.set()
        sheet = self._sheet
        if sheet is not None:
            sheet.reject()

    @Slot(object)
    def _on_wanted(self, asked: _Asked) -> None:
        if self._released.is_set() or self._window is None:
            asked.done.set()
            return
        from desktop.ui.dialogs.passphrase_sheet import PassphraseSheet

        self._open = asked
        self._sheet = PassphraseSheet(self._theme, asked.question, self._window)
        self._sheet.answered.connect(self._on_answered)
        self._sheet.open()

    @Slot(object)
    def _on_answered(self, answer: Secret[str] | None) -> None:
        asked, self._open, self._sheet = self._open, None, None
        if asked is not None:
            asked.answer = answer
            asked.done.set()
