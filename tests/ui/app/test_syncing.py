"""Syncing in the window: one at a time, told as it goes, by hand or by the hour, and what the rail says about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from sqlalchemy import insert

from desktop.actions import sync as sync_action
from desktop.actions.business import Business
from desktop.books.books import Books
from desktop.books.integrations import IntegrationRow, update_integration
from desktop.books.tables import Bookmark, Lease, SyncRun
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError, ClosedBooksError, NotConnectedError, UnreachableError, WorldError
from desktop.keystore import BooksKeyStore
from desktop.periods import TODAY
from desktop.records import Changes
from desktop.sync.bookmarks import Mark
from desktop.sync.lease import holder_text
from desktop.sync.report import Progress, StreamReport, SyncReport
from desktop.sync.run import note_failure
from desktop.ui.app import syncing
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Message, Messages
from desktop.ui.app.syncing import Syncing, SyncOutcome, SyncProgress, stream_title
from desktop.ui.app.tasks import Tasks
from desktop.ui.widgets.sync_box import SyncStatus
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S
from tests.worlds import World

HOUR_MS = 3_600_000
NOW = 1_795_352_520_000
"""14:02 on Sunday, 22 November 2026 in Berlin: the machine's clock in these tests."""


def report(row: IntegrationRow, **more: Any) -> SyncReport:
    return SyncReport(row.id, row.provider, "changes", "done", (), 0.1, **more)


class Provider:
    """Stands for the sync of one account: remembers who was synced, and does what the test says."""

    def __init__(self) -> None:
        self.synced: list[tuple[int, bool]] = []
        self.scheduled: list[bool] = []
        self.deed: Callable[..., SyncReport] = lambda row, **_words: report(row)

    def __call__(
        self, business: Business, row: IntegrationRow, *, full: bool, scheduled: bool, **words: Any
    ) -> SyncReport:
        self.synced.append((row.id, full))
        self.scheduled.append(scheduled)
        try:
            made = self.deed(row, **words)
        except (CancelledError, NotConnectedError):
            raise
        except WorldError as error:
            note_failure(business.books, row.id, error)
            raise
        keep_run(business.books, row.id, made)
        return made


def keep_run(books: Books, account: int, made: SyncReport, at: int = NOW) -> None:
    """What a sync leaves in the books."""
    run = {"integration_id": account, "kind": made.kind, "started_at": at, "ended_at": at, "outcome": made.outcome}
    with books.write() as writer:
        writer.connection.execute(insert(table_of(SyncRun)).values(**run, report=made.as_json()))
        update_integration(writer.connection, account, last_sync_at=at)


class Room:
    """A world, its syncing, and everything that was said."""

    def __init__(self, home: Path, tasks: Tasks, messages: Messages) -> None:
        self.world = World(home)
        vault = Vault(BooksKeyStore(self.world.books), OneSource(MemorySource()))
        self.business = Business(home, self.world.books, vault, {TODAY: "2026-11-22"})
        self.world.books.now = lambda: self.now
        self.now = NOW
        self.error: WorldError | None = None
        self.tasks = tasks
        self.syncing = Syncing(BusinessHandle(self._open), tasks, messages)
        self.statuses: list[SyncStatus] = []
        self.told: list[SyncProgress] = []
        self.ends: list[SyncOutcome | None] = []
        self.messages: list[Message] = []
        self.syncing.status_changed.connect(self.statuses.append)
        self.syncing.progressed.connect(self.told.append)
        self.syncing.ended.connect(self.ends.append)
        messages.told.connect(self.messages.append)
        messages.open()

    def _open(self) -> Business:
        if self.error is not None:
            raise self.error
        return self.business

    def account(self, *, synced_ago_ms: int | None = 60_000, **facts: Any) -> int:
        """A connected account that was synced a while ago, and is complete up to then."""
        number = self.world.account()
        at = None if synced_ago_ms is None else NOW - synced_ago_ms
        with self.world.books.write() as writer:
            update_integration(writer.connection, number, last_sync_at=at, **facts)
            for stream in self.business.provider("stripe").streams if at is not None else ():
                for feed in stream.feeds:
                    mark = Mark(number, stream.name, feed.name, "complete", usable=True, complete_through=at, seen=1)
                    writer.connection.execute(insert(table_of(Bookmark)).values({**asdict(mark), "notes": []}))
        return number

    def last(self) -> SyncStatus:
        return self.statuses[-1]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(syncing, "_now", lambda: NOW)
    monkeypatch.setattr(sync_action, "sync_account", made)
    return made


