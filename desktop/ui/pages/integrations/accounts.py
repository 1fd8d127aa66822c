"""The accounts: how each stands, what is missing and what to do, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.ui.connecting.words import Clock, Said, counts_line, pill_words, progress_line, told
from desktop.ui.dialogs.business_check import mode_words
from desktop.ui.pages.integrations.details import StreamTable
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.picture import Mark, Picture
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.progress import Bar
from desktop.ui.widgets.surfaces import Card, clear_layout, line
from desktop.ui.wording import any_provider_text, day_of_instant

if TYPE_CHECKING:
    from desktop.actions.status import AccountStatus
    from desktop.queries.set_aside import SetAsideLine
    from desktop.sync.report import Progress


class AccountRow(QWidget):
    """One account. Its signals carry the account's number; ``sync_asked`` also whether everything is to be read again,
    ``disconnect_asked`` whether the account is to be forgotten, ``option_asked`` a switch and how it is to stand.
    """

    sync_asked = Signal(object, bool)
    cancel_asked = Signal()
    reconnect_asked = Signal(object)
    renew_asked = Signal(object)
    rename_asked = Signal(object)
    disconnect_asked = Signal(object, bool)
    details_asked = Signal(object)
    option_asked = Signal(object, str, bool)

    def __init__(self, theme: Theme, account: AccountStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.account = account
        self.is_open = False
        self._syncing = False
        self._said_now: list[Said] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(12), 0, theme.px(12))
        column.setSpacing(theme.px(8))
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        mark = Mark(theme, account.integration.provider, size=34)
        row.addWidget(mark, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._make_words(), 1)
        self.main_button = Button(theme, "")
        self.main_button.clicked.connect(self._on_main)
        self.more = IconButton(theme, "more", "", quiet=False, size=32)
        self.more.clicked.connect(self._on_more)
        row.addWidget(self.main_button, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self.details = StreamTable(theme)
        self.details.hide()
        self.details.option_asked.connect(self._on_option)
        column.addWidget(self.details)
        self._make_menu()

    def _make_words(self) -> QVBoxLayout:
        theme = self._theme
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        self._title = PlainLabel("", strong=True, elide=True, select=True)
        policy = self._title.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Preferred)
        self._title.setSizePolicy(policy)
        self._mode = Pill(theme)
        self._attention = Pill(theme)
        for pill in (self._mode, self._attention):
            # Where it is narrow, the name is shortened before a state is.
            pill.setSizePolicy(policy.Policy.Fixed, policy.Policy.Fixed)
        head.addWidget(self._title)
        head.addWidget(self._mode)
        head.addWidget(self._attention)
        head.addStretch(1)
        words.addLayout(head)
        self._counts = PlainLabel("", tone="text-2", wrap=True)
        words.addWidget(self._counts)
        self._said = QVBoxLayout()
        self._said.setSpacing(theme.px(2))
        words.addLayout(self._said)
        self.reconnect_button = Button(theme, translate("AccountRow", "Reconnect"))
        self.reconnect_button.clicked.connect(self._on_reconnect)
        self.renew_button = Button(theme, translate("AccountRow", "Try to renew"))
        self.renew_button.clicked.connect(self._on_renew)
        self._access = QWidget()
        below = QHBoxLayout(self._access)
        below.setContentsMargins(0, theme.px(5), 0, 0)
        below.setSpacing(theme.px(8))
        below.addWidget(self.reconnect_button)
        below.addWidget(self.renew_button)
        below.addStretch(1)
        self._access.hide()
        words.addWidget(self._access)
        self._bar = Bar(theme, translate("AccountRow", "Sync progress"))
        self._bar.hide()
        words.addWidget(self._bar)
        return words

    def _make_menu(self) -> None:
        self.menu = QMenu(self)
        self.menu.setAccessibleName(translate("AccountRow", "More for this account"))
        self._toggle = self._add_action("", self.toggle_details)
        self._again = self._add_action(translate("AccountRow", "Sync everything again"), self._on_again)
        self._rename = self._add_action(translate("AccountRow", "Rename…"), self._on_rename)
        self.menu.addSeparator()
        self._leave = self._add_action(translate("AccountRow", "Disconnect…"), self._on_disconnect)
        self._forget = self._add_action("", self._on_forget)

    def _add_action(self, text: str, slot: object) -> QAction:
        action = QAction(text, self.menu)
        action.triggered.connect(slot)
        self.menu.addAction(action)
        return action

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_account(self, account: AccountStatus, provider_title: str, clock: Clock) -> None:
        """Show how it stands now."""
        self.account = account
        row = account.integration
        gone, attention = row.status == "disconnected", row.status == "needs_attention"
        soon = bool(row.attention) and not gone and not attention
        title = row.full_title
        self._title.set_text(title)
        self._title.set_tone("text-2" if gone else "text")
        self._mode.show_state(*mode_words(row.mode))
        self._attention.show_state(*pill_words(account.standing))
        self.reconnect_button.setVisible(soon)
        self.renew_button.setVisible(account.renewal_given_up and not gone)
        self._access.setVisible(soon or (account.renewal_given_up and not gone))
        self.more.set_icon("more", translate("AccountRow", "More for {0}").format(title))
        self.setAccessibleName(title)
        if gone:
            self._counts.set_text(_gone_text(account, clock))
            self._counts.show()
        elif not self._syncing:
            self._show_counts(clock)
        self._show_said(told(account.standing))
        self._show_actions(gone=gone, attention=attention)
        if self.is_open:
            self.details.show_streams(account, clock)

    def _show_counts(self, clock: Clock) -> None:
        counts = counts_line(self.account, clock)
        self._counts.set_text(_unbroken(counts))
        self._counts.setVisible(bool(counts))

    def show_options(self, options: Mapping[str, bool]) -> None:
        """Show how the account's switches stand."""
        self.details.show_options(options)

    def _show_said(self, said: Sequence[Said]) -> None:
        """What is said already stays as it is: it may be being read, or selected."""
        if list(said) == self._said_now:
            return
        self._said_now = list(said)
        clear_layout(self._said)
        for one in said:
            self._said.addWidget(PlainLabel(one.text, tone=one.tone, wrap=True, select=True))

    def _show_actions(self, *, gone: bool, attention: bool) -> None:
        if gone:
            main = translate("AccountRow", "Connect again")
        elif self._syncing:
            main = translate("AccountRow", "Cancel")
        elif attention:
            main = translate("AccountRow", "Reconnect")
        elif self.account.standing is not None and self.account.standing.is_trouble and self.account.standing.can_retry:
            main = translate("AccountRow", "Retry")
        else:
            main = translate("AccountRow", "Sync now")
        self.main_button.set_text(main)
        self._toggle.setText(
            translate("AccountRow", "Hide the details") if self.is_open else translate("AccountRow", "Show the details")
        )
        self._again.setEnabled(not gone and not attention and not self._syncing)
        self._leave.setVisible(not gone)
        for action in (self._leave, self._forget):
            action.setEnabled(not self._syncing)
        self._forget.setText(
            translate("AccountRow", "Forget…") if gone else translate("AccountRow", "Disconnect and forget…")
        )

    def show_progress(self, progress: Progress) -> None:
        """A sync of this account is at work."""
        text, share, rate = progress_line(progress)
        self._syncing = True
        self._counts.set_text(" · ".join(part for part in (text, rate) if part))
        self._counts.show()
        self._bar.show_share(share)
        self._bar.show()
        self._refresh_actions()

    def end_progress(self, clock: Clock) -> None:
        """No sync of this account is at work any more."""
        if not self._syncing:
            return
        self._syncing = False
        self._bar.hide()
        self._show_counts(clock)
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        status = self.account.integration.status
        self._show_actions(gone=status == "disconnected", attention=status == "needs_attention")

    def allow_sync(self, allowed: bool) -> None:
        """Another account is being synced: this one waits its turn."""
        connected = self.account.integration.status == "active"
        standing = self.account.standing
        elsewhere = standing is not None and standing.condition == "elsewhere"
        self.main_button.setEnabled((allowed and not elsewhere) or self._syncing or not connected)

    def show_set_aside(self, lines: Sequence[SetAsideLine]) -> None:
        """Name what could not be read."""
        self.details.show_set_aside(lines, sum(stream.set_aside for stream in self.account.streams))

    # --- what is asked ----------------------------------------------------------------------------------------------

    @Slot()
    def toggle_details(self) -> None:
        """Open or close the table of streams."""
        self.is_open = not self.is_open
        self.details.setVisible(self.is_open)
        self._refresh_actions()
        if self.is_open:
            self.details_asked.emit(self.account.integration.id)

    @Slot()
    def _on_main(self) -> None:
        row = self.account.integration
        if self._syncing:
            self.cancel_asked.emit()
        elif row.status == "active":
            self.sync_asked.emit(row.id, False)
        else:
            self.reconnect_asked.emit(row.id)

    @Slot()
    def _on_reconnect(self) -> None:
        self.reconnect_asked.emit(self.account.integration.id)

    @Slot()
    def _on_renew(self) -> None:
        self.renew_asked.emit(self.account.integration.id)

    @Slot(str, bool)
    def _on_option(self, name: str, on: bool) -> None:
        self.option_asked.emit(self.account.integration.id, name, on)

    @Slot()
    def _on_more(self) -> None:
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + self._theme.px(4))))

    @Slot()
    def _on_again(self) -> None:
        self.sync_asked.emit(self.account.integration.id, True)

    @Slot()
    def _on_rename(self) -> None:
        self.rename_asked.emit(self.account.integration.id)

    @Slot()
    def _on_disconnect(self) -> None:
        self.disconnect_asked.emit(self.account.integration.id, False)

    @Slot()
    def _on_forget(self) -> None:
        self.disconnect_asked.emit(self.account.integration.id, True)


