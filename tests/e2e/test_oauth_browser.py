"""Consent on the pretend providers' own pages: pressed by a small client, and by a real browser where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

import httpx
import pytest

from desktop.actions.business import Business
from desktop.actions.callback import PATH, Callback
from desktop.actions.connect import Connected, Step, connect_by_oauth
from desktop.errors import RefusedError
from desktop.providers.contract import Account
from desktop.sandbox import launch
from desktop.workspace import open_business
from tests.helpers.patience import PATIENCE_S

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--window-size=900,700",
)


class Browser(Protocol):
    """What a person sees and can do."""

    def open(self, address: str) -> None: ...
    def press(self, button: str) -> None: ...
    @property
    def text(self) -> str: ...
    @property
    def address(self) -> str: ...
    def close(self) -> None: ...


class SmallBrowser:
    """Loads a page, sends its form, follows where it leads."""

    def __init__(self) -> None:
        self._http = httpx.Client(follow_redirects=True, timeout=PATIENCE_S, trust_env=False)
        self._page: httpx.Response | None = None

    def open(self, address: str) -> None:
        self._page = self._http.get(address)

    def press(self, button: str) -> None:
        page = self._page
        assert page is not None
        assert re.search(rf">{button}</button>", page.text)
        action = re.search(r'<form method="post" action="([^"]*)"', page.text)
        assert action is not None
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
        target = urljoin(str(page.url), action[1])
        self._page = self._http.post(target, data={**fields, "decision": button.lower()})

    @property
    def text(self) -> str:
        return self._page.text if self._page is not None else ""

    @property
    def address(self) -> str:
        return str(self._page.url) if self._page is not None else ""

    def close(self) -> None:
        self._http.close()


class Chromium:
    """A real browser, led by the WebDriver protocol (w3.org/TR/webdriver2) over loopback."""

    def __init__(self, folder: Path) -> None:
        assert DRIVER is not None
        self._driver = subprocess.Popen(
            [DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self._port()}", timeout=PATIENCE_S, trust_env=False)
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"]}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        self._session = ""
        try:
            self._session = f"/session/{self._ask('POST', '/session', wanted)['sessionId']}"
        except BaseException:
            self.close()
            raise

    def _port(self) -> int:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise AssertionError("chromedriver did not start")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, self._session + path, json=body)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def open(self, address: str) -> None:
        self._ask("POST", "/url", {"url": address})

    def press(self, button: str) -> None:
        found = self._ask("POST", "/element", {"using": "xpath", "value": f"//button[text()='{button}']"})
        self._ask("POST", f"/element/{next(iter(found.values()))}/click", {})

    @property
    def text(self) -> str:
        return str(self._ask("GET", "/source"))

    @property
    def address(self) -> str:
        return str(self._ask("GET", "/url"))

    def close(self) -> None:
        try:
            if self._session:
                self._ask("DELETE", "")
        finally:
            self._http.close()
            self._driver.terminate()
            self._driver.wait(timeout=PATIENCE_S)
            assert self._driver.stdout is not None
            self._driver.stdout.close()


class Person:
    """Sits at a browser: does something on the consent page, and says yes to everything that Paydesk asks."""

    def __init__(self, browser: Browser, does: Callable[[Browser, str], None]) -> None:
        self.browser, self._does = browser, does
        self.steps: list[Step] = []
        self.asked: list[Account] = []
        self._sitting: threading.Thread | None = None

    def step(self, step: Step, note: str = "") -> None:
        self.steps.append(step)

    def confirm(self, account: Account) -> bool:
        self.asked.append(account)
        return True

    def listening(self, callback: Callback) -> None:
        self.callback = callback

    def open_page(self, address: str) -> None:
        self._sitting = threading.Thread(target=self._does, args=(self.browser, address))
        self._sitting.start()

    def get_up(self) -> None:
        if self._sitting is not None:
            self._sitting.join()


def accept(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.press("Connect")


def deny(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.press("Deny")


def forge_first(browser: Browser, address: str) -> None:
    """Somebody else's page sends an answer to our listener before the owner decides."""
    redirect = httpx.URL(address).params["redirect_uri"]
    browser.open(f"{redirect}?code=ac_forged&state=stripe.forged")
    assert "Not accepted" in browser.text
    accept(browser, address)


