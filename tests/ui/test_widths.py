"""No text is wider than its place without a tool tip that says the whole, in any page or dialog, at any size.

One set of books with the longest things that a business has: names of many letters, invoice numbers with a long
beginning, large amounts in several currencies, two accounts of one name, years before this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from desktop.actions.business import Business
from desktop.books.integrations import update_integration
from desktop.errors import UnreachableError
from desktop.keystore import BooksKeyStore
from desktop.periods import TODAY
from desktop.queries.duplicates import suggestions
from desktop.records import (
    AttemptRecord,
    InventoryCountRecord,
    LocationRecord,
    OrderLineRecord,
    OrderRecord,
    ServiceRecord,
    SubscriptionItemRecord,
    SubscriptionRecord,
)
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Messages
from desktop.ui.app.syncing import Syncing
from desktop.ui.app.tasks import Tasks
from desktop.ui.app.window import MainWindow, WindowServices
from desktop.ui.dialogs.business_check import BusinessCheck, Candidate
from desktop.ui.dialogs.disconnect import DisconnectConfirm
from desktop.ui.dialogs.joining import JoiningSheet
from desktop.ui.dialogs.key_entry import KeyEntry
from desktop.ui.dialogs.offer import read_offers
from desktop.ui.dialogs.passphrase_sheet import PassphraseSheet
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.dialogs.provider_picker import ProviderPicker
from desktop.ui.dialogs.rename import RenameAccount
from desktop.ui.lists.page import ListPage
from desktop.ui.pages.catalogue import page_specs
from desktop.ui.pages.integrations.page import IntegrationsPage
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.sync_box import SyncStatus
from desktop.ui.wording import write_for
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.passphrase import Purpose, Question
from desktop.vault.vault import Vault
from tests.helpers.widths import cut_texts
from tests.ui.conftest import InlinePort
from tests.worlds import World

DAY = "2026-11-22"
#: Width, height and how much larger than the look's the system's text is.
SIZES = ((1024, 700, 1.0), (1280, 800, 1.0), (1920, 1080, 2.0))
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft m.b.H."
NAMES = (LONG, "Harbour Walk-in", "Fernwood Yoga & Pilates Studio of the Old Town Hall", "山田デザイン事務所", "Ed")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("widths"), "America/New_York")
    stripe, square = world.account(), world.account("square")
    for account, name in ((stripe, LONG), (square, LONG)):
        with world.books.write() as writer:
            update_integration(
                writer.connection, account, name=name, country="US", account_id=f"acct_{account}9XkQ77aPl",
                config={"sync_inventory": True}, connected_at=world.at("2025-01-02"), last_sync_at=world.at(DAY),
            )  # fmt: skip
    for number, name in enumerate(NAMES, 1):
        mail = f"accounts.payable.department.{number}@very-long-domain-name-of-a-business.example"
        world.client(
            stripe, f"cus_{number}", name, email=mail, company="The Company Behind the Name, Incorporated",
            phone="+1 (555) 010-9999 ext. 12345", country="US", city="Llanfairpwllgwyngyll", postal_code="62701",
            region="IL", address_line1="1 Main St", description="Pays late, and only after being asked twice.",
        )  # fmt: skip
        world.client(square, f"sq_{number}", name, email=mail)
        for index, (day, due) in enumerate((("2025-12-03", "2025-12-30"), ("2026-11-10", "2026-12-20"))):
            ref = f"in_{number}_{index}"
            world.invoice(stripe, ref, 1_234_567_89 * number, day, client=f"cus_{number}", due=due,
                          number=f"NORTHWEST-2026-HARBOUR-{number:04}", paid=5_000_00 if index else 0)  # fmt: skip
        world.invoice(stripe, f"in_{number}_yen", 98_765_432, "2026-11-02", client=f"cus_{number}", currency="jpy",
                      due="2026-11-12", number=f"JP-{number}")  # fmt: skip
        world.sale(stripe, f"s{number}", 1_234_567_89, "2025-12-03", client=f"cus_{number}")
        world.sale(stripe, f"t{number}", 765_432_10, "2026-11-03", client=f"cus_{number}")
        world.sale(stripe, f"y{number}", 12_345_678, "2026-11-04", client=f"cus_{number}", currency="jpy")
        world.decline(stripe, f"d{number}", 99_999_99, "2026-11-05", client=f"cus_{number}")
        world.refund(stripe, f"re_{number}", f"t{number}", 1_000_00, "2026-11-06")
    at = world.at("2026-11-20 10:00")
    item = SubscriptionItemRecord("si_1", "price_1", "prod_1", 1, 190_000_00, "usd", "month", 3, amount=190_000_00)
    world.put(
        stripe,
        ("prod_1", ServiceRecord("product", f"Retainer for {LONG}", True, at)),
        ("price_1", ServiceRecord("price", "Monthly", True, at, "prod_1", unit_amount=190_000_00, currency="usd")),
        ("sub_1", SubscriptionRecord("active", "cus_1", "usd", at, current_period_end_at=at, items=(item,))),
    )
    line = OrderLineRecord("l_1", 0, f"Cake of the day with {LONG}", 720, "12.5", "price_9", "Extra large, to go")
    world.put(
        square,
        *((f"loc_{index}", LocationRecord(
            f"Market Hall of the Old Town at the Harbour, Stand {index}", "active", "usd", at, main=index == 1,
            kind="physical", timezone="America/Argentina/ComodRivadavia", country="US", address_line1="1 Main St",
            city="Llanfairpwllgwyngyllgogerychwyrn", postal_code="62701", phone="+1 (555) 010-9999",
            email="market.hall.of.the.old.town@very-long-domain-name.example",
        )) for index in (1, 2)),
        ("prod_9", ServiceRecord("product", f"Cake {LONG}", True, at)),
        ("price_9", ServiceRecord("price", "Extra large", True, at, "prod_9", unit_amount=400, currency="usd",
                                  sku="CAKE-OF-THE-DAY-EXTRA-LARGE")),
        ("stock_1", InventoryCountRecord("price_9", "loc_1", "in_stock", "1234567.50000", at)),
        ("stock_2", InventoryCountRecord("price_9", "loc_2", "in_stock", "0", at)),
        ("order_1", OrderRecord("completed", "usd", 1_426, at, tip=150, source="Register of the market",
                                location_ref="loc_1", lines=(line,))),
        ("ch_1", AttemptRecord("succeeded", 1_234_567_89, 1_234_567_89, 0, "usd", at, location_ref="loc_1",
                               order_ref="order_1", tip=234_567_89, fee=52, method="card", brand="cartes_bancaires",
                               last4="4242", client_ref="sq_1")),
    )  # fmt: skip
    yield world
    world.books.close()


@pytest.fixture
def business(books: World, tmp_path: Path) -> Business:
    vault = Vault(BooksKeyStore(books.books), OneSource(MemorySource()))
    return Business(tmp_path, books.books, vault, {TODAY: DAY})


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]} at {size[2]:.0%}")
def size(request: pytest.FixtureRequest, qapp: QApplication, theme: Theme) -> tuple[int, int, Theme]:
    """A window's size, and the theme with its text."""
    wide, high, scale = request.param
    write_for("US")
    return wide, high, theme if scale == 1.0 else Theme(qapp, "light", text_scale=scale)


