"""What stands in the panel beside a list: values that are made off the UI thread, and the widgets that show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.lists.rows import PillCell
from desktop.ui.text import Cut, PlainLabel, Tone, one_line, tell_cut
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.panel import DetailPanel, PanelAction
from desktop.ui.widgets.picture import Mark
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.surfaces import line

#: What label and value of a line share, in the look's pixels; and values so short that only their label gives way.
_LINE: Final = 290
_SHORT: Final = 18

Doing: TypeAlias = Literal["open", "copy", "page", "separate"]


@dataclass(frozen=True, slots=True)
class Target:
    """A page of the window and what it is opened with, or an address."""

    page: str = ""
    wanted: tuple[tuple[str, Any], ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the panel: open an address in the browser, copy it, go to a page, or what its page alone can do."""

    doing: Doing
    text: str
    target: Target
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: label and value, a second line below the label, a pill instead of the value, a way to more.

    ``mark`` is the provider whose mark stands before it, ``action`` a button at its end, ``cut`` where the label is
    shortened.
    """

    label: str
    value: str = ""
    detail: str = ""
    pill: PillCell | None = None
    strong: bool = False
    muted: bool = False
    target: Target | None = None
    mark: str = ""
    action: Action | None = None
    cut: Cut = "right"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under a title. ``head`` names the two columns; without ``rules`` it is a history: close, values quiet."""

    title: str
    entries: tuple[Entry, ...]
    head: tuple[str, str] | None = None
    rules: bool = True


@dataclass(frozen=True, slots=True)
class PanelContent:
    """Everything the panel shows of one row. ``hosts`` are those whose addresses may be opened."""

    row_id: int
    title: str
    pill: PillCell | None = None
    who: str = ""
    where: str = ""
    actions: tuple[Action, ...] = ()
    blocks: tuple[Block, ...] = ()
    hosts: tuple[str, ...] = field(default=())


def to_row(page: str, row_id: int) -> Target:
    """Another page with this row opened."""
    return Target(page, (("row_id", row_id),))


def show_content(
    panel: DetailPanel, theme: Theme, content: PanelContent, run: Callable[[Action], None], go: Callable[[Target], None]
) -> None:
    """Fill the panel; ``run`` does what a button says, ``go`` follows a line."""
    panel.show_head(
        content.title,
        pill=content.pill.text if content.pill else "",
        tone=content.pill.tone if content.pill else "neutral",
        who=content.who,
        where=content.where,
        actions=[
            PanelAction(action.text, partial(run, action), "primary" if action.primary else "secondary")
            for action in content.actions
        ],
    )
    for block in content.blocks:
        if block.entries:
            panel.add(EntryList(theme, block, go, run), block.title)
    panel.finish()


class EntryList(QWidget):
    """The lines of a block."""

    def __init__(
        self,
        theme: Theme,
        block: Block,
        go: Callable[[Target], None],
        run: Callable[[Action], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._do = theme, run
        self.setAccessibleName(one_line(block.title or " ".join(block.head or ())))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if block.head is not None:
            column.addWidget(self._head(*block.head))
        for index, entry in enumerate(block.entries):
            if block.rules and (index or block.head is not None):
                column.addWidget(line())
            column.addWidget(self._row(entry, go, history=not block.rules))

    def _head(self, label: str, value: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, self._theme.px(6))
        layout.addWidget(PlainLabel(label, look="label", tone="text-2", strong=True), 1)
        layout.addWidget(PlainLabel(value, look="label", tone="text-2", strong=True))
        return row

    def _row(self, entry: Entry, go: Callable[[Target], None], *, history: bool) -> QWidget:
        if entry.target is None:
            row: QWidget = QFrame()
            row.setProperty("look", "clear")
        else:
            row = EntryButton(one_line(" ".join(filter(None, _texts(entry)))), entry.target)
            row.followed.connect(go)
        self._fill(row, entry, history=history)
        return row

    def _fill(self, row: QWidget, entry: Entry, *, history: bool) -> None:
        outer = QVBoxLayout(row)
        pad = self._theme.px(6 if history else 9)
        outer.setContentsMargins(0, pad, 0, pad)
        outer.setSpacing(self._theme.px(2))
        first = QHBoxLayout()
        first.setSpacing(self._theme.px(8))
        tone: Tone = "accent" if entry.target is not None else "text-3" if entry.muted else "text"
        first.addWidget(PlainLabel(entry.label, tone=tone, strong=entry.strong, elide=True, cut=entry.cut), 1)
        long = self._is_long(entry)
        if entry.value and not long:
            value = PlainLabel(entry.value, tone="text-3" if entry.muted or history else "text", strong=entry.strong)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            first.addWidget(value)
        if entry.pill is not None:
            first.addWidget(Pill(self._theme, entry.pill.text, entry.pill.tone))
        if entry.mark:
            first.insertWidget(0, Mark(self._theme, entry.mark, size=18))
        if entry.action is not None:
            first.addWidget(self._button(entry, entry.action))
        outer.addLayout(first)
        for text in (entry.value if long else "", entry.detail):
            if text:
                below = PlainLabel(text, look="secondary", tone="text-3", wrap=True)
                # A word that is longer than the panel is cut off rather than pushing everything else out of it.
                below.setMinimumWidth(1)
                outer.addWidget(below)
        if entry.target is not None:
            for label in row.findChildren(QWidget):
                label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _is_long(self, entry: Entry) -> bool:
        """Whether label and value do not fit on one line: then the value stands below it, whole."""
        metrics = QFontMetricsF(self._theme.font(strong=entry.strong))
        taken = metrics.horizontalAdvance(one_line(entry.value)) + metrics.horizontalAdvance(one_line(entry.label))
        return entry.pill is None and len(entry.value) > _SHORT and taken > self._theme.px(_LINE)

    def _button(self, entry: Entry, action: Action) -> QWidget:
        button = ActionButton(self._theme, action)
        button.setAccessibleName(one_line(f"{action.text}: {entry.label} {entry.detail}"))
        button.asked.connect(self._do)
        return button


def _texts(entry: Entry) -> Sequence[str]:
    return (entry.label, entry.detail, entry.value, entry.pill.text if entry.pill else "")


class ActionButton(Button):
    """A button at the end of a line. Signals: ``asked`` with its ``Action``."""

    asked = Signal(object)

    def __init__(self, theme: Theme, action: Action) -> None:
        super().__init__(theme, action.text, look="link")
        self._action = action
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self._action)


class EntryButton(QPushButton):
    """A line that leads somewhere: a click anywhere on it counts.

    Signals: ``followed`` with the ``Target``.
    """

    followed = Signal(object)

    def __init__(self, name: str, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target = target
        self.setProperty("look", "row")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.followed.emit(self._target)

    def event(self, event: QEvent) -> bool:
        """What is cut in it is told by its tool tip."""
        return tell_cut(self, event) or super().event(event)

    def sizeHint(self) -> QSize:
        """As large as what it holds."""
        return self._inside().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As small as what it holds."""
        return self._inside().minimumSize()

    def hasHeightForWidth(self) -> bool:
        """Details are wrapped."""
        return self._inside().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        """The height of what it holds at this width."""
        return self._inside().heightForWidth(width)

    def _inside(self) -> QLayout:
        inside = self.layout()
        assert inside is not None
        return inside
