"""A click on a figure opens exactly its rows: their sum is the figure, to the minor unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.books.books import Books
from desktop.queries.feet import read_foot
from desktop.queries.figures import MOVED, Figure
from desktop.queries.listing import Filter, filter_of
from desktop.queries.listings import LISTINGS
from desktop.queries.transactions import TABS, TRANSACTIONS, TransactionRow
from desktop.reports.dashboard import dashboard
from desktop.reports.openings import check_figures, openings
from tests.helpers.shops import STEADY, Shop
from tests.helpers.towns import Town
from tests.helpers.variants import variants
from tests.worlds import World

TODAY = "2026-11-22"
TOWN_DAY = "2026-04-01"


def check(books: Books, today: str, month: str | None = None) -> int:
    """Every figure against its foot, and every foot against its rows; how many figures there were."""
    checked = list(check_figures(books, today, month))
    assert [one for one in checked if not one.holds] == []
    report = dashboard(books, today, month)
    with books.read() as connection:
        for part in report.currencies:
            for opening in openings(report, part):
                if opening.name.startswith(("day", "week")):
                    continue  # asked as a month is
                wanted = filter_of(opening.figure, today)
                foot = read_foot(connection, wanted)
                measure = opening.figure.measure
                if measure in MOVED:
                    ids = TRANSACTIONS.ids(connection, wanted)
                    rows = [row for row in TRANSACTIONS.shown(connection, ids, wanted) if row is not None]
                    assert [row.id for row in rows] == list(ids)
                    assert (sum(row.amount for row in rows), len(rows)) == (foot.amount, foot.count), opening
                else:
                    listing = LISTINGS["payments" if measure == "ended" else "invoices"]
                    assert len(listing.ids(connection, wanted)) == foot.count, opening
    return len(checked)


def rows_behind(world: World, figure: Figure) -> list[TransactionRow]:
    """The rows that a figure opens, the newest first."""
    wanted = filter_of(figure, TODAY)
    with world.books.read() as connection:
        rows = TRANSACTIONS.shown(connection, TRANSACTIONS.ids(connection, wanted), wanted)
    return [row for row in rows if row is not None]


def told(rows: list[TransactionRow]) -> list[tuple[str, str, int, str]]:
    """What of the rows is read first."""
    return [(row.day, row.what, row.amount, row.client_name) for row in rows]


def of_month(measure: str, currency: str = "usd", **more: object) -> Figure:
    return Figure(measure, currency, "2026-11-01", "2026-12-01", **more)  # type: ignore[arg-type]


@pytest.fixture
def shop(world: World) -> World:
    """A month with everything in it that the row below the chart tells of."""
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme Bakery")
    world.service(stripe, "prod_1", "Brand design")
    world.invoice(
        stripe, "in_1", 10_000, "2026-11-03", status="paid", client="cus_1", number="INV-1",
        lines=[("prod_1", 9_000), ("", 1_000)],
    )  # fmt: skip
    world.sale(stripe, "1", 10_000, "2026-11-03", client="cus_1", invoice="in_1", fee=320)
    world.sale(stripe, "old", 5_000, "2026-10-03", client="cus_1")
    world.refund(stripe, "re_1", "1", 2_500, "2026-11-10")
    world.refund(stripe, "re_2", "old", 700, "2026-10-30", failed="2026-11-02")
    world.entry(stripe, "txn_dispute", "dispute", -1_200, "2026-11-12", fee=1_500, source="ch_old")
    world.entry(stripe, "txn_fee", "fee", -200, "2026-11-30", source="")
    world.decline(stripe, "no", 900, "2026-11-05", client="cus_1")
    world.invoice(stripe, "in_late", 4_000, "2026-11-01", due="2026-11-11", client="cus_1")
    return world


def test_every_figure_is_what_its_rows_add_up_to(shop: World) -> None:
    assert check(shop.books, TODAY) > 30
    check(shop.books, TODAY, "2026-10")


def test_total_revenue_opens_payments_refunds_and_returns_with_their_signs(shop: World) -> None:
    assert told(rows_behind(shop, of_month("total_revenue"))) == [
        ("2026-11-10", "refund", -2_500, "Acme Bakery"),
        ("2026-11-03", "payment", 10_000, "Acme Bakery"),
        ("2026-11-02", "refund_failed", 700, "Acme Bakery"),
    ]


def test_fees_open_the_lines_that_had_one(shop: World) -> None:
    assert told(rows_behind(shop, of_month("fees"))) == [
        ("2026-11-30", "fee", -200, ""),
        ("2026-11-12", "fee", -1_500, "Acme Bakery"),
        ("2026-11-03", "fee", -320, "Acme Bakery"),
    ]


def test_a_row_names_the_payment_that_it_is_about(shop: World) -> None:
    dispute, refund, payment, back = (row for row in rows_behind(shop, of_month("net")) if row.what != "fee")
    assert [row.payment.external_id for row in (dispute, refund, payment, back) if row.payment] == [
        "pi_old", "pi_1", "pi_1", "pi_old",
    ]  # fmt: skip
    assert payment.invoice_number == "INV-1"


def test_a_service_opens_its_share_of_each_invoice(shop: World) -> None:
    (share,) = rows_behind(shop, of_month("service", service="Brand design"))
    assert (share.what, share.amount, share.invoice_number) == ("share", 6_750, "INV-1")
    assert told(rows_behind(shop, of_month("not_itemised"))) == [("2026-11-02", "refund_failed", 700, "Acme Bakery")]


def test_a_longer_time_has_the_shares_of_all_its_months(shop: World) -> None:
    shop.invoice(
        1, "in_0", 4_000, "2026-10-05", status="paid", client="cus_1", number="INV-0", lines=[("prod_1", 4_000)]
    )  # fmt: skip
    shop.sale(1, "0", 4_000, "2026-10-05", client="cus_1", invoice="in_0")
    quarter = Figure("service", "usd", "2026-10-01", "2027-01-01", service="Brand design")
    assert [row.amount for row in rows_behind(shop, quarter)] == [6_750, 4_000]
    whole, rest = (Figure(measure, "usd", "2026-10-01", "2027-01-01") for measure in ("total_revenue", "not_itemised"))
    other = Figure("service", "usd", "2026-10-01", "2027-01-01")
    sums = [sum(row.amount for row in rows_behind(shop, figure)) for figure in (whole, rest, other, quarter)]
    assert sums[0] == sum(sums[1:])


def test_what_was_converted_is_told_for_each_payment_in_both_currencies(shop: World) -> None:
    shop.sale(1, "yen", 412_000, "2026-11-05", currency="jpy", settled=(274_000, "usd"), fee=8_000, client="cus_1")

    assert told(rows_behind(shop, of_month("converted", "jpy"))) == [
        ("2026-11-05", "converted", -412_000, "Acme Bakery")
    ]
    assert told(rows_behind(shop, of_month("converted"))) == [("2026-11-05", "converted", 274_000, "Acme Bakery")]
    for part in dashboard(shop.books, TODAY).currencies:
        figures = part.figures
        assert figures.total_revenue - figures.disputes - figures.fees + part.conversion == figures.net
    check(shop.books, TODAY)


def test_tabs_divide_the_rows_and_their_sum(shop: World) -> None:
    wanted = filter_of(of_month("total_revenue"), TODAY)
    with shop.books.read() as connection:
        counts = TRANSACTIONS.status_counts(connection, wanted)
        assert counts == {"": 3, "payments": 1, "refunds": 2, "returned": 0, "disputes": 0, "fees": 0}
        whole = read_foot(connection, wanted)
        tabs = [read_foot(connection, replace(wanted, status=tab)) for tab in TABS]
    assert sum(one.amount for one in tabs) == whole.amount
    assert sum(one.count for one in tabs) == whole.count


def test_rows_are_found_by_what_their_payment_is_found_by(shop: World) -> None:
    shop.sale(1, "other", 300, "2026-11-06")
    for search, found in (("acme", 3), ("INV-1", 2), ("300", 0), ("3.00", 1), ("nobody", 0)):
        wanted = filter_of(of_month("total_revenue"), TODAY)
        with shop.books.read() as connection:
            assert len(TRANSACTIONS.ids(connection, replace(wanted, search=search))) == found, search


def test_a_filter_says_which_figure_it_is_about(shop: World) -> None:
    with shop.books.read() as connection, pytest.raises(ValueError, match="figure"):
        TRANSACTIONS.ids(connection, Filter(TODAY))


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=2))
@settings(STEADY, max_examples=variants(3))
def test_in_any_town_every_figure_opens_what_it_says(seeds: list[int]) -> None:
    with TemporaryDirectory() as home:
        world = World(Path(home))
        for seed in seeds:
            Shop(world.books).take(*Town(seed).objects)
        for month in ("2026-03", "2026-04"):
            check(world.books, TOWN_DAY, month)
        world.books.close()
