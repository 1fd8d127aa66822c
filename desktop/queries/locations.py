"""The list of locations, each with what it sold in the current month; and what a location is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, literal_column, select

from desktop.books.books import now_ms
from desktop.books.settings import TIMEZONE, read_setting
from desktop.books.tables import DailyTotal, Integration, Location
from desktop.books.tables.base import table_of
from desktop.periods import DayClock, period_of, zone
from desktop.queries.listing import Filter, Listing, Sort, Sum, sums_of
from desktop.queries.scales import Scales, read_scales
from desktop.queries.search import Lookup, by_external_id, contains

_LOCATION = table_of(Location)
_DAILY = table_of(DailyTotal)
_INTEGRATION = table_of(Integration)
_MEASURES = ("collected", "tips", "refunds")


class LocationRow(NamedTuple):
    """A location in a list.

    ``month`` is the current one (``YYYY-MM``): ``sales`` are what was collected there in it, ``tips`` a part of that,
    ``refunds`` what was sent back, ``payments`` how many sales there were.
    """

    id: int
    integration_id: int
    provider: str
    external_id: str
    name: str
    status: str
    main: bool
    kind: str
    currency: str
    timezone: str
    address_line1: str
    city: str
    country: str
    phone: str
    email: str
    created_at: int
    month: str
    sales: tuple[Sum, ...]
    tips: tuple[Sum, ...]
    refunds: tuple[Sum, ...]
    payments: int


_OF_MONTH = ("month", "sales", "tips", "refunds", "payments")
_COLUMNS = tuple(
    _INTEGRATION.c.provider if name == "provider" else _LOCATION.c[name]
    for name in LocationRow._fields
    if name not in _OF_MONTH
)


def read_locations(connection: Connection, ids: Sequence[int], today: str = "") -> dict[int, LocationRow]:
    """Rows by id, with the sums of the month of the business's day ``today`` (empty: by the machine's clock)."""
    month = (today or _today(connection))[:7]
    query = (
        select(*_COLUMNS)
        .select_from(_LOCATION.join(_INTEGRATION, _INTEGRATION.c.id == _LOCATION.c.integration_id))
        .where(_LOCATION.c.id.in_(ids), _LOCATION.c.deleted.is_(False))
    )
    rows = connection.execute(query).all()
    scales = read_scales(connection)
    sums, counts = _sums_of_month(connection, [row.external_id for row in rows], month, scales)
    found = {}
    for row in rows:
        here = (row.integration_id, row.external_id)
        sales, tips, refunds = (sums_of(sums[(*here, measure)], scales) for measure in _MEASURES)
        found[row.id] = LocationRow._make((*row, month, sales, tips, refunds, counts[here]))
    return found


def zone_of_books(connection: Connection) -> ZoneInfo:
    """The business's time zone, as the books have it."""
    return zone(read_setting(connection, TIMEZONE, "UTC"))


def _today(connection: Connection) -> str:
    return DayClock(zone_of_books(connection)).day(now_ms())


