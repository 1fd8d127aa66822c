"""The chart's card: collected by day, week or month, as a chart or a table, and the month's other figures below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.periods import add_days, month_of, period_of
from desktop.ui.pages.dashboard_wording import converted_text, definition_of
from desktop.ui.tasks import Tasks
from desktop.ui.text import PlainLabel, Tone, set_tip
from desktop.ui.theme import Theme
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
    from desktop.reports.dashboard import CurrencyDashboard, Dashboard
    from desktop.reports.series import Point


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
    for place, point in enumerate(points):
        names = name(report, points, place)
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
        QCoreApplication.translate("Dashboard", "Collected, less refunds"),
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
        "week": QCoreApplication.translate("Dashboard", "13 weeks before"),
        "month": QCoreApplication.translate("Dashboard", "A year before"),
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


def _day_names(report: Dashboard, points: Sequence[Point], place: int) -> _Names:
    day = points[place].start_day
    before = _before(report)
    same = f"{month_of(before)}-{day[8:10]}"
    return _Names(day_text(day), full_day_text(day), day_text(same), same)


def _week_names(report: Dashboard, points: Sequence[Point], place: int) -> _Names:
    start = points[place].start_day
    earlier = add_days(start, -7 * len(points))
    return _Names(
        day_text(start),
        days_text(start, add_days(start, 6), report.as_of),
        days_text(earlier, add_days(earlier, 6), report.as_of),
        add_days(earlier, 6),
    )


def _month_names(_report: Dashboard, points: Sequence[Point], place: int) -> _Names:
    start = points[place].start_day
    earlier = f"{int(start[:4]) - 1}{start[4:7]}"
    # The year stands where it changes, and at the left end.
    year = f" {start[:4]}" if place == 0 or start[5:7] == "01" else ""
    return _Names(short_month_name(start) + year, month_text(start), month_text(earlier), f"{earlier}-01")


class _Fact(QWidget):
    """A small figure: what it is above, the amount below, its definition on hover."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(1))
        self._title = PlainLabel("", look="label", tone="text-3")
        self._amount = PlainLabel("", look="secondary", tone="text", strong=True)
        column.addWidget(self._title)
        column.addWidget(self._amount)

    def show_fact(self, title: str, amount: str, definition: str, tone: Tone) -> None:
        self._title.set_text(title)
        self._title.set_tone(tone)
        self._amount.set_text(amount)
        set_tip(self, definition)
        self.setAccessibleName(f"{title}: {amount}" if amount else title)
        self.setAccessibleDescription(definition)


class Facts(QWidget):
    """The parts that the month's figures are made of, side by side; those that are nothing are left out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = FlowLayout(self, theme.px(20))
        self._facts = [_Fact(theme) for _ in range(7)]
        for fact in self._facts:
            flow.addWidget(fact)

    def show_part(self, report: Dashboard, part: CurrencyDashboard) -> None:
        """Show the parts of one currency's month."""
        figures = part.figures

        def money(amount: int) -> str:
            return money_text(amount, part.currency, part.provider)

        parts = [
            (QCoreApplication.translate("Dashboard", "Collected"), figures.collected, "collected", True),
            (QCoreApplication.translate("Dashboard", "Refunds"), -figures.refunds, "refunds", True),
            (QCoreApplication.translate("Dashboard", "Returned"), -figures.returned, "returned", False),
            (QCoreApplication.translate("Dashboard", "Disputes"), -figures.disputes, "disputes", False),
            (QCoreApplication.translate("Dashboard", "Fees"), -figures.fees, "fees", True),
            (QCoreApplication.translate("Dashboard", "Net"), figures.net, "net", True),
        ]
        rows: list[tuple[str, str, str, Tone]] = [(month_name(report.month), report.month[:4], "", "text-3")]
        rows += [
            (title, money(amount), definition_of(what), "text-3")
            for title, amount, what, always in parts
            if amount or always
        ]
        if figures.converted:
            title, amount, definition, _tone = rows.pop()
            marked = QCoreApplication.translate("Dashboard", "{0}, converted").format(title)
            rows.append((marked, amount, f"{definition}\n{converted_text()}", "info"))
        for place, fact in enumerate(self._facts):
            fact.setVisible(place < len(rows))
            if place < len(rows):
                fact.show_fact(*rows[place])
        self.updateGeometry()

    def texts(self) -> list[str]:
        """What is shown, for those who hear it."""
        return [fact.accessibleName() for fact in self._facts if not fact.isHidden()]


class ChartCard(Card):
    """Collected by day, week or month of one currency, with what came before."""

    def __init__(self, theme: Theme, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(theme, _title("day"), " ", parent=parent)
        self._theme = theme
        self._shown: tuple[Dashboard, CurrencyDashboard, str] | None = None
        name = QCoreApplication.translate("Dashboard", "Chart by")
        self.views = Segments(
            theme,
            name,
            [
                ("day", QCoreApplication.translate("Dashboard", "Day")),
                ("week", QCoreApplication.translate("Dashboard", "Week")),
                ("month", QCoreApplication.translate("Dashboard", "Month")),
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
        self.table = ChartTable(theme, _title("day"))
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
        self.note.set_text(QCoreApplication.translate("Dashboard", "gross, less refunds · {0}").format(report.timezone))
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

    @Slot()
    def _on_table(self) -> None:
        self._show_table(self._stack.currentWidget() is self.chart)

    def _show_table(self, table: bool) -> None:
        self._stack.setCurrentWidget(self.table if table else self.chart)
        self.as_table.set_icon("reports" if table else "table", _chart_name() if table else _table_name())

    @Slot(object)
    def _on_failed(self, error: WorldError) -> None:
        self._problem.set_text(
            QCoreApplication.translate("Dashboard", "The chart could not be drawn; here are its figures. {0}").format(
                error.action
            )
        )
        self._problem.show()
        self._show_table(True)


def _table_name() -> str:
    return QCoreApplication.translate("Dashboard", "Show as table")


def _chart_name() -> str:
    return QCoreApplication.translate("Dashboard", "Show as chart")


def _title(view: str) -> str:
    titles: Final = {
        "day": QCoreApplication.translate("Dashboard", "Collected by day"),
        "week": QCoreApplication.translate("Dashboard", "Collected by week"),
        "month": QCoreApplication.translate("Dashboard", "Collected by month"),
    }
    return titles[view]
