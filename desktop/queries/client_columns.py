"""Who a row belongs to: its client by way of the link, in the same query as the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, func, literal_column

from desktop.books.tables import Client, ClientLink, Integration
from desktop.books.tables.base import table_of
from desktop.queries.listing import Sort
from desktop.queries.naming import own_name

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_INTEGRATION = table_of(Integration)


def with_client(table: Any) -> FromClause:
    """The table joined with its rows' clients, where they have one, and their accounts."""
    joined: FromClause = (
        table.join(_INTEGRATION, _INTEGRATION.c.id == table.c.integration_id)
        .outerjoin(_LINK, _LINK.c.id == table.c.client_link_id)
        .outerjoin(_CLIENT, _CLIENT.c.id == _LINK.c.client_id)
    )
    return joined


def client_columns(*fallbacks: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    """The client's id (0: nobody) and what to call them: by their record, by the row's own words, by their id."""
    return func.coalesce(_CLIENT.c.id, 0).label("client_id"), _called(*fallbacks).label("client_name")


def _called(*fallbacks: ColumnElement[str]) -> ColumnElement[str]:
    nothing: ColumnElement[str] = literal_column("''")
    kept = [func.nullif(words, nothing) for words in (own_name(), *fallbacks)]
    by_id = case((_LINK.c.external_id.is_not(None), literal_column("'Client '").concat(_LINK.c.external_id)), else_="")
    return func.coalesce(*kept, by_id)


def provider_column() -> ColumnElement[str]:
    """The provider whose row it is."""
    return _INTEGRATION.c.provider.label("provider")


def by_client_name(table: Any, *fallbacks: ColumnElement[str], dated: ColumnElement[int] | None = None) -> Sort:
    """Sorted by what the client is called, with the fallbacks of :func:`client_columns`, then by the day (``dated``:
    where that is not the row's ``created_at``); costs a pass over the rows.
    """
    day = table.c.created_at if dated is None else dated
    return Sort((func.lower(_called(*fallbacks)), day), with_client(table))
