"""A list in its card: the table, its totals at the foot, and its loading, empty and failed states together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.ui.lists.rows import RowsModel, Summary
from desktop.ui.lists.table import RowsTable
from desktop.ui.text import PlainLabel, one_line
from desktop.ui.theme.theme import Theme
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate
from desktop.ui.widgets.skeleton import SKELETON_AFTER_MS, Skeleton
from desktop.ui.widgets.states import StateView, failed_view
from desktop.ui.widgets.surfaces import line


class ListCard(QFrame):
    """Signals: ``summarised`` with the source's ``Summary``, for tabs and counts; ``cleared`` when a person asked for
    all rows in the "nothing matches" state, for the tab, chips and search to be reset.
    """

    summarised = Signal(object)
    cleared = Signal()

    def __init__(
        self,
        theme: Theme,
        model: RowsModel,
        name: str,
        empty: Callable[[], StateView],
        *,
        tall: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``empty`` makes the state that is shown when there are no rows at all, without any filter."""
        super().__init__(parent)
        self._theme, self._model, self._empty = theme, model, empty
        self._first_status = model.filter.status
        self.setProperty("look", "card")
        self.setAccessibleName(name)
        edge = theme.px(4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(edge, edge, edge, edge)
        outer.setSpacing(0)
        self.table = RowsTable(theme, model, name, tall=tall)
        self._blank = QWidget()
        self._skeleton = QWidget()
        inside = QVBoxLayout(self._skeleton)
        inside.setContentsMargins(theme.px(12), theme.px(36), theme.px(12), 0)
        inside.addWidget(Skeleton(theme, (0.86, 0.78, 0.9, 0.7, 0.82, 0.76, 0.88, 0.68), step=37))
        inside.addStretch(1)
        self._stack = QStackedLayout()
        for widget in (self.table, self._blank, self._skeleton):
            self._stack.addWidget(widget)
        self._state_view: StateView | None = None
        outer.addLayout(self._stack, 1)
        self._has_totals = False
        self._foot = self._make_foot()
        outer.addWidget(self._foot)
        self._late = Throttle(self._on_late, SKELETON_AFTER_MS, self)
        model.state_changed.connect(self._on_state)
        model.summarised.connect(self._on_summary)
        self._on_state(model.state)

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        row = QHBoxLayout()
        row.setContentsMargins(self._theme.px(12), 0, self._theme.px(12), 0)
        self._foot_label = PlainLabel("", tone="text-3", elide=True)
        self._foot_text = PlainLabel("")
        row.addWidget(self._foot_label, 1)
        row.addWidget(self._foot_text)
        self._foot_row = row
        self.table.verticalScrollBar().rangeChanged.connect(self._align_foot)
        column.addLayout(row)
        foot.setFixedHeight(self._theme.px(38))
        foot.hide()
        return foot

    @Slot(object)
    def _on_summary(self, summary: Summary) -> None:
        self._has_totals = bool(summary.totals)
        self._show_foot()
        if summary.totals:
            self._foot_label.set_text(summary.totals[0][0])
            others = [" ".join(part) for part in summary.totals[1:]]
            self._foot_text.set_text(" · ".join([summary.totals[0][1], *others]))
        self.summarised.emit(summary)

    @Slot(int, int)
    def _align_foot(self, _least: int, most: int) -> None:
        """The total stands below the amounts, also where the table gives room to its scroll bar."""
        bar = self.table.verticalScrollBar().sizeHint().width() if most > 0 else 0
        self._foot_row.setContentsMargins(self._theme.px(12), 0, self._theme.px(12) + bar, 0)

    def _show_foot(self) -> None:
        self._foot.setVisible(self._has_totals and self._model.state == "ready")

    @Slot(str)
    def _on_state(self, state: str) -> None:
        self._late.stop()
        self._show_foot()
        if state == "loading":
            self._stack.setCurrentWidget(self._blank)
            self._late.later()
        elif state == "ready":
            self._stack.setCurrentWidget(self.table)
        elif state == "empty":
            self._show_view(self._empty_view())
        else:
            error = self._model.error or WorldError("", "")
            self._show_view(failed_view(self._theme, error, self._model.reload))
        self._drop_view_unless_shown()

    @Slot()
    def _on_late(self) -> None:
        self._stack.setCurrentWidget(self._skeleton)

    def _empty_view(self) -> StateView:
        wanted = self._model.filter
        if wanted.status in {"", self._first_status} and not (wanted.search or wanted.choices):
            return self._empty()
        title, button = (
            translate("ListCard", "Nothing matches"),
            translate("ListCard", "Show all"),
        )
        if wanted.search:
            title = translate("ListCard", "Nothing matches “{0}”").format(one_line(wanted.search)[:60])
            button = translate("ListCard", "Clear")
        return StateView(
            self._theme,
            "empty-search",
            title,
            translate("ListCard", "No row fits the search and the filters."),
            button=button,
            on_button=self._show_all,
            primary=False,
        )

    def _show_all(self) -> None:
        self._model.set_filter(replace(self._model.filter, search="", choices=()))
        self.cleared.emit()

    def _show_view(self, view: StateView) -> None:
        old, self._state_view = self._state_view, view
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()

    def _drop_view_unless_shown(self) -> None:
        view = self._state_view
        if view is not None and self._stack.currentWidget() is not view:
            self._stack.removeWidget(view)
            view.deleteLater()
            self._state_view = None
