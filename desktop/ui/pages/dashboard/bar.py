"""The dashboard's part of the top bar: which location, which currency, and which month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from desktop.periods import add_days, month_of
from desktop.ui.lists.location_names import location_names
from desktop.ui.text import one_line, set_tip, shortened
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.chips import FilterChip
from desktop.ui.widgets.segments import Segments
from desktop.ui.wording import month_text, short_month_name

if TYPE_CHECKING:
    from desktop.queries.choices import LocationName

#: More currencies than these are picked from a menu instead.
_SIDE_BY_SIDE: Final = 4
#: Characters of a location's name; the whole is in the tooltip.
_NAME_CHARS: Final = 22
_MENU_CHARS: Final = 60
_TIGHT_CHARS: Final = 14
#: So many months are listed at once; older ones stand below their year.
_AT_ONCE: Final = 12


def months_back(first: str, last: str) -> tuple[str, ...]:
    """The months (``YYYY-MM``) from ``last`` back to ``first``, both included."""
    found = [last]
    while found[-1] > first:
        found.append(month_of(add_days(f"{found[-1]}-01", -1)))
    return tuple(found)


class Picker(QPushButton):
    """A button with a menu of options, one of them shown. Signals: ``picked`` with its key when a person picked it."""

    picked = Signal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._group: QActionGroup | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # The arrow stands behind the text.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._choices = QMenu(self)
        self._choices.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._choices.setAccessibleName(name)
        self.setMenu(self._choices)
        self.setAccessibleName(name)
        self.hide()
        theme.changed.connect(self._tint)
        self._tint()

    def _start_options(self) -> None:
        """Begin anew with no options."""
        self._choices.clear()
        self._group = QActionGroup(self._choices)
        self._group.triggered.connect(self._on_triggered)

    def _add_option(self, menu: QMenu, key: str, text: str) -> None:
        whole = one_line(text)
        action = QAction(shortened(whole, _MENU_CHARS).replace("&", "&&"), menu)
        set_tip(action, whole)
        menu.setToolTipsVisible(menu.toolTipsVisible() or len(whole) > _MENU_CHARS)
        action.setCheckable(True)
        action.setData(key)
        if self._group is not None:
            self._group.addAction(action)
        menu.addAction(action)

    def _show_option(self, key: str, text: str, heard: str) -> None:
        """Show this option as the picked one."""
        # The space keeps the arrow away from the text.
        self.setText(one_line(text).replace("&", "&&") + "\u2002")
        self.setAccessibleName(f"{self._name}: {one_line(heard)}")
        for action in self._actions():
            action.setChecked(action.data() == key)

    def _actions(self) -> list[QAction]:
        return self._group.actions() if self._group is not None else []

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.picked.emit(str(action.data()))

    @Slot()
    def _tint(self) -> None:
        self.setIcon(self._theme.icon("chevron-down", "text-2", 12))
        self.setIconSize(QSize(self._theme.px(12), self._theme.px(12)))


class LocationPicker(Picker):
    """Shows of which location the figures are, all of them at first; hidden where there is nothing to choose."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, translate("Dashboard", "Location"), parent)
        self._locations: tuple[LocationName, ...] = ()
        self._ref = ""
        self._chars = _NAME_CHARS

    def show_locations(self, locations: Sequence[LocationName], ref: str) -> None:
        """Offer these, with the one of this id picked; empty for all."""
        every = translate("Dashboard", "All locations")
        if tuple(locations) != self._locations:
            self._locations = tuple(locations)
            self._start_options()
            self._add_option(self._choices, "", every)
            for key, name in location_names(locations):
                self._add_option(self._choices, key, name)
        self._ref = ref
        self._write()
        # With one location, all of them is the same.
        self.setVisible(len(locations) > 1 or bool(ref))

    def show_tight(self, *, tight: bool) -> None:
        """Shorten the name further where room is short."""
        self._chars = _TIGHT_CHARS if tight else _NAME_CHARS
        self._write()

    def _write(self) -> None:
        every = translate("Dashboard", "All locations")
        name = next((location.name for location in self._locations if location.ref == self._ref), every)
        short = shortened(name, self._chars)
        if not self._ref and self._chars < _NAME_CHARS:
            short = translate("Dashboard", "Locations")
        self._show_option(self._ref, short, name)
        set_tip(self, name if short != name else "")


