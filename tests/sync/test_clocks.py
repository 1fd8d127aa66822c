"""A provider whose clock is wrong, for one answer or for all, hides no change and makes no promise that is not kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from desktop.books.books import Books
from desktop.providers.contract import Credentials, Endpoints
from desktop.sandbox import launch
from desktop.sync.bulk import Access
from tests.e2e.syncing import open_connected, sync_books

DAY = date(2026, 11, 23)
YEAR = 366 * 86_400.0
TEN_MINUTES = 600_000
SILENT = None
"""In place of an error: the answer does not say when it was given."""


@dataclass
class Shop:
    """A pretend provider with a customer whose name can be changed there."""

    provider: str
    running: launch.Running | launch.RunningSquare
    access: Access
    names: Iterator[str]

    def now(self) -> int:
        return int(self.running.server.clock.now() * 1000)

    def rename(self, ref: str) -> str:
        name = next(self.names)
        if self.provider == "stripe":
            asked = ("POST", f"/v1/customers/{ref}", {"data": {"name": name}})
        else:
            asked = (
                "PUT",
                f"/v2/customers/{ref}",
                {"json": {"given_name": name, "family_name": "", "company_name": ""}},
            )
        key = next(iter(value for name_, value in self.access.credentials.fields.items() if name_ != "merchant_id"))
        headers = {"Authorization": f"Bearer {key}"}
        method, path, body = asked
        with httpx.Client(base_url=self.running.api_base, headers=headers) as client:
            client.request(method, path, **body).raise_for_status()
        return name


@pytest.fixture(scope="module", params=["stripe", "square"])
def served(request: pytest.FixtureRequest) -> Iterator[Shop]:
    names = (f"Renamed {number}" for number in itertools.count(1))
    if request.param == "stripe":
        with launch.Running(launch.build(seed=2, today=DAY, pace=0.2), 0) as running:
            endpoints = Endpoints(running.api_base, running.connect_base)
            yield Shop(
                "stripe", running, Access("stripe", Credentials({"secret_key": running.secret_key}), endpoints), names
            )
    else:
        with launch.RunningSquare(launch.build_square(seed=2, today=DAY, sales_a_day=0.5), 0) as square:
            endpoints = Endpoints(square.api_base, square.api_base)
            credentials = Credentials({"access_token": square.access_token})
            yield Shop("square", square, Access("square", credentials, endpoints), names)


@pytest.fixture
def shop(served: Shop) -> Iterator[Shop]:
    yield served
    served.running.faults.clear()


Off = Callable[[Callable[[int], float | None]], None]


@pytest.fixture
def off(monkeypatch: pytest.MonkeyPatch) -> Off:
    """Sets what each answer's ``Date`` is off by, told its number from 1 on; SILENT leaves it unreadable."""

    def set_off(error: Callable[[int], float | None]) -> None:
        numbers = itertools.count(1)

        def stated(seconds: float, usegmt: bool = True) -> str:
            wrong = error(next(numbers))
            return "soon" if wrong is SILENT else formatdate(seconds + wrong, usegmt=usegmt)

        monkeypatch.setattr("desktop.sandbox.server.formatdate", stated)

    return set_off


@pytest.fixture
def books(tmp_path: Path, shop: Shop) -> Iterator[Books]:
    opened = open_connected(tmp_path, shop.provider)
    yield opened
    opened.close()


def value(books: Books, query: str) -> object:
    with books.read() as connection:
        return connection.exec_driver_sql(query).scalar()


def a_customer(books: Books) -> str:
    return str(value(books, "select external_id from client_links where deleted = 0 order by external_id limit 1"))


def name_of(books: Books, ref: str) -> object:
    return value(
        books, f"select c.name from clients c join client_links l on l.client_id = c.id where l.external_id = '{ref}'"
    )


def furthest(books: Books) -> int:
    """The furthest instant that a version or a promise stands on."""
    versions = value(books, "select max(version_low) from integration_data")
    promises = value(
        books, "select max(max(coalesce(complete_through, 0), coalesce(pass_started_at, 0))) from bookmarks"
    )
    return max(int(str(versions)), int(str(promises)))


def check_changes_are_seen(books: Books, shop: Shop) -> None:
    for _ in range(2):
        shop.running.server.clock.advance(700)
        ref = a_customer(books)
        name = shop.rename(ref)
        shop.running.server.clock.advance(5)  # what changed in the second of asking comes with the next sync
        sync_books(books, shop.access, many=10**9)
        assert name_of(books, ref) == name


WRONG: dict[str, Callable[[int], float | None]] = {
    "one in the middle ten years ahead": lambda number: 10 * YEAR if number == 4 else 0.0,
    "the first ten years ahead": lambda number: 10 * YEAR if number == 1 else 0.0,
    "every third an hour ahead": lambda number: 0.0 if number % 3 else 3600.0,
    "all ten years ahead": lambda _number: 10 * YEAR,
    "all ten years behind": lambda _number: -10 * YEAR,
    "back and forth": lambda number: -3600.0 * (number % 2),
    "never stated": lambda _number: SILENT,
}


@pytest.mark.usefixtures("one_list_at_a_time")  # so that answers are counted as they are asked for
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_date_in_the_first_sync_freezes_nothing(books: Books, shop: Shop, off: Off, wrong: str) -> None:
    off(WRONG[wrong])
    sync_books(books, shop.access, many=10**9)
    assert furthest(books) <= shop.now() + TEN_MINUTES
    off(lambda _number: 0.0)
    check_changes_are_seen(books, shop)
    assert furthest(books) <= shop.now() + TEN_MINUTES


@pytest.mark.parametrize("wrong", ["all ten years ahead", "all ten years behind", "never stated"])
def test_a_wrong_date_in_a_later_sync_still_brings_its_changes(books: Books, shop: Shop, off: Off, wrong: str) -> None:
    sync_books(books, shop.access, many=10**9)
    off(WRONG[wrong])
    check_changes_are_seen(books, shop)
    assert furthest(books) <= shop.now() + TEN_MINUTES
    off(lambda _number: 0.0)
    check_changes_are_seen(books, shop)


@pytest.mark.parametrize("full", [False, True], ids=["the next sync", "a full one"])
def test_books_that_were_frozen_by_an_older_version_thaw(books: Books, shop: Shop, full: bool) -> None:
    sync_books(books, shop.access, many=10**9)
    ahead = int(10 * YEAR * 1000)
    with books.write() as writer:
        run = writer.connection.exec_driver_sql
        run(f"update integration_data set version_low = version_low + {ahead}, version_high = version_high + {ahead}")
        run(f"update bookmarks set complete_through = complete_through + {ahead}")
        run(f"update bookmarks set pass_started_at = pass_started_at + {ahead}")
    if full:
        ref = a_customer(books)
        name = shop.rename(ref)
        shop.running.server.clock.advance(5)
        sync_books(books, shop.access, many=10**9, full=True)
        assert name_of(books, ref) == name
    check_changes_are_seen(books, shop)
    promises = value(books, "select max(coalesce(complete_through, 0)) from bookmarks")
    assert int(str(promises)) <= shop.now() + TEN_MINUTES
