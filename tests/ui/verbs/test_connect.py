"""Connecting in the window, against the pretend Stripe, with the real threads: every way in and every way to fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from desktop.errors import CancelledError, UnreachableError
from desktop.sandbox import launch
from desktop.sync.report import Progress
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Messages
from desktop.ui.app.page import PageContext
from desktop.ui.app.syncing import AccountOutcome, Syncing, SyncOutcome, SyncProgress
from desktop.ui.app.tasks import Tasks
from desktop.ui.dialogs.business_check import BusinessCheck
from desktop.ui.dialogs.key_entry import KeyEntry
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.dialogs.provider_picker import ProviderPicker
from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.pages.integrations.page import IntegrationsPage
from desktop.ui.theme.theme import Theme
from desktop.workspace import open_business
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

S = TypeVar("S", bound=Sheet)


@pytest.fixture(scope="module")
def running() -> Iterator[launch.Running]:
    with launch.start(seed=5, today=date(2026, 11, 23)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: launch.Running) -> Iterator[launch.Running]:
    yield running
    running.faults.clear()
    running.server.api.restricted_rights = None
    running.server.keys.revoke_all()


class FakeSyncs(QObject):
    """A sync that does what the test says."""

    progressed = Signal(object)
    ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.asked: list[int | None] = []
        self.cancelled = 0

    def sync(self, integration_id: int | None = None, full: bool = False) -> None:
        self.asked.append(integration_id)
        self.running = True

    def cancel(self) -> None:
        self.cancelled += 1

    def end(self, outcome: SyncOutcome | None) -> None:
        self.running = False
        self.ended.emit(outcome)


class Stage:
    """The page with everything behind it, and a browser that waits to be told what to press."""

    def __init__(self, qtbot, theme: Theme, tasks: Tasks, home: Path, environment: dict[str, str]) -> None:
        self.qtbot = qtbot
        self.opened: list[str] = []
        self.has_browser = True
        self.pages: list[str] = []
        self._browsing: list[threading.Thread] = []
        self.messages = Messages()
        context = PageContext(theme, tasks, self.messages, Addresses(self._open), self._open_page)
        self.handle = BusinessHandle(lambda: open_business(home, environment, memory_key=True))
        self.syncs = FakeSyncs()
        self.syncing = Syncing(self.handle, tasks, self.messages) if "real" in environment else self.syncs
        self.page = IntegrationsPage(context, self.handle, self.syncing, int(environment.get("port", "0")))
        self.card = self.page.connecting
        qtbot.addWidget(self.page)
        self.page.resize(1064, 744)
        self.page.show()
        self.until(lambda: self.page._overview is not None)

    def _open(self, url: QUrl) -> bool:
        self.opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        return self.has_browser

    def _open_page(self, key: str, **_wanted: object) -> None:
        self.pages.append(key)

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=PATIENCE_MS)

    def sheet(self, kind: type[S]) -> S:
        def find() -> S | None:
            shown = (one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())
            return next(shown, None)

        self.until(find)
        found = find()
        assert found is not None
        return found

    def choose(self, way: str, provider: str = "stripe") -> None:
        """From the card through the picker."""
        self.page.payments._button.click()
        (card,) = [one for one in self.sheet(ProviderPicker).cards if one._offer.provider == provider]
        (card.leading if card._offer.leads == way else card.other).click()

    def paste(self, key: str) -> None:
        """Into the sheet for keys."""
        entry = self.sheet(KeyEntry)
        entry._key.field.setText(key)
        entry.connect_button.click()

    def browse(self, decision: str = "connect", **changed: str) -> None:
        """What the opened browser does; ``changed`` are parameters that somebody tampered with."""
        self.until(lambda: self.opened)
        url = httpx.URL(self.opened[-1])
        form = {**dict(url.params), "decision": decision, **changed}

        def press() -> None:
            with httpx.Client(follow_redirects=True, timeout=PATIENCE_S, trust_env=False) as browser:
                browser.post(str(url.copy_with(query=None)), data=form)

        thread = threading.Thread(target=press)
        thread.start()
        self._browsing.append(thread)

    def end(self) -> None:
        self.page.leave()
        for thread in self._browsing:
            thread.join()

    @property
    def said(self) -> str:
        return "\n".join(label.text() for label in self.card.findChildren(QLabel) if label.isVisibleTo(self.card))

    @property
    def steps(self) -> list[str]:
        """How each step stands, in a word."""
        return [label.accessibleName().rpartition(": ")[2] for _sign, label in self.card.steps._rows]

    def accounts(self) -> int:
        return len(self.handle.business().integrations())


@pytest.fixture
def make_stage(qtbot, theme: Theme, tasks: Tasks, sandbox: launch.Running, tmp_path: Path):
    made: list[Stage] = []

    def make(*, platform: bool = False, **more: str) -> Stage:
        environment = {
            "PAYDESK_STRIPE_API_BASE": sandbox.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": sandbox.connect_base,
            "PAYDESK_TIMEZONE": "Europe/Berlin",
            "PAYDESK_TODAY": "2026-11-23",
            **more,
        }
        if platform:
            environment["PAYDESK_STRIPE_CLIENT_ID"] = sandbox.client_id
            environment["PAYDESK_STRIPE_CLIENT_SECRET"] = sandbox.secret_key
        made.append(Stage(qtbot, theme, tasks, tmp_path, environment))
        return made[-1]

    yield make
    for stage in made:
        stage.end()
    tasks.shutdown(PATIENCE_MS)
    for stage in made:
        stage.handle.close()


@pytest.fixture
def stage(make_stage) -> Stage:
    """Without platform keys: the pasted key leads."""
    return make_stage()


@pytest.fixture
def own(make_stage) -> Stage:
    """With platform keys in the environment: the browser leads."""
    return make_stage(platform=True)


# --- by key ---------------------------------------------------------------------------------------------------------


def test_a_key_leads_to_the_question_the_steps_and_the_first_sync(stage: Stage, sandbox: launch.Running) -> None:
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    check = stage.sheet(BusinessCheck)
    assert sandbox.account_id in "\n".join(label.text() for label in check.findChildren(QLabel))
    assert stage.accounts() == 0
    assert stage.steps == ["done", "not needed", "not needed", "done", "not needed", "running", *["waiting"] * 3]
    check.yes.click()
    stage.until(lambda: stage.syncs.asked)
    assert stage.steps[5:] == ["done", "done", "running", "waiting"]
    assert "Changes are looked for by themselves" in stage.said
    account = stage.syncs.asked[0]
    stage.syncs.progressed.emit(SyncProgress(account, "", Progress("payments", 2310, 4900.0, 3200, "reading")))
    assert "Payments · 2,310 of about 3,200" in stage.said
    assert "4,900 a second" in stage.said
    assert stage.accounts() == 1


def test_the_whole_way_with_the_real_sync(make_stage, sandbox: launch.Running, audit_accessibility) -> None:
    stage = make_stage(real="yes")
    sandbox.allow_restricted(
        "account_read", "customer_read", "invoice_read", "charge_read", "payment_intent_read", "product_read",
        "price_read", "event_read",
    )  # fmt: skip
    stage.choose("key")
    stage.paste(sandbox.restricted_key)
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: "this is what was synced" in stage.said)
    assert stage.steps[5:] == ["done"] * 4
    business = stage.handle.business()
    with business.books.read() as connection:
        payments = connection.exec_driver_sql("select count(*) from payments").scalar_one()
    assert payments > 100
    assert f"{payments:,}" in stage.said.split("\n")
    assert "Allow it at Stripe, then sync again." in stage.said
    # Each by name: nothing is silently missing.
    assert "Ledger, payouts, disputes, " in stage.said
    assert "may not be read from Stripe" in stage.said
    assert audit_accessibility(stage.page) == []
    stage.card.dashboard.click()
    assert stage.pages == ["dashboard"]
    assert not stage.card.isVisible()


def test_a_wrong_key_is_refused_and_asked_for_again(stage: Stage, sandbox: launch.Running) -> None:
    stage.choose("key")
    stage.paste("sk_test_wrong00000000000000")
    stage.until(lambda: stage.card.retry.isVisible())
    assert "Stripe refuses the key" in stage.said
    assert stage.steps[3] == "failed"
    assert stage.accounts() == 0
    stage.card.retry.click()
    entry = stage.sheet(KeyEntry)
    assert "Stripe refuses the key" in entry.notice.accessibleName()
    stage.paste(sandbox.secret_key)
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: stage.syncs.asked)


def test_what_is_no_key_is_said_in_words(stage: Stage) -> None:
    stage.choose("key")
    stage.paste("pk_test_123456789")
    stage.until(lambda: stage.card.retry.isVisible())
    assert "That is a publishable key" in stage.said
    assert stage.accounts() == 0


def test_no_is_a_no(stage: Stage, sandbox: launch.Running) -> None:
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    stage.sheet(BusinessCheck).no.click()
    stage.until(lambda: "nothing was stored" in stage.said)
    assert stage.accounts() == 0


def test_an_unreachable_provider_is_tried_again_with_the_same_key(
    stage: Stage, sandbox: launch.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.providers.stripe.reads import StripeReader

    def away(_self: StripeReader) -> None:
        raise UnreachableError("Stripe not reachable", "Stripe did not answer.", "Check the connection.")

    with monkeypatch.context() as broken:
        broken.setattr(StripeReader, "identify", away)
        stage.choose("key")
        stage.paste(sandbox.secret_key)
        stage.until(lambda: stage.card.retry.isVisible())
    assert "Stripe did not answer. Check the connection." in stage.said
    stage.card.retry.click()
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: stage.syncs.asked)


# --- in the browser -------------------------------------------------------------------------------------------------


def test_consent_in_the_browser(own: Stage, sandbox: launch.Running) -> None:
    own.choose("browser")
    own.until(lambda: own.opened)
    own.until(lambda: "Your browser is open. Come back here when Stripe says you are connected." in own.said)
    own.until(lambda: own.steps[:3] == ["done", "done", "running"])
    own.browse()
    own.sheet(BusinessCheck).yes.click()
    own.until(lambda: own.syncs.asked)
    assert own.steps[:7] == ["done"] * 7
    assert own.handle.business().integrations()[0].account_id == sandbox.account_id


def test_a_denial_is_said_plainly(own: Stage) -> None:
    own.choose("browser")
    own.browse("deny")
    own.until(lambda: own.card.retry.isVisible())
    assert "You chose not to give Paydesk access to Stripe. Nothing was stored." in own.said
    assert not own.card.platform.isVisible()
    assert own.accounts() == 0
    first = own.opened[-1]
    own.card.retry.click()
    own.until(lambda: len(own.opened) == 2)
    assert own.opened[-1] != first


def test_a_wrong_state_changes_nothing_and_the_right_one_still_works(own: Stage) -> None:
    own.choose("browser")
    own.browse(state="stripe.forged")
    own.until(
        lambda: own.page.connect_account._listener is not None and own.page.connect_account._listener.refused == 1
    )
    assert own.steps[2] == "running"
    own.browse()
    own.sheet(BusinessCheck).yes.click()
    own.until(lambda: own.accounts() == 1)


def test_an_expired_code_is_said_plainly(own: Stage, sandbox: launch.Running) -> None:
    sandbox.faults.add("expire_codes")
    own.choose("browser")
    own.browse()
    own.until(lambda: own.card.retry.isVisible())
    assert "longer than five minutes" in own.said
    assert own.accounts() == 0


def test_a_busy_port_is_said_before_the_browser_opens(make_stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        stage = make_stage(platform=True, port=str(other.getsockname()[1]))
        stage.choose("browser")
        stage.until(lambda: stage.card.retry.isVisible())
    assert "Another program already uses port" in stage.said
    assert stage.opened == []


def test_the_address_can_be_pasted_and_a_foreign_one_is_refused(own: Stage) -> None:
    own.choose("browser")
    own.until(lambda: own.opened)
    own.until(own.card.address.isVisible)
    own.card.address.setText("https://example.com/?code=ac_1&state=other")
    own.card.use.click()
    assert "does not belong to the connection" in own.said
    url = httpx.URL(own.opened[0])
    form = {**dict(url.params), "decision": "connect"}
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as browser:
        answer = browser.post(str(url.copy_with(query=None)), data=form)
    own.card.address.setText(answer.headers["location"])
    own.card.address.returnPressed.emit()
    own.sheet(BusinessCheck).yes.click()
    own.until(lambda: own.accounts() == 1)


def test_the_page_can_be_opened_again_and_its_address_copied(own: Stage) -> None:
    own.choose("browser")
    own.until(lambda: own.opened)
    own.until(own.card.address.isVisible)
    own.card.open_again_asked.emit()
    assert own.opened[0] == own.opened[1]
    own.card.copy_asked.emit()
    assert QGuiApplication.clipboard().text() == own.opened[0]


def test_without_a_browser_one_goes_on_by_hand(own: Stage) -> None:
    own.has_browser = False
    own.choose("browser")
    own.until(lambda: "The system did not open a web browser." in own.said)
    assert "Your browser is open" not in own.said
    own.browse()
    own.sheet(BusinessCheck).no.click()
    own.until(lambda: own.card.done.isVisible())


def test_a_page_that_is_not_the_providers_is_never_opened(make_stage) -> None:
    stage = make_stage(platform=True, PAYDESK_STRIPE_CONNECT_BASE="https://connect.stripe.example.net")
    stage.choose("browser")
    stage.until(lambda: stage.card.retry.isVisible())
    assert "does not belong to Stripe" in stage.said
    assert stage.opened == []


def test_cancelling_ends_the_wait_and_stores_nothing(own: Stage) -> None:
    own.choose("browser")
    own.until(lambda: own.opened)
    own.card.cancel_asked.emit()
    own.until(lambda: "Connecting was stopped. Nothing was stored." in own.said)
    assert own.accounts() == 0
    own.card.done.click()
    assert not own.card.isVisible()


def test_closing_the_window_frees_the_worker(stage: Stage, sandbox: launch.Running, tasks: Tasks) -> None:
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    check = stage.sheet(BusinessCheck)
    stage.page.leave()
    assert tasks.shutdown(PATIENCE_MS)
    assert not check.isVisible()
    assert stage.accounts() == 0


def test_shutting_down_frees_the_worker_even_without_a_word(
    stage: Stage, sandbox: launch.Running, tasks: Tasks
) -> None:
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    check = stage.sheet(BusinessCheck)
    assert tasks.shutdown(PATIENCE_MS)
    assert stage.accounts() == 0
    check.reject()


def test_while_connecting_the_card_is_shown_instead_of_the_picker(own: Stage) -> None:
    own.choose("browser")
    own.until(lambda: own.opened)
    own.page.payments._button.click()
    assert not any(isinstance(one, ProviderPicker) and one.isVisible() for one in QApplication.topLevelWidgets())
    own.card.cancel_asked.emit()
    own.until(lambda: not own.page.connect_account.busy)


def test_in_a_low_window_the_card_is_scrolled_into_sight(own: Stage) -> None:
    own.page.resize(660, 420)
    own.choose("browser")
    own.until(lambda: own.opened)
    own.until(lambda: not own.card.visibleRegion().isEmpty())
    assert own.card.isVisible()
    own.card.cancel_asked.emit()
    own.until(lambda: not own.page.connect_account.busy)


# --- the platform's keys ------------------------------------------------------------------------------------------


def test_platform_keys_are_asked_for_once_and_kept(stage: Stage, sandbox: launch.Running) -> None:
    stage.choose("browser")
    keys = stage.sheet(PlatformKeys)
    keys._id.setText(sandbox.client_id)
    keys._secret.field.setText(sandbox.secret_key)
    keys.keep_button.click()
    stage.until(lambda: stage.opened)
    stage.card.cancel_asked.emit()
    stage.until(lambda: not stage.page.connect_account.busy)
    stage.page.refresh()
    stage.until(lambda: stage.page._overview.offers[0].leads == "browser")
    stage.choose("browser")
    stage.until(lambda: len(stage.opened) == 2)
    assert not any(sheet.isVisible() for sheet in stage.page.findChildren(PlatformKeys))


def test_wrong_platform_keys_can_be_changed(stage: Stage, sandbox: launch.Running) -> None:
    stage.choose("browser")
    keys = stage.sheet(PlatformKeys)
    keys._id.setText(sandbox.client_id)
    keys._secret.field.setText("sk_test_wrong00000000000000")
    keys.keep_button.click()
    stage.browse()
    stage.until(lambda: stage.card.retry.isVisible())
    assert "client id together with its secret key" in stage.said
    stage.card.platform.click()
    again = stage.sheet(PlatformKeys)
    assert again._id.text() == sandbox.client_id
    again.reject()


def test_the_two_ways_lead_to_each_other(stage: Stage) -> None:
    stage.choose("browser")
    stage.sheet(PlatformKeys).other.click()
    entry = stage.sheet(KeyEntry)
    entry.other.click()
    again = stage.sheet(PlatformKeys)
    assert again.isVisible()
    again.reject()


# --- the first sync --------------------------------------------------------------------------------------------


@pytest.fixture
def connected(stage: Stage, sandbox: launch.Running) -> Stage:
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: stage.syncs.asked)
    return stage


def outcome(stage: Stage, error: Exception | None, *, cancelled: bool = False) -> SyncOutcome:
    account = AccountOutcome(stage.syncs.asked[-1], "Harbour", None, error)
    return SyncOutcome((account,), cancelled, frozenset())


def test_a_first_sync_that_fails_says_why_and_is_tried_again(connected: Stage) -> None:
    error = UnreachableError("Stripe not reachable", "Stripe did not answer.", "Check the connection.")
    connected.syncs.end(outcome(connected, error))
    assert "Stripe did not answer. Check the connection." in connected.said
    assert connected.steps[7] == "failed"
    connected.card.retry.click()
    assert len(connected.syncs.asked) == 2
    assert connected.steps[7] == "running"


def test_a_first_sync_can_be_stopped_and_keeps_what_it_read(connected: Stage) -> None:
    connected.card.cancel_asked.emit()
    assert connected.syncs.cancelled == 1
    connected.syncs.end(outcome(connected, CancelledError("Stopped", "The sync was stopped."), cancelled=True))
    assert "What was read stays" in connected.said
    assert connected.accounts() == 1


def test_a_sync_that_could_not_even_begin_is_said(connected: Stage) -> None:
    connected.syncs.end(None)
    assert "nothing was read yet" in connected.said


def test_the_first_sync_waits_for_another_that_is_at_work(stage: Stage, sandbox: launch.Running) -> None:
    stage.syncs.running = True
    stage.choose("key")
    stage.paste(sandbox.secret_key)
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: "Waiting for another sync to end" in stage.said)
    assert stage.syncs.asked == []
    stage.syncs.end(None)
    assert len(stage.syncs.asked) == 1
