"""The page behind the dashboard's figures: its rows with their signs, the figure at its foot, and what narrows it."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.queries.feet import Foot
from desktop.queries.figures import Figure
from desktop.ui.lists.figures import foot_texts
from desktop.ui.lists.rows import copied_text, shown_text
from desktop.ui.pages import catalogue
from desktop.ui.widgets.chips import ClosingChip

MONTH = ("2026-11-01", "2026-12-01")


@pytest.fixture
def account(world: Any) -> int:
    """A studio whose November has one of each."""
    made: int = world.account()
    world.client(made, "cus_1", "Acme Bakery")
    world.invoice(made, "in_1", 10_000, "2026-11-03", status="paid", client="cus_1", number="INV-1")
    world.sale(made, "1", 10_000, "2026-11-03", client="cus_1", invoice="in_1", fee=320)
    world.refund(made, "re_1", "1", 2_500, "2026-11-10")
    world.entry(made, "txn_fee", "fee", -200, "2026-11-12")
    world.decline(made, "no", 900, "2026-11-05", client="cus_1")
    world.invoice(made, "in_late", 4_000, "2026-11-01", due="2026-11-11", client="cus_1", number="INV-2")
    world.invoice(made, "in_open", 3_000, "2026-11-20", due="2026-12-20", client="cus_1", number="INV-3")
    world.sale(made, "yen", 900, "2026-11-19", currency="jpy", settled=(600, "usd"))
    return made


def shown(page: Any, settle: Any) -> list[list[str]]:
    for row in range(page.model.rowCount()):
        page.model.cells(row)
    settle()
    rows = [page.model.cells(row) for row in range(page.model.rowCount())]
    return [[shown_text(cell) for cell in row] for row in rows if row is not None]


def foot(page: Any) -> tuple[str, str]:
    return page.card._foot_label.full_text(), page.card._foot_text.full_text()


def chips(page: Any) -> dict[str, str]:
    return {key: chip.text().strip("\u200e") for key, chip in page._chips.items() if not chip.isHidden()}


def opened(scene: Any, show_page: Any, settle: Any, spec: Any, **wanted: Any) -> Any:
    page = show_page(spec(scene.handle))
    page.open(**wanted)
    settle()
    return page


def test_total_revenue_shows_each_row_with_its_sign_and_sums_up_to_it(scene, account, show_page, settle) -> None:
    page = opened(scene, show_page, settle, catalogue.transactions, figure=Figure("total_revenue", "usd", *MONTH))
    assert shown(page, settle) == [
        ["10 Nov", "Acme Bakery", "Visa •••• 4242", "INV-1", "Refund", "−$25.00"],
        ["3 Nov", "Acme Bakery", "Visa •••• 4242", "INV-1", "Payment", "$100.00"],
    ]
    assert foot(page) == ("Total revenue", "$75.00")
    assert chips(page) == {"measure": "Total revenue", "days": "November 2026", "currency": "USD"}
    copied = [copied_text(cell) for cell in page.model.cells(0)]
    assert (copied[0], copied[-1]) == ("2026-11-10", "-25.00")


def test_without_a_figure_it_shows_this_months_total_revenue(scene, account, show_page, settle) -> None:
    page = show_page(catalogue.transactions(scene.handle))
    assert foot(page) == ("Total revenue", "$75.00")


def test_another_measure_is_picked_from_its_chip(scene, account, show_page, settle) -> None:
    page = opened(scene, show_page, settle, catalogue.transactions, figure=Figure("total_revenue", "usd", *MONTH))
    chip = page._chips["measure"]
    next(action for action in chip.menu().actions() if action.text() == "Fees").trigger()
    settle()
    assert [row[-2:] for row in shown(page, settle)] == [["Fee", "−$2.00"], ["Fee", "−$3.20"]]
    assert foot(page) == ("Fees", "−$5.20")
    assert chips(page)["days"] == "November 2026"


def test_tabs_leave_rows_of_a_kind_and_their_sum_which_is_not_called_by_the_figures_name_alone(
    scene, account, show_page, settle
) -> None:
    figure = Figure("net", "usd", *MONTH)
    page = opened(scene, show_page, settle, catalogue.transactions, figure=figure, status="fees")
    assert [row[-2:] for row in shown(page, settle)] == [["Fee", "−$2.00"]]
    assert foot(page) == ("Net · Fees", "−$2.00")


def test_what_was_searched_for_is_told_beside_its_sum(scene, account, show_page, settle) -> None:
    figure = Figure("total_revenue", "usd", *MONTH)
    page = opened(scene, show_page, settle, catalogue.transactions, figure=figure, search="acme")
    assert foot(page) == ("Total revenue · “acme”", "$75.00")


def test_disputes_that_brought_more_than_they_took_are_called_won_back_at_the_foot_too() -> None:
    figure = Figure("disputes", "usd", *MONTH)
    assert foot_texts(figure, Foot(46_701, 2, "stripe"), "transactions") == (("Disputes won back", "$467.01"),)
    assert foot_texts(figure, Foot(-5_313, 1, "stripe"), "transactions") == (("Disputes", "−$53.13"),)


def test_a_row_opens_the_panel_of_its_payment(scene, account, show_page, settle, texts) -> None:
    page = opened(scene, show_page, settle, catalogue.transactions, figure=Figure("refunds", "usd", *MONTH))
    page.open_row(page.model.id_at(0))
    settle()
    told = texts(page.panel)
    assert (told[0], "Refunds" in told) == ("$100.00", True)


def test_a_line_about_no_payment_says_itself(scene, account, show_page, settle, texts) -> None:
    page = opened(scene, show_page, settle, catalogue.transactions, figure=Figure("fees", "usd", *MONTH))
    page.open_row(page.model.id_at(0))
    settle()
    assert texts(page.panel) == [
        "−$2.00", "Ledger line", "12 Nov, 12:00 · Stripe", "Ledger line", "Amount", "−$2.00", "Net", "−$2.00",
    ]  # fmt: skip


def test_a_clients_and_a_services_rows_are_told_in_chips(world, scene, account, show_page, settle) -> None:
    figure = Figure("paid", "usd", *MONTH)
    page = opened(scene, show_page, settle, catalogue.transactions, figure=figure, client_id=1)
    assert foot(page) == ("Collected, less refunds", "$75.00")
    assert chips(page)["client"] == "Acme Bakery"

    world.service(account, "prod_1", "Brand design")
    world.invoice(account, "in_1", 10_000, "2026-11-03", status="paid", client="cus_1", lines=[("prod_1", 10_000)])
    page.open(figure=Figure("service", "usd", *MONTH, service="Brand design"))
    settle()
    assert chips(page)["measure"] == "Brand design"
    assert foot(page) == ("Brand design", "$75.00")


@pytest.mark.parametrize(
    ("spec", "figure", "chip", "rows", "foot_text"),
    [
        (
            catalogue.invoices, Figure("outstanding", "usd"), "Outstanding · USD",
            ["INV-3", "INV-2"], ("Outstanding", "$70.00"),
        ),
        (
            catalogue.invoices, Figure("invoiced", "usd", *MONTH), "Finalised · November 2026 · USD",
            ["INV-3", "INV-1", "INV-2"], ("Average invoice value", "$170.00 ÷ 3 = $56.67"),
        ),
        (
            catalogue.payments, Figure("ended", "usd", *MONTH), "Succeeded or failed · November 2026 · USD",
            ["5 Nov", "3 Nov"], ("Success rate", "1 of 2 succeeded"),
        ),
        (
            catalogue.clients, Figure("paid", "usd", *MONTH), "Paid, less refunds · November 2026 · USD",
            ["Acme Bakery"], ("Paid, less refunds", "$75.00"),
        ),
    ],
)  # fmt: skip
def test_lists_are_narrowed_to_a_figure_until_its_chip_is_clicked(
    scene, account, show_page, settle, spec, figure, chip, rows, foot_text
) -> None:
    page = opened(scene, show_page, settle, spec, figure=figure)
    assert [row[0] for row in shown(page, settle)] == rows
    assert foot(page) == foot_text
    assert chips(page)["figure"] == chip
    closing = page._chips["figure"]
    assert isinstance(closing, ClosingChip)
    closing.click()
    settle()
    assert "figure" not in page._chips
    assert page.model.rowCount() >= len(rows)
    assert not page.model.filter.choices


def test_clients_who_paid_in_a_month_are_sorted_by_it(world, scene, account, show_page, settle) -> None:
    world.client(account, "cus_2", "Bello")
    world.sale(account, "2", 9_000, "2026-11-07", client="cus_2")
    world.sale(account, "3", 99_000, "2026-10-07", client="cus_1")
    page = opened(scene, show_page, settle, catalogue.clients, figure=Figure("paid", "usd", *MONTH), sort="paid")
    assert [(row[0], row[4]) for row in shown(page, settle)] == [("Bello", "$90.00"), ("Acme Bakery", "$75.00")]
