"""The owner's own platform keys, which connecting in the browser needs: asked once and kept sealed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.accessibility import named
from desktop.ui.addresses import Addresses, RefusedAddressError
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.secret_field import SecretField
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.text import PlainLabel
from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import Button


class PlatformKeys(Sheet):
    """Signals: ``entered`` with the offer, the client id and the secret key as a ``Secret``; ``key_asked`` with the
    offer, for those who would rather paste a restricted key.
    """

    entered = Signal(object, str, object)
    key_asked = Signal(object)

    def __init__(self, theme: Theme, offer: Offer, addresses: Addresses, parent: QWidget | None) -> None:
        super().__init__(
            theme,
            QCoreApplication.translate("PlatformKeys", "Connect {0} in the browser").format(offer.title),
            parent,
            text=QCoreApplication.translate(
                "PlatformKeys", "This way needs your own platform at {0}: its client id and its secret key. Paydesk "
                "asks once and keeps them sealed on this computer."
            ).format(offer.title),
            width=600,
        )  # fmt: skip
        self._theme, self._offer, self._addresses = theme, offer, addresses
        self._add_redirect()
        self._id = named(QLineEdit(offer.client_id), QCoreApplication.translate("PlatformKeys", "Client id"))
        self._id.setPlaceholderText("ca_…")
        self._id.setMaxLength(200)
        self._id.textChanged.connect(self._on_edited)
        label = PlainLabel(self._id.accessibleName(), look="secondary", tone="text-2", strong=True)
        label.setBuddy(self._id)
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        column.addWidget(label)
        column.addWidget(self._id)
        self.body.addLayout(column)
        secret = QCoreApplication.translate("PlatformKeys", "Secret key of the platform")
        self._secret = SecretField(theme, secret, "sk_live_…")
        self._secret.edited.connect(self._on_edited)
        self.body.addWidget(self._secret)
        instead = QCoreApplication.translate("PlatformKeys", "Paste a restricted key instead")
        self.other = Button(theme, instead, look="link")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._on_other)
        self.foot.insertWidget(0, self.other)
        self.add_cancel()
        go_on = QCoreApplication.translate("PlatformKeys", "Keep and continue")
        self.keep_button = self.add_button(go_on, self._on_keep, "primary", default=True)
        self.keep_button.setEnabled(False)
        self._id.setFocus()

    def _add_redirect(self) -> None:
        theme = self._theme
        about = QCoreApplication.translate(
            "PlatformKeys", "In the platform's settings, register this address to come back to. For live accounts {0} "
            "wants an https address; the browser then cannot come back by itself, and you paste its address here."
        ).format(self._offer.title)  # fmt: skip
        self.body.addWidget(PlainLabel(about, tone="text-2", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._redirect = named(
            QLineEdit(self._offer.redirect_uri), QCoreApplication.translate("PlatformKeys", "Address to register")
        )
        self._redirect.setReadOnly(True)
        copy = Button(theme, QCoreApplication.translate("PlatformKeys", "Copy"), icon="copy")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy)
        row.addWidget(self._redirect, 1)
        row.addWidget(copy)
        self.copy_button = copy
        self.body.addLayout(row)
        if self._offer.platform_page:
            title = QCoreApplication.translate("PlatformKeys", "Open {0}'s settings").format(self._offer.title)
            self.page_button = Button(theme, title, look="link")
            self.page_button.setAutoDefault(False)
            self.page_button.clicked.connect(self._on_page)
            self.body.addWidget(self.page_button)

    @Slot()
    def _on_edited(self) -> None:
        self.keep_button.setEnabled(bool(self._id.text().strip() and self._secret.field.text().strip()))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._offer.redirect_uri)
        self.copy_button.set_text(QCoreApplication.translate("PlatformKeys", "Copied"))

    @Slot()
    def _on_page(self) -> None:
        try:
            self._addresses.open(self._offer.platform_page, self._offer.hosts)
        except RefusedAddressError as error:
            self.show_notice(error.title, f"{error.message} {self._offer.platform_page}")

    @Slot()
    def _on_other(self) -> None:
        self.accept()
        self.key_asked.emit(self._offer)

    @Slot()
    def _on_keep(self) -> None:
        client_id, secret = self._id.text().strip(), self._secret.take()
        self.accept()
        self.entered.emit(self._offer, client_id, secret)
