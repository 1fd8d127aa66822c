"""The dashboard on real books: its figures, what opens from them, its states, and what it costs to show."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import delete, insert, update

from desktop.actions.business import Business
from desktop.books.tables import Bookmark, Integration
from desktop.books.tables.base import table_of
from desktop.errors import ClosedBooksError
from desktop.providers.registry import make_provider
from desktop.queries.figures import Figure
from desktop.records import AttemptRecord, Changes, LocationRecord
from desktop.sync.bookmarks import Mark
from desktop.sync.report import Progress
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Messages
from desktop.ui.app.page import PageContext
from desktop.ui.app.syncing import Syncing, SyncProgress
from desktop.ui.app.tasks import Tasks
from desktop.ui.pages.catalogue import dashboard
from desktop.ui.pages.dashboard.bar import months_back
from desktop.ui.pages.dashboard.chart import Facts
from desktop.ui.pages.dashboard.page import DashboardPage
from desktop.ui.pages.dashboard.states import ReadingView
from desktop.ui.pages.dashboard.wording import compare, rate_text
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.segments import Segments
from desktop.ui.widgets.states import StateView
from desktop.vault.vault import Vault
from tests.helpers.patience import PATIENCE_S
from tests.worlds import World

TODAY = "2026-11-22"
Opened = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty business in Berlin."""
    made = World(tmp_path)
    made.books.now = lambda: made.at(f"{TODAY} 14:30")
    yield made
    made.books.close()


@pytest.fixture
def opened() -> Opened:
    """The pages that were asked for, with their wishes."""
    return []


@pytest.fixture
def syncing(world: World, tmp_path: Path, inline_tasks: Tasks, messages: Messages) -> Syncing:
    return Syncing(handle_of(world, tmp_path), inline_tasks, messages)


def handle_of(world: World, home: Path) -> BusinessHandle:
    business = Business(home, world.books, cast("Vault", None), {"PAYDESK_TODAY": TODAY})
    return BusinessHandle(lambda: business)


@pytest.fixture
def make(
    qtbot: Any, world: World, tmp_path: Path, theme: Theme, inline_tasks: Tasks, messages: Messages, syncing: Syncing,
    opened: Opened,
) -> Callable[[], DashboardPage]:  # fmt: skip
    kept: list[DashboardPage] = []

    def made() -> DashboardPage:
        def open_page(key: str, **wanted: Any) -> None:
            opened.append((key, wanted))

        context = PageContext(theme, inline_tasks, messages, Addresses(lambda _url: True), open_page)
        page = dashboard(handle_of(world, tmp_path), syncing).make(context)
        assert isinstance(page, DashboardPage)
        kept.append(page)
        qtbot.addWidget(page)
        for widget in page.top_bar():
            qtbot.addWidget(widget)
            widget.show()
        page.resize(1064, 744)
        page.show()
        qtbot.waitUntil(lambda: page._answer is not None)
        return page

    return made


def complete(world: World, account: int, at: str = "2026-11-22 14:02", *streams: str, state: str = "complete") -> None:
    """Promise that these streams (all that there are) were read up to an instant, or say how they stand."""
    through = world.at(at) if state == "complete" else None
    with world.books.write() as writer:
        here = table_of(Integration)
        writer.connection.execute(
            update(here).where(here.c.id == account).values(last_sync_at=world.at(f"{TODAY} 14:02"))
        )
        marks = table_of(Bookmark)
        for stream in make_provider("stripe").streams:
            if streams and stream.name not in streams:
                continue
            mine = (marks.c.integration_id == account) & (marks.c.stream == stream.name)
            writer.connection.execute(delete(marks).where(mine))
            for feed in stream.feeds:
                mark = Mark(account, stream.name, feed.name, state, usable=True, seen=1, complete_through=through)
                writer.connection.execute(insert(marks).values({**asdict(mark), "notes": []}))


