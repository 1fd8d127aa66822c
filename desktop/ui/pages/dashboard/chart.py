"""The chart's card: collected by day, week or month, as a chart or a table, and the month's other figures below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.periods import add_days, month_of, period_of
from desktop.ui.app.tasks import Tasks
from desktop.ui.pages.dashboard.wording import definition_of
from desktop.ui.text import PlainLabel, Tone, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import IconButton
from desktop.ui.widgets.chart import Chart
from desktop.ui.widgets.chart_layout import Bar, ChartData
from desktop.ui.widgets.chart_table import ChartTable
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.segments import Segments
from desktop.ui.widgets.surfaces import Card, line
from desktop.ui.wording import (
    day_text,
    days_text,
    full_day_text,
    money_text,
    month_name,
    month_text,
    short_month_name,
)

if TYPE_CHECKING:
    from desktop.queries.series import Point
    from desktop.reports.dashboard import CurrencyDashboard, Dashboard


#: The room around a small figure, where the pointer lights it up.
_FACT_AIR: Final = 6


@dataclass(frozen=True, slots=True)
class _Names:
    """How a bar is called: below the axis, in full, and what it is compared with, whose last day is a day too."""

    tick: str
    name: str
    before: str
    before_day: str


def chart_data(report: Dashboard, part: CurrencyDashboard, view: str, first_month: str = "") -> ChartData:
    """The bars of a view ("day", "week" or "month") of one currency.

    Nothing is compared with a time before ``first_month`` (``YYYY-MM``), of which the books say nothing.
    """
    points = {"day": part.series.days, "week": part.series.weeks, "month": part.series.months}[view]
    name = {"day": _day_names, "week": _week_names, "month": _month_names}[view]

    def money(amount: int) -> str:
        return money_text(amount, part.currency, part.provider)

    bars = []
    for index, point in enumerate(points):
        names = name(report, points, index)
        previous = point.previous if month_of(names.before_day) >= first_month else None
        bars.append(
            Bar(
                names.tick,
                names.name,
                point.amount,
                money(point.amount),
                previous,
                names.before if previous is not None else "",
                money(previous) if previous is not None else "",
                running=_is_running(point.start_day, view, report.as_of),
            )
        )
    return ChartData(
        tuple(bars),
        translate("Dashboard", "Collected, less refunds"),
        _before_title(report, view),
        part.currency,
        part.provider,
    )


def _before(report: Dashboard) -> str:
    """A day of the month before, whatever its length."""
    return add_days(f"{report.month}-01", -1)


def _before_title(report: Dashboard, view: str) -> str:
    titles = {
        "day": month_name(_before(report)),
        "week": translate("Dashboard", "13 weeks before"),
        "month": translate("Dashboard", "A year before"),
    }
    return titles[view]


def _is_running(start: str, view: str, today: str) -> bool:
    """Whether the bar's period is not over on this day."""
    ends = {
        "day": lambda: add_days(start, 1),
        "week": lambda: add_days(start, 7),
        "month": lambda: period_of("month", start).end_day_exclusive,
    }
    return start <= today < ends[view]()


def _day_names(report: Dashboard, points: Sequence[Point], index: int) -> _Names:
    day = points[index].start_day
    before = _before(report)
    same = f"{month_of(before)}-{day[8:10]}"
    return _Names(day_text(day), full_day_text(day), day_text(same), same)


def _week_names(report: Dashboard, points: Sequence[Point], index: int) -> _Names:
    start = points[index].start_day
    earlier = add_days(start, -7 * len(points))
    return _Names(
        day_text(start),
        days_text(start, add_days(start, 6), report.as_of),
        days_text(earlier, add_days(earlier, 6), report.as_of),
        add_days(earlier, 6),
    )


def _month_names(_report: Dashboard, points: Sequence[Point], index: int) -> _Names:
    start = points[index].start_day
    earlier = f"{int(start[:4]) - 1}{start[4:7]}"
    # The year stands where it changes, and at the left end.
    year = f" {start[:4]}" if index == 0 or start[5:7] == "01" else ""
    return _Names(short_month_name(start) + year, month_text(start), month_text(earlier), f"{earlier}-01")


