"""The search and command field, with the list of commands that drops from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from desktop.ui.text import clean, one_line, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate

#: Milliseconds after the last key before the page is searched.
_PAUSE_MS: Final = 160
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done from anywhere: its words, its keys where it has some, and the doing."""

    title: str
    run: Callable[[], None]
    keys: str = ""


class SearchField(QLineEdit):
    """Signals: ``searched`` with the text, shortly after the last key."""

    searched = Signal(str)

    def __init__(self, theme: Theme, hint: str, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._keys = theme, keys
        self._commands: tuple[Command, ...] = ()
        self._matching: list[Command] = []
        self._silent = False
        self.setProperty("look", "search")
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setMinimumWidth(theme.px(132))
        self.setMaximumWidth(theme.px(280))
        self.setMaxLength(200)
        self.setTextMargins(0, 0, self._hint_width(), 0)
        self._pause = Throttle(self._search_now, _PAUSE_MS, self)
        self.textChanged.connect(self._on_text)
        self._list: _CommandList | None = None
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as in the look; it gives way in a narrow window."""
        return QSize(self._theme.px(280), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What it is for stands in a tool tip where it is cut."""
        super().resizeEvent(event)
        margins = self.textMargins()
        room = self.contentsRect().width() - margins.left() - margins.right()
        hint = self.placeholderText()
        set_tip(self, hint if self.fontMetrics().horizontalAdvance(hint) > room else "")

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Offer these commands."""
        self._commands = tuple(commands)

    def show_text(self, text: str) -> None:
        """Show what the page is searched for, without searching."""
        self._close_list()
        self._silent = True
        self.setText(clean(text))
        self._silent = False

    def open(self) -> None:
        """Take the keyboard and drop the list of commands."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._offer(self.text())

    @Slot()
    def _search_now(self) -> None:
        self.searched.emit(one_line(self.text()))

    @Slot(str)
    def _on_text(self, text: str) -> None:
        if not self._silent:
            self._pause.debounce()
            if self.hasFocus():
                self._offer(text)

    def _offer(self, text: str) -> None:
        words = one_line(text).casefold().split()
        self._matching = [
            command for command in self._commands if all(word in command.title.casefold() for word in words)
        ][:_SHOWN]
        if not self._matching:
            self._close_list()
            return
        if self._list is None:
            self._list = _CommandList(self._theme, self.window())
            self._list.view.clicked.connect(self._on_clicked)
        self._list.offer(self._matching, selected=bool(words) and len(self._matching) == 1)
        corner = self.mapTo(self.window(), QPoint(0, self.height() + self._theme.px(4)))
        self._list.setGeometry(corner.x(), corner.y(), self.width(), self._list.needed_height())
        self._list.show()
        self._list.raise_()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index.row())

    def _run(self, row: int) -> None:
        command = self._matching[row]
        self._pause.stop()
        self.show_text("")
        self._close_list()
        self.clearFocus()
        command.run()

    def _close_list(self) -> None:
        if self._list is not None:
            self._list.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk the commands, Return runs the one that is marked, Escape clears and closes."""
        shown = self._list is not None and self._list.isVisible()
        if shown and self._list is not None and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._list.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            row = self._list.row() if shown and self._list is not None else -1
            if row >= 0:
                self._run(row)
            else:
                self._pause.stop()
                self._close_list()
                self._search_now()
        elif event.key() == Qt.Key.Key_Escape:
            self._close_list()
            if self.text():
                self.clear()
            else:
                self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list goes with the keyboard."""
        super().focusOutEvent(event)
        self._close_list()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, and the keys that lead to it while it is empty."""
        super().paintEvent(event)
        if self.text():
            return
        theme, font = self._theme, self._theme.font("label")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = theme.px(17)
        width = self._hint_width() - theme.px(4)
        box = QRectF(self.width() - width - theme.px(10), (self.height() - height) / 2, width, height)
        painter.setPen(theme.colour("line"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
        painter.setFont(font)
        painter.setPen(theme.colour("text-3"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._keys)
        painter.end()

    def _hint_width(self) -> int:
        metrics = QFontMetricsF(self._theme.font("label"))
        return round(metrics.horizontalAdvance(self._keys)) + self._theme.px(16)


class _CommandList(QFrame):
    """The list below the field: a child of the window, so that the keyboard stays in the field."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self.setProperty("look", "raised")
        self.setAccessibleName(translate("SearchField", "Commands"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(6), theme.px(6), theme.px(6), theme.px(6))
        self.view = QListView(self)
        self.view.setProperty("look", "commands")
        self.view.setAccessibleName(self.accessibleName())
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._texts = QStringListModel(self)
        self.view.setModel(self._texts)
        layout.addWidget(self.view)
        window.installEventFilter(self)

    def offer(self, commands: Sequence[Command], *, selected: bool) -> None:
        self._texts.setStringList(
            [one_line(f"{command.title}   {command.keys}" if command.keys else command.title) for command in commands]
        )
        self.view.setCurrentIndex(self._texts.index(0, 0) if selected else QModelIndex())

    def needed_height(self) -> int:
        rows = self._texts.rowCount()
        return rows * max(self.view.sizeHintForRow(0), self._theme.px(28)) + 2 * self._theme.px(7)

    def row(self) -> int:
        return self.view.currentIndex().row()

    def step(self, by: int) -> None:
        count = self._texts.rowCount()
        start = self.row() if self.row() >= 0 or by > 0 else count
        self.view.setCurrentIndex(self._texts.index((start + by) % count, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)
