"""The Integrations page on small real books: the card, the accounts, what is lacking, and what can be done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from sqlalchemy import insert, update

from desktop.actions import renewal
from desktop.actions.business import Business
from desktop.actions.renewal import Renewed
from desktop.books.tables import Bookmark, Integration, SetAsideObject
from desktop.books.tables.base import table_of
from desktop.errors import ClosedBooksError
from desktop.keystore import BooksKeyStore
from desktop.sync.bookmarks import Mark
from desktop.sync.reads import keep_reads
from desktop.sync.report import Progress
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.app.syncing import SyncProgress
from desktop.ui.dialogs.disconnect import DisconnectConfirm
from desktop.ui.dialogs.provider_picker import ProviderPicker
from desktop.ui.dialogs.rename import RenameAccount
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.pages.catalogue import integrations
from desktop.ui.pages.integrations.page import IntegrationsPage
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.states import StateView
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World

TODAY = "2026-11-23"


class FakeSyncs(QObject):
    """A sync that does nothing until the test says so."""

    progressed = Signal(object)
    ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.asked: list[tuple[int | None, bool]] = []
        self.cancelled = 0

    def sync(self, integration_id: int | None = None, full: bool = False) -> None:
        self.asked.append((integration_id, full))
        self.running = True

    def cancel(self) -> None:
        self.cancelled += 1

    def tell(self, account: int, stream: str, seen: int, of: int | None, rate: float = 0) -> None:
        self.progressed.emit(SyncProgress(account, "", Progress(stream, seen, rate, of, "reading")))

    def end(self) -> None:
        self.running = False
        self.ended.emit(None)


class Scene:
    """A world with an account, the business around it, and the page that shows it."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.world = World(home)
        books = self.world.books
        self.business = Business(
            home,
            books,
            Vault(BooksKeyStore(books), OneSource(MemorySource())),
            {"PAYDESK_TODAY": TODAY, **environment},
        )
        books.now = lambda: self.world.at(f"{TODAY} 14:30")
        self.syncs = FakeSyncs()

    def account(self, **values: object) -> int:
        number = self.world.account()
        with self.world.books.write() as writer:
            table = table_of(Integration)
            writer.connection.execute(update(table).where(table.c.id == number).values(**values))
        return number

    def mark(self, account: int, stream: str, *feeds: str, **values: object) -> None:
        """How a stream's feeds stand."""
        with self.world.books.write() as writer:
            for feed in feeds or (stream,):
                mark = replace(Mark(account, stream, feed, state="complete", seen=1, usable=True), **values)
                row = {**asdict(mark), "notes": list(mark.notes)}
                writer.connection.execute(insert(table_of(Bookmark)).values(row))

    def complete(self, account: int, at: str = f"{TODAY} 14:02") -> None:
        """Every stream is complete up to an instant."""
        for stream in self.business.provider("stripe").streams:
            self.mark(account, stream.name, *(feed.name for feed in stream.feeds), complete_through=self.world.at(at))

    def lack(self, account: int, stream: str, state: str, error: str = "") -> None:
        with self.world.books.write() as writer:
            table = table_of(Bookmark)
            here = (table.c.integration_id == account) & (table.c.stream == stream)
            writer.connection.execute(update(table).where(here).values(state=state, error=error, complete_through=None))

    def set_aside(self, account: int, stream: str, external_id: str, reason: str) -> None:
        with self.world.books.write() as writer:
            writer.connection.execute(
                insert(table_of(SetAsideObject)).values(
                    integration_id=account, stream=stream, data_type="invoice", external_id=external_id,
                    reason=reason, first_seen_at=0, last_seen_at=0,
                )
            )  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, {})
    yield made
    made.business.close()


@pytest.fixture
def show(qtbot, context: PageContext, scene: Scene) -> Callable[..., IntegrationsPage]:
    def make(width: int = 1064, height: int = 744) -> IntegrationsPage:
        page = IntegrationsPage(context, BusinessHandle(lambda: scene.business), scene.syncs)
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        qtbot.waitUntil(lambda: page._overview is not None or page.findChild(StateView) is not None)
        return page

    return make


