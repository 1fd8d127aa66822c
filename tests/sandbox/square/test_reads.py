"""Every list and every object, through the official SDK and through plain HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import square
from square.core.api_error import ApiError

from desktop.sandbox.launch import RunningSquare
from tests.sandbox.square.conftest import ONCE, Wire, code_of


def locations(running: RunningSquare) -> list[str]:
    return [one["id"] for one in running.world.every("location")]


PAGERS: dict[str, tuple[str, Callable[[square.Square, str], Any]]] = {
    "cards": ("card", lambda client, location: client.cards.list(include_disabled=True)),
    "customers": ("customer", lambda client, location: client.customers.list(limit=17)),
    "devices": ("device", lambda client, location: client.devices.list()),
    "disputes": ("dispute", lambda client, location: client.disputes.list()),
    "links": ("link", lambda client, location: client.checkout.payment_links.list(limit=2)),
    "refunds": ("refund", lambda client, location: client.refunds.list(limit=7, begin_time="2020-01-01T00:00:00Z")),
}
PAGERS_OF_A_PLACE: dict[str, tuple[str, Callable[[square.Square, str], Any]]] = {
    "invoices": ("invoice", lambda client, location: client.invoices.list(location_id=location, limit=13)),
    "payments": (
        "payment",
        lambda client, location: client.payments.list(location_id=location, begin_time="2020-01-01T00:00:00Z"),
    ),
    "payouts": (
        "payout",
        lambda client, location: client.payouts.list(location_id=location, begin_time="2020-01-01T00:00:00Z", limit=20),
    ),
}


@pytest.mark.parametrize("name", PAGERS)
def test_the_sdk_reads_every_object(reading_square: RunningSquare, reader: square.Square, name: str) -> None:
    kind, ask = PAGERS[name]
    found = [one.id for one in ask(reader, "")]
    assert len(found) == len(set(found))
    assert set(found) == set(reading_square.world.shelves[kind].objects)


@pytest.mark.parametrize("name", PAGERS_OF_A_PLACE)
def test_the_sdk_reads_every_object_location_by_location(
    reading_square: RunningSquare, reader: square.Square, name: str
) -> None:
    kind, ask = PAGERS_OF_A_PLACE[name]
    found = [one.id for location in locations(reading_square) for one in ask(reader, location)]
    assert len(found) == len(set(found))
    assert set(found) == set(reading_square.world.shelves[kind].objects)


def test_the_sdk_knows_the_seller(reading_square: RunningSquare, reader: square.Square) -> None:
    merchant = reader.merchants.get(merchant_id="me").merchant
    assert merchant is not None
    assert (merchant.id, merchant.business_name) == (reading_square.merchant_id, "Harbour Studio")
    assert [one.id for one in reader.merchants.list()] == [merchant.id]
    found = reader.locations.list().locations or []
    assert [one.status for one in found] == ["ACTIVE", "ACTIVE", "INACTIVE"]
    assert found[0].id == merchant.main_location_id == reader.locations.get(location_id="main").location.id


def test_the_sdk_searches_orders(reading_square: RunningSquare, reader: square.Square) -> None:
    stall = locations(reading_square)[1]
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        answer = reader.orders.search(location_ids=[stall], limit=30, **more)
        found += [str(one.id) for one in answer.orders or ()]
        if not answer.cursor:
            break
        more = {"cursor": answer.cursor}
    expected = [one["id"] for one in reading_square.world.every("order") if one["location_id"] == stall]
    assert sorted(found) == sorted(expected)
    assert [one.id for one in reader.orders.batch_get(order_ids=found[:9]).orders] == found[:9]


def test_every_order_is_found_once(reading_square: RunningSquare, reading: Wire) -> None:
    body = {"location_ids": locations(reading_square), "limit": 150}
    found = [one["id"] for one in reading.all("orders/search", "orders", body)]
    assert sorted(found) == sorted(reading_square.world.shelves["order"].objects)
    entries = reading.all("orders/search", "order_entries", body | {"return_entries": True})
    assert [one["order_id"] for one in entries] == found


def test_the_sdk_searches_the_rest(reading_square: RunningSquare, reader: square.Square) -> None:
    world = reading_square.world
    assert len(reader.customers.search(limit=100).customers) == len(world.every("customer"))
    assert len(reader.subscriptions.search().subscriptions) == len(world.every("subscription"))
    sort = {"field": "INVOICE_SORT_DATE", "order": "ASC"}
    query = {"filter": {"location_ids": [world.main_location]}, "sort": sort}
    assert reader.invoices.search(query=query, limit=200).invoices
    kinds = "ITEM,ITEM_VARIATION,CATEGORY,TAX,DISCOUNT,SUBSCRIPTION_PLAN,SUBSCRIPTION_PLAN_VARIATION"
    living = [one for one in world.every("catalog") if not one["is_deleted"]]
    assert {one.id for one in reader.catalog.list(types=kinds)} == {one["id"] for one in living}
    gone = reader.catalog.search(include_deleted_objects=True, object_types=["ITEM"])
    assert len(gone.objects) == 1 + len([one for one in living if one["type"] == "ITEM"])
    counted = list(reader.inventory.batch_get_counts(location_ids=[world.main_location], limit=5))
    assert len(counted) == len([one for one in world.counts if one[1] == world.main_location])


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        ("payment", "payments", "payment"),
        ("refund", "refunds", "refund"),
        ("dispute", "disputes", "dispute"),
        ("payout", "payouts", "payout"),
        ("order", "orders", "order"),
        ("invoice", "invoices", "invoice"),
        ("customer", "customers", "customer"),
        ("card", "cards", "card"),
        ("subscription", "subscriptions", "subscription"),
        ("checkout", "terminals/checkouts", "checkout"),
        ("link", "online-checkout/payment-links", "payment_link"),
        ("catalog", "catalog/object", "object"),
    ],
)
def test_an_object_by_its_id(reading_square: RunningSquare, reading: Wire, kind: str, path: str, name: str) -> None:
    living = [one for one in reading_square.world.every(kind) if not one.get("is_deleted")]
    recent = [one for one in living if kind != "checkout" or one["created_at"] > "2026-10-25"]
    assert recent
    for one in recent[:5]:
        assert reading.get(f"{path}/{one['id']}").json()[name]["id"] == one["id"]
    answer = reading.get(f"{path}/NOBODY")
    assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")


def test_lists_of_payments_and_payouts_stop_at_the_main_location(reading_square: RunningSquare, reading: Wire) -> None:
    for path in ("payments", "payouts"):
        assert {one["location_id"] for one in reading.all(path, path)} == {reading_square.main_location_id}
    assert len({one["location_id"] for one in reading.all("refunds", "refunds")}) == 2


def test_the_default_begin_is_a_year_ago(fresh: RunningSquare) -> None:
    wire = Wire(fresh)
    fresh.clock.advance(200 * 86_400)
    shown = wire.all("payments", "payments")
    with_begin = wire.all("payments", "payments", begin_time="2020-01-01T00:00:00Z")
    wire.http.close()
    assert 0 < len(shown) < len(with_begin)


def test_changes_since_an_instant(reading_square: RunningSquare, reading: Wire) -> None:
    since = "2026-11-01T00:00:00Z"
    location = reading_square.main_location_id
    asked = {"updated_at_begin_time": since, "sort_field": "UPDATED_AT", "sort_order": "ASC", "limit": 9}
    found = reading.all("payments", "payments", location_id=location, **asked)
    stamps = [one["updated_at"] for one in found]
    assert stamps == sorted(stamps)
    expected = [one for one in reading_square.world.every("payment") if one["updated_at"] >= since]
    assert len(found) == len([one for one in expected if one["location_id"] == location])
    query = {
        "filter": {"date_time_filter": {"updated_at": {"start_at": since}}},
        "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
    }
    orders = reading.all("orders/search", "orders", {"location_ids": [location], "query": query, "limit": 11})
    assert [one["updated_at"] for one in orders] == sorted(one["updated_at"] for one in orders)
    assert all(one["updated_at"] >= since for one in orders)
    sought = {"query": {"filter": {"updated_at": {"start_at": since}}}}
    people = reading.all("customers/search", "customers", sought)
    assert 0 < len(people) < len(reading_square.world.every("customer"))


def test_a_window_ends_before_its_end(reading: Wire) -> None:
    window = {"begin_time": "2026-10-01T00:00:00Z", "end_time": "2026-11-01T00:00:00+00:00"}
    found = reading.all("payments", "payments", **window)
    assert found
    assert all("2026-10-01" <= one["created_at"] < "2026-11-01" for one in found)


def test_checkouts_are_shown_for_a_day_and_kept_for_thirty(
    reading_square: RunningSquare, reading: Wire, reader: square.Square
) -> None:
    made = [one["created_at"] for one in reading_square.world.every("checkout")]
    since = {"filter": {"created_at": {"start_at": "2020-01-01T00:00:00Z"}}, "sort": {"sort_order": "ASC"}}
    found = [one.created_at for one in reader.terminal.checkouts.search(query=since).checkouts or ()]
    assert found == [at for at in made if at >= "2026-10-24T15:"]
    assert 0 < len(found) < len(made)
    assert len(reading.all("terminals/checkouts/search", "checkouts", {})) == 1
    old = reading_square.world.every("checkout")[0]["id"]
    assert code_of(reading.get(f"terminals/checkouts/{old}")) == "NOT_FOUND"


def test_customers_come_by_name_unless_told_otherwise(reading: Wire) -> None:
    named = reading.all("customers/search", "customers", {"limit": 9})
    full = [f"{one.get('given_name', '')} {one.get('family_name', '')}".strip() for one in named]
    names = [name or one["company_name"] for name, one in zip(full, named, strict=True)]
    assert names == sorted(names, key=str.casefold)
    assert named == reading.all("customers", "customers", limit=10)
    sort = {"sort": {"field": "CREATED_AT", "order": "DESC"}}
    stamps = [one["created_at"] for one in reading.all("customers/search", "customers", {"query": sort, "limit": 9})]
    assert stamps == sorted(stamps, reverse=True)


def test_an_invoice_moves_up_when_it_is_published(shop: RunningSquare, wire: Wire) -> None:
    draft = shop.do("make_invoice", published=False)["id"]
    shop.clock.advance(2)
    other = shop.do("make_invoice")["id"]

    def first_two() -> list[str]:
        found = wire.get("invoices", location_id=shop.main_location_id, limit=200).json()["invoices"]
        return [one["id"] for one in found if one["id"] in {draft, other}]

    assert first_two() == [other, draft]
    shop.clock.advance(2)
    shop.do("publish_invoice", invoice=draft)
    assert first_two() == [draft, other]


def test_payments_by_what_they_are(reading_square: RunningSquare, reading: Wire) -> None:
    stall = locations(reading_square)[1]
    offline = reading.all("payments", "payments", location_id=stall, is_offline_payment="true")
    assert [one["is_offline_payment"] for one in offline] == [True, True]
    taken = offline[0]["offline_payment_details"]["client_created_at"]
    assert reading.all("payments", "payments", location_id=stall, offline_begin_time=taken) == offline[:1]
    chosen = reading.all("payments", "payments", last_4="9029", card_brand="MASTERCARD")
    assert {one["card_details"]["card"]["last_4"] for one in chosen} == {"9029"}
    total = chosen[0]["total_money"]["amount"]
    assert chosen[0]["id"] in [one["id"] for one in reading.all("payments", "payments", total=total)]
    failed = reading.all("refunds", "refunds", status="FAILED", source_type="CARD")
    assert [one["status"] for one in failed] == ["FAILED"]


def test_orders_by_state_customer_and_closing(reading_square: RunningSquare, reading: Wire) -> None:
    def search(**query: Any) -> list[dict[str, Any]]:
        return reading.all("orders/search", "orders", {"location_ids": locations(reading_square), "query": query})

    assert {one["state"] for one in search(filter={"state_filter": {"states": ["OPEN"]}})} == {"OPEN"}
    owner = next(one["customer_id"] for one in reading_square.world.every("order") if "customer_id" in one)
    mine = search(filter={"customer_filter": {"customer_ids": [owner]}})
    assert {one["customer_id"] for one in mine} == {owner}
    times = {"closed_at": {"start_at": "2026-11-01T00:00:00Z"}}
    closed = search(filter={"date_time_filter": times}, sort={"sort_field": "CLOSED_AT", "sort_order": "ASC"})
    assert [one["closed_at"] for one in closed] == sorted(one["closed_at"] for one in closed)
    assert closed[0]["closed_at"] >= "2026-11-01"


def test_disputes_by_state(reading: Wire) -> None:
    assert [one["state"] for one in reading.all("disputes", "disputes", states="WON")] == ["WON"]
    assert reading.get("disputes", states="ACCEPTED").json() == {}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("orders/search", {}, "MISSING_REQUIRED_PARAMETER"),
        ("orders/search", {"location_ids": ["L"] * 11}, "ARRAY_LENGTH_TOO_LONG"),
        ("orders/search", {"location_ids": ["L"]}, "NOT_FOUND"),
        ("orders/search", {"location_ids": ["{main}"], "limit": 1001}, "VALUE_TOO_HIGH"),
        (
            "orders/search",
            {
                "location_ids": ["{main}"],
                "query": {"filter": {"date_time_filter": {"updated_at": {"start_at": "2026-01-01T00:00:00Z"}}}},
            },
            "BAD_REQUEST",
        ),
        ("invoices/search", {}, "MISSING_REQUIRED_PARAMETER"),
        ("invoices/search", {"query": {"filter": {"location_ids": ["A", "B"]}}}, "ARRAY_LENGTH_TOO_LONG"),
        ("customers/search", {"limit": 101}, "VALUE_TOO_HIGH"),
        ("customers/search", {"nonsense": 1}, "BAD_REQUEST"),
        ("customers/search", {"query": {"filter": {"created_at": {"start_at": "yesterday"}}}}, "INVALID_TIME"),
        ("customers/search", [], "EXPECTED_OBJECT"),
        ("catalog/batch-retrieve", {}, "MISSING_REQUIRED_PARAMETER"),
    ],
)
def test_a_wrong_search_is_refused(
    reading_square: RunningSquare, reading: Wire, path: str, body: Any, code: str
) -> None:
    if isinstance(body, dict) and body.get("location_ids") == ["{main}"]:
        body = body | {"location_ids": [reading_square.main_location_id]}
    answer = reading.post(path, body)
    assert (answer.status_code in {400, 404}, code_of(answer)) == (True, code)


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("invoices", {}, "MISSING_REQUIRED_PARAMETER"),
        ("payments", {"begin_time": "2026-13-01T00:00:00Z"}, "INVALID_TIME"),
        ("payments", {"begin_time": "2026-03-01"}, "INVALID_TIME"),
        ("payments", {"begin_time": "2026-03-02T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"}, "INVALID_TIME_RANGE"),
        ("payments", {"sort_field": "NAME"}, "INVALID_ENUM_VALUE"),
        ("payments", {"updated_since": "x"}, "UNKNOWN_QUERY_PARAMETER"),
        ("payments", {"location_id": "LNOWHERE"}, "NOT_FOUND"),
        ("payouts", {"status": "LOST"}, "INVALID_ENUM_VALUE"),
        ("customers", {"limit": "many"}, "EXPECTED_INTEGER"),
        ("nothing", {}, "NOT_FOUND"),
    ],
)
def test_a_wrong_list_is_refused(reading: Wire, path: str, params: dict[str, str], code: str) -> None:
    answer = reading.get(path, **params)
    assert code_of(answer) == code
    assert set(answer.json()["errors"][0]) >= {"category", "code", "detail"}


def test_answers_carry_the_version_and_the_sandboxs_date(reading_square: RunningSquare, reading: Wire) -> None:
    answer = reading.get("locations")
    assert answer.headers["square-version"] == "2025-08-20"
    assert answer.headers["date"].startswith("Mon, 23 Nov 2026 15:")
    wrong = reading.http.get("/v2/locations", headers={"Square-Version": "latest"})
    assert code_of(wrong) == "INVALID_SQUARE_VERSION_FORMAT"


def test_a_method_that_an_address_has_not(reading: Wire) -> None:
    answer = reading.post("payouts")
    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")


def test_the_sdk_gets_its_kind_of_error(reader: square.Square) -> None:
    with pytest.raises(ApiError) as refused:
        reader.payments.get(payment_id="nobody", request_options=ONCE)
    assert refused.value.status_code == 404
    assert refused.value.body["errors"][0]["code"] == "NOT_FOUND"
