"""The provider's ledger and its payouts: lines count on their day, payouts where no line tells of them.

A line that does not say its place belongs to the place that its payout was made for, whichever arrives first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, literal_column, update

from desktop.books.projections.context import Context
from desktop.books.rollups import EntrySums, PayoutSums
from desktop.books.tables import BalanceEntry, Payout
from desktop.books.tables.base import table_of
from desktop.records import BalanceEntryRecord, PayoutRecord

_ENTRY = table_of(BalanceEntry)
_PAYOUT = table_of(Payout)
_KEYS = ("integration_id", "external_id")
_ENTRY_FACTS = (
    "kind", "amount", "fee", "net", "currency", "created_at", "available_at", "source_ref", "payout_ref", "status",
    "exchange_rate", "description", "settles",
)  # fmt: skip
_entry_facts = attrgetter(*_ENTRY_FACTS)
_PAYOUT_FACTS = (
    "status", "amount", "currency", "created_at", "arrival_at", "automatic", "entry_ref", "failure_entry_ref",
    "failure_code", "failure_message", "description", "method", "location_ref", "on_ledger", "fee",
)  # fmt: skip
_payout_facts = attrgetter(*_PAYOUT_FACTS)


def project_entries(context: Context, records: Sequence[tuple[str, BalanceEntryRecord]]) -> set[str]:
    """Write ledger lines and count them. The answer: what they are about, before and now."""
    before = context.shelf.select("entry sums", _ENTRY, (*EntrySums._fields, "source_ref"), "external_id")
    rows, sources = [], set()
    for *sums, source in context.fetch(before, [ref for ref, _ in records]):
        context.totals.entry(EntrySums(*sums), -1)
        sources.add(source)
    places = _places(context, {record.payout_ref for _, record in records if not record.location_ref} - {""})
    day_of = context.clock.day
    for ref, record in records:
        day, place = day_of(record.created_at), record.location_ref or places.get(record.payout_ref, "")
        rows.append((context.integration_id, ref, day, place, *_entry_facts(record)))
        context.totals.entry(
            EntrySums(
                ref, record.kind, record.amount, record.fee, record.net, record.currency, day, place, record.settles
            ),
            1,
        )
        sources.add(record.source_ref)
    columns = (*_KEYS, "entry_day", "location_ref", *_ENTRY_FACTS)
    context.writer.run_many(context.shelf.upsert(_ENTRY, _KEYS, columns), rows)
    context.kinds.add("balance_entries")
    return sources - {""}


def _places(context: Context, payouts: set[str]) -> dict[str, str]:
    query = context.shelf.select("places of payouts", _PAYOUT, ("external_id", "location_ref"), "external_id")
    return dict(context.fetch(query, sorted(payouts)))


def project_payouts(context: Context, records: Sequence[tuple[str, PayoutRecord]]) -> None:
    """Write payouts, and count those that no ledger line tells of.

    A provider that states an instant of arrival means the day that it begins, in UTC.
    """
    before = context.shelf.select("payouts before", _PAYOUT, PayoutSums._fields, "external_id")
    for row in context.fetch(before, [ref for ref, _ in records]):
        context.totals.payout(PayoutSums._make(row), -1)
    rows = []
    for ref, record in records:
        day = None if record.on_ledger else context.clock.day(record.created_at)
        rows.append((context.integration_id, ref, _arrival_day(record), day, *_payout_facts(record)))
        sums = PayoutSums(ref, record.status, record.amount, record.fee, record.currency, day, record.location_ref)
        context.totals.payout(sums, 1)
    columns = (*_KEYS, "arrival_day", "counted_day", *_PAYOUT_FACTS)
    context.writer.run_many(context.shelf.upsert(_PAYOUT, _KEYS, columns), rows)
    context.kinds.add("payouts")
    _place_lines(context, {ref: record.location_ref for ref, record in records if record.location_ref})


def _place_lines(context: Context, places: dict[str, str]) -> None:
    """Lines that came before their payout and say no place themselves."""
    query = context.shelf.select(
        "lines without place", _ENTRY, (*EntrySums._fields, "payout_ref"), "payout_ref",
        _ENTRY.c.location_ref == literal_column("''"),
    )  # fmt: skip
    moved: list[tuple[Any, ...]] = []
    for *sums, payout in context.fetch(query, sorted(places)):
        line = EntrySums(*sums)
        context.totals.entry(line, -1)
        context.totals.entry(line._replace(location_ref=places[payout]), 1)
        moved.append((places[payout], context.integration_id, line.external_id))
    if moved:
        context.writer.run_many(context.shelf.keep("place line", _place_line), moved)
        context.kinds.add("balance_entries")


def _place_line() -> Any:
    return (
        update(_ENTRY)
        .values(location_ref=bindparam("place"))
        .where(_ENTRY.c.integration_id == bindparam("of"), _ENTRY.c.external_id == bindparam("ref"))
    )


def _arrival_day(record: PayoutRecord) -> str | None:
    if record.arrival_day or record.arrival_at is None:
        return record.arrival_day
    return datetime.fromtimestamp(record.arrival_at / 1000, UTC).date().isoformat()
