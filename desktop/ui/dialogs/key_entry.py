"""Pasting a key: the field, where to make one, and what each permission is for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.ui.accessibility import named
from desktop.ui.app.addresses import Addresses, RefusedAddressError
from desktop.ui.dialogs.offer import Offer, Right
from desktop.ui.dialogs.secret_field import SecretField
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.dialogs.way_words import key_words
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.surfaces import ScrollColumn, line
from desktop.vault.secret import Secret


class KeyEntry(Sheet):
    """Signals: ``entered`` with the offer and the key as a ``Secret``; ``browser_asked`` with the offer."""

    entered = Signal(object, object)
    browser_asked = Signal(object)

    def __init__(self, theme: Theme, offer: Offer, addresses: Addresses, parent: QWidget | None) -> None:
        self._words = words = key_words(offer.provider)
        super().__init__(theme, words.heading, parent, text=words.about, width=640)
        self._offer, self._addresses = offer, addresses
        self._add_pages(theme)
        self._key = SecretField(theme, words.field, words.hint)
        self._key.edited.connect(self._on_edited)
        self.body.addWidget(self._key)
        self.body.addWidget(self._permissions(theme), 1)
        other = translate("KeyEntry", "Connect in the browser instead")
        self.other = Button(theme, other, look="link")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._on_other)
        self.foot.insertWidget(0, self.other)
        self.add_cancel()
        connect = translate("KeyEntry", "Connect")
        self.connect_button = self.add_button(connect, self._on_connect, "primary", default=True)
        self.connect_button.setEnabled(False)
        self._key.setFocus()

    def _add_pages(self, theme: Theme) -> None:
        if not self._offer.key_page:
            return
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        self.page_button = Button(theme, self._words.page, icon="external")
        self.page_button.setAutoDefault(False)
        self.page_button.clicked.connect(self._on_page)
        row.addWidget(self.page_button)
        row.addWidget(PlainLabel(self._words.page_hint, look="secondary", tone="text-3", wrap=True), 1)
        self.body.addLayout(row)

    def _permissions(self, theme: Theme) -> QWidget:
        column = ScrollColumn(theme)
        column.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named(column, self._words.rights)
        column.setFixedHeight(theme.px(272))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, theme.px(12), 0)
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(2, 1)
        heads = (
            translate("KeyEntry", "Permission"),
            translate("KeyEntry", "Access"),
            translate("KeyEntry", "Without it"),
        )
        for index, head in enumerate(heads):
            grid.addWidget(PlainLabel(head, look="label", tone="text-2", strong=True), 0, index)
        for index, right in enumerate(self._offer.rights):
            self._add_right(grid, 1 + 2 * index, right)
        column.body.addLayout(grid)
        column.body.addStretch(1)
        return column

    def _add_right(self, grid: QGridLayout, row: int, right: Right) -> None:
        access = translate("KeyEntry", "Write") if right.writes else translate("KeyEntry", "Read")
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(line(), row, 0, 1, 3)
        grid.addWidget(PlainLabel(right.title, strong=True), row + 1, 0, alignment=top)
        grid.addWidget(PlainLabel(access), row + 1, 1, alignment=top)
        grid.addWidget(PlainLabel(right.without, tone="text-2", wrap=True), row + 1, 2)

    @Slot(bool)
    def _on_edited(self, anything: bool) -> None:
        self.connect_button.setEnabled(anything)

    @Slot()
    def _on_page(self) -> None:
        try:
            self._addresses.open(self._offer.key_page, self._offer.hosts)
        except RefusedAddressError as error:
            self.show_notice(error.title, f"{error.message} {self._offer.key_page.partition('?')[0]}")

    @Slot()
    def _on_other(self) -> None:
        self.accept()
        self.browser_asked.emit(self._offer)

    @Slot()
    def _on_connect(self) -> None:
        key: Secret[str] = self._key.take()
        self.accept()
        self.entered.emit(self._offer, key)
