"""The one door: whatever the source, provider objects enter the books through :meth:`Door.apply` and nowhere else.

Applying the same object twice, or an older one after a newer one, changes nothing. Which of two states is newer is
told by the intervals in which they were true; where the intervals overlap and the contents differ, the door asks for
the object to be read again by id, and that answer replaces without comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select, update

from desktop.books.database import Writer
from desktop.books.kinds import Removal, name_of, project, remove, settle
from desktop.books.packing import Packer, digest
from desktop.books.projections.context import Context
from desktop.books.rollups import Totals
from desktop.books.statements import Shelf, Statements
from desktop.books.tables import IntegrationData
from desktop.books.tables.base import table_of
from desktop.periods import DayClock
from desktop.records import AHEAD_MS, Applied, Changes, Deletion, KeptBody, SourceObject, Tally, Version
from desktop.secrets.cleaning import packed

_DATA = table_of(IntegrationData)
_KEYS = ("integration_id", "data_type", "external_id")
_COLUMNS = (
    *_KEYS, "kind", "data", "digest", "version_low", "version_high", "version_native", "deletion",
)  # fmt: skip
_BODY = _COLUMNS.index("data")
_STORED = ("external_id", "kind", "digest", "version_low", "version_high", "version_native", "deletion")


class Verdict(Enum):
    """What becomes of an object at the door."""

    CREATE = "create"
    UPDATE = "update"
    CONFIRM = "confirm"  # the same content, seen again: only its version moves on
    OLDER = "older"
    UNCLEAR = "unclear"


class Remapped(NamedTuple):
    """A stored object that was mapped anew, and what kind of row it was and how its body was told apart before."""

    item: SourceObject
    kind: str
    digest: bytes


class Judging(NamedTuple):
    """What else is known where states are compared: see :func:`judge`."""

    settled: bool
    present: int | None
    listed: bool


class Stored(NamedTuple):
    """What the books know of an object already."""

    kind: str
    digest: bytes
    version: Version
    deletion: Deletion


_FIRST_INSTANT_MS = 10**12
"""A native version from here on is an instant in milliseconds; one below is a counter."""


def lies_ahead(version: Version, present: int | None) -> bool:
    """Whether a version lies ahead of the provider's present (ms): a clock was wrong when it was made."""
    if present is None:
        return False
    native = version.native or 0
    return version.low > present + AHEAD_MS or native > max(present + AHEAD_MS, _FIRST_INSTANT_MS)


def judge(
    stored: Stored | None,
    incoming: SourceObject,
    digest: bytes,
    *,
    settled: bool,
    present: int | None = None,
    listed: bool = False,
) -> Verdict:
    """Whether ``incoming`` may replace ``stored``. ``settled``: it was asked for after both states in question.

    A stored version that lies ahead of the ``present`` (ms) stands against nothing: what was ``listed`` just now
    replaces it, and for anything else the object is read again.
    """
    if stored is None:
        return Verdict.CREATE
    if stored.deletion is Deletion.STATED:
        return Verdict.OLDER
    if incoming.deletion is Deletion.STATED:
        return Verdict.UPDATE
    if stored.digest == digest and stored.deletion is incoming.deletion:
        return Verdict.CONFIRM
    ahead = lies_ahead(stored.version, present)
    if settled or (ahead and listed):
        return Verdict.UPDATE
    if ahead:
        return Verdict.UNCLEAR
    later = incoming.version.follows(stored.version)
    if later is None:
        return Verdict.UNCLEAR
    return Verdict.UPDATE if later else Verdict.OLDER


def _later_of(first: Version, second: Version) -> Version:
    """The version of a content seen twice: true from the later start to the later end."""
    natives = [version.native for version in (first, second) if version.native is not None]
    return Version(max(first.low, second.low), max(first.high, second.high), max(natives) if natives else None)


@dataclass(slots=True)
class _Outcome:
    """What the door does with one object type's objects."""

    rows: dict[str, tuple[Any, ...]]
    confirmed: dict[str, Version]
    winners: dict[str, SourceObject]
    kinds: dict[str, str]
    created: set[str]
    last_seen: dict[str, SourceObject]


