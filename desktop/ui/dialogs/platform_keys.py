"""The owner's own platform or application, which connecting in the browser needs: asked once and kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import UsageError
from desktop.providers.client_ids import check_client_id
from desktop.providers.registry import facts_of
from desktop.ui.accessibility import named
from desktop.ui.app.addresses import Addresses, RefusedAddressError
from desktop.ui.dialogs.offer import Offer, consent_text
from desktop.ui.dialogs.secret_field import SecretField
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.dialogs.way_words import platform_words
from desktop.ui.text import PlainLabel, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, ButtonLook


class PlatformKeys(Sheet):
    """Asks for the id, and for the secret where the provider's code exchange needs it or the owner wants to give it.

    Signals: ``entered`` with the offer, the id and the secret as a ``Secret`` (maybe of nothing); ``key_asked`` with
    the offer, for those who would rather paste a key.
    """

    entered = Signal(object, str, object)
    key_asked = Signal(object)

    def __init__(self, theme: Theme, offer: Offer, addresses: Addresses, parent: QWidget | None) -> None:
        self._words = words = platform_words(offer.provider)
        title = translate("PlatformKeys", "Connect {0} in the browser").format(offer.title)
        super().__init__(theme, title, parent, text=words.about, width=600)
        self._theme, self._offer, self._addresses = theme, offer, addresses
        self._add_redirect()
        self._id = named(QLineEdit(offer.client_id), words.id_name)
        self._id.setPlaceholderText(words.id_hint)
        self._id.setMaxLength(200)
        self._id.textChanged.connect(self._on_edited)
        label = PlainLabel(words.id_name, look="secondary", tone="text-2", strong=True)
        label.setBuddy(self._id)
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        column.addWidget(label)
        column.addWidget(self._id)
        self.body.addLayout(column)
        self._secret = SecretField(theme, words.second_name, words.second_hint)
        self._secret.edited.connect(self._on_edited)
        self.body.addWidget(self._secret)
        self._second_about = PlainLabel(words.second_about, look="secondary", tone="text-3", wrap=True)
        self._second_about.setVisible(bool(words.second_about))
        self.body.addWidget(self._second_about)
        if not offer.needs_secret:
            self._offer_secret()
        self.other = Button(theme, words.key_instead, look="link")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._on_other)
        self.foot.insertWidget(0, self.other)
        self.add_cancel()
        go_on = translate("PlatformKeys", "Keep and continue")
        self.keep_button = self.add_button(go_on, self._on_keep, "primary", default=True)
        self._on_edited()
        self._id.setFocus()

    def _offer_secret(self) -> None:
        """One field is enough: the other one comes when it is asked for."""
        self._secret.hide()
        self._second_about.hide()
        self.secret_button = Button(self._theme, self._words.second_add, look="link")
        self.secret_button.setAutoDefault(False)
        self.secret_button.clicked.connect(self._on_secret)
        self.body.addWidget(self.secret_button, alignment=Qt.AlignmentFlag.AlignLeft)

    def _add_redirect(self) -> None:
        theme, words = self._theme, self._words
        if self._offer.platform_page:
            look: ButtonLook = "secondary" if words.way_back else "link"
            self.page_button = Button(theme, words.page, look=look, icon="external" if words.way_back else "")
            self.page_button.setAutoDefault(False)
            self.page_button.clicked.connect(self._on_page)
        if self._offer.platform_page and words.way_back:
            self.body.addWidget(self.page_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(PlainLabel(words.register, tone="text-2", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._redirect = named(QLineEdit(self._offer.redirect_uri), translate("PlatformKeys", "Address to register"))
        self._redirect.setReadOnly(True)
        set_tip(self._redirect, self._offer.redirect_uri)
        copy = Button(theme, translate("PlatformKeys", "Copy"), icon="copy")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy)
        row.addWidget(self._redirect, 1)
        row.addWidget(copy)
        self.copy_button = copy
        self.body.addLayout(row)
        if words.way_back:
            self.body.addWidget(PlainLabel(words.way_back, look="secondary", tone="text-3", wrap=True))
        elif self._offer.platform_page:
            self.body.addWidget(self.page_button, alignment=Qt.AlignmentFlag.AlignLeft)
        consent = consent_text(self._offer)
        if consent:
            self.body.addWidget(PlainLabel(consent, look="secondary", tone="text-3", wrap=True))

    @Slot()
    def _on_edited(self) -> None:
        secret = self._secret.field.text().strip() or not self._offer.needs_secret
        self.keep_button.setEnabled(bool(self._id.text().strip() and secret))

    @Slot()
    def _on_secret(self) -> None:
        self.secret_button.hide()
        self._secret.show()
        self._second_about.show()
        self.fit()
        self._secret.setFocus()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._offer.redirect_uri)
        self.copy_button.set_text(translate("PlatformKeys", "Copied"))

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
        client_id = self._id.text().strip()
        try:
            check_client_id(facts_of(self._offer.provider), client_id)
        except UsageError as error:
            self._id.clear()
            self.show_notice(error.title, f"{error.message} {error.action}")
            return
        secret = self._secret.take()
        self.accept()
        self.entered.emit(self._offer, client_id, secret)
