"""Two pretend Stripes for the whole session: one that is only read, one that tests may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

import pytest
import stripe

from desktop.sandbox import launch

TODAY = date(2026, 11, 23)


@contextmanager
def client_of(running: launch.Running, key: str | None = None) -> Iterator[stripe.StripeClient]:
    """The official SDK, pointed at a sandbox, with its own retries off; its connections are closed at the end."""
    http = stripe.HTTPXClient(allow_sync_methods=True)
    yield stripe.StripeClient(
        key or running.secret_key,
        base_addresses={"api": running.api_base, "connect": running.connect_base},
        http_client=http,
        max_network_retries=0,
    )
    http.close()


@pytest.fixture(scope="session")
def reading_sandbox() -> Iterator[launch.Running]:
    with launch.start(seed=7, today=TODAY) as running:
        yield running


@pytest.fixture(scope="session")
def writing_sandbox() -> Iterator[launch.Running]:
    with launch.start(seed=8, today=TODAY) as running:
        yield running


@pytest.fixture
def sandbox(writing_sandbox: launch.Running) -> Iterator[launch.Running]:
    """The one that may be changed; faults end with the test."""
    yield writing_sandbox
    writing_sandbox.faults.clear()
    writing_sandbox.server.api.restricted_rights = None


@pytest.fixture(scope="session")
def reader(reading_sandbox: launch.Running) -> Iterator[stripe.StripeClient]:
    with client_of(reading_sandbox) as made:
        yield made


@pytest.fixture
def client(sandbox: launch.Running) -> Iterator[stripe.StripeClient]:
    with client_of(sandbox) as made:
        yield made


@pytest.fixture
def client_with(sandbox: launch.Running) -> Iterator[Callable[[str], stripe.StripeClient]]:
    """Makes clients with another key."""
    with ExitStack() as opened:
        yield lambda key: opened.enter_context(client_of(sandbox, key))