def texts(widget: QWidget) -> str:
    shown = (label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))
    return "\n".join(shown).replace("\N{NO-BREAK SPACE}", " ")


def sheet(kind: type[Sheet]) -> Sheet:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())


def no_sheet(kind: type[Sheet]) -> bool:
    return not any(isinstance(one, kind) and one.isVisible() for one in QApplication.topLevelWidgets())


# --- states of the page ----------------------------------------------------------------------------------------------


def test_the_page_stands_with_the_tools(scene: Scene) -> None:
    made = integrations(BusinessHandle(lambda: scene.business), scene.syncs)
    assert (made.key, made.title, made.icon, made.tool) == ("integrations", "Integrations", "integrations", True)


def test_the_rail_loads_nothing_of_the_page() -> None:
    """The spec is made before the first frame."""
    code = (
        "import sys, desktop.ui.pages.catalogue; "
        "heavy = ('desktop.ui.pages.integrations.page', 'desktop.actions', 'sqlalchemy', 'httpx', 'cryptography'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opening_the_page_asks_the_database_in_its_own_thread_only() -> None:
    """The UI thread imports neither SQLAlchemy nor a provider."""
    code = (
        "import sys, desktop.ui.pages.integrations.page; "
        "heavy = ('sqlalchemy', 'httpx', 'cryptography', 'argon2', 'desktop.providers.stripe'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_card_is_the_requests_and_an_empty_page_says_what_to_do(show) -> None:
    shown = texts(show())
    for part in (
        "Payments",
        "Process invoices and accept payments from clients",
        "Not Connected",
        "Invoice Processing",
        "Payment Tracking",
        "Recurring Billing",
        "Financial Reports",
        "No account yet",
        "Connect Stripe or Square, and your clients",
    ):
        assert part in shown


def test_books_that_cannot_be_opened_are_said_with_retry(qtbot, context: PageContext, scene: Scene) -> None:
    tries: list[int] = []

    def opener() -> Business:
        tries.append(1)
        if len(tries) == 1:
            raise ClosedBooksError("The books are locked", "Another program holds them.", "Close it.")
        return scene.business

    page = IntegrationsPage(context, BusinessHandle(opener), scene.syncs)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.findChild(StateView) is not None)
    view = page.findChild(StateView)
    assert "Another program holds them. Close it." in texts(view)
    view.button.click()
    qtbot.waitUntil(lambda: page.accounts.isVisible())


# --- accounts --------------------------------------------------------------------------------------------------------


def test_an_account_tells_its_counts_and_the_promise(scene: Scene, show) -> None:
    account = scene.account(name="Harbour Studio", mode="live", status="active")
    scene.complete(account)
    scene.world.client(account, "cus_1", "Ana")
    scene.world.sale(account, "1", 4_200_00, f"{TODAY} 10:00", client="cus_1")
    scene.world.sale(account, "2", 10_00, f"{TODAY} 11:00", client="cus_1")
    page = show()
    row = page.accounts.rows[account]
    shown = texts(row)
    assert "Harbour Studio · Stripe" in shown
    assert "1 client · 0 invoices · 2 payments · complete up to 14:02" in shown
    assert row._mode.accessibleName() == "Live"
    assert row.main_button.text() == "Sync now"
    assert "Connected" in texts(page.payments).split("\n")


def test_a_new_account_was_not_synced_yet(scene: Scene, show) -> None:
    account = scene.account(status="active")
    row = show().accounts.rows[account]
    assert "Stripe has not been read yet. It is read in a moment." in texts(row)
    assert row._mode.accessibleName() == "Test"


def test_what_is_missing_is_named_with_what_to_do(scene: Scene, show, theme: Theme) -> None:
    account = scene.account(name="Harbour", status="active")
    scene.complete(account)
    scene.lack(account, "disputes", "not_permitted", "The key may not read disputes.")
    scene.lack(account, "payouts", "not_permitted", "The key may not read payouts.")
    scene.lack(account, "refunds", "failed", "Stripe did not answer.")
    scene.lack(account, "credit_notes", "not_available")
    scene.set_aside(account, "invoices", "in_1", "amount out of range")
    row = show().accounts.rows[account]
    said = {
        label.text(): label.property("tone")
        for label in row.findChildren(QLabel)
        if label.property("tone") in {"warning", "danger", "text-3"} and label.isVisibleTo(row)
    }
    assert said == {
        "Refunds could not be read from Stripe; nothing is complete yet. Of the invoices from Stripe, 1 could not be "
        "read. Payouts and disputes may not be read from Stripe and credit notes are not offered by Stripe. It is "
        "tried again in a moment.": "warning",
        "Stripe did not answer.": "text-3",
    }
    assert row._attention.accessibleName() == "Not up to date"
    assert row.main_button.text() == "Retry"


def test_the_details_show_every_stream_and_the_reasons(qtbot, scene: Scene, show) -> None:
    account = scene.account(status="active")
    scene.complete(account, "2025-12-31 09:05")
    scene.lack(account, "disputes", "not_permitted", "The key may not read <b>disputes</b>.")
    scene.set_aside(account, "invoices", "in_1", "amount out of range")
    with scene.world.books.write() as writer:
        keep_reads(writer, account, 1204, scene.business.books.now())
    row = show().accounts.rows[account]
    assert not row.details.isVisible()
    row._toggle.trigger()
    qtbot.waitUntil(lambda: "amount out of range" in texts(row.details))
    shown = texts(row.details)
    for part in ("Clients", "Ledger", "Payment methods", "31 Dec 2025", "The key may not read <b>disputes</b>."):
        assert part in shown
    assert "Invoices in_1: amount out of range" in shown
    assert "1,204 requests in the last 30 days, of the 10,000 that Stripe allows." in shown
    assert row._toggle.text() == "Hide the details"
    row._toggle.trigger()
    assert not row.details.isVisible()


def test_refused_credentials_need_attention_and_offer_to_reconnect(scene: Scene, show) -> None:
    account = scene.account(status="needs_attention", attention="Stripe refuses the key of this account.")
    row = show().accounts.rows[account]
    assert "Stripe refused access; nothing is complete yet. Reconnect Stripe to go on." in texts(row)
    assert "Stripe refuses the key of this account." in texts(row)
    assert row._attention.accessibleName() == "Needs attention"
    assert row.main_button.text() == "Reconnect"
    row.main_button.click()
    picker = sheet(ProviderPicker)
    assert [card._offer.provider for card in picker.cards] == ["stripe"]
    picker.reject()


def test_disconnected_accounts_stand_below_and_quietly(scene: Scene, show) -> None:
    gone = scene.account(name="Old shop", status="disconnected", disconnected_at=scene.world.at("2026-11-12"))
    here = scene.account(name="Harbour", status="active")
    page = show()
    assert page.accounts._order == (here, gone)
    row = page.accounts.rows[gone]
    assert "Disconnected on 12 Nov. Its history stays in the reports." in texts(row)
    assert row.main_button.text() == "Connect again"
    assert not row._leave.isVisible()
    assert row._forget.text() == "Forget…"


def test_names_are_plain_and_long_ones_leave_the_buttons_in_place(scene: Scene, show) -> None:
    account = scene.account(name="<h1>PAID</h1> " + "Harbour & Sons " * 12, status="active")
    page = show()
    row = page.accounts.rows[account]
    assert row._title.full_text().startswith("<h1>PAID</h1> Harbour & Sons")
    right = row.more.mapTo(page, row.more.rect().topRight()).x()
    assert right < page.width()
    assert row._title.width() < row.main_button.x()


def test_a_live_account_at_another_address_shows_a_banner(qtbot, context: PageContext, tmp_path: Path) -> None:
    scene = Scene(tmp_path, {"PAYDESK_STRIPE_API_BASE": "https://stripe.example.net"})
    scene.account(name="Harbour", mode="live", status="active")
    page = IntegrationsPage(context, BusinessHandle(lambda: scene.business), scene.syncs)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page._overview is not None)
    shown = texts(page)
    assert "Harbour is live, but Stripe is reached at another address" in shown
    assert "https://stripe.example.net" in shown
    scene.business.close()


