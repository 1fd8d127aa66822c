"""How connecting, which runs in a worker thread, talks with the person in the window."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, SignalInstance

from desktop.errors import CancelledError, WorldError

if TYPE_CHECKING:
    from desktop.actions.callback import Callback
    from desktop.actions.connect import Step
    from desktop.providers.contract import Account

_LOOK_EVERY_S = 0.2


class PendingQuestion:
    """Something that the worker wants from the window, and waits for. Answer it in the UI thread, once."""

    __slots__ = ("_done", "_error", "_given", "subject", "talk")

    def __init__(self, talk: Conversation, subject: object) -> None:
        self.talk = talk
        self.subject = subject
        self._given = False
        self._error: WorldError | None = None
        self._done = threading.Event()

    def answer(self, answer: bool) -> None:
        """This is the answer; a later one changes nothing."""
        if not self._done.is_set():
            self._given = answer
            self._done.set()

    def fail(self, error: WorldError) -> None:
        """It cannot be done: the worker raises this."""
        if not self._done.is_set():
            self._error = error
            self._done.set()

    def wait(self, cancelled: threading.Event) -> bool:
        """Wait in the worker.

        Raises: what ``fail`` was given, CancelledError when the person stopped or the window closed.
        """
        while not self._done.wait(_LOOK_EVERY_S):
            if cancelled.is_set():
                raise CancelledError("Stopped", "Connecting was stopped.", "Nothing was stored.")
        if self._error is not None:
            raise self._error
        return self._given


class Conversation(QObject):
    """The window's side of ``actions.connect.Conversation``. Its methods are called in the worker thread.

    Signals: ``stepped`` with a step's number (as object) and note; ``page_wanted`` and ``confirm_wanted`` with a
    ``PendingQuestion``; ``listening_begun`` with the callback's listener.
    """

    stepped = Signal(object, str)
    page_wanted = Signal(object)
    confirm_wanted = Signal(object)
    listening_begun = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cancelled = threading.Event()

    def step(self, step: Step, note: str = "") -> None:
        """This step is done."""
        self.stepped.emit(step.value, note)

    def open_page(self, address: str) -> None:
        """Have the page opened. Raises: RefusedAddressError, CancelledError."""
        self._ask(self.page_wanted, address)

    def confirm(self, account: Account) -> bool:
        """Ask whether it is their business. Raises: CancelledError."""
        return self._ask(self.confirm_wanted, account)

    def listening(self, callback: Callback) -> None:
        """A pasted address may be handed to this listener."""
        self.listening_begun.emit(callback)

    def _ask(self, signal: SignalInstance, subject: object) -> bool:
        question = PendingQuestion(self, subject)
        signal.emit(question)
        return question.wait(self.cancelled)