def studio(world: World) -> int:
    """A small month of November, after a smaller October."""
    stripe = world.account()
    world.client(stripe, "cus_1", "Harbour & Pine")
    world.client(stripe, "cus_2", "<b>Acme</b> Bakery")
    world.service(stripe, "prod_1", "Brand design")
    lines = [("prod_1", 100_000)]
    world.invoice(stripe, "in_1", 100_000, "2026-11-03", status="paid", client="cus_1", lines=lines)
    world.sale(stripe, "1", 100_000, "2026-11-03", client="cus_1", invoice="in_1", fee=3_200)
    world.sale(stripe, "2", 20_000, "2026-11-22", client="cus_2")
    world.decline(stripe, "3", 5_000, "2026-11-07")
    world.refund(stripe, "re_1", "2", 2_000, "2026-11-22")
    world.sale(stripe, "old", 100_000, "2026-10-03", client="cus_1")
    world.invoice(stripe, "in_2", 42_000, "2026-11-10", due="2026-12-01")
    world.invoice(stripe, "in_3", 8_000, "2026-10-01", due="2026-10-15")
    complete(world, stripe)
    return stripe


def click(qtbot: Any, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


# ------------------------------------------------------------------------------------------------------ figures


def test_the_four_figures_say_what_they_are_and_what_they_are_compared_with(
    make: Callable[[], DashboardPage], world: World
) -> None:
    studio(world)
    page = make()
    said = {what: figure.accessibleName() for what, figure in page._figures.items()}
    assert said == {
        "total_revenue": "Total revenue · November, $1,180.00, up 18.0 % on 1–22 Oct",
        "outstanding": "Outstanding invoices, $500.00, 2 invoices · 1 late",
        "success_rate": "Payment success rate, 66.7 %, 1 of 3 failed",
        "average_invoice": "Average invoice value, $710.00, up 787.5 % on 1–22 Oct",
    }
    assert page.figure("total_revenue")._line.text() == "▲ 18.0 % on 1–22 Oct"
    assert page.figure("outstanding")._line.property("tone") == "danger"


def test_every_figure_defines_itself_on_hover(make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    page = make()
    assert "less refunds, less returned payments" in page.figure("total_revenue").toolTip()
    assert "1–22 Oct: $1,000.00" in page.figure("total_revenue").toolTip()
    for what in page._figures:
        assert page.figure(what).toolTip()
        assert page.figure(what).accessibleDescription()
    assert "It sums to total revenue" in page.lists._service_head.toolTip()
    assert "before fees" in page.chart.title.toolTip()


MONTH = ("2026-11-01", "2026-12-01")


@pytest.mark.parametrize(
    ("what", "page", "figure"),
    [
        ("total_revenue", "transactions", Figure("total_revenue", "usd", *MONTH)),
        ("outstanding", "invoices", Figure("outstanding", "usd")),
        ("success_rate", "payments", Figure("ended", "usd", *MONTH)),
        ("average_invoice", "invoices", Figure("invoiced", "usd", *MONTH)),
    ],
)
def test_a_figure_opens_the_rows_behind_it(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened, what: str, page: str, figure: Figure
) -> None:
    studio(world)
    click(qtbot, make().figure(what))
    assert opened == [(page, {"figure": figure})]


def test_every_term_of_the_row_opens_what_it_is_made_of(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened
) -> None:
    studio(world)
    facts = make().chart.facts
    for fact in facts._facts:
        if not fact.isHidden():
            click(qtbot, fact)
    asked = [(key, wanted["figure"].measure) for key, wanted in opened]
    assert asked == [("transactions", measure) for measure in ("collected", "refunds", "fees", "net")]


def test_a_bar_opens_its_days(qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened) -> None:
    studio(world)
    page = make()
    page.chart.as_table.click()
    for view in ("day", "week", "month"):
        page.chart.views.choose(view)
        page.chart._on_view(view)
        page.chart.table.clicked.emit(page.chart.table.model().index(0, 0))
    assert opened == [
        ("transactions", {"figure": Figure("paid", "usd", *days)})
        for days in (("2026-11-22", "2026-11-23"), ("2026-11-16", "2026-11-23"), MONTH)
    ]


def test_a_client_opens_what_it_paid_and_its_name_stays_plain(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened
) -> None:
    studio(world)
    page = make()
    first, second = (row for _holder, row in page.lists._client_rows)
    assert (first.accessibleName(), second.accessibleName()) == (
        "Harbour & Pine, $1,000.00",
        "<b>Acme</b> Bakery, $180.00",
    )
    click(qtbot, second)
    click(qtbot, page.lists.everyone)
    acme = page._answer.report.currencies[0].top_clients[1].client_id  # type: ignore[union-attr]
    figure = Figure("paid", "usd", *MONTH)
    assert opened == [
        ("transactions", {"figure": figure, "client_id": acme}),
        ("clients", {"figure": figure, "sort": "paid"}),
    ]


def test_a_service_opens_its_shares(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened
) -> None:
    studio(world)
    for row in make().lists._service_rows:
        click(qtbot, row)
    assert [(wanted["figure"].measure, wanted["figure"].service) for _key, wanted in opened] == [
        ("service", "Brand design"),
        ("not_itemised", ""),
    ]


def test_services_sum_to_total_revenue(make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    page = make()
    rows = [row.accessibleName() for row in page.lists._service_rows]
    assert rows == ["Brand design, $1,000.00", "Not itemised, $180.00"]


def test_long_lists_are_short_until_all_is_asked_for(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    stripe = world.account()
    for number in range(12):
        world.client(stripe, f"cus_{number}", f"Client {number}")
        world.sale(stripe, str(number), 1_000 + number, "2026-11-03", client=f"cus_{number}")
    page = make()

    def shown() -> int:
        return sum(not holder.isHidden() for holder, _row in page.lists._client_rows)

    assert shown() == 5
    button = page.lists._client_head._button
    assert button.text() == "Show all 10"
    before = page.lists.minimumSizeHint().height()
    click(qtbot, button)
    assert (shown(), button.text()) == (10, "Show fewer")
    click(qtbot, button)
    # The chart beside it is as high as the lists need: it must not stay as high as the long ones.
    assert (shown(), page.lists.minimumSizeHint().height()) == (5, before)


# --------------------------------------------------------------------------------------------------- currencies


def test_one_currency_is_shown_at_a_time_and_none_are_added(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    stripe = studio(world)
    world.sale(stripe, "yen", 412_000, "2026-11-05", currency="jpy", settled=(274_000, "usd"))
    page = make()
    switch = page._bar._switch
    assert isinstance(switch, Segments)
    assert "$1,180.00" in page.figure("total_revenue").accessibleName()
    click(qtbot, switch._buttons["jpy"])
    assert "¥412,000" in page.figure("total_revenue").accessibleName()
    assert page.chart.chart.accessibleName().endswith("JPY")


def texts(facts: Facts) -> list[str]:
    """What the row below the chart shows, for those who hear it."""
    shown = [fact.accessibleName() for fact in facts._facts if not fact.isHidden()]
    return [facts._month.full_text(), *shown]


def test_the_row_adds_up_to_net_and_says_what_was_converted(make: Callable[[], DashboardPage], world: World) -> None:
    stripe = studio(world)
    world.sale(stripe, "yen", 412_000, "2026-11-05", currency="jpy", settled=(274_000, "usd"))
    facts = make().chart.facts
    assert texts(facts) == [
        "November 2026",
        "Collected: $1,200.00",
        "Refunds: −$20.00",
        "Fees: −$32.00",
        "Converted: $2,740.00",
        "Net: $3,888.00",
    ]
    (converted,) = (fact for fact in facts._facts if fact.accessibleName().startswith("Converted"))
    assert "settled in another currency" in converted.toolTip()


def test_a_ledger_line_without_its_payment_is_told_so_that_the_row_adds_up(
    make: Callable[[], DashboardPage], world: World
) -> None:
    stripe = studio(world)
    world.entry(stripe, "txn_lone", "charge", 700, "2026-11-12", source="ch_never_read")
    told = texts(make().chart.facts)
    assert ("Other: $7.00" in told, told[-1]) == (True, "Net: $1,155.00")


def test_disputes_that_were_won_back_are_called_so(make: Callable[[], DashboardPage], world: World) -> None:
    stripe = studio(world)
    world.entry(stripe, "txn_won", "dispute_reversal", 5_000, "2026-11-12", source="ch_1")
    assert "Disputes won back: $50.00" in texts(make().chart.facts)


def test_a_single_currency_has_no_switch(make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    assert make()._bar._switch is None


# ------------------------------------------------------------------------------------------------------- months


def test_an_earlier_month_is_picked_and_compared_with_all_of_the_one_before(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    studio(world)
    page = make()
    picker = page._bar.month
    assert picker.text().strip() == "November 2026"
    assert [action.data() for action in picker._actions()] == ["2026-11", "2026-10"]
    picker._actions()[1].trigger()
    qtbot.waitUntil(lambda: picker.month() == "2026-10")
    assert page.figure("total_revenue").accessibleName() == ("Total revenue · October, $1,000.00, Nothing in September")
    assert page.figure("outstanding").accessibleName().endswith("2 invoices · 1 late today")
    picker._actions()[0].trigger()
    qtbot.waitUntil(lambda: picker.month() == "2026-11")
    assert page._month == ""


def test_months_are_offered_back_to_the_first(make: Callable[[], DashboardPage], world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "1", 100, "2025-01-31")
    page = make()
    months = [action.data() for action in page._bar.month._actions()]
    assert (months[0], months[-1], len(months)) == ("2026-11", "2025-01", 23)
    assert months_back("2026-01", "2026-01") == ("2026-01",)


# -------------------------------------------------------------------------------------------------------- chart


def drawn(qtbot: Any, page: DashboardPage) -> None:
    qtbot.waitUntil(lambda: page.chart.chart._image is not None)


def test_the_chart_shows_each_day_beside_the_month_before(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    studio(world)
    page = make()
    drawn(qtbot, page)
    chart = page.chart.chart
    slot = chart._drawing.layout.slots[2]
    qtbot.mouseMove(chart, QPoint(int(slot.left + slot.width / 2), chart.height() // 2))
    bar = chart.marked()
    assert bar is not None
    assert (bar.name, bar.amount_text) == ("Tuesday 3 November 2026", "$1,000.00")
    assert (bar.previous_name, bar.previous_text) == ("3 Oct", "$1,000.00")
    assert "Tuesday 3 November 2026, $1,000.00, 3 Oct $1,000.00" in chart.accessibleName()
    assert "Sunday 22 November 2026: $180.00" in chart.accessibleDescription()


def test_bars_are_walked_by_the_keyboard(qtbot: Any, make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    page = make()
    drawn(qtbot, page)
    chart = page.chart.chart
    names = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right):
        chart.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
        names.append(chart.marked().tick)  # type: ignore[union-attr]
    assert names == ["22 Nov", "21 Nov", "1 Nov", "2 Nov"]


def test_weeks_and_months_are_not_compared_with_times_the_books_know_nothing_of(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    studio(world)
    page = make()
    click(qtbot, page.chart.views._buttons["week"])
    weeks = page.chart.chart._data
    assert weeks is not None
    assert (len(weeks.bars), weeks.bars[-1].name, weeks.bars[-1].running) == (13, "16–22 Nov", True)
    click(qtbot, page.chart.views._buttons["month"])
    months = page.chart.chart._data
    assert months is not None
    assert [bar.previous for bar in months.bars] == [None] * 12
    assert months.bars[-1].amount_text == "$1,180.00"
    assert page.chart.title.text() == "Collected by month"


def test_the_chart_is_also_a_table(qtbot: Any, make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    page = make()
    assert page.chart.as_table.accessibleName() == "Show as table"
    click(qtbot, page.chart.as_table)
    table = page.chart.table
    assert table.isVisible()
    row = [table.model().index(0, column).data() for column in range(3)]
    assert row == ["Sunday 22 November 2026, so far", "$180.00", "$0.00"]
    click(qtbot, page.chart.as_table)
    assert page.chart.chart.isVisible()


def test_a_hidden_chart_is_not_drawn(qtbot: Any, make: Callable[[], DashboardPage], world: World) -> None:
    stripe = studio(world)
    page = make()
    drawn(qtbot, page)
    before = page.chart.chart._drawing
    click(qtbot, page.chart.as_table)
    world.sale(stripe, "more", 50_000, "2026-11-12")
    page.refresh()
    qtbot.waitUntil(lambda: "$1,680.00" in page.figure("total_revenue").accessibleName())
    QApplication.processEvents()
    assert page.chart.chart._drawing is before
    click(qtbot, page.chart.as_table)
    qtbot.waitUntil(lambda: page.chart.chart._drawing is not before)


def test_the_chart_is_drawn_again_in_the_other_scheme(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, theme: Theme
) -> None:
    studio(world)
    page = make()
    drawn(qtbot, page)

    def ground() -> str:
        image = page.chart.chart._image
        assert image is not None
        return image.pixelColor(2, image.height() // 2 + 3).name().upper()

    assert ground() == theme.hex("surface")
    theme.choose("dark")
    qtbot.waitUntil(lambda: ground() == theme.hex("surface"))
    assert theme.scheme == "dark"


def test_the_page_costs_no_heavy_import_before_it_asks() -> None:
    code = """
import sys
import desktop.ui.pages.catalogue, desktop.ui.pages.dashboard.page
print(sorted({name.partition(".")[0] for name in sys.modules} & {"matplotlib", "sqlalchemy", "numpy", "babel"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------------------------------------------- states


def state(page: DashboardPage) -> StateView:
    view = page._page_stack.currentWidget()
    assert isinstance(view, StateView)
    return view


def test_without_an_account_it_leads_to_connecting(
    qtbot: Any, make: Callable[[], DashboardPage], opened: Opened
) -> None:
    view = state(make())
    assert view.accessibleName() == "Connect Stripe or Square to see your numbers"
    assert view.button is not None
    click(qtbot, view.button)
    assert opened == [("integrations", {})]


def test_read_to_the_end_with_nothing_in_it_says_what_goes_on(make: Callable[[], DashboardPage], world: World) -> None:
    account, table = world.account(), table_of(Integration)
    with world.books.write() as writer:
        writer.connection.execute(
            update(table).where(table.c.id == account).values(last_sync_at=world.at("2026-11-22"))
        )
    view = state(make())
    assert view.accessibleName() == "There is nothing to count yet"
    assert view.button is not None


def test_connected_and_never_read_it_offers_to_sync(make: Callable[[], DashboardPage], world: World) -> None:
    world.account()
    view = state(make())
    assert view.accessibleName() == "Stripe is connected and not read yet"
    assert view.button is not None
    assert view.button.text() == "Sync now"


def test_refused_credentials_before_the_first_sync_lead_to_the_details(
    make: Callable[[], DashboardPage], world: World
) -> None:
    account = world.account()
    table = table_of(Integration)
    with world.books.write() as writer:
        writer.connection.execute(
            update(table).where(table.c.id == account).values(status="needs_attention", attention="Stripe said no.")
        )
    view = state(make())
    assert view.accessibleName() == "Reconnect Stripe"
    assert view.button is not None
    assert view.button.text() == "Open integrations"


def test_the_first_sync_is_followed_in_place_until_there_are_figures(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.account()
    monkeypatch.setattr(Syncing, "running", property(lambda _self: True))
    page = make()
    view = state(page)
    assert isinstance(view, ReadingView)
    syncing.progressed.emit(SyncProgress(account, "Stripe", Progress("payments", 2_310, 480.0, 3_200, "reading")))
    assert view.progress._text.full_text() == "Payments · 2,310"
    assert view.progress._rate.full_text() == "480 a second"
    assert page._bar.month.isHidden()

    page.refresh()
    qtbot.waitUntil(lambda: not page.tasks._newest)
    assert state(page) is view
    world.sale(account, "1", 9_900, "2026-11-03")
    page.tasks.broadcast(Changes(frozenset({"totals"})))
    qtbot.waitUntil(lambda: page.chart.isVisible())
    assert "$99.00" in page.figure("total_revenue").accessibleName()
    assert page._bar.month.isVisible()
    assert page.footing.text() == "Reading for the first time: figures are still growing · days in Europe/Berlin"


def test_values_change_in_place_while_a_sync_goes_on(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    stripe = studio(world)
    page = make()
    rows, figure = list(page.lists._client_rows), page.figure("total_revenue")
    shown = page._page_stack.currentWidget()
    world.sale(stripe, "more", 50_000, "2026-11-12", client="cus_1")
    page.refresh()
    assert page._page_stack.currentWidget() is shown
    qtbot.waitUntil(lambda: "$1,680.00" in figure.accessibleName())
    assert page.lists._client_rows == rows
    assert rows[0][1].accessibleName() == "Harbour & Pine, $1,500.00"


def test_books_that_cannot_be_read_are_said_with_retry(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio(world)
    page = make()

    def refuse(*_arguments: object) -> None:
        raise ClosedBooksError("The books are locked", "Another program holds them.", "Close it, then try again.")

    with monkeypatch.context() as patched:
        patched.setattr(world.books, "read", refuse)
        page.refresh()
        qtbot.waitUntil(lambda: isinstance(page._page_stack.currentWidget(), StateView))
    view = state(page)
    assert view.accessibleName() == "The books are locked"
    assert view.button is not None
    click(qtbot, view.button)
    qtbot.waitUntil(lambda: page.chart.isVisible())


# ------------------------------------------------------------------------------------------------------ footing


def test_a_complete_book_says_up_to_when(make: Callable[[], DashboardPage], world: World) -> None:
    studio(world)
    page = make()
    assert page.footing.text() == "Complete up to 14:02 · days in Europe/Berlin"
    assert page.footing._button.isHidden()


def test_streams_that_may_not_be_read_are_named(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened
) -> None:
    complete(world, studio(world), "2026-11-21 09:30", "disputes", "payouts", state="not_permitted")
    page = make()
    assert page.footing.text() == (
        "Payouts and disputes may not be read from Stripe; the rest is good up to 14:02. "
        "Allow it at Stripe, then sync again · days in Europe/Berlin"
    )
    assert page.footing._retry.isHidden()
    click(qtbot, page.footing._button)
    assert opened == [("integrations", {})]


def test_a_stream_that_was_never_read_keeps_the_promise_back(make: Callable[[], DashboardPage], world: World) -> None:
    complete(world, studio(world), "2026-11-21 09:30", "disputes", state="never")
    assert make().footing.text() == (
        "Disputes have not been read to the end from Stripe yet; nothing is complete yet. It is tried again at 15:02"
        " · days in Europe/Berlin"
    )


def test_another_days_promise_says_the_day(make: Callable[[], DashboardPage], world: World) -> None:
    complete(world, studio(world), "2026-11-20 18:45", "payouts")
    assert make().footing.text().startswith("Complete up to Fri 18:45 ·")


def test_what_could_not_be_read_is_said_with_a_way_to_try_again(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = studio(world)
    with world.books.write() as writer:
        marks = table_of(Bookmark)
        failed = update(marks).where(marks.c.stream == "payments")
        writer.connection.execute(failed.values(error="No answer."))
    asked: list[Any] = []
    monkeypatch.setattr(syncing, "sync", lambda *words: asked.append(words))
    page = make()
    assert page.footing.text() == (
        "Payments could not be read from Stripe; the books are good up to 14:02. It is tried again at 15:02"
        " · days in Europe/Berlin"
    )
    click(qtbot, page.footing._retry)
    assert asked == [()], account


def test_a_disconnected_accounts_history_stays_and_says_so(make: Callable[[], DashboardPage], world: World) -> None:
    account, table = studio(world), table_of(Integration)
    with world.books.write() as writer:
        writer.connection.execute(update(table).where(table.c.id == account).values(status="disconnected"))
    page = make()
    assert "$1,180.00" in page.figure("total_revenue").accessibleName()
    assert page.footing.text().startswith("Nothing is connected: figures rest on what was read before")


# ---------------------------------------------------------------------------------------------------- appearance


@pytest.mark.parametrize("width", [1064, 684, 520])
def test_nothing_is_cut_at_any_width(qtbot: Any, make: Callable[[], DashboardPage], world: World, width: int) -> None:
    stripe = studio(world)
    world.sale(stripe, "huge", 987_654_321_012, "2026-11-09", client="cus_1")
    page = make()
    page.resize(width, 744)
    for _ in range(3):  # columns that are put below each other are laid out anew
        QApplication.processEvents()
    for figure in page._figures.values():
        assert "…" not in figure._figure.text()
        assert figure.mapTo(page, QPoint(figure.width(), 0)).x() <= width
    assert page.chart.mapTo(page, QPoint(page.chart.width(), 0)).x() <= width


def test_everything_the_keyboard_reaches_has_a_name(
    make: Callable[[], DashboardPage], world: World, audit_accessibility: Callable[[QWidget], list[str]]
) -> None:
    stripe = studio(world)
    world.sale(stripe, "yen", 412_000, "2026-11-05", currency="jpy")
    page = make()
    assert audit_accessibility(page) == []
    assert audit_accessibility(page.top_bar()[0]) == []


# ------------------------------------------------------------------------------------------------------ wording


@pytest.mark.parametrize(
    ("now", "before", "line"),
    [
        (11_240, 10_000, "▲ 12.4 % on October"),
        (9_190, 10_000, "▼ 8.1 % on October"),
        (10_000, 10_000, "Same as October"),
        (10_000, 0, "Nothing in October"),
        (1_000_001, 1_000_000, "▲ under 0.1 % on October"),
        (5_000_000, 100, "▲ $49,999.00 on October"),
        (-500, 10_000, "▼ $105.00 on October"),
        (500, -500, "▲ $10.00 on October"),
    ],
)
def test_a_comparison_says_percent_only_where_that_says_something(now: int, before: int, line: str) -> None:
    assert compare(now, before, "October", "usd", "stripe").line == line


@pytest.mark.parametrize(
    ("succeeded", "failed", "text"),
    [(120, 4, "96.8 %"), (0, 0, "—"), (5, 0, "100 %"), (0, 5, "0 %"), (99_999, 1, "99.9 %"), (1, 99_999, "0.1 %")],
)
def test_a_rate_is_never_rounded_to_all_or_none(succeeded: int, failed: int, text: str) -> None:
    assert rate_text(succeeded, failed) == text


# ------------------------------------------------------------------------------------------------------ locations


def counter(world: World) -> int:
    """A shop with a counter that took $30.00, a stall that took $5.00, and $1.00 that belongs to neither."""
    square = world.account("square")
    at = world.at("2026-11-20")
    sold = AttemptRecord("succeeded", 3_000, 3_000, 0, "usd", at, location_ref="loc_1", fee=0, method="cash")
    world.put(
        square,
        ("loc_1", LocationRecord("Market & Hall", "active", "usd", at, main=True)),
        ("loc_2", LocationRecord("A stall whose name goes on and on", "inactive", "usd", at)),
        ("ch_1", sold),
        ("ch_2", replace(sold, amount=500, amount_captured=500, location_ref="loc_2")),
        ("ch_3", replace(sold, amount=100, amount_captured=100, location_ref="")),
    )
    return square


def revenue(page: DashboardPage) -> str:
    return page.figure("total_revenue").accessibleName().split(", ")[1]


def test_a_location_narrows_figures_and_what_they_open(
    qtbot: Any, make: Callable[[], DashboardPage], world: World, opened: Opened
) -> None:
    counter(world)
    page = make()
    picker = page._bar.location
    qtbot.waitUntil(picker.isVisible)
    assert (picker.text().strip(), picker.accessibleName()) == ("All locations", "Location: All locations")
    assert revenue(page) == "$36.00"
    assert "Only" not in page.footing.text()
    every, market, stall = picker._actions()
    assert [every.text(), market.text(), stall.text()] == [
        "All locations", "Market && Hall", "A stall whose name goes on and on (inactive)",
    ]  # fmt: skip
    market.trigger()
    qtbot.waitUntil(lambda: revenue(page) == "$30.00")
    qtbot.waitUntil(lambda: picker.text().strip() == "Market && Hall")
    assert page.footing.text().startswith("Only Market & Hall · ")
    page.figure("total_revenue").click()
    ((key, wanted),) = opened
    assert (key, wanted["location"], wanted["account"]) == ("transactions", "loc_1", 1)
    stall.trigger()
    qtbot.waitUntil(lambda: revenue(page) == "$5.00")
    qtbot.waitUntil(lambda: picker.accessibleName() == "Location: A stall whose name goes on and on")
    every.trigger()
    qtbot.waitUntil(lambda: revenue(page) == "$36.00")
    page.figure("total_revenue").click()
    assert set(opened[-1][1]) == {"figure"}


def test_one_location_is_no_choice(qtbot: Any, make: Callable[[], DashboardPage], world: World) -> None:
    square = world.account("square")
    world.put(square, ("loc_1", LocationRecord("Market", "active", "usd", 1)))
    world.sale(square, "1", 100, "2026-11-20")
    page = make()
    qtbot.waitUntil(page._bar.month.isVisible)
    assert not page._bar.location.isVisible()


def test_a_location_that_is_gone_is_not_narrowed_to(
    qtbot: Any, make: Callable[[], DashboardPage], world: World
) -> None:
    square = counter(world)
    page = make()
    page.open(location="loc_1")
    qtbot.waitUntil(lambda: revenue(page) == "$30.00")
    world.put(square, ("loc_1", None))
    page.refresh()
    qtbot.waitUntil(lambda: page._location == "")
    assert revenue(page) == "$36.00"


def test_a_narrow_window_writes_the_bar_short(qtbot: Any, make: Callable[[], DashboardPage], world: World) -> None:
    counter(world)
    page = make()
    qtbot.waitUntil(page._bar.location.isVisible)
    page.resize(700, 600)
    assert (page._bar.location.text().strip(), page._bar.month.text().strip()) == ("Locations", "Nov 2026")
    assert page._bar.month.accessibleName() == "Month: November 2026"
    page.resize(1064, 744)
    assert (page._bar.location.text().strip(), page._bar.month.text().strip()) == ("All locations", "November 2026")
