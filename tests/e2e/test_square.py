"""Square from consent to figures: the books equal its truth, month by month and location by location, on bad days too.

Every call is held against Square's own OpenAPI file where ``PAYDESK_SPECS`` names its folder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.actions.business import Business
from desktop.actions.connect import Connected, connect_by_key, connect_by_oauth
from desktop.actions.options import set_option
from desktop.actions.status import standing
from desktop.actions.sync import sync_account
from desktop.books.rebuild import compare_totals
from desktop.reports.dashboard import dashboard
from desktop.sandbox import launch
from desktop.sandbox.square.triggers import TRIGGERS as TRIGGERS_BY_NAME
from desktop.sync.report import SyncReport
from desktop.sync.status import StreamStatus
from desktop.workspace import open_business
from tests.actions.conftest import Person
from tests.helpers import square_spec

ZONE = "Europe/Berlin"
DAY = date(2026, 11, 23)
TRIGGERS = (
    "sale", "refund", "make_invoice", "publish_invoice", "pay_invoice", "late_fee", "add_customer", "edit_customer",
    "dispute", "terminal_checkout", "pay_link",
)  # fmt: skip
MEASURES = ("collected", "refunds", "disputes", "fees", "net")


@contextmanager
def served(*, watched: bool = True) -> Iterator[launch.RunningSquare]:
    """A pretend Square whose every call is held against Square's file."""
    spec = square_spec.load() if watched else None
    watch = square_spec.Watch(spec) if spec is not None else None
    around = watch.around if watch is not None else None
    with launch.start_square(seed=9, today=DAY, timezone=ZONE, sales_a_day=0.8, around=around) as running:
        yield running
    if watch is not None:
        assert watch.violations() == []


@pytest.fixture
def square() -> Iterator[launch.RunningSquare]:
    with served() as running:
        yield running


@contextmanager
def opened(home: Path, square: launch.RunningSquare) -> Iterator[Business]:
    environment = {
        "PAYDESK_SQUARE_API_BASE": square.api_base,
        "PAYDESK_SQUARE_CLIENT_ID": square.application_id,
        "PAYDESK_TIMEZONE": ZONE,
        "PAYDESK_TODAY": DAY.isoformat(),
    }
    business = open_business(home, environment, memory_key=True)
    try:
        yield business
    finally:
        business.close()


@pytest.fixture
def business(tmp_path: Path, square: launch.RunningSquare) -> Iterator[Business]:
    with opened(tmp_path / "home", square) as business:
        yield business


def by_consent(business: Business) -> Connected:
    """Connect as the owner does in the browser."""
    person = Person()
    connected = connect_by_oauth(business, "square", person, threading.Event(), port=0)
    person.wait()
    return connected


def by_token(business: Business, square: launch.RunningSquare) -> Connected:
    return connect_by_key(business, "square", square.access_token, Person())


def sync(business: Business, connected: Connected, **how: Any) -> SyncReport:
    return sync_account(business, business.integration(connected.integration.id), cancel=threading.Event(), **how)


def streams(business: Business) -> dict[str, StreamStatus]:
    (account,) = standing(business).accounts
    return {stream.name: stream for stream in account.streams}


def figures(business: Business, month: str, location: str | None = None) -> dict[str, dict[str, int]]:
    report = dashboard(business.books, business.today(), month, location=location)
    return {part.currency: {name: getattr(part.figures, name) for name in MEASURES} for part in report.currencies}


def check_truth(business: Business, square: launch.RunningSquare, *, months: int = 14) -> None:
    """All figures of all months, of the whole business and of each location, and what is open."""
    truth = square.truth()
    checked = 0
    for month in sorted(truth["months"])[-months:]:
        for currency, expected in truth["months"][month].items():
            found = figures(business, month).get(currency.lower(), dict.fromkeys(MEASURES, 0))
            assert found == {name: expected[name] for name in MEASURES}, (month, currency)
            checked += 1
    for location, told in truth["locations"].items():
        for month in sorted(told)[-2:]:
            for currency, expected in told[month].items():
                found = figures(business, month, location).get(currency.lower(), dict.fromkeys(MEASURES, 0))
                assert found == {name: expected[name] for name in MEASURES}, (location, month, currency)
                checked += 1
    assert checked > 3
    report = dashboard(business.books, business.today())
    for part in report.currencies:
        expected = truth["outstanding"].get(part.currency.upper(), {"count": 0, "amount": 0})
        assert (part.outstanding.count, part.outstanding.amount) == (expected["count"], expected["amount"])
    assert compare_totals(business.books) == []


