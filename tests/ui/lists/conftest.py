"""What tests of pages stand on: a world behind a handle, pages on screen, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop.actions.business import Business
from desktop.books.integrations import update_integration
from desktop.errors import WorldError
from desktop.keystore import BooksKeyStore
from desktop.periods import TODAY
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    InventoryCountRecord,
    InvoiceRecord,
    LocationRecord,
    OrderLineRecord,
    OrderRecord,
    PaymentLinkRecord,
    PaymentRequestRecord,
    PayoutRecord,
    ServiceRecord,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
)
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Message
from desktop.ui.app.page import PageContext, PageSpec
from desktop.ui.text import PlainLabel
from desktop.ui.widgets.pill import Pill
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World

DAY = "2026-11-22"
#: Pixels between the middles of what stands on one line.
_SAME_LINE = 5


class Scene:
    """A business, its handle, and everything that pages did to the world outside: pages and addresses they opened."""

    def __init__(self, world: World, context: PageContext, home: Path) -> None:
        self.world = world
        self.business = Business(
            home, world.books, Vault(BooksKeyStore(world.books), OneSource(MemorySource())), {TODAY: DAY}
        )
        self.error: WorldError | None = None
        self.handle = BusinessHandle(self._open)
        self.pages: list[tuple[str, dict[str, Any]]] = []
        self.addresses: list[str] = []
        self.told: list[Message] = []
        context.messages.told.connect(self.told.append)
        context.messages.open()
        self.context = replace(context, open_page=self._page, addresses=Addresses(self._address))

    def _open(self) -> Business:
        if self.error is not None:
            raise self.error
        return self.business

    def _page(self, key: str, **wanted: Any) -> None:
        self.pages.append((key, wanted))

    def _address(self, url: Any) -> bool:
        self.addresses.append(url.toString())
        return True


def turn() -> None:
    """Let everything that was asked be answered."""
    for _ in range(12):
        QApplication.processEvents()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


@pytest.fixture
def scene(world: World, context: PageContext, tmp_path: Path) -> Scene:
    QGuiApplication.clipboard().clear()
    return Scene(world, context, tmp_path)


@pytest.fixture
def settle() -> Callable[[], None]:
    return turn


@pytest.fixture
def show_page(qtbot, scene: Scene) -> Callable[..., Any]:
    """Make a page from its spec, put it on the screen and wait for its rows."""

    def show(spec: PageSpec, width: int = 1016, height: int = 744) -> Any:
        page = spec.make(scene.context)
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        turn()
        return page

    return show


def read(widget: QWidget) -> list[str]:
    """Every text and pill that is shown below a widget, as an eye reads them: by lines, from left to right."""
    found: list[tuple[QPoint, str]] = []
    for child in widget.findChildren(QWidget):
        text = child.full_text() if isinstance(child, PlainLabel) else ""
        text = child.accessibleName() if isinstance(child, Pill) else text
        if text and child.isVisibleTo(widget):
            left, middle = child.mapTo(widget, QPoint(0, 0)), child.mapTo(widget, child.rect().center())
            found.append((QPoint(left.x(), middle.y()), text))
    lines: list[list[tuple[QPoint, str]]] = []
    for one in sorted(found, key=lambda told: told[0].y()):
        if not lines or one[0].y() - lines[-1][-1][0].y() > _SAME_LINE:
            lines.append([])
        lines[-1].append(one)
    return [text for line in lines for _, text in sorted(line, key=lambda told: told[0].x())]


@pytest.fixture
def texts() -> Callable[[QWidget], list[str]]:
    return read


@pytest.fixture
def press(qtbot) -> Callable[[QWidget, str], None]:
    """Click the button, or the line that leads somewhere, whose name begins with these words."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton

    def click(top: QWidget, name: str) -> None:
        (button,) = [
            one
            for one in top.findChildren(QAbstractButton)
            if one.isVisibleTo(top) and one.accessibleName().startswith(name)
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        turn()

    return click


@pytest.fixture
def buttons() -> Callable[[QWidget], list[str]]:
    """The names of all buttons that are shown below a widget."""
    from PySide6.QtWidgets import QAbstractButton

    return lambda top: [one.accessibleName() for one in top.findChildren(QAbstractButton) if one.isVisibleTo(top)]


@pytest.fixture
def shop(world: World) -> int:
    """A café with a counter, a stall and a closed kiosk: a sale with a tip on a card reader, one in cash, one by a
    payment link, and a bill in three parts. The account's id; the sales are payments 1 to 3, the bill is invoice 1.
    """
    square, at = world.account("square"), world.at("2026-11-20 10:00")
    with world.books.write() as writer:
        update_integration(writer.connection, square, name="Café <b>Nord</b>", config={"sync_inventory": True})
    world.client(square, "cus_1", "Acme Bakery")
    world.put(
        square,
        ("loc_1", LocationRecord(
            "Market", "active", "usd", at, main=True, kind="physical", timezone="Europe/Berlin", country="DE",
            address_line1="Markt 1", city="Berlin", postal_code="10115", phone="+49 30 1", email="m@cafe.example",
        )),
        ("loc_2", LocationRecord("Harbour <b>stall</b>", "active", "usd", at, kind="mobile", city="Hamburg")),
        ("loc_3", LocationRecord("Old kiosk", "inactive", "usd", at)),
        ("cat_1", ServiceRecord("category", "Drinks", True, at)),
        ("prod_1", ServiceRecord("product", "Coffee", True, at, "cat_1", description="Hot & black")),
        ("price_1", ServiceRecord("price", "Large", True, at, "prod_1", unit_amount=400, currency="usd", sku="CF-L")),
        ("price_2", ServiceRecord("price", "", True, at, "prod_1")),
        ("stock_1", InventoryCountRecord("price_1", "loc_1", "in_stock", "1250.50", at)),
        ("stock_2", InventoryCountRecord("price_1", "loc_2", "in_stock", "0", at)),
        ("stock_3", InventoryCountRecord("price_2", "loc_1", "in_stock", "-2", at)),
        ("stock_4", InventoryCountRecord("price_1", "loc_1", "waste", "3", at)),
        ("device_1", TerminalDeviceRecord("Till <b>1</b>", "Terminal", "offline", at, "loc_1")),
    )  # fmt: skip
    coffee = OrderLineRecord("l_1", 0, "Coffee", 720, "2", "price_1", "Large", tax=56, discount=80, note="No milk")
    cake = OrderLineRecord("l_2", 1, "Cake <b>of the day</b>", 500)
    order = OrderRecord("completed", "usd", 1_426, at, tax=56, discount=80, tip=150, source="Register",
                        location_ref="loc_1", lines=(coffee, cake))  # fmt: skip
    sale = AttemptRecord("succeeded", 1_426, 1_426, 0, "usd", at, location_ref="loc_1", order_ref="order_1", tip=150,
                         fee=52, method="card", brand="visa", last4="4242")  # fmt: skip
    cash = AttemptRecord("succeeded", 500, 500, 0, "usd", at + 60_000, location_ref="loc_2", order_ref="order_2", fee=0,
                         method="cash")  # fmt: skip
    linked = AttemptRecord("succeeded", 2_000, 2_000, 0, "usd", at + 120_000, location_ref="loc_1", method="card",
                           order_ref="order_3", fee=0, brand="visa", last4="4242", description="Seat")  # fmt: skip
    bill = OrderRecord("open", "usd", 9_000, at, location_ref="loc_1", service_charge=1_000, client_ref="cus_1",
                       lines=(OrderLineRecord("l_1", 0, "Catering", 8_000),))  # fmt: skip
    parts = (
        PaymentRequestRecord("r_1", 0, "deposit", 2_000, 2_000, "2026-11-05"),
        PaymentRequestRecord("r_2", 1, "instalment", 3_000, 1_000, "2026-11-20"),
        PaymentRequestRecord("r_3", 2, "instalment", 3_000, 0, "2026-11-21"),
        PaymentRequestRecord("r_4", 3, "balance", 1_000, 0, "2026-12-05"),
    )
    world.put(
        square,
        ("order_1", order),
        ("ch_1", sale),
        ("checkout_1", TerminalCheckoutRecord(
            "completed", 1_426, "usd", at, "device_1", "order_1", ("ch_1",), note="Table 4", location_ref="loc_1",
        )),
        ("checkout_2", TerminalCheckoutRecord(
            "canceled", 500, "usd", at - 1, "device_1", note="Table 5", location_ref="loc_1",
        )),
        ("po_1", PayoutRecord(1_374, "usd", "paid", at + 9_000_000, arrival_day="2026-11-21", location_ref="loc_1",
                              on_ledger=False)),
        ("txn_1", BalanceEntryRecord("charge", 1_426, 52, 1_374, "usd", at + 9, None, "ch_1", "po_1", settles=True)),
    )  # fmt: skip
    world.put(square, ("order_2", OrderRecord("completed", "usd", 500, at, location_ref="loc_2", lines=(cake,))),
              ("ch_2", cash))  # fmt: skip
    world.put(
        square,
        ("order_3", OrderRecord("completed", "usd", 2_000, at, source="Online", location_ref="loc_1")),
        ("link_1", PaymentLinkRecord("https://square.link/u/x", at, "order_3", "Seat")),
        ("ch_3", linked),
    )
    world.put(
        square,
        ("order_4", bill),
        ("in_1", InvoiceRecord(
            "open", "usd", 9_000, 8_000, 0, 9_000, 3_000, 6_000, at, number="0001", client_ref="cus_1",
            client_name="Acme Bakery", finalized_at=at, location_ref="loc_1", order_ref="order_4", requests=parts,
        )),
    )  # fmt: skip
    return square
