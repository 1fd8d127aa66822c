"""The rail: brand, pages with the counts that matter, tools, and the sync box at its foot."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.text import PlainLabel, one_line, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.picture import Picture
from desktop.ui.widgets.surfaces import line
from desktop.ui.widgets.sync_box import SyncBox


class RailEntry(QAbstractButton):
    """A page of the rail: drawing, title and, on the right, a count or a few words."""

    def __init__(self, theme: Theme, key: str, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._title, self._icon_name, self._badge = theme, title, icon, ""
        self.key = key
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_badge("")
        theme.changed.connect(self.update)

    def show_badge(self, badge: str) -> None:
        """Show a count, for example "62" or "9 due"."""
        self._badge = one_line(badge)
        self.setAccessibleName(f"{self._title}, {self._badge}" if self._badge else self._title)
        self._tell()
        self.update()

    def needed_width(self) -> int:
        """The width at which title and badge are whole."""
        badge = QFontMetricsF(self._theme.font("label", strong=True)).horizontalAdvance(self._badge)
        title = QFontMetricsF(self._theme.font(strong=True)).horizontalAdvance(self._title)
        return math.ceil(self._theme.px(36) + title + self._theme.px(8) + badge + self._theme.px(11))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A title that is cut is told by a tool tip."""
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        set_tip(self, self.accessibleName() if self.needed_width() > self.width() else "")

    def sizeHint(self) -> QSize:
        """One line of the rail."""
        return QSize(self._theme.px(192), self._theme.px(35))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, drawing, title and badge."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self.isChecked()
        self._draw_ground(painter, here)
        side = theme.px(16)
        top = (self.height() - side) / 2
        ink = "text" if here or self.underMouse() else "text-2"
        drawing = theme.pixmap(self._icon_name, ink, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(theme.px(10), round(top)), drawing)
        badge_font = theme.font("label", strong=here)
        badge_width = QFontMetricsF(badge_font).horizontalAdvance(self._badge)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = self.width() - theme.px(11)
        painter.setFont(badge_font)
        painter.setPen(theme.colour("text-3"))
        painter.drawText(QRectF(right - badge_width, 0, badge_width + 1, self.height()), middle, self._badge)
        title_font = theme.font(strong=here)
        left = theme.px(36)
        room = right - badge_width - left - theme.px(8)
        painter.setFont(title_font)
        painter.setPen(theme.colour(ink))
        shown = QFontMetricsF(title_font).elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), middle, shown)
        painter.end()

    def _draw_ground(self, painter: QPainter, here: bool) -> None:
        theme = self._theme
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.px(8)
        painter.setPen(Qt.PenStyle.NoPen)
        if here:
            painter.setPen(theme.colour("line"))
            painter.setBrush(theme.colour("surface"))
            painter.drawRoundedRect(box, radius, radius)
        elif self.underMouse():
            painter.setBrush(theme.colour("neutral-soft" if theme.scheme == "dark" else "line"))
            painter.setOpacity(0.6)
            painter.drawRoundedRect(box, radius, radius)
            painter.setOpacity(1)
        if self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme.colour("accent"))
            pen.setWidthF(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Rail(QFrame):
    """Signals: ``chosen`` with the key of the page a person chose."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, brand: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "rail")
        self.setAccessibleName(name)
        self.setFixedWidth(theme.px(216))
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_clicked)
        self._entries: dict[str, RailEntry] = {}
        self._kept_back: set[str] = set()
        pad = theme.px(12)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(pad - 1, theme.px(18), pad, theme.px(16))
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(9), 0, 0, 0)
        head.setSpacing(theme.px(10))
        head.addWidget(Picture(theme, "brand", "text", 26))
        head.addWidget(PlainLabel(brand, look="heading", strong=True), 1)
        outer.addLayout(head)
        outer.addSpacing(theme.px(20))
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        outer.addLayout(self._list)
        outer.addStretch(1)
        self.sync_box = SyncBox(theme)
        outer.addWidget(self.sync_box)

    def add_entry(self, key: str, title: str, icon: str) -> None:
        """Add a page below the others."""
        entry = RailEntry(self._theme, key, title, icon, self)
        self._group.addButton(entry)
        self._entries[key] = entry
        self._list.addWidget(entry)

    def add_divider(self) -> None:
        """What follows are tools."""
        frame = QFrame()
        frame.setProperty("look", "clear")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(self._theme.px(9), self._theme.px(12), self._theme.px(8), self._theme.px(11))
        inside.addWidget(line())
        self._list.addWidget(frame)

    def keys(self) -> tuple[str, ...]:
        """The pages that are offered, in their order."""
        return tuple(key for key in self._entries if key not in self._kept_back)

    def offer(self, key: str, offered: bool) -> None:
        """Let the page stand in the rail or not; raises ``KeyError`` for none of that name."""
        self._entries[key].setVisible(offered)
        if offered:
            self._kept_back.discard(key)
        else:
            self._kept_back.add(key)

    def choose(self, key: str) -> None:
        """Show this page as the one that is open, without telling."""
        self._entries[key].setChecked(True)

    def show_badges(self, badges: Mapping[str, str]) -> None:
        """Write the counts that matter by page; pages that are not named keep theirs."""
        for key, badge in badges.items():
            if key in self._entries:
                self._entries[key].show_badge(badge)

    @Slot(QAbstractButton)
    def _on_clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, RailEntry):
            self.chosen.emit(button.key)
