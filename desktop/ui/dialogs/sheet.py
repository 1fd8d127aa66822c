"""What every dialog is: a sheet with a heading, a body and its buttons at the foot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel
from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import Button, ButtonLook
from desktop.ui.widgets.notice import Notice
from desktop.ui.widgets.surfaces import ScrollColumn


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
        # The body scrolls where the screen is too small for all of it; heading and buttons stay.
        self._column = ScrollColumn(theme)
        self.body: QVBoxLayout = self._column.body
        self.body.setSpacing(theme.px(12))
        outer.addWidget(self._column, 1)
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
        return self.add_button(QCoreApplication.translate("Sheet", "Cancel"), self.reject, default=default)

    def show_notice(self, title: str, text: str = "") -> None:
        """Say above the body what is wrong."""
        self.notice.show_text(title, text)
        self.notice.show()
        self.fit()

    def fit(self) -> None:
        """Become as high as what is held, within the screen."""
        layout, inside = self.layout(), self._column.widget()
        if layout is None or inside is None:
            return
        room = self.screen().availableSize()
        wide = min(self._wide, room.width())
        margins = layout.contentsMargins()
        inside.ensurePolished()
        self.body.activate()
        across = wide - margins.left() - margins.right()
        wanted = (
            self.body.totalHeightForWidth(across) if self.body.hasHeightForWidth() else self.body.sizeHint().height()
        )
        self._column.setMinimumHeight(wanted)
        layout.activate()
        high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.sizeHint().height()
        if high > room.height():
            self._column.setMinimumHeight(max(wanted - (high - room.height()), self._theme.px(80)))
        self.setFixedSize(wide, min(high, room.height()))

    def showEvent(self, event: QShowEvent) -> None:
        """Fit before it is seen, in the middle of its window."""
        self.fit()
        owner = self.parentWidget()
        if owner is not None:
            area = owner.window().frameGeometry()
            place = area.center() - self.rect().center()
            self.move(max(place.x(), 0), max(place.y(), 0))
        super().showEvent(event)
