"""The provider picker: every provider, what it asks for, and the ways in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.dialogs.offer import Offer, consent_text, rights_text
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.dialogs.way_words import key_words, platform_words
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.picture import Mark


class ProviderPicker(Sheet):
    """Signals: ``chosen`` with an ``Offer`` and the way in ("key" or "browser"); ``platform_asked`` with an offer."""

    chosen = Signal(object, str)
    platform_asked = Signal(object)

    def __init__(self, theme: Theme, offers: Sequence[Offer], parent: QWidget | None) -> None:
        super().__init__(
            theme,
            translate("ProviderPicker", "Connect Payments"),
            parent,
            text=translate(
                "ProviderPicker", "Choose where your clients pay you. Nothing is stored before you have said yes."
            ),
            width=600,
        )
        self.cards = [_OfferCard(theme, offer) for offer in offers]
        for card in self.cards:
            card.chosen.connect(self._on_chosen)
            card.platform_asked.connect(self._on_platform)
            self.body.addWidget(card)
        self.add_cancel()

    @Slot(object, str)
    def _on_chosen(self, offer: Offer, way: str) -> None:
        self.accept()
        self.chosen.emit(offer, way)

    @Slot(object)
    def _on_platform(self, offer: Offer) -> None:
        self.accept()
        self.platform_asked.emit(offer)


class _OfferCard(QFrame):
    """One provider. Signals as the picker's."""

    chosen = Signal(object, str)
    platform_asked = Signal(object)

    def __init__(self, theme: Theme, offer: Offer) -> None:
        super().__init__()
        self._theme, self._offer = theme, offer
        self.setProperty("look", "card")
        self.setAccessibleName(offer.title)
        pad = theme.px(16)
        row = QHBoxLayout(self)
        row.setContentsMargins(pad, pad, pad, pad)
        row.setSpacing(theme.px(14))
        row.addWidget(Mark(theme, offer.provider, offer.title, 40), alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(6))
        words.addWidget(PlainLabel(offer.title, look="heading", strong=True))
        words.addWidget(PlainLabel(rights_text(offer.rights), look="secondary", tone="text-2", wrap=True))
        consent = consent_text(offer)
        if consent:
            words.addWidget(PlainLabel(consent, look="secondary", tone="text-3", wrap=True))
        self._add_ways(words)
        row.addLayout(words, 1)

    def _add_ways(self, words: QVBoxLayout) -> None:
        titles = {
            "key": key_words(self._offer.provider).paste,
            "browser": translate("ProviderPicker", "Connect in the browser"),
        }
        first = self._offer.leads
        second = "browser" if first == "key" else "key"
        ways = QWidget()
        row = FlowLayout(ways, self._theme.px(8))
        self.leading = Button(self._theme, titles[first], look="primary", icon="key" if first == "key" else "external")
        self.other = Button(self._theme, titles[second])
        self.leading.clicked.connect(self._on_leading)
        self.other.clicked.connect(self._on_other)
        for button in (self.leading, self.other):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.leading.setDefault(True)
        words.addSpacing(self._theme.px(4))
        words.addWidget(ways)
        if self._offer.client_id and not self._offer.platform_fixed:
            change = platform_words(self._offer.provider).change
            link = Button(self._theme, change, look="link")
            link.setAutoDefault(False)
            link.clicked.connect(self._on_platform)
            # Aligned: in a column, what does not stretch would keep the whole column as narrow as itself.
            words.addWidget(link, alignment=Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def _on_leading(self) -> None:
        self.chosen.emit(self._offer, self._offer.leads)

    @Slot()
    def _on_other(self) -> None:
        self.chosen.emit(self._offer, "browser" if self._offer.leads == "key" else "key")

    @Slot()
    def _on_platform(self) -> None:
        self.platform_asked.emit(self._offer)