def close(room: Room) -> None:
    for timer in room.syncing.findChildren(QTimer):
        timer.stop()
    room.world.books.close()


@pytest.fixture
def room(tmp_path: Path, inline_tasks: Tasks, messages: Messages, provider: Provider) -> Iterator[Room]:
    made = Room(tmp_path, inline_tasks, messages)
    yield made
    close(made)


@pytest.fixture
def threaded(tmp_path: Path, tasks: Tasks, messages: Messages, provider: Provider) -> Iterator[Room]:
    """The same with real threads."""
    made = Room(tmp_path, tasks, messages)
    yield made
    assert tasks.shutdown(PATIENCE_MS)
    close(made)


def synced(qtbot, room: Room, *arguments: Any, **words: Any) -> SyncOutcome | None:
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.sync(*arguments, **words)
    qtbot.wait(1)
    return room.ends[-1]


def started(qtbot, room: Room) -> SyncStatus:
    with qtbot.waitSignal(room.syncing.status_changed):
        room.syncing.start()
    return room.last()


# --- Syncing ---------------------------------------------------------------------------------------------------------


def test_all_accounts_are_synced_one_after_the_other(qtbot, room: Room, provider: Provider) -> None:
    numbers = [room.account(), room.account()]
    outcome = synced(qtbot, room)
    assert provider.synced == [(number, False) for number in numbers]
    assert provider.scheduled == [False, False], "a person gets everything at once"
    assert [account.integration_id for account in outcome.accounts] == numbers
    assert all(account.error is None and account.report is not None for account in outcome.accounts)
    assert not outcome.cancelled
    assert not room.syncing.running


