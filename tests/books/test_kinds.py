"""The register of record kinds: every record has its row, and every field its column or a reason to have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import get_args

import pytest

from desktop.books.kinds import KINDS, Deletion, Kind
from desktop.books.projections.rows import KEYS, facts_of
from desktop.records import Record

# Fields that are no column of their own table, or one that says something else: the projection makes more of them.
TOLD_OTHERWISE: Mapping[str, frozenset[str]] = {
    # What a person may write too is the client's; the customer's own row keeps the agreed snapshot of it.
    "client": frozenset(
        {"name", "email", "phone", "company", "address_line1", "address_line2", "city", "postal_code", "region",
         "country", "description"}
    ),
    "subscription": frozenset({"client_ref", "items"}),
    "payment_method": frozenset({"client_ref"}),
    "credit_note": frozenset({"client_ref"}),
    "client_balance_entry": frozenset({"client_ref"}),
    "terminal_checkout": frozenset({"payment_refs"}),
    "order": frozenset({"client_ref", "lines"}),
    "invoice": frozenset({"client_ref", "lines", "requests"}),
    "dispute": frozenset({"on_ledger", "changed_at"}),
    "attempt": frozenset({"payment_ref"}),
    # An intent is kept as it was stated, beside the payment that is composed of it.
    "payment": frozenset({"amount_received", "client_ref", "latest_attempt_ref", "canceled_at"}),
    "refund": frozenset({"release", "stored_value"}),
}  # fmt: skip


def named(kind: Kind) -> str:
    return kind.name


def test_every_record_has_one_row_in_the_register() -> None:
    assert sorted(kind.record.__name__ for kind in KINDS) == sorted(one.__name__ for one in get_args(Record))
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_every_field_of_a_record_is_a_column_or_is_told_otherwise(kind: Kind) -> None:
    missing = {one.name for one in fields(kind.record)} - set(kind.table.c.keys())
    assert missing == TOLD_OTHERWISE.get(kind.name, frozenset())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.project and not kind.history], ids=named)
def test_a_row_without_a_projection_says_what_the_record_says_and_nothing_else(kind: Kind) -> None:
    told = {"id", *KEYS, "deleted", "client_link_id", *facts_of(kind.record, kind.table).columns}
    assert set(kind.table.c.keys()) <= told


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.deletion is Deletion.HIDES], ids=named)
def test_what_a_deletion_hides_has_a_mark_for_it(kind: Kind) -> None:
    assert "deleted" in kind.table.c


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_somebody_hears_of_every_kind(kind: Kind) -> None:
    assert set(kind.told) <= set(kind.table.metadata.tables)
