"""How many rows an account has is kept beside them, and is what a scan finds, whatever came in and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.books.books import Books
from desktop.books.counting import count_rows
from desktop.books.door import Remapped
from desktop.books.integrations import forget_integration
from desktop.books.joining import join, unjoin
from desktop.books.kinds import KINDS, name_of
from desktop.books.packing import digest
from desktop.books.tables import ClientLink, RowCount
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.records import ClientRecord, KeptBody, ServiceRecord, SourceObject
from desktop.secrets.cleaning import packed
from tests.helpers.shops import STEADY, Shop, gone_at, read_at
from tests.helpers.towns import Town
from tests.helpers.variants import variants

_COUNT, _LINK = table_of(RowCount), table_of(ClientLink)
CUSTOMERS: Final = [f"cus_{number}" for number in range(4)]


def kept(shop: Shop) -> dict[tuple[int, str], int]:
    """The kept counts of a shop, without zeros."""
    query = select(_COUNT.c.counted, _COUNT.c.count).where(_COUNT.c.integration_id == shop.id, _COUNT.c.count != 0)
    with shop.books.read() as connection:
        return {(shop.id, counted): int(number) for counted, number in connection.execute(query)}


def scanned(shop: Shop) -> dict[tuple[int, str], int]:
    with shop.books.read() as connection:
        return count_rows(connection, [kind.table for kind in KINDS], shop.id)


def customer(number: int, instant: int) -> SourceObject:
    return read_at(ClientRecord(CUSTOMERS[number], created_at=1), CUSTOMERS[number], instant)


def client_of(shop: Shop, number: int) -> tuple[int, int]:
    """The link and the client of a customer; nobody's where it never came."""
    query = select(_LINK.c.id, _LINK.c.client_id).where(
        _LINK.c.integration_id == shop.id, _LINK.c.external_id == CUSTOMERS[number]
    )
    with shop.books.read() as connection:
        row = connection.execute(query).first()
    return (0, 0) if row is None else (row.id, row.client_id)


def take_town(shop: Shop, _other: Shop, seed: int, _second: int, _instant: int) -> None:
    told = Town(seed).objects
    shop.take(*told[: len(told) // 2])
    shop.take(*told[len(told) // 3 :])


def take_customer(shop: Shop, _other: Shop, first: int, _second: int, instant: int) -> None:
    shop.take(customer(first % 4, instant))


def delete_customer(shop: Shop, _other: Shop, first: int, second: int, instant: int) -> None:
    shop.take(gone_at("customer", CUSTOMERS[first % 4], instant, stated=second % 3 == 0))


def merge_customers(shop: Shop, _other: Shop, first: int, second: int, instant: int) -> None:
    shop.take(gone_at("customer", CUSTOMERS[first % 4], instant, merged_into=CUSTOMERS[second % 4]))


def join_clients(shop: Shop, other: Shop, first: int, second: int, _instant: int) -> None:
    (_, keep), (_, joined) = client_of(shop, first % 4), client_of(other if second > 40 else shop, second % 4)
    with shop.books.write() as writer:
        join(writer, keep, joined)


def take_clients_apart(shop: Shop, _other: Shop, first: int, _second: int, _instant: int) -> None:
    with shop.books.write() as writer:
        unjoin(writer, client_of(shop, first % 4)[0])


def map_anew(shop: Shop, _other: Shop, first: int, second: int, _instant: int) -> None:
    """Every third of a town's objects is read as something else now, or as nothing."""
    remapped = []
    for item in Town(first).objects[second % 3 :: 3]:
        if item.record is None:
            continue
        record = None if second % 2 else ServiceRecord("product", "Now a service", True, 1)
        assert not isinstance(item.body, KeptBody)
        mark = digest(packed(item.body, data_type=item.data_type))
        made = SourceObject(item.data_type, item.external_id, item.version, item.body, record)
        remapped.append(Remapped(made, name_of(item.record), mark))
    with shop.books.write() as writer:
        shop.books.remap(writer, shop.id, remapped)


Act = Callable[[Shop, Shop, int, int, int], None]
ACTS: Final[tuple[Act, ...]] = (
    take_town, take_customer, take_customer, delete_customer, merge_customers, join_clients, join_clients,
    take_clients_apart, map_anew,
)  # fmt: skip
steps = st.tuples(st.sampled_from(ACTS), st.booleans(), st.integers(0, 80), st.integers(0, 80))


@given(st.lists(steps, min_size=2, max_size=14))
@settings(STEADY, max_examples=variants(25))
def test_kept_counts_are_what_a_scan_finds(shared_books: Books, told: list[tuple[Act, bool, int, int]]) -> None:
    shops = Shop(shared_books), Shop(shared_books)
    for shop in shops:
        shop.take(*(customer(number, 1) for number in range(3)))
    for instant, (act, turned, first, second) in enumerate(told, start=2):
        one, other = reversed(shops) if turned else shops
        try:
            act(one, other, first, second, instant * 1000)
        except UsageError:
            continue  # there was nothing to join or to take apart
    for shop in shops:
        assert kept(shop) == scanned(shop)


def test_what_is_taken_in_twice_counts_once_and_what_is_deleted_no_more(books: Books) -> None:
    shop = Shop(books)
    product = read_at(ServiceRecord("product", "Design", True, 1), "prod_1", 1)
    shop.take(product, product)
    shop.take(product, customer(0, 1))
    assert kept(shop) == {(shop.id, "services"): 1, (shop.id, "clients"): 1}
    shop.take(gone_at("product", "prod_1", 5, stated=False))
    assert kept(shop) == {(shop.id, "clients"): 1}
    shop.take(read_at(ServiceRecord("product", "Design", True, 1), "prod_1", 9))
    assert kept(shop) == {(shop.id, "services"): 1, (shop.id, "clients"): 1}


def test_an_account_that_is_forgotten_takes_its_counts_along(books: Books) -> None:
    gone, staying = Shop(books), Shop(books)
    for shop in (gone, staying):
        shop.take(*Town(3).objects)
    before = kept(staying)
    forget_integration(books, gone.id)
    assert not kept(gone)
    assert kept(staying) == before == scanned(staying)
