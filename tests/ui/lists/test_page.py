"""What all list pages share: titles that sort, tabs with an order of their own, dates beside the open panel."""

from __future__ import annotations

import importlib

import pytest
from PySide6.QtCore import QModelIndex, Qt

from desktop.queries.listings import LISTINGS
from desktop.ui.lists.plan import ListPlan
from desktop.ui.lists.rows import copied_text, shown_text
from desktop.ui.pages import catalogue

LISTS = ("clients", "invoices", "locations", "payments", "stock")


def plan_of(name: str) -> ListPlan:
    plan = importlib.import_module(f"desktop.ui.lists.{name}")._plan()
    assert isinstance(plan, ListPlan)
    return plan


@pytest.mark.parametrize("name", LISTS)
def test_every_title_that_looks_clickable_sorts(qapp, name: str) -> None:
    plan = plan_of(name)
    sorts = set(LISTINGS[plan.listing].sorts)
    assert {column.key for column in plan.columns if column.sortable} <= sorts
    assert {plan.sort, *(focus.sort for focus in plan.focus.values())} <= sorts
    assert set(plan.focus) <= dict(plan.tabs).keys()


@pytest.mark.parametrize("name", LISTS)
def test_no_title_that_could_sort_does_not(qapp, name: str) -> None:
    plan = plan_of(name)
    sorts = set(LISTINGS[plan.listing].sorts)
    assert [column.key for column in plan.columns if not column.sortable and column.key in sorts] == []


@pytest.fixture
def late(world) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme Bakery")
    for number, due in enumerate(("2026-11-20", "2025-12-30", "2026-11-01"), 1):
        world.invoice(stripe, f"in_{number}", 1_000, "2025-12-01", client="cus_1", due=due, number=f"HARB-000{number}")
    world.invoice(stripe, "in_9", 1_000, "2026-11-10", client="cus_1", due="2026-12-10", number="HARB-0009")


def numbers(page, settle) -> list[str]:
    for row in range(page.model.rowCount(QModelIndex())):
        page.model.cells(row)
    settle()
    return [shown_text(page.model.cells(row)[0]) for row in range(page.model.rowCount(QModelIndex()))]


def test_late_ones_are_ordered_by_their_due_day_and_show_both_dates_beside_the_panel(
    late, scene, show_page, settle
) -> None:
    page = show_page(catalogue.invoices(scene.handle), 1064, 744)
    page.open(status="late")
    settle()
    assert numbers(page, settle) == ["HARB-0002", "HARB-0003", "HARB-0001"]
    page.open_row(page.model.id_at(0))
    settle()
    head = page.card.table.horizontalHeader()
    shown = [column.key for scene, column in enumerate(page.model.columns) if not head.isSectionHidden(scene)]
    assert {"number", "client", "issued", "due", "status"} <= set(shown)
    assert [shown_text(cell) for cell in page.model.cells(0)[2:4]] == ["1 Dec 2025", "30 Dec 2025"]
    assert [copied_text(cell) for cell in page.model.cells(0)[2:4]] == ["2025-12-01", "2025-12-30"]
    assert head.sortIndicatorSection() == 3
    assert head.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder


def test_the_order_of_a_tab_goes_with_it_and_a_persons_own_stays(late, scene, show_page, settle) -> None:
    page = show_page(catalogue.invoices(scene.handle))
    page.open(status="late")
    page._on_tab("")
    assert (page.model.filter.sort, page.model.filter.descending) == ("", True)
    page.card.table.horizontalHeader().sectionClicked.emit(5)
    page._on_tab("late")
    assert (page.model.filter.sort, page.model.filter.descending) == ("total", True)


def test_the_panel_costs_no_columns_for_good(late, scene, show_page, settle) -> None:
    """Opening a row makes the table narrower under the pointer; closing it brings every column back."""
    page = show_page(catalogue.invoices(scene.handle), 1064, 744)
    page.open(status="open")
    settle()
    head = page.card.table.horizontalHeader()
    before = [head.sectionSize(scene) for scene in range(head.count())]
    page.open_row(page.model.id_at(0))
    settle()
    assert head.isSectionHidden(2)
    page.close_panel()
    settle()
    assert [head.sectionSize(scene) for scene in range(head.count())] == before


def test_clients_begin_with_those_who_are_there(world, scene, show_page, settle) -> None:
    stripe = world.account()
    world.client(stripe, "cus_1", "Acme Bakery")
    world.client(stripe, "cus_2", "Gone Ltd")
    world.sale(stripe, "1", 700, "2026-11-01", client="cus_2")
    world.sale(stripe, "2", 900, "2026-11-02", client="cus_unread")
    world.put(stripe, ("cus_2", None))
    page = show_page(catalogue.clients(scene.handle))
    assert numbers(page, settle) == ["Acme Bakery"]
    assert page.count.full_text() == "1 client"
    page.tabs.choose("")
    page._on_tab("")
    settle()
    assert page.model.rowCount(QModelIndex()) == 3
