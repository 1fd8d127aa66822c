"""Pretend Squares for the whole session, with Square's own file watching every call where it is at hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any

import httpx
import pytest
import square
from square.core.request_options import RequestOptions

from desktop.sandbox import launch
from tests.helpers import square_spec

TODAY = date(2026, 11, 23)
ONCE = RequestOptions(max_retries=0)
"""The SDK without retries of its own."""


@contextmanager
def client_of(running: launch.RunningSquare, token: str | None = None) -> Iterator[square.Square]:
    """The official SDK, pointed at a sandbox; its connections are closed at the end."""
    with httpx.Client() as http:
        yield square.Square(base_url=running.api_base, token=token or running.access_token, httpx_client=http)


@pytest.fixture(scope="session")
def watches() -> list[square_spec.Watch]:
    """Those who watch the session's sandboxes; nobody where Square's file is not at hand."""
    return []


@pytest.fixture(scope="session")
def serve(watches: list[square_spec.Watch]) -> Callable[..., launch.RunningSquare]:
    """Starts a watched sandbox; whoever starts it stops it."""

    def start(**settings: Any) -> launch.RunningSquare:
        spec = square_spec.load()
        watch = square_spec.Watch(spec) if spec else None
        if watch:
            watches.append(watch)
        return launch.start_square(today=TODAY, around=watch.around if watch else None, **settings)

    return start


@pytest.fixture(autouse=True)
def _as_square_says(watches: list[square_spec.Watch]) -> Iterator[None]:
    """Fail the test that was answered, or was let ask, what Square's own file does not know."""
    yield
    found = [problem for watch in watches for problem in watch.violations()]
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def reading_square(serve: Callable[..., launch.RunningSquare]) -> Iterator[launch.RunningSquare]:
    with serve(seed=7, sales_a_day=1) as running:
        running.world.events_enabled = True
        yield running


@pytest.fixture(scope="session")
def writing_square(serve: Callable[..., launch.RunningSquare]) -> Iterator[launch.RunningSquare]:
    with serve(seed=8, sales_a_day=1) as running:
        yield running


@pytest.fixture
def shop(writing_square: launch.RunningSquare) -> Iterator[launch.RunningSquare]:
    """The one that may be changed, but whose clock may not be moved far; faults and switches end with the test."""
    yield writing_square
    writing_square.faults.clear()
    writing_square.expire_cursors(False)
    writing_square.lag(0)


@pytest.fixture
def fresh(serve: Callable[..., launch.RunningSquare]) -> Iterator[launch.RunningSquare]:
    """One of the test's own, whose clock may be moved."""
    with serve(seed=9, sales_a_day=1) as running:
        yield running


@pytest.fixture(scope="session")
def reader(reading_square: launch.RunningSquare) -> Iterator[square.Square]:
    with client_of(reading_square) as made:
        yield made


@pytest.fixture
def client(shop: launch.RunningSquare) -> Iterator[square.Square]:
    with client_of(shop) as made:
        yield made


@pytest.fixture
def client_with(shop: launch.RunningSquare) -> Iterator[Callable[[str], square.Square]]:
    """Makes clients with another token."""
    with ExitStack() as opened:
        yield lambda token: opened.enter_context(client_of(shop, token))


class Wire:
    """Plain HTTP to a sandbox."""

    def __init__(self, running: launch.RunningSquare, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token or running.access_token}", "Square-Version": "2025-08-20"}
        self.http = httpx.Client(base_url=running.api_base, headers=headers)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(f"/v2/{path}", params=params)

    def post(self, path: str, body: Any = None, method: str = "POST") -> httpx.Response:
        return self.http.request(method, f"/v2/{path}", json={} if body is None else body)

    def pages(self, path: str, name: str, body: Any = None, **params: Any) -> list[list[dict[str, Any]]]:
        """Every page of a list, by GET, or by POST where there is a body."""
        found: list[list[dict[str, Any]]] = []
        more: dict[str, str] = {}
        while True:
            answer = self.get(path, **{**params, **more}) if body is None else self.post(path, {**body, **more})
            told = answer.raise_for_status().json()
            assert told.get(name) != [], "an empty list is left out"
            found.append(told.get(name, []))
            if "cursor" not in told:
                return found
            more = {"cursor": told["cursor"]}

    def all(self, path: str, name: str, body: Any = None, **params: Any) -> list[dict[str, Any]]:
        return [one for page in self.pages(path, name, body, **params) for one in page]


def code_of(answer: httpx.Response) -> str:
    """The code of the first error."""
    return str(answer.json()["errors"][0]["code"])


@pytest.fixture
def wire(shop: launch.RunningSquare) -> Iterator[Wire]:
    made = Wire(shop)
    yield made
    made.http.close()


@pytest.fixture(scope="session")
def reading(reading_square: launch.RunningSquare) -> Iterator[Wire]:
    made = Wire(reading_square)
    yield made
    made.http.close()


_KEYS = itertools.count(1)


def key() -> str:
    """An idempotency key that nobody used."""
    return f"key-{next(_KEYS)}"


def usd(amount: int) -> dict[str, Any]:
    """So many cents."""
    return {"amount": amount, "currency": "USD"}
