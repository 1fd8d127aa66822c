"""Disputes: what they are about, and their money where no ledger line tells of it."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.books.projections.context import Context
from desktop.books.projections.rows import KEYS, facts_of
from desktop.books.rollups import DisputeSums
from desktop.books.tables import Dispute
from desktop.books.tables.base import table_of
from desktop.records import DisputeRecord

_DISPUTE = table_of(Dispute)
_FACTS = facts_of(DisputeRecord, _DISPUTE)
_MOMENTS = ("withdrawn_at", "withdrawn_day", "reversed_at", "reversed_day")
_TAKEN = frozenset({"needs_response", "under_review", "won", "lost"})
_NOT_TAKEN = frozenset({"inquiry", "inquiry_closed", "prevented"})
_GIVEN_BACK = frozenset({"won"})


def project_disputes(context: Context, records: Sequence[tuple[str, DisputeRecord]]) -> None:
    """Write disputes, and count the money of those that no ledger line tells of; attempts in dispute are touched."""
    columns = (*DisputeSums._fields, "attempt_ref", "withdrawn_at", "reversed_at")
    before = context.shelf.select("disputes before", _DISPUTE, columns, "external_id")
    known: dict[str, tuple[int | None, int | None]] = {}
    context.payments.named.update(record.attempt_ref for _, record in records)
    for *sums, attempt, withdrawn_at, reversed_at in context.fetch(before, [ref for ref, _ in records]):
        old = DisputeSums._make(sums)
        context.payments.named.add(attempt)
        context.totals.dispute(old, -1)
        known[old.external_id] = withdrawn_at, reversed_at
    day_of, rows = context.clock.day, []
    for ref, record in records:
        withdrawn_at, reversed_at = _moments(record, known.get(ref))
        days = [None if at is None else day_of(at) for at in (withdrawn_at, reversed_at)]
        rows.append((context.integration_id, ref, *_FACTS.of(record), withdrawn_at, days[0], reversed_at, days[1]))
        sums_now = DisputeSums(ref, record.amount, record.currency, days[0], days[1], record.location_ref)
        context.totals.dispute(sums_now, 1)
    context.totals.rows(_DISPUTE.name, len(rows) - len(known))
    context.writer.run_many(context.shelf.upsert(_DISPUTE, KEYS, (*KEYS, *_FACTS.columns, *_MOMENTS)), rows)


def _moments(record: DisputeRecord, known: tuple[int | None, int | None] | None) -> tuple[int | None, int | None]:
    """When the money was taken and given back. The first that was known of either stands: closed months do too."""
    if record.on_ledger:
        return None, None
    if record.status not in _TAKEN:
        # Of a word that is not known it is certain only that nothing is known to have moved since.
        return (None, None) if record.status in _NOT_TAKEN or known is None else known
    # One that was an inquiry before was not taken when it was created.
    since = record.created_at if known is None else record.changed_at or record.created_at
    withdrawn_at = known[0] if known is not None and known[0] is not None else since
    if record.status not in _GIVEN_BACK:
        return withdrawn_at, None
    reversed_at = known[1] if known is not None and known[1] is not None else record.changed_at or record.created_at
    return withdrawn_at, reversed_at
