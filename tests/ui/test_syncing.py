"""Syncing in the window: one at a time, told as it goes, by hand or by the hour, and what the rail says about it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from desktop.actions import sync as sync_action
from desktop.actions.business import TODAY, Business
from desktop.books.integrations import IntegrationRow, update_integration
from desktop.errors import CancelledError, ClosedBooksError, NotConnectedError, UnreachableError, WorldError
from desktop.keystore import BooksKeyStore
from desktop.records import Changes
from desktop.sync.report import Progress, SyncReport
from desktop.ui.desk import Desk
from desktop.ui.messages import Message, Messages
from desktop.ui.syncing import Syncing, SyncOutcome, SyncProgress, stream_title
from desktop.ui.tasks import Tasks
from desktop.ui.widgets.sync_box import SyncStatus
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S
from tests.worlds import World

HOUR_MS = 3_600_000


def report(row: IntegrationRow, **more: Any) -> SyncReport:
    return SyncReport(row.id, row.provider, "changes", "done", (), 0.1, **more)


class Provider:
    """Stands for the sync of one account: remembers who was synced, and does what the test says."""

    def __init__(self) -> None:
        self.synced: list[tuple[int, bool]] = []
        self.deed: Callable[..., SyncReport] = lambda row, **_words: report(row)

    def __call__(self, _business: Business, row: IntegrationRow, *, full: bool, **words: Any) -> SyncReport:
        self.synced.append((row.id, full))
        return self.deed(row, **words)


class Room:
    """A world, its syncing, and everything that was said."""

    def __init__(self, home: Path, tasks: Tasks, messages: Messages) -> None:
        self.world = World(home)
        vault = Vault(BooksKeyStore(self.world.books), OneSource(MemorySource()))
        self.business = Business(home, self.world.books, vault, {TODAY: "2026-11-22"})
        self.error: WorldError | None = None
        self.tasks = tasks
        self.syncing = Syncing(Desk(self._open), tasks, messages)
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
        """A connected account that was synced a while ago."""
        number = self.world.account()
        at = None if synced_ago_ms is None else int(time.time() * 1000) - synced_ago_ms
        with self.world.books.write() as writer:
            update_integration(writer.connection, number, last_sync_at=at, **facts)
        return number

    def last(self) -> SyncStatus:
        return self.statuses[-1]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
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
    shown = [(status.text, status.share) for status in room.statuses if status.kind == "syncing"]
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
    qtbot.waitUntil(lambda: threaded.last().kind not in {"syncing", "failed"})


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
    assert message.kind == "error"
    assert message.title == "Stripe cannot be reached"
    assert (room.last().kind, room.last().title) == ("failed", "Stripe cannot be reached")
    provider.deed = lambda row, **_words: report(row)
    with qtbot.waitSignal(room.syncing.ended):
        message.action()
    qtbot.wait(1)
    assert room.last().kind == "up-to-date"


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
    assert (room.last().kind, room.last().can_sync) == ("failed", False)
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


def test_an_account_that_was_never_synced_is_due(qtbot, room: Room, provider: Provider) -> None:
    number = room.account(synced_ago_ms=None)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert provider.synced == [(number, False)]


def test_an_account_that_was_just_synced_is_not(qtbot, room: Room, provider: Provider) -> None:
    room.account()
    assert started(qtbot, room).kind == "up-to-date"
    assert provider.synced == []
    assert not room.syncing.running


def test_a_failure_by_itself_is_shown_in_the_rail_and_interrupts_nobody(qtbot, room: Room, provider: Provider) -> None:
    room.account(synced_ago_ms=2 * HOUR_MS)
    provider.deed = fail(OFFLINE)
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    qtbot.wait(1)
    assert room.messages == []
    assert room.last().kind == "failed"
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
    assert (room.last().kind, room.last().text) == ("attention", "Stripe refused the key.")


def test_access_that_ends_soon_is_said_in_the_rail_while_syncs_go_on(qtbot, room: Room, provider: Provider) -> None:
    soon = room.account(synced_ago_ms=2 * HOUR_MS, status="active", attention="Reconnect Square by 12 December.")
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.start()
    assert [number for number, _full in provider.synced] == [soon]
    qtbot.waitUntil(lambda: room.last().text == "Reconnect Square by 12 December.")
    assert (room.last().kind, room.last().title) == ("attention", "Access ends soon")


# --- What the rail says ----------------------------------------------------------------------------------------------


def test_without_accounts_it_says_what_to_do(qtbot, room: Room) -> None:
    status = started(qtbot, room)
    assert (status.kind, status.title, status.can_sync) == ("none", "Not connected", False)


def test_disconnected_accounts_are_no_accounts(qtbot, room: Room, provider: Provider) -> None:
    room.account(synced_ago_ms=2 * HOUR_MS, status="disconnected")
    assert started(qtbot, room).title == "Not connected"
    assert provider.synced == []


def test_up_to_date_says_since_when_and_until_when(qtbot, room: Room) -> None:
    room.account(synced_ago_ms=10 * 60_000)
    status = started(qtbot, room)
    assert status.title == "Up to date"
    clock, _, left = status.text.partition(" · next in ")
    assert len(clock) == 5
    assert 40 <= int(left.removesuffix(" min")) <= 60


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
    assert (status.kind, status.title, status.can_sync) == ("failed", "The books are busy", False)


@pytest.mark.parametrize(
    ("name", "title"),
    [("balance_entries", "Ledger"), ("events", "Changes"), ("inventory_counts", "Stock"), ("gift_cards", "Gift cards")],
)
def test_streams_have_names_that_people_read(name: str, title: str) -> None:
    assert stream_title(name) == title
