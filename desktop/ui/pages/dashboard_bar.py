"""The dashboard's part of the top bar: which currency, and which month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from desktop.periods import add_days, month_of
from desktop.ui.text import one_line, set_tip
from desktop.ui.theme import Theme
from desktop.ui.widgets.chips import FilterChip
from desktop.ui.widgets.segments import Segments
from desktop.ui.wording import month_text

#: More currencies than these are picked from a menu instead.
_SIDE_BY_SIDE: Final = 4
#: So many months are listed at once; older ones stand below their year.
_AT_ONCE: Final = 12


def months_back(first: str, last: str) -> tuple[str, ...]:
    """The months (``YYYY-MM``) from ``last`` back to ``first``, both included."""
    found = [last]
    while found[-1] > first:
        found.append(month_of(add_days(f"{found[-1]}-01", -1)))
    return tuple(found)


class MonthPicker(QPushButton):
    """Shows the month and offers those before it. Signals: ``picked`` with ``YYYY-MM`` when a person picked one."""

    picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._months: tuple[str, ...] = ()
        self._month = ""
        self._group: QActionGroup | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # The arrow stands behind the text.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._choices = QMenu(self)
        self._choices.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._choices.setAccessibleName(QCoreApplication.translate("Dashboard", "Month"))
        self.setMenu(self._choices)
        self.setAccessibleName(QCoreApplication.translate("Dashboard", "Month"))
        self.hide()
        theme.changed.connect(self._tint)
        self._tint()

    def month(self) -> str:
        """The month shown, ``YYYY-MM``."""
        return self._month

    def show_months(self, months: Sequence[str], month: str) -> None:
        """Offer these months, newest first, with this one picked."""
        if tuple(months) != self._months:
            self._months = tuple(months)
            self._fill()
        self._month = month
        # The space keeps the arrow away from the text.
        self.setText(month_text(month) + "\u2002")
        self.setAccessibleName(QCoreApplication.translate("Dashboard", "Month: {0}").format(month_text(month)))
        self.show()
        for action in self._actions():
            action.setChecked(action.data() == month)

    def _actions(self) -> list[QAction]:
        return self._group.actions() if self._group is not None else []

    def _fill(self) -> None:
        self._choices.clear()
        self._group = QActionGroup(self._choices)
        self._group.triggered.connect(self._on_triggered)
        years: dict[str, QMenu] = {}
        for place, month in enumerate(self._months):
            if place < _AT_ONCE:
                menu = self._choices
            else:
                if not years:
                    self._choices.addSeparator()
                menu = years.get(month[:4]) or self._choices.addMenu(month[:4])
                years[month[:4]] = menu
            action = QAction(month_text(month), menu)
            action.setCheckable(True)
            action.setData(month)
            self._group.addAction(action)
            menu.addAction(action)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.picked.emit(str(action.data()))

    @Slot()
    def _tint(self) -> None:
        self.setIcon(self._theme.icon("chevron-down", "text-2", 12))
        self.setIconSize(QSize(self._theme.px(12), self._theme.px(12)))


class DashboardBar(QWidget):
    """The currency switch, only where there are several, beside the month.

    Signals: ``currency_picked`` with the code, ``month_picked`` with ``YYYY-MM``.
    """

    currency_picked = Signal(str)
    month_picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._codes: tuple[str, ...] = ()
        self._switch: Segments | FilterChip | None = None
        self.month = MonthPicker(theme)
        self.month.picked.connect(self.month_picked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(12))
        self._row.addWidget(self.month)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_currencies(self, codes: Sequence[str], current: str) -> None:
        """Offer these currencies; amounts of two are never added, so one is shown at a time."""
        if tuple(codes) != self._codes:
            self._codes = tuple(codes)
            self._remake()
        if isinstance(self._switch, Segments):
            self._switch.choose(current)
        elif self._switch is not None:
            self._switch.pick(current)

    def show_nothing(self) -> None:
        """There is nothing to choose from yet."""
        self.show_currencies((), "")
        self.month.hide()

    def switch(self) -> Segments | FilterChip | None:
        """The switch, None where there is nothing to choose."""
        return self._switch

    def _remake(self) -> None:
        if self._switch is not None:
            self._row.removeWidget(self._switch)
            self._switch.hide()
            self._switch.deleteLater()
            self._switch = None
        if len(self._codes) < 2:
            return
        name = QCoreApplication.translate("Dashboard", "Currency")
        options = [(code, one_line(code.upper())) for code in self._codes]
        made: Segments | FilterChip
        if len(options) <= _SIDE_BY_SIDE:
            made = Segments(self._theme, name, options)
            made.chosen.connect(self.currency_picked)
        else:
            made = FilterChip(self._theme, options[0][1], options)
            made.picked.connect(self.currency_picked)
        set_tip(
            made,
            QCoreApplication.translate("Dashboard", "Figures are per currency: amounts of two are never added."),
        )
        self._switch = made
        self._row.insertWidget(0, made)
