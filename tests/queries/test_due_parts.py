"""Each part of an invoice ages by its own due day: in the figure, the list, its foot, and the row beside it."""

from __future__ import annotations

import pytest

from desktop.queries.feet import read_foot
from desktop.queries.figures import Figure
from desktop.queries.invoices import InvoiceRow
from desktop.queries.json_shapes import list_rows
from desktop.queries.listing import Filter
from desktop.queries.listings import LISTINGS
from desktop.queries.reading import ask
from desktop.records import InvoiceRecord, PaymentRequestRecord
from desktop.reports.dashboard import dashboard
from tests.worlds import World

TODAY = "2026-11-22"


def bill(world: World, account: int, *parts: tuple[int, int, str], ref: str = "in_1", status: str = "open") -> None:
    """An invoice asked for in parts of (amount, paid, due day)."""
    requests = tuple(
        PaymentRequestRecord(f"part-{place}", place, "instalment", amount, paid, day)
        for place, (amount, paid, day) in enumerate(parts)
    )
    total, paid = sum(one.amount for one in requests), sum(one.paid for one in requests)
    due = min((one.due_day or "" for one in requests if one.paid < one.amount), default=None)
    moment = world.at("2026-10-01")
    record = InvoiceRecord(
        status, "usd", total, total, 0, total, paid, total - paid, moment, finalized_at=moment, due_day=due,
        requests=requests,
    )  # fmt: skip
    world.put(account, (ref, record))


def late(world: World) -> list[InvoiceRow]:
    listing, wanted = LISTINGS["invoices"], Filter(TODAY, status="late")
    with world.books.read() as connection:
        return [row for row in listing.rows(connection, listing.ids(connection, wanted), TODAY) if row is not None]


def check(world: World, outstanding: tuple[int, int], overdue: tuple[int, int]) -> None:
    """The figures, the rows of *Late* with what is late of each, and the feet of both."""
    (part,) = dashboard(world.books, TODAY).currencies
    assert (part.outstanding.count, part.outstanding.amount) == outstanding
    assert (part.overdue.count, part.overdue.amount) == overdue
    rows = late(world)
    assert (len(rows), sum(row.amount_late(TODAY) for row in rows)) == overdue
    with world.books.read() as connection:
        foot = read_foot(connection, Filter(TODAY, figure=Figure("overdue", "usd")))
        totals = LISTINGS["invoices"].totals(connection, Filter(TODAY, status="late"))
    assert (foot.count, foot.amount) == overdue
    assert sum(one.amount for one in totals) == overdue[1]


def test_only_what_is_past_its_day_is_overdue(world: World) -> None:
    account = world.account("square")
    bill(
        world,
        account,
        (300, 300, "2026-10-10"),
        (500, 200, "2026-11-01"),
        (400, 0, "2026-11-22"),
        (100, 0, "2026-12-01"),
    )
    bill(world, account, (700, 0, "2026-12-01"), (50, 0, "2026-12-24"), ref="in_2")
    world.invoice(account, "in_3", 1_000, "2026-11-01", due="2026-11-10")

    check(world, (3, 800 + 750 + 1_000), (2, 300 + 1_000))
    (row,) = [row for row in late(world) if row.external_id == "in_1"]
    assert (row.due_day, row.days_late(TODAY), row.amount_remaining) == ("2026-11-01", 21, 800)
    (said,) = [row for row in ask(world.books, list_rows, "invoices", TODAY) if row["external_id"] == "in_1"]
    assert (said["amount_late"], said["days_late"]) == (300, 21)
    assert said["due_parts"][-1] == {"due_day": "2026-12-01", "amount": 100}


def test_a_part_that_is_paid_moves_the_day_on(world: World) -> None:
    account = world.account("square")
    bill(world, account, (500, 0, "2026-11-01"), (400, 0, "2026-12-01"))
    check(world, (1, 900), (1, 500))
    bill(world, account, (500, 500, "2026-11-01"), (400, 0, "2026-12-01"), status="partly_paid")
    check(world, (1, 400), (0, 0))


@pytest.mark.parametrize("status", ["paid", "void", "draft", "uncollectible", "in_escrow"])
def test_what_is_not_open_is_neither_outstanding_nor_late(world: World, status: str) -> None:
    account = world.account("square")
    bill(world, account, (500, 0, "2026-11-01"), (400, 0, "2026-12-01"), status=status)
    check(world, (0, 0), (0, 0))
