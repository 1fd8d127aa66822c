"""Before disconnecting or forgetting an account: plainly what will happen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.text import PlainLabel
from desktop.ui.theme import Theme
from desktop.ui.widgets.picture import Picture


class DisconnectConfirm(Sheet):
    """Signals: ``confirmed`` with the account's number and whether it is to be forgotten.

    ``connected`` says whether there still is an access to give back.
    """

    confirmed = Signal(object, bool)

    def __init__(
        self,
        theme: Theme,
        integration_id: int,
        title: str,
        provider_title: str,
        parent: QWidget | None,
        *,
        forget: bool,
        connected: bool = True,
    ) -> None:
        heading = (
            QCoreApplication.translate("DisconnectConfirm", "Forget {0}?")
            if forget
            else QCoreApplication.translate("DisconnectConfirm", "Disconnect {0}?")
        )
        super().__init__(theme, heading.format(title), parent, width=500)
        self._id, self._forget = integration_id, forget
        for drawing, role, text in _consequences(provider_title, forget=forget, connected=connected):
            row = QHBoxLayout()
            row.setSpacing(theme.px(10))
            row.addWidget(Picture(theme, drawing, role, 16))
            row.addWidget(PlainLabel(text, wrap=True), 1)
            self.body.addLayout(row)
        self.cancel = self.add_cancel(default=True)
        do_it = (
            QCoreApplication.translate("DisconnectConfirm", "Forget everything")
            if forget
            else QCoreApplication.translate("DisconnectConfirm", "Disconnect")
        )
        self.do_it = self.add_button(do_it, self._on_do, "danger")
        self.cancel.setFocus()

    @Slot()
    def _on_do(self) -> None:
        self.accept()
        self.confirmed.emit(self._id, self._forget)


def _consequences(provider: str, *, forget: bool, connected: bool) -> list[tuple[str, str, str]]:
    """What happens, with a drawing and its role for each sentence."""
    told = []
    if connected:
        access = QCoreApplication.translate(
            "DisconnectConfirm",
            "The credentials are destroyed on this computer and the access is given back; a pasted key is yours to "
            "delete at {0}.",
        ).format(provider)
        told.append(("lock", "text-2", access))
    if forget:
        gone = QCoreApplication.translate(
            "DisconnectConfirm", "Everything that was read from this account is deleted: clients, invoices, payments, "
            "fees and payouts. Reports will not show it any more."
        )  # fmt: skip
        told.append(("warning", "danger", gone))
        back = QCoreApplication.translate(
            "DisconnectConfirm", "At {0} nothing changes. This cannot be undone here; connecting again reads it anew."
        ).format(provider)
        told.append(("info", "text-2", back))
    else:
        stays = QCoreApplication.translate(
            "DisconnectConfirm", "Its history stays in the lists and reports; nothing new arrives."
        )
        told.append(("check", "accent", stays))
        again = QCoreApplication.translate(
            "DisconnectConfirm", "You can connect it again whenever you like, and it goes on where it was."
        )
        told.append(("info", "text-2", again))
    return told
