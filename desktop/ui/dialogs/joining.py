"""Clients that look like the same person or business, two by two: joined by the owner only, or known not to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.providers.registry import provider_title
from desktop.ui.accessibility import named
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Mark, Picture
from desktop.ui.widgets.surfaces import ScrollColumn, clear_layout

if TYPE_CHECKING:
    from desktop.queries.duplicates import ClientFacts, Suggestion

#: How high the column of pairs is at least and at most, in the look's pixels.
_LOW: Final = 160
_HIGH: Final = 470
NOTHING: Final = "—"


class JoiningSheet(Sheet):
    """Signals: ``join_asked`` with the id that is kept and the other one, ``dismiss_asked`` with both; ``undo_asked``
    to take back what ``show_done`` told last.
    """

    join_asked = Signal(object, object)
    dismiss_asked = Signal(object, object)
    undo_asked = Signal()

    def __init__(self, theme: Theme, pairs: Sequence[Suggestion], parent: QWidget | None) -> None:
        super().__init__(
            theme,
            translate("Joining", "Are these the same?"),
            parent,
            text=translate(
                "Joining", "Joining makes one client of two, with the invoices and payments of both. Nothing changes "
                "at your providers, and you can separate them again."
            ),
            width=720,
        )  # fmt: skip
        self.cards: list[PairCard] = []
        self._list = ScrollColumn(theme)
        self._list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named(self._list, translate("Joining", "Pairs of clients"))
        self._list.body.setSpacing(theme.px(12))
        self._list.body.setContentsMargins(0, 0, theme.px(10), 0)
        self.body.addWidget(self._list, 1)
        self._left = PlainLabel("", look="secondary", tone="text-3")
        self.foot.insertWidget(0, self._left)
        self.undo_button = Button(theme, translate("Joining", "Undo"), look="link")
        self.undo_button.setAutoDefault(False)
        self.undo_button.clicked.connect(self._on_undo)
        self.undo_button.hide()
        self.foot.insertWidget(1, self.undo_button)
        self._begun, self._done = False, ""
        done = translate("Joining", "Done")
        self.done_button = self.add_button(done, self.accept, "secondary", default=True)
        self.show_pairs(pairs)

    def show_pairs(self, pairs: Sequence[Suggestion]) -> None:
        """Show these pairs, from which the ones that were decided are gone; without any there is nothing left to do."""
        theme, bar = self._theme, self._list.verticalScrollBar()
        scrolled = bar.value()
        clear_layout(self._list.body)
        self.cards = []
        for pair in pairs:
            card = PairCard(theme, pair)
            card.join_asked.connect(self._on_join)
            card.dismiss_asked.connect(self._on_dismiss)
            self.cards.append(card)
            self._list.body.addWidget(card)
        if not pairs:
            self._list.body.addWidget(_nothing_left(theme))
        self._list.body.addStretch(1)
        one = translate("Joining", "1 pair")
        many = translate("Joining", "{0} pairs").format(f"{len(pairs):,}")
        if not self._done:
            self._left.set_text(one if len(pairs) == 1 else many if pairs else "")
        if not self._begun:
            # Later it stays as high as it is: the buttons must not run away from under the pointer.
            needed = sum(card.sizeHint().height() + theme.px(12) for card in self.cards)
            self._list.setFixedHeight(min(max(needed, theme.px(_LOW)), theme.px(_HIGH)))
            self._begun = True
            return
        bar.setValue(scrolled)
        # Not on the next Join: a key that is still down must not decide about the next pair.
        (self._list if self.cards else self.done_button).setFocus()

    def show_done(self, text: str) -> None:
        """Say at the foot what was done, with the way back: a message in the window would stand behind the sheet."""
        self._done = text
        self.undo_button.setVisible(bool(text))
        self._left.set_text(text)

    def show_busy(self, busy: bool) -> None:
        """One decision is being written: the others wait."""
        for card in self.cards:
            card.setEnabled(not busy)

    @Slot()
    def _on_undo(self) -> None:
        self.show_done("")
        self.show_busy(True)
        self.undo_asked.emit()

    @Slot(object, object)
    def _on_join(self, keep_id: int, other_id: int) -> None:
        self.show_busy(True)
        self.join_asked.emit(keep_id, other_id)

    @Slot(object, object)
    def _on_dismiss(self, keep_id: int, other_id: int) -> None:
        self.show_busy(True)
        self.dismiss_asked.emit(keep_id, other_id)


class PairCard(QFrame):
    """Two clients side by side, why they look alike, and the two decisions. Signals as the sheet's."""

    join_asked = Signal(object, object)
    dismiss_asked = Signal(object, object)

    def __init__(self, theme: Theme, pair: Suggestion) -> None:
        super().__init__()
        self.pair = pair
        self.setProperty("look", "card")
        self.setAccessibleName(translate("Joining", "{0} and {1}").format(pair.keep.name, pair.other.name))
        pad = theme.px(14)
        column = QVBoxLayout(self)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.px(10))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(4))
        for index, client in enumerate((pair.keep, pair.other)):
            grid.setColumnStretch(1 + index, 1)
            grid.addWidget(_head(theme, client), 0, 1 + index)
        rows = [row for row in _facts(pair) if any(row[1:3])]
        for number, (title, one, other, alike) in enumerate(rows, start=1):
            grid.addWidget(PlainLabel(title, look="secondary", tone="text-3"), number, 0)
            for index, value in enumerate((one, other)):
                label = PlainLabel(value or NOTHING, tone="text" if value else "text-3", elide=True, select=True)
                label.setProperty("strong", alike and bool(value))
                grid.addWidget(label, number, 1 + index)
        grid.setColumnMinimumWidth(0, theme.px(64))
        column.addLayout(grid)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addWidget(Picture(theme, "info", "info", 16), alignment=Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(PlainLabel(reason_text(pair), look="secondary", tone="text-2", wrap=True), 1)
        no = translate("Joining", "Not the same")
        self.dismiss_button = Button(theme, no)
        self.join_button = Button(theme, translate("Joining", "Join"), look="primary")
        for button, slot in ((self.dismiss_button, self._on_dismiss), (self.join_button, self._on_join)):
            button.setAutoDefault(False)
            button.setAccessibleName(f"{button.text()}: {self.accessibleName()}")
            button.clicked.connect(slot)
            foot.addWidget(button)
        column.addLayout(foot)

    @Slot()
    def _on_join(self) -> None:
        self.join_asked.emit(self.pair.keep.client_id, self.pair.other.client_id)

    @Slot()
    def _on_dismiss(self) -> None:
        self.dismiss_asked.emit(self.pair.keep.client_id, self.pair.other.client_id)


def reason_text(pair: Suggestion) -> str:
    """Why two clients look alike: "Same e-mail and phone"; and what speaks against it."""
    words = {
        "email": translate("Joining", "e-mail address"),
        "phone": translate("Joining", "phone number"),
        "name": translate("Joining", "name"),
    }
    told = [words[reason] for reason in pair.reasons if reason in words]
    *first, last = told or [""]
    both = translate("Joining", "{0} and {1}").format(", ".join(first), last) if first else last
    text = translate("Joining", "Same {0}.").format(both)
    if pair.same_account:
        twice = translate("Joining", "Both are customers of one account, perhaps on purpose.")
        text = f"{text} {twice}"
    return text


def _head(theme: Theme, client: ClientFacts) -> QWidget:
    """The name, and the marks of where the client comes from."""
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, theme.px(2))
    row.setSpacing(theme.px(8))
    for provider in client.providers:
        row.addWidget(Mark(theme, provider, provider_title(provider), 22))
    row.addWidget(PlainLabel(client.name, strong=True, elide=True, select=True), 1)
    return head


def _facts(pair: Suggestion) -> tuple[tuple[str, str, str, bool], ...]:
    """What is compared: a title, both sides, and whether it is what they have in common."""
    keep, other = pair.keep, pair.other
    return (
        (translate("Joining", "E-mail"), keep.email, other.email, "email" in pair.reasons),
        (translate("Joining", "Phone"), keep.phone, other.phone, "phone" in pair.reasons),
        (translate("Joining", "Company"), keep.company, other.company, False),
        (translate("Joining", "From"), _from(keep), _from(other), False),
    )


def _from(client: ClientFacts) -> str:
    return ", ".join(provider_title(name) for name in client.providers)


def _nothing_left(theme: Theme) -> QWidget:
    widget = QWidget()
    row = QVBoxLayout(widget)
    row.setContentsMargins(0, theme.px(24), 0, theme.px(24))
    row.setSpacing(theme.px(10))
    centre = Qt.AlignmentFlag.AlignHCenter
    row.addWidget(Picture(theme, "empty-done", "text-3", 72), alignment=centre)
    done = translate("Joining", "Nothing is left to decide")
    row.addWidget(PlainLabel(done, strong=True), alignment=centre)
    return widget