def test_the_providers_own_address_shows_no_banner(scene: Scene, show) -> None:
    scene.account(name="Harbour", mode="live", status="active")
    assert "another address" not in texts(show())


# --- syncing ---------------------------------------------------------------------------------------------------------


def test_sync_now_shows_progress_and_cancel_where_the_account_stands(qtbot, scene: Scene, show) -> None:
    account, other = scene.account(name="A", status="active"), scene.account(name="B", status="active")
    page = show()
    row = page.accounts.rows[account]
    row.main_button.click()
    assert scene.syncs.asked == [(account, False)]
    scene.syncs.tell(account, "payments", 2310, 3200, 4900)
    assert "Payments · 2,310 of about 3,200 · 4,900 a second" in texts(row)
    assert row._bar.isVisible()
    assert row.main_button.text() == "Cancel"
    assert not page.accounts.rows[other].main_button.isEnabled()
    assert not row._leave.isEnabled()
    row.main_button.click()
    assert scene.syncs.cancelled == 1
    scene.syncs.end()
    assert row.main_button.text() == "Sync now"
    assert page.accounts.rows[other].main_button.isEnabled()
    assert not row._bar.isVisible()


def test_everything_can_be_synced_again(scene: Scene, show) -> None:
    account = scene.account(status="active")
    show().accounts.rows[account]._again.trigger()
    assert scene.syncs.asked == [(account, True)]


