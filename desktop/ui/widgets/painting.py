"""Strokes that several widgets share: pills, skeleton bars, rounded bars."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from desktop.providers.registry import facts_of, provider_names
from desktop.ui.theme.roles import TONES
from desktop.ui.theme.theme import Theme

#: A mark in a line of text, in the look's pixels.
_SMALL_MARK: Final = 16


def pill_size(theme: Theme, text: str) -> QSizeF:
    """How large a pill with this text is."""
    metrics = QFontMetricsF(theme.font("label", strong=True))
    height = max(theme.px(21), round(metrics.height()) + theme.px(6))
    return QSizeF(metrics.horizontalAdvance(text) + 2 * theme.px(9), height)


def draw_pill(painter: QPainter, theme: Theme, area: QRectF, text: str, tone: str) -> None:
    """A pill at the left of an area, in its middle, shortened to its width."""
    size = pill_size(theme, text)
    box = QRectF(area.left(), 0, min(size.width(), area.width()), size.height())
    # Not ``round``: it would send every other row's half pixel the other way.
    box.moveTop(math.floor(area.center().y() - size.height() / 2 + 0.5))
    ink, ground = TONES[tone]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(ground))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    font = theme.font("label", strong=True)
    inner = box.adjusted(theme.px(9), 0, -theme.px(9) + 1, 0)
    painter.setFont(font)
    painter.setPen(theme.colour(ink))
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def draw_mark(painter: QPainter, theme: Theme, corner: QPointF, provider: str, size: int, ratio: float) -> None:
    """A provider's mark, drawn by us: a letter or a block on a rounded ground of ``size`` in the look's pixels.

    A provider that is not known gets a plug.
    """
    mark = facts_of(provider).mark if provider in provider_names() else None
    drawing = mark.drawing if mark is not None else "integrations"
    ground = theme.colour("text-2") if mark is None else QColor(mark.light if theme.scheme == "light" else mark.dark)
    side, inner = theme.px(size), round(size * 0.66)
    radius = theme.px(8) * min(1.0, side / theme.px(32))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(corner.x(), corner.y(), side, side), radius, radius)
    offset = (side - theme.px(inner)) / 2
    painter.drawPixmap(corner + QPointF(offset, offset), theme.pixmap(drawing, "on-mark", inner, ratio))


def draw_small_mark(painter: QPainter, theme: Theme, area: QRectF, provider: str, ratio: float) -> int:
    """A provider's mark at the left of a line, in its middle; the room that it takes from the text."""
    side = theme.px(_SMALL_MARK)
    corner = QPointF(area.left(), math.floor(area.center().y() - side / 2 + 0.5))
    draw_mark(painter, theme, corner, provider, _SMALL_MARK, ratio)
    return small_mark_room(theme)


def small_mark_room(theme: Theme) -> int:
    """The room that a mark in a line takes from the text behind it."""
    return theme.px(_SMALL_MARK) + theme.px(8)


def draw_bar(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """A bar with round ends."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    radius = min(area.height(), area.width()) / 2
    painter.drawRoundedRect(area, radius, radius)


def draw_track(painter: QPainter, theme: Theme, area: QRectF, share: float, role: str = "bar") -> None:
    """A thin track filled from the left by a share of 0–1."""
    draw_bar(painter, area, theme.colour("track"))
    if share > 0:
        filled = QRectF(area)
        filled.setWidth(max(area.height(), area.width() * min(1.0, share)))
        draw_bar(painter, filled, theme.colour(role))
