"""The key figure: what it is, the amount, and one line that compares or warns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.text import Look, PlainLabel, Tone, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.skeleton import Skeleton
from desktop.ui.widgets.surfaces import CardButton

#: Sizes of the amount from the look's own downwards: a huge one gets smaller before it would be cut.
_SIZES: Final[tuple[Look, ...]] = ("figure", "title", "heading", "body", "label")


class KeyFigure(CardButton):
    """A card that opens the rows behind its figure (``clicked``). The definition of the figure is its tooltip."""

    def __init__(self, theme: Theme, title: str, definition: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._title_text = title
        self._definition = definition
        self._title = PlainLabel(title, look="secondary", tone="text-2", elide=True)
        self._figure = PlainLabel("", look="figure", strong=True, elide=True)
        self._others = PlainLabel("", tone="text-2", strong=True, elide=True)
        self._line = PlainLabel("", look="secondary", tone="text-3", elide=True)
        self._skeleton = Skeleton(theme, (0.7, 0.45), height=12, step=26)
        for widget in (self._title, self._figure, self._others, self._line, self._skeleton):
            self.add(widget)
        self.body.setSpacing(theme.px(8))
        self.body.addStretch(1)
        set_tip(self, definition)
        self.show_loading()

    def sizeHint(self) -> QSize:
        """As in the look, or higher where there are other currencies."""
        return self.minimumSizeHint().expandedTo(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        """A style sheet's minimum would replace one that is set."""
        least = super().minimumSizeHint()
        return QSize(least.width(), max(least.height(), self._theme.px(107)))

    def show_loading(self) -> None:
        """The figure is on its way."""
        self._show(loading=True)
        self.setAccessibleName(self._title_text)
        self.setAccessibleDescription(self._definition)

    def show_figure(
        self,
        amounts: Sequence[str],
        line: str = "",
        tone: Tone = "text-3",
        *,
        title: str = "",
        spoken: str = "",
        note: str = "",
    ) -> None:
        """Show the first amount large and those of other currencies below it, and the line in a tone.

        ``title`` replaces the title where it names a period; ``spoken`` is the line for the ear where it has signs;
        ``note`` stands below the definition in the tooltip.
        """
        if title:
            self._title_text = title
            self._title.set_text(title)
        self._figure.set_text(amounts[0] if amounts else "—")
        self._others.set_text(" · ".join(amounts[1:]))
        self._line.set_text(line)
        self._line.set_tone(tone)
        self._show(loading=False)
        self._fit()
        set_tip(self, f"{self._definition}\n{note}" if note else self._definition)
        self.setAccessibleName(", ".join(part for part in (self._title_text, *amounts, spoken or line) if part))
        self.setAccessibleDescription(f"{self._definition} {note}".strip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the amount to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        margins = self.body.contentsMargins()
        room, text = self.width() - margins.left() - margins.right(), self._figure.full_text()
        fitting = (
            size
            for size in _SIZES
            if QFontMetricsF(self._theme.font(size, strong=True)).horizontalAdvance(text) <= room
        )
        size = next(fitting, _SIZES[-1])
        if self._figure.property("look") != size:
            self._figure.setProperty("look", size)
            self._figure.style().unpolish(self._figure)
            self._figure.style().polish(self._figure)

    def _show(self, *, loading: bool) -> None:
        self._skeleton.setVisible(loading)
        self._figure.setVisible(not loading)
        self._others.setVisible(not loading and bool(self._others.full_text()))
        self._line.setVisible(not loading)