class AccountsCard(Card):
    """All accounts, connected ones first. Signals: ``row_made`` with each new row, for its signals to be heard."""

    row_made = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, translate("AccountsCard", "Accounts"), parent=parent)
        self._theme = theme
        self.rows: dict[int, AccountRow] = {}
        self.body.setSpacing(theme.px(12))
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self._nothing = self._make_nothing()
        self.body.addWidget(self._nothing)
        self.body.addStretch(1)
        self._order: tuple[int, ...] = ()

    def _make_nothing(self) -> QWidget:
        theme = self._theme
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, theme.px(8), 0, 0)
        row.setSpacing(theme.px(20))
        row.addWidget(Picture(theme, "empty-connect", "text-3", 96))
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addStretch(1)
        words.addWidget(PlainLabel(translate("AccountsCard", "No account yet"), strong=True))
        text = translate(
            "AccountsCard",
            "Connect {0}, and your clients, invoices and payments are read into books on this computer.",
        ).format(any_provider_text())
        words.addWidget(PlainLabel(text, tone="text-2", wrap=True))
        words.addStretch(1)
        row.addLayout(words, 1)
        return widget

    def show_accounts(
        self,
        accounts: Sequence[tuple[AccountStatus, str]],
        clock: Clock,
        options: Mapping[int, Mapping[str, bool]] | None = None,
    ) -> None:
        """Show these accounts (each with its provider's title), keeping the rows that stay; ``options`` by account."""
        ordered = sorted(accounts, key=_disconnected_last)
        present = tuple(account.integration.id for account, _title in ordered)
        for gone in [number for number in self.rows if number not in present]:
            del self.rows[gone]
        for account, _title in ordered:
            number = account.integration.id
            if number not in self.rows:
                self.rows[number] = AccountRow(self._theme, account)
                self.row_made.emit(self.rows[number])
        if present != self._order:
            self._order = present
            self._lay_out()
        for account, title in ordered:
            self.rows[account.integration.id].show_account(account, title, clock)
            self.rows[account.integration.id].show_options((options or {}).get(account.integration.id, {}))
        self._nothing.setVisible(not ordered)

    def _lay_out(self) -> None:
        kept = set(self.rows.values())
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget not in kept:
                widget.hide()
                widget.deleteLater()
        for number in self._order:
            self._list.addWidget(line())
            self._list.addWidget(self.rows[number])


def _disconnected_last(pair: tuple[AccountStatus, str]) -> tuple[bool, int]:
    row = pair[0].integration
    return row.status == "disconnected", row.id


def _unbroken(text: str) -> str:
    """The line may break between its parts only."""
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in text.split(" · "))


def _gone_text(account: AccountStatus, clock: Clock) -> str:
    at = account.integration.disconnected_at
    if at is None:
        return translate("AccountRow", "Disconnected. Its history stays in the reports.")
    day = clock.day(day_of_instant(at, clock.where))
    return translate("AccountRow", "Disconnected on {0}. Its history stays in the reports.").format(day)
