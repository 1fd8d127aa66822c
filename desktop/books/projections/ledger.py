"""The provider's ledger and its payouts: lines count on their day, payouts where no line tells of them.

A line that does not say its location belongs to the one that its payout was made for, whichever arrives first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, true, update

from desktop.books.projections.context import Context
from desktop.books.projections.rows import KEYS, facts_of
from desktop.books.rollups import EntrySums, PayoutSums
from desktop.books.tables import BalanceEntry, Payout
from desktop.books.tables.base import table_of
from desktop.records import BalanceEntryRecord, PayoutRecord

_ENTRY = table_of(BalanceEntry)
_PAYOUT = table_of(Payout)
# A line may take its location, and whether it settles, from its payout; a payout's days are told here.
_ENTRY_FACTS = facts_of(BalanceEntryRecord, _ENTRY, frozenset({"location_ref", "settles"}))
_PAYOUT_FACTS = facts_of(PayoutRecord, _PAYOUT, frozenset({"arrival_day", "failed_at"}))
_UNPAID = frozenset({"failed", "canceled"})


def project_entries(context: Context, records: Sequence[tuple[str, BalanceEntryRecord]]) -> None:
    """Write ledger lines and count them; the payments and refunds that they are, or were, about are touched."""
    before = context.shelf.select("entry sums", _ENTRY, (*EntrySums._fields, "source_ref"), "external_id")
    rows, sources = [], context.payments.sources
    known = context.fetch(before, [ref for ref, _ in records])
    context.totals.rows(_ENTRY.name, len(records) - len(known))
    for *sums, source in known:
        context.totals.entry(EntrySums(*sums), -1)
        sources.add(source)
    payouts = _payouts_of(context, records)
    day_of = context.clock.day
    for ref, record in records:
        day, location = day_of(record.created_at), record.location_ref
        if not location and record.payout_ref in payouts:
            location = payouts[record.payout_ref][0]
        stated = record.payout_fee and record.source_ref in payouts and payouts[record.source_ref][1] != 0
        settles = record.settles or stated
        rows.append((context.integration_id, ref, day, location, settles, *_ENTRY_FACTS.of(record)))
        context.totals.entry(
            EntrySums(ref, record.kind, record.amount, record.fee, record.net, record.currency, day, location, settles),
            1,
        )
        sources.add(record.source_ref)
    columns = (*KEYS, "entry_day", "location_ref", "settles", *_ENTRY_FACTS.columns)
    context.writer.run_many(context.shelf.upsert(_ENTRY, KEYS, columns), rows)


def _payouts_of(context: Context, records: Sequence[tuple[str, BalanceEntryRecord]]) -> dict[str, tuple[str, int]]:
    """Location and stated fee of the payouts that lines without a location, or about a payout's fee, speak of."""
    wanted = {record.payout_ref for _, record in records if not record.location_ref}
    wanted |= {record.source_ref for _, record in records if record.payout_fee}
    query = context.shelf.select("payouts of lines", _PAYOUT, ("external_id", "location_ref", "fee"), "external_id")
    return {ref: (location, fee) for ref, location, fee in context.fetch(query, sorted(wanted - {""}))}


def project_payouts(context: Context, records: Sequence[tuple[str, PayoutRecord]]) -> None:
    """Write payouts, and count those that no ledger line tells of. The first that was known of a failure stands.

    A provider that states an instant of arrival means the day that it begins, in UTC.
    """
    before = context.shelf.select("payouts before", _PAYOUT, (*PayoutSums._fields, "failed_at"), "external_id")
    known, day_of = {}, context.clock.day
    for *old, failed_at in context.fetch(before, [ref for ref, _ in records]):
        context.totals.payout(PayoutSums._make(old), -1)
        known[old[0]] = failed_at
    rows = []
    for ref, record in records:
        day = failed_day = failed_at = None
        if not record.on_ledger:
            day = day_of(record.created_at)
            if record.status in _UNPAID:
                failed_at = known.get(ref) or record.failed_at or record.created_at
                failed_day = day_of(failed_at)
        rows.append(
            (context.integration_id, ref, _arrival_day(record), day, failed_at, failed_day, *_PAYOUT_FACTS.of(record))
        )
        location = record.location_ref
        sums = PayoutSums(ref, record.status, record.amount, record.fee, record.currency, day, location, failed_day)
        context.totals.payout(sums, 1)
    columns = (*KEYS, "arrival_day", "counted_day", "failed_at", "failed_day", *_PAYOUT_FACTS.columns)
    context.totals.rows(_PAYOUT.name, len(rows) - len(known))
    context.writer.run_many(context.shelf.upsert(_PAYOUT, KEYS, columns), rows)
    _locate_lines(context, {ref: record.location_ref for ref, record in records if record.location_ref})
    _settle_fees(context, {ref: record.fee != 0 for ref, record in records if not record.on_ledger})


def _settle_fees(context: Context, stated: dict[str, bool]) -> None:
    """Lines of payouts' own fees, which came before the payout or before it stated any: they count, or it does."""
    query = context.shelf.select(
        "lines of payout fees",
        _ENTRY,
        (*EntrySums._fields, "source_ref"),
        "source_ref",
        _ENTRY.c.payout_fee.is_(true()),
    )
    changed: list[tuple[Any, ...]] = []
    for *sums, payout in context.fetch(query, sorted(stated)):
        line = EntrySums(*sums)
        if bool(line.settles) is not stated[payout]:
            context.totals.entry(line, -1)
            context.totals.entry(line._replace(settles=stated[payout]), 1)
            changed.append((stated[payout], context.integration_id, line.external_id))
    if changed:
        context.writer.run_many(context.shelf.keep("settle line", _settle_line), changed)
        context.tables.add("balance_entries")


def _settle_line() -> Any:
    return (
        update(_ENTRY)
        .values(settles=bindparam("stated"))
        .where(_ENTRY.c.integration_id == bindparam("of"), _ENTRY.c.external_id == bindparam("ref"))
    )


def _locate_lines(context: Context, locations: dict[str, str]) -> None:
    """Lines that came before their payout and say no location themselves."""
    query = context.shelf.select(
        "lines without location", _ENTRY, (*EntrySums._fields, "payout_ref"), "payout_ref",
        _ENTRY.c.location_ref == literal_column("''"),
    )  # fmt: skip
    moved: list[tuple[Any, ...]] = []
    for *sums, payout in context.fetch(query, sorted(locations)):
        line = EntrySums(*sums)
        context.totals.entry(line, -1)
        context.totals.entry(line._replace(location_ref=locations[payout]), 1)
        moved.append((locations[payout], context.integration_id, line.external_id))
    if moved:
        context.writer.run_many(context.shelf.keep("locate line", _locate_line), moved)
        context.tables.add("balance_entries")


def _locate_line() -> Any:
    return (
        update(_ENTRY)
        .values(location_ref=bindparam("location"))
        .where(_ENTRY.c.integration_id == bindparam("of"), _ENTRY.c.external_id == bindparam("ref"))
    )


def _arrival_day(record: PayoutRecord) -> str | None:
    if record.arrival_day or record.arrival_at is None:
        return record.arrival_day
    return datetime.fromtimestamp(record.arrival_at / 1000, UTC).date().isoformat()
