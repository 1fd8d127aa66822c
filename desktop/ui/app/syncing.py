"""Syncing in the window: the button, the hourly schedule, progress, and what the rail says about it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from desktop.errors import CancelledError, NotConnectedError, WorldError
from desktop.sync.names import TITLES, title_of
from desktop.sync.schedule import FIRST_RETRY_MS, SETTLE_MS, slept
from desktop.sync.standing import lead_of
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Kind, Message, Messages
from desktop.ui.app.tasks import Job, Tasks
from desktop.ui.translation import translate
from desktop.ui.widgets.sync_box import SyncStatus

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.books.integrations import IntegrationRow
    from desktop.records import Changes
    from desktop.sync.report import Progress, SyncReport
    from desktop.sync.standing import Standing

_TICK_MS: Final = 20_000
_CHANGES_APART_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """Where the sync of one account is."""

    integration_id: int
    title: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How one account's sync ended: a report, or the error that stopped it."""

    integration_id: int
    title: str
    report: SyncReport | None
    error: WorldError | None

    @property
    def is_trouble(self) -> bool:
        """Whether there is something to tell of it."""
        if self.error is not None:
            return not isinstance(self.error, CancelledError)
        return self.report is not None and self.report.outcome != "done"


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a whole sync ended. ``changes`` lets every view of accounts look again."""

    accounts: tuple[AccountOutcome, ...]
    cancelled: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class Standings:
    """How each connected account stands, as the books know it; ``active`` are those that are synced by themselves."""

    accounts: tuple[Standing, ...]
    active: frozenset[int]


class Syncs(Protocol):
    """What pages need of ``Syncing``."""

    progressed: SignalInstance
    ended: SignalInstance

    @property
    def running(self) -> bool:
        """Whether a sync is at work."""

    def sync(self, integration_id: int | None = None, full: bool = False) -> None:
        """Sync one account or all; nothing where one is at work already."""

    def cancel(self) -> None:
        """Ask the sync to stop."""


class Syncing(QObject):
    """Starts and stops syncs, one at a time, and says how they stand.

    What stands comes from the books, so that it is true after a restart and of syncs that others make (the command, a
    window on another computer); it is looked at every 20 seconds.

    Signals: ``progressed`` with a ``SyncProgress``, ``ended`` with a ``SyncOutcome``, ``status_changed`` with what the
    rail's box shows. Make and use it in the UI thread.
    """

    progressed = Signal(object)
    ended = Signal(object)
    status_changed = Signal(object)

    def __init__(self, handle: BusinessHandle, tasks: Tasks, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handle = handle
        self._tasks = tasks
        self._messages = messages
        self._job: Job | None = None
        self._by_hand = False
        self._standings: Standings | None = None
        self._failed: WorldError | None = None
        self._unread: WorldError | None = None
        self._to_tell: tuple[AccountOutcome, ...] = ()
        self._known: frozenset[_Mark] | None = None
        self._tried: dict[int, int] = {}
        self._woke_at: int | None = None
        self._looked = (_now(), time.monotonic())
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        tasks.changed.connect(self._on_changed)

    def start(self) -> None:
        """Learn how things stand, and from then on sync every hour."""
        self._ask()
        self._timer.start()

    def stop(self) -> None:
        """No more syncs of its own, and the one at work is asked to stop."""
        self._timer.stop()
        self.cancel()

    @property
    def running(self) -> bool:
        """True while a sync is at work."""
        return self._job is not None

    def sync(self, integration_id: int | None = None, full: bool = False) -> None:
        """Sync one account or all that are connected; nothing where a sync is at work already."""
        self._begin(_Work(self._handle, integration_id, full), by_hand=True)

    @Slot()
    def sync_now(self) -> None:
        """The button: sync all accounts."""
        self.sync()

    @Slot()
    def cancel(self) -> None:
        """Ask the sync to stop; what was read stays, the next one goes on from there."""
        if self._job is not None:
            self._job.cancel()

    def _begin(self, work: _Work, *, by_hand: bool) -> None:
        if self._job is not None:
            return
        self._by_hand = by_hand
        self._job = self._tasks.run(work, self._on_done, self._on_error)
        self._job.progressed.connect(self._on_progress)
        self._show_progress(translate("Syncing", "Starting"))

    def _show_progress(self, text: str, share: float | None = None) -> None:
        title = translate("Syncing", "Syncing")
        self.status_changed.emit(SyncStatus("working", title, text, share, can_cancel=True))

    @Slot(object)
    def _on_progress(self, told: SyncProgress) -> None:
        if self._job is None:
            return
        progress = told.progress
        name = stream_title(progress.stream)
        of = progress.total_estimate
        if of and progress.seen <= of:
            text = translate("Syncing", "{0} · {1} of {2}").format(name, f"{progress.seen:,}", f"{of:,}")
            self._show_progress(text, progress.seen / of)
        else:
            self._show_progress(translate("Syncing", "{0} · {1}").format(name, f"{progress.seen:,}"))
        self.progressed.emit(told)

    @Slot(object)
    def _on_done(self, outcome: SyncOutcome) -> None:
        self._job = None
        self._failed = None
        now = _now()
        for account in outcome.accounts:
            self._tried[account.integration_id] = now
        if self._by_hand and not outcome.cancelled:
            self._to_tell = tuple(account for account in outcome.accounts if account.is_trouble)
        # Views were told of everything that this sync changed.
        self._known = None
        self._ask()
        self.ended.emit(outcome)

    @Slot(object)
    def _on_error(self, error: WorldError) -> None:
        self._job = None
        self._failed = error
        now = _now()
        self._tried.update(dict.fromkeys(self._standings.active if self._standings is not None else (), now))
        if self._by_hand and not isinstance(error, CancelledError):
            self._complain(error)
        self._show()
        self.ended.emit(None)

    # --- telling a person what came of what they asked for ---------------------------------------------------------

    def _complain(self, error: WorldError) -> None:
        self._messages.error(error, _retry(), self.sync_now)

    def _tell(self, standings: Standings) -> None:
        """What went wrong with a sync that was asked for; the hourly one only shows it in the rail."""
        found = {standing.integration_id: standing for standing in standings.accounts}
        told, self._to_tell = self._to_tell, ()
        for account in told:
            standing = found.get(account.integration_id)
            if standing is not None and standing.condition == "elsewhere":
                self._messages.info(standing.line, standing.text)
            elif standing is None or not standing.is_trouble:
                if account.error is not None:
                    self._complain(account.error)
            else:
                kind: Kind = "error" if standing.role == "danger" else "warning"
                again = (_retry(), self.sync_now) if standing.can_retry else ("", None)
                self._messages.tell(Message(kind, standing.line, standing.text, *again))

    # --- standing --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if "integrations" in changes.kinds and not self.running:
            self._ask()

    @Slot()
    def _on_tick(self) -> None:
        now, steady = _now(), time.monotonic()
        if slept(self._looked[0], now, self._looked[1], steady):
            self._woke_at = now
        self._looked = (now, steady)
        if not self.running:
            self._ask()

    def _ask(self) -> None:
        self._tasks.query(self._handle.question(_standings), self._on_standings, self._on_no_standings)

    @Slot(object)
    def _on_standings(self, standings: Standings) -> None:
        self._standings = standings
        if self._failed is self._unread:
            self._failed = None
        self._unread = None
        self._tell(standings)
        self._notice(standings)
        self._show()
        if not self.running:
            self._sync_due(standings)

    @Slot(object)
    def _on_no_standings(self, error: WorldError) -> None:
        self._failed = self._unread = error
        self._show()

    def _notice(self, standings: Standings) -> None:
        """Let views look again where somebody else synced, or failed to."""
        known, before = frozenset(_mark_of(one) for one in standings.accounts), self._known
        if self.running:
            return
        self._known = known
        if before is not None and before != known:
            self._tasks.broadcast(_everything())

    def _sync_due(self, standings: Standings) -> None:
        now = _now()
        due = frozenset(one.integration_id for one in standings.accounts if self._is_due(one, standings, now))
        if due:
            self._begin(_Work(self._handle, None, False, only=due), by_hand=False)

    def _is_due(self, standing: Standing, standings: Standings, now: int) -> bool:
        """Whether to sync an account now: its schedule says so, nobody else is at it, and we did not just try."""
        number = standing.integration_id
        if standing.next_at is None or number not in standings.active or standing.condition == "elsewhere":
            return False
        tried = self._tried.get(number)
        if tried is not None and 0 <= now - tried < FIRST_RETRY_MS:
            return False
        settled = self._woke_at is None or now >= self._woke_at + SETTLE_MS
        return settled and now >= standing.next_at

    def _show(self) -> None:
        if not self.running:
            self.status_changed.emit(self._status())

    def _status(self) -> SyncStatus:
        failed = self._failed
        if failed is not None and not isinstance(failed, CancelledError | NotConnectedError):
            tip = f"{failed.message} {failed.action}".strip()
            known = self._standings is not None
            return SyncStatus("danger", failed.title, failed.message, can_sync=known, can_retry=known, tip=tip)
        if self._standings is None:
            return SyncStatus("none", translate("Syncing", "Opening"), can_sync=False)
        accounts = self._standings.accounts
        lead = lead_of(accounts)
        if lead is None:
            return SyncStatus(
                "none",
                translate("Syncing", "Not connected"),
                translate("Syncing", "Connect an account to begin"),
                can_sync=False,
            )
        told = [one.text for one in accounts if one.condition != "good"] or [lead.text]
        return SyncStatus(
            lead.role,
            lead.line,
            lead.since,
            can_sync=lead.condition not in ("elsewhere", "refused"),
            again=lead.again,
            can_retry=lead.is_trouble and lead.can_retry,
            tip="\n".join(told),
        )


_Mark: TypeAlias = tuple[int, str, int | None, int | None]


def _mark_of(standing: Standing) -> _Mark:
    """What tells whether something came of an account since it was last looked at."""
    return standing.integration_id, standing.condition, standing.good_through, standing.last_sync_at


def _everything() -> Changes:
    from desktop.records import Changes

    return Changes(frozenset({*TITLES, "totals", "integrations", "sync_runs"}))


def _retry() -> str:
    return translate("Syncing", "Retry")


class _Work:
    """The sync itself, on its own lane."""

    def __init__(
        self, handle: BusinessHandle, integration_id: int | None, full: bool, *, only: frozenset[int] | None = None
    ) -> None:
        """``only``: those of these accounts that may be synced by themselves; without it what a person asked for."""
        self._handle = handle
        self._integration_id = integration_id
        self._full = full
        self._only = only

    def __call__(self, job: Job) -> SyncOutcome:
        from desktop.actions.sync import accounts_to_sync
        from desktop.books.integrations import ACTIVE
        from desktop.records import Changes

        business = self._handle.business()
        outcomes = []
        for row in accounts_to_sync(business, self._integration_id):
            if job.cancelled.is_set():
                break
            if self._only is not None and (row.id not in self._only or row.status != ACTIVE):
                continue
            outcomes.append(self._one(business, row, job))
        return SyncOutcome(tuple(outcomes), job.cancelled.is_set(), Changes(frozenset({"integrations", "sync_runs"})))

    def _one(self, business: Business, row: IntegrationRow, job: Job) -> AccountOutcome:
        from desktop.actions.sync import sync_account

        teller = _Teller(job, row)
        try:
            report = sync_account(
                business,
                row,
                cancel=job.cancelled,
                full=self._full,
                progress=teller.progress,
                changed=teller.changes,
                who="the window",
                scheduled=self._only is not None,
            )
        except WorldError as error:
            return AccountOutcome(row.id, row.title, None, error)
        finally:
            teller.flush()
        return AccountOutcome(row.id, row.title, report, None)


class _Teller:
    """Passes progress and changes on, the changes a few times a second at most."""

    def __init__(self, job: Job, row: IntegrationRow) -> None:
        self._job = job
        self._row = row
        self._waiting: Changes | None = None
        self._told = 0.0

    def progress(self, progress: Progress) -> None:
        self._job.report(SyncProgress(self._row.id, self._row.title, progress))

    def changes(self, changes: Changes) -> None:
        self._waiting = changes if self._waiting is None else self._waiting | changes
        if time.monotonic() - self._told >= _CHANGES_APART_S:
            self.flush()

    def flush(self) -> None:
        if self._waiting is not None:
            self._told = time.monotonic()
            self._job.tell_changes(self._waiting)
            self._waiting = None


def _standings(business: Business) -> Standings:
    from desktop.actions.status import account_standings
    from desktop.books.integrations import ACTIVE

    found = account_standings(business)
    active = frozenset(row.id for row in business.integrations(connected=True) if row.status == ACTIVE)
    return Standings(found, active)


def _now() -> int:
    return time.time_ns() // 1_000_000


def stream_title(name: str) -> str:
    """A stream as people read it: "balance_entries" is "Ledger"."""
    return translate("Streams", title_of(name))
