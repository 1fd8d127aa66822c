"""Asking for the passphrase of the vault, from whichever thread needs it, in a sheet of the window."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.ui.dialogs.secret_field import SecretField
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.theme import Theme
from desktop.vault.secret import Secret

if TYPE_CHECKING:
    from desktop.vault.passphrase import Question


class PassphraseSheet(Sheet):
    """Asks once. Signals: ``answered`` once, with a ``Secret`` or None where the person declined."""

    answered = Signal(object)

    def __init__(self, theme: Theme, question: Question, parent: QWidget | None) -> None:
        # The vault's ciphers are not imported before the first frame: this sheet is seldom needed.
        from desktop.vault.passphrase import SHORTEST, Purpose

        choosing = question.purpose is Purpose.CHOOSE
        title = (
            QCoreApplication.translate("Passphrase", "Choose a passphrase")
            if choosing
            else QCoreApplication.translate("Passphrase", "Passphrase of these books")
        )
        about = (
            QCoreApplication.translate(
                "Passphrase", "It protects the credentials of your accounts on this computer. Nobody can recover it: "
                "keep it somewhere safe. At least {0} characters; several words are easy to remember."
            ).format(SHORTEST)
            if choosing
            else QCoreApplication.translate("Passphrase", "It opens the credentials of your accounts.")
        )  # fmt: skip
        super().__init__(theme, title, parent, text=about, width=460)
        self._secret: Secret[str] | None = None
        self._first = SecretField(theme, QCoreApplication.translate("Passphrase", "Passphrase"))
        self._first.edited.connect(self._on_edited)
        self.body.addWidget(self._first)
        self._second: SecretField | None = None
        if choosing:
            self._second = SecretField(theme, QCoreApplication.translate("Passphrase", "Once more"))
            self._second.edited.connect(self._on_edited)
            self.body.addWidget(self._second)
        self.add_cancel()
        go = (
            QCoreApplication.translate("Passphrase", "Use it")
            if choosing
            else QCoreApplication.translate("Passphrase", "Open")
        )
        self.go = self.add_button(go, self._on_go, "primary", default=True)
        self.go.setEnabled(False)
        if question.reason:
            self.show_notice(question.reason)
        self.finished.connect(self._on_finished)
        self._first.setFocus()

    @Slot()
    def _on_edited(self) -> None:
        fields = [self._first] if self._second is None else [self._first, self._second]
        self.go.setEnabled(all(field.field.text() for field in fields))

    @Slot()
    def _on_go(self) -> None:
        # Spaces belong to a passphrase, so it is not trimmed.
        given = Secret(self._first.field.text())
        if self._second is not None and given != Secret(self._second.field.text()):
            self.show_notice(QCoreApplication.translate("Passphrase", "The two differ."))
            return
        self._secret = given
        self._first.field.clear()
        if self._second is not None:
            self._second.field.clear()
        self.accept()

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        secret, self._secret = self._secret, None
        self.answered.emit(secret)


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
