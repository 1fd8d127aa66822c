"""The bar chart: a picture that is drawn off the UI thread, with exact amounts under the pointer and for the keyboard.

Nothing is drawn, and matplotlib is not even imported, before the chart was painted once: what asks for a drawing is
the paint event, which a hidden chart never gets and which comes after the figures around it.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.errors import WorldError
from desktop.ui.app.tasks import Lane, Tasks
from desktop.ui.text import clean, one_line
from desktop.ui.theme.theme import Theme
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate
from desktop.ui.widgets.chart_drawing import ChartStyle, Drawing, draw_chart
from desktop.ui.widgets.chart_layout import Bar, ChartData, Layout, lay_out, spoken

#: Milliseconds without a resize before the chart is drawn at its new size; until then the old picture is stretched.
_SETTLED_MS: Final = 150
_TEXT_PX: Final = 10.5
_LEAST_WIDTH: Final = 120
_SKELETON: Final = (0.42, 0.55, 0.3, 0.7, 0.62, 0.24, 0.48, 0.66, 0.38, 0.58, 0.44, 0.52)
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Chart(QWidget):
    """Bars with a dashed line of what they are compared with.

    Signals: ``failed`` with the ``WorldError`` where it could not be drawn; ``drawn`` when a new picture is shown;
    ``opened`` with the index of a bar that was clicked, or marked by the keyboard and asked for with Return.
    """

    failed = Signal(object)
    opened = Signal(object)
    drawn = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._tasks, self._name = theme, tasks, name
        self._data: ChartData | None = None
        self._asked: tuple[object, ...] = ()
        self._asked_size = QSize()
        self._drawing: Drawing | None = None
        self._drawn_data: ChartData | None = None
        self._asked_data: ChartData | None = None
        self._image: QImage | None = None
        self._marked: int | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.px(_LEAST_WIDTH), theme.px(200))
        self._soon = Throttle(self._ask, _SETTLED_MS, self)
        theme.changed.connect(self.update)

    def show_data(self, data: ChartData) -> None:
        """Show these bars; the picture before them stays until theirs is drawn."""
        if data == self._data:
            return
        self._data = data
        self._tell()
        self.update()

    def marked(self) -> Bar | None:
        """The bar whose amounts are shown now."""
        if self._marked is None or self._drawn_data is None or self._marked >= len(self._drawn_data.bars):
            return None
        return self._drawn_data.bars[self._marked]

    def sizeHint(self) -> QSize:
        """As in the look."""
        return QSize(self._theme.px(612), self._theme.px(380))

    # --- drawing -----------------------------------------------------------------------------------------------

    def _style(self) -> ChartStyle:
        family = QFontInfo(self._theme.font()).family()
        return ChartStyle(self._theme.colours(), family, self._theme.px(_TEXT_PX * 2) / 2, self.devicePixelRatioF())

    def _wanted(self) -> tuple[object, ...]:
        return (self._data, self.width(), self.height(), self._theme.scheme, self.devicePixelRatioF())

    def _see_what_is_wanted(self) -> None:
        if self._data is None or self._wanted() == self._asked:
            return
        resized = self._drawing is not None and self._asked_size != self.size()
        if resized:
            self._soon.debounce()
        else:
            self._soon.later(0)

    @Slot()
    def _ask(self) -> None:
        if self._data is None or not self.isVisible():
            return
        self._asked, self._asked_size, self._asked_data = self._wanted(), self.size(), self._data
        style = self._style()
        font = self._theme.font("label")
        font.setPixelSize(round(style.text_px))
        metrics = QFontMetricsF(font)
        layout = lay_out(
            self._data, self.width(), self.height(), metrics.horizontalAdvance, metrics.ascent() + metrics.descent()
        )
        self._tasks.query(partial(draw_chart, layout, style), self._on_drawn, self._on_failed, Lane.DRAWING)

    @Slot(object)
    def _on_drawn(self, drawing: Drawing) -> None:
        self._drawing, self._drawn_data = drawing, self._asked_data
        # The image stands on the drawing's bytes, which are kept beside it.
        self._image = QImage(
            drawing.pixels, drawing.width, drawing.height, 4 * drawing.width, QImage.Format.Format_RGBA8888
        )
        if self._marked is not None and self._marked >= len(drawing.layout.slots):
            self._marked = None
        self._tell()
        self.update()
        self.drawn.emit()

    @Slot(object)
    def _on_failed(self, error: WorldError) -> None:
        self.failed.emit(error)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The newest picture, what is marked on it, and a look at whether it is still the right one."""
        self._see_what_is_wanted()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            self._paint_skeleton(painter)
        else:
            painter.drawImage(QRectF(self.rect()), self._image)
            layout = self._shown_layout()
            bar = self.marked()
            if layout is not None and bar is not None and self._marked is not None:
                self._paint_mark(painter, layout, self._marked, bar)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.px(6), self._theme.px(6))
        painter.end()

    def _paint_skeleton(self, painter: QPainter) -> None:
        slot, colour = self.width() / len(_SKELETON), self._theme.colour("neutral-soft")
        bottom = self.height() - self._theme.px(20)
        for index, share in enumerate(_SKELETON):
            high = share * (bottom - self._theme.px(20))
            painter.fillRect(QRectF(index * slot + slot * 0.15, bottom - high, slot * 0.7, high), colour)

    def _shown_layout(self) -> Layout | None:
        """The layout under the pointer; None while the picture is stretched to another size."""
        if self._drawing is None:
            return None
        layout = self._drawing.layout
        return layout if (layout.width, layout.height) == (self.width(), self.height()) else None

    # --- the marked bar ----------------------------------------------------------------------------------------

    def _paint_mark(self, painter: QPainter, layout: Layout, index: int, bar: Bar) -> None:
        slot, box = layout.slots[index], layout.bars[index]
        shade = QColor(self._theme.colour("text"))
        shade.setAlphaF(0.06)
        painter.fillRect(QRectF(slot.left, layout.grid[-1], slot.width, layout.grid[0] - layout.grid[-1]), shade)
        rows = self._tip_rows(bar)
        pad, gap = self._theme.px(10), self._theme.px(3)
        fonts = [self._theme.font("secondary", strong=strong) for _text, _role, strong in rows]
        metrics = [QFontMetricsF(font) for font in fonts]
        width = max(one.horizontalAdvance(row[0]) for one, row in zip(metrics, rows, strict=True)) + 2 * pad
        height = sum(one.height() for one in metrics) + gap * (len(rows) - 1) + 2 * self._theme.px(8)
        left = slot.left + slot.width + self._theme.px(6)
        if left + width > self.width():
            left = max(0.0, slot.left - self._theme.px(6) - width)
        top = min(max(box.top - height / 2, 0.0), self.height() - height)
        area = QRectF(round(left) + 0.5, round(top) + 0.5, round(width), round(height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("line-strong"))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(area, self._theme.px(8), self._theme.px(8))
        y = area.top() + self._theme.px(8)
        for font, one, (text, role, _strong) in zip(fonts, metrics, rows, strict=True):
            painter.setFont(font)
            painter.setPen(self._theme.colour(role))
            painter.drawText(QPointF(area.left() + pad, y + one.ascent()), text)
            y += one.height() + gap

    def _tip_rows(self, bar: Bar) -> list[tuple[str, str, bool]]:
        name = bar.name
        if bar.running:
            name = translate("Chart", "{0}, so far").format(name)
        rows = [(one_line(name), "text-2", False), (bar.amount_text, "text", True)]
        if bar.previous_text:
            rows.append((one_line(f"{bar.previous_name}  {bar.previous_text}"), "text-3", False))
        return rows

    def _mark(self, index: int | None) -> None:
        if index != self._marked:
            self._marked = index
            self._tell()
            self.update()

    def _tell(self) -> None:
        """Say what is shown, and of the marked bar its amounts, to who listens."""
        bar = self.marked()
        if bar is None:
            self.setAccessibleName(self._name)
        else:
            words = [self._name, *(text for text, _role, _strong in self._tip_rows(bar))]
            self.setAccessibleName(clean(", ".join(words)))
        if self._data is not None:
            self.setAccessibleDescription(clean(spoken(self._data)))

    def rename(self, name: str) -> None:
        """Name it for what it shows now."""
        self._name = name
        self._tell()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the bar under the pointer."""
        layout = self._shown_layout()
        index = None if layout is None else layout.bar_at(event.position().x())
        self._mark(index)
        self.setCursor(Qt.CursorShape.ArrowCursor if index is None else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a bar opens what it is made of."""
        super().mouseReleaseEvent(event)
        layout = self._shown_layout()
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and layout is not None and inside:
            index = layout.bar_at(event.position().x())
            if index is not None:
                self.opened.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer has gone."""
        super().leaveEvent(event)
        self._mark(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard has gone."""
        super().focusOutEvent(event)
        self._mark(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, Right, Home and End go from bar to bar; Return opens the marked one."""
        layout = self._shown_layout()
        count = len(layout.slots) if layout is not None else 0
        key = Qt.Key(event.key())
        if count and key in _STEPS:
            start = self._marked if self._marked is not None else (count if key == Qt.Key.Key_Left else -1)
            self._mark(min(max(start + _STEPS[key], 0), count - 1))
        elif count and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._mark(0 if key == Qt.Key.Key_Home else count - 1)
        elif self._marked is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._marked)
        else:
            super().keyPressEvent(event)
