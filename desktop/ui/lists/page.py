"""The list page: tabs with counts, filter chips, the table in its card, and the panel beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.errors import CancelledError, WorldError
from desktop.queries.figures import Figure
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import Page, PageContext
from desktop.ui.app.tasks import Job, Lane
from desktop.ui.lists.card import ListCard
from desktop.ui.lists.figures import FIGURE, figure_choice, figure_of_choice, figure_title
from desktop.ui.lists.panel import Action, Block, Entry, PanelContent, Target, show_content
from desktop.ui.lists.plan import Fetched, account_options, chosen, fetched, fitting, location_options
from desktop.ui.lists.plan import ListPlan as ListPlan
from desktop.ui.lists.rows import RowFilter, RowsModel, Summary
from desktop.ui.lists.source import (
    ACCOUNT,
    CLIENT,
    LOCATION,
    PERIOD,
    PERIODS,
    ListingSource,
    Standing,
    standing_question,
)
from desktop.ui.lists.words import word
from desktop.ui.text import PlainLabel
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate
from desktop.ui.verbs.open_address import copy_address, open_address
from desktop.ui.widgets.chips import ClosingChip, FilterChip
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.panel import DetailPanel
from desktop.ui.widgets.segments import Segments
from desktop.ui.widgets.states import StateView

#: The least width of a table that is worth looking at beside the panel, in the look's pixels.
_LEAST_TABLE: Final = 420
#: Qt's own "no limit" for widths (``QWIDGETSIZE_MAX``).
_NO_LIMIT: Final = 16_777_215
#: Milliseconds that the keyboard rests on a row before the open panel follows it.
_FOLLOW_MS: Final = 90


class ListPage(Page):
    """A page over one listing. Subclasses set ``kinds``."""

    def __init__(
        self, context: PageContext, handle: BusinessHandle, plan: ListPlan, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, plan.title, parent=parent)
        self._handle, self._plan = handle, plan
        self._standing: Standing | None = None
        self._client_id: int | None = None
        self._opened_id: int | None = None
        self._fetch: Job | None = None
        self._fetched: set[int] = set()
        self._unfetched: dict[int, str] = {}
        self._wanted_id: int | None = None
        self._hosts: tuple[str, ...] = ()
        self._chips: dict[str, FilterChip | ClosingChip] = {}
        self._client_shown: tuple[str, str] | None = None
        self._figure_shown = ("", "")
        self._locations_offered: list[tuple[str, str]] = []
        source = ListingSource(handle, plan.listing, plan.show, plan.totals, plan.tabs)
        status = plan.tabs[0][0]
        sort, descending = plan.order_of(status)
        first = RowFilter(status=status, sort=sort, descending=descending)
        self.model = RowsModel(context.tasks, source, plan.columns, self, first=first)
        self.body.addWidget(self._make_filters())
        self.card = ListCard(self.theme, self.model, plan.title, self._empty_state, tall=plan.tall)
        self.panel = DetailPanel(self.theme, translate("Lists", "Details"))
        beside = QHBoxLayout()
        beside.setSpacing(self.theme.px(16))
        beside.addWidget(self.card, 1)
        beside.addWidget(self.panel)
        self.body.addLayout(beside, 1)
        self._follow = Throttle(self._on_follow, _FOLLOW_MS, self)
        self._connect()

    def _make_filters(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self.theme.px(16))
        left = QWidget()
        self._filters = FlowLayout(left, self.theme.px(8))
        self._counts: Mapping[str, int] = {}
        name = translate("Lists", "{0} by state").format(self._plan.title)
        self.tabs = Segments(self.theme, name, self._plan.tabs)
        self._filters.addWidget(self.tabs)
        if self._plan.periods:
            options = [(key, word(text)) for key, text in PERIODS.items()]
            self._add_chip(PERIOD, options[0][1], options)
        self.count = PlainLabel("", tone="text-3")
        layout.addWidget(left, 1)
        layout.addWidget(self.count)
        return row

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._on_tab)
        self.card.summarised.connect(self._on_summary)
        self.card.cleared.connect(self._on_cleared)
        self.card.table.opened.connect(self.open_row)
        self.card.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.model.modelReset.connect(self._on_reset)
        self.panel.closed.connect(self._on_closed)

    # --- the page's own turns ------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for the accounts, the rows and what the panel shows."""
        self.show_loading()
        self.tasks.query(standing_question(self._handle, self._client_id), self._on_standing, self.show_failed)
        self.model.reload()
        if self._opened_id is not None:
            self._ask_detail(self._opened_id)

    def search(self, text: str) -> None:
        """Narrow the list to what was typed."""
        self.model.set_filter(replace(self.model.filter, search=text))

    def search_text(self) -> str:
        """What the list is narrowed to by typing."""
        return self.model.filter.search

    def open(self, **wanted: Any) -> None:
        """Show these rows: ``status`` a tab, ``search``, ``client_id``, ``period``, ``location`` (a provider's id of
        it), ``account``, ``figure`` (those behind it), ``sort`` (downwards); ``row_id`` opens one of them.

        What is not named is not filtered by; a row alone is looked for in what is shown first.
        """
        row_id = wanted.get("row_id")
        known = {"status", "search", "client_id", "period", "location", "account", "figure"} & set(wanted)
        if known or (row_id is not None and self.model.row_of(row_id) < 0):
            client_id = wanted.get("client_id")
            self._client_id = client_id
            choices = {
                CLIENT: str(client_id) if client_id is not None else "",
                PERIOD: wanted.get("period", ""),
                LOCATION: wanted.get("location", ""),
                ACCOUNT: str(wanted.get("account") or ""),
                **self._choices_of(wanted.get("figure")),
            }
            status = wanted.get("status", "")
            self.model.current_id = row_id
            old = replace(self._of_tab(status), search=wanted.get("search", ""))
            if wanted.get("sort"):
                old = replace(old, sort=wanted["sort"], descending=True)
            self.model.set_filter(replace(old, choices=chosen(choices)))
            self.tabs.choose(status)
            self._offer_locations()
            self._chips_follow()
            if client_id is not None:
                self.tasks.query(standing_question(self._handle, client_id), self._on_standing, self.show_failed)
        if row_id is not None:
            self.open_row(row_id)
            self._wanted_id = None if self.card.table.show_id(row_id) else row_id
        elif known:
            self.close_panel()

    def _choices_of(self, figure: Figure | None) -> dict[str, str]:
        """A figure as this page is narrowed to it."""
        return {} if figure is None else {FIGURE: figure_choice(figure)}

    def close_panel(self) -> bool:
        """Close the panel; False where it is closed."""
        if self.panel.isHidden():
            return False
        self.panel.close_panel()
        return True

    # --- filters -------------------------------------------------------------------------------------------------

    def _add_chip(self, key: str, title: str, options: Sequence[tuple[str, str]]) -> None:
        self._drop_chip(key)
        if len(options) > 1:
            self._put_chip(key, FilterChip(self.theme, title, options))

    def _drop_chip(self, key: str) -> None:
        old = self._chips.pop(key, None)
        if old is not None:
            self._filters.removeWidget(old)
            # A chip that takes itself away is still in its own click.
            old.hide()
            old.deleteLater()

    def _put_chip(self, key: str, chip: FilterChip | ClosingChip) -> None:
        self._chips[key] = chip
        chip.picked.connect(self._on_picked)
        self._filters.addWidget(chip)
        chip.show()

    def _chips_follow(self) -> None:
        """Show in the chips what the filter says; the client's chip is there while there is a client."""
        picked = dict(self.model.filter.choices)
        name = self._standing.client_name if self._standing is not None else ""
        client = (picked[CLIENT], name) if CLIENT in picked and name else None
        if client != self._client_shown:
            self._client_shown = client
            every = translate("Lists", "All clients")
            self._add_chip(CLIENT, every, [("", every), (client[0], name)] if client else [])
        self._offer_figure(picked.get(FIGURE, ""))
        for key, chip in self._chips.items():
            if chip.current() != picked.get(key, chip.none()):
                chip.pick(picked.get(key, chip.none()))
        self._fit()

    def _offer_figure(self, choice: str) -> None:
        """The figure's chip is there while the rows behind a figure are shown."""
        today = self._standing.today if self._standing is not None else ""
        shown = (choice, today)
        if shown == self._figure_shown:
            return
        self._figure_shown = shown
        self._drop_chip(FIGURE)
        period = self._chips.get(PERIOD)
        if period is not None:
            # The figure has days of its own.
            period.setVisible(not (choice and figure_of_choice(choice).start_day))
        if choice:
            self._put_chip(FIGURE, ClosingChip(self.theme, choice, figure_title(figure_of_choice(choice), today)))

    @Slot(str)
    def _on_tab(self, status: str) -> None:
        self.model.set_filter(self._of_tab(status))

    def _of_tab(self, status: str) -> RowFilter:
        """The filter with another tab, in that tab's own order unless a person chose one."""
        old, focus = self.model.filter, self._plan.focus.get(status)
        self.card.table.keep_columns(*((focus.kept, focus.spared) if focus else (frozenset(), frozenset())))
        if (old.sort, old.descending) != self._plan.order_of(old.status):
            return replace(old, status=status)
        sort, descending = self._plan.order_of(status)
        return replace(old, status=status, sort=sort, descending=descending)

    @Slot(str)
    def _on_picked(self, _value: str) -> None:
        before, picked = dict(self.model.filter.choices), {key: chip.current() for key, chip in self._chips.items()}
        changed = next((key for key, value in picked.items() if value != before.get(key, "")), "")
        choices = chosen(fitting(picked, changed, self._standing))
        self.model.set_filter(replace(self.model.filter, choices=choices))
        if CLIENT not in dict(choices):
            self._client_id = None
        self._chips_follow()

    @Slot()
    def _on_cleared(self) -> None:
        self.model.set_filter(self._of_tab(""))
        self._client_id = None
        self.tabs.choose("")
        self._chips_follow()
        # The window writes the search field again when a page is opened.
        self.context.open_page(self._plan.key)

    @Slot(object)
    def _on_summary(self, summary: Summary) -> None:
        self._counts = summary.counts
        number = summary.counts.get(self.model.filter.status)
        one, many = self._plan.counted
        self.count.set_text("" if number is None else (one if number == 1 else many).format(f"{number:,}"))
        self._fit()

    # --- accounts ------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_standing(self, standing: Standing) -> None:
        before, self._standing = self._standing, standing
        if before is None or before.accounts != standing.accounts:
            self._offer_accounts(standing)
        self._offer_locations()
        self._chips_follow()
        if standing.accounts:
            self.show_ready()
        else:
            self.show_state(self._unconnected())

    def _offer_accounts(self, standing: Standing) -> None:
        offered = account_options(standing)
        self._add_chip(ACCOUNT, translate("Lists", "All accounts"), offered)
        self._drop_unoffered(ACCOUNT, offered)

    def _offer_locations(self) -> None:
        """The locations as they are called now; no chip where they make no difference."""
        if not self._plan.locations or self._standing is None:
            return
        picked = dict(self.model.filter.choices).get(LOCATION, "")
        offered = location_options(self._standing, picked)
        if offered != self._locations_offered:
            self._locations_offered = offered
            self._add_chip(LOCATION, translate("Lists", "All locations"), offered)
            self._drop_unoffered(LOCATION, offered)

    def _drop_unoffered(self, key: str, offered: Sequence[tuple[str, str]]) -> None:
        """What was forgotten meanwhile is not filtered by: a filter that no chip shows would hide everything."""
        picked = dict(self.model.filter.choices)
        if picked.get(key, "") not in {"", *dict(offered)}:
            del picked[key]
            self.model.set_filter(replace(self.model.filter, choices=chosen(picked)))

    def _unconnected(self) -> StateView:
        return StateView(
            self.theme,
            "empty-connect",
            translate("Lists", "No account is connected"),
            self._plan.unconnected,
            button=translate("Lists", "Connect an account"),
            on_button=self._go_to_integrations,
        )

    def _empty_state(self) -> StateView:
        standing = self._standing
        if standing is not None and not standing.connected:
            return self._unconnected()
        return StateView(self.theme, self._plan.picture, *self._plan.empty)

    def _go_to_integrations(self) -> None:
        self.context.open_page("integrations")

    # --- room ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a small window the panel stands instead of the list, and tabs and filters go without their counts."""
        margins = self.body.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        alone = room - self.panel.minimumWidth() < self.theme.px(_LEAST_TABLE)
        self.card.setVisible(self.panel.isHidden() or not alone)
        self.panel.setMaximumWidth(_NO_LIMIT if alone else self.panel.minimumWidth())
        shown = (chip for chip in self._chips.values() if not chip.isHidden())
        chips = sum(chip.sizeHint().width() + self.theme.px(8) for chip in shown)
        self.tabs.show_counts(self._counts)
        beside = self.count.sizeHint().width() + self.theme.px(16)
        if self.tabs.sizeHint().width() + chips > room:
            # Everything on one line matters more than the room around each tab.
            self.tabs.show_counts(self._counts, tight=True)
        needed = self.tabs.sizeHint().width()
        self.count.setVisible(needed + chips + beside <= room)
        if needed > room:
            self.tabs.show_counts({})

    # --- the panel -----------------------------------------------------------------------------------------------

    @Slot(object)
    def open_row(self, row_id: int) -> None:
        """Show the row in the panel."""
        self._follow.stop()
        if row_id != self._opened_id:
            self._opened_id = row_id
            if self.panel.isHidden():
                self.panel.show_loading()
                self._fit()
        self._ask_detail(row_id)
        self._fetch_row(row_id)

    def _fetch_row(self, row_id: int) -> None:
        """Read what only who opens the row wants to see, once for each row; what was asked for another is let go."""
        fetch = self._plan.fetch_row
        if fetch is None or row_id in self._fetched:
            return
        if self._fetch is not None:
            self._fetch.cancel()
        self._fetched.add(row_id)
        self._unfetched.pop(row_id, None)
        ask = self._handle.business
        self._fetch = self.tasks.run(
            lambda job: fetched(fetch, ask, row_id, job.cancelled), self._on_fetched, lane=Lane.FETCHING
        )

    @Slot(object)
    def _on_fetched(self, answer: Fetched) -> None:
        if answer.error is None:
            return
        self._fetched.discard(answer.row_id)
        if isinstance(answer.error, CancelledError):
            return
        self._unfetched[answer.row_id] = f"{answer.error.message} {answer.error.action}"
        if self._opened_id == answer.row_id:
            self._ask_detail(answer.row_id)

    def _ask_detail(self, row_id: int) -> None:
        read = self._plan.open_row
        # On the lane of short reads: a sort of a million rows must not hold the panel up.
        self.tasks.query(
            self._handle.question(lambda business: read(business, row_id)),
            self._on_detail,
            self._on_no_detail,
            lane=Lane.ROWS,
        )

    @Slot(object)
    def _on_detail(self, content: PanelContent | None) -> None:
        if self._opened_id is None:
            return
        shown = content or PanelContent(self._opened_id, self._plan.gone)
        said = self._unfetched.get(shown.row_id)
        if said is not None:
            note = Block(translate("Lists", "Could not be asked for just now"), (Entry("", detail=said),))
            shown = replace(shown, blocks=(*shown.blocks, note))
        self._hosts = shown.hosts
        show_content(self.panel, self.theme, shown, self._run, self._go)

    @Slot(object)
    def _on_no_detail(self, error: WorldError) -> None:
        if self._opened_id is not None:
            self.panel.show_failed(error, self._retry_detail)

    def _retry_detail(self) -> None:
        if self._opened_id is not None:
            self._ask_detail(self._opened_id)

    @Slot()
    def _on_closed(self) -> None:
        self._opened_id = None
        self.tasks.drop(self._on_detail)
        self._fit()
        self.card.table.setFocus()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        if self._opened_id is not None:
            self._follow.debounce()

    @Slot()
    def _on_follow(self) -> None:
        row_id = self.card.table.current_id()
        if row_id is not None and self._opened_id is not None and row_id != self._opened_id:
            self.open_row(row_id)

    @Slot()
    def _on_reset(self) -> None:
        if self._wanted_id is not None and self.card.table.show_id(self._wanted_id):
            self._wanted_id = None

    # --- what lines and buttons do -------------------------------------------------------------------------------

    def _go(self, target: Target) -> None:
        if target.address:
            open_address(self.context, target.address, self._hosts)
        else:
            self.context.open_page(target.page, **dict(target.wanted))

    def _run(self, action: Action) -> None:
        if action.doing == "copy":
            copy_address(self.context, action.target.address)
        else:
            self._go(action.target)
