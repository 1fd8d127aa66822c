"""A business with a key in memory, and a pretend Stripe for all tests of the actions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import httpx
import pytest

from desktop.actions.business import Business
from desktop.actions.callback import Callback
from desktop.actions.connect import Step
from desktop.providers.contract import Account
from desktop.sandbox import launch
from desktop.workspace import open_business
from tests.helpers.patience import PATIENCE_S


@pytest.fixture(scope="session")
def running() -> Iterator[launch.Running]:
    with launch.start(seed=3, today=date(2026, 11, 23)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: launch.Running) -> Iterator[launch.Running]:
    """The pretend Stripe; what a test changes about it ends with the test."""
    yield running
    running.faults.clear()
    running.server.api.restricted_rights = None
    running.server.keys.revoke_all()


@pytest.fixture
def open_home(sandbox: launch.Running, tmp_path: Path) -> Iterator[Callable[..., Business]]:
    """Opens businesses whose Stripe is the pretend one; more variables may be given."""
    opened: list[Business] = []

    def make(name: str = "home", **more: str) -> Business:
        environment = {
            "PAYDESK_STRIPE_API_BASE": sandbox.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": sandbox.connect_base,
            "PAYDESK_TIMEZONE": "Europe/Berlin",
            "PAYDESK_TODAY": "2026-11-23",
            **more,
        }
        opened.append(open_business(tmp_path / name, environment, memory_key=True))
        return opened[-1]

    yield make
    for business in opened:
        business.close()


@pytest.fixture
def business(open_home: Callable[..., Business], sandbox: launch.Running) -> Business:
    """A business whose platform keys stand in the environment."""
    return open_home(PAYDESK_STRIPE_CLIENT_ID=sandbox.client_id, PAYDESK_STRIPE_CLIENT_SECRET=sandbox.secret_key)


class Person:
    """Says yes or no to what it is asked, presses a button on the consent page, and remembers everything."""

    def __init__(self, decision: str = "connect", *, mine: bool = True) -> None:
        self.decision, self.mine = decision, mine
        self.steps: list[tuple[Step, str]] = []
        self.asked: list[Account] = []
        self.answers: list[httpx.Response] = []
        self.redirect_uri = ""
        self._browsing: list[threading.Thread] = []

    def step(self, step: Step, note: str = "") -> None:
        self.steps.append((step, note))

    def confirm(self, account: Account) -> bool:
        self.asked.append(account)
        return self.mine

    def listening(self, callback: Callback) -> None:
        self.callback = callback
        self.redirect_uri = callback.redirect_uri

    def open_page(self, address: str) -> None:
        thread = threading.Thread(target=self.browse, args=(address,))
        thread.start()
        self._browsing.append(thread)

    def browse(self, address: str) -> None:
        """What a browser does: load the page, press a button, follow where it leads."""
        with httpx.Client(follow_redirects=True, timeout=PATIENCE_S, trust_env=False) as browser:
            page = browser.get(address)
            assert page.status_code == 200
            form = {**dict(httpx.URL(address).params), "decision": self.decision}
            self.answers.append(browser.post(str(page.url.copy_with(query=None)), data=form))

    def wait(self) -> Person:
        for thread in self._browsing:
            thread.join()
        return self

    @property
    def done(self) -> Sequence[int]:
        return [step.value for step, _note in self.steps]


@pytest.fixture
def make_person() -> Callable[..., Person]:
    return Person
