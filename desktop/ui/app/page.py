"""What every page is: a view of some kinds of rows with a title, its widgets in the top bar, and designed states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.messages import Messages
from desktop.ui.app.refreshing import RefreshingView
from desktop.ui.app.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.throttle import Throttle
from desktop.ui.widgets.skeleton import SKELETON_AFTER_MS, Skeleton
from desktop.ui.widgets.states import StateView, failed_view
from desktop.ui.widgets.surfaces import ScrollColumn


class OpenPage(Protocol):
    """Opens a page by key; named arguments reach its ``open`` (for example ``status="open"`` or ``row_id=7``)."""

    def __call__(self, key: str, **wanted: Any) -> None:
        """Open it."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every page is given by the window. Its own questions and actions are given by who registers it."""

    theme: Theme
    tasks: Tasks
    messages: Messages
    addresses: Addresses
    open_page: OpenPage


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page of the rail: ``title`` is translated already; ``tool`` puts it below the divider.

    ``on_demand``: it stands in the rail only while the window offers it. ``under`` is the page that leads to it, which
    the rail shows as open then: it has no entry of its own. ``make`` is called at the first visit; import
    heavy things inside it.
    """

    key: str
    title: str
    icon: str
    make: Callable[[PageContext], Page]
    tool: bool = False
    on_demand: bool = False
    under: str = ""


class Page(RefreshingView):
    """Lay the page into ``body``. Override ``refresh`` and set ``kinds``; show a state when the answer is here.

    A page starts as ``loading``. ``scrolls`` pages are a column that scrolls; others (lists) fill the window.
    """

    def __init__(
        self, context: PageContext, title: str, *, scrolls: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(context.tasks, parent)
        self.context = context
        self.theme = context.theme
        self.title = title
        self.setProperty("look", "page")
        self.setAccessibleName(title)
        x, y, gap = self.theme.px(24), self.theme.px(20), self.theme.px(16)
        self._page_stack = QStackedLayout(self)
        self._page_loading = loading_view(self.theme)
        self._page_stack.addWidget(self._page_loading)
        if scrolls:
            column = ScrollColumn(self.theme, margins=(24, 20))
            self.body: QVBoxLayout = column.body
            self._page_ready: QWidget = column
        else:
            self._page_ready = QFrame()
            self._page_ready.setProperty("look", "clear")
            self.body = QVBoxLayout(self._page_ready)
            self.body.setContentsMargins(x, y, x, y)
            self.body.setSpacing(gap)
        self._page_stack.addWidget(self._page_ready)
        self._page_state: StateView | None = None
        self._page_late = Throttle(self._show_skeleton, SKELETON_AFTER_MS, self)
        self._page_stack.setCurrentWidget(self._page_loading)

    def top_bar(self) -> Sequence[QWidget]:
        """Widgets for the right of the top bar: the primary action or the period. Make them once, in ``__init__``."""
        return ()

    def primary(self) -> None:
        """Do the page's main action (Ctrl+N); pages without one do nothing."""

    def search(self, text: str) -> None:
        """The search field says this now; pages that can be searched override it."""

    def search_text(self) -> str:
        """What the page is searched for, shown again when it is opened."""
        return ""

    def open(self, **wanted: Any) -> None:
        """The page was opened from elsewhere with these wishes."""

    def close_panel(self) -> bool:
        """Escape: close what stands open beside the content; False where nothing does."""
        return False

    def leave(self) -> None:
        """The window closes: ask running jobs of the page to stop."""

    def show_loading(self) -> None:
        """The answer is on its way: what is shown stays, skeletons come after 150 ms where there is nothing."""
        if self._page_stack.currentWidget() is not self._page_ready:
            self._page_late.later()

    def show_ready(self) -> None:
        """The content is here."""
        self._put_up(self._page_ready)

    def show_state(self, view: StateView) -> None:
        """Show an empty state instead of the content."""
        self._page_stack.addWidget(view)
        self._put_up(view)
        self._page_state = view

    @Slot(object)
    def show_failed(self, error: WorldError) -> None:
        """It could not be read: the error with Retry, instead of the content. Fits as ``on_error``."""
        self.show_state(failed_view(self.theme, error, self.retry))

    @Slot()
    def retry(self) -> None:
        """Ask again."""
        self.show_loading()
        self.refresh()

    @Slot()
    def _show_skeleton(self) -> None:
        self._put_up(self._page_loading)

    def _put_up(self, widget: QWidget) -> None:
        self._page_late.stop()
        old = self._page_state
        self._page_stack.setCurrentWidget(widget)
        if old is not None and old is not widget:
            self._page_stack.removeWidget(old)
            old.deleteLater()
            self._page_state = None


def loading_view(theme: Theme) -> QWidget:
    """The shape of a page that is being read."""
    frame = QFrame()
    frame.setProperty("look", "clear")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(20))
    layout.addWidget(Skeleton(theme, (0.28, 0.44, 0.36, 0.62, 0.5, 0.58), height=14, step=36))
    layout.addStretch(1)
    return frame
