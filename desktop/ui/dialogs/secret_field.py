"""A field for a secret: hidden while it is typed, shown on request, never kept longer than needed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.accessibility import named
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.vault.secret import Secret

_LONGEST = 4096


class SecretField(QWidget):
    """A label above, Show beside it. Signals: ``edited`` after each change with whether there is anything."""

    edited = Signal(bool)

    def __init__(self, theme: Theme, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        label = PlainLabel(name, look="secondary", tone="text-2", strong=True)
        column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.field = named(QLineEdit(), name)
        self.field.setMaxLength(_LONGEST)
        self.field.setPlaceholderText(hint)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhHiddenText
        )
        self.field.textChanged.connect(self._on_text)
        label.setBuddy(self.field)
        self._show = Button(theme, "")
        self._show.setAutoDefault(False)
        self._show.clicked.connect(self._on_show)
        row.addWidget(self.field, 1)
        row.addWidget(self._show)
        column.addLayout(row)
        self.setFocusProxy(self.field)
        self._name_show()

    def take(self) -> Secret[str]:
        """What was entered, without the spaces around it; the field is empty afterwards."""
        secret = Secret(self.field.text().strip())
        self.field.clear()
        return secret

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.edited.emit(bool(text.strip()))

    @Slot()
    def _on_show(self) -> None:
        hidden = self.field.echoMode() == QLineEdit.EchoMode.Password
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._name_show()

    def _name_show(self) -> None:
        hidden = self.field.echoMode() == QLineEdit.EchoMode.Password
        self._show.set_text(translate("SecretField", "Show") if hidden else translate("SecretField", "Hide"))
