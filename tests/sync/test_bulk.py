"""Long lists are read in a second process, and nothing else is different."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from desktop.errors import CancelledError
from desktop.providers.contract import (
    Credentials,
    CredentialsRefused,
    Endpoints,
    Feed,
    Lists,
    NotPermitted,
    Page,
    Reader,
    Stream,
)
from desktop.providers.stripe.provider import StripeProvider
from desktop.records import KeptBody
from desktop.sandbox import launch
from desktop.sync.bulk import READ_LISTS, Access, BulkReader, ListReader, ProcessEnded
from desktop.sync.parcels import Parcels
from tests.e2e.syncing import open_connected, sync_books
from tests.helpers.patience import PATIENCE_S
from tests.sync.comparing import picture

PROVIDER = StripeProvider()
STREAMS = {stream.name: stream for stream in PROVIDER.streams}
CHARGES = STREAMS["payments"], STREAMS["payments"].feeds[0]


@pytest.fixture(scope="module")
def server() -> Iterator[launch.Running]:
    with launch.start(seed=5, today=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture
def access(server: launch.Running) -> Access:
    return Access("stripe", Credentials({"secret_key": server.secret_key}), endpoints(server))


@pytest.fixture
def reader(access: Access) -> Iterator[Reader]:
    """A reader in this process."""
    made = PROVIDER.reader(access.credentials, access.endpoints, threading.Event())
    yield made
    made.close()


@pytest.fixture
def here(reader: Reader) -> Counting:
    return Counting(reader)


@pytest.fixture
def bulk(access: Access) -> Iterator[BulkReader]:
    reader = BulkReader(access)
    yield reader
    reader.close()


def endpoints(server: launch.Running) -> Endpoints:
    return Endpoints(server.api_base, server.connect_base)


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


class Counting:
    """A reader that counts the pages it was asked for."""

    def __init__(self, reader: Lists) -> None:
        self._reader = reader
        self.pages = 0

    def page(self, stream: Stream, feed: Feed, **wanted: Any) -> Page:
        self.pages += 1
        return self._reader.page(stream, feed, **wanted)


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_page_of_the_second_process_is_the_page_that_it_read(reader: Reader, bulk: BulkReader, name: str) -> None:
    parcels = Parcels()
    for feed in STREAMS[name].feeds:
        parent = "cus_none" if STREAMS[name].per_parent else ""
        here = reader.page(STREAMS[name], feed, cursor=None, parent=parent)
        there = bulk.page(STREAMS[name], feed, cursor=None, parent=parent)
        assert here.objects or parent
        assert [item.record for item in there.objects] == [item.record for item in here.objects]
        assert [item.external_id for item in there.objects] == [item.external_id for item in here.objects]
        wrapped = parcels.unwrap(parcels.wrap(here))
        assert [item.body for item in there.objects] == [item.body for item in wrapped.objects]
        assert there.cursor == here.cursor
        assert all(type(item.body) is KeptBody for item in there.objects)


def test_the_books_are_the_same_row_for_row(tmp_path: Path, access: Access) -> None:
    pictures = []
    for name, many in (("here", 10**9), ("there", 0)):
        home = tmp_path / name
        home.mkdir()
        books = open_connected(home)
        sync_books(books, access, many=many)
        pictures.append(picture(books))
        books.close()
    here, there = pictures
    assert len(here["payments"]) > 100
    assert here == there


def test_few_objects_start_no_second_process(here: Counting) -> None:
    lists = ListReader(here, lambda: pytest.fail("it was started"), many=10**9)
    assert lists.page(*CHARGES, cursor=None).objects
    assert here.pages == 1
    lists.close()


def test_many_objects_are_read_by_the_second_process_from_where_the_first_came_to(
    access: Access, here: Counting
) -> None:
    begun = []

    def begin() -> BulkReader:
        begun.append(BulkReader(access))
        return begun[-1]

    lists = ListReader(here, begin, many=100)
    first = lists.page(*CHARGES, cursor=None)
    second = lists.page(*CHARGES, cursor=first.cursor)
    assert (here.pages, len(begun)) == (1, 1)
    assert not {item.external_id for item in first.objects} & {item.external_id for item in second.objects}
    lists.close()
    assert lists.reads == begun[0].reads > 0  # a doubtful clock is asked twice
    assert not is_alive(begun[0].process_id)


def test_a_second_process_that_died_leaves_the_rest_to_the_first(access: Access, here: Counting) -> None:
    begun = []

    def begin() -> BulkReader:
        begun.append(BulkReader(access))
        begun[-1].close()
        return begun[-1]

    lists = ListReader(here, begin, many=0)
    assert lists.page(*CHARGES, cursor=None).objects
    assert lists.page(*CHARGES, cursor=None).objects
    assert (here.pages, len(begun)) == (2, 1)
    lists.close()


def test_where_no_second_process_can_be_had_the_first_reads_everything(here: Counting) -> None:
    def begin() -> BulkReader:
        raise OSError("no more processes")

    lists = ListReader(here, begin, many=0)
    assert lists.page(*CHARGES, cursor=None).objects
    assert lists.page(*CHARGES, cursor=None).objects
    assert here.pages == 2
    lists.close()


def test_closing_ends_a_wait_for_a_page(server: launch.Running, access: Access, here: Counting) -> None:
    lists = ListReader(here, partial(BulkReader, access), many=0)
    outcome: list[BaseException] = []
    held = server.faults.add("slow", stream="charges", seconds=60.0)

    def ask() -> None:
        try:
            lists.page(*CHARGES, cursor=None)
        except ProcessEnded as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    try:
        thread.start()
        while not held.hits:
            thread.join(0.01)
        lists.close()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert [type(error) for error in outcome] == [ProcessEnded]
    finally:
        server.faults.clear()


def test_what_the_provider_refuses_comes_over_as_what_it_is(server: launch.Running) -> None:
    wrong = BulkReader(Access("stripe", Credentials({"secret_key": "sk_test_wrongwrongwrong"}), endpoints(server)))
    try:
        with pytest.raises(CredentialsRefused) as refused:
            wrong.page(*CHARGES, cursor=None)
        assert "sk_test" not in str(refused.value)
        assert refused.value.title
    finally:
        wrong.close()


def test_a_stream_that_is_not_permitted_stays_one(server: launch.Running) -> None:
    server.allow_restricted("customer_read")
    narrow = BulkReader(Access("stripe", Credentials({"secret_key": server.restricted_key}), endpoints(server)))
    try:
        with pytest.raises(NotPermitted):
            narrow.page(*CHARGES, cursor=None)
        assert narrow.page(STREAMS["clients"], STREAMS["clients"].feeds[0], cursor=None).objects
    finally:
        narrow.close()


def test_a_bug_in_the_second_process_is_a_bug_here(bulk: BulkReader) -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        bulk.page(Stream("nothing", ()), Feed("nothing", "nothing"), cursor=None)


class Shared:
    """An account's allowance that writes down what was asked of it."""

    def __init__(self) -> None:
        self.reserved: list[str] = []
        self.holds: list[float] = []
        self.limited = threading.Event()

    def reserve(self, endpoint: str) -> float:
        self.reserved.append(endpoint)
        return 0.0

    def hold(self, seconds: float) -> None:
        self.holds.append(seconds)
        self.limited.set()

    def held(self) -> float:
        return 0.0