def test_connected_by_consent_everything_comes_in_and_ties_out(
    business: Business, square: launch.RunningSquare
) -> None:
    connected = by_consent(business)
    assert connected.integration.account_id == square.merchant_id
    report = sync(business, connected)
    assert {stream.name: stream.errors for stream in report.streams if stream.errors} == {}
    found = streams(business)
    assert {stream.state for stream in found.values()} == {"complete"}
    assert "inventory_counts" not in found
    for name in ("locations", "clients", "services", "orders", "invoices", "payments", "refunds", "payouts",
                 "balance_entries", "disputes", "subscriptions", "payment_methods", "terminal_devices",
                 "terminal_checkouts", "payment_links"):  # fmt: skip
        assert found[name].count, name
        assert found[name].complete_through, name
    check_truth(business, square)


def test_reading_again_changes_nothing(business: Business, square: launch.RunningSquare) -> None:
    connected = by_consent(business)
    sync(business, connected)
    again = sync(business, connected)
    changed = {s.name: (s.created, s.updated, s.deleted) for s in again.streams if s.created or s.updated or s.deleted}
    assert changed == {}
    whole = sync(business, connected, full=True)
    assert {s.name: s.created for s in whole.streams if s.created} == {}
    check_truth(business, square, months=2)


def test_what_happens_later_comes_in_without_events(business: Business, square: launch.RunningSquare) -> None:
    connected = by_consent(business)
    sync(business, connected)
    for trigger in TRIGGERS:
        square.do(trigger)
    square.clock.advance(3600)
    report = sync(business, connected)
    assert {stream.name: stream.errors for stream in report.streams if stream.errors} == {}
    assert {stream.state for stream in streams(business).values()} == {"complete"}
    check_truth(business, square)


def test_with_every_fault_on_the_books_still_equal_the_truth(tmp_path: Path) -> None:
    # Not watched: answers that are cut off are not what Square's file describes.
    with served(watched=False) as square, opened(tmp_path / "home", square) as business:
        connected = by_consent(business)
        # Lists are read side by side, so that any request may be hit again and again: not more often than it is tried.
        square.faults.add("status", every=11, status=500, spare=1)
        square.faults.add("status", every=13, status=429, spare=2)
        square.faults.add("truncate", every=17, spare=2)
        square.faults.add("drop", every=19, spare=2)
        square.expire_cursors()
        report = sync(business, connected)
        square.expire_cursors(False)
        square.faults.clear()
        # Stored cards have nothing but a cursor to go on by: their second page is read once one lives long enough.
        assert {stream.name for stream in report.streams if stream.errors} <= {"payment_methods"}
        report = sync(business, connected)
        assert {stream.name: stream.errors for stream in report.streams if stream.errors} == {}
        assert {stream.state for stream in streams(business).values()} == {"complete"}
        check_truth(business, square)


def test_a_missing_permission_closes_its_streams_by_name_and_no_others(
    business: Business, square: launch.RunningSquare
) -> None:
    connected = by_token(business, square)
    square.narrow(square.access_token, "MERCHANT_PROFILE_READ", "PAYMENTS_READ", "CUSTOMERS_READ")
    sync(business, connected)
    found = streams(business)
    assert found["payments"].state == "complete"
    assert found["invoices"].state == "not_permitted"
    assert found["orders"].state == "not_permitted"
    assert "permission" in (found["invoices"].error + found["orders"].error).lower()


def test_without_locations_nothing_pretends_to_be_complete(business: Business, square: launch.RunningSquare) -> None:
    connected = by_token(business, square)
    square.narrow(square.access_token, "PAYMENTS_READ", "CUSTOMERS_READ", "INVOICES_READ")
    sync(business, connected)
    found = streams(business)
    assert found["locations"].state == "not_permitted"
    assert found["payments"].state == "not_permitted"
    assert "locations" in found["payments"].error


