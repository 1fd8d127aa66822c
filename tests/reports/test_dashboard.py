"""The dashboard's figures, checked by hand on small worlds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import UsageError
from desktop.records import AttemptRecord, PaymentRecord
from desktop.reports.dashboard import CurrencyDashboard, dashboard, to_json
from tests.worlds import World

TODAY = "2026-11-22"


def figures(world: World, month: str = "2026-11", currency: str = "usd") -> dict[str, Any]:
    report: dict[str, Any] = to_json(dashboard(world.books, TODAY, month))["currencies"]
    return report.get(currency, {})


def part(world: World, currency: str = "usd", month: str | None = None) -> CurrencyDashboard:
    (found,) = (one for one in dashboard(world.books, TODAY, month).currencies if one.currency == currency)
    return found


def services(world: World, month: str = "2026-11") -> dict[str, int]:
    found = figures(world, month)
    rows = {row["service"]: row["amount"] for row in found["revenue_by_service"]}
    assert sum(rows.values()) == found["total_revenue"]
    return rows


def test_the_shape_is_the_one_that_other_programs_rely_on(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme Bakery")
    world.service(stripe, "prod_1", "Brand design")
    world.invoice(stripe, "in_1", 10_000, "2026-11-03", status="paid", client="cus_1", lines=[("prod_1", 10_000)])
    world.sale(stripe, "1", 10_000, "2026-11-03", client="cus_1", invoice="in_1", fee=320)

    assert to_json(dashboard(world.books, TODAY)) == {
        "as_of": TODAY,
        "timezone": "Europe/Berlin",
        "month": "2026-11",
        "currencies": {
            "usd": {
                "total_revenue": 10_000,
                "collected": 10_000,
                "refunds": 0,
                "returned": 0,
                "disputes": 0,
                "fees": 320,
                "net": 9_680,
                "converted": False,
                "paid_with_stored_value": 0,
                "refunded_to_stored_value": 0,
                "outstanding_invoices": {"count": 0, "amount": 0},
                "overdue_invoices": {"count": 0, "amount": 0},
                "payment_success_rate": 1.0,
                "average_invoice_value": 10_000,
                "top_clients": [{"client_id": 1, "name": "Acme Bakery", "amount": 10_000}],
                "revenue_by_service": [{"service": "Brand design", "amount": 10_000}],
            }
        },
    }


def test_books_without_accounts_have_no_currencies(world: World) -> None:
    assert to_json(dashboard(world.books, TODAY))["currencies"] == {}


def test_the_accounts_own_currency_is_shown_even_in_an_empty_month(world: World) -> None:
    world.account(currency="eur")
    report = dashboard(world.books, TODAY)
    (own,) = report.currencies
    assert (own.currency, own.figures.total_revenue, own.figures.payment_success_rate) == ("eur", 0, None)
    assert own.figures.average_invoice_value is None
    assert [point.amount for point in own.series.days] == [0] * 22


def test_a_yen_sale_on_a_dollar_account_is_collected_in_yen_and_nets_in_dollars(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "yen", 412_000, "2026-11-05", currency="jpy", settled=(274_000, "usd"), fee=8_000)

    yen, dollars = figures(world, currency="jpy"), figures(world)
    assert (yen["collected"], yen["fees"], yen["net"], yen["converted"]) == (412_000, 0, 0, True)
    assert (dollars["collected"], dollars["fees"], dollars["net"]) == (0, 8_000, 266_000)
    assert dollars["converted"] is True


def test_a_converted_payment_that_is_returned_marks_the_month_of_its_return(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "yen", 1_000, "2026-10-05", currency="jpy", settled=(700, "usd"))
    moment = world.at("2026-10-05")
    back = AttemptRecord("failed", 1_000, 1_000, 0, "jpy", moment, payment_ref="pi_yen", returned=True)
    world.put(stripe, ("ch_yen", back))
    world.entry(stripe, "txn_back", "payment_failure", -700, "2026-11-02", source="ch_yen")

    yen = figures(world, currency="jpy")
    assert (yen["returned"], yen["net"], yen["converted"]) == (1_000, 0, True)
    assert (figures(world)["net"], figures(world)["converted"]) == (-700, True)


def test_a_sale_at_2340_on_the_last_of_the_month_belongs_to_it(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "late", 5_000, "2026-10-31 23:40")
    world.sale(stripe, "early", 700, "2026-11-01 00:10")

    assert figures(world, "2026-10")["collected"] == 5_000
    assert figures(world, "2026-11")["collected"] == 700


def test_both_hours_of_the_night_the_clocks_go_back_are_the_same_day(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "first", 100, "2026-10-25 02:30")
    world.sale(stripe, "again", 20, "2026-10-25 02:30", fold=1)

    days = {point.start_day: point.amount for point in part(world, month="2026-10").series.days}
    assert (days["2026-10-24"], days["2026-10-25"], days["2026-10-26"]) == (0, 120, 0)


def test_a_refund_in_the_next_month_leaves_the_month_of_the_sale_as_it_was(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "1", 9_000, "2026-10-20")
    before = figures(world, "2026-10")
    world.refund(stripe, "re_1", "1", 2_500, "2026-11-02")

    assert figures(world, "2026-10") == before
    november = figures(world)
    assert (november["refunds"], november["total_revenue"], november["net"]) == (2_500, -2_500, -2_500)
    assert november["top_clients"] == []
    assert november["revenue_by_service"] == [{"service": "Not itemised", "amount": -2_500}]


def test_a_refund_that_fails_is_booked_back_on_the_day_it_fails(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "1", 9_000, "2026-10-02")
    world.refund(stripe, "re_1", "1", 4_000, "2026-10-30", failed="2026-11-04")

    assert figures(world, "2026-10")["refunds"] == 4_000
    assert (figures(world)["refunds"], figures(world)["total_revenue"], figures(world)["net"]) == (-4_000, 4_000, 4_000)


def test_a_payment_that_fails_later_stays_collected_and_appears_as_returned(world: World) -> None:
    stripe = world.account()
    world.service(stripe, "prod_1", "Retainer")
    world.invoice(stripe, "in_1", 6_000, "2026-10-01", status="paid", lines=[("prod_1", 6_000)])
    world.sale(stripe, "debit", 6_000, "2026-10-28", invoice="in_1", fee=60)
    moment = world.at("2026-10-28")
    returned = AttemptRecord("failed", 6_000, 6_000, 0, "usd", moment, payment_ref="pi_debit", returned=True)
    world.put(stripe, ("ch_debit", returned))
    world.entry(stripe, "txn_back", "payment_failure", -6_000, "2026-11-03", fee=500, source="ch_debit")

    october, november = figures(world, "2026-10"), figures(world)
    assert (october["collected"], october["returned"], october["total_revenue"]) == (6_000, 0, 6_000)
    assert (november["collected"], november["returned"], november["total_revenue"]) == (0, 6_000, -6_000)
    assert (november["fees"], november["net"]) == (500, -6_500)
    assert october["payment_success_rate"] == 0.0
    assert services(world, "2026-10") == {"Retainer": 6_000}
    assert services(world) == {"Not itemised": -6_000}


def test_disputes_are_withdrawals_less_reversals_and_their_fees_are_fees(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "won", 8_000, "2026-10-01")
    world.sale(stripe, "lost", 3_000, "2026-10-01")
    world.entry(stripe, "txn_d1", "dispute", -8_000, "2026-10-10", fee=1_500, source="dp_1")
    world.entry(stripe, "txn_d2", "dispute", -3_000, "2026-11-05", fee=1_500, source="dp_2")
    world.entry(stripe, "txn_r1", "dispute_reversal", 8_000, "2026-11-12", source="dp_1")

    october, november = figures(world, "2026-10"), figures(world)
    assert (october["disputes"], october["fees"], october["net"]) == (8_000, 1_500, 1_500)
    assert (november["disputes"], november["fees"], november["net"]) == (-5_000, 1_500, 3_500)
    assert november["total_revenue"] == 0
    assert not november["converted"]


def test_payments_without_a_ledger_line_count_from_the_payment(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "cash", 2_000, "2026-11-08", ledger=False)
    world.refund(stripe, "re_cash", "cash", 300, "2026-11-09", ledger=False)

    found = figures(world)
    assert (found["collected"], found["refunds"], found["net"], found["fees"]) == (2_000, 300, 1_700, 0)


def test_success_rate_counts_payments_not_attempts_and_leaves_out_the_abandoned(world: World) -> None:
    stripe = world.account()
    world.decline(stripe, "a", 1_000, "2026-11-01")
    world.decline(stripe, "b", 1_000, "2026-11-02")
    world.sale(stripe, "b2", 1_000, "2026-11-02")
    # A second attempt of b succeeds: one payment, one success.
    moment = world.at("2026-11-03")
    world.put(stripe, ("ch_b3", AttemptRecord("succeeded", 1_000, 1_000, 0, "usd", moment, payment_ref="pi_b")))
    world.put(stripe, ("pi_left", PaymentRecord("open", 500, "usd", moment)))
    world.put(stripe, ("pi_cancelled", PaymentRecord("canceled", 500, "usd", moment)))

    assert figures(world)["payment_success_rate"] == pytest.approx(2 / 3)
    assert (part(world).figures.succeeded, part(world).figures.failed) == (2, 1)


def test_average_invoice_value_is_rounded_half_up_and_leaves_out_drafts_void_and_zero(world: World) -> None:
    stripe = world.account()
    world.invoice(stripe, "in_1", 100, "2026-11-01")
    world.invoice(stripe, "in_2", 101, "2026-11-02")
    world.invoice(stripe, "in_draft", 90_000, "2026-11-02", status="draft")
    world.invoice(stripe, "in_void", 90_000, "2026-11-02", status="void")
    world.invoice(stripe, "in_zero", 0, "2026-11-02", status="paid")
    world.invoice(stripe, "in_old", 70_000, "2026-10-31")

    assert figures(world)["average_invoice_value"] == 101


def test_outstanding_is_what_remains_and_overdue_is_past_its_due_day(world: World) -> None:
    stripe = world.account()
    world.invoice(stripe, "in_today", 1_000, "2026-11-01", due="2026-11-22")
    world.invoice(stripe, "in_late", 2_000, "2026-11-01", due="2026-11-21")
    world.invoice(stripe, "in_part", 5_000, "2026-10-01", paid=1_500, due="2026-11-01")
    world.invoice(stripe, "in_paid", 9_000, "2026-10-01", status="paid")
    world.invoice(stripe, "in_bad", 9_000, "2026-10-01", status="uncollectible")
    world.invoice(stripe, "in_draft", 9_000, "2026-10-01", status="draft")
    world.invoice(stripe, "in_gone", 9_000, "2026-10-01")
    world.put(stripe, ("in_gone", None))

    found = figures(world)
    assert found["outstanding_invoices"] == {"count": 3, "amount": 6_500}
    assert found["overdue_invoices"] == {"count": 2, "amount": 5_500}
    assert figures(world, "2026-10")["outstanding_invoices"] == {"count": 3, "amount": 6_500}


def test_an_invoice_without_a_due_date_is_due_the_day_it_was_finalised(world: World) -> None:
    stripe = world.account()
    world.invoice(stripe, "in_1", 1_000, "2026-11-21 23:59")
    world.invoice(stripe, "in_2", 1_000, "2026-11-22 00:01")

    assert figures(world)["overdue_invoices"]["count"] == 1


def test_an_invoices_money_is_split_over_its_lines_by_largest_remainder(world: World) -> None:
    stripe = world.account()
    for ref, name in (("prod_a", "Design"), ("prod_b", "Print"), ("prod_c", "Hosting")):
        world.service(stripe, ref, name)
    lines = [("prod_a", 1), ("prod_b", 1), ("prod_c", 1)]
    world.invoice(stripe, "in_1", 3, "2026-11-01", paid=2, lines=lines)
    world.sale(stripe, "1", 2, "2026-11-02", invoice="in_1")
    world.sale(stripe, "counter", 50, "2026-11-02")
    world.invoice(stripe, "in_2", 1_000, "2026-11-03", status="paid", lines=[("prod_a", 700), ("", 300)])
    world.sale(stripe, "2", 1_000, "2026-11-03", invoice="in_2")
    world.refund(stripe, "re_2", "2", 101, "2026-11-04")

    assert services(world) == {"Design": 1 + 629, "Print": 1, "Other items": 270, "Not itemised": 50}


def test_services_of_the_same_name_count_together_and_prices_by_their_product(world: World) -> None:
    stripe, other = world.account(), world.account()
    for account, paid in ((stripe, 100), (other, 30)):
        world.service(account, "prod_a", "Design")
        world.invoice(account, "in_1", paid, "2026-11-01", status="paid", lines=[("prod_a", paid)])
        world.sale(account, "1", paid, "2026-11-02", invoice="in_1")

    assert services(world) == {"Design": 130}


def test_top_clients_are_ten_by_collected_less_refunds(world: World) -> None:
    stripe = world.account()
    for number in range(12):
        world.client(stripe, f"cus_{number}", f"Client {number:02d}")
        world.sale(stripe, str(number), 1_000 + number, "2026-11-02", client=f"cus_{number}")
    world.refund(stripe, "re_11", "11", 500, "2026-11-03")
    world.sale(stripe, "nobody", 99_000, "2026-11-02")

    top = [(row["name"], row["amount"]) for row in figures(world)["top_clients"]]
    assert top == [(f"Client {number:02d}", 1_000 + number) for number in range(10, 0, -1)]


def test_a_client_with_two_customers_is_one_client(world: World) -> None:
    stripe, other = world.account(), world.account()
    world.client(stripe, "cus_1", "Acme")
    world.client(other, "cus_9", "Acme at the other place")
    world.client(other, "cus_2", "Bolt")
    with world.books.write() as writer:
        writer.connection.exec_driver_sql("update client_links set client_id = 1 where external_id = 'cus_9'")
    world.sale(stripe, "1", 600, "2026-11-02", client="cus_1")
    world.sale(other, "9", 500, "2026-11-02", client="cus_9")
    world.sale(other, "2", 900, "2026-11-02", client="cus_2")

    assert [(row["name"], row["amount"]) for row in figures(world)["top_clients"]] == [("Acme", 1_100), ("Bolt", 900)]


def test_a_client_without_a_name_is_called_by_what_is_known(world: World) -> None:
    stripe = world.account()
    world.client(stripe, "cus_mail", email="billing@fern.example")
    for ref, amount in (("mail", 400), ("invoiced", 300), ("unknown", 200)):
        world.sale(stripe, ref, amount, "2026-11-02", client=f"cus_{ref}")
    world.invoice(stripe, "in_1", 10, "2026-11-02", client="cus_invoiced", client_name="Old Mill Press")

    names = [row["name"] for row in figures(world)["top_clients"]]
    assert names == ["billing@fern.example", "Old Mill Press", "Client cus_unknown"]


def test_a_month_in_progress_compares_with_as_many_days_of_the_one_before(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "in", 100, "2026-10-22 23:59")
    world.sale(stripe, "out", 1_000, "2026-10-23 00:00")

    report = dashboard(world.books, TODAY)
    assert (report.through_day, report.compared_with.start_day, report.compared_with.last_day) == (
        TODAY, "2026-10-01", "2026-10-22",
    )  # fmt: skip
    assert part(world).previous.collected == 100
    assert part(world, month="2026-10").figures.collected == 1_100


def test_the_chart_shows_days_beside_the_month_before_weeks_and_months(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "a", 900, "2026-11-02")
    world.refund(stripe, "re_a", "a", 200, "2026-11-02")
    world.sale(stripe, "b", 70, "2026-10-02")
    world.sale(stripe, "c", 5, "2025-11-20")

    series = part(world).series
    days = {point.start_day: (point.amount, point.previous) for point in series.days}
    assert (len(days), days["2026-11-02"], days["2026-11-01"]) == (22, (700, 70), (0, 0))
    weeks = {point.start_day: point.amount for point in series.weeks}
    assert (len(weeks), weeks["2026-11-02"], weeks["2026-09-28"], max(weeks)) == (13, 700, 70, "2026-11-16")
    months = {point.start_day: (point.amount, point.previous) for point in series.months}
    assert (len(months), months["2026-11-01"], months["2026-10-01"]) == (12, (700, 5), (70, 0))


def test_february_has_no_day_to_compare_the_30th_of_march_with(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "a", 1, "2026-03-30")

    (own,) = dashboard(world.books, TODAY, "2026-03").currencies
    assert [(point.start_day, point.previous) for point in own.series.days[27:]] == [
        ("2026-03-28", 0), ("2026-03-29", None), ("2026-03-30", None), ("2026-03-31", None),
    ]  # fmt: skip


def test_amounts_of_two_providers_add_up_in_the_finer_units(world: World) -> None:
    stripe, square = world.account(), world.account("square", "isk")
    world.sale(stripe, "1", 50_000, "2026-11-02", currency="isk")
    world.sale(square, "2", 700, "2026-11-02", currency="isk", client="cus_2")
    world.sale(stripe, "3", 60_000, "2026-11-02", currency="isk", client="cus_3")

    krona = part(world, "isk")
    assert (krona.provider, krona.figures.collected) == ("stripe", 180_000)
    assert [one.amount for one in krona.top_clients] == [70_000, 60_000]


def test_a_month_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(UsageError):
        dashboard(world.books, TODAY, "2026-13")
    with pytest.raises(UsageError):
        dashboard(world.books, "today")


def test_the_report_is_a_value(world: World) -> None:
    world.account()
    report = dashboard(world.books, TODAY)
    assert report == dashboard(world.books, TODAY)
    assert replace(report, month="2026-10") != report
