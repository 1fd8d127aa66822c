"""The date of a payment in lists: the day on which figures count its money, else the day on which it was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.event import listen

from desktop.queries.clients import CLIENTS
from desktop.queries.figures import Figure
from desktop.queries.json_shapes import list_rows
from desktop.queries.listing import Filter
from desktop.queries.outstanding import read_outstanding
from desktop.queries.payments import PAYMENTS
from desktop.queries.reading import ask
from desktop.queries.scales import Scales
from desktop.queries.transactions import sum_up
from desktop.records import AttemptRecord, BalanceEntryRecord, PaymentRecord
from tests.worlds import World

TODAY = "2026-12-03"


@pytest.fixture
def debits(world: World) -> World:
    """A bank debit of November that is booked in December, a card payment made between, and a debit not booked yet."""
    account = world.account()
    world.client(account, "cus_1", "Acme Bakery")
    debit(world, account, "late", "2026-11-28", booked="2026-12-02")
    world.sale(account, "card", 500, "2026-11-30", client="cus_1")
    debit(world, account, "open", "2026-12-01")
    return world


def debit(world: World, account: int, ref: str, made: str, *, booked: str = "") -> None:
    """A debit of 900 that takes days: it is made, and counts once the ledger has it."""
    at = world.at(made)
    status = "succeeded" if booked else "processing"
    world.put(
        account,
        (f"pi_{ref}", PaymentRecord(status, 900, "usd", at, 900 if booked else 0, "cus_1")),
        (f"ch_{ref}", AttemptRecord("succeeded" if booked else "pending", 900, 900 if booked else 0, 0, "usd", at,
                                    captured=bool(booked), payment_ref=f"pi_{ref}", client_ref="cus_1")),
    )  # fmt: skip
    if booked:
        line = BalanceEntryRecord("charge", 900, 0, 900, "usd", world.at(booked), source_ref=f"ch_{ref}")
        world.put(account, (f"txn_{ref}", line))


def listed(world: World, **wanted: Any) -> list[str]:
    with world.books.read() as connection:
        rows = PAYMENTS.rows(connection, PAYMENTS.ids(connection, Filter(TODAY, **wanted)))
    return [row.external_id for row in rows if row is not None]


def test_payments_come_by_the_day_on_which_their_money_counts(debits: World) -> None:
    assert listed(debits) == ["pi_late", "pi_open", "pi_card"]
    assert listed(debits, sort="created", descending=False) == ["pi_card", "pi_open", "pi_late"]
    assert listed(debits, sort="status") == ["pi_late", "pi_card", "pi_open"]
    assert listed(debits, status="succeeded") == ["pi_late", "pi_card"]


def test_a_period_has_the_payments_whose_money_counts_in_it(debits: World) -> None:
    december = debits.at("2026-12-01 00:00")
    assert listed(debits, since_at=december) == ["pi_late", "pi_open"]
    assert listed(debits, before_at=december) == ["pi_card"]


def test_a_clients_last_payment_is_the_last_whose_money_counted(debits: World) -> None:
    with debits.books.read() as connection:
        (client,) = CLIENTS.rows(connection, CLIENTS.ids(connection, Filter(TODAY, sort="last")))
    assert client is not None
    assert client.last_paid_at == debits.at("2026-12-02")


def test_programs_read_the_date_beside_when_it_was_made(debits: World) -> None:
    late, waiting, _card = ask(debits.books, list_rows, "payments", TODAY)
    assert (late["created_at"][:10], late["booked_at"][:10], late["dated_at"][:10]) == (
        "2026-11-28", "2026-12-02", "2026-12-02",
    )  # fmt: skip
    assert (waiting["booked_at"], waiting["dated_at"]) == (None, waiting["created_at"])


def plans(world: World, question: Callable[..., object], *arguments: object) -> str:
    """How the books find what a question asks, as SQLite tells it."""
    asked: list[tuple[str, Any]] = []
    with world.books.read() as connection:
        listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        question(connection, *arguments)
        told = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values) for words, values in tuple(asked)]
        return "\n".join(row[3] for rows in told for row in rows)


def test_what_is_asked_by_day_is_found_by_an_index(world: World) -> None:
    figure = Figure("stored_refunds", "usd", "2026-11-01", "2026-12-01")
    assert "COVERING INDEX ix_payments_dated" in plans(world, PAYMENTS.ids, Filter(TODAY))
    assert "COVERING INDEX ix_payments_status_dated" in plans(world, PAYMENTS.ids, Filter(TODAY, status="succeeded"))
    assert "ix_payments_client_link_id_dated" in plans(world, CLIENTS.ids, Filter(TODAY, sort="last"))
    assert "ix_refunds_stored_day" in plans(world, sum_up, figure)
    assert "ix_invoice_requests_unpaid" in plans(world, read_outstanding, Scales({}), TODAY)
