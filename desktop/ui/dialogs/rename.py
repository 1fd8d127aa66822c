"""Calling an account something else."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.ui.accessibility import named
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.text import set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate


class RenameAccount(Sheet):
    """Signals: ``renamed`` with the account's number and its new name; empty goes back to the provider's."""

    renamed = Signal(object, str)

    def __init__(
        self, theme: Theme, integration_id: int, label: str, provider_name: str, parent: QWidget | None
    ) -> None:
        super().__init__(
            theme,
            translate("RenameAccount", "Rename the account"),
            parent,
            text=translate("RenameAccount", "Only Paydesk shows this name. Leave it empty for “{0}”.").format(
                provider_name
            ),
            width=420,
        )
        self._id = integration_id
        self.field = named(QLineEdit(label), translate("RenameAccount", "Name"))
        self.field.setMaxLength(100)
        self.field.setPlaceholderText(provider_name)
        set_tip(self.field, provider_name)
        self.field.selectAll()
        self.body.addWidget(self.field)
        self.add_cancel()
        self.add_button(translate("RenameAccount", "Rename"), self._on_rename, "primary", default=True)
        self.field.setFocus()

    @Slot()
    def _on_rename(self) -> None:
        self.accept()
        self.renamed.emit(self._id, self.field.text())