def turn() -> None:
    for _ in range(8):
        QApplication.processEvents()


def window_of(theme: Theme, business: Business) -> tuple[MainWindow, Tasks]:
    tasks, messages = Tasks(port=InlinePort), Messages()
    handle = BusinessHandle(lambda: business)
    services = WindowServices(theme, tasks, messages, Addresses(lambda _url: True))
    window = MainWindow(services, page_specs(handle, Syncing(handle, tasks, messages)))
    window.offer_pages({"locations", "stock"})
    window.show_sync(
        SyncStatus(
            "warning",
            "Some accounts need attention",
            "Stripe could not be reached since Tue 14:02",
            0.5,
            again="Tried again in 12 minutes",
            can_retry=True,
        )
    )
    window.rail.show_badges({"clients": "12,345", "invoices": "1,234 due", "locations": "12"})
    return window, tasks


def states_of(window: MainWindow) -> Iterator[tuple[str, str]]:
    """Every page as it opens, lists with each tab and with the panel of each of their first rows."""
    for key in window._specs:
        window.open_page(key)
        turn()
        yield key, "as it opens"
        page = window.page()
        if isinstance(page, IntegrationsPage):
            yield from _unfolded(page)
        if not isinstance(page, ListPage):
            continue
        for status, _title in page._plan.tabs[1:4]:
            page.open(status=status)
            turn()
            yield key, f"tab {status or 'all'}"
        page.open(status="", search="no such row")
        turn()
        yield key, "without a match"
        page.open(status="", period="")
        turn()
        for row in range(min(2, page.model.rowCount(QModelIndex()))):
            page.open_row(page.model.id_at(row))
            turn()
            yield key, f"panel of row {row}"
        page.close_panel()


