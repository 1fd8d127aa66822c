"""Eight ways in which a sync fails, each a real one: rail, footing, account and command say the same of it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from sqlalchemy import insert

from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key
from desktop.books import database
from desktop.books.tables import Lease
from desktop.books.tables.base import table_of
from desktop.cli.commands import run
from desktop.providers import limits
from desktop.providers.contract import Account
from desktop.sandbox import launch
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Message, Messages
from desktop.ui.app.page import PageContext
from desktop.ui.app.syncing import Syncing
from desktop.ui.app.tasks import Tasks
from desktop.ui.connecting.words import TONES
from desktop.ui.pages.dashboard.footing import Ground, ground_of
from desktop.ui.pages.dashboard.question import ask_dashboard
from desktop.ui.pages.integrations.page import IntegrationsPage
from desktop.ui.widgets.sync_box import SyncStatus
from desktop.workspace import open_business

TODAY = "2026-11-23"
KEY = base64.b64encode(b"k" * 32).decode()


@dataclass(frozen=True)
class Failure:
    """What goes wrong, and what is said of it: role, beginning of the sentence, what is offered, exit status of sync.

    ``detail`` stands in the details of the account. ``full``: everything is to be read again, or nothing fails.
    """

    begin: Callable[[Room], None]
    role: str
    sentence: str
    advice: str
    status: int
    detail: str = ""
    full: bool = False
    retry: bool = True


class Quiet:
    """Connecting without a person."""

    def step(self, _step: object, _note: str = "") -> None:
        return None

    def open_page(self, _address: str) -> None:
        return None

    def confirm(self, _account: Account) -> bool:
        return True

    def listening(self, _callback: object) -> None:
        return None


class Room:
    """A home that was synced, a window's syncing on it, and everything that was said."""

    def __init__(self, home: Path, box: launch.Running, tasks: Tasks, messages: Messages, patch: Any) -> None:
        self.home, self.box, self.tasks, self.patch = home, box, tasks, patch
        self.statuses: list[SyncStatus] = []
        self.messages: list[Message] = []
        messages.told.connect(self.messages.append)
        messages.open()
        self._messages = messages
        self.handle = BusinessHandle(self._open)
        self.syncing = Syncing(self.handle, tasks, messages)
        self.syncing.status_changed.connect(self.statuses.append)

    @property
    def business(self) -> Business:
        return self.handle.business()

    def _open(self) -> Business:
        return open_business(self.home, os.environ)

    def reopen(self) -> None:
        """As after a restart: nothing is known but what the books keep."""
        self.syncing.stop()
        self.handle.close()
        self.syncing = Syncing(self.handle, self.tasks, self._messages)
        self.syncing.status_changed.connect(self.statuses.append)

    def command(self, capsys: Any, *words: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run([*words, "--json"], str(self.home), debug=False)
        return status, json.loads(capsys.readouterr().out)

    def footing(self) -> Ground:
        return ground_of(ask_dashboard(self.business, None), syncing=False)


@contextmanager
def served() -> Iterator[launch.Running]:
    with launch.Running(launch.build(seed=5, today=date.fromisoformat(TODAY), pace=0.15), 0) as running:
        yield running


def environment(box: launch.Running, home: Path) -> dict[str, str]:
    return {
        "PAYDESK_HOME": str(home),
        "PAYDESK_MASTER_KEY": KEY,
        "PAYDESK_TIMEZONE": "Europe/Berlin",
        "PAYDESK_TODAY": TODAY,
        "PAYDESK_STRIPE_API_BASE": box.api_base,
        "PAYDESK_STRIPE_CONNECT_BASE": box.connect_base,
    }


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[launch.Running, Path]]:
    """A pretend Stripe, and a home that was connected to it and read to the end."""
    from desktop.actions.sync import accounts_to_sync, sync_account

    home = tmp_path_factory.mktemp("synced")
    with served() as box:
        business = open_business(home, environment(box, home))
        connect_by_key(business, "stripe", box.secret_key, Quiet(), threading.Event())
        (row,) = accounts_to_sync(business, None)
        assert sync_account(business, row, cancel=threading.Event()).outcome == "done"
        business.close()
        yield box, home


