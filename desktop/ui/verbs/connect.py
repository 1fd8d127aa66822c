"""Connecting from the picker to the end of the first sync: sheets, the worker, and the card that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.errors import CancelledError, NotConnectedError, UsageError, WorldError
from desktop.ui.app.addresses import RefusedAddressError, is_allowed
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.app.syncing import SyncOutcome, SyncProgress, Syncs, stream_title
from desktop.ui.app.tasks import Job, Lane
from desktop.ui.connecting.attempt import Attempt, Connecting, Keeping, candidate, no_sync, outcome_of, read_account
from desktop.ui.connecting.card import ConnectingCard
from desktop.ui.connecting.conversation import Conversation, PendingQuestion
from desktop.ui.connecting.words import CLOSED, progress_line, told
from desktop.ui.dialogs.business_check import BusinessCheck
from desktop.ui.dialogs.key_entry import KeyEntry
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.dialogs.provider_picker import ProviderPicker
from desktop.ui.translation import translate
from desktop.ui.verbs.verb import Verb
from desktop.vault.secret import Secret

if TYPE_CHECKING:
    from desktop.actions.callback import Callback
    from desktop.actions.connect import Connected
    from desktop.actions.status import AccountStatus

_UPDATES, _SYNC, _CONNECTED = 6, 7, 8
"""Steps by their index in the list (0 is the first)."""


class Connect(Verb):
    """Leads one attempt at a time; while one is under way, asking again shows it.

    Signals: ``shown`` when its card has to be seen, ``hidden`` when it is over. ``port`` is where the browser comes
    back to; None takes the one that is registered with the provider.
    """

    shown = Signal()
    hidden = Signal()

    def __init__(
        self,
        context: PageContext,
        handle: BusinessHandle,
        page: QWidget,
        syncing: Syncs,
        card: ConnectingCard,
        port: int | None = None,
    ) -> None:
        super().__init__(context, handle, page)
        self._syncing, self._card = syncing, card
        self._port = port
        self._attempt: Attempt | None = None
        self._kept: Attempt | None = None
        self._talk: Conversation | None = None
        self._job: Job | None = None
        self._pending: PendingQuestion | None = None
        self._check: BusinessCheck | None = None
        self._listener: Callback | None = None
        self._browser_address = ""
        self._connected: tuple[int, str] | None = None
        self._sync_waits = False
        self._last_error: WorldError | None = None
        card.cancel_asked.connect(self.cancel)
        card.retry_asked.connect(self._on_retry)
        card.platform_asked.connect(self._on_platform_asked)
        card.dashboard_asked.connect(self._on_dashboard)
        card.closed.connect(self._on_closed)
        card.open_again_asked.connect(self._on_open_again)
        card.copy_asked.connect(self._on_copy)
        card.pasted.connect(self._on_pasted)
        syncing.progressed.connect(self._on_progressed)
        syncing.ended.connect(self._on_sync_ended)

    @property
    def busy(self) -> bool:
        """Whether an attempt is under way."""
        return self._job is not None

    # --- before ----------------------------------------------------------------------------------------------------

    def __call__(self, offers: Sequence[Offer]) -> None:
        """Let the person pick a provider and a way in; while one is being connected, show that."""
        if self.busy:
            self.shown.emit()
            return
        picker = ProviderPicker(self._context.theme, offers, self._page.window())
        picker.chosen.connect(self._on_chosen)
        picker.platform_asked.connect(self._open_platform)
        picker.open()

    @Slot(object, str)
    def _on_chosen(self, offer: Offer, way: str) -> None:
        if way == "key":
            self._open_key(offer)
        elif offer.client_id:
            self._begin(Attempt(offer, "browser"))
        else:
            self._open_platform(offer)

    @Slot(object)
    def _open_browser_way(self, offer: Offer) -> None:
        self._on_chosen(offer, "browser")

    @Slot(object)
    def _open_key(self, offer: Offer, error: WorldError | None = None) -> None:
        sheet = KeyEntry(self._context.theme, offer, self._context.addresses, self._page.window())
        sheet.entered.connect(self._on_key)
        sheet.browser_asked.connect(self._open_browser_way)
        if error is not None:
            sheet.show_notice(error.title, f"{error.message} {error.action}".strip())
        sheet.open()

    @Slot(object)
    def _open_platform(self, offer: Offer) -> None:
        sheet = PlatformKeys(self._context.theme, offer, self._context.addresses, self._page.window())
        sheet.entered.connect(self._on_platform)
        sheet.key_asked.connect(self._open_key)
        sheet.open()

    @Slot(object, object)
    def _on_key(self, offer: Offer, key: Secret[str]) -> None:
        self._begin(Attempt(offer, "key", key))

    @Slot(object, str, object)
    def _on_platform(self, offer: Offer, client_id: str, secret: Secret[str]) -> None:
        self._kept = Attempt(replace(offer, client_id=client_id), "browser")
        keep = Keeping(offer.provider, client_id, secret)
        self._act(keep, self._on_kept)

    @Slot(object)
    def _on_kept(self, _nothing: object) -> None:
        attempt, self._kept = self._kept, None
        if attempt is not None and not self.busy:
            self._begin(attempt)

    # --- under way -------------------------------------------------------------------------------------------------

    def _begin(self, attempt: Attempt) -> None:
        self._attempt, self._connected, self._listener, self._browser_address = attempt, None, None, ""
        self._card.begin(attempt.offer.provider, attempt.offer.title)
        talk = self._talk = Conversation(self)
        talk.stepped.connect(self._on_stepped)
        talk.page_wanted.connect(self._on_page_wanted)
        talk.confirm_wanted.connect(self._on_confirm_wanted)
        talk.listening_begun.connect(self._on_listening)
        work = Connecting(self._handle, attempt, talk, self._port)
        self._job = self._context.tasks.run(work, self._on_connected, self._on_failed, lane=Lane.CONNECTING)
        self.shown.emit()

    @Slot(object, str)
    def _on_stepped(self, number: int, note: str) -> None:
        if self.sender() is not self._talk or self._attempt is None:
            return
        step = number - 1
        if note and step < _UPDATES:
            self._card.skip_step(step)
        else:
            self._card.finish_step(step)
        if self._attempt.way == "browser" and step == 2:
            self._card.show_working(translate("Connecting", "Exchanging the code for access."))

    @Slot(object)
    def _on_listening(self, listener: Callback) -> None:
        self._listener = listener

    @Slot(object)
    def _on_page_wanted(self, question: PendingQuestion) -> None:
        attempt = self._attempt
        if question.talk is not self._talk or attempt is None:
            question.answer(False)
            return
        self._browser_address = str(question.subject)
        if not is_allowed(self._browser_address, attempt.offer.hosts, loopback=attempt.offer.loopback):
            question.fail(
                RefusedAddressError(
                    translate("Connecting", "Address not opened"),
                    translate("Connecting", "The page to agree on does not belong to {0}.").format(attempt.offer.title),
                    translate("Connecting", "Nothing was stored."),
                )
            )
            return
        self._open_in_browser()
        question.answer(True)

    def _open_in_browser(self) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        problem = ""
        try:
            self._context.addresses.open(self._browser_address, attempt.offer.hosts, loopback=attempt.offer.loopback)
        except RefusedAddressError as error:
            problem = f"{error.message} {error.action}"
        self._card.show_browser(attempt.offer.title, problem)

    @Slot()
    def _on_open_again(self) -> None:
        if self._browser_address:
            self._open_in_browser()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._browser_address)
        self._context.messages.info(translate("Connecting", "The address is copied"))

    @Slot(str)
    def _on_pasted(self, address: str) -> None:
        if self._listener is None:
            return
        try:
            self._listener.paste(address)
        except UsageError as error:
            self._card.show_refused_address(f"{error.message} {error.action}")

    @Slot(object)
    def _on_confirm_wanted(self, question: PendingQuestion) -> None:
        attempt = self._attempt
        if question.talk is not self._talk or attempt is None:
            question.answer(False)
            return
        account: Any = question.subject
        self._pending = question
        self._card.show_working(translate("Connecting", "Is this your business? Please answer."))
        self._check = BusinessCheck(self._context.theme, candidate(attempt.offer, account), self._page.window())
        self._check.answered.connect(self._on_answered)
        self._check.open()

    @Slot(bool)
    def _on_answered(self, yes: bool) -> None:
        question, self._pending, self._check = self._pending, None, None
        if yes:
            self._card.show_working(translate("Connecting", "Sealing the credentials."))
        if question is not None:
            question.answer(yes)

    @Slot()
    def cancel(self) -> None:
        """Stop what is under way: the attempt, or the first sync."""
        if self._job is not None:
            self._job.cancel()
            self._close_check()
        elif self._connected is not None:
            self._sync_waits = False
            self._syncing.cancel()

    def leave(self) -> None:
        """The window closes: nothing waits for it any longer."""
        if self._job is not None:
            self._job.cancel()
        self._close_check()

    def _close_check(self) -> None:
        if self._check is not None:
            self._check.reject()

    # --- the end of it ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_connected(self, connected: Connected) -> None:
        self._job = None
        row = connected.integration
        self._connected = (row.id, row.title)
        self._attempt = Attempt(self._attempt.offer, self._attempt.way) if self._attempt is not None else None
        self._start_sync()

    def _start_sync(self) -> None:
        if self._connected is None:
            return
        integration_id, title = self._connected
        self._card.run_step(_SYNC, translate("Connecting", "First sync running"))
        self._sync_waits = self._syncing.running
        text = (
            translate("Connecting", "Waiting for another sync to end")
            if self._sync_waits
            else translate("Connecting", "Starting")
        )
        self._card.show_progress(title, text, None, "")
        if not self._sync_waits:
            self._syncing.sync(integration_id)

    @Slot(object)
    def _on_progressed(self, told: SyncProgress) -> None:
        if self._connected is None or told.integration_id != self._connected[0]:
            return
        self._card.show_progress(self._connected[1], *progress_line(told.progress))

    @Slot(object)
    def _on_sync_ended(self, outcome: SyncOutcome | None) -> None:
        if self._connected is None:
            return
        if self._sync_waits:
            self._start_sync()
            return
        integration_id, title = self._connected
        mine = outcome_of(outcome, integration_id)
        if mine is not None and mine.report is not None:
            self._card.finish_step(_SYNC, "done", translate("Connecting", "First sync done"))
            self._card.finish_step(_CONNECTED)
            question = partial(read_account, integration_id=integration_id)
            self._context.tasks.query(self._handle.question(question), self._on_standing, self._on_failed)
            return
        error = mine.error if mine is not None else None
        cancelled = outcome is not None and outcome.cancelled
        if cancelled or isinstance(error, CancelledError):
            self._card.show_stopped(
                translate("Connecting", "The first sync was stopped"),
                translate(
                    "Connecting", "{0} is connected. What was read stays, and the next sync goes on from there."
                ).format(title),
            )
            return
        self._card.show_failed(error or no_sync())

    @Slot(object)
    def _on_standing(self, account: AccountStatus | None) -> None:
        self._connected = None
        if account is None:
            self._on_closed()
            return
        figures = [
            (stream_title(stream.name), f"{stream.count:,}") for stream in account.streams if stream.state not in CLOSED
        ]
        self._card.show_done(account.integration.title, figures, told(account.standing))

    @Slot(object)
    def _on_failed(self, error: WorldError) -> None:
        self._job = None
        attempt = self._attempt
        if isinstance(error, CancelledError):
            self._card.show_stopped(error.title, f"{error.message} {error.action}".strip())
            return
        own = attempt is not None and attempt.way == "browser" and not attempt.offer.platform_fixed
        self._card.show_failed(error, platform=own)
        self._last_error = error

    @Slot()
    def _on_retry(self) -> None:
        if self._connected is not None:
            self._start_sync()
            return
        attempt, error = self._attempt, self._last_error
        self._last_error = None
        if attempt is None:
            return
        # A key that was refused is asked for again; what could not be reached is tried with the same one.
        if attempt.way == "key" and (attempt.key is None or isinstance(error, UsageError | NotConnectedError)):
            self._open_key(attempt.offer, error)
        else:
            self._begin(attempt)

    @Slot()
    def _on_platform_asked(self) -> None:
        if self._attempt is not None:
            self._open_platform(self._attempt.offer)

    @Slot()
    def _on_dashboard(self) -> None:
        self._on_closed()
        self._context.open_page("dashboard")

    @Slot()
    def _on_closed(self) -> None:
        self._attempt, self._connected = None, None
        self.hidden.emit()
