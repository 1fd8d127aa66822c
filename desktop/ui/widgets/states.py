"""Empty and failed: designed states with a picture, one sentence and the next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Picture


class StateView(QWidget):
    """A picture (``empty-…`` of the icon set), a few words, a sentence, and at most one button."""

    def __init__(
        self,
        theme: Theme,
        picture: str,
        title: str,
        text: str = "",
        *,
        button: str = "",
        on_button: Callable[[], None] | None = None,
        primary: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.px(8))
        middle = Qt.AlignmentFlag.AlignHCenter
        layout.addStretch(2)
        layout.addWidget(Picture(theme, picture, "text-3", 112), alignment=middle)
        layout.addSpacing(theme.px(4))
        layout.addWidget(PlainLabel(title, strong=True), alignment=middle)
        if text:
            sentence = PlainLabel(text, tone="text-2", wrap=True, select=True)
            sentence.setAlignment(middle)
            sentence.setMinimumWidth(theme.px(260))
            sentence.setMaximumWidth(theme.px(420))
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(sentence, 6)
            row.addStretch(1)
            layout.addLayout(row)
        self.button: Button | None = None
        if button and on_button is not None:
            layout.addSpacing(theme.px(8))
            self.button = Button(theme, button, look="primary" if primary else "secondary")
            self.button.clicked.connect(on_button)
            layout.addWidget(self.button, alignment=middle)
        layout.addStretch(3)


def failed_view(theme: Theme, error: WorldError, retry: Callable[[], None], parent: QWidget | None = None) -> StateView:
    """The error in its own words with Retry, shown where the data would be."""
    return StateView(
        theme,
        "empty-failed",
        error.title,
        f"{error.message} {error.action}".strip(),
        button=translate("StateView", "Retry"),
        on_button=retry,
        primary=False,
        parent=parent,
    )
