"""An account's own name on screen, and what of it could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from desktop.actions.business import Business
from desktop.books.integrations import log_activity, update_integration
from desktop.books.tables import SetAsideObject
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.records import Changes

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Renamed:
    """The account has another name now."""

    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """An object of the provider that could not be read, and why."""

    stream: str
    data_type: str
    external_id: str
    reason: str


def rename_account(business: Business, integration_id: int, label: str) -> Renamed:
    """Call the account something else on screen; an empty text goes back to the provider's name for it.

    Raises: NotConnectedError where there is no such account, UsageError for a name that is too long.
    """
    row = business.integration(integration_id)
    name = " ".join(label.split())
    if len(name) > _LONGEST_NAME:
        raise UsageError("The name is too long", f"A name has at most {_LONGEST_NAME} characters.", "Shorten it.")
    with business.books.write() as writer:
        update_integration(writer.connection, row.id, label=name)
        log_activity(writer.connection, business.books.now(), "rename", f"{row.title} → {name}", row.id)
    return Renamed()


def set_aside_lines(business: Business, integration_id: int, limit: int = 50) -> list[SetAsideLine]:
    """What of an account could not be read, the newest first, at most ``limit`` of them."""
    table = table_of(SetAsideObject)
    query = (
        select(table.c.stream, table.c.data_type, table.c.external_id, table.c.reason)
        .where(table.c.integration_id == integration_id)
        .order_by(table.c.last_seen_at.desc(), table.c.id)
        .limit(limit)
    )
    with business.books.read() as connection:
        return [SetAsideLine(*row) for row in connection.execute(query)]
