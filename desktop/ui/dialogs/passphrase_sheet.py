"""The sheet that asks for the passphrase: once to open, twice to choose."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.ui.dialogs.secret_field import SecretField
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.vault.passphrase import SHORTEST, Purpose, Question
from desktop.vault.secret import Secret


class PassphraseSheet(Sheet):
    """Asks once. Signals: ``answered`` once, with a ``Secret`` or None where the person declined."""

    answered = Signal(object)

    def __init__(self, theme: Theme, question: Question, parent: QWidget | None) -> None:
        # The vault's ciphers are not imported before the first frame: this sheet is seldom needed.

        choosing = question.purpose is Purpose.CHOOSE
        title = (
            translate("Passphrase", "Choose a passphrase")
            if choosing
            else translate("Passphrase", "Passphrase of these books")
        )
        about = (
            translate(
                "Passphrase", "It protects the credentials of your accounts on this computer. Nobody can recover it: "
                "keep it somewhere safe. At least {0} characters; several words are easy to remember."
            ).format(SHORTEST)
            if choosing
            else translate("Passphrase", "It opens the credentials of your accounts.")
        )  # fmt: skip
        super().__init__(theme, title, parent, text=about, width=460)
        self._secret: Secret[str] | None = None
        self._first = SecretField(theme, translate("Passphrase", "Passphrase"))
        self._first.edited.connect(self._on_edited)
        self.body.addWidget(self._first)
        self._second: SecretField | None = None
        if choosing:
            self._second = SecretField(theme, translate("Passphrase", "Once more"))
            self._second.edited.connect(self._on_edited)
            self.body.addWidget(self._second)
        self.add_cancel()
        go = translate("Passphrase", "Use it") if choosing else translate("Passphrase", "Open")
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
            self.show_notice(translate("Passphrase", "The two differ."))
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
