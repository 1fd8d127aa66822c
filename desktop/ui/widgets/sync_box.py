"""The sync box at the rail's foot: always the truth, opens the details, starts or cancels a sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QCoreApplication, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.text import PlainLabel
from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import IconButton
from desktop.ui.widgets.progress import Bar
from desktop.ui.widgets.surfaces import CardButton

SyncKind: TypeAlias = Literal["none", "up-to-date", "syncing", "attention", "failed"]

#: Colour and drawing of each state's sign; a dot where there is no drawing.
_SIGNS: Final[dict[SyncKind, tuple[str, str]]] = {
    "none": ("text-3", ""),
    "up-to-date": ("bar", ""),
    "syncing": ("info", "sync"),
    "attention": ("warning", "warning"),
    "failed": ("danger", "error"),
}


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the box says: "Up to date" and "14:02 · next in 58 min", or "Syncing" and "2,310 of 3,200" with a share."""

    kind: SyncKind
    title: str
    text: str = ""
    share: float | None = None
    can_sync: bool = True


class SyncBox(CardButton):
    """Signals: ``clicked`` opens the details; ``sync_asked`` and ``cancel_asked`` come from its small button."""

    sync_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._status = SyncStatus("none", "")
        self.body.setContentsMargins(theme.px(12), theme.px(7), theme.px(8), theme.px(9))
        self.body.setSpacing(theme.px(1))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._sign = _Sign(theme)
        self._title = PlainLabel("", look="secondary", strong=True, elide=True)
        self._text = PlainLabel("", look="secondary", tone="text-3", elide=True)
        for widget in (self._sign, self._title):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._button = IconButton(theme, "sync", QCoreApplication.translate("SyncBox", "Sync now"), size=24)
        self._button.clicked.connect(self._on_button)
        row.addWidget(self._sign)
        row.addWidget(self._title, 1)
        row.addWidget(self._button)
        self.body.addLayout(row)
        self._text.setIndent(theme.px(22))
        self.add(self._text)
        self.body.addSpacing(theme.px(2))
        self._bar = Bar(theme, QCoreApplication.translate("SyncBox", "Sync progress"))
        self._bar.setFixedHeight(theme.px(4))
        self.add(self._bar)
        self.show_status(SyncStatus("none", QCoreApplication.translate("SyncBox", "Nothing connected"), can_sync=False))

    def show_status(self, status: SyncStatus) -> None:
        """Show the truth."""
        self._status = status
        syncing = status.kind == "syncing"
        self._title.set_text(status.title)
        self._text.set_text(status.text)
        self._text.setVisible(bool(status.text))
        self._sign.show_sign(*_SIGNS[status.kind])
        self._bar.setVisible(syncing)
        self._bar.show_share(status.share)
        self._button.setVisible(syncing or status.can_sync)
        self._button.set_icon(
            "close" if syncing else "sync",
            QCoreApplication.translate("SyncBox", "Cancel the sync")
            if syncing
            else QCoreApplication.translate("SyncBox", "Sync now"),
        )
        self.setAccessibleName(f"{status.title}. {status.text}".strip())
        self.setAccessibleDescription(QCoreApplication.translate("SyncBox", "Opens the details of the sync"))
        self.updateGeometry()

    @Slot()
    def _on_button(self) -> None:
        (self.cancel_asked if self._status.kind == "syncing" else self.sync_asked).emit()


class _Sign(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._role, self._drawing = "text-3", ""
        self.setFixedSize(QSize(theme.px(14), theme.px(16)))
        theme.changed.connect(self.update)

    def show_sign(self, role: str, drawing: str) -> None:
        self._role, self._drawing = role, drawing
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._drawing:
            pixmap = self._theme.pixmap(self._drawing, self._role, 14, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(0, self._theme.px(1)), pixmap)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(self._role))
            radius = self._theme.px(8) / 2
            painter.drawEllipse(QPointF(radius, self.height() / 2), radius, radius)
        painter.end()
