"""Two pretend Stripes for the whole session: one that is only read, one that tests may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import stripe

from desktop.sandbox import launch

TODAY = date(2026, 11, 23)


def client_of(running: launch.Running, key: str | None = None, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key or running.secret_key,
        base_addresses={"api": running.api_base, "connect": running.connect_base},
        http_client=stripe.HTTPXClient(allow_sync_methods=True),
        max_network_retries=retries,
    )


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


@pytest.fixture
def reader(reading_sandbox: launch.Running) -> stripe.StripeClient:
    return client_of(reading_sandbox)


@pytest.fixture
def client(sandbox: launch.Running) -> stripe.StripeClient:
    return client_of(sandbox)