def test_a_sync_that_ended_is_looked_at_again(qtbot, scene: Scene, show) -> None:
    account = scene.account(status="active")
    page = show()
    scene.complete(account)
    page._last_refresh = 0.0
    scene.syncs.end()
    qtbot.waitUntil(lambda: "complete up to 14:02" in texts(page))


# --- actions ---------------------------------------------------------------------------------------------------------


def test_an_account_is_renamed(qtbot, scene: Scene, show, inline_tasks) -> None:
    account = scene.account(name="Harbour Studio", status="active")
    page = show()
    page.accounts.rows[account]._rename.trigger()
    dialog = sheet(RenameAccount)
    dialog.field.setText("The studio")
    with qtbot.waitSignal(inline_tasks.changed):
        dialog._on_rename()
    assert scene.business.integration(account).title == "The studio"


def test_access_that_nobody_renews_any_more_is_renewed_by_a_click_and_read_at_once(
    scene: Scene, show, inline_tasks, messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "Reconnect Square by 23 December 2026: its access could not be renewed."
    account = scene.account(name="Harbour", status="active", attention=told)
    row = show().accounts.rows[account]
    assert (row.reconnect_button.isVisible(), row.renew_button.isVisible()) == (True, False), "it is tried by itself"
    spent = {"state": "spent", "at": 0, "tries": 2}
    scene.business.books.keep_setting(f"renewal.{scene.business.integration(account).row_uuid}", spent)
    page = show()
    messages.open()
    heard: list[str] = []
    messages.told.connect(lambda message: heard.append(message.title))
    row = page.accounts.rows[account]
    assert row.renew_button.isVisible()
    asked: list[int] = []

    def renewed(_business: Business, integration_id: int) -> Renewed:
        asked.append(integration_id)
        return Renewed(integration_id, "Harbour")

    monkeypatch.setattr(renewal, "renew_access", renewed)
    row.renew_button.click()
    QApplication.processEvents()
    assert asked == [account]
    assert heard == ["Access to Harbour is renewed"]
    assert scene.syncs.asked == [(account, False)]


def test_access_that_ended_while_it_was_not_renewed_can_be_tried_too(scene: Scene, show) -> None:
    account = scene.account(name="Harbour", status="needs_attention", attention="Access ended")
    spent = {"state": "spent", "at": 0, "tries": 2}
    scene.business.books.keep_setting(f"renewal.{scene.business.integration(account).row_uuid}", spent)
    row = show().accounts.rows[account]
    assert (row.main_button.text(), row.renew_button.isVisible(), row.reconnect_button.isVisible()) == (
        "Reconnect",
        True,
        False,
    )


@pytest.mark.parametrize("forget", [False, True])
def test_disconnecting_asks_first_and_tells_what_is_left_to_do(
    qtbot, scene: Scene, show, inline_tasks, messages, forget: bool
) -> None:
    account = scene.account(name="Harbour", status="active")
    page = show()
    messages.open()
    row = page.accounts.rows[account]
    (row._forget if forget else row._leave).trigger()
    dialog = sheet(DisconnectConfirm)
    assert scene.business.integration(account).status == "active"
    told: list[str] = []
    messages.told.connect(lambda message: told.append(message.title))
    with qtbot.waitSignal(inline_tasks.changed):
        dialog.do_it.click()
    qtbot.waitUntil(lambda: told == ["Disconnected"])
    page._last_refresh = 0.0
    page.mark_stale()
    if forget:
        qtbot.waitUntil(lambda: account not in page.accounts.rows)
        assert "No account yet" in texts(page)
    else:
        qtbot.waitUntil(lambda: row.main_button.text() == "Connect again")
        assert "Not Connected" in texts(page.payments)


def test_connecting_begins_from_the_card_the_keyboard_and_elsewhere(qtbot, show) -> None:
    page = show()
    for begin in (page.payments._button.click, page.primary, lambda: page.open(connect=True)):
        begin()
        picker = sheet(ProviderPicker)
        assert [card._offer.provider for card in picker.cards] == ["stripe", "square"]
        picker.reject()
        qtbot.waitUntil(lambda: no_sheet(ProviderPicker))


def test_a_wish_to_connect_waits_for_the_first_answer(qtbot, context: PageContext, scene: Scene) -> None:
    page = IntegrationsPage(context, BusinessHandle(lambda: scene.business), scene.syncs)
    qtbot.addWidget(page)
    page.open(connect=True)
    page.show()
    qtbot.waitUntil(lambda: not no_sheet(ProviderPicker))
    sheet(ProviderPicker).reject()


# --- looks -----------------------------------------------------------------------------------------------------------


def test_the_cards_stand_below_each_other_where_it_is_narrow(scene: Scene, show) -> None:
    page = show()
    assert page.accounts.x() > page.payments.x()
    page.resize(660, 700)
    QApplication.sendPostedEvents()
    page._cards.activate()
    assert page.accounts.y() > page.payments.y()
    assert page.payments.width() == page.accounts.width()


def test_every_control_is_named(scene: Scene, show, audit_accessibility) -> None:
    scene.account(name="Harbour", status="active")
    scene.account(name="Gone", status="disconnected")
    page = show()
    assert audit_accessibility(page) == []


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_it_paints_in_both_schemes(scene: Scene, show, theme: Theme, choice: str) -> None:
    scene.account(name="Harbour", status="active")
    page = show()
    theme.choose(choice)
    ground = page.grab().toImage().pixelColor(5, page.height() - 5).name().upper()
    assert ground == theme.hex("window")


# --- Square ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(scene: Scene) -> int:
    """An account of Square."""
    number = scene.world.account("square")
    with scene.world.books.write() as writer:
        table = table_of(Integration)
        facts = {"name": "Harbour Prints", "mode": "live", "status": "active", "account_id": "ML1", "config": {}}
        writer.connection.execute(update(table).where(table.c.id == number).values(**facts))
    return number


def test_every_stream_of_square_has_a_name(qtbot, scene: Scene, shop: int, show) -> None:
    row = show().accounts.rows[shop]
    assert "Harbour Prints · Square" in texts(row)
    row.toggle_details()
    qtbot.waitUntil(lambda: "Ledger" in texts(row.details))
    shown = texts(row.details).split("\n")
    for title in ("Locations", "Orders", "Card readers", "Card reader payments", "Payment links", "Ledger"):
        assert title in shown
    assert "Stock" not in shown
    assert "0 requests in the last 30 days. Square publishes no limit." in shown
    slow = "services, subscriptions, payment methods, card readers, payment links"
    assert f"Every 6 hours, and whenever you sync: {slow}." in shown


def test_access_that_ends_soon_is_said_while_the_account_goes_on(scene: Scene, shop: int, show) -> None:
    with scene.world.books.write() as writer:
        table = table_of(Integration)
        writer.connection.execute(update(table).values(attention="Reconnect Square by 12 December."))
    row = show().accounts.rows[shop]
    assert "Reconnect Square by 12 December; " in texts(row)
    assert row._attention.accessibleName() == "Expiring"
    assert (row.main_button.text(), row.reconnect_button.isVisible()) == ("Sync now", True)
    row.reconnect_button.click()
    picker = sheet(ProviderPicker)
    assert [card._offer.provider for card in picker.cards] == ["square"]
    picker.reject()


def test_an_account_in_order_offers_no_reconnecting(scene: Scene, shop: int, show) -> None:
    row = show().accounts.rows[shop]
    assert not row.reconnect_button.isVisible()
    assert row._attention.accessibleName() == ""


def test_stock_is_kept_from_the_switch_on_and_read_at_once(qtbot, scene: Scene, shop: int, show, messages) -> None:
    other = scene.account(name="Studio", status="active")
    page = show()
    messages.open()
    told: list[str] = []
    messages.told.connect(lambda message: told.append(message.title))
    page.accounts.rows[other].toggle_details()
    assert "sync_inventory" not in page.accounts.rows[other].details._switches
    row = page.accounts.rows[shop]
    row.toggle_details()
    switch = row.details._switches["sync_inventory"]
    assert switch is not None
    assert (switch.isChecked(), switch.accessibleName()) == (False, "Keep stock")
    switch.click()
    qtbot.waitUntil(lambda: scene.syncs.asked == [(shop, False)])
    assert told == ["Stock is kept from now on"]
    page._last_refresh = 0.0
    page.mark_stale()
    qtbot.waitUntil(lambda: "Stock" in texts(row.details).split("\n"))
    switch.click()
    qtbot.waitUntil(lambda: told[-1] == "Stock is not kept any more")
    assert len(scene.syncs.asked) == 1


def test_a_switch_that_could_not_be_turned_goes_back(qtbot, scene: Scene, shop: int, show, messages) -> None:
    page = show()
    messages.open()
    told: list[str] = []
    messages.told.connect(lambda message: told.append(message.kind))
    row = page.accounts.rows[shop]
    row.toggle_details()
    page._on_option(shop, "no_such_option", True)
    qtbot.waitUntil(lambda: told == ["error"])
    switch = row.details._switches["sync_inventory"]
    assert switch is not None
    switch.setChecked(True)
    page._last_refresh = 0.0
    page.mark_stale()
    qtbot.waitUntil(lambda: not switch.isChecked())


def test_of_square_without_a_secret_the_owner_is_told_how_to_finish(
    qtbot, scene: Scene, shop: int, show, messages
) -> None:
    page = show()
    messages.open()
    told: list[object] = []
    messages.told.connect(told.append)
    page.accounts.rows[shop]._leave.trigger()
    qtbot.waitUntil(lambda: not no_sheet(DisconnectConfirm))
    dialog = sheet(DisconnectConfirm)
    assert "only you can take back there" in texts(dialog)
    dialog.do_it.click()
    qtbot.waitUntil(lambda: bool(told))
    (message,) = told
    assert message.title == "Disconnected"
    assert "App Integrations" in message.text
    assert message.action_label == "Open Square's dashboard"
    message.action()


def test_with_the_secret_the_sheet_says_that_the_access_is_given_back(qtbot, tmp_path: Path, context) -> None:
    stated = {"PAYDESK_SQUARE_CLIENT_ID": "sq0idp-1", "PAYDESK_SQUARE_CLIENT_SECRET": "quiet"}
    scene = Scene(tmp_path, stated)
    number = scene.world.account("square")
    page = IntegrationsPage(context, BusinessHandle(lambda: scene.business), scene.syncs)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page._overview is not None)
    page.accounts.rows[number]._leave.trigger()
    qtbot.waitUntil(lambda: not no_sheet(DisconnectConfirm))
    dialog = sheet(DisconnectConfirm)
    assert "the access is given back" in texts(dialog)
    dialog.reject()
    scene.business.close()
