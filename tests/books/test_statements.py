"""Statements are built once, take tuples in their own order, and never carry a value of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from desktop.books.statements import Shelf, Statements, word
from desktop.books.tables import DailyTotal, Payment
from desktop.books.tables.base import table_of

PAYMENT = table_of(Payment)
TOTAL = table_of(DailyTotal)
KEYS = ("day", "measure", "currency", "integration_id", "location_ref")

both = pytest.mark.parametrize(("dialect", "mark"), [("sqlite", "?"), ("postgresql", "%s")])


@both
def test_rows_fit_the_statement_whatever_the_order_of_the_columns(dialect: str, mark: str) -> None:
    statements = Statements(dialect)
    for columns in ((*KEYS, "amount", "count"), ("count", "amount", *reversed(KEYS))):
        prepared = statements.upsert(TOTAL, KEYS, columns, add=("amount", "count"))
        assert prepared.names == columns
        assert prepared.sql.count(mark) == len(columns)
        assert "amount = (daily_totals.amount + excluded.amount)" in prepared.sql


@both
def test_what_is_kept_is_not_overwritten(dialect: str, mark: str) -> None:
    columns = (*KEYS, "amount", "count")
    assert "DO NOTHING" in Statements(dialect).upsert(TOTAL, KEYS, columns, keep=columns).sql
    partly = Statements(dialect).upsert(TOTAL, KEYS, columns, keep=("count",)).sql
    assert "count = excluded.count" not in partly
    assert "amount = excluded.amount" in partly


@both
def test_a_value_inside_a_statement_is_refused(dialect: str, mark: str) -> None:
    with pytest.raises(ValueError, match="as words of the statement"):
        Statements(dialect).prepare(select(PAYMENT.c.id).where(PAYMENT.c.status == "succeeded"))
    prepared = Statements(dialect).prepare(select(PAYMENT.c.id).where(PAYMENT.c.status == word("succeeded")))
    assert "'succeeded'" in prepared.sql
    assert prepared.names == ()


@pytest.mark.parametrize("text", ["", "two words", "o'clock", "x; DROP TABLE payments", "a-b"])
def test_only_plain_words_can_stand_in_a_statement(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain word"):
        word(text)


def test_a_list_is_bound_as_one_parameter() -> None:
    lite, server = Statements("sqlite"), Statements("postgresql")
    assert lite.listed(["a", 'b"']) == '["a","b\\""]'
    assert server.listed(("a", "b")) == ["a", "b"]
    for statements in (lite, server):
        prepared = statements.prepare(select(PAYMENT.c.id).where(statements.among(PAYMENT.c.external_id)))
        assert prepared.names == ("among",)


def test_the_shelf_builds_each_statement_once() -> None:
    shelf = Shelf(Statements("sqlite"))
    asked: list[int] = []

    def build() -> object:
        asked.append(1)
        return select(PAYMENT.c.id)

    assert shelf.keep("ids", build) is shelf.keep("ids", build)
    assert asked == [1]
    assert shelf.insert(TOTAL, ("day",)) is shelf.insert(TOTAL, ("day",))
    assert shelf.upsert(TOTAL, KEYS, KEYS) is not shelf.upsert(TOTAL, KEYS, (*KEYS, "amount"))
