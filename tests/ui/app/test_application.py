"""The window put together: it opens, remembers, and ends in one way that leaves nothing running."""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from desktop.actions.business import Business
from desktop.errors import ClosedBooksError
from desktop.ui.app import application as app_module
from desktop.ui.app.announcements import Announcements
from desktop.ui.app.application import App
from desktop.ui.app.business_locale import BusinessLocale
from desktop.ui.app.messages import Message
from desktop.ui.theme.theme import Theme
from desktop.workspace import open_business
from tests.helpers.patience import PATIENCE_S

ENVIRONMENT = {"PAYDESK_TIMEZONE": "Europe/Berlin", "PAYDESK_TODAY": "2026-11-23"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def make_app(theme: Theme, qapp: QApplication, home: Path) -> Iterator[Callable[..., App]]:
    made: list[App] = []
    hook, dressed = sys.excepthook, qapp.styleSheet()

    def make(opener: Callable[..., Business] | None = None) -> App:
        made.append(App(qapp, home, opener or (lambda _ask: open_business(home, ENVIRONMENT, memory_key=True))))
        return made[-1]

    yield make
    for app in made:
        app.window.close()
        assert app.shut_down()
        app.window.deleteLater()
        app.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    sys.excepthook = hook
    if qapp.styleSheet() != dressed:
        theme.choose("dark")
        theme.choose("light")


def shown(qtbot, app: App) -> App:
    with qtbot.waitSignal(app.window.page_opened):
        app.show()
    return app


def test_the_first_page_opens_after_the_first_frame_and_books_after_that(qtbot, make_app, home: Path) -> None:
    threads: list[threading.Thread] = []

    def opener(_ask: object) -> Business:
        threads.append(threading.current_thread())
        return open_business(home, ENVIRONMENT, memory_key=True)

    app = make_app(opener)
    assert threads == []
    with qtbot.waitSignal(app.syncing.status_changed):
        shown(qtbot, app)
    qtbot.waitUntil(lambda: bool(threads))
    assert app.window.page().title == "Dashboard"
    assert threads[0] is not threading.main_thread()
    assert len(threads) == 1


def test_a_home_without_accounts_says_that_nothing_is_connected(qtbot, make_app) -> None:
    app = make_app()
    said: list[str] = []
    app.syncing.status_changed.connect(lambda status: said.append(status.title))
    shown(qtbot, app)
    qtbot.waitUntil(lambda: "Not connected" in said)


def test_the_theme_that_was_chosen_is_kept_and_is_there_the_next_time(qtbot, make_app, home: Path) -> None:
    app = make_app()
    app.theme.choose("dark")
    assert json.loads((home / "window.json").read_text())["theme"] == "dark"
    assert make_app().theme.choice == "dark"


def test_the_place_on_the_screen_is_kept_when_it_closes(qtbot, make_app, home: Path) -> None:
    app = shown(qtbot, make_app())
    before = app.window.height()
    app.window.resize(900, 620)
    app.window.close()
    assert app.shut_down()
    assert json.loads((home / "window.json").read_text())["geometry"]
    again = shown(qtbot, make_app())
    assert before != 620
    assert (again.window.width(), again.window.height()) == (900, 620)


def test_pages_on_demand_are_kept_and_stand_in_the_rail_from_the_first_frame(qtbot, make_app, home: Path) -> None:
    app = make_app()
    assert "locations" not in app.window.rail.keys()  # noqa: SIM118 - a method of the rail
    app._badges.offered.emit(frozenset({"stock", "locations"}))
    assert json.loads((home / "window.json").read_text())["offered"] == "locations stock"
    again = make_app()
    assert again.window.rail.keys()[4:6] == ("locations", "stock")
    again._badges.offered.emit(frozenset())
    assert again.window.rail.keys()[-2:] == ("payments", "integrations")


@pytest.mark.parametrize("kept", [{"geometry": "nonsense", "theme": "pink"}, {"geometry": "\ud800", "theme": 7}])
def test_nonsense_that_was_kept_is_no_reason_not_to_start(qtbot, make_app, home: Path, kept: dict[str, str]) -> None:
    home.mkdir(mode=0o700)
    (home / "window.json").write_text(json.dumps(kept))
    app = shown(qtbot, make_app())
    assert app.theme.choice == "system"
    assert app.window.isVisible()


@pytest.mark.parametrize(("kept", "first"), [({}, ["country", "page"]), ({"country": "DE"}, ["page"])])
def test_where_the_business_is_is_asked_before_the_first_page_where_nobody_knows_it_yet(
    qtbot, make_app, home: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str], first: list[str]
) -> None:
    home.mkdir(mode=0o700)
    (home / "window.json").write_text(json.dumps(kept))
    asked: list[str] = []
    refresh = BusinessLocale.refresh
    monkeypatch.setattr(BusinessLocale, "refresh", lambda self: (asked.append("country"), refresh(self))[1])
    app = make_app()
    app.window.page_opened.connect(lambda _key: asked.append("page"))
    shown(qtbot, app)
    qtbot.waitUntil(lambda: "page" in asked)
    assert asked[: asked.index("page") + 1] == first


