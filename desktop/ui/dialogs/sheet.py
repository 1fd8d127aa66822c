"""What every dialog is: a sheet with a heading, a body and its buttons at the foot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.accessibility import press_focused
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, ButtonLook
from desktop.ui.widgets.notice import Notice


class Sheet(QDialog):
    """Belongs to a window and blocks only that one. Show it with ``open``; it ends itself when it is closed.

    As wide as ``width`` says and as high as what it holds; call ``fit`` after it holds something else. Escape rejects.
    """

    def __init__(self, theme: Theme, title: str, parent: QWidget | None, *, text: str = "", width: int = 520) -> None:
        super().__init__(parent)
        self._theme, self._wide = theme, theme.px(width)
        self.setProperty("look", "sheet")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        pad = theme.px(24)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(pad, pad, pad, pad)
        outer.setSpacing(theme.px(16))
        head = QVBoxLayout()
        head.setSpacing(theme.px(4))
        head.addWidget(PlainLabel(title, look="title", strong=True, wrap=True))
        if text:
            head.addWidget(PlainLabel(text, tone="text-2", wrap=True))
        outer.addLayout(head)
        self.notice = Notice(theme, "danger")
        self.notice.hide()
        outer.addWidget(self.notice)
        self._inside = QFrame()
        self._inside.setProperty("look", "clear")
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.px(12))
        outer.addWidget(self._inside, 1)
        self._outer = outer
        self._column: QScrollArea | None = None
        self.foot = QHBoxLayout()
        self.foot.setSpacing(theme.px(8))
        self.foot.addStretch(1)
        outer.addLayout(self.foot)
        self.finished.connect(self.deleteLater)

    def add_button(
        self, text: str, on_click: Callable[[], None], look: ButtonLook = "secondary", *, default: bool = False
    ) -> Button:
        """A button at the foot, from left to right; Return presses the default one."""
        button = Button(self._theme, text, look=look)
        button.setAutoDefault(False)
        button.setDefault(default)
        button.clicked.connect(on_click)
        self.foot.addWidget(button)
        return button

    def add_cancel(self, *, default: bool = False) -> Button:
        """The button that leaves everything as it is."""
        return self.add_button(translate("Sheet", "Cancel"), self.reject, default=default)

    def show_notice(self, title: str, text: str = "") -> None:
        """Say above the body what is wrong."""
        self.notice.show_text(title, text)
        self.notice.show()
        self.fit()

    def fit(self) -> None:
        """Become as high as what is held. Where the screen is too small the body scrolls; heading and buttons stay."""
        room = self.screen().availableSize()
        wide = min(self._wide, room.width())
        high = room.height() if self._column is not None else self._height_for(wide)
        if high > room.height():
            self._let_scroll()
        self.setFixedSize(wide, min(high, room.height()))

    def _height_for(self, wide: int) -> int:
        self._outer.activate()
        if self._outer.hasHeightForWidth():
            return self._outer.totalHeightForWidth(wide)
        return self._outer.sizeHint().height()

    def _let_scroll(self) -> None:
        column = self._column = QScrollArea()
        column.setWidgetResizable(True)
        column.setFrameShape(QFrame.Shape.NoFrame)
        column.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._outer.replaceWidget(self._inside, column)
        column.setWidget(self._inside)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus, and the default one only where none has."""
        if not press_focused(event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit before it is seen, in the middle of its window."""
        self.fit()
        owner = self.parentWidget()
        if owner is not None:
            area = owner.window().frameGeometry()
            corner = area.center() - self.rect().center()
            self.move(max(corner.x(), 0), max(corner.y(), 0))
        super().showEvent(event)
