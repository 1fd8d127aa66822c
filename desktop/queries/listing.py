"""What all lists of rows share: a filter, the ids in order, rows by id, counts for the tabs and sums for the foot.

A list asks for the ids once (eight bytes each) and for rows in blocks; sorting and filtering are the database's.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, select

from desktop.books.tables import ClientLink, Invoice
from desktop.books.tables.base import table_of
from desktop.queries.figures import Figure
from desktop.queries.scales import Scales, read_scales
from desktop.queries.search import Lookup, Meanings, matching

R = TypeVar("R")
_LINK = table_of(ClientLink)
_INVOICE = table_of(Invoice)
# Up to here looking within all invoice numbers costs a few milliseconds; beyond, they are found by their beginning.
_WIDE = 200_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows, in which order.

    ``today`` is the business's day, from which late follows. ``status`` is one of the listing's tabs, empty for all.
    ``sort`` is one of its sorts, empty for the newest first. ``since_at`` and ``before_at`` are instants (ms) of the
    row's date, half-open: a period's ``instants(zone)``. ``figure`` leaves the rows behind a figure; its
    account, location and client are the filter's own.
    """

    today: str
    search: str = ""
    status: str = ""
    sort: str = ""
    descending: bool = True
    integration_id: int | None = None
    location_ref: str | None = None
    client_id: int | None = None
    since_at: int | None = None
    before_at: int | None = None
    figure: Figure | None = None

    @property
    def narrow(self) -> bool:
        """Whether it leaves a few rows only, so that counting them one by one is cheap."""
        return bool(self.search.strip()) or self.client_id is not None


class Sum(NamedTuple):
    """An amount of one currency, in the minor units of ``provider``."""

    currency: str
    amount: int
    provider: str | None


Tab: TypeAlias = Callable[[str], ColumnElement[bool]]
"""A tab's condition as of a day."""


class Sort(NamedTuple):
    """Columns to sort by; ``named`` where they are of the client rather than of the row."""

    columns: tuple[ColumnElement[Any], ...]
    named: FromClause | None = None


Behind: TypeAlias = Callable[[Figure, str], Sequence[ColumnElement[bool]]]
"""The conditions on rows behind a figure, as of a day."""


