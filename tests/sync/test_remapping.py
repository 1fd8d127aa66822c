"""Books from before an upgrade: what they hold is mapped anew, whole, resumably, and without losing anything."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, insert, select, text, update

from desktop.actions.connect import connect_by_key
from desktop.actions.sync import sync_account
from desktop.books.books import Books, open_books
from desktop.books.database import Writer
from desktop.books.rebuild import compare_totals
from desktop.books.tables import Base, Integration, IntegrationData, Refund, SetAsideObject
from desktop.books.tables.accounts import MAPPING_VERSION
from desktop.books.tables.base import table_of
from desktop.providers.contract import Provider
from desktop.providers.registry import make_provider
from desktop.providers.stripe.provider import StripeProvider
from desktop.records import SetAside, SourceObject
from desktop.sandbox import launch
from desktop.sync import lease as leases
from desktop.sync import remapping
from desktop.sync.account import Worker
from desktop.sync.lease import EXPIRES_MS, Held, Lease, acquire
from desktop.sync.remapping import remap_all, remap_if_due
from desktop.workspace import open_business
from tests.actions.conftest import Person
from tests.sync.comparing import picture
from tests.sync.conftest import HOLDER, Open

DAY = date(2026, 11, 23)
ZONE = "Europe/Berlin"

_INTEGRATION = table_of(Integration)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with both providers' year in its books."""
    home = tmp_path_factory.mktemp("synced")
    with (
        launch.start(seed=3, today=DAY) as stripe,
        launch.start_square(seed=9, today=DAY, timezone=ZONE, sales_a_day=0.3) as square,
    ):
        environment = {
            "PAYDESK_STRIPE_API_BASE": stripe.api_base,
            "PAYDESK_SQUARE_API_BASE": square.api_base,
            "PAYDESK_TIMEZONE": ZONE,
            "PAYDESK_TODAY": DAY.isoformat(),
        }
        business = open_business(home, environment, memory_key=True)
        for name, key in (("stripe", stripe.secret_key), ("square", square.access_token)):
            account = connect_by_key(business, name, key, Person()).integration
            sync_account(business, business.integration(account.id), cancel=threading.Event())
        business.close()
    return home


@pytest.fixture
def home(synced: Path, tmp_path: Path) -> Path:
    shutil.copyfile(synced / "books.db", tmp_path / "books.db")
    return tmp_path


@pytest.fixture
def books(home: Path) -> Iterator[Books]:
    """A copy of those books, in which every account counts as mapped by an older version."""
    opened = open_books(home)
    age(opened)
    yield opened
    opened.close()


def age(books: Books) -> None:
    with books.write() as writer:
        writer.connection.execute(update(_INTEGRATION).values(mapping_version=0))


def run(books: Books, provider_of: Callable[[str], Provider] = make_provider) -> bool:
    workers = [
        Worker(books, provider, account, Open(books), partial(provider.endpoints, {}))
        for account, provider in ((1, provider_of("stripe")), (2, provider_of("square")))
    ]
    return remap_all(workers, HOLDER, lambda _sentence: None)


def facts(books: Books) -> dict[str, list[tuple[Any, ...]]]:
    """What the books say. A sum that came back to nothing may be a row of zeros or none."""
    found = picture(books, observed=False)
    for table in ("daily_totals", "client_totals", "service_totals", "service_allocations"):
        sums = [place for place, column in enumerate(Base.metadata.tables[table].columns) if not column.primary_key]
        found[table] = [row for row in found[table] if any(row[place] for place in sums)]
    return found


def standing(books: Books) -> list[tuple[int, int]]:
    with books.read() as connection:
        query = select(_INTEGRATION.c.mapping_version, _INTEGRATION.c.mapping_cursor)
        return [tuple(row) for row in connection.execute(query)]


def spoil(books: Books) -> None:
    """Rows and sums as an older mapping may have made them."""
    with books.write() as writer:
        for statement in (
            "update payments set description = 'as it was read before', collected = collected + 7",
            "update payment_attempts set brand = '', amount_captured = amount_captured + 7",
            "update invoices set total = 1, amount_remaining = 1, status = 'open'",
            "update services set name = 'old'",
            "update subscriptions set amount = 3",
            "update orders set total = 5, reference = 'old'",
            "update refunds set amount = 9, reason = 'old'",
            "update balance_entries set kind = 'adjustment'",
            "update daily_totals set amount = amount + 11",
            "update service_totals set amount = amount + 11",
            "update integration_data set kind = 'attempt' where kind = 'refund'",
        ):
            writer.connection.execute(text(statement))


def test_mapping_anew_what_was_mapped_well_changes_nothing(books: Books) -> None:
    before = facts(books)
    assert run(books)
    assert facts(books) == before
    assert compare_totals(books) == []
    assert standing(books) == [(MAPPING_VERSION, 0)] * 2


def test_rows_and_sums_of_an_older_mapping_become_those_of_this_one(books: Books) -> None:
    before = facts(books)
    spoil(books)
    assert facts(books) != before
    assert run(books)
    assert facts(books) == before
    assert compare_totals(books) == []


def test_opening_the_business_maps_anew_says_so_and_does_it_once(home: Path, books: Books) -> None:
    before = facts(books)
    spoil(books)
    told: list[str] = []
    open_business(home, {}, memory_key=True, tell=told.append).close()
    assert [" ".join(sentence.split()[:5]) for sentence in told] == ["Bringing the books up to"] * 2
    assert facts(books) == before
    told.clear()
    open_business(home, {}, memory_key=True, tell=told.append).close()
    assert told == []