class _Fact(QPushButton):
    """A small figure: what it is above, the amount below, its definition on hover; a click opens what it is made of.

    Signals: ``asked`` with the measure.
    """

    asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._measure = ""
        self.setProperty("look", "row")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(_FACT_AIR), theme.px(3), theme.px(_FACT_AIR), theme.px(3))
        column.setSpacing(theme.px(1))
        self._title = PlainLabel("", look="label", tone="text-3")
        self._amount = PlainLabel("", look="secondary", tone="text", strong=True)
        for label in (self._title, self._amount):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._column.sizeHint()

    def show_fact(self, fact: Fact) -> None:
        self._measure = fact.measure
        self._title.set_text(fact.title)
        self._title.set_tone(fact.tone)
        self._amount.set_text(fact.amount)
        set_tip(self, fact.definition)
        self.setAccessibleName(f"{fact.title}: {fact.amount}" if fact.amount else fact.title)
        self.setAccessibleDescription(fact.definition)
        self.updateGeometry()

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self._measure)


@dataclass(frozen=True, slots=True)
class Fact:
    """A term of the row: its title, its amount with the sign that it has there, and the measure that a click opens."""

    title: str
    amount: str
    definition: str = ""
    tone: Tone = "text-3"
    measure: str = ""


class Facts(QWidget):
    """The parts that the month's figures are made of, side by side; those that are nothing are left out.

    From Collected to Net they add up, to the minor unit. Signals: ``asked`` with the measure of one that was clicked.
    """

    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(1))
        self._month = PlainLabel("", look="label", tone="text-3")
        # Above the texts below, around which there is room that lights up.
        self._month.setContentsMargins(theme.px(_FACT_AIR), 0, 0, 0)
        column.addWidget(self._month)
        row = QWidget()
        column.addWidget(row)
        flow = FlowLayout(row, theme.px(14 - 2 * _FACT_AIR))
        self._facts = [_Fact(theme) for _ in range(9)]
        for fact in self._facts:
            fact.asked.connect(self.asked)
            flow.addWidget(fact)

    def show_part(self, report: Dashboard, part: CurrencyDashboard) -> None:
        """Show the parts of one currency's month."""
        figures = part.figures

        def money(amount: int) -> str:
            return money_text(amount, part.currency, part.provider)

        won = figures.disputes < 0
        parts = [
            (translate("Dashboard", "Collected"), figures.collected, "collected", True),
            (translate("Dashboard", "Refunds"), -figures.refunds, "refunds", True),
            (translate("Dashboard", "Returned"), -figures.returned, "returned", False),
            (
                translate("Dashboard", "Disputes won back") if won else translate("Dashboard", "Disputes"),
                -figures.disputes,
                "disputes",
                False,
            ),
            (translate("Dashboard", "Fees"), -figures.fees, "fees", True),
            (
                translate("Dashboard", "Converted") if figures.conversions else translate("Dashboard", "Other"),
                part.conversion,
                "converted" if figures.conversions else "other",
                False,
            ),
            (translate("Dashboard", "Net"), figures.net, "net", True),
            # Beside the others and in none of them.
            (
                translate("Dashboard", "Paid with stored value"),
                figures.stored_value,
                "stored_value",
                False,
            ),
            (
                translate("Dashboard", "Back onto stored value"),
                -figures.stored_refunds,
                "stored_refunds",
                False,
            ),
        ]
        self._month.set_text(month_text(report.month))
        rows = [
            Fact(
                title,
                money(amount),
                definition_of(what),
                "info" if what == "converted" else "text-3",
                "converted" if what == "other" else what,
            )
            for title, amount, what, always in parts
            if amount or always
        ]
        for index, fact in enumerate(self._facts):
            fact.setVisible(index < len(rows))
            if index < len(rows):
                fact.show_fact(rows[index])
        self.updateGeometry()


