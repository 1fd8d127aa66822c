"""Which locations, currencies and stock there are: what pages and filters offer.

Apart from what is told of a location, so that the first figures of a window wait for nothing but this.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from desktop.books.integrations import DISCONNECTED, list_integrations
from desktop.books.tables import DailyTotal, Integration, InventoryCount, Location
from desktop.books.tables.base import table_of
from desktop.providers.registry import provider_title
from desktop.queries.naming import names_of_clients
from desktop.queries.scope import EVERYTHING, Scope

_LOCATION = table_of(Location)
_INTEGRATION = table_of(Integration)
_DAILY = table_of(DailyTotal)
_COUNT = table_of(InventoryCount)
_STOCK_SWITCH = "sync_inventory"


class Choices(NamedTuple):
    """What a list is narrowed to: locations, currencies in which anything was counted (the main one first), and what
    the chosen client is called.
    """

    locations: tuple[LocationName, ...]
    currencies: tuple[str, ...]
    client_name: str


class LocationName(NamedTuple):
    """A location that rows may belong to.

    ``ref`` is its id at the provider; ``connected``: its account still is; ``namesake``: another has the same name.
    """

    ref: str
    integration_id: int
    name: str
    active: bool
    connected: bool
    account: str
    namesake: bool


def read_choices(connection: Connection, client_id: int | None = None) -> Choices:
    """What a list can be narrowed to; ``client_id`` is the client that it is narrowed to already."""
    names = {} if client_id is None else names_of_clients(connection, [client_id])
    return Choices(list_locations(connection), list_currencies(connection), names.get(client_id or 0, ""))


def list_locations(connection: Connection) -> tuple[LocationName, ...]:
    """All locations, active ones and main ones first."""
    accounts = {row.id: row for row in list_integrations(connection, provider_title)}
    query = (
        select(_LOCATION.c.external_id, _LOCATION.c.integration_id, _LOCATION.c.name, _LOCATION.c.status)
        .where(_LOCATION.c.deleted.is_(False))
        .order_by(_LOCATION.c.status, _LOCATION.c.main.desc(), func.lower(_LOCATION.c.name), _LOCATION.c.id)
    )
    rows = connection.execute(query).all()
    times = Counter(row.name for row in rows)
    return tuple(
        LocationName(
            row.external_id,
            row.integration_id,
            row.name or row.external_id,
            row.status == "active",
            accounts[row.integration_id].status != DISCONNECTED,
            accounts[row.integration_id].title,
            times[row.name] > 1,
        )
        for row in rows
    )


def list_scopes(connection: Connection) -> list[Scope]:
    """What figures can be asked of: everything, each account, and each location."""
    accounts = connection.execute(select(_INTEGRATION.c.id).order_by(_INTEGRATION.c.id)).scalars().all()
    locations = list_locations(connection)
    return [
        EVERYTHING,
        *(Scope(None, account) for account in accounts),
        *(Scope(location.ref, location.integration_id) for location in locations),
    ]


def list_currencies(connection: Connection) -> tuple[str, ...]:
    """The currencies in which anything was counted, the accounts' own first."""
    own = select(_INTEGRATION.c.currency).where(_INTEGRATION.c.currency != "").order_by(_INTEGRATION.c.id)
    counted = select(_DAILY.c.currency).distinct().order_by(_DAILY.c.currency)
    return tuple(dict.fromkeys([*connection.execute(own).scalars(), *connection.execute(counted).scalars()]))


def keeps_stock(connection: Connection) -> bool:
    """Whether some connected account is asked for its stock, and has some."""
    accounts = select(_INTEGRATION.c.id, _INTEGRATION.c.config).where(_INTEGRATION.c.status != DISCONNECTED)
    asked = [account for account, config in connection.execute(accounts) if (config or {}).get(_STOCK_SWITCH)]
    counted = select(_COUNT.c.id).where(_COUNT.c.integration_id.in_(asked), _COUNT.c.deleted.is_(False)).limit(1)
    return bool(asked) and connection.execute(counted).first() is not None