class Door:
    """Applies provider objects to the books of one database. One thread at a time."""

    def __init__(self, statements: Statements, clock: DayClock) -> None:
        self._shelf = Shelf(statements)
        self._clock = clock
        self._packer = Packer()

    def apply(
        self,
        writer: Writer,
        integration_id: int,
        objects: Sequence[SourceObject],
        *,
        settled: bool = False,
        present: int | None = None,
        listed: bool = False,
    ) -> Applied:
        """Take objects in, within the caller's transaction.

        ``settled`` is for objects read by id because the door asked for it: they replace without comparison.
        ``present`` is the provider's instant now (ms), where it is known; ``listed`` is for what was asked for by then.
        """
        context = Context(writer, self._shelf, integration_id, self._clock, Totals(integration_id))
        tally = Tally()
        unclear: dict[tuple[str, str], None] = {}
        groups: dict[str, list[SourceObject]] = defaultdict(list)
        for item in objects:
            groups[item.data_type].append(item)
        winners: list[SourceObject] = []
        gone: list[Removal] = []
        for data_type, items in groups.items():
            outcome = self._decide(context, data_type, items, unclear, Judging(settled, present, listed))
            self._store(context, data_type, outcome)
            for ref, item in outcome.winners.items():
                if item.record is not None and not item.deletion:
                    winners.append(item)
                elif outcome.kinds[ref] or item.merged_into:
                    # What the same batch still knew of it is its history, as if it had come in a batch before.
                    if ref in outcome.last_seen:
                        winners.append(outcome.last_seen[ref])
                    gone.append(Removal(outcome.kinds[ref], ref, item.merged_into))
            tally += _tally(items, outcome)
        self._project(context, winners, gone)
        if context.totals.write(writer, self._shelf):
            context.tables.add("totals")
        return Applied(tally, Changes(frozenset(context.tables)), tuple(unclear))

    def remap(self, writer: Writer, integration_id: int, remapped: Sequence[Remapped]) -> Changes:
        """Project stored objects, mapped anew, though they say nothing new, within the caller's transaction.

        Their versions stay; rows that they no longer make are removed. Totals move by the differences between what
        the rows count as now, so they want rebuilding after it where what counts has changed.
        """
        context = Context(writer, self._shelf, integration_id, self._clock, Totals(integration_id))
        bodies = [packed(cast(Mapping[str, Any], one.item.body), data_type=one.item.data_type) for one in remapped]
        stored, gone = [], []
        for one, body in zip(remapped, bodies, strict=True):
            mark, kind = digest(body), "" if one.item.record is None else name_of(one.item.record)
            if one.kind and kind != one.kind:
                gone.append(Removal(one.kind, one.item.external_id))
            if mark != one.digest or kind != one.kind:
                stored.append((kind, body, mark, integration_id, one.item.data_type, one.item.external_id))
        if stored:
            compressed = self._packer.pack([row[1] for row in stored])
            rows = [(row[0], data, *row[2:]) for row, data in zip(stored, compressed, strict=True)]
            writer.run_many(self._shelf.keep("keep anew", _keep_anew), rows)
        self._project(context, [one.item for one in remapped if one.item.record is not None], gone, anew=True)
        if context.totals.write(writer, self._shelf):
            context.tables.add("totals")
        return Changes(frozenset(context.tables))

    # --- deciding ----------------------------------------------------------------------------------------------

    def _decide(
        self,
        context: Context,
        data_type: str,
        items: Sequence[SourceObject],
        unclear: dict[tuple[str, str], None],
        judging: Judging,
    ) -> _Outcome:
        query = self._shelf.keep("stored objects", lambda: _stored_select(self._shelf))
        listed = self._shelf.statements.listed({item.external_id for item in items})
        known: dict[str, Stored] = {
            row[0]: Stored(row[1], bytes(row[2]), Version(row[3], row[4], row[5]), Deletion(row[6]))
            for row in context.writer.fetch(query, context.integration_id, data_type, listed)
        }
        outcome = _Outcome({}, {}, {}, {}, set(), {})
        for item in items:
            ref = item.external_id
            body: bytes | KeptBody
            if type(item.body) is KeptBody:
                body, mark = item.body, item.body.digest
            else:
                body = packed(cast(Mapping[str, Any], item.body), data_type=data_type)
                mark = digest(body)
            stored = known.get(ref)
            verdict = judge(stored, item, mark, settled=judging.settled, present=judging.present, listed=judging.listed)
            if verdict is Verdict.UNCLEAR:
                unclear[data_type, ref] = None
                continue
            if verdict is Verdict.OLDER:
                continue
            if verdict is Verdict.CONFIRM and stored is not None:
                ahead = lies_ahead(stored.version, judging.present)
                version = item.version if ahead else _later_of(stored.version, item.version)
                known[ref] = stored._replace(version=version)
                if ref in outcome.rows:
                    outcome.rows[ref] = (*outcome.rows[ref][:6], *_bounds(version), outcome.rows[ref][9])
                elif version != stored.version:
                    outcome.confirmed[ref] = version
                continue
            kind = name_of(item.record) if item.record is not None else stored.kind if stored else ""
            known[ref] = Stored(kind, mark, item.version, item.deletion)
            outcome.rows[ref] = (
                context.integration_id, data_type, ref, kind, body, mark,
                *_bounds(item.version), int(item.deletion),
            )  # fmt: skip
            outcome.confirmed.pop(ref, None)
            outcome.winners[ref] = item
            outcome.kinds[ref] = kind
            if item.record is not None and not item.deletion:
                outcome.last_seen[ref] = item
            if verdict is Verdict.CREATE:
                outcome.created.add(ref)
        return outcome

    def _store(self, context: Context, data_type: str, outcome: _Outcome) -> None:
        writer = context.writer
        if outcome.rows:
            rows = list(outcome.rows.values())
            kept = [
                (*row[:_BODY], body, *row[_BODY + 1 :])
                for row, body in zip(rows, self._packed([row[_BODY] for row in rows]), strict=True)
            ]
            writer.run_many(self._shelf.upsert(_DATA, _KEYS, _COLUMNS), kept)
        if outcome.confirmed:
            confirm = self._shelf.keep("confirm", _confirm_update)
            rows = [
                (*_bounds(version), context.integration_id, data_type, ref)
                for ref, version in outcome.confirmed.items()
            ]
            writer.run_many(confirm, rows)

    def _packed(self, bodies: Sequence[bytes | KeptBody]) -> list[bytes]:
        """Bodies as they are kept, in their order; those that come so are left alone."""
        texts = [body for body in bodies if not isinstance(body, KeptBody)]
        compressed = iter(self._packer.pack(texts)) if texts else iter(())
        return [body.data if isinstance(body, KeptBody) else next(compressed) for body in bodies]

    # --- projecting --------------------------------------------------------------------------------------------

    def _project(
        self, context: Context, winners: Sequence[SourceObject], gone: Sequence[Removal], *, anew: bool = False
    ) -> None:
        """Make rows of the winners and hide what is gone; mapping ``anew`` also takes money's rows away."""
        project(context, winners)
        remove(context, gone, anew=anew)
        settle(context)


