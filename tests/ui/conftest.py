"""What every test of the window stands on: one dressed application, and nothing left running after a test."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partialmethod
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt, QThread, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QHeaderView, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.ui.app.addresses import Addresses
from desktop.ui.app.messages import Messages
from desktop.ui.app.page import PageContext
from desktop.ui.app.tasks import Lane, Request, Tasks
from desktop.ui.lists.rows import Amount, PillCell, Row, RowFilter, Summary
from desktop.ui.theme.theme import Theme
from tests.helpers.patience import PATIENCE_MS


class PatientBot(QtBot):
    """Waits for what happens, however busy the machine is."""

    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE_MS)
    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE_MS)
    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE_MS)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> Theme:
    """The application under a name of its own, in the light scheme."""
    qapp.setOrganizationName("paydesk-tests")
    qapp.setApplicationName("paydesk-tests")
    return Theme(qapp, "light")


@pytest.fixture(autouse=True)
def _in_germany() -> None:
    """Days, shares and addresses as in Germany, whatever the machine's locale and whatever a test before said."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.Germany))


@pytest.fixture
def theme(dressed: Theme, qapp: QApplication) -> Iterator[Theme]:
    """The application's theme, light again afterwards."""
    before = qapp.styleSheet()
    yield dressed
    if qapp.styleSheet() != before:
        dressed.choose("light")


@pytest.fixture(autouse=True)
def _nothing_left_running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test that leaves a QThread running or a repeating QTimer ticking."""
    started: list[weakref.ref[Any]] = []
    start_thread, start_timer = QThread.start, QTimer.start

    def thread(self: QThread, *arguments: Any) -> None:
        started.append(weakref.ref(self))
        start_thread(self, *arguments)

    def timer(self: QTimer, *arguments: Any) -> None:
        started.append(weakref.ref(self))
        start_timer(self, *arguments)

    monkeypatch.setattr(QThread, "start", thread)
    monkeypatch.setattr(QTimer, "start", timer)
    yield
    living = [thing for thing in (reference() for reference in started) if thing is not None and isValid(thing)]
    threads = [thing.objectName() for thing in living if isinstance(thing, QThread) and thing.isRunning()]
    ticking = [
        thing.parent()
        for thing in living
        if isinstance(thing, QTimer) and thing.isActive() and not thing.isSingleShot()
    ]
    assert not threads, f"threads left running: {threads}"
    assert not ticking, f"timers left ticking: {ticking}"


class InlinePort:
    """Runs each request at once, in the calling thread; the answer still comes by the event loop."""

    def __init__(self, _lane: Lane, answered: Callable[[Request], None]) -> None:
        self._answered = answered

    def ask(self, request: Request) -> None:
        if not request.stale.is_set():
            request.run()
        self._answered(request)

    def close(self) -> None:
        return None

    def wait(self, _deadline_ms: int) -> bool:
        return True


@pytest.fixture
def inline_tasks(qapp: QApplication) -> Iterator[Tasks]:
    """Tasks without threads: what is asked is answered in the next turn of the event loop."""
    tasks = Tasks(port=InlinePort)
    yield tasks
    tasks.shutdown()


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    """Tasks with their real threads, ended afterwards."""
    made = Tasks()
    yield made
    assert made.shutdown(PATIENCE_MS)


@pytest.fixture
def messages(qapp: QApplication) -> Messages:
    return Messages()


@pytest.fixture
def context(theme: Theme, inline_tasks: Tasks, messages: Messages) -> PageContext:
    """What a page is given, without threads and without a browser; ``opened`` pages are not opened."""
    return PageContext(theme, inline_tasks, messages, Addresses(lambda _url: True), lambda _key, **_wanted: None)


@pytest.fixture
def audit_accessibility() -> Callable[[QWidget], list[str]]:
    """Names of the controls below a widget that the keyboard reaches and that have no accessible name."""
    return _unnamed


def _unnamed(top: QWidget) -> list[str]:
    found = []
    for widget in (top, *top.findChildren(QWidget)):
        internal = widget.objectName().startswith("qt_") or isinstance(widget, QHeaderView)
        viewport = isinstance(widget.parent(), QAbstractScrollArea) and widget.parent().viewport() is widget
        policy = widget.focusPolicy()
        reached = policy not in (Qt.FocusPolicy.NoFocus, Qt.FocusPolicy.ClickFocus)
        if internal or viewport or not reached or widget.isHidden():
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


class FakeSource:
    """Rows that are made up from their ids; remembers what it was asked."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[RowFilter] = []
        self.fetched: list[int] = []
        self.error: Exception | None = None
        self.gone: set[int] = set()

    def ids(self, wanted: RowFilter) -> array[int]:
        self.asked.append(wanted)
        if self.error is not None:
            raise self.error
        every = range(1, self.count + 1)
        if wanted.search:
            return array("q", (number for number in every if wanted.search in str(number)))
        return array("q", reversed(every)) if wanted.descending else array("q", every)

    def rows(self, ids: Sequence[int], wanted: RowFilter) -> Sequence[Row | None]:
        self.fetched.extend(ids)
        return [None if number in self.gone else self._row(number) for number in ids]

    def _row(self, number: int) -> Row:
        return (
            f"INV-{number}",
            "Harbour & Pine <b>Ltd</b>",
            PillCell("Paid", "accent"),
            Amount(f"${number:,}.00", f"{number}.00"),
        )

    def summary(self, wanted: RowFilter) -> Summary:
        return Summary({"": self.count, "paid": 3}, (("Outstanding", "$17,920.00"), ("", "¥412,000")))


@pytest.fixture
def make_source() -> Callable[[int], FakeSource]:
    return FakeSource
