"""The main window: rail, top bar, pages made at their first visit, messages, and one way to close."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.accessibility import press_focused
from desktop.ui.app import shortcuts
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.messages import Messages
from desktop.ui.app.page import Page, PageContext, PageSpec, loading_view
from desktop.ui.app.tasks import Tasks
from desktop.ui.theme.theme import CHOICES, Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.rail import Rail
from desktop.ui.widgets.search import Command
from desktop.ui.widgets.sync_box import SyncStatus
from desktop.ui.widgets.toasts import Toasts
from desktop.ui.widgets.top_bar import TopBar

_PAGE_KEYS: Final = 9
_LEAST: Final = QSize(900, 560)
#: Milliseconds between two pages that are made ahead of their first visit.
_APART_MS: Final = 100


@dataclass(frozen=True, slots=True)
class WindowServices:
    """What the window and its pages share; made by who starts the program."""

    theme: Theme
    tasks: Tasks
    messages: Messages
    addresses: Addresses


class MainWindow(QMainWindow):
    """Shows the pages it is given. Nothing is asked and no page is made before it is first painted.

    Signals: ``sync_asked``, ``cancel_asked`` and ``details_asked`` come from the sync box and the shortcuts;
    ``page_opened`` with the page's key; ``closing`` before the last moment.
    """

    sync_asked = Signal()
    cancel_asked = Signal()
    details_asked = Signal()
    painted = Signal()
    page_opened = Signal(str)
    closing = Signal()

    def __init__(self, services: WindowServices, pages: Sequence[PageSpec], commands: Sequence[Command] = ()) -> None:
        super().__init__()
        self._services = services
        self._theme = services.theme
        self._specs = {spec.key: spec for spec in pages}
        self._pages: dict[str, Page] = {}
        self._prepared: set[str] = set()
        self._ready_for_more = False
        self._commands: tuple[Command, ...] = ()
        self._current = ""
        self._first = ""
        self.setWindowTitle("Paydesk")
        screen = self.screen().availableSize()
        wanted = QSize(self._theme.px(1280), self._theme.px(800))
        self.resize(wanted.boundedTo(screen).expandedTo(_LEAST))
        self.setMinimumSize(_LEAST)
        self._context = PageContext(
            services.theme, services.tasks, services.messages, services.addresses, self.open_page
        )
        self._lay_out()
        self.set_commands(commands)
        shortcuts.install(self, self._handlers())
        self._toasts = Toasts(self._theme, services.messages, self)
        services.messages.open()
        self._dress()
        self._theme.changed.connect(self._dress)

    def _lay_out(self) -> None:
        self.rail = Rail(self._theme, translate("MainWindow", "Pages"), "Paydesk")
        tools = [spec for spec in self._specs.values() if spec.tool]
        for spec in self._specs.values():
            if not (spec.tool or spec.under):
                self.rail.add_entry(spec.key, spec.title, spec.icon)
        if tools:
            self.rail.add_divider()
        for spec in tools:
            self.rail.add_entry(spec.key, spec.title, spec.icon)
        for spec in self._specs.values():
            if spec.on_demand:
                self.rail.offer(spec.key, False)
        self.rail.chosen.connect(self._on_chosen)
        box = self.rail.sync_box
        box.sync_asked.connect(self.sync_asked)
        box.cancel_asked.connect(self.cancel_asked)
        box.clicked.connect(self.details_asked)
        self.top_bar = TopBar(self._theme)
        self.top_bar.search.searched.connect(self._on_searched)
        self._stack = QStackedWidget()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(self._stack, 1)
        # A click on the ground takes the keyboard out of the search field; nothing else has it at the start.
        central = self._ground = QWidget()
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self.setCentralWidget(central)

    def _handlers(self) -> dict[str, Callable[[], None]]:
        handlers: dict[str, Callable[[], None]] = {
            "search": self.top_bar.search.open,
            "sync": self.sync_asked.emit,
            "primary": self._on_primary,
            "close_panel": self._on_escape,
            "theme": self.next_theme,
            "quit": self._on_quit,
        }
        for index in range(_PAGE_KEYS):
            handlers[f"page_{index + 1}"] = partial(self._on_page_key, index)
        return handlers

    def _on_page_key(self, index: int) -> None:
        keys = self.rail.keys()
        if index < len(keys):
            self.open_page(keys[index])

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Offer these commands in the search field, after the pages and before what every window can do."""
        self._commands = tuple(commands)
        text = translate("MainWindow", "Go to {0}")
        keys = self.rail.keys()
        offered = [self._specs[key] for key in keys]
        pages = [Command(text.format(spec.title), partial(self.open_page, spec.key)) for spec in offered]
        sync, theme = shortcuts.shortcut("sync"), shortcuts.shortcut("theme")
        always = [
            Command(sync.shown_title(), self.sync_asked.emit, sync.shown_keys()),
            Command(theme.shown_title(), self.next_theme, theme.shown_keys()),
        ]
        self.top_bar.search.set_commands([*pages, *commands, *always])

    @Slot(object)
    def offer_pages(self, keys: Collection[str]) -> None:
        """Let these of the pages on demand stand in the rail, and no others; an open one gives way to the first."""
        on_demand = [spec.key for spec in self._specs.values() if spec.on_demand]
        before = self.rail.keys()
        for key in on_demand:
            self.rail.offer(key, key in keys)
        if self.rail.keys() == before:
            return
        self.set_commands(self._commands)
        if self._current in on_demand and self._current not in keys:
            self.open_page(self.rail.keys()[0])
        if self._ready_for_more:
            self.prepare()

    def open_page(self, key: str, **wanted: Any) -> None:
        """Open the page, made now if this is the first visit; raises ``KeyError`` for none of that name."""
        page = self._page(key)
        self._current = key
        self.rail.choose(self._specs[key].under or key)
        self._stack.setCurrentWidget(page)
        self.top_bar.show_page(page.title, page.top_bar())
        if wanted:
            page.open(**wanted)
        self.top_bar.search.show_text(page.search_text())
        self.page_opened.emit(key)

    def start(self, key: str) -> None:
        """Show rail, title and skeletons at once and open this page after they were painted.

        What the page asks then imports and reads on its own thread, without holding up the first frame.
        """
        self._first = key
        self.rail.choose(key)
        self.top_bar.show_page(self._specs[key].title, ())
        self._stack.addWidget(loading_view(self._theme))
        self._ground.setFocus()

    @Slot()
    def prepare(self) -> None:
        """Make the pages of the rail that nobody has opened yet, one a turn, so that their first visit is quick.

        Dressing a widget costs as much as making it, so that is done too, also for what an open page does not show yet.
        """
        self._ready_for_more = False
        offered = self.rail.keys()
        waiting = [key for key in offered if not self._specs[key].tool and key not in self._prepared]
        if not waiting:
            # What is offered from now on is made as soon as it is.
            self._ready_for_more = True
        if not waiting or not self.isVisible():
            return
        self._prepared.add(waiting[0])
        for widget in self._page(waiting[0]).findChildren(QWidget):
            widget.ensurePolished()
        QTimer.singleShot(_APART_MS, self, self.prepare)

    def page(self) -> Page | None:
        """The open page, None before the first."""
        return self._pages.get(self._current)

    def show_sync(self, status: SyncStatus) -> None:
        """Say in the rail how the sync stands."""
        self.rail.sync_box.show_status(status)

    @Slot()
    def next_theme(self) -> None:
        """Go on to the next choice: system, light, dark."""
        index = CHOICES.index(self._theme.choice)
        self._theme.choose(CHOICES[(index + 1) % len(CHOICES)])

    def _page(self, key: str) -> Page:
        if key not in self._pages:
            page = self._specs[key].make(self._context)
            self._pages[key] = page
            self._stack.addWidget(page)
        return self._pages[key]

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.open_page(key)

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        page = self.page()
        if page is not None:
            page.search(text)

    def _on_primary(self) -> None:
        page = self.page()
        if page is not None:
            page.primary()

    def _on_escape(self) -> None:
        page = self.page()
        if not self._toasts.dismiss_newest() and page is not None:
            page.close_panel()

    def _on_quit(self) -> None:
        self.close()

    @Slot()
    def _dress(self) -> None:
        self.setWindowIcon(self._theme.icon("brand", "text", 64))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the focus."""
        if not press_focused(event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """After the first frame, open the page that the window was started with."""
        super().paintEvent(event)
        if self._first:
            QTimer.singleShot(0, self, partial(self._open_first, self._first))
            self._first = ""

    def _open_first(self, key: str) -> None:
        self.painted.emit()
        if not self._current:
            self.open_page(key)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let pages stop their work; whoever started the program then shuts the tasks down."""
        for page in self._pages.values():
            page.leave()
        self.closing.emit()
        super().closeEvent(event)