def _stored_select(shelf: Shelf) -> Any:
    return select(*(_DATA.c[name] for name in _STORED)).where(
        _DATA.c.integration_id == bindparam("integration_id"),
        _DATA.c.data_type == bindparam("data_type"),
        shelf.statements.among(_DATA.c.external_id),
    )


def _confirm_update() -> Any:
    names = ("version_low", "version_high", "version_native")
    return (
        update(_DATA)
        .values({name: bindparam(f"new_{name}") for name in names})
        .where(*(_DATA.c[name] == bindparam(f"of_{name}") for name in _KEYS))
    )


def _keep_anew() -> Any:
    names = ("kind", "data", "digest")
    return (
        update(_DATA)
        .values({name: bindparam(f"new_{name}") for name in names})
        .where(*(_DATA.c[name] == bindparam(f"of_{name}") for name in _KEYS))
    )


def _bounds(version: Version) -> tuple[int, int, int | None]:
    return version.low, version.high, version.native


def _tally(items: Sequence[SourceObject], outcome: _Outcome) -> Tally:
    deleted = sum(1 for item in outcome.winners.values() if item.deletion)
    created = sum(1 for ref in outcome.created if not outcome.winners[ref].deletion)
    updated = len(outcome.winners) - deleted - created
    seen = len(items)
    return Tally(seen, created, updated, seen - created - updated - deleted, deleted)
