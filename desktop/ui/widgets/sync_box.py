"""The sync box at the rail's foot: always the truth, opens the details, starts or cancels a sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.text import PlainLabel, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.progress import Bar
from desktop.ui.widgets.surfaces import CardButton

if TYPE_CHECKING:
    from desktop.sync.standing import Role

#: Colour and drawing of each role's sign; a dot where there is no drawing.
SIGNS: Final[dict[Role, tuple[str, str]]] = {
    "none": ("text-3", ""),
    "good": ("bar", ""),
    "note": ("info", "info"),
    "working": ("info", "sync"),
    "warning": ("warning", "warning"),
    "danger": ("danger", "error"),
}


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the box says: "Up to date" and "14:02 · next in 58 min", or "Syncing" and "2,310 of 3,200" with a share.

    ``again`` is a third line, beside which there is Retry where ``can_retry``. ``tip`` is the whole of it.
    ``can_cancel``: a sync of this window is at work.
    """

    role: Role
    title: str
    text: str = ""
    share: float | None = None
    can_sync: bool = True
    again: str = ""
    can_retry: bool = False
    can_cancel: bool = False
    tip: str = ""


class SyncBox(CardButton):
    """Signals: ``clicked`` opens the details; ``sync_asked`` and ``cancel_asked`` come from its small buttons."""

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
        self._again = PlainLabel("", look="secondary", tone="text-3", elide=True)
        for widget in (self._sign, self._title, self._again):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._button = IconButton(theme, "sync", translate("SyncBox", "Sync now"), size=24)
        self._button.clicked.connect(self._on_button)
        row.addWidget(self._sign)
        row.addWidget(self._title, 1)
        row.addWidget(self._button)
        self.body.addLayout(row)
        self._text.setIndent(theme.px(22))
        self.add(self._text)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(theme.px(22), 0, theme.px(4), 0)
        below.setSpacing(theme.px(8))
        self._retry = Button(theme, translate("SyncBox", "Retry"), look="link")
        self._retry.clicked.connect(self.sync_asked)
        below.addWidget(self._again, 1)
        below.addWidget(self._retry)
        self.body.addWidget(self._below)
        self.body.addSpacing(theme.px(2))
        self._bar = Bar(theme, translate("SyncBox", "Sync progress"))
        self._bar.setFixedHeight(theme.px(4))
        self.add(self._bar)
        # Until the books have been asked, nothing is known.
        self.show_status(SyncStatus("none", translate("SyncBox", "Opening"), can_sync=False))

    def show_status(self, status: SyncStatus) -> None:
        """Show the truth."""
        self._status = status
        self._title.set_text(status.title)
        self._text.set_text(status.text)
        self._text.setVisible(bool(status.text))
        self._again.set_text(status.again)
        self._below.setVisible(bool(status.again) or status.can_retry)
        self._retry.setVisible(status.can_retry)
        self._sign.show_sign(*SIGNS[status.role])
        self._bar.setVisible(status.can_cancel)
        self._bar.show_share(status.share)
        # One button for one thing: where there is Retry, that is it.
        self._button.setVisible(status.can_cancel or (status.can_sync and not status.can_retry))
        self._button.set_icon(
            "close" if status.can_cancel else "sync",
            translate("SyncBox", "Cancel the sync") if status.can_cancel else translate("SyncBox", "Sync now"),
        )
        said = status.tip or f"{status.title}. {status.text}".strip()
        self.setAccessibleName(said)
        set_tip(self, status.tip)
        self.setAccessibleDescription(translate("SyncBox", "Opens the details of the sync"))
        self.updateGeometry()

    @Slot()
    def _on_button(self) -> None:
        (self.cancel_asked if self._status.can_cancel else self.sync_asked).emit()


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