def test_one_account_may_be_synced_alone_and_in_full(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    number = room.account()
    synced(qtbot, room, number, full=True)
    assert provider.synced == [(number, True)]


def test_views_of_accounts_look_again_after_it(qtbot, room: Room) -> None:
    room.account()
    kinds: list[frozenset[str]] = []
    room.tasks.changed.connect(lambda changes: kinds.append(changes.kinds))
    synced(qtbot, room)
    assert any("integrations" in told for told in kinds)


@pytest.mark.parametrize(
    ("progress", "text", "share"),
    [
        (Progress("invoices", 2_310, 900.0, 3_200, "reading"), "Invoices · 2,310 of 3,200", 2_310 / 3_200),
        (Progress("balance_entries", 4_000, 900.0, None, "reading"), "Ledger · 4,000", None),
        (Progress("clients", 70, 1.0, 60, "reading"), "Clients · 70", None),
    ],
)
def test_progress_is_told_and_shown(
    qtbot, room: Room, provider: Provider, progress: Progress, text: str, share: float | None
) -> None:
    number = room.account(label="Studio")

    def deed(row: IntegrationRow, **words: Any) -> SyncReport:
        words["progress"](progress)
        return report(row)

    provider.deed = deed
    synced(qtbot, room)
    assert room.told == [SyncProgress(number, "Studio", progress)]
    shown = [(status.text, status.share) for status in room.statuses if status.role == "working"]
    assert shown == [("Starting", None), (text, share)]


def test_changes_are_told_while_it_runs_and_none_is_lost(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    kinds: set[str] = set()
    room.tasks.changed.connect(lambda changes: kinds.update(changes.kinds))

    def deed(row: IntegrationRow, **words: Any) -> SyncReport:
        for kind in ("invoices", "clients", "payments"):
            words["changed"](Changes(frozenset({kind})))
        return report(row)

    provider.deed = deed
    synced(qtbot, room)
    assert kinds >= {"invoices", "clients", "payments"}


def test_what_a_failed_sync_changed_is_told_too(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    kinds: set[str] = set()
    room.tasks.changed.connect(lambda changes: kinds.update(changes.kinds))

    def deed(_row: IntegrationRow, **words: Any) -> SyncReport:
        for kind in ("invoices", "clients"):
            words["changed"](Changes(frozenset({kind})))
        raise OFFLINE

    provider.deed = deed
    synced(qtbot, room)
    assert kinds >= {"invoices", "clients"}


def test_while_one_is_at_work_another_does_not_begin(qtbot, threaded: Room, provider: Provider) -> None:
    threaded.account()
    begun, go_on = threading.Event(), threading.Event()

    def deed(row: IntegrationRow, **_words: Any) -> SyncReport:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return report(row)

    provider.deed = deed
    threaded.syncing.sync()
    assert threaded.syncing.running
    assert begun.wait(PATIENCE_S)
    threaded.syncing.sync()
    threaded.syncing.sync_now()
    with qtbot.waitSignal(threaded.syncing.ended):
        go_on.set()
    assert len(provider.synced) == 1
    assert not threaded.syncing.running


def test_cancelling_stops_the_account_at_work_and_begins_no_other(qtbot, threaded: Room, provider: Provider) -> None:
    first = threaded.account()
    threaded.account()
    begun = threading.Event()

    def deed(_row: IntegrationRow, *, cancel: threading.Event, **_words: Any) -> SyncReport:
        begun.set()
        assert cancel.wait(PATIENCE_S)
        raise CancelledError("Stopped", "The sync was stopped.")

    provider.deed = deed
    threaded.syncing.sync()
    assert begun.wait(PATIENCE_S)
    with qtbot.waitSignal(threaded.syncing.ended):
        threaded.syncing.cancel()
    assert [number for number, _full in provider.synced] == [first]
    assert threaded.ends[-1].cancelled
    assert threaded.messages == []
    qtbot.waitUntil(lambda: threaded.last().role == "good")


def test_cancelling_nothing_does_nothing(room: Room) -> None:
    room.syncing.cancel()
    assert room.statuses == []


# --- What goes wrong -------------------------------------------------------------------------------------------------


def fail(error: WorldError) -> Callable[..., SyncReport]:
    def deed(_row: IntegrationRow, **_words: Any) -> SyncReport:
        raise error

    return deed


OFFLINE = UnreachableError("Stripe cannot be reached", "There is no way to Stripe.", "Check the network.")


def test_a_failure_that_was_asked_for_is_told_with_a_way_to_retry(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    provider.deed = fail(OFFLINE)
    outcome = synced(qtbot, room)
    assert outcome.accounts[0].error is OFFLINE
    (message,) = room.messages
    assert (message.kind, message.title) == ("warning", "Stripe not reached")
    assert message.text == "Stripe could not be reached; the books are good up to 14:01. It is tried again at 14:04."
    assert message.action_label == "Retry"
    box = room.last()
    assert (box.role, box.title, box.text, box.again) == (
        "warning", "Stripe not reached", "Good up to 14:01", "Again at 14:04"
    )  # fmt: skip
    assert (box.tip, box.can_retry) == (message.text, True)
    provider.deed = lambda row, **_words: report(row)
    with qtbot.waitSignal(room.syncing.ended):
        message.action()
    qtbot.wait(1)
    assert room.last().role == "good"
    assert len(room.messages) == 1, "it went well and says so by itself"


def test_one_account_s_failure_does_not_keep_the_others_back(qtbot, room: Room, provider: Provider) -> None:
    first, second = room.account(), room.account()

    def deed(row: IntegrationRow, **_words: Any) -> SyncReport:
        if row.id == first:
            raise OFFLINE
        return report(row)

    provider.deed = deed
    outcome = synced(qtbot, room)
    assert [(account.integration_id, account.error) for account in outcome.accounts] == [
        (first, OFFLINE),
        (second, None),
    ]
    assert len(room.messages) == 1


def test_books_that_cannot_be_opened_end_it_with_a_message(qtbot, room: Room) -> None:
    room.error = ClosedBooksError("The books are busy", "Another program holds them.", "Close it.")
    assert synced(qtbot, room) is None
    assert [message.title for message in room.messages] == ["The books are busy"]
    assert (room.last().role, room.last().can_sync) == ("danger", False)
    assert not room.syncing.running


def test_nothing_connected_is_told_when_it_was_asked_for(qtbot, room: Room) -> None:
    assert synced(qtbot, room) is None
    assert [message.title for message in room.messages] == ["Nothing is connected"]


# --- By itself -------------------------------------------------------------------------------------------------------


def test_an_account_that_is_due_is_synced_when_the_window_opens(qtbot, room: Room, provider: Provider) -> None:
    number = room.account(synced_ago_ms=2 * HOUR_MS)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert provider.synced == [(number, False)]
    assert provider.scheduled == [True], "what follows less often may be left out"


def test_an_account_that_was_never_synced_is_due(qtbot, room: Room, provider: Provider) -> None:
    number = room.account(synced_ago_ms=None)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert provider.synced == [(number, False)]


def test_an_account_that_was_just_synced_is_not(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    assert started(qtbot, room).role == "good"
    assert provider.synced == []
    assert not room.syncing.running


def test_a_failure_by_itself_is_shown_in_the_rail_and_interrupts_nobody(qtbot, room: Room, provider: Provider) -> None:
    room.account(synced_ago_ms=2 * HOUR_MS)
    provider.deed = fail(OFFLINE)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    qtbot.wait(1)
    assert room.messages == []
    assert room.last().role == "warning"
    assert len(provider.synced) == 1, "it is not tried again at once"


def test_refused_credentials_are_asked_about_by_hand_only(qtbot, room: Room, provider: Provider) -> None:
    refused = room.account(synced_ago_ms=2 * HOUR_MS, status="needs_attention", attention="Stripe refused the key.")
    healthy = room.account(synced_ago_ms=2 * HOUR_MS)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert [number for number, _full in provider.synced] == [healthy]
    provider.synced.clear()
    provider.deed = fail(NotConnectedError("Refused", "Stripe refused the key.", "Connect again."))
    synced(qtbot, room, refused)
    assert [number for number, _full in provider.synced] == [refused]
    box = room.last()
    assert (box.role, box.title, box.can_retry) == ("danger", "Reconnect Stripe", False)
    assert "Reconnect" in box.tip


def test_access_that_ends_soon_is_said_in_the_rail_while_syncs_go_on(qtbot, room: Room, provider: Provider) -> None:
    soon = room.account(synced_ago_ms=2 * HOUR_MS, status="active", attention="Reconnect Square by 12 December.")
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert [number for number, _full in provider.synced] == [soon]
    qtbot.waitUntil(lambda: room.last().text == "Reconnect Square by 12 December.")
    assert (room.last().role, room.last().title) == ("warning", "Access ends soon")


def test_what_went_wrong_stands_after_a_restart_and_goes_with_a_success(
    qtbot, room: Room, provider: Provider, inline_tasks: Tasks, messages: Messages
) -> None:
    number = room.account()
    provider.deed = fail(OFFLINE)
    synced(qtbot, room)
    again = Syncing(room.syncing._handle, inline_tasks, messages)
    seen: list[SyncStatus] = []
    again.status_changed.connect(seen.append)
    with qtbot.waitSignal(again.status_changed):
        again.start()
    assert (seen[-1].role, seen[-1].tip) == (room.last().role, room.last().tip)
    again.stop()
    keep_run(room.world.books, number, report_of(number))
    again._on_tick()
    qtbot.waitUntil(lambda: seen[-1].role == "good")


def report_of(account: int) -> SyncReport:
    return SyncReport(account, "stripe", "changes", "done", (), 0.1)


def test_what_the_command_did_meanwhile_is_seen_and_every_view_looks_again(
    qtbot, room: Room, provider: Provider
) -> None:
    number = room.account()
    assert started(qtbot, room).role == "good"
    kinds: set[str] = set()
    room.tasks.changed.connect(lambda changes: kinds.update(changes.kinds))
    note_failure(room.world.books, number, OFFLINE)
    room.syncing._on_tick()
    qtbot.waitUntil(lambda: room.last().role == "warning")
    assert kinds >= {"payments", "totals", "integrations"}
    assert room.messages == [], "nobody here asked for it"


def test_while_somebody_else_syncs_it_says_who_and_waits(qtbot, room: Room, provider: Provider) -> None:
    number = room.account(synced_ago_ms=2 * HOUR_MS)
    with room.world.books.write() as writer:
        lease = {"integration_id": number, "holder": "the command on front-desk (12)", "heartbeat_at": NOW, "fence": 1}
        writer.connection.execute(insert(table_of(Lease)).values(lease))
    box = started(qtbot, room)
    assert (box.role, box.title, box.text) == ("working", "Syncing elsewhere", "on front-desk")
    assert not box.can_sync
    assert provider.synced == []
    assert holder_text("the command").startswith("the command on ")


def test_two_accounts_are_tried_each_at_its_own_time(qtbot, room: Room, provider: Provider) -> None:
    late = room.account(synced_ago_ms=2 * HOUR_MS)
    room.account(synced_ago_ms=10 * 60_000)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert [number for number, _full in provider.synced] == [late]


def test_a_sync_that_was_read_in_part_is_told_too(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    missed = (StreamReport("payments", 0, 0, 0, 0, 0, ("No answer.",), "failed"),)
    provider.deed = lambda row, **_words: replace(report(row, retry=True), outcome="partial", streams=missed)
    synced(qtbot, room)
    (message,) = room.messages
    assert message.title == "Payments not read"
    assert message.text.startswith("Payments could not be read from ")
    assert room.last().role == "warning"


# --- What the rail says ----------------------------------------------------------------------------------------------


def test_without_accounts_it_says_what_to_do(qtbot, room: Room) -> None:
    status = started(qtbot, room)
    assert (status.role, status.title, status.can_sync) == ("none", "Not connected", False)


def test_disconnected_accounts_are_no_accounts(qtbot, room: Room, provider: Provider) -> None:
    room.account(synced_ago_ms=2 * HOUR_MS, status="disconnected")
    assert started(qtbot, room).title == "Not connected"
    assert provider.synced == []


def test_up_to_date_says_since_when_and_until_when(qtbot, room: Room) -> None:
    room.account(synced_ago_ms=10 * 60_000)
    status = started(qtbot, room)
    assert (status.title, status.text) == ("Up to date", "13:52 · next in 50 min")


def test_a_first_account_is_synced_at_once(qtbot, room: Room, provider: Provider) -> None:
    assert started(qtbot, room).title == "Not connected"
    number = room.account(synced_ago_ms=None)
    with qtbot.waitSignal(room.syncing.ended):
        room.tasks.broadcast(Changes(frozenset({"integrations"})))
    assert provider.synced == [(number, False)]


def test_disconnecting_the_last_account_is_followed(qtbot, room: Room) -> None:
    number = room.account()
    assert started(qtbot, room).title == "Up to date"
    with room.world.books.write() as writer:
        update_integration(writer.connection, number, status="disconnected")
    with qtbot.waitSignal(room.syncing.status_changed):
        room.tasks.broadcast(Changes(frozenset({"integrations"})))
    assert room.last().title == "Not connected"


def test_books_that_could_not_be_read_are_said(qtbot, room: Room) -> None:
    room.error = ClosedBooksError("The books are busy", "Another program holds them.", "Close it.")
    status = started(qtbot, room)
    assert (status.role, status.title, status.can_sync) == ("danger", "The books are busy", False)


@pytest.mark.parametrize(
    ("name", "title"),
    [("balance_entries", "Ledger"), ("events", "Changes"), ("inventory_counts", "Stock"), ("gift_cards", "Gift cards")],
)
def test_streams_have_names_that_people_read(name: str, title: str) -> None:
    assert stream_title(name) == title
