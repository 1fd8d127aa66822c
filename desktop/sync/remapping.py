"""Mapping anew what the books hold already, after an upgrade: no network, and nothing that was read is lost.

Books keep every provider object beside the rows that were made of it. When a newer Paydesk reads something else out of
an object, or makes other rows of it, the old rows would stay as they were for ever, since the provider has no reason to
send the object again. So each account knows by which version of the mapping its rows were made, and where that is
older than ``desktop.books.tables.accounts.MAPPING_VERSION``, all its stored objects go through the mapper and the
door's projections once more: rows are replaced or taken away, totals built anew, and what was set aside goes in where
it can be read now. **Whoever changes a mapper or a projection raises that number, once for a release.**

It is done page by page in the order in which the objects were stored, a page and how far it came in one transaction:
a kill at any moment goes on where it was. It is a job of the account's worker, so where another window or command is
at work, that one's next sync does it. An object that breaks is left as it is and logged.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select, update

from desktop.books.books import Books
from desktop.books.database import Writer
from desktop.books.door import Remapped
from desktop.books.integrations import mapped_by_older
from desktop.books.packing import unpack
from desktop.books.rebuild import rebuild_totals
from desktop.books.tables import Integration, IntegrationData, Location, SetAsideObject
from desktop.books.tables.accounts import MAPPING_VERSION
from desktop.books.tables.base import table_of
from desktop.providers.contract import Provider
from desktop.records import Deletion, SourceObject, Version
from desktop.sync.account import Worker
from desktop.sync.aside import AsideShelf, known_aside
from desktop.sync.intake import unstorable_in
from desktop.sync.lease import LeaseHeld, Right

logger = logging.getLogger(__name__)

PAGE: Final = 1_000
"""Objects in one transaction."""

_INTEGRATION = table_of(Integration)
_DATA = table_of(IntegrationData)
_LOCATION = table_of(Location)
_ASIDE = table_of(SetAsideObject)

# What an object that no mapper has met may raise in the mapper or at the door; it concerns this object only.
_BROKEN: tuple[type[Exception], ...] = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

Tell = Callable[[str], None]
"""Is told, in a sentence, what is being done."""


class _Row(NamedTuple):
    """A stored object."""

    id: int
    data_type: str
    external_id: str
    kind: str
    data: bytes
    digest: bytes
    version_low: int
    version_high: int
    version_native: int | None

    @property
    def version(self) -> Version:
        return Version(self.version_low, self.version_high, self.version_native)


def remap_all(workers: Iterable[Worker], holder: str, tell: Tell) -> bool:
    """Map the objects of accounts anew, where that is due: a job of each one's worker.

    False where one has to wait for another program that is at work on it.
    Raises: LeaseLost, ClosedBooksError; what was committed by then is not done again.
    """
    whole = True
    for worker in workers:
        try:
            with worker.job(holder) as job:
                remap_if_due(job.books, job.provider, job, tell)
        except LeaseHeld:
            whole = False
    return whole


def remap_if_due(books: Books, provider: Provider, lease: Right, tell: Tell) -> None:
    """Map the objects of the account whose lease is held anew, where they are due. Raises: as :func:`remap_all`."""
    with books.read() as connection:
        is_due = any(account == lease.integration_id for account, _ in mapped_by_older(connection))
    if is_due:
        _Remapping(books, provider, lease).run(tell)


class _Remapping:
    def __init__(self, books: Books, provider: Provider, lease: Right) -> None:
        self._books = books
        self._provider = provider
        self._lease = lease
        self._account = lease.integration_id
        self._kept = _Kept(books, self._account)
        self._broken = (*_BROKEN, *unstorable_in(books))

    def run(self, tell: Tell) -> None:
        with self._books.read() as connection:
            any_kept = select(_DATA.c.id).where(_DATA.c.integration_id == self._account).limit(1)
            is_empty = connection.execute(any_kept).first() is None
        if not is_empty:
            tell(
                f"Bringing the books up to date after an upgrade: what {self._provider.title} told is read anew,"
                " without asking it again. This may take a minute."
            )
        self._map_pages()
        self._try_set_aside()
        rebuild_totals(self._books, self._account, check=self._lease.check)
        with self._books.write() as writer:
            self._lease.check(writer)
            self._note(writer, mapping_version=MAPPING_VERSION, mapping_cursor=0)

    def _map_pages(self) -> None:
        """Map page after page, each committed with how far it came."""
        query = (
            select(*(_DATA.c[name] for name in _Row._fields))
            .where(_DATA.c.integration_id == self._account, _DATA.c.deletion == int(Deletion.NONE))
            .order_by(_DATA.c.id)
            .limit(PAGE)
        )
        with self._books.read() as connection:
            after = connection.execute(
                select(_INTEGRATION.c.mapping_cursor).where(_INTEGRATION.c.id == self._account)
            ).scalar_one()
        while True:
            with self._books.read() as connection:
                rows = [_Row(*row) for row in connection.execute(query.where(_DATA.c.id > after))]
            if not rows:
                return
            after = rows[-1].id
            mapped = self._mapped(rows)
            self._lease.beat()
            with self._books.write() as writer:
                self._lease.check(writer)
                self._take(writer, mapped)
                self._note(writer, mapping_cursor=after)

    def _mapped(self, rows: Sequence[_Row]) -> list[Remapped]:
        """The rows' objects as the mapper reads them now, without those that are better left as they are."""
        groups: dict[str, list[tuple[_Row, Mapping[str, Any]]]] = defaultdict(list)
        for row in rows:
            try:
                groups[row.data_type].append((row, unpack(row.data)))
            except ValueError as error:
                logger.warning("The stored %s %s cannot be read", row.data_type, row.external_id, exc_info=error)
        found: list[Remapped] = []
        for data_type, group in groups.items():
            again = self._again(data_type, [(body, row.version) for row, body in group])
            for (row, _), item in zip(group, again, strict=True):
                # One that it can read no longer keeps the rows that were made of it.
                if isinstance(item, SourceObject) and item.external_id == row.external_id:
                    found.append(Remapped(item, row.kind, bytes(row.digest)))
        return found

    def _again(self, data_type: str, bodies: Sequence[tuple[Mapping[str, Any], Version]]) -> Sequence[Any]:
        try:
            return self._provider.map_again(self._kept, data_type, bodies)
        except _BROKEN as error:
            if len(bodies) > 1:
                return [one for body in bodies for one in self._again(data_type, [body])]
            logger.warning("A stored %s could not be mapped anew", data_type, exc_info=error)
            return [None]

    def _take(self, writer: Writer, mapped: Sequence[Remapped]) -> None:
        """Project a page at once; where one of its objects breaks it, each alone."""
        try:
            with writer.connection.begin_nested():
                self._books.remap(writer, self._account, mapped)
        except self._broken as error:
            if len(mapped) == 1:
                item = mapped[0].item
                logger.warning("%s %s could not be projected anew", item.data_type, item.external_id, exc_info=error)
                return
            for one in mapped:
                self._take(writer, [one])

    def _try_set_aside(self) -> None:
        """Let in what was set aside and can be read now."""
        with self._books.read() as connection:
            aside = AsideShelf(self._books.database.statements, self._account, known_aside(connection, self._account))
        after = 0
        query = (
            select(_ASIDE.c.id, _ASIDE.c.data_type, _ASIDE.c.data, _ASIDE.c.last_seen_at)
            .where(_ASIDE.c.integration_id == self._account, _ASIDE.c.data.is_not(None))
            .order_by(_ASIDE.c.id)
            .limit(PAGE)
        )
        while True:
            with self._books.read() as connection:
                rows = connection.execute(query.where(_ASIDE.c.id > after)).all()
            if not rows:
                return
            after = rows[-1].id
            for row in rows:
                self._try_one(aside, row.data_type, bytes(row.data), row.last_seen_at)

    def _try_one(self, aside: AsideShelf, data_type: str, data: bytes, at: int) -> None:
        try:
            body = orjson.loads(data)
        except orjson.JSONDecodeError:
            return  # none was kept, or only its beginning
        if type(body) is not dict:
            return
        (item,) = self._again(data_type, [(body, Version(at, at + 999))])
        if not isinstance(item, SourceObject):
            return
        try:
            with self._books.write() as writer:
                self._lease.check(writer)
                if not self._books.apply(writer, self._account, [item]).reread:
                    aside.clear(writer, [item])
        except self._broken as error:
            logger.warning("%s %s could not be taken in", data_type, item.external_id, exc_info=error)

    def _note(self, writer: Writer, **values: int) -> None:
        writer.connection.execute(update(_INTEGRATION).where(_INTEGRATION.c.id == self._account).values(**values))


class _Kept:
    """What the books keep of an account (``contract.KeptFacts``)."""

    def __init__(self, books: Books, integration_id: int) -> None:
        self._books = books
        self._account = integration_id

    @cached_property
    def currency(self) -> str:
        """The account's own currency."""
        with self._books.read() as connection:
            query = select(_INTEGRATION.c.currency).where(_INTEGRATION.c.id == self._account)
            return str(connection.execute(query).scalar_one()).lower()

    @cached_property
    def main_location(self) -> str:
        """The id of the account's main location."""
        query = (
            select(_LOCATION.c.external_id)
            .where(_LOCATION.c.integration_id == self._account, _LOCATION.c.main)
            .order_by(_LOCATION.c.id)
            .limit(1)
        )
        with self._books.read() as connection:
            return connection.execute(query).scalar() or ""

    def bodies(self, data_type: str, external_ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        """Stored objects by id."""
        query = select(_DATA.c.external_id, _DATA.c.data).where(
            _DATA.c.integration_id == self._account,
            _DATA.c.data_type == data_type,
            _DATA.c.external_id.in_(sorted(external_ids)),
        )
        with self._books.read() as connection:
            return {row[0]: unpack(row[1]) for row in connection.execute(query)}