def replay(code: str) -> Callable[[Browser, str], None]:
    """Somebody leads the browser to our listener with a code that was used before, and with the right state."""

    def lead(browser: Browser, address: str) -> None:
        asked = httpx.URL(address).params
        browser.open(str(httpx.URL(asked["redirect_uri"], params={"code": code, "state": asked["state"]})))

    return lead


@dataclass(frozen=True, slots=True)
class Side:
    """One of the pretend providers: where it is, who its account is, which access it gave."""

    name: str
    title: str
    account_id: str
    environment: Mapping[str, str]
    given: Callable[[], Mapping[str, object]]
    secret: str


@pytest.fixture(scope="module")
def both() -> Iterator[launch.Both]:
    with launch.start_both(seed=6, today=date(2026, 11, 23), sales_a_day=0.1) as running:
        yield running


@pytest.fixture(params=["stripe", "square"])
def side(request: pytest.FixtureRequest, both: launch.Both) -> Side:
    stripe, square = both.stripe, both.square
    if request.param == "stripe":
        environment = {
            "PAYDESK_STRIPE_API_BASE": stripe.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": stripe.connect_base,
            "PAYDESK_STRIPE_CLIENT_ID": stripe.client_id,
            "PAYDESK_STRIPE_CLIENT_SECRET": stripe.secret_key,
        }
        keys = stripe.server.keys
        return Side("stripe", "Stripe", stripe.account_id, environment, lambda: keys.tokens, "secret_key")
    # An application's id is all that Square needs: PKCE stands in for its secret.
    environment = {"PAYDESK_SQUARE_API_BASE": square.api_base, "PAYDESK_SQUARE_CLIENT_ID": square.application_id}
    given = square.server.keys
    return Side("square", "Square", square.merchant_id, environment, lambda: given.tokens, "access_token")


@pytest.fixture(scope="module", params=["small", "chromium"])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if request.param == "chromium" and not (CHROMIUM and DRIVER):
        pytest.skip("no chromium with chromedriver on this machine")
    made: Browser = SmallBrowser() if request.param == "small" else Chromium(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()


@pytest.fixture
def business(side: Side, tmp_path: Path) -> Iterator[Business]:
    made = open_business(tmp_path, {**side.environment, "PAYDESK_TIMEZONE": "Europe/Berlin"}, memory_key=True)
    yield made
    made.close()


def connect(business: Business, side: Side, person: Person) -> Connected:
    try:
        return connect_by_oauth(business, side.name, person, threading.Event(), port=0)
    finally:
        person.get_up()


def test_the_owner_says_yes(browser: Browser, business: Business, side: Side) -> None:
    person = Person(browser, accept)
    connected = connect(business, side, person)
    assert connected.integration.account_id == side.account_id
    assert [step.value for step in person.steps] == [1, 2, 3, 4, 5, 6, 7]
    assert PATH in browser.address
    assert "Close this page and go back to Paydesk" in browser.text
    assert business.credentials(connected.integration)[side.secret] in side.given()


def test_the_owner_says_no(browser: Browser, business: Business, side: Side) -> None:
    person = Person(browser, deny)
    with pytest.raises(RefusedError, match=f"chose not to give Paydesk access to {side.title}"):
        connect(business, side, person)
    assert "Access was denied" in browser.text
    assert business.integrations() == []


def test_a_forged_answer_changes_nothing(browser: Browser, business: Business, side: Side) -> None:
    person = Person(browser, forge_first)
    connected = connect(business, side, person)
    assert person.callback.refused == 1
    assert connected.integration.account_id == side.account_id


def test_a_code_that_was_used_before_opens_nothing(browser: Browser, business: Business, side: Side) -> None:
    connected = connect(business, side, Person(browser, accept))
    kept = business.credentials(connected.integration)
    code = httpx.URL(browser.address).params["code"]
    person = Person(browser, replay(code))
    with pytest.raises(RefusedError) as refused:
        connect(business, side, person)
    assert code not in str(refused.value)
    assert person.asked == []
    assert [row.id for row in business.integrations()] == [connected.integration.id]
    assert business.credentials(connected.integration) == kept


def test_the_listener_is_gone_afterwards(browser: Browser, business: Business, side: Side) -> None:
    person = Person(browser, accept)
    connect(business, side, person)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{person.callback.port}{PATH}", trust_env=False)
