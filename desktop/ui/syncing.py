"""Syncing in the window: the button, the hourly schedule, progress, and what the rail says about it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from desktop.errors import CancelledError, NotConnectedError, WorldError
from desktop.sync.schedule import MINUTE_MS, Past, Schedule, slept
from desktop.ui.desk import Desk
from desktop.ui.messages import Messages
from desktop.ui.tasks import Job, Tasks
from desktop.ui.widgets.sync_box import SyncStatus

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.books.integrations import IntegrationRow
    from desktop.records import Changes
    from desktop.sync.report import Progress, SyncReport

_TICK_MS: Final = 20_000
_CHANGES_APART_S: Final = 0.3
#: The schedule scatters the hour a little; people are told an hour.
_MOST_MINUTES: Final = 60


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


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a whole sync ended. ``changes`` lets every view of accounts look again."""

    accounts: tuple[AccountOutcome, ...]
    cancelled: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rail's box needs to know about the accounts."""

    connected: int
    active: int
    last_sync_at: int | None
    last_sync_clock: str
    attention: tuple[str, ...]
    lacking: tuple[str, ...]
    ending: tuple[str, ...] = ()


class Syncing(QObject):
    """Starts and stops syncs, one at a time, and says how they stand.

    Signals: ``progressed`` with a ``SyncProgress``, ``ended`` with a ``SyncOutcome``, ``status_changed`` with what the
    rail's box shows. Make and use it in the UI thread.
    """

    progressed = Signal(object)
    ended = Signal(object)
    status_changed = Signal(object)

    def __init__(self, desk: Desk, tasks: Tasks, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._messages = messages
        self._job: Job | None = None
        self._by_hand = False
        self._standing: Standing | None = None
        self._failed: WorldError | None = None
        self._unread: WorldError | None = None
        self._schedule = Schedule(scatter=random.random())
        self._past: Past | None = None
        self._woke_at: int | None = None
        self._looked = (_now(), time.monotonic())
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        tasks.changed.connect(self._on_changed)

    def start(self) -> None:
        """Learn how things stand, and from then on sync every hour."""
        self._ask_standing()
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
        self._begin(integration_id, full, by_hand=True)

    @Slot()
    def sync_now(self) -> None:
        """The button: sync all accounts."""
        self.sync()

    @Slot()
    def cancel(self) -> None:
        """Ask the sync to stop; what was read stays, the next one goes on from there."""
        if self._job is not None:
            self._job.cancel()

    def _begin(self, integration_id: int | None, full: bool, *, by_hand: bool) -> None:
        if self._job is not None:
            return
        self._by_hand = by_hand
        work = _Work(self._desk, integration_id, full, by_hand)
        self._job = self._tasks.run(work, self._on_done, self._on_error)
        self._job.progressed.connect(self._on_progress)
        text = QCoreApplication.translate("Syncing", "Starting")
        self.status_changed.emit(SyncStatus("syncing", _title_syncing(), text))

    @Slot(object)
    def _on_progress(self, told: SyncProgress) -> None:
        if self._job is None:
            return
        progress = told.progress
        name = stream_title(progress.stream)
        of = progress.total_estimate
        if of and progress.seen <= of:
            text = QCoreApplication.translate("Syncing", "{0} · {1} of {2}").format(
                name, f"{progress.seen:,}", f"{of:,}"
            )
            share: float | None = progress.seen / of
        else:
            text = QCoreApplication.translate("Syncing", "{0} · {1}").format(name, f"{progress.seen:,}")
            share = None
        self.status_changed.emit(SyncStatus("syncing", _title_syncing(), text, share))
        self.progressed.emit(told)

    @Slot(object)
    def _on_done(self, outcome: SyncOutcome) -> None:
        errors = [account.error for account in outcome.accounts if account.error is not None]
        retry = any(account.report is not None and account.report.retry for account in outcome.accounts)
        self._end(errors[0] if errors else None, retry=retry or bool(errors))
        for error in errors[1:]:
            self._complain(error)
        self._ask_standing()
        self.ended.emit(outcome)

    @Slot(object)
    def _on_error(self, error: WorldError) -> None:
        self._end(error, retry=True)
        self._show()
        self.ended.emit(None)

    def _end(self, error: WorldError | None, *, retry: bool) -> None:
        self._job = None
        self._failed = error
        past, now = self._past or Past(), _now()
        # Refused credentials stop that account alone: it needs attention, and the schedule leaves it out.
        if not retry or isinstance(error, CancelledError | NotConnectedError):
            self._past = past.succeeded(now)
        else:
            self._past = past.failed(now)
        if error is not None:
            self._complain(error)

    def _complain(self, error: WorldError) -> None:
        """Tell what went wrong with a sync that was asked for; the hourly one only shows it in the rail."""
        if self._by_hand and not isinstance(error, CancelledError):
            self._messages.error(error, QCoreApplication.translate("Syncing", "Retry"), self.sync_now)

    # --- standing ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if "integrations" in changes.kinds and not self.running:
            self._ask_standing()

    def _ask_standing(self) -> None:
        self._tasks.query(self._desk.question(_standing), self._on_standing, self._on_no_standing)

    @Slot(object)
    def _on_standing(self, standing: Standing) -> None:
        self._standing = standing
        if self._failed is self._unread:
            self._failed = None
        self._unread = None
        if self._past is None:
            self._past = Past(standing.last_sync_at)
        self._show()
        self._on_tick()

    @Slot(object)
    def _on_no_standing(self, error: WorldError) -> None:
        self._failed = self._unread = error
        self._show()

    @Slot()
    def _on_tick(self) -> None:
        now, steady = _now(), time.monotonic()
        if slept(self._looked[0], now, self._looked[1], steady):
            self._woke_at = now
        self._looked = (now, steady)
        standing, past = self._standing, self._past
        if self.running:
            return
        if standing is None or past is None:
            if self._unread is not None:
                self._ask_standing()
            return
        if standing.active and self._schedule.is_due(past, now, woke_at=self._woke_at):
            self._begin(None, False, by_hand=False)
        else:
            self._show()

    def _minutes_left(self) -> int:
        """Until the next sync of its own, at least one."""
        due = self._schedule.due_at(self._past or Past(), woke_at=self._woke_at)
        return min(max(1, round(((due or 0) - _now()) / MINUTE_MS)), _MOST_MINUTES)

    def _show(self) -> None:
        if not self.running:
            self.status_changed.emit(self._status())

    def _status(self) -> SyncStatus:
        standing = self._standing
        if standing is None:
            if self._failed is not None:
                return SyncStatus("failed", self._failed.title, self._failed.message, can_sync=False)
            return SyncStatus("none", QCoreApplication.translate("Syncing", "Opening"), can_sync=False)
        if not standing.connected:
            return SyncStatus(
                "none",
                QCoreApplication.translate("Syncing", "Not connected"),
                QCoreApplication.translate("Syncing", "Connect an account to begin"),
                can_sync=False,
            )
        if standing.attention:
            return SyncStatus(
                "attention", QCoreApplication.translate("Syncing", "Needs attention"), standing.attention[0]
            )
        if self._failed is not None and not isinstance(self._failed, CancelledError):
            return SyncStatus("failed", self._failed.title, self._failed.message)
        when = standing.last_sync_clock
        if not when:
            return SyncStatus("none", QCoreApplication.translate("Syncing", "Not synced yet"))
        text = QCoreApplication.translate("Syncing", "{0} · next in {1} min").format(when, self._minutes_left())
        if standing.ending:
            return SyncStatus(
                "attention", QCoreApplication.translate("Syncing", "Access ends soon"), standing.ending[0]
            )
        if standing.lacking:
            title = QCoreApplication.translate("Syncing", "Up to date in part")
            return SyncStatus("attention", title, ", ".join(standing.lacking))
        return SyncStatus("up-to-date", QCoreApplication.translate("Syncing", "Up to date"), text)


class _Work:
    """The sync itself, on its own lane."""

    def __init__(self, desk: Desk, integration_id: int | None, full: bool, by_hand: bool) -> None:
        self._desk = desk
        self._integration_id = integration_id
        self._full = full
        self._by_hand = by_hand

    def __call__(self, job: Job) -> SyncOutcome:
        from desktop.actions.sync import accounts_to_sync
        from desktop.records import Changes

        business = self._desk.business()
        outcomes = []
        for row in accounts_to_sync(business, self._integration_id):
            if job.cancelled.is_set():
                break
            if row.status == "needs_attention" and not self._by_hand:
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


def _standing(business: Business) -> Standing:
    from desktop.actions.status import standing

    status = standing(business)
    rows = [account for account in status.accounts if account.integration.status != "disconnected"]
    times = [account.integration.last_sync_at for account in rows if account.integration.last_sync_at]
    lacking = [
        f"{stream_title(stream.name)}: {_STATES[stream.state]()}"
        for account in rows
        for stream in account.streams
        if stream.state in _STATES
    ]
    attention = [row.integration.attention for row in rows if row.integration.status == "needs_attention"]
    ending = [row.integration.attention for row in rows if row.integration.status == "active"]
    oldest = min(times) if times and len(times) == len(rows) else None
    clock = datetime.fromtimestamp(oldest / 1000, business.books.zone).strftime("%H:%M") if oldest else ""
    active = sum(1 for row in rows if row.integration.status == "active")
    return Standing(len(rows), active, oldest, clock, tuple(attention), tuple(lacking), tuple(filter(None, ending)))


def _now() -> int:
    return time.time_ns() // 1_000_000


def _title_syncing() -> str:
    return QCoreApplication.translate("Syncing", "Syncing")


def _failed() -> str:
    return QCoreApplication.translate("Syncing", "failed")


def _partial() -> str:
    return QCoreApplication.translate("Syncing", "in part")


_STATES: Final = {"failed": _failed, "partial": _partial}


def stream_title(name: str) -> str:
    """A stream as people read it: "balance_entries" is "Ledger"."""
    titles: dict[str, Any] = {
        "clients": QCoreApplication.translate("Streams", "Clients"),
        "services": QCoreApplication.translate("Streams", "Services"),
        "invoices": QCoreApplication.translate("Streams", "Invoices"),
        "payments": QCoreApplication.translate("Streams", "Payments"),
        "refunds": QCoreApplication.translate("Streams", "Refunds"),
        "disputes": QCoreApplication.translate("Streams", "Disputes"),
        "balance_entries": QCoreApplication.translate("Streams", "Ledger"),
        "payouts": QCoreApplication.translate("Streams", "Payouts"),
        "subscriptions": QCoreApplication.translate("Streams", "Subscriptions"),
        "payment_methods": QCoreApplication.translate("Streams", "Payment methods"),
        "credit_notes": QCoreApplication.translate("Streams", "Credit notes"),
        "locations": QCoreApplication.translate("Streams", "Locations"),
        "orders": QCoreApplication.translate("Streams", "Orders"),
        "inventory_counts": QCoreApplication.translate("Streams", "Stock"),
        "terminal_devices": QCoreApplication.translate("Streams", "Card readers"),
        "terminal_checkouts": QCoreApplication.translate("Streams", "Card reader payments"),
        "payment_links": QCoreApplication.translate("Streams", "Payment links"),
        "events": QCoreApplication.translate("Streams", "Changes"),
    }
    return str(titles.get(name, name.replace("_", " ").capitalize()))
