"""The dashboard: a month's figures per currency, what was collected, who paid and for what, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.errors import WorldError
from desktop.queries.figures import Figure, Measure
from desktop.sync.standing import lead_of
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import Page, PageContext
from desktop.ui.lists.figures import month_days
from desktop.ui.pages.dashboard.bar import DashboardBar, months_back
from desktop.ui.pages.dashboard.chart import ChartCard
from desktop.ui.pages.dashboard.footing import FootingLine, ground_of
from desktop.ui.pages.dashboard.lists import PeopleAndServices
from desktop.ui.pages.dashboard.question import Answer, ask_dashboard
from desktop.ui.pages.dashboard.states import ReadingView, connect_view, quiet_view, trouble_view, unread_view
from desktop.ui.pages.dashboard.wording import (
    FigureText,
    average_text,
    definition_of,
    outstanding_text,
    revenue_text,
    success_text,
)
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate
from desktop.ui.widgets.columns import Columns
from desktop.ui.widgets.key_figure import KeyFigure

if TYPE_CHECKING:
    from desktop.queries.revenue_split import ServiceAmount
    from desktop.reports.dashboard import CurrencyDashboard, Dashboard
    from desktop.ui.app.syncing import Syncing, SyncProgress

#: The figures in their order: what each says, the page and the measure that a click opens.
_FIGURES: Final[tuple[tuple[str, Callable[[Dashboard, CurrencyDashboard], FigureText], str, Measure], ...]] = (
    ("total_revenue", revenue_text, "transactions", "total_revenue"),
    ("outstanding", outstanding_text, "invoices", "outstanding"),
    ("success_rate", success_text, "payments", "ended"),
    ("average_invoice", average_text, "invoices", "invoiced"),
)
#: What is as of today, whatever the month.
_TODAYS: Final = frozenset({"outstanding", "overdue"})
#: Below this width of the page its bar is written short.
_TIGHT_BELOW: Final = 860
_FOUR_FROM: Final = 820
_BESIDE_FROM: Final = 780


class DashboardPage(Page):
    """Shows the figures as soon as the report answers; the chart is drawn after they are on screen."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"totals", "invoices", "payments", "clients", "services", "integrations", "sync_runs"}
    )

    def __init__(self, context: PageContext, title: str, handle: BusinessHandle, syncing: Syncing) -> None:
        super().__init__(context, title, scrolls=True)
        if isinstance(self._page_ready, QAbstractScrollArea):
            # With very large text the narrowest column may still be wider than the window.
            self._page_ready.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._handle, self._syncing = handle, syncing
        self._answer: Answer | None = None
        self._month = ""
        self._currency = ""
        self._location = ""
        self._tight = False
        self._bar = DashboardBar(self.theme)
        self._bar.month_picked.connect(self._on_month)
        self._bar.currency_picked.connect(self._on_currency)
        self._bar.location_picked.connect(self._on_location)
        self._figures = {what: self._figure(what) for what, *_rest in _FIGURES}
        self.chart = ChartCard(self.theme, self.tasks)
        self.chart.bar_asked.connect(self._on_bar)
        self.chart.facts.asked.connect(self._on_fact)
        self.lists = PeopleAndServices(self.theme)
        self.lists.client_asked.connect(self._on_client)
        self.lists.clients_asked.connect(self._on_clients)
        self.lists.service_asked.connect(self._on_service)
        self.footing = FootingLine(self.theme)
        self.footing.details_asked.connect(self._on_integrations)
        self.footing.retry_asked.connect(syncing.sync_now)
        self.body.addWidget(Columns(self.theme, list(self._figures.values()), least=_FOUR_FROM, narrow=2))
        both = Columns(self.theme, [self.chart, self.lists], stretches=(645, 355), least=_BESIDE_FROM)
        self.body.addWidget(both, 1)
        self.body.addWidget(self.footing)
        self._reading: ReadingView | None = None
        # What stands below the figures follows in a turn of its own: they are painted sooner, and neither is long.
        self._rest = Throttle(self._show_rest, 0, self)
        syncing.progressed.connect(self._on_progress)
        syncing.ended.connect(self._on_ended)
        self.show_loading()

    def top_bar(self) -> Sequence[QWidget]:
        """The location, the currency and the month."""
        return (self._bar,)

    def refresh(self) -> None:
        """Ask for the month's figures; what is shown stays until they are here."""
        if self._answer is None:
            self.show_loading()
        question = self._handle.question(partial(_ask, self._month or None, self._location))
        self.tasks.query(question, self._on_answer, self.show_failed)

    def open(self, **wanted: Any) -> None:
        """Opened from elsewhere: ``month="2026-10"`` shows that month, ``location`` (a provider's id) that location."""
        if "location" in wanted and wanted["location"] != self._location:
            self._on_location(str(wanted["location"] or ""))
        month = str(wanted.get("month") or "")
        if month and month != self._month:
            self._on_month(month)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the bar takes less of the top bar."""
        super().resizeEvent(event)
        tight = self.width() < self.theme.px(_TIGHT_BELOW)
        if tight != self._tight:
            self._tight = tight
            self._bar.show_tight(tight=tight)

    def figure(self, what: str) -> KeyFigure:
        """A key figure by its name in the report."""
        return self._figures[what]

    @Slot(object)
    def show_failed(self, error: WorldError) -> None:
        """The error with Retry, instead of whatever was shown."""
        self._reading = None
        super().show_failed(error)

    # --- answers -----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_answer(self, answer: Answer) -> None:
        self._answer = answer
        self._location = answer.location.ref if answer.location is not None else ""
        if not answer.has_figures:
            self._show_waiting(answer)
            return
        self._reading = None
        codes = [part.currency for part in answer.report.currencies]
        if self._currency not in codes:
            self._currency = codes[0] if codes else ""
        self._show_figures()
        self.show_ready()
        self._rest.later()

    def _part(self) -> CurrencyDashboard | None:
        parts = self._answer.report.currencies if self._answer is not None else ()
        return next((part for part in parts if part.currency == self._currency), None)

    def _show_figures(self) -> None:
        answer, part = self._answer, self._part()
        if answer is None:
            return
        self.footing.show_ground(ground_of(answer, syncing=self._syncing.running))
        if part is None:
            return
        for what, text_of, *_rest in _FIGURES:
            text = text_of(answer.report, part)
            self._figures[what].show_figure(
                [text.amount], text.line, text.tone, title=text.title, spoken=text.spoken, note=text.note
            )

    @Slot()
    def _show_rest(self) -> None:
        answer, part = self._answer, self._part()
        if answer is None:
            return
        report = answer.report
        current = report.as_of[:7]
        first = min(answer.first_month or current, report.month)
        self._bar.month.show_months(months_back(first, current), report.month)
        self._bar.show_locations(answer.locations, self._location)
        self._bar.show_currencies([part.currency for part in report.currencies], self._currency)
        if part is not None:
            self.chart.show_part(report, part, answer.first_month)
            self.lists.show_part(part)

    def _show_waiting(self, answer: Answer) -> None:
        self._rest.stop()
        self._bar.show_nothing()
        lead = lead_of(answer.standings)
        if not answer.accounts:
            self._reading = None
            self.show_state(connect_view(self.theme, self._on_integrations))
        elif answer.is_read:
            self._reading = None
            self.show_state(quiet_view(self.theme, answer.accounts, self._on_sync))
        elif self._syncing.running:
            if self._reading is None:
                self._reading = ReadingView(self.theme, answer.accounts)
                self._reading.cancelled.connect(self._syncing.cancel)
                self.show_state(self._reading)
        else:
            self._reading = None
            if lead is not None and lead.is_trouble:
                self.show_state(trouble_view(self.theme, lead, self._on_sync, self._on_integrations))
            else:
                self.show_state(unread_view(self.theme, answer.accounts, self._on_sync))

    # --- the sync ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_progress(self, told: SyncProgress) -> None:
        if self._reading is not None:
            from desktop.ui.app.syncing import stream_title

            progress = told.progress
            seen, of = f"{progress.seen:,}", progress.total_estimate
            text = translate("Dashboard", "{0} · {1}").format(stream_title(progress.stream), seen)
            rate = translate("Dashboard", "{0} a second").format(f"{progress.rate:,.0f}")
            self._reading.progress.show_progress(
                text, progress.seen / of if of else None, rate if progress.rate >= 1 else ""
            )
        elif self._answer is not None and not self._answer.is_read:
            self.footing.show_ground(ground_of(self._answer, syncing=True))
            if not self._answer.has_figures:
                self._show_waiting(self._answer)

    @Slot(object)
    def _on_ended(self, _outcome: object) -> None:
        self.mark_stale()

    @Slot()
    def _on_sync(self) -> None:
        self._syncing.sync_now()
        if self._answer is not None:
            self._show_waiting(self._answer)

    # --- what a person does ------------------------------------------------------------------------------------

    def _figure(self, what: str) -> KeyFigure:
        made = KeyFigure(self.theme, _titles()[what], definition_of(what))
        made.setObjectName(what)
        made.clicked.connect(self._on_figure)
        return made

    @Slot()
    def _on_figure(self) -> None:
        asked = self.sender()
        for what, _text_of, page, measure in _FIGURES:
            if self._figures[what] is asked:
                self._open(page, measure)

    def _open(
        self, page: str, measure: Measure, *, days: tuple[str, str] = ("", ""), service: str = "", **wanted: Any
    ) -> None:
        """Open a page with the rows behind a figure of what is shown: its days (the month's), currency and location."""
        answer, part = self._answer, self._part()
        if answer is None or part is None:
            return
        if not days[0] and measure not in _TODAYS:
            days = month_days(f"{answer.report.month}-01")
        if answer.location is not None:
            wanted |= {"location": answer.location.ref, "account": answer.location.integration_id}
        self.context.open_page(page, figure=Figure(measure, part.currency, *days, service=service), **wanted)

    @Slot(str)
    def _on_fact(self, measure: str) -> None:
        self._open("transactions", cast("Measure", measure))

    @Slot(str, str)
    def _on_bar(self, start_day: str, end_day: str) -> None:
        self._open("transactions", "paid", days=(start_day, end_day))

    @Slot(object)
    def _on_client(self, client: int) -> None:
        self._open("transactions", "paid", client_id=client)

    @Slot()
    def _on_clients(self) -> None:
        self._open("clients", "paid", sort="paid")

    @Slot(object)
    def _on_service(self, service: ServiceAmount) -> None:
        from desktop.reports.openings import of_service

        asked = of_service(Figure("service", ""), service)
        self._open("transactions", asked.measure, service=asked.service)

    @Slot()
    def _on_integrations(self) -> None:
        self.context.open_page("integrations")

    @Slot(str)
    def _on_month(self, month: str) -> None:
        current = self._answer.report.as_of[:7] if self._answer is not None else ""
        # The current month is asked for as such, so that it goes on by itself at midnight.
        self._month = "" if month == current else month
        self.refresh()

    @Slot(str)
    def _on_location(self, location: str) -> None:
        self._location = location
        self.refresh()

    @Slot(str)
    def _on_currency(self, currency: str) -> None:
        self._currency = currency
        self._show_figures()
        self._show_rest()


def _ask(month: str | None, location: str, business: Any) -> Answer:
    return ask_dashboard(business, month, location)


def _titles() -> dict[str, str]:
    return {
        "total_revenue": translate("Dashboard", "Total revenue"),
        "outstanding": translate("Dashboard", "Outstanding invoices"),
        "success_rate": translate("Dashboard", "Payment success rate"),
        "average_invoice": translate("Dashboard", "Average invoice value"),
    }