def test_stock_is_read_once_it_is_switched_on(business: Business, square: launch.RunningSquare) -> None:
    connected = by_consent(business)
    sync(business, connected)
    assert "inventory_counts" not in streams(business)
    set_option(business, connected.integration.id, "sync_inventory", True)
    sync(business, connected)
    found = streams(business)["inventory_counts"]
    assert (found.state, found.count > 0) == ("complete", True)
    square.do("change_stock")
    square.clock.advance(60)
    report = sync(business, connected)
    (counts,) = [stream for stream in report.streams if stream.name == "inventory_counts"]
    assert counts.created + counts.updated > 0


def test_the_stripe_and_the_square_half_make_one_set_of_books(tmp_path: Path) -> None:
    with launch.start_both(seed=4, today=DAY, timezone=ZONE, sales_a_day=0.8, pace=0.4) as both:
        environment = {
            "PAYDESK_STRIPE_API_BASE": both.stripe.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": both.stripe.connect_base,
            "PAYDESK_SQUARE_API_BASE": both.square.api_base,
            "PAYDESK_TIMEZONE": ZONE,
            "PAYDESK_TODAY": DAY.isoformat(),
        }
        business = open_business(tmp_path / "home", environment, memory_key=True)
        try:
            for provider, key in (("stripe", both.stripe.secret_key), ("square", both.square.access_token)):
                sync(business, connect_by_key(business, provider, key, Person()))
            stripe, square = (
                {name: {code.lower(): sums for code, sums in month.items()} for name, month in half["months"].items()}
                for half in (both.stripe.truth(), both.square.truth())
            )
            for month in ("2026-10", "2026-11"):
                found = figures(business, month)
                for currency in {*stripe[month], *square[month]}:
                    halves = [half[month].get(currency, {}) for half in (stripe, square)]
                    expected = {name: sum(half.get(name, 0) for half in halves) for name in MEASURES}
                    assert found[currency] == expected, (month, currency)
            assert compare_totals(business.books) == []
        finally:
            business.close()


# --- what changes afterwards -------------------------------------------------------------------------------------

MINUTE, HOUR, A_DAY = 60, 3600, 86_400


@pytest.fixture(params=["token with events", "consent without"])
def connected(request: pytest.FixtureRequest, business: Business, square: launch.RunningSquare) -> Connected:
    """The account, synced once: told of changes by the event feed, or finding them without it."""
    if request.param == "token with events":
        with square.server.lock:
            square.world.events_enabled = True
        made = by_token(business, square)
    else:
        made = by_consent(business)
    sync(business, made)
    return made


def later(business: Business, connected: Connected, square: launch.RunningSquare, seconds: int = MINUTE) -> None:
    """Some time passes, and the account is synced: nothing may fail, and the books equal the truth."""
    square.clock.advance(seconds)
    report = sync(business, connected)
    assert {stream.name: stream.errors for stream in report.streams if stream.errors} == {}
    assert {stream.state for stream in streams(business).values()} == {"complete"}
    check_truth(business, square, months=3)


def rows(business: Business, query: str, *values: object) -> list[tuple[Any, ...]]:
    with business.books.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query, values)]


def buyers(business: Business) -> list[tuple[Any, ...]]:
    """The two customers with the most payments: id at Square, client, how many payments."""
    return rows(
        business,
        "select l.external_id, l.client_id, count(*) from payments p join client_links l on l.id = p.client_link_id "
        "where l.stated and not l.deleted group by 1, 2 order by 3 desc, 1 limit 2",
    )


def links(business: Business, *refs: str) -> dict[str, tuple[Any, ...]]:
    found = rows(business, "select external_id, client_id, deleted, merged_into from client_links")
    return {row[0]: row[1:] for row in found if row[0] in refs}


