"""Lists: which rows in which order, what the tabs count, what a word finds, and rows ready to show."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.queries.clients import ClientRow
from desktop.queries.counts import PageCounts, page_counts
from desktop.queries.invoices import InvoiceRow
from desktop.queries.json_shapes import list_rows
from desktop.queries.listing import Filter, Sum
from desktop.queries.listings import LISTINGS
from desktop.queries.payments import PaymentRow
from desktop.queries.reading import ask
from desktop.queries.search import numbers_of
from desktop.records import (
    AttemptRecord,
    PaymentRecord,
    PayoutRecord,
    ServiceRecord,
    SubscriptionItemRecord,
    SubscriptionRecord,
)
from tests.worlds import World

TODAY = "2026-11-22"


def rows(world: World, name: str, **wanted: Any) -> list[Any]:
    listing = LISTINGS[name]
    with world.books.read() as connection:
        return listing.rows(connection, listing.ids(connection, Filter(TODAY, **wanted)))


def numbers(world: World, **wanted: Any) -> list[str]:
    return [row.number for row in rows(world, "invoices", **wanted)]


def refs(world: World, name: str, **wanted: Any) -> list[str]:
    return [row.external_id for row in rows(world, name, **wanted)]


def names(world: World, **wanted: Any) -> list[str]:
    return [row.name for row in rows(world, "clients", **wanted)]


def counts(world: World, name: str, **wanted: Any) -> dict[str, int]:
    with world.books.read() as connection:
        return LISTINGS[name].status_counts(connection, Filter(TODAY, **wanted))


def totals(world: World, name: str, **wanted: Any) -> tuple[Sum, ...]:
    with world.books.read() as connection:
        return LISTINGS[name].totals(connection, Filter(TODAY, **wanted))


# ---------------------------------------------------------------------------------------------------------- invoices


@pytest.fixture
def billed(world: World) -> World:
    """Invoices in every state."""
    stripe = world.account()
    world.client(stripe, "cus_acme", "Acme Bakery", email="billing@acme.example")
    world.client(stripe, "cus_mueller", "Müller Möbel")
    told = world.invoice
    told(stripe, "in_1", 112_000, "2026-11-01", number="INV-1041", client="cus_acme", due="2026-11-18")
    told(stripe, "in_2", 420_000, "2026-11-12", number="INV-1042", client="cus_mueller", due="2026-11-26")
    told(stripe, "in_3", 412_000, "2026-11-09", number="INV-1039", currency="jpy", paid=212_000, due="2026-12-09")
    told(stripe, "in_4", 500, "2026-11-05", number="INV-1036", status="paid", client="cus_acme")
    told(stripe, "in_5", 700, "2026-11-06", status="draft", client_name="Mori & Sons")
    told(stripe, "in_6", 75, "2026-10-29", number="INV-1032", status="void")
    told(stripe, "in_7", 90, "2026-10-01", number="INV-1001", status="uncollectible")
    told(stripe, "in_8", 90, "2026-11-30", number="INV-9999")
    world.put(stripe, ("in_8", None))
    return world


def test_invoices_come_newest_first_and_without_deleted_ones(billed: World) -> None:
    assert numbers(billed) == ["INV-1042", "INV-1039", "", "INV-1036", "INV-1041", "INV-1032", "INV-1001"]


def test_an_invoices_row_has_what_the_list_shows(billed: World) -> None:
    (row,) = rows(billed, "invoices", search="INV-1041")
    assert row == InvoiceRow(
        id=1, integration_id=1, provider="stripe", external_id="in_1", number="INV-1041", status="open", client_id=1,
        client_name="Acme Bakery", client_email="", currency="usd", total=112_000, amount_paid=0,
        amount_remaining=112_000, created_at=billed.at("2026-11-01"), issued_day="2026-11-01", due_day="2026-11-18",
    )  # fmt: skip
    assert (row.is_open, row.days_late(TODAY), row.days_late("2026-11-18")) == (True, 4, 0)


def test_each_tab_holds_its_state_and_open_leaves_the_late_ones_to_late(billed: World) -> None:
    tabs = {tab: numbers(billed, status=tab) for tab in LISTINGS["invoices"].tabs}
    assert tabs == {
        "draft": [""],
        "open": ["INV-1042", "INV-1039"],
        "late": ["INV-1041"],
        "paid": ["INV-1036"],
        "void": ["INV-1032"],
        "uncollectible": ["INV-1001"],
    }
    counted = {"": 7, "draft": 1, "open": 2, "late": 1, "paid": 1, "void": 1, "uncollectible": 1}
    assert counts(billed, "invoices") == counts(billed, "invoices", status="paid") == counted
    assert counts(billed, "invoices", search="acme") == {**dict.fromkeys(counted, 0), "": 2, "late": 1, "paid": 1}


def test_the_foot_says_what_is_outstanding_by_currency(billed: World) -> None:
    assert totals(billed, "invoices") == (Sum("usd", 532_000, "stripe"), Sum("jpy", 200_000, "stripe"))
    assert totals(billed, "invoices", status="late") == (Sum("usd", 112_000, "stripe"),)
    assert totals(billed, "invoices", status="paid") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("inv-104", ["INV-1042", "INV-1041"]),
        ("1041", ["INV-1041"]),
        ("acme", ["INV-1036", "INV-1041"]),
        ("BILLING@ACME", ["INV-1036", "INV-1041"]),
        ("müller", ["INV-1042"]),
        ("MÖBEL", ["INV-1042"]),
        ("acme 1041", ["INV-1041"]),
        ("acme müller", []),
        ("1120", ["INV-1041"]),
        ("1,120.00", ["INV-1041"]),
        ("$1.120,00", ["INV-1041"]),
        ("412000", ["INV-1039"]),
        ("4120", []),
        ("in_4", ["INV-1036"]),
        ("mori", [""]),
        ("100%", []),
        ("_", []),
        ("'", []),
    ],
)
def test_a_word_finds_invoices_by_number_client_amount_and_id(billed: World, text: str, found: list[str]) -> None:
    assert numbers(billed, search=text) == found


def test_invoices_sort_by_their_columns_both_ways(billed: World) -> None:
    assert numbers(billed, sort="total", descending=False)[:2] == ["INV-1032", "INV-1001"]
    assert numbers(billed, sort="due")[0] == "INV-1039"
    assert numbers(billed, sort="client")[0] == "INV-1042"
    for sort in LISTINGS["invoices"].sorts:
        assert len(numbers(billed, sort=sort)) == 7


def test_a_period_and_a_client_narrow_the_list(billed: World) -> None:
    november = {"since_at": billed.at("2026-11-05 00:00"), "before_at": billed.at("2026-11-09 12:00")}
    assert numbers(billed, **november) == ["", "INV-1036"]
    assert numbers(billed, client_id=1) == ["INV-1036", "INV-1041"]
    assert numbers(billed, integration_id=2) == []


def test_a_tab_or_a_sort_that_is_none_is_a_bug(billed: World) -> None:
    with pytest.raises(ValueError, match="no tab"):
        numbers(billed, status="overdue")
    with pytest.raises(ValueError, match="no sort"):
        numbers(billed, sort="colour")


def test_rows_that_are_gone_leave_a_gap(billed: World) -> None:
    with billed.books.read() as connection:
        found = LISTINGS["invoices"].rows(connection, [4, 99, 1])
    assert [row and row.number for row in found] == ["INV-1036", None, "INV-1041"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1120", ["1120"]), ("1,120.00", ["1120.00"]), ("1.120,00", ["1120.00"]), ("12,50", ["12.50"]),
        ("1,120", ["1120", "1.120"]), ("1,234,567", ["1234567"]), ("€9", ["9"]), ("9kr", ["9"]), ("INV-9", []),
        ("1.2.3", []), ("4'200.50", ["4200.50"]), ("-5.00", ["5.00"]), ("", []),
    ],
)  # fmt: skip
def test_a_word_is_read_as_an_amount_in_any_notation(text: str, values: list[str]) -> None:
    assert [str(value) for value in numbers_of(text)] == values


# ---------------------------------------------------------------------------------------------------------- payments


@pytest.fixture
def paid(world: World) -> World:
    """Payments in every state."""
    stripe = world.account()
    world.client(stripe, "cus_1", "Harbour & Pine")
    world.invoice(stripe, "in_1", 5_000, "2026-11-01", number="INV-7", status="paid")
    world.sale(stripe, "ok", 5_000, "2026-11-01", client="cus_1", invoice="in_1", fee=175)
    world.sale(stripe, "back", 800, "2026-11-02", last4="1881")
    world.refund(stripe, "re_1", "back", 300, "2026-11-03")
    charge = AttemptRecord(
        "succeeded", 800, 800, 300, "usd", world.at("2026-11-02"), payment_ref="pi_back", last4="1881", disputed=True
    )
    world.put(stripe, ("ch_back", charge))
    world.decline(stripe, "no", 999, "2026-11-04")
    world.put(stripe, ("pi_wait", PaymentRecord("processing", 10, "usd", world.at("2026-11-05"))))
    world.put(stripe, ("pi_left", PaymentRecord("canceled", 11, "usd", world.at("2026-11-06"))))
    world.sale(stripe, "bounced", 70, "2026-11-07")
    bounced = AttemptRecord("failed", 70, 70, 0, "usd", world.at("2026-11-07"), payment_ref="pi_bounced", returned=True)
    world.put(stripe, ("ch_bounced", bounced))
    return world


def test_a_payments_row_has_what_the_list_shows(paid: World) -> None:
    (row,) = rows(paid, "payments", search="INV-7")
    assert row == PaymentRow(
        id=1, integration_id=1, provider="stripe", external_id="pi_ok", status="succeeded", client_id=1,
        client_name="Harbour & Pine", currency="usd", amount=5_000, collected=5_000, refunded=0, returned=0,
        settlement_currency="usd", fee=175, net=4_825, created_at=paid.at("2026-11-01"), method="card", brand="visa",
        last4="4242", description="", failure_message="", disputed=False, invoice_ref="in_1", invoice_number="INV-7",
        booked_at=paid.at("2026-11-01"),
    )  # fmt: skip


def test_the_tabs_of_payments(paid: World) -> None:
    assert refs(paid, "payments") == ["pi_bounced", "pi_left", "pi_wait", "pi_no", "pi_back", "pi_ok"]
    tabs = {tab: refs(paid, "payments", status=tab) for tab in LISTINGS["payments"].tabs}
    assert tabs == {
        "succeeded": ["pi_back", "pi_ok"],
        "failed": ["pi_bounced", "pi_no"],
        "refunded": ["pi_back"],
        "processing": ["pi_wait"],
        "disputed": ["pi_back"],
    }
    assert counts(paid, "payments") == {"": 6, **{tab: len(found) for tab, found in tabs.items()}}
    assert counts(paid, "payments", client_id=1)["succeeded"] == 1


def test_the_foot_of_payments_says_what_was_collected_whichever_way_it_is_found(paid: World) -> None:
    for tab, amount in (("", 5_870), ("succeeded", 5_800), ("failed", 70), ("refunded", 800)):
        assert totals(paid, "payments", status=tab) == (Sum("usd", amount, "stripe"),)
        assert totals(paid, "payments", status=tab, since_at=0) == (Sum("usd", amount, "stripe"),)
    assert totals(paid, "payments", search="1881") == (Sum("usd", 800, "stripe"),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("harbour", ["pi_ok"]), ("inv-7", ["pi_ok"]), ("50", ["pi_ok"]), ("1881", ["pi_back"]), ("9.99", ["pi_no"]),
        ("pi_wai", ["pi_wait"]), ("nothing", []), ("9" * 16, []), ("9" * 17 + ".99", []), ("9" * 300, []),
        ("0" * 40 + "50", ["pi_ok"]), ("9.99" + "0" * 40, ["pi_no"]), ("9.99" + "0" * 40 + "1", []),
    ],
)  # fmt: skip
def test_a_word_finds_payments_by_client_invoice_amount_digits_and_id(paid: World, text: str, found: list[str]) -> None:
    assert refs(paid, "payments", search=text) == found


# ----------------------------------------------------------------------------------------------------------- clients


def test_clients_who_were_only_mentioned_are_listed_once_money_or_an_invoice_names_them(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Fern Yoga")
    world.client(stripe, "cus_gone", "Gone before anything")
    world.client(stripe, "cus_left", "Left with a history")
    world.sale(stripe, "1", 100, "2026-11-01", client="cus_left")
    world.put(stripe, ("cus_gone", None), ("cus_left", None))
    world.sale(stripe, "2", 100, "2026-11-01", client="cus_payer")
    bare = SubscriptionRecord("active", "cus_subscriber", "usd", world.at("2026-11-01"))
    world.put(stripe, ("pi_open", PaymentRecord("open", 5, "usd", world.at("2026-11-01"), client_ref="cus_1")))
    world.put(stripe, ("sub_1", bare))

    assert sorted(names(world)) == ["Client cus_payer", "Fern Yoga", "Left with a history"]
    assert counts(world, "clients") == {"": 3, "active": 1, "deleted": 1}
    assert names(world, status="deleted") == ["Left with a history"]
    assert names(world, status="active") == ["Fern Yoga"]


def test_a_clients_row_adds_up_over_its_links(world: World) -> None:
    stripe, other = world.account(), world.account("square")
    world.client(stripe, "cus_1", "Kline Dental", email="k@kline.example", phone="030 123", country="DE")
    world.client(other, "cus_2", "Kline at the counter")
    with world.books.write() as writer:
        writer.connection.exec_driver_sql("update client_links set client_id = 1")
        writer.connection.exec_driver_sql("delete from clients where id = 2")
    world.sale(stripe, "1", 1_000, "2026-10-01", client="cus_1")
    world.refund(stripe, "re_1", "1", 100, "2026-11-01")
    world.sale(other, "2", 50, "2026-11-01", client="cus_2")
    world.sale(other, "3", 9, "2026-11-01", client="cus_2", currency="jpy")
    world.invoice(stripe, "in_1", 700, "2026-11-01", client="cus_1")

    (row,) = rows(world, "clients")
    assert row == ClientRow(
        id=1, name="Kline Dental", email="k@kline.example", company="", phone="030 123", country="DE",
        status="active", created_at=world.at("2026-01-01"), providers=("stripe", "square"),
        outstanding=(Sum("usd", 700, "square"),), paid=(Sum("usd", 950, "square"), Sum("jpy", 9, "square")),
        last_paid_at=world.at("2026-11-01"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ölmühle", ["Ölmühle Groß"]), ("ÖLMÜHLE", ["Ölmühle Groß"]), ("groß", ["Ölmühle Groß"]),
        ("fern@", ["Fern Yoga"]), ("0301", ["Fern Yoga"]), ("cus_fern", ["Fern Yoga"]), ("%", []),
        ("yoga fern", ["Fern Yoga"]),
    ],
)  # fmt: skip
def test_a_word_finds_clients_by_name_mail_phone_and_id(world: World, text: str, found: list[str]) -> None:
    stripe = world.account()
    world.client(stripe, "cus_fern", "Fern Yoga", email="fern@yoga.example", phone="0301")
    world.client(stripe, "cus_oil", "Ölmühle Groß")
    assert names(world, search=text) == found


def test_clients_sort_by_name_whatever_the_case(world: World) -> None:
    stripe = world.account()
    for ref, name in (("cus_1", "beta"), ("cus_2", "Alpha"), ("cus_3", "Gamma")):
        world.client(stripe, ref, name)
    assert names(world, sort="name", descending=False) == ["Alpha", "beta", "Gamma"]


def test_clients_sort_by_the_name_that_is_shown_where_their_own_record_has_none(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Alpha")
    world.client(stripe, "cus_2", "", email="zeta@yoga.example")
    world.client(stripe, "cus_3", "Gamma")
    world.invoice(stripe, "in_1", 500, "2026-11-01", client="cus_9", client_name="Beta by invoice")
    world.sale(stripe, "1", 500, "2026-11-01", client="cus_8")
    shown = ["Alpha", "Beta by invoice", "Client cus_8", "Gamma", "zeta@yoga.example"]
    assert names(world, sort="name", descending=False) == shown
    assert names(world, sort="name", descending=True) == shown[::-1]


@pytest.mark.parametrize("sort", ["outstanding", "paid", "last"])
@pytest.mark.parametrize("descending", [True, False])
def test_clients_sort_by_the_amounts_and_the_day_that_are_shown(world: World, sort: str, descending: bool) -> None:
    stripe, square = world.account(), world.account("square")
    for number, name in enumerate(("Alpha", "Beta", "Gamma", "Delta"), 1):
        world.client(stripe, f"cus_{number}", name)
    world.client(square, "cus_1", "Alpha at the counter")
    with world.books.write() as writer:
        link = "update client_links set client_id = 1 where integration_id = 2"
        writer.connection.exec_driver_sql(link)
    world.invoice(stripe, "in_1", 700, "2026-11-01", client="cus_1")
    world.invoice(square, "in_2", 400, "2026-11-01", client="cus_1")
    world.invoice(stripe, "in_3", 1_000, "2026-11-01", client="cus_2")
    world.invoice(stripe, "in_4", 1_050, "2026-11-01", client="cus_3", currency="jpy")
    world.invoice(stripe, "in_5", 90_000, "2026-11-01", client="cus_4", status="paid")
    world.sale(stripe, "1", 2_000, "2026-11-02", client="cus_1")
    world.refund(stripe, "re_1", "1", 1_900, "2026-11-03")
    world.sale(square, "2", 30, "2026-11-09", client="cus_1")
    world.sale(stripe, "3", 500, "2026-11-07", client="cus_2")
    world.sale(stripe, "4", 900, "2026-11-08", client="cus_3", currency="jpy")

    def shown(row: ClientRow) -> int:
        sums = row.paid if sort == "paid" else row.outstanding
        return (row.last_paid_at or 0) if sort == "last" else sums[0].amount if sums else 0

    found = rows(world, "clients", sort=sort, descending=descending)
    assert len({shown(row) for row in found}) == 4 or sort == "last"
    assert [shown(row) for row in found] == sorted(map(shown, found), reverse=descending)
    assert len(found) == len({row.id for row in found})


# -------------------------------------------------------------------------------- subscriptions, payouts and services


def item(service: str, amount: int) -> SubscriptionItemRecord:
    return SubscriptionItemRecord(f"si_{service}", "price_1", service, 2, amount, "usd", "month", 1, 2 * amount)


def test_subscriptions_are_called_by_what_they_deliver(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme")
    world.service(stripe, "prod_care", "Website care")
    at = world.at("2026-11-01")
    world.put(
        stripe,
        ("sub_1", SubscriptionRecord("active", "cus_1", "usd", at, items=(item("prod_care", 450),))),
        ("sub_2", SubscriptionRecord("past_due", "cus_1", "usd", at, description="Own words")),
        ("sub_3", SubscriptionRecord("canceled", "cus_1", "usd", at)),
    )

    assert [(row.title, row.amount, row.client_name) for row in rows(world, "subscriptions", status="active")] == [
        ("Website care", 900, "Acme")
    ]
    assert counts(world, "subscriptions") == {"": 3, "active": 1, "past_due": 1, "paused": 0, "ended": 1}
    assert refs(world, "subscriptions", search="acme 9.00") == ["sub_1"]
    assert [row.title for row in rows(world, "subscriptions", search="sub_2")] == ["Own words"]


def test_payouts_are_added_up_without_those_that_failed(world: World) -> None:
    stripe = world.account()
    at = world.at("2026-11-01")
    for ref, status, amount in (("po_1", "paid", 900), ("po_2", "in_transit", 80), ("po_3", "failed", 7)):
        world.put(stripe, (ref, PayoutRecord(amount, "usd", status, at, arrival_day="2026-11-03")))

    assert refs(world, "payouts") == ["po_3", "po_2", "po_1"]
    assert counts(world, "payouts") == {"": 3, "on_the_way": 1, "paid": 1, "failed": 1}
    assert totals(world, "payouts") == (Sum("usd", 980, "stripe"),)
    assert refs(world, "payouts", search="9") == ["po_1"]


def test_services_are_products_with_their_prices_and_prices_without_a_product(world: World) -> None:
    stripe = world.account()
    at = world.at("2026-11-01")
    world.service(stripe, "prod_1", "Logo")
    world.put(
        stripe,
        ("price_1", ServiceRecord("price", "", True, at, "prod_1", "", 45_000, "usd", "month", 1)),
        ("price_2", ServiceRecord("price", "Lone", True, at, "prod_unknown", "", 99, "usd")),
    )

    assert refs(world, "services", sort="name", descending=False) == ["prod_1", "price_2"]
    logo, lone = rows(world, "services", sort="name", descending=False)
    assert [price.unit_amount for price in logo.prices] == [45_000]
    assert [price.unit_amount for price in lone.prices] == [99]
    assert refs(world, "services", search="logo") == ["prod_1"]


# ----------------------------------------------------------------------------------------- the pages and the command


def test_pages_count_what_matters(billed: World) -> None:
    assert ask(billed.books, page_counts) == PageCounts(clients=2, invoices_due=3)


def test_rows_as_programs_read_them(billed: World) -> None:
    late = ask(billed.books, list_rows, "invoices", TODAY, search="1041")
    assert late == [
        {
            "id": 1, "integration_id": 1, "provider": "stripe", "external_id": "in_1", "number": "INV-1041",
            "status": "open", "client_id": 1, "client_name": "Acme Bakery", "client_email": "", "currency": "usd",
            "total": 112_000, "amount_paid": 0, "amount_remaining": 112_000, "created_at": "2026-11-01T11:00:00Z",
            "issued_day": "2026-11-01", "due_day": "2026-11-18", "location_ref": "", "order_ref": "", "due_parts": [],
            "days_late": 4, "amount_late": 112_000,
        }
    ]  # fmt: skip
    assert [row["number"] for row in ask(billed.books, list_rows, "invoices", TODAY, limit=2)] == [
        "INV-1042",
        "INV-1039",
    ]
    acme = ask(billed.books, list_rows, "clients", TODAY, search="acme")[0]
    assert (acme["outstanding"], acme["providers"]) == ([{"currency": "usd", "amount": 112_000}], ["stripe"])


def test_a_services_first_price_stands_beside_its_name(world: World) -> None:
    stripe = world.account()
    world.service(stripe, "prod_1", "Logo")
    world.put(stripe, ("price_1", ServiceRecord("price", "", True, 0, "prod_1", "", 45_000, "usd", "month", 1)))
    (logo,) = ask(world.books, list_rows, "services", TODAY)
    assert (logo["unit_amount"], logo["currency"], logo["interval"], len(logo["prices"])) == (45_000, "usd", "month", 1)


def test_every_listing_answers_on_empty_books(world: World) -> None:
    for name, listing in LISTINGS.items():
        assert rows(world, name) == []
        assert set(counts(world, name).values()) == {0}
        assert totals(world, name) == ()
        for sort in listing.sorts:
            assert rows(world, name, sort=sort, descending=False, search="x 1") == []