def test_a_kill_after_any_page_goes_on_with_the_next(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remapping, "PAGE", 400)
    before = facts(books)
    spoil(books)
    seen: list[int] = []

    class Killed(BaseException):
        """The end of the process."""

    class Ending(StripeProvider):
        """Ends the process at its third page."""

        def map_again(self, *asked: Any) -> Sequence[SourceObject | SetAside | None]:
            seen.append(len(asked[2]))
            if sum(seen) > 800:
                raise Killed
            return super().map_again(*asked)

    with pytest.raises(Killed):
        run(books, lambda _name: Ending())
    ((version, cursor), _) = standing(books)
    assert version == 0
    assert cursor > 0
    assert run(books)
    with books.read() as connection:
        assert connection.execute(select(func.count()).select_from(_INTEGRATION)).scalar() == 2
    # What came before the kill was not spoiled again: all of it is as this version has it.
    assert facts(books) == before
    assert compare_totals(books) == []


def test_who_holds_the_lease_maps_anew_and_nobody_else(books: Books) -> None:
    before = facts(books)
    spoil(books)
    lease = acquire(books, 1, "window on elsewhere (1)")
    assert isinstance(lease, Lease)
    assert not run(books)
    assert standing(books) == [(0, 0), (MAPPING_VERSION, 0)]
    remap_if_due(books, make_provider("stripe"), lease, lambda _sentence: None)
    lease.release()
    assert facts(books) == before


def test_sums_that_take_longer_than_a_lease_lives_stay_with_who_makes_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_790_000_000_000]
    books = open_books(home, clock=lambda: clock[0])
    age(books)
    monkeypatch.setattr(leases.time, "monotonic", lambda: clock[0] / 1000)
    rebuild = remapping.rebuild_totals
    found: list[Lease | Held] = []

    def slowly(books: Books, account: int, *, check: Callable[[Writer], None]) -> None:
        asked: list[Writer] = []

        def pass_time(writer: Writer) -> None:
            if asked:
                clock[0] += 2 * EXPIRES_MS
            check(writer)
            asked.append(writer)

        rebuild(books, account, check=pass_time)
        assert len(asked) == 2
        found.append(acquire(books, account, "window on elsewhere (1)"))

    monkeypatch.setattr(remapping, "rebuild_totals", slowly)
    assert run(books)
    books.close()
    assert [type(one) for one in found] == [Held, Held]


def test_an_object_that_breaks_is_left_as_it_is_and_the_others_go_on(
    books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    before = facts(books)
    with books.read() as connection:
        data = table_of(IntegrationData)
        bad = connection.execute(
            select(data.c.external_id).where(data.c.data_type == "charge").order_by(data.c.id).limit(1)
        ).scalar()

    class Breaking(StripeProvider):
        def map_again(self, kept: Any, data_type: str, objects: Any) -> Sequence[SourceObject | SetAside | None]:
            if any(body["id"] == bad for body, _ in objects):
                raise KeyError("a shape that nobody has met")
            return super().map_again(kept, data_type, objects)

    with caplog.at_level(logging.CRITICAL):
        assert run(books, lambda name: Breaking() if name == "stripe" else make_provider(name))
    assert facts(books) == before


def test_what_an_object_makes_no_row_of_any_more_loses_its_row(books: Books) -> None:
    class Without(StripeProvider):
        """Takes no refund for one."""

        def map_again(self, kept: Any, data_type: str, objects: Any) -> Sequence[SourceObject | SetAside | None]:
            items = super().map_again(kept, data_type, objects)
            if data_type != "refund":
                return items
            return [
                SourceObject(item.data_type, item.external_id, item.version, item.body, None)
                for item in items
                if isinstance(item, SourceObject)
            ]

    refund = table_of(Refund)
    query = select(func.count()).select_from(refund).where(refund.c.integration_id == 1)
    with books.read() as connection:
        assert connection.execute(query).scalar()
    assert run(books, lambda name: Without() if name == "stripe" else make_provider(name))
    with books.read() as connection:
        assert connection.execute(query).scalar() == 0
    assert compare_totals(books) == []


def test_set_aside_objects_that_can_be_read_now_go_in(books: Books) -> None:
    product = {"id": "prod_late", "object": "product", "name": "Late", "active": True, "created": 1_760_000_000}
    cut = {"id": "in_cut", "object": "invoice", "lines": {"data": [], "has_more": True}}
    kept: Sequence[tuple[str, str, bytes | None]] = (
        ("product", "prod_late", orjson.dumps(product)),
        ("product", "prod_bad", orjson.dumps({**product, "id": "prod_bad", "created": -1})),
        ("product", "prod_torn", orjson.dumps(product)[:20]),
        ("product", "prod_none", None),
        ("invoice", "in_cut", orjson.dumps(cut)),
    )
    rows: list[Mapping[str, Any]] = [
        {
            "integration_id": 1, "stream": "services", "data_type": data_type, "external_id": ref, "reason": "?",
            "data": data, "first_seen_at": 1_780_000_000_000, "last_seen_at": 1_780_000_000_000,
        }
        for data_type, ref, data in kept
    ]  # fmt: skip
    with books.write() as writer:
        writer.connection.execute(insert(table_of(SetAsideObject)), rows)
    assert run(books)
    with books.read() as connection:
        left = connection.execute(text("select external_id from set_aside order by 1")).scalars().all()
        named = connection.execute(text("select name from services where external_id = 'prod_late'")).scalar()
    assert left == ["in_cut", "prod_bad", "prod_none", "prod_torn"]
    assert named == "Late"