@pytest.fixture
def room(
    synced: tuple[launch.Running, Path], tmp_path: Path, inline_tasks: Tasks, messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Room]:  # fmt: skip
    box, template = synced
    home = tmp_path / "home"
    shutil.copytree(template, home)
    for name, value in environment(box, home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(limits, "_backoff", lambda _state: 0.0)
    made = Room(home, box, inline_tasks, messages, monkeypatch)
    yield made
    made.syncing.stop()
    box.faults.clear()
    made.handle.close()


# --- what goes wrong -------------------------------------------------------------------------------------------------


def no_name(room: Room) -> None:
    """The name of the provider's host is not found."""
    resolve = socket.getaddrinfo

    def fail(host: Any, *words: Any, **more: Any) -> Any:
        if host in ("nothing.invalid", b"nothing.invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *words, **more)

    room.patch.setattr(socket, "getaddrinfo", fail)
    room.patch.setenv("PAYDESK_STRIPE_API_BASE", "https://nothing.invalid")


def reset(room: Room) -> None:
    """Whoever connects is thrown out."""
    server = socket.create_server(("127.0.0.1", 0))
    room.patch.setenv("PAYDESK_STRIPE_API_BASE", f"http://127.0.0.1:{server.getsockname()[1]}")

    def throw_out() -> None:
        with closing(server):
            while True:
                one, _address = server.accept()
                last = one.recv(65_536).startswith(b"stop")
                # No lingering: the other side gets a reset (RFC 9293, 3.10.7).
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()
                if last:
                    return

    room.box.resetting = threading.Thread(target=throw_out)  # type: ignore[attr-defined]
    room.box.resetting.start()  # type: ignore[attr-defined]
    room.box.address = server.getsockname()  # type: ignore[attr-defined]


def full_disk(room: Room) -> None:
    """The file may not grow any more, and there is something new to be kept."""
    for _ in range(40):
        room.box.do("sale")
    prepare = database._prepare_writer

    def limited(connection: Any, busy_ms: int) -> None:
        prepare(connection, busy_ms)
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={count}")

    room.patch.setattr(database, "_prepare_writer", limited)


def held(room: Room) -> None:
    """Another computer is at work on the account."""
    at = room.business.books.now()
    lease = {"integration_id": 1, "holder": "the command on front-desk (12)", "heartbeat_at": at, "fence": 9}
    with room.business.books.write() as writer:
        table = table_of(Lease)
        writer.connection.execute(table.delete())
        writer.connection.execute(insert(table).values(lease))


REFUSED = "Stripe refuses the key of this account: it is wrong, has expired or was revoked."
FAILURES = {
    "key refused": Failure(
        lambda room: room.box.faults.add("status", status=401),
        "danger", "Stripe refused access; the books are good up to ", "Reconnect Stripe to go on.", 3, REFUSED,
        retry=False,
    ),
    "name not found": Failure(
        no_name, "warning", "Stripe could not be reached; the books are good up to ", "It is tried again at ", 1,
        "Stripe could not be reached.",
    ),
    "reset": Failure(
        reset, "warning", "Stripe could not be reached; the books are good up to ", "It is tried again at ", 1,
        "The connection to Stripe broke off.",
    ),
    "errors": Failure(
        lambda room: room.box.faults.add("status", status=500),
        "warning", "Stripe answers with errors; the books are good up to ", "It is tried again at ", 1,
        "Stripe answered with an error of its own (500).",
    ),
    "401 in the middle": Failure(
        lambda room: room.box.faults.add("status", status=401, skip=4),
        "danger", "Stripe refused access; the books are good up to ", "Reconnect Stripe to go on.", 3, REFUSED,
        full=True, retry=False,
    ),
    "one list refused": Failure(
        lambda room: room.box.faults.add("refuse", stream="disputes"),
        "note", "Disputes may not be read from Stripe; the rest is good up to ", "Allow it at Stripe, ", 0,
        "may not read disputes", full=True, retry=False,
    ),
    "disk full": Failure(
        full_disk, "danger", "The disk is full: nothing more of Stripe can be kept; the books are good up to ",
        "Free some space on it. It is tried again at ", 5, "There is no room left to write the books",
    ),
    "lease elsewhere": Failure(
        held, "working", "The command on front-desk is syncing Stripe; the books are good up to ",
        "What it brings in is shown here too.", 1, retry=False,
    ),
}  # fmt: skip


@pytest.fixture(params=FAILURES)
def failure(request: pytest.FixtureRequest, room: Room) -> Iterator[Failure]:
    one = FAILURES[request.param]
    one.begin(room)
    yield one
    if request.param == "reset":
        with socket.create_connection(room.box.address) as last:  # type: ignore[attr-defined]
            last.sendall(b"stop")
        room.box.resetting.join()  # type: ignore[attr-defined]


def said_of(room: Room) -> str:
    """The role of what the rail says once the books were asked; an empty text while a sync is at work."""
    return room.statuses[-1].role if room.statuses[-1].tip else ""


# --- what is said of it ----------------------------------------------------------------------------------------------


def check_everywhere(qtbot: Any, room: Room, failure: Failure, context: PageContext, capsys: Any) -> str:
    """The same sentence and role in all four places; the sentence."""
    (account,) = room.command(capsys, "status")[1]["integrations"]
    standing = account["standing"]
    sentence = standing["sentence"]
    assert sentence.startswith(failure.sentence)
    # rail
    rail = room.statuses[-1]
    assert sentence in rail.tip
    assert (rail.role, rail.can_retry) == (failure.role, failure.retry)
    assert failure.advice in rail.tip
    # command
    assert standing["role"] == failure.role
    # footing
    ground = room.footing()
    assert sentence.removesuffix(".") in ground.text
    assert failure.advice.removesuffix(".") in ground.text
    assert (ground.role, ground.retry) == (failure.role, failure.retry)
    # the account's card and its details
    page = IntegrationsPage(context, room.handle, room.syncing)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: bool(page.accounts.rows))
    row = page.accounts.rows[1]
    if not row.is_open:
        row.toggle_details()
    shown = {label.text(): label.property("tone") for label in row.findChildren(QLabel)}
    (said,) = (text for text in shown if text.startswith(sentence))
    assert shown[said] == TONES[failure.role]  # type: ignore[index]
    assert failure.advice in said
    assert any(failure.detail in text for text in shown)
    assert (row.main_button.text() == "Retry") == failure.retry
    assert row.main_button.isEnabled() == (failure.role != "working")
    page.close()
    return str(sentence)


def test_all_places_say_the_same_and_still_do_after_a_restart(
    qtbot: Any, room: Room, failure: Failure, context: PageContext, capsys: Any
) -> None:
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.sync(None, failure.full)
    qtbot.waitUntil(lambda: said_of(room) == failure.role)
    sentence = check_everywhere(qtbot, room, failure, context, capsys)
    if failure.role == "note":
        assert room.messages == []
    else:
        (message,) = room.messages
        assert sentence in message.text
        assert (message.action_label == "Retry") == failure.retry
    room.reopen()
    with qtbot.waitSignal(room.syncing.status_changed):
        room.syncing.start()
    assert check_everywhere(qtbot, room, failure, context, capsys) == sentence
    assert len(room.messages) <= 1, "nobody asked for anything since"


def test_what_the_command_met_is_told_in_the_open_window(
    qtbot: Any, room: Room, failure: Failure, context: PageContext, capsys: Any
) -> None:
    with qtbot.waitSignal(room.syncing.status_changed):
        room.syncing.start()
    status, answer = room.command(capsys, "sync", *(["--full"] if failure.full else []))
    assert status == failure.status
    (account,) = answer["integrations"]
    room.syncing._on_tick()
    qtbot.waitUntil(lambda: said_of(room) == failure.role)
    assert account["standing"]["sentence"] == check_everywhere(qtbot, room, failure, context, capsys)
    assert room.messages == []


def test_a_success_clears_it(qtbot: Any, room: Room, capsys: Any) -> None:
    room.box.faults.add("status", status=500)
    assert room.command(capsys, "sync")[0] == 1
    (account,) = room.command(capsys, "status")[1]["integrations"]
    asked = [stream for stream in account["streams"] if stream["state"] != "on_demand"]
    assert {stream["state"] for stream in asked} == {"failed"}
    assert all(stream["complete_through"] and stream["error"] for stream in asked)
    room.box.faults.clear()
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.sync()
    qtbot.waitUntil(lambda: room.statuses[-1].role == "good")
    assert room.footing().role == "good"
    (account,) = room.command(capsys, "status")[1]["integrations"]
    assert {stream["state"] for stream in account["streams"]} == {"complete", "on_demand"}
    assert (account["standing"]["role"], account["standing"]["advice"]) == ("good", "")


def test_what_could_be_read_only_in_part_is_named(qtbot: Any, room: Room, context: PageContext, capsys: Any) -> None:
    for one in ("charges", "payment_intents", "payouts"):
        room.box.faults.add("status", stream=one, status=500)
    partly = Failure(
        lambda _room: None, "warning", "Payments and payouts could not be read from Stripe; the books are good up to ",
        "It is tried again at ", 1, "Stripe answered with an error of its own (500).", full=True,
    )  # fmt: skip
    with qtbot.waitSignal(room.syncing.ended):
        room.syncing.sync(None, True)
    qtbot.waitUntil(lambda: room.statuses[-1].role == "warning")
    check_everywhere(qtbot, room, partly, context, capsys)
    (message,) = room.messages
    assert message.title == "Not everything read"