def _unfolded(page: IntegrationsPage) -> Iterator[tuple[str, str]]:
    """The details of an account, and each thing that connecting one shows."""
    error = UnreachableError("Stripe cannot be reached", "api.stripe.com did not answer in time.", "Try again later.")
    for row in page.accounts.rows.values():
        row.toggle_details()
    turn()
    yield "integrations", "details"
    card = page.connecting
    card.begin("stripe", "Stripe")
    card.show()
    for state, show in (
        ("browser", lambda: card.show_browser("Stripe", "The browser could not be opened. Copy the address.")),
        ("progress", lambda: card.show_progress(LONG, "Payments · 123,456 of about 1,234,567", 0.4, "1,234 a second")),
        ("failed", lambda: card.show_failed(error, platform=True)),
        ("done", lambda: card.show_done(LONG, [("Balance entries", "1,234,567"), ("Clients", "12")], [])),
    ):
        show()
        turn()
        yield "integrations", state


def test_pages(qtbot, size: tuple[int, int, Theme], business: Business) -> None:
    wide, high, theme = size
    window, tasks = window_of(theme, business)
    qtbot.addWidget(window)
    window.resize(wide, high)
    window.show()
    found = {f"{key}, {state}: {text}" for key, state in states_of(window) for text in cut_texts(window)}
    assert (window.width(), window.height()) == (wide, high)
    tasks.shutdown()
    assert sorted(found) == []


def dialogs_of(theme: Theme, business: Business, window: QWidget) -> Iterator[QWidget]:
    addresses = Addresses(lambda _url: True)
    offers = read_offers(business)
    yield ProviderPicker(theme, offers, window)
    for offer in offers:
        yield KeyEntry(theme, offer, addresses, window)
        yield PlatformKeys(theme, offer, addresses, window)
        for forget in (False, True):
            yield DisconnectConfirm(theme, 1, f"{LONG} · {offer.title}", offer, addresses, window, forget=forget,
                                    gives_back=not forget)  # fmt: skip
        yield BusinessCheck(
            theme, Candidate(offer.provider, offer.title, "acct_1032D82eZvKYlo2C", LONG, "BO", "usd", "live",
                             "accounts.payable.department@very-long-domain-name-of-a-business.example"), window,
        )  # fmt: skip
    yield RenameAccount(theme, 1, "", LONG, window)
    for purpose in Purpose:
        yield PassphraseSheet(theme, Question(purpose, 2, "That is not the passphrase of these books."), window)
    with business.books.read() as connection:
        yield JoiningSheet(theme, suggestions(connection), window)


def test_dialogs(qtbot, size: tuple[int, int, Theme], business: Business) -> None:
    wide, high, theme = size
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(wide, high)
    window.show()
    found = set()
    for dialog in dialogs_of(theme, business, window):
        dialog.open()
        turn()
        found |= {f"{type(dialog).__name__}: {text}" for text in cut_texts(dialog)}
        dialog.close()
    assert sorted(found) == []


# ------------------------------------------------------------------------------------------------- what the test sees


def test_a_text_that_does_not_fit_is_found_and_one_that_says_itself_is_not(qtbot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(120, 300)
    plain, said, field = QLabel(LONG, window), PlainLabel(LONG, parent=window), QLineEdit(window)
    elided = PlainLabel(LONG, elide=True, parent=window)
    button, pill, inside = QPushButton(LONG, window), Pill(theme, LONG, parent=window), QWidget(window)
    field.setPlaceholderText(LONG)
    clipped = PlainLabel("Paid out", parent=inside)
    for index, widget in enumerate((plain, said, elided, button, pill, field, inside)):
        widget.setGeometry(0, 30 * index, 100, 24)
    clipped.setGeometry(70, 0, 90, 24)
    window.show()
    turn()
    found = cut_texts(window)
    assert [text.split()[0] for text in found] == ["QLabel", "QLineEdit", "QPushButton", "PlainLabel"]
    assert "'Paid out'" in found[-1]
