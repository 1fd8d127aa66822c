"""The window: first frame before first page, pages made once, one way to search, switch, escape and close."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop.errors import UnreachableError
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.messages import Messages
from desktop.ui.app.page import Page, PageContext, PageSpec
from desktop.ui.app.tasks import Tasks
from desktop.ui.app.window import MainWindow, WindowServices
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.search import Command
from desktop.ui.widgets.states import StateView
from desktop.ui.widgets.sync_box import SyncStatus


class Fake(Page):
    kinds = frozenset({"invoice"})

    def __init__(self, context: PageContext, title: str, *, scrolls: bool = False) -> None:
        super().__init__(context, title, scrolls=scrolls)
        self.refreshed, self.searched, self.did = 0, "", 0
        self.wanted: dict[str, object] = {}
        self.left = False
        self.button = Button(self.theme, f"New in {title}", look="primary")

    def top_bar(self) -> list[QWidget]:
        return [self.button]

    def refresh(self) -> None:
        self.refreshed += 1
        self.show_ready()

    def search(self, text: str) -> None:
        self.searched = text

    def search_text(self) -> str:
        return self.searched

    def primary(self) -> None:
        self.did += 1

    def open(self, **wanted: object) -> None:
        self.wanted = wanted

    def leave(self) -> None:
        self.left = True


def specs() -> list[PageSpec]:
    return [
        PageSpec("dashboard", "Dashboard", "home", lambda context: Fake(context, "Dashboard")),
        PageSpec("invoices", "Invoices", "invoice", lambda context: Fake(context, "Invoices")),
        PageSpec(
            "integrations", "Integrations", "integrations", lambda context: Fake(context, "Integrations"), tool=True
        ),
    ]


@pytest.fixture
def window(qtbot, theme: Theme, inline_tasks: Tasks, messages: Messages) -> MainWindow:
    services = WindowServices(theme, inline_tasks, messages, Addresses(lambda _url: True))
    made = MainWindow(services, specs())
    qtbot.addWidget(made)
    return made


def page(window: MainWindow) -> Fake:
    current = window.page()
    assert isinstance(current, Fake)
    return current


def test_the_first_frame_is_painted_before_the_first_page_is_made(qtbot, window: MainWindow) -> None:
    window.start("dashboard")
    assert window.page() is None
    with qtbot.waitSignal(window.page_opened):
        window.show()
    assert page(window).title == "Dashboard"
    assert page(window).refreshed == 1


def test_a_page_is_made_at_its_first_visit_and_kept(window: MainWindow) -> None:
    window.open_page("invoices")
    first = page(window)
    window.open_page("dashboard")
    window.open_page("invoices", status="open")
    assert page(window) is first
    assert first.wanted == {"status": "open"}
    with pytest.raises(KeyError):
        window.open_page("nowhere")


def test_the_top_bar_shows_the_pages_own_widgets(window: MainWindow) -> None:
    window.show()
    window.open_page("invoices")
    button = page(window).button
    assert button.isVisible()
    window.open_page("dashboard")
    assert not button.isVisible()
    assert page(window).button.isVisible()


def test_the_rail_opens_pages_by_mouse_and_by_key(qtbot, window: MainWindow) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.open_page("dashboard")
    qtbot.mouseClick(window.rail._entries["integrations"], Qt.MouseButton.LeftButton)
    assert page(window).title == "Integrations"
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert page(window).title == "Invoices"
    assert window.rail._entries["invoices"].isChecked()


def test_the_page_is_searched_shortly_after_typing_and_keeps_its_search(qtbot, window: MainWindow) -> None:
    window.show()
    window.open_page("invoices")
    with qtbot.waitSignal(window.top_bar.search.searched):
        window.top_bar.search.setText(" acme ")
    assert page(window).searched == "acme"
    window.open_page("dashboard")
    assert window.top_bar.search.text() == ""
    window.open_page("invoices")
    assert window.top_bar.search.text() == "acme"


def test_a_command_is_found_and_run_from_the_keyboard(qtbot, window: MainWindow) -> None:
    ran: list[str] = []
    window.set_commands([Command("Take a backup", lambda: ran.append("backup"))])
    window.show()
    window.open_page("dashboard")
    field = window.top_bar.search
    field.open()
    field.setText("backup")
    field._offer("backup")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert ran == ["backup"]
    assert field.text() == ""
    field._offer("go to inv")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page(window).title == "Invoices"


def test_the_theme_goes_round(window: MainWindow, theme: Theme) -> None:
    seen = []
    for _ in range(3):
        window.next_theme()
        seen.append(theme.choice)
    assert seen == ["dark", "system", "light"]


def test_escape_dismisses_a_message_first(qtbot, window: MainWindow, messages: Messages) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.open_page("dashboard")
    messages.warning("Careful")
    assert len(window._toasts.shown()) == 1
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window._toasts.shown() == ()


def test_the_sync_box_asks_to_sync_and_to_cancel(qtbot, window: MainWindow) -> None:
    box = window.rail.sync_box
    window.show_sync(SyncStatus("good", "Up to date", "14:02"))
    with qtbot.waitSignal(window.sync_asked):
        box._button.click()
    window.show_sync(SyncStatus("working", "Syncing", "2,310 of 3,200", 0.72, can_cancel=True))
    assert box.accessibleName() == "Syncing. 2,310 of 3,200"
    with qtbot.waitSignal(window.cancel_asked):
        box._button.click()
    with qtbot.waitSignal(window.details_asked):
        box.click()


def test_closing_lets_pages_stop_their_work(qtbot, window: MainWindow) -> None:
    window.open_page("invoices")
    made = page(window)
    with qtbot.waitSignal(window.closing):
        window.close()
    assert made.left


def test_every_control_of_the_window_is_named(window: MainWindow, audit_accessibility) -> None:
    window.show()
    for key in [spec.key for spec in specs()]:
        window.open_page(key)
        QApplication.processEvents()
        assert audit_accessibility(window) == []


def test_a_page_shows_skeletons_late_then_content_or_failure_with_retry(qtbot, context: PageContext) -> None:
    made = Fake(context, "Invoices")
    qtbot.addWidget(made)
    assert made._page_stack.currentWidget() is made._page_loading
    made.show_failed(UnreachableError("Locked", "The books are locked.", "Try again."))
    view = made.findChild(StateView)
    assert view is not None
    assert view.button is not None
    assert view.button.text() == "Retry"
    view.button.click()
    assert made.refreshed == 1
    assert made._page_stack.currentWidget() is made._page_ready
    assert not made._page_late.waiting


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_the_window_paints_in_both_schemes(window: MainWindow, theme: Theme, choice: str) -> None:
    theme.choose("dark" if choice == "light" else "light")
    theme.choose(choice)
    window.open_page("dashboard")
    window.show()
    image = window.grab().toImage()
    ratio = image.devicePixelRatio()
    rail = image.pixelColor(round(100 * ratio), round(500 * ratio)).name().upper()
    ground = image.pixelColor(round(700 * ratio), round(500 * ratio)).name().upper()
    assert (rail, ground) == (theme.hex("sunken"), theme.hex("window"))


# ------------------------------------------------------------------------------------------------- pages on demand


@pytest.fixture
def shop(qtbot, theme: Theme, inline_tasks: Tasks, messages: Messages) -> MainWindow:
    """A window with a page that stands in the rail only while there is something for it."""
    services = WindowServices(theme, inline_tasks, messages, Addresses(lambda _url: True))
    stock = PageSpec("stock", "Stock", "stock", lambda context: Fake(context, "Stock"), on_demand=True)
    made = MainWindow(services, [*specs()[:2], stock, specs()[2]])
    qtbot.addWidget(made)
    made.open_page("dashboard")
    return made


def test_a_page_on_demand_is_neither_in_the_rail_nor_a_command_until_it_is_offered(shop: MainWindow) -> None:
    assert shop.rail.keys() == ("dashboard", "invoices", "integrations")
    assert "Go to Stock" not in [command.title for command in shop.top_bar.search._commands]
    shop.offer_pages({"stock", "no such page"})
    assert shop.rail.keys() == ("dashboard", "invoices", "stock", "integrations")
    assert "Go to Stock" in [command.title for command in shop.top_bar.search._commands]


def test_keys_count_the_pages_that_are_offered(qtbot, shop: MainWindow) -> None:
    with qtbot.waitActive(shop):
        shop.show()
        shop.activateWindow()
    qtbot.keyClick(shop, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert page(shop).title == "Integrations"
    shop.offer_pages({"stock"})
    qtbot.keyClick(shop, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert page(shop).title == "Stock"


def test_an_open_page_that_is_no_longer_offered_gives_way(shop: MainWindow) -> None:
    shop.offer_pages({"stock"})
    shop.open_page("stock")
    shop.offer_pages({"stock"})
    assert page(shop).title == "Stock"
    shop.offer_pages(frozenset())
    assert page(shop).title == "Dashboard"