def _sums_of_month(
    connection: Connection, refs: list[str], month: str, scales: Scales
) -> tuple[dict[tuple[int, str, str], dict[str, int]], dict[tuple[int, str], int]]:
    """Amounts by account, location and measure, and the number of sales by account and location."""
    period = period_of("month", f"{month}-01")
    query = (
        select(
            _DAILY.c.integration_id, _DAILY.c.location_ref, _DAILY.c.measure, _DAILY.c.currency,
            func.sum(_DAILY.c.amount), func.sum(_DAILY.c.count),
        )
        .where(
            _DAILY.c.day >= period.start_day, _DAILY.c.day < period.end_day_exclusive,
            _DAILY.c.measure.in_(_MEASURES), _DAILY.c.location_ref.in_(refs),
        )
        .group_by(_DAILY.c.integration_id, _DAILY.c.location_ref, _DAILY.c.measure, _DAILY.c.currency)
    )  # fmt: skip
    sums: dict[tuple[int, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for account, ref, measure, currency, amount, times in connection.execute(query):
        sums[account, ref, measure][currency] += scales.common(int(amount), currency, account)
        if measure == "collected":
            counts[account, ref] += int(times)
    return sums, counts


def _meanings(word: str, lookup: Lookup) -> list[Select[Any]]:
    texts = (_LOCATION.c.name, _LOCATION.c.city, _LOCATION.c.address_line1)
    return [
        select(_LOCATION.c.id).where(contains(word, *texts)),
        *by_external_id(word, _LOCATION, lookup),
    ]


_NEWEST = Sort((_LOCATION.c.created_at,))
LOCATIONS: Listing[LocationRow] = Listing(
    name="locations",
    table=_LOCATION,
    tabs={
        "active": lambda _: _LOCATION.c.status == "active",
        "inactive": lambda _: _LOCATION.c.status != "active",
    },
    sorts={
        "": _NEWEST,
        "created": _NEWEST,
        "name": Sort((func.lower(_LOCATION.c.name),)),
        "city": Sort((func.lower(_LOCATION.c.city),)),
    },
    listed=(_LOCATION.c.deleted.is_(False),),
    meanings=_meanings,
    read=read_locations,
    read_as_of=read_locations,
    at_location=lambda ref: _LOCATION.c.external_id == ref,
)
LISTS: tuple[Listing[Any], ...] = (LOCATIONS,)


def sales_of_month(connection: Connection, wanted: Filter) -> dict[str, tuple[Sum, ...]]:
    """What the locations of a filter took together in the current month: ``collected``, ``tips`` and ``refunds``."""
    period, scales = period_of("month", f"{wanted.today[:7]}-01"), read_scales(connection)
    here = and_(_LOCATION.c.integration_id == _DAILY.c.integration_id, _LOCATION.c.external_id == _DAILY.c.location_ref)
    query = (
        select(_DAILY.c.measure, _DAILY.c.currency, _DAILY.c.integration_id, func.sum(_DAILY.c.amount))
        .join(_LOCATION, here)
        .where(
            _DAILY.c.day >= period.start_day, _DAILY.c.day < period.end_day_exclusive,
            _DAILY.c.measure.in_(("collected", "tips", "refunds")), *LOCATIONS.where(connection, wanted),
        )
        .group_by(_DAILY.c.measure, _DAILY.c.currency, _DAILY.c.integration_id)
    )  # fmt: skip
    sums: dict[str, dict[str, int]] = {"collected": {}, "tips": {}, "refunds": {}}
    for measure, currency, account, amount in connection.execute(query):
        of_measure = sums[measure]
        of_measure[currency] = of_measure.get(currency, 0) + scales.common(int(amount or 0), currency, account)
    return {measure: sums_of(of_measure, scales) for measure, of_measure in sums.items()}


# --------------------------------------------------------------------------------------- what other lists say of it


def at_location(rows: FromClause, table: Any) -> FromClause:
    """``rows`` joined with the locations of ``table``, where those are known."""
    joined: FromClause = rows.outerjoin(
        _LOCATION,
        and_(
            _LOCATION.c.integration_id == table.c.integration_id,
            _LOCATION.c.external_id == table.c.location_ref,
        ),
    )
    return joined


def location_column() -> ColumnElement[str]:
    """What the location of a row joined by :func:`at_location` is called; empty where nobody knows."""
    return func.coalesce(_LOCATION.c.name, literal_column("''")).label("location_name")


def location_name(connection: Connection, integration_id: int, ref: str) -> str:
    """What a location is called; its id where it was never read, and empty for none."""
    query = select(_LOCATION.c.name).where(_LOCATION.c.integration_id == integration_id, _LOCATION.c.external_id == ref)
    return (connection.execute(query).scalar_one_or_none() or ref) if ref else ""


def location_id(connection: Connection, integration_id: int, ref: str) -> int | None:
    """The row of the location with a provider's id; None where there is none or it was never read."""
    query = select(_LOCATION.c.id).where(
        _LOCATION.c.integration_id == integration_id, _LOCATION.c.external_id == ref, _LOCATION.c.deleted.is_(False)
    )
    return connection.execute(query).scalar_one_or_none() if ref else None
