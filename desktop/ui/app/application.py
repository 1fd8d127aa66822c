"""The window's composition root: Qt, theme, lanes, pages, syncing, and one way out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from desktop.ui.app.addresses import Addresses
from desktop.ui.app.announcements import Announcements
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.business_locale import BusinessLocale
from desktop.ui.app.faults import Faults
from desktop.ui.app.garbage import Garbage
from desktop.ui.app.interrupts import Interrupts
from desktop.ui.app.messages import Messages
from desktop.ui.app.rail_badges import RailBadges
from desktop.ui.app.settings import WindowSettings
from desktop.ui.app.syncing import Syncing
from desktop.ui.app.tasks import Lane, Tasks
from desktop.ui.app.window import MainWindow, WindowServices
from desktop.ui.pages.catalogue import load_books, load_drawing, load_pages, page_specs
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.wording import write_for

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.vault.passphrase import Ask

_DEADLINE_MS = 15_000
#: Milliseconds for painting the first figures before anything else is asked.
_PAINTED_MS = 100
#: Seconds after which a working thread lets the UI thread go on. Python's own 5 ms are paid at every file that the UI
#: thread reads and at every painting, while a sync is at work.
_SWITCH_S = 0.0005


class App(QObject):
    """One running window and everything behind it. ``open_business`` is called once, off the UI thread.

    ``announcements`` are what it has to say meanwhile. Signals: ``announced`` with each, from whichever thread.
    """

    announced = Signal(str)

    def __init__(
        self,
        qt: QApplication,
        home: Path,
        open_business: Callable[[Ask], Business],
        announcements: Announcements | None = None,
    ) -> None:
        super().__init__()
        from desktop.ui.dialogs.passphrase import PassphrasePrompt

        self._qt = qt
        self._settings = WindowSettings(home)
        self.theme = Theme(qt, self._settings.text("theme", "system"), remember=self._remember_theme)
        self.messages = Messages(self)
        self.announced.connect(self._on_announced)
        if announcements is not None:
            announcements.listen(self.announced.emit)
        self.faults = Faults(self.messages, self)
        self._garbage = Garbage(self)
        self._switched_before = sys.getswitchinterval()
        self._interrupts = Interrupts(self)
        self.tasks = Tasks(self)
        self._prompt = PassphrasePrompt(self.theme)
        ask = self._prompt.ask
        self.handle = BusinessHandle(lambda: open_business(ask))
        self.syncing = Syncing(self.handle, self.tasks, self.messages, self)
        services = WindowServices(self.theme, self.tasks, self.messages, Addresses())
        self.window = MainWindow(services, page_specs(self.handle, self.syncing))
        self._prompt.set_window(self.window)
        self._badges = RailBadges(self.handle, self.tasks, self)
        self._badges.counted.connect(self.window.rail.show_badges)
        self._badges.offered.connect(self._on_offered)
        # As the last time from the first frame, so that no day is written again in another way.
        write_for(self._settings.text("country"))
        self._locale = BusinessLocale(self.handle, self.tasks, self)
        self._locale.told.connect(self._on_country)
        # What stood in the rail the last time stands there from the first frame, so that nothing moves.
        self.window.offer_pages(self._settings.text("offered").split())
        self.syncing.status_changed.connect(self.window.show_sync)
        self.window.sync_asked.connect(self.syncing.sync_now)
        self.window.cancel_asked.connect(self.syncing.cancel)
        self.window.details_asked.connect(self._on_details)
        self.window.closing.connect(self._on_closing)
        self._interrupts.asked.connect(self.window.close)

    def show(self, first: str = "dashboard") -> None:
        """Show the window; pages and books are opened after its first frame."""
        self.faults.install()
        self._garbage.start()
        sys.setswitchinterval(_SWITCH_S)
        self._interrupts.start()
        geometry = self._settings.text("geometry")
        if geometry:
            self.window.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self.window.start(first)
        self.window.show()
        self.window.page_opened.connect(self._on_first_page)
        self.window.painted.connect(self._on_painted)

    def shut_down(self) -> bool:
        """Stop the lanes, then close the books. False where something did not end in time."""
        stopped = self.tasks.shutdown(_DEADLINE_MS)
        self._interrupts.stop()
        if stopped:
            self.handle.close()
            self._garbage.stop()
        sys.setswitchinterval(self._switched_before)
        return stopped

    @Slot(str)
    def _on_announced(self, sentence: str) -> None:
        self.messages.info(translate("App", "One moment, please"), sentence)

    def _remember_theme(self, choice: str) -> None:
        self._settings.save("theme", choice)

    @Slot(object)
    def _on_offered(self, keys: frozenset[str]) -> None:
        self._settings.save("offered", " ".join(sorted(keys)))
        self.window.offer_pages(keys)

    @Slot(str)
    def _on_country(self, country: str) -> None:
        self._settings.save("country", country)

    @Slot()
    def _on_painted(self) -> None:
        # What the first question needs is imported while the page that asks it is still being made.
        self.tasks.query(load_books, self._on_loaded)
        if not self._settings.text("country"):
            # Before the first page asks, on the same thread: no day is written twice where nobody knows it yet.
            self._locale.refresh()

    @Slot(object)
    def _on_loaded(self, _nothing: None) -> None:
        """The books can be opened without importing anything now."""

    @Slot(str)
    def _on_first_page(self, _key: str) -> None:
        self.window.page_opened.disconnect(self._on_first_page)
        # Answered after what the page itself asked, on the same thread: its figures are painted in peace first.
        self.tasks.query(_nothing, self._on_first_answered)

    @Slot(object)
    def _on_first_answered(self, _nothing: None) -> None:
        QTimer.singleShot(_PAINTED_MS, self, self._go_on)

    @Slot()
    def _go_on(self) -> None:
        self.syncing.start()
        self._badges.refresh()
        self._locale.refresh()
        # After the questions of the first page, on the same thread.
        self.tasks.query(load_pages, self._on_pages_loaded)

    @Slot(object)
    def _on_pages_loaded(self, _nothing: None) -> None:
        # Before there is a sync, in whose company the same would take several times as long.
        self.window.prepare()
        self.tasks.query(load_drawing, self._on_drawing_loaded, lane=Lane.DRAWING)

    @Slot(object)
    def _on_drawing_loaded(self, _nothing: None) -> None:
        """Charts are drawn without importing anything now."""

    @Slot()
    def _on_details(self) -> None:
        self.window.open_page("integrations")

    @Slot()
    def _on_closing(self) -> None:
        self._settings.save("geometry", bytes(self.window.saveGeometry().toBase64().data()).decode())
        self._prompt.release()
        self.syncing.stop()


def _nothing() -> None:
    """A question that only waits for its turn."""


def run(
    home: Path,
    open_business: Callable[[Ask], Business],
    *,
    closing: Callable[[], None] | None = None,
    announcements: Announcements | None = None,
) -> int:
    """Show the window until it is closed; the exit status.

    ``announcements`` are what opening has to say meanwhile. ``closing`` is called in the UI thread before the lanes are
    waited for: whoever opens a business at length stops.
    """
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    qt.setApplicationName("Paydesk")
    qt.setApplicationDisplayName("Paydesk")
    qt.setDesktopFileName("paydesk")
    app = App(qt, home, open_business, announcements)
    app.show()
    status = qt.exec()
    if closing is not None:
        closing()
    if not app.shut_down():
        # A thread that ignores its cancellation would make Qt abort; the books are safe at every commit.
        sys.stderr.flush()
        os._exit(status)
    return status
