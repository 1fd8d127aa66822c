"""The key figure: what it is, the amount, and one line that compares or warns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.ui.text import PlainLabel, Tone, set_tip
from desktop.ui.theme import Theme
from desktop.ui.widgets.skeleton import Skeleton
from desktop.ui.widgets.surfaces import CardButton


class KeyFigure(CardButton):
    """A card that opens the rows behind its figure (``clicked``). The definition of the figure is its tooltip."""

    def __init__(self, theme: Theme, title: str, definition: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._title_text = title
        self._definition = definition
        self._title = PlainLabel(title, look="secondary", tone="text-2", elide=True)
        self._figure = PlainLabel("", look="figure", strong=True, elide=True)
        self._others = PlainLabel("", tone="text-2", strong=True, elide=True)
        self._line = PlainLabel("", look="secondary", tone="text-3", elide=True)
        self._skeleton = Skeleton(theme, (0.7, 0.45), height=12, step=26)
        for widget in (self._title, self._figure, self._others, self._line, self._skeleton):
            self.add(widget)
        self.body.setSpacing(theme.px(6))
        self.body.addStretch(1)
        self.setMinimumHeight(theme.px(107))
        set_tip(self, definition)
        self.show_loading()

    def show_loading(self) -> None:
        """The figure is on its way."""
        self._show(loading=True)
        self.setAccessibleName(self._title_text)
        self.setAccessibleDescription(self._definition)

    def show_figure(self, amounts: Sequence[str], line: str = "", tone: Tone = "text-3", *, title: str = "") -> None:
        """Show the first amount large and those of other currencies below it, and the line in a tone.

        ``title`` replaces the title where it names a period.
        """
        if title:
            self._title_text = title
            self._title.set_text(title)
        self._figure.set_text(amounts[0] if amounts else "—")
        self._others.set_text(" · ".join(amounts[1:]))
        self._line.set_text(line)
        self._line.set_tone(tone)
        self._show(loading=False)
        self.setAccessibleName(", ".join(part for part in (self._title_text, *amounts, line) if part))
        self.setAccessibleDescription(self._definition)

    def _show(self, *, loading: bool) -> None:
        self._skeleton.setVisible(loading)
        self._figure.setVisible(not loading)
        self._others.setVisible(not loading and bool(self._others.full_text()))
        self._line.setVisible(not loading)