def test_the_details_of_the_sync_lead_to_the_integrations(qtbot, make_app) -> None:
    app = shown(qtbot, make_app())
    app.window.details_asked.emit()
    assert app.window.page().title == "Integrations"


def test_books_that_cannot_be_opened_are_said_and_the_window_stays(qtbot, make_app) -> None:
    def opener(_ask: object) -> Business:
        raise ClosedBooksError("The books are busy", "Another program is holding the books.", "Close it.")

    app = make_app(opener)
    said: list[str] = []
    app.syncing.status_changed.connect(lambda status: said.append(status.title))
    shown(qtbot, app)
    qtbot.waitUntil(lambda: "The books are busy" in said)
    assert app.window.isVisible()


def test_shutting_down_ends_the_lanes_then_the_books_and_gives_everything_back(qtbot, make_app, home: Path) -> None:
    order: list[str] = []
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    app = shown(qtbot, make_app())
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: app.handle._business is not None)
    shutdown, close = app.tasks.shutdown, app.handle.close
    app.tasks.shutdown = lambda deadline: (order.append("lanes"), shutdown(deadline))[1]
    app.handle.close = lambda: (order.append("books"), close())[1]
    app.window.close()
    assert app.shut_down()
    assert order == ["lanes", "books"]
    assert gc.isenabled()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert not list(home.glob("books.db-wal"))


def test_a_lane_that_does_not_end_in_time_keeps_the_books_open(qtbot, make_app, monkeypatch) -> None:
    app = make_app()
    closed: list[str] = []
    monkeypatch.setattr(app.handle, "close", lambda: closed.append("books"))
    monkeypatch.setattr(app.tasks, "shutdown", lambda _deadline: False)
    assert not app.shut_down()
    assert closed == []
    monkeypatch.undo()


def test_a_window_that_is_closed_while_its_books_open_ends(qtbot, make_app, home: Path) -> None:
    opening, go_on = threading.Event(), threading.Event()

    def opener(_ask: object) -> Business:
        opening.set()
        assert go_on.wait(PATIENCE_S)
        return open_business(home, ENVIRONMENT, memory_key=True)

    app = shown(qtbot, make_app(opener))
    assert opening.wait(PATIENCE_S)
    app.window.close()
    threading.Timer(0.05, go_on.set).start()
    assert app.shut_down()
    assert app.handle._business is None


class _StuckApp:
    def __init__(self, *_arguments: object) -> None:
        return None

    def show(self) -> None:
        QApplication.instance().quit()

    def shut_down(self) -> bool:
        return self.ends

    ends = True


@pytest.mark.parametrize("ends", [True, False])
def test_run_answers_with_the_status_and_leaves_at_once_where_a_thread_is_stuck(
    qapp, monkeypatch, home: Path, ends: bool
) -> None:
    left: list[int] = []
    steps: list[str] = []
    monkeypatch.setattr(_StuckApp, "ends", ends)
    monkeypatch.setattr(app_module, "App", _StuckApp)
    monkeypatch.setattr(app_module.os, "_exit", left.append)
    monkeypatch.setattr(QApplication, "exec", lambda *_: 0)
    assert app_module.run(home, lambda _ask: None, closing=lambda: steps.append("closing")) == 0
    assert steps == ["closing"]
    assert left == ([] if ends else [0])


def test_what_opening_has_to_say_is_shown(qtbot, theme: Theme, qapp: QApplication, home: Path) -> None:
    announcements = Announcements()
    app = App(qapp, home, lambda _ask: open_business(home, ENVIRONMENT, memory_key=True), announcements)
    heard: list[Message] = []
    app.messages.told.connect(heard.append)
    app.messages.open()
    with qtbot.waitSignal(app.announced):
        thread = threading.Thread(target=announcements.tell, args=("The books are read anew.",))
        thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert (heard[0].kind, heard[0].text) == ("info", "The books are read anew.")
    app.window.close()
    assert app.shut_down()
    app.window.deleteLater()
    app.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