class MonthPicker(Picker):
    """Shows the month and offers those before it; keys are ``YYYY-MM``."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, translate("Dashboard", "Month"), parent)
        self._months: tuple[str, ...] = ()
        self._month = ""
        self._tight = False

    def month(self) -> str:
        """The month shown, ``YYYY-MM``."""
        return self._month

    def show_months(self, months: Sequence[str], month: str) -> None:
        """Offer these months, newest first, with this one picked."""
        if tuple(months) != self._months:
            self._months = tuple(months)
            self._fill()
        self._month = month
        self._write()
        self.show()

    def show_tight(self, *, tight: bool) -> None:
        """Write the month in three letters where room is short."""
        self._tight = tight
        if self._month:
            self._write()

    def _write(self) -> None:
        full = month_text(self._month)
        short = f"{short_month_name(self._month)} {self._month[:4]}"
        self._show_option(self._month, short if self._tight else full, full)

    def _fill(self) -> None:
        self._start_options()
        years: dict[str, QMenu] = {}
        for index, month in enumerate(self._months):
            if index < _AT_ONCE:
                menu = self._choices
            else:
                if not years:
                    self._choices.addSeparator()
                menu = years.get(month[:4]) or self._choices.addMenu(month[:4])
                years[month[:4]] = menu
            self._add_option(menu, month, month_text(month))


class DashboardBar(QWidget):
    """Locations and currencies, only where there are several, beside the month.

    Signals: ``location_picked`` with the provider's id of it, empty for all; ``currency_picked`` with the code;
    ``month_picked`` with ``YYYY-MM``.
    """

    location_picked = Signal(str)
    currency_picked = Signal(str)
    month_picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._codes: tuple[str, ...] = ()
        self._switch: Segments | FilterChip | None = None
        self.location = LocationPicker(theme)
        self.location.picked.connect(self.location_picked)
        self.month = MonthPicker(theme)
        self.month.picked.connect(self.month_picked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(12))
        self._row.addWidget(self.location)
        self._row.addWidget(self.month)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_locations(self, locations: Sequence[LocationName], ref: str) -> None:
        """Offer these locations; an empty ``ref`` is all of them."""
        self.location.show_locations(locations, ref)

    def show_currencies(self, codes: Sequence[str], current: str) -> None:
        """Offer these currencies; amounts of two are never added, so one is shown at a time."""
        if tuple(codes) != self._codes:
            self._codes = tuple(codes)
            self._remake()
        if isinstance(self._switch, Segments):
            self._switch.choose(current)
        elif self._switch is not None:
            self._switch.pick(current)

    def show_tight(self, *, tight: bool) -> None:
        """Shorten what can be shortened, in a narrow window."""
        self._row.setSpacing(self._theme.px(8 if tight else 12))
        self.location.show_tight(tight=tight)
        self.month.show_tight(tight=tight)

    def show_nothing(self) -> None:
        """There is nothing to choose from yet."""
        self.show_locations((), "")
        self.show_currencies((), "")
        self.month.hide()

    def _remake(self) -> None:
        if self._switch is not None:
            self._row.removeWidget(self._switch)
            self._switch.hide()
            self._switch.deleteLater()
            self._switch = None
        if len(self._codes) < 2:
            return
        name = translate("Dashboard", "Currency")
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
            translate("Dashboard", "Figures are per currency: amounts of two are never added."),
        )
        self._switch = made
        self._row.insertWidget(1, made)