@dataclass(frozen=True)
class Listing(Generic[R]):
    """One kind of row that can be listed. ``name`` is the table's and the command's.

    ``tabs`` are in the order in which they are shown, without "all". ``foot`` says what ``totals`` sums up.
    ``at_location`` is the condition that a row belongs to a location where no ``location_ref`` of its own says so.
    ``dated`` is the instant of a row's date where that is not its ``created_at``.
    ``behind`` are the measures of figures whose rows it lists; ``read_behind`` reads rows that tell of the figure,
    and ``sorts_behind`` sort by it.
    """

    name: str
    table: Any
    tabs: Mapping[str, Tab]
    sorts: Mapping[str, Sort]
    listed: tuple[ColumnElement[bool], ...]
    meanings: Meanings
    read: Callable[[Connection, Sequence[int]], Mapping[int, R]]
    sum_up: Callable[[Connection, Listing[R], Filter, Scales], dict[str, int]] | None = None
    foot: str = ""
    at_location: Callable[[str], ColumnElement[bool]] | None = None
    dated: ColumnElement[int] | None = None
    read_as_of: Callable[[Connection, Sequence[int], str], Mapping[int, R]] | None = None
    behind: Mapping[str, Behind] = field(default_factory=dict)
    read_behind: Callable[[Connection, Sequence[int], Figure], Mapping[int, R]] | None = None
    sorts_behind: Mapping[str, Callable[[Figure], Sort]] = field(default_factory=dict)

    def ids(self, connection: Connection, wanted: Filter) -> array[int]:
        """The ids of the rows, in order. Raises ValueError for a tab or sort that is not of this listing."""
        sort = self.sorts[wanted.sort] if wanted.sort in self.sorts else _unknown(self.name, "sort", wanted.sort)
        if wanted.figure is not None and wanted.sort in self.sorts_behind:
            sort = self.sorts_behind[wanted.sort](figure_of(wanted))
        query = select(self.table.c.id)
        if sort.named is not None:
            query = query.select_from(sort.named)
        way = [column.desc() if wanted.descending else column.asc() for column in (*sort.columns, self.table.c.id)]
        result = connection.execute(query.where(*self.where(connection, wanted)).order_by(*way))
        cursor: Any = result.cursor
        # Past SQLAlchemy's row objects: for a million ids they cost more than the query.
        found = array("q", chain.from_iterable(cursor))
        result.close()
        return found

    def rows(self, connection: Connection, ids: Sequence[int], today: str = "") -> list[R | None]:
        """The rows of these ids, in their order; None for one that is gone.

        ``today`` is the business's day, for rows that tell of the current month; empty: by the machine's clock.
        """
        found = self.read_as_of(connection, ids, today) if self.read_as_of else self.read(connection, ids)
        return [found.get(row_id) for row_id in ids]

    def shown(self, connection: Connection, ids: Sequence[int], wanted: Filter) -> list[R | None]:
        """The rows of ids that a filter found, as they are told under it."""
        if wanted.figure is None or self.read_behind is None:
            return self.rows(connection, ids, wanted.today)
        found = self.read_behind(connection, ids, figure_of(wanted))
        return [found.get(row_id) for row_id in ids]

    def status_counts(self, connection: Connection, wanted: Filter) -> dict[str, int]:
        """How many rows each tab has under the other filters; all of them under the empty name."""
        wanted = replace(wanted, status="")
        where = self.where(connection, wanted)
        conditions = {name: tab(wanted.today) for name, tab in self.tabs.items()}
        if wanted.narrow:
            one = [func.sum(case((condition, 1), else_=0)) for condition in conditions.values()]
            row = connection.execute(select(func.count(), *one).select_from(self.table).where(*where)).one()
            return dict(zip(("", *conditions), (int(number or 0) for number in row), strict=True))
        counts = {"": self._count(connection, where)}
        for name, condition in conditions.items():
            counts[name] = self._count(connection, [*where, condition])
        return counts

    def _count(self, connection: Connection, where: Sequence[ColumnElement[bool]]) -> int:
        query = select(func.count()).select_from(self.table).where(*where)
        return int(connection.execute(query).scalar_one())

    def totals(self, connection: Connection, wanted: Filter) -> tuple[Sum, ...]:
        """What the rows add up to, by currency, largest first; empty for lists without a sum."""
        if self.sum_up is None:
            return ()
        scales = read_scales(connection)
        sums = self.sum_up(connection, self, wanted, scales)
        return sums_of(sums, scales)

    def where(self, connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
        """The conditions of a filter. Raises ValueError for a tab that is not of this listing."""
        columns = self.table.c
        conditions = [*self.listed]
        if wanted.status:
            tab = self.tabs.get(wanted.status) or _unknown(self.name, "tab", wanted.status)
            conditions.append(tab(wanted.today))
        if wanted.integration_id is not None:
            conditions.append(self._of_account(wanted.integration_id))
        if wanted.location_ref is not None and self.at_location is not None:
            conditions.append(self.at_location(wanted.location_ref))
        elif wanted.location_ref is not None and "location_ref" in columns:
            conditions.append(columns.location_ref == wanted.location_ref)
        if wanted.client_id is not None and "client_link_id" in columns:
            links = select(_LINK.c.id).where(_LINK.c.client_id == wanted.client_id)
            conditions.append(columns.client_link_id.in_(links))
        dated = columns.created_at if self.dated is None else self.dated
        if wanted.since_at is not None:
            conditions.append(dated >= wanted.since_at)
        if wanted.before_at is not None:
            conditions.append(dated < wanted.before_at)
        if wanted.figure is not None:
            measure = wanted.figure.measure
            behind = self.behind.get(measure) or _unknown(self.name, "rows behind", measure)
            conditions += behind(figure_of(wanted), wanted.today)
            if "currency" in columns:
                conditions.append(columns.currency == wanted.figure.currency)
        if wanted.search.strip():
            conditions += matching(columns.id, wanted.search, self.meanings, lookup_of(connection))
        return conditions

    def _of_account(self, integration_id: int) -> ColumnElement[bool]:
        columns = self.table.c
        if "integration_id" in columns:
            condition: ColumnElement[bool] = columns.integration_id == integration_id
            return condition
        linked = select(_LINK.c.client_id).where(_LINK.c.integration_id == integration_id)
        within: ColumnElement[bool] = columns.id.in_(linked)
        return within


def figure_of(wanted: Filter) -> Figure:
    """The filter's figure, of the filter's account, location and client. Raises ValueError for a filter without one."""
    if wanted.figure is None:
        raise ValueError("rows behind a figure are listed for one")
    return replace(
        wanted.figure,
        integration_id=wanted.integration_id,
        location=wanted.location_ref,
        client_id=wanted.client_id,
    )


def filter_of(figure: Figure, today: str) -> Filter:
    """The rows behind a figure, as a listing is asked for them."""
    return Filter(
        today,
        integration_id=figure.integration_id,
        location_ref=figure.location,
        client_id=figure.client_id,
        figure=figure,
    )


def _unknown(listing: str, what: str, name: str) -> Any:
    raise ValueError(f"{listing} have no {what} {name!r}")


def sums_of(sums: Mapping[str, int], scales: Scales) -> tuple[Sum, ...]:
    """Sums by currency, ready to show: largest first, without those that are nothing."""
    ranked = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Sum(currency, amount, scales.provider_of(currency)) for currency, amount in ranked if amount)


def lookup_of(connection: Connection) -> Lookup:
    """What searching needs to know of the books."""
    newest = connection.execute(select(func.max(_INVOICE.c.id))).scalar_one()
    return Lookup(connection.dialect.name, read_scales(connection), wide=(newest or 0) <= _WIDE)


def one_of(column: ColumnElement[str], *words: str) -> Tab:
    """The tab of the rows whose column is one of these words."""
    return lambda _: column.in_(words)


def summed(connection: Connection, query: Select[Any], scales: Scales) -> dict[str, int]:
    """Rows of (currency, integration, amount) added up by currency, in common units."""
    sums: dict[str, int] = {}
    for currency, integration_id, amount in connection.execute(query):
        sums[currency] = sums.get(currency, 0) + scales.common(int(amount or 0), currency, integration_id)
    return sums