def test_customers_that_were_merged_take_their_payments_along(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    (one, _, many), (other, _, more) = buyers(business)
    merged = square.do("merge_customers", first=one, second=other)["id"]
    # Without events a customer that is gone is noticed by the daily reading of all of them.
    later(business, connected, square, A_DAY + HOUR)
    found = links(business, one, other, merged)
    assert [bool(found[ref][1]) for ref in (one, other, merged)] == [True, True, False]
    told = square.world.events_enabled
    if told:
        assert {found[ref][0] for ref in (one, other)} == {found[merged][0]}
        assert {found[ref][2] for ref in (one, other)} == {merged}
        counted = rows(
            business,
            "select count(*) from payments p join client_links l on l.id = p.client_link_id where l.client_id = ?",
            found[merged][0],
        )
        assert counted[0][0] >= many + more
    later(business, connected, square)
    assert links(business, one, other, merged) == found


def test_a_customer_that_was_deleted_leaves_its_payments(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    ((gone, client, many), _) = buyers(business)
    square.do("delete_customer", customer=gone)
    later(business, connected, square, A_DAY + HOUR)
    assert bool(links(business, gone)[gone][1])
    paid = rows(
        business,
        "select count(*) from payments p join client_links l on l.id = p.client_link_id where l.client_id = ?",
        client,
    )
    assert paid[0][0] >= many


def test_a_payout_that_fails_and_a_refund_that_fails(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    square.do("sale", amount=90_000)
    refunded = square.do("sale", amount=4200)
    refund = square.do("refund", payment=refunded["id"], settle=False)
    payout = square.do("pay_out")
    later(business, connected, square, HOUR)
    assert rows(business, "select status from refunds where external_id = ?", refund["id"]) == [("pending",)]
    square.do("fail_refund", refund=refund["id"])
    square.do("fail_payout", payout=payout["id"])
    later(business, connected, square, HOUR)
    assert rows(business, "select status from refunds where external_id = ?", refund["id"]) == [("failed",)]
    assert rows(business, "select status from payouts where external_id = ?", payout["id"]) == [("failed",)]
    square.do("pay_out")
    later(business, connected, square, HOUR)


def test_a_payout_arrives_days_later(connected: Connected, business: Business, square: launch.RunningSquare) -> None:
    square.do("sale", amount=90_000)
    payout = square.do("pay_out")
    later(business, connected, square)
    square.do("arrive", payout=payout["id"])
    later(business, connected, square, 60 * HOUR)
    assert rows(business, "select status from payouts where external_id = ?", payout["id"]) == [("paid",)]


def test_a_sale_that_was_made_offline_arrives_sixty_hours_late(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    """It says that it was made before the bookmark; that it changed, when it arrived."""
    world = square.world
    with square.server.lock:
        world._moment = square.clock.now() - 60 * HOUR
        payment = TRIGGERS_BY_NAME["sale"](world, amount=7300)
        world._moment = None
        order = world.change("order", world.find("order", payment["order_id"]))
        world.change("payment", payment)
    later(business, connected, square)
    for table, ref in (("orders", order["id"]), ("payments", payment["id"])):
        assert rows(business, f"select count(*) from {table} where external_id = ?", ref) == [(1,)]


def test_the_payments_of_a_place_are_of_that_place_only(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    main, other = [location["id"] for location in square.world.every("location")][:2]
    before = {location: figures(business, "2026-11", location)["usd"]["collected"] for location in (main, other)}
    payment = square.do("sale", amount=9900, location=other)
    later(business, connected, square)
    after = {location: figures(business, "2026-11", location)["usd"]["collected"] for location in (main, other)}
    assert (after[main], after[other]) == (before[main], before[other] + 9900)
    assert rows(business, "select location_ref from payments where external_id = ?", payment["id"]) == [(other,)]


def test_a_place_that_opens_later_comes_with_all_it_took(
    connected: Connected, business: Business, square: launch.RunningSquare
) -> None:
    world = square.world
    with square.server.lock:
        world._moment = square.clock.now() - 40 * A_DAY
        location = {**world.every("location")[0], "id": world.ids.new("location"), "name": "Kiosk"}
        world.add("location", location)
        for amount in (1100, 2200):
            TRIGGERS_BY_NAME["sale"](world, amount=amount, location=location["id"])
        world._moment = None
    later(business, connected, square)
    (taken,) = rows(business, "select count(*), sum(amount) from payments where location_ref = ?", location["id"])
    assert taken == (2, 3300)
