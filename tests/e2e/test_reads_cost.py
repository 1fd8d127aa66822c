"""What a sync costs in requests, of which providers allow so many a month: pages are asked for, never each client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from desktop.books.books import Books
from desktop.books.tables import PaymentMethod
from desktop.books.tables.base import table_of
from desktop.providers.contract import Credentials, Endpoints
from desktop.providers.registry import make_provider
from desktop.sandbox.clock import Clock
from desktop.sandbox.launch import Running, RunningSquare, start_square
from desktop.sandbox.square.invoices import bill
from desktop.sandbox.square.orders import custom_line
from desktop.sandbox.stripe.cards import NUMBERS
from desktop.sandbox.stripe.people import create_customer, create_method, make_default
from desktop.sandbox.stripe.server import StripeServer
from desktop.sandbox.stripe.world import World
from desktop.sync.account import Worker
from desktop.sync.bulk import Access
from desktop.sync.lease import holder_text
from desktop.sync.on_demand import read_stored_methods
from desktop.sync.report import SyncReport
from desktop.sync.run import sync_integration
from tests.e2e.syncing import Given, open_connected

CUSTOMERS = 250
NOON = 1_793_966_400
HOUR = 3600
_METHOD = table_of(PaymentMethod)


@pytest.fixture(scope="module")
def shop() -> Iterator[Running]:
    """A pretend Stripe with some hundred customers; each has two cards, and invoices are charged to the first."""
    clock = Clock(NOON)
    world = World("1", ZoneInfo("Europe/Berlin"), clock.now)
    card = next(iter(NUMBERS.values()))
    for index in range(CUSTOMERS):
        customer = create_customer(world, name=f"Client {index}", email=f"{index}@client.example")
        make_default(world, customer, create_method(world, card, customer))
        create_method(world, card, customer)
    clock.advance(86_400)  # so that nothing of it comes by events
    with Running(StripeServer(world, clock, "1"), 0) as running:
        yield running


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    made = open_connected(tmp_path)
    yield made
    made.close()


def worker_of(books: Books, shop: Running) -> Worker:
    """The worker of the account that the pretend Stripe is."""
    endpoints = Endpoints(shop.api_base, shop.api_base)
    access = Access("stripe", Credentials({"secret_key": shop.secret_key}), endpoints)
    return Worker(books, make_provider("stripe"), 1, Given(books, access), lambda: endpoints)


def synced(worker: Worker) -> tuple[SyncReport, int]:
    """A sync, and how many requests it made."""
    with worker.job(holder_text("the command")) as job:
        report = sync_integration(job, progress=lambda _told: None)
        return report, job.reader.usage().reads


def methods(books: Books) -> int:
    with books.read() as connection:
        return int(connection.execute(select(func.count()).where(_METHOD.c.deleted.is_(False))).scalar_one())


def test_a_first_sync_of_stripe_asks_by_pages_and_a_second_one_hardly_at_all(books: Books, shop: Running) -> None:
    worker = worker_of(books, shop)
    first, requests = synced(worker)
    lists = sum(len(stream.feeds) for stream in worker.provider.streams if not stream.on_demand)
    assert first.exit_status == 0
    assert {stream.name: stream.state for stream in first.streams}["payment_methods"] == "on_demand"
    assert requests <= lists + CUSTOMERS // 100 + 3  # events before and after, and the ledger since
    assert methods(books) == CUSTOMERS  # what invoices are charged to came along

    second, requests = synced(worker)
    assert second.exit_status == 0
    assert requests <= 3


def test_whoever_opens_a_client_sees_all_that_is_stored_and_nothing_that_is_gone(books: Books, shop: Running) -> None:
    worker = worker_of(books, shop)
    synced(worker)
    stream = next(stream for stream in worker.provider.streams if stream.on_demand)
    customer = next(iter(shop.world.every("customer")))["id"]
    with worker.job(holder_text("the command"), urgent=True) as job:
        read_stored_methods(job, stream, customer)
        assert job.reader.usage().reads == 1
    assert methods(books) == CUSTOMERS + 1
    *_, gone = [one["id"] for one in shop.world.every("payment_method") if one["customer"] == customer]
    with shop.server.lock:
        shop.world.objects[gone]["customer"] = None  # and no event of it comes in here
    with worker.job(holder_text("the command"), urgent=True) as job:
        read_stored_methods(job, stream, customer)
    assert methods(books) == CUSTOMERS


# --- Square: the schedule's syncs ------------------------------------------------------------------------------------

SQUARE_DAY = date(2026, 11, 23)
INVOICES = 210
"""At one location: more than fit on a page."""
ONCE = 8
"""Requests that one idle sync makes whatever the number of locations."""
A_LOCATION = 3
SLOW = {"/v2/catalog/search", "/v2/cards", "/v2/devices", "/v2/online-checkout/payment-links",
        "/v2/subscriptions/search"}  # fmt: skip


@pytest.fixture(scope="module")
def square() -> Iterator[RunningSquare]:
    """A pretend Square with a year behind it, three locations, and two pages of invoices at the first."""
    with start_square(seed=9, today=SQUARE_DAY, timezone="Europe/Berlin", sales_a_day=0.3) as running:
        world = running.world
        with running.server.lock:
            world.events_enabled = True
            customer = world.every("customer")[0]
            for _ in range(INVOICES):
                lines = [custom_line(world, "Engraving", 1500)]
                bill(world, world.main_location, customer, lines)
        running.clock.advance(24 * HOUR)  # so that nothing of it comes by events
        yield running


def of_square(books: Books, square: RunningSquare, *, personal: bool) -> Worker:
    """The worker of the account that the pretend Square is; a personal token opens the event feed."""
    endpoints = Endpoints(square.api_base, square.api_base, SQUARE_DAY.isoformat())
    token, way = (square.access_token, "token") if personal else (square.token(), "oauth")
    credentials = Credentials({"access_token": token, "connected_by": way})
    return Worker(
        books, make_provider("square"), 1, Given(books, Access("square", credentials, endpoints)), lambda: endpoints
    )


def asked_by(worker: Worker, square: RunningSquare, *, scheduled: bool = True) -> Counter[str]:
    """What a sync asked Square for: how often each address."""
    before = len(square.requests)
    with worker.job(holder_text("the command"), scheduled=scheduled) as job:
        report = sync_integration(job, progress=lambda _told: None)
        assert report.exit_status == 0
        assert job.reader.usage().reads == len(square.requests) - before
    return Counter(path for _method, path in square.requests[before:])


@pytest.mark.parametrize("personal", [True, False], ids=["events", "no events"])
def test_an_idle_sync_of_the_schedule_asks_square_for_what_can_have_changed_and_no_more(
    tmp_path: Path, square: RunningSquare, *, personal: bool
) -> None:
    made = open_connected(tmp_path, "square")
    with closing(made):
        worker = of_square(made, square, personal=personal)
        asked_by(worker, square)
        locations = len(square.world.every("location"))
        at = Counter(one["location_id"] for one in square.world.every("invoice"))
        pages = sum(max(1, -(-at[one["id"]] // 200)) for one in square.world.every("location"))
        assert pages > locations > 1

        square.clock.advance(HOUR)
        asked = asked_by(worker, square)
        assert asked.total() <= ONCE + A_LOCATION * locations + pages
        assert asked["/v2/invoices/search"] == pages
        assert not SLOW & asked.keys()
        assert ("/v2/events" in asked) == personal

        square.clock.advance(4 * HOUR)
        due = asked_by(worker, square)
        assert due.keys() >= SLOW
        assert due["/v2/payments"] == 2 * locations  # what changed, and the fees of the last days
        if not personal:  # a person asks for everything, whenever it is
            assert asked_by(worker, square, scheduled=False).keys() >= SLOW
