"""Finds every text of a window that is wider than its place and says nowhere what it is in whole."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QWidget,
)

from desktop.ui.lists.cells import CellDelegate
from desktop.ui.lists.rows import Amount, RowsModel, shown_text
from desktop.ui.lists.table import RowsTable
from desktop.ui.text import PlainLabel, tip_at
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.rail import RailEntry
from desktop.ui.widgets.switch import Switch

#: Pixels that metrics and drawing may differ by.
_SLACK = 1.5


def cut_texts(top: QWidget) -> list[str]:
    """Texts below a widget that do not fit and have no tool tip with the whole; each with what shows it."""
    found: list[str] = []
    for widget in (top, *top.findChildren(QWidget)):
        if widget.isVisibleTo(top) and not widget.visibleRegion().isEmpty():
            found += [f"{type(widget).__name__} in {_path(widget)}: {text}" for text in _cut(widget)]
    return found


def _path(widget: QWidget) -> str:
    names, parent = [], widget.parent()
    while parent is not None and len(names) < 4:
        names.append(type(parent).__name__)
        parent = parent.parent()
    return " < ".join(names)


def _cut(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, RowsTable):
        yield from _cut_cells(widget)
        yield from _cut_titles(widget)
    elif isinstance(widget, QTableView):
        yield from _cut_plain_cells(widget)
    elif isinstance(widget, QLabel):
        yield from _cut_label(widget)
    elif isinstance(widget, Pill):
        yield from _unless_told(widget, widget.accessibleName(), _hidden(widget) or _narrow(widget))
    elif isinstance(widget, RailEntry):
        needed = widget.needed_width()
        yield from _unless_told(widget, widget.accessibleName(), needed > widget.width() + _SLACK)
    elif isinstance(widget, QAbstractButton) and widget.text():
        text = widget.accessibleName() or widget.text()
        yield from _unless_told(widget, text, _hidden(widget) or _narrow_button(widget))
    elif isinstance(widget, QLineEdit):
        text = widget.text() if widget.isReadOnly() else widget.text() or widget.placeholderText()
        room = widget.contentsRect().width() - widget.textMargins().left() - widget.textMargins().right()
        wide = QFontMetricsF(widget.font()).horizontalAdvance(text) > room + _SLACK
        yield from _unless_told(widget, text, bool(widget.placeholderText() or widget.isReadOnly()) and wide)


def _unless_told(widget: QWidget, text: str, is_cut: bool) -> Iterator[str]:
    if is_cut and _told(text) not in _told(_plain(_tip_of(widget))):
        yield f"{text!r} is cut ({widget.width()} of {widget.sizeHint().width()})"


def _tip_of(widget: QWidget) -> str:
    """The tool tip that a pointer over the widget brings up.

    It is another's where the widget lets the pointer through; who has none leaves it to its parent.
    """
    owner: QWidget | None = widget
    while owner is not None:
        if not owner.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):
            tip = tip_at(owner, widget.mapTo(owner, widget.rect().center())) if _tells(owner) else owner.toolTip()
            if tip:
                return tip
        owner = owner.parentWidget() if not owner.isWindow() else None
    return ""


def _tells(owner: QWidget) -> bool:
    """Whether it answers for what it holds: a class of ours that hears its own events."""
    ours = (kind for kind in type(owner).__mro__ if kind.__module__.startswith("desktop"))
    return any("event" in vars(kind) for kind in ours)


def _told(text: str) -> str:
    return re.sub(r"[\s,]+", " ", text).strip()


def _plain(tip: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", tip))


def _narrow(widget: QWidget) -> bool:
    return widget.sizeHint().width() > widget.width() + _SLACK


def _narrow_button(widget: QAbstractButton) -> bool:
    metrics = QFontMetricsF(widget.font())
    text = metrics.horizontalAdvance(widget.text().replace("&&", "&"))
    if isinstance(widget, QPushButton) and widget.property("look") == "segment":
        return text > widget.width() + _SLACK
    if isinstance(widget, Switch | QPushButton):
        return _narrow(widget)
    return text > widget.width() + _SLACK


def _hidden(widget: QWidget) -> bool:
    """Whether an ancestor that does not scroll sideways hides a part of it, on the left or on the right."""
    left, right = 0, widget.width()
    top: QWidget = widget
    while (parent := top.parentWidget()) is not None and not top.isWindow():
        place = top.mapTo(parent, QPoint(0, 0)).x()
        left, right = left + place, right + place
        if left < -_SLACK or right > parent.width() + _SLACK:
            area = parent.parent()
            sideways = isinstance(area, QScrollArea) and area.horizontalScrollBar().maximum() > 0
            return not sideways
        top = parent
    return False


def _cut_label(label: QLabel) -> Iterator[str]:
    text = label.full_text() if isinstance(label, PlainLabel) else label.text()
    if not text.strip():
        return
    metrics = QFontMetricsF(label.font())
    room = label.contentsRect().width() - max(0, label.indent())
    if label.wordWrap():
        longest = max(metrics.horizontalAdvance(word) for word in re.split(r"[\s\-/]", text))
        box = QFontMetrics(label.font()).boundingRect(QRect(0, 0, room, 100_000), int(Qt.TextFlag.TextWordWrap), text)
        low = box.height() > label.height() + metrics.height() / 2
        yield from _unless_told(label, text, _hidden(label) or longest > room + _SLACK or low)
    else:
        yield from _unless_told(label, text, _hidden(label) or metrics.horizontalAdvance(text) > room + _SLACK)


def _cut_titles(table: RowsTable) -> Iterator[str]:
    head = table.horizontalHeader()
    for section in range(head.count()):
        if not head.isSectionHidden(section):
            title = table.model().headerData(section, Qt.Orientation.Horizontal)
            text = QFontMetricsF(head.font()).horizontalAdvance(title)
            if text > head.sectionSize(section) and not head.whole_text(section):
                yield f"title {title!r} is cut"


def _cut_cells(table: RowsTable) -> Iterator[str]:
    """Cells say themselves what is cut, by the pieces that they draw; amounts may never be."""
    model, delegate = table.model(), table.itemDelegate()
    assert isinstance(model, RowsModel)
    assert isinstance(delegate, CellDelegate)
    for row in range(max(0, table.rowAt(0)), model.rowCount()):
        if table.rowViewportPosition(row) > table.viewport().height():
            break
        cells = model.cells(row)
        for place, column in enumerate(model.columns):
            if cells is None or table.isColumnHidden(place) or not isinstance(cells[place], Amount):
                continue
            area = QRectF(table.visualRect(model.index(row, place)))
            needed = delegate.width_of(shown_text(cells[place]), "body")
            whole = delegate.whole_text(cells[place], column, area)
            if needed > area.width() and not whole:
                yield f"amount {shown_text(cells[place])!r} is cut"


def _cut_plain_cells(table: QTableView) -> Iterator[str]:
    model, metrics = table.model(), QFontMetricsF(table.font())
    for row in range(model.rowCount()):
        for place in range(model.columnCount()):
            index = model.index(row, place)
            text = str(index.data() or "")
            if metrics.horizontalAdvance(text) > table.columnWidth(place) and not index.data(
                Qt.ItemDataRole.ToolTipRole
            ):
                yield f"cell {text!r} is cut"
