"""Before disconnecting or forgetting an account: plainly what will happen, and what is left to do elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.app.addresses import Addresses, RefusedAddressError
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.dialogs.way_words import key_words
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Picture


class DisconnectConfirm(Sheet):
    """Signals: ``confirmed`` with the account's number and whether it is to be forgotten.

    ``connected`` says whether there still is an access to give back. ``offer`` is the provider's; ``gives_back`` False:
    only the owner can take the access back, at the provider, and the sheet says how and leads there.
    """

    confirmed = Signal(object, bool)

    def __init__(
        self,
        theme: Theme,
        integration_id: int,
        title: str,
        offer: Offer,
        addresses: Addresses,
        parent: QWidget | None,
        *,
        forget: bool,
        connected: bool = True,
        gives_back: bool = True,
    ) -> None:
        heading = (
            translate("DisconnectConfirm", "Forget {0}?")
            if forget
            else translate("DisconnectConfirm", "Disconnect {0}?")
        )
        super().__init__(theme, heading.format(title), parent, width=500)
        self._id, self._forget, self._offer, self._addresses = integration_id, forget, offer, addresses
        told = _consequences(offer, forget=forget, connected=connected, gives_back=gives_back)
        for drawing, role, text in told:
            row = QHBoxLayout()
            row.setSpacing(theme.px(10))
            row.addWidget(Picture(theme, drawing, role, 16), alignment=Qt.AlignmentFlag.AlignTop)
            row.addWidget(PlainLabel(text, wrap=True), 1)
            self.body.addLayout(row)
        self.page_button: Button | None = None
        if connected and not gives_back and offer.access_page:
            there = translate("DisconnectConfirm", "Open {0}'s dashboard").format(offer.title)
            self.page_button = Button(theme, there, look="link")
            self.page_button.setAutoDefault(False)
            self.page_button.clicked.connect(self._on_page)
            self.body.addWidget(self.page_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.cancel = self.add_cancel(default=True)
        do_it = (
            translate("DisconnectConfirm", "Forget everything")
            if forget
            else translate("DisconnectConfirm", "Disconnect")
        )
        self.do_it = self.add_button(do_it, self._on_do, "danger")
        self.cancel.setFocus()

    @Slot()
    def _on_page(self) -> None:
        try:
            self._addresses.open(self._offer.access_page, self._offer.hosts)
        except RefusedAddressError as error:
            self.show_notice(error.title, f"{error.message} {self._offer.access_page}")

    @Slot()
    def _on_do(self) -> None:
        self.accept()
        self.confirmed.emit(self._id, self._forget)


def _consequences(offer: Offer, *, forget: bool, connected: bool, gives_back: bool) -> list[tuple[str, str, str]]:
    """What happens, with a drawing and its role for each sentence."""
    told, provider = [], offer.title
    if connected and not gives_back:
        shredded = translate(
            "DisconnectConfirm", "The credentials are destroyed on this computer. What {0} has granted only you can "
            "take back there."
        ).format(provider)  # fmt: skip
        told.append(("lock", "text-2", shredded))
        told.append(("warning", "warning", key_words(offer.provider).ending))
    elif connected:
        access = translate(
            "DisconnectConfirm",
            "The credentials are destroyed on this computer and the access is given back; a pasted key is yours to "
            "delete at {0}.",
        ).format(provider)
        told.append(("lock", "text-2", access))
    if forget:
        gone = translate(
            "DisconnectConfirm", "Everything that was read from this account is deleted: clients, invoices, payments, "
            "fees and payouts. Reports will not show it any more."
        )  # fmt: skip
        told.append(("warning", "danger", gone))
        back = translate(
            "DisconnectConfirm", "At {0} nothing changes. This cannot be undone here; connecting again reads it anew."
        ).format(provider)
        told.append(("info", "text-2", back))
    else:
        stays = translate("DisconnectConfirm", "Its history stays in the lists and reports; nothing new arrives.")
        told.append(("check", "accent", stays))
        again = translate(
            "DisconnectConfirm", "You can connect it again whenever you like, and it goes on where it was."
        )
        told.append(("info", "text-2", again))
    return told