class ChartCard(Card):
    """Collected by day, week or month of one currency, with what came before.

    Signals: ``bar_asked`` with the first day of a bar that was clicked and the day after its last.
    """

    bar_asked = Signal(str, str)

    def __init__(self, theme: Theme, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(theme, _title("day"), " ", parent=parent)
        self._theme = theme
        self._shown: tuple[Dashboard, CurrencyDashboard, str] | None = None
        name = translate("Dashboard", "Chart by")
        self.views = Segments(
            theme,
            name,
            [
                ("day", translate("Dashboard", "Day")),
                ("week", translate("Dashboard", "Week")),
                ("month", translate("Dashboard", "Month")),
            ],
        )
        self.views.chosen.connect(self._on_view)
        self.as_table = IconButton(theme, "table", _table_name(), size=31)
        self.as_table.clicked.connect(self._on_table)
        self.add_to_head(self.views)
        self.add_to_head(self.as_table)
        set_tip(self.title, definition_of("chart"))
        set_tip(self.note, definition_of("chart"))
        self.chart = Chart(theme, tasks, _title("day"))
        self.chart.failed.connect(self._on_failed)
        self.chart.opened.connect(self._on_bar)
        self.table = ChartTable(theme, _title("day"))
        self.table.opened.connect(self._on_bar)
        self._problem = PlainLabel("", look="secondary", tone="warning", wrap=True)
        self._problem.hide()
        self._stack = QStackedLayout()
        self._stack.addWidget(self.chart)
        self._stack.addWidget(self.table)
        self.body.addSpacing(theme.px(6))
        self.body.addWidget(self._problem)
        self.body.addLayout(self._stack, 1)
        self.body.addSpacing(theme.px(2))
        self.body.addWidget(line())
        self.body.addSpacing(theme.px(2))
        self.facts = Facts(theme)
        self.body.addWidget(self.facts)

    def show_part(self, report: Dashboard, part: CurrencyDashboard, first_month: str) -> None:
        """Show one currency; the picture before it stays until its own is drawn."""
        self._shown = report, part, first_month
        view = self.views.current()
        data = chart_data(report, part, view, first_month)
        self.title.set_text(_title(view))
        self.note.set_text(translate("Dashboard", "gross, less refunds · {0}").format(report.timezone))
        name = f"{_title(view)}, {part.currency.upper()}"
        self.chart.rename(name)
        self.table.rename(name)
        self.chart.show_data(data)
        self.table.show_data(data)
        self.facts.show_part(report, part)

    @Slot(str)
    def _on_view(self, _view: str) -> None:
        if self._shown is not None:
            self.show_part(*self._shown)

    @Slot(object)
    def _on_bar(self, index: int) -> None:
        if self._shown is None:
            return
        from desktop.reports.openings import bar_days

        _report, part, _first = self._shown
        view = self.views.current()
        points = {"day": part.series.days, "week": part.series.weeks, "month": part.series.months}[view]
        if 0 <= index < len(points):
            self.bar_asked.emit(*bar_days(view, points[index].start_day))

    @Slot()
    def _on_table(self) -> None:
        self._show_table(self._stack.currentWidget() is self.chart)

    def _show_table(self, table: bool) -> None:
        self._stack.setCurrentWidget(self.table if table else self.chart)
        self.as_table.set_icon("reports" if table else "table", _chart_name() if table else _table_name())

    @Slot(object)
    def _on_failed(self, error: WorldError) -> None:
        self._problem.set_text(
            translate("Dashboard", "The chart could not be drawn; here are its figures. {0}").format(error.action)
        )
        self._problem.show()
        self._show_table(True)


def _table_name() -> str:
    return translate("Dashboard", "Show as table")


def _chart_name() -> str:
    return translate("Dashboard", "Show as chart")


def _title(view: str) -> str:
    titles: Final = {
        "day": translate("Dashboard", "Collected by day"),
        "week": translate("Dashboard", "Collected by week"),
        "month": translate("Dashboard", "Collected by month"),
    }
    return titles[view]
