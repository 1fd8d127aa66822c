"""The Integrations page: the Payments card, connecting a provider, and how each account stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout

from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import Page, PageContext
from desktop.ui.app.syncing import SyncOutcome, SyncProgress, Syncs
from desktop.ui.connecting.card import ConnectingCard
from desktop.ui.connecting.words import Clock
from desktop.ui.dialogs.offer import Offer
from desktop.ui.pages.integrations.accounts import AccountRow, AccountsCard
from desktop.ui.pages.integrations.overview import Overview, read_overview, read_set_aside
from desktop.ui.translation import translate
from desktop.ui.verbs.connect import Connect
from desktop.ui.verbs.disconnect import Disconnect
from desktop.ui.verbs.rename import Rename
from desktop.ui.verbs.renew import Renew
from desktop.ui.verbs.set_option import SetOption
from desktop.ui.widgets.notice import Notice
from desktop.ui.widgets.payments_card import PaymentsCard
from desktop.ui.widgets.surfaces import ScrollColumn, clear_layout

if TYPE_CHECKING:
    from desktop.actions.status import Elsewhere
    from desktop.books.integrations import IntegrationRow
    from desktop.queries.set_aside import SetAsideLine

#: Below this width (of the look) the two cards stand one below the other.
_SIDE_BY_SIDE: Final = 820
_CARD: Final = 360


class IntegrationsPage(Page):
    """``open(connect=True)`` begins connecting at once. ``port`` is for tests: where the browser comes back to."""

    kinds: ClassVar[frozenset[str]] = frozenset({"integrations", "sync_runs"})

    def __init__(self, context: PageContext, handle: BusinessHandle, syncing: Syncs, port: int | None = None) -> None:
        super().__init__(context, translate("Integrations", "Integrations"), scrolls=True)
        self._handle, self._syncing = handle, syncing
        self._overview: Overview | None = None
        self._wants_connect = False
        self._notices = QVBoxLayout()
        self._notices.setSpacing(self.theme.px(8))
        self.body.addLayout(self._notices)
        self.payments = PaymentsCard(self.theme, _features())
        self.payments.connect_asked.connect(self.primary)
        self.accounts = AccountsCard(self.theme)
        self.accounts.row_made.connect(self._on_row_made)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(self.theme.px(16))
        self._cards.addWidget(self.payments)
        self._cards.addWidget(self.accounts, 1)
        self.body.addLayout(self._cards)
        self.connecting = ConnectingCard(self.theme)
        self.connecting.hide()
        self.body.addWidget(self.connecting)
        self.body.addStretch(1)
        self.connect_account = Connect(context, handle, self, syncing, self.connecting, port)
        self.connect_account.shown.connect(self._on_connecting_shown)
        self.connect_account.hidden.connect(self.connecting.hide)
        self._rename, self._disconnect = Rename(context, handle, self), Disconnect(context, handle, self)
        self._renew = Renew(context, handle, self)
        self._renew.renewed.connect(self._on_readable)
        self._set_option = SetOption(context, handle, self, syncing)
        self._set_option.turned_on.connect(self._on_readable)
        self._set_option.refused.connect(self.mark_stale)
        syncing.progressed.connect(self._on_progressed)
        syncing.ended.connect(self._on_sync_ended)
        self._arrange()

    # --- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask how everything stands."""
        if self._overview is None:
            self.show_loading()
        self.tasks.query(self._handle.question(read_overview), self._on_overview, self.show_failed)

    @Slot(object)
    def _on_overview(self, overview: Overview) -> None:
        self._overview = overview
        self._show_elsewhere(overview.elsewhere)
        rows = [(account, account.integration.provider_title) for account in overview.accounts]
        self.accounts.show_accounts(rows, self._clock(overview), overview.options)
        self.payments.show_connected(any(row.integration.status != "disconnected" for row, _title in rows))
        self._allow_syncs()
        self._ask_set_aside()
        self.show_ready()
        if self._wants_connect:
            self._wants_connect = False
            self.connect_account(overview.offers)

    def _clock(self, overview: Overview) -> Clock:
        return Clock(ZoneInfo(overview.timezone), overview.today)

    def _show_elsewhere(self, accounts: tuple[Elsewhere, ...]) -> None:
        clear_layout(self._notices)
        for one in accounts:
            title = translate("Integrations", "{0} is live, but {1} is reached at another address")
            text = translate(
                "Integrations", "Its key goes to {0}. Unless you set that address yourself, stop, remove it from the "
                "environment, and replace the key."
            )  # fmt: skip
            notice = Notice(self.theme, "danger", title.format(one.title, one.provider_title), text.format(one.address))
            self._notices.addWidget(notice)

    def _arrange(self) -> None:
        wide = self.width() - 2 * self.theme.px(24) >= self.theme.px(_SIDE_BY_SIDE)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(beside if wide else below)
        self._cards.setAlignment(self.payments, Qt.AlignmentFlag.AlignTop if wide else Qt.AlignmentFlag(0))
        self.payments.setMaximumWidth(self.theme.px(_CARD) if wide else 16_777_215)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cards beside or below each other."""
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _on_connecting_shown(self) -> None:
        self.connecting.show()
        # In a low window it stands below the fold, and is laid out after the next turn only.
        QTimer.singleShot(0, self, self._see_connecting)

    @Slot()
    def _see_connecting(self) -> None:
        column = self._page_ready
        if isinstance(column, ScrollColumn):
            column.ensureWidgetVisible(self.connecting)

    # --- connecting ------------------------------------------------------------------------------------------------

    def open(self, **wanted: Any) -> None:
        """``connect=True``: begin connecting."""
        if wanted.get("connect"):
            self.primary()

    @Slot()
    def primary(self) -> None:
        """Connect Payments."""
        if self._overview is None:
            self._wants_connect = True
        else:
            self.connect_account(self._overview.offers)

    def leave(self) -> None:
        """The window closes."""
        self.connect_account.leave()

    # --- the accounts ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_row_made(self, row: AccountRow) -> None:
        row.sync_asked.connect(self._on_sync_asked)
        row.cancel_asked.connect(self._on_cancel_asked)
        row.reconnect_asked.connect(self._on_reconnect)
        row.renew_asked.connect(self._on_renew)
        row.rename_asked.connect(self._on_rename)
        row.disconnect_asked.connect(self._on_disconnect)
        row.details_asked.connect(self._on_details)
        row.option_asked.connect(self._on_option)

    @Slot(object, bool)
    def _on_sync_asked(self, integration_id: int, full: bool) -> None:
        self._syncing.sync(integration_id, full)
        self._allow_syncs()

    @Slot()
    def _on_cancel_asked(self) -> None:
        self._syncing.cancel()

    @Slot(object)
    def _on_progressed(self, told: SyncProgress) -> None:
        row = self.accounts.rows.get(told.integration_id)
        if row is not None:
            row.show_progress(told.progress)
        for number, other in self.accounts.rows.items():
            if number != told.integration_id:
                self._end_progress(other)
        self._allow_syncs()

    @Slot(object)
    def _on_sync_ended(self, _outcome: SyncOutcome | None) -> None:
        for row in self.accounts.rows.values():
            self._end_progress(row)
        self._allow_syncs()
        self.mark_stale()

    def _end_progress(self, row: AccountRow) -> None:
        if self._overview is not None:
            row.end_progress(self._clock(self._overview))

    def _allow_syncs(self) -> None:
        for row in self.accounts.rows.values():
            row.allow_sync(not self._syncing.running)

    @Slot(object)
    def _on_reconnect(self, integration_id: int) -> None:
        offer = self._offer_for(self._account(integration_id))
        if offer is not None:
            self.connect_account([offer])

    @Slot(object)
    def _on_renew(self, integration_id: int) -> None:
        self._renew(integration_id)

    @Slot(object)
    def _on_details(self, integration_id: int) -> None:
        row = self.accounts.rows[integration_id]
        if self._overview is not None:
            row.details.show_streams(row.account, self._clock(self._overview))
        self._ask_set_aside()

    def _ask_set_aside(self) -> None:
        unfolded = tuple(number for number, row in self.accounts.rows.items() if row.is_open)
        if unfolded:
            question = partial(read_set_aside, integration_ids=unfolded)
            self.tasks.query(self._handle.question(question), self._on_set_aside)

    @Slot(object)
    def _on_set_aside(self, answer: dict[int, list[SetAsideLine]]) -> None:
        for number, lines in answer.items():
            if number in self.accounts.rows:
                self.accounts.rows[number].show_set_aside(lines)

    @Slot(object)
    def _on_rename(self, integration_id: int) -> None:
        self._rename(self._account(integration_id))

    @Slot(object, bool)
    def _on_disconnect(self, integration_id: int, forget: bool) -> None:
        account = self._account(integration_id)
        offer = self._offer_for(account)
        if offer is not None:
            self._disconnect(account, offer, forget=forget)

    @Slot(object, str, bool)
    def _on_option(self, integration_id: int, option: str, on: bool) -> None:
        self._set_option(integration_id, option, on)

    @Slot(object)
    def _on_readable(self, integration_id: int) -> None:
        self._on_sync_asked(integration_id, False)

    def _account(self, integration_id: int) -> IntegrationRow:
        return self.accounts.rows[integration_id].account.integration

    def _offer_for(self, account: IntegrationRow) -> Offer | None:
        return self._overview.offer(account.provider) if self._overview is not None else None


def _features() -> tuple[str, ...]:
    return (
        translate("Integrations", "Invoice Processing"),
        translate("Integrations", "Payment Tracking"),
        translate("Integrations", "Recurring Billing"),
        translate("Integrations", "Financial Reports"),
    )