def test_every_call_of_the_second_process_is_taken_from_the_accounts_one_allowance(access: Access) -> None:
    shared = Shared()
    reader = BulkReader(access, pace=shared)
    try:
        first = reader.page(*CHARGES, cursor=None)
        reader.page(*CHARGES, cursor=first.cursor)
        assert set(shared.reserved) == {"charges"}
        assert len(shared.reserved) >= reader.reads >= 2
    finally:
        reader.close()


def test_that_the_provider_limits_the_rate_there_holds_up_the_account_here(
    server: launch.Running, access: Access
) -> None:
    shared = Shared()
    reader = BulkReader(access, pace=shared)
    try:
        server.faults.add("status", stream="charges", status=429, times=1)
        assert reader.page(*CHARGES, cursor=None).objects
        assert shared.limited.wait(PATIENCE_S)
        assert len(shared.holds) == 1
        assert set(shared.reserved) == {"charges"}
    finally:
        server.faults.clear()
        reader.close()


def test_the_page_that_follows_is_fetched_before_it_is_asked_for_and_no_further(
    server: launch.Running, bulk: BulkReader
) -> None:
    charges = server.faults.add("slow", stream="charges", seconds=0.0)
    try:
        first = bulk.page(*CHARGES, cursor=None)
        assert first.cursor
        clients = STREAMS["clients"]
        bulk.page(clients, clients.feeds[0], cursor=None)  # time for all that is read ahead
        assert charges.seen <= 2
        second = bulk.page(*CHARGES, cursor=first.cursor)
        assert charges.seen >= 2
        assert second.objects
    finally:
        server.faults.clear()


def test_several_pages_are_read_there_at_a_time(server: launch.Running, bulk: BulkReader) -> None:
    held = server.faults.add("slow", stream="charges", seconds=60.0)
    outcome: list[type[BaseException]] = []

    def ask() -> None:
        try:
            bulk.page(*CHARGES, cursor=None)
        except ProcessEnded as error:
            outcome.append(type(error))

    thread = threading.Thread(target=ask)
    try:
        thread.start()
        while not held.hits:
            thread.join(0.01)
        clients = STREAMS["clients"]
        assert bulk.page(clients, clients.feeds[0], cursor=None).objects
        bulk.close()
        thread.join(PATIENCE_S)
        assert outcome == [ProcessEnded]
    finally:
        server.faults.clear()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_secret_is_on_its_command_line_or_in_its_environment(
    monkeypatch: pytest.MonkeyPatch, access: Access
) -> None:
    monkeypatch.setenv("PAYDESK_MASTER_KEY", "not-for-children")
    reader = BulkReader(access)
    try:
        reader.page(*CHARGES, cursor=None)
        process = Path(f"/proc/{reader.process_id}")
        seen = process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
        assert access.credentials["secret_key"].encode() not in seen
        assert b"not-for-children" not in seen
    finally:
        reader.close()


def test_cancelling_a_sync_ends_the_second_process(tmp_path: Path, access: Access) -> None:
    home = tmp_path / "home"
    home.mkdir()
    books, stop, begun = open_connected(home), threading.Event(), []

    def begin() -> BulkReader:
        begun.append(BulkReader(access))
        stop.set()
        return begun[-1]

    try:
        with pytest.raises(CancelledError):
            sync_books(books, access, many=0, stop=stop, begin=begin)
        assert begun
        assert not is_alive(begun[0].process_id)
    finally:
        books.close()


def test_the_packaged_application_is_the_second_process_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr("desktop.sync.bulk.serve", lambda: served.append(True))
    assert main([READ_LISTS]) == 0
    assert served == [True]
