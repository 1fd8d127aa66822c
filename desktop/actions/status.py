"""How everything stands: accounts, streams, what waits and what failed. Nothing is silently missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from desktop.actions.business import Business
from desktop.books.integrations import DISCONNECTED, IntegrationRow, list_integrations
from desktop.providers.registry import facts_of, provider_title
from desktop.queries.stream_counts import count_streams
from desktop.queries.work import count_work
from desktop.regions import country_of_machine, region_of
from desktop.sync.reads import read_cost
from desktop.sync.renewal import given_up
from desktop.sync.schedule import HOUR_MS, Cost
from desktop.sync.situation import read_schedule, read_situations
from desktop.sync.standing import Now, Standing, standing_of
from desktop.sync.status import StreamStatus, read_status


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account, its streams, and what that comes to; ``standing`` is None of one that is not connected.

    ``renewal_given_up``: its access is renewed by nobody any more but a person.
    ``cost`` is what its reads of the last thirty days came to, and ``every_hours`` how often an open window syncs it by
    itself.
    """

    integration: IntegrationRow
    streams: tuple[StreamStatus, ...]
    standing: Standing | None = None
    renewal_given_up: bool = False
    cost: Cost = field(default_factory=Cost)
    every_hours: int = 1


@dataclass(frozen=True, slots=True)
class Status:
    """The whole standing of one set of books."""

    accounts: tuple[AccountStatus, ...]
    outbox: dict[str, int]
    events: dict[str, int]
    conflicts: int
    timezone: str


def standing(business: Business, *, scheduled: bool = True) -> Status:
    """How everything stands, in one consistent read. ``scheduled``: whether this program syncs by itself."""
    with business.books.read() as connection:
        rows = list_integrations(connection, provider_title)
        streams = {row.id: tuple(_streams(business, connection, row)) for row in rows}
        standings = _standings(business, connection, rows, streams, scheduled=scheduled)
        over = given_up(connection, (row.row_uuid for row in rows))
        schedule, now = read_schedule(connection), business.books.now()
        accounts = []
        for row in rows:
            cost = read_cost(connection, row.id, facts_of(row.provider), now)
            account = AccountStatus(
                integration=row,
                streams=streams[row.id],
                standing=standings.get(row.id),
                renewal_given_up=row.row_uuid in over,
                cost=cost,
                every_hours=schedule.within(cost).every_ms // HOUR_MS,
            )
            accounts.append(account)
        work = count_work(connection)
    return Status(tuple(accounts), work.outbox, work.events, work.conflicts, business.books.timezone)


def account_standings(business: Business, *, scheduled: bool = True) -> tuple[Standing, ...]:
    """How each connected account stands, without counting anything: cheap enough to be asked again and again."""
    with business.books.read() as connection:
        rows = list_integrations(connection, provider_title)
        return tuple(_standings(business, connection, rows, None, scheduled=scheduled).values())


def _streams(business: Business, connection: Connection, row: IntegrationRow) -> list[StreamStatus]:
    provider = business.provider(row.provider)
    counts = count_streams(connection, row.id, [stream.name for stream in provider.streams])
    return read_status(connection, row.id, provider, business.books.now(), counts)


def _standings(
    business: Business,
    connection: Connection,
    rows: Sequence[IntegrationRow],
    streams: Mapping[int, Sequence[StreamStatus]] | None,
    *,
    scheduled: bool,
) -> dict[int, Standing]:
    books = business.books
    at = books.now()
    countries = [row.country for row in rows if row.status != DISCONNECTED]
    region = region_of(countries, country_of_machine(business.environment))
    now = Now(at, books.zone, business.today(), region, read_schedule(connection), scheduled)
    found = read_situations(connection, rows, business.provider, at, streams=streams, unkept=books.unkept)
    return {one.integration_id: standing_of(one, now) for one in found}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A live account whose provider is reached at another address than its own."""

    title: str
    provider_title: str
    address: str


def elsewhere(business: Business, rows: Sequence[IntegrationRow]) -> tuple[Elsewhere, ...]:
    """Connected live accounts that are asked for at another address (``cli.md``, Environment).

    Raises: UsageError for an address that may not be used.
    """
    found = []
    for row in rows:
        if row.mode != "live" or row.status == DISCONNECTED:
            continue
        provider = business.provider(row.provider)
        own, used = provider.endpoints({}), provider.endpoints(business.environment)
        bases = (own.api_base, own.connect_base)
        other = next((base for base in (used.api_base, used.connect_base) if base not in bases), "")
        if other:
            found.append(Elsewhere(row.title, provider.title, other))
    return tuple(found)
