"""The switches of an account: what is read of it only where its owner wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from desktop.actions.business import Business
from desktop.books.integrations import IntegrationRow, log_activity, update_integration
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.records import Changes
from desktop.sync.lease import holder_text

_INTEGRATION = table_of(Integration)


@dataclass(frozen=True, slots=True)
class OptionSet:
    """An account's switch stands so now. ``was``: as it stood before."""

    integration_id: int
    option: str
    on: bool
    was: bool
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def options_of(business: Business, row: IntegrationRow) -> dict[str, bool]:
    """The account's switches, those that its provider has, and how they stand."""
    names = _names(business, row)
    if not names:
        return {}
    with business.books.read() as connection:
        config = _config(connection, row.id)
    return {name: bool(config.get(name)) for name in names}


def set_option(business: Business, integration_id: int, option: str, on: bool) -> OptionSet:
    """Turn one of an account's switches; what it lets in is read at the next sync, what was read stays.

    Raises: NotConnectedError where there is no such account, UsageError for a switch that its provider has not,
    LeaseHeld where another program is at work on the account.
    """
    row = business.integration(integration_id)
    names = _names(business, row)
    if option not in names:
        known = f"There is {', '.join(names)}." if names else "This account has none."
        title = business.provider(row.provider).title
        raise UsageError("No such option", f"An account of {title} has no option called {option}.", known)
    holder = holder_text("Paydesk")
    with business.worker(row).job(holder, urgent=True) as job, job.write() as writer:
        config = _config(writer.connection, row.id)
        was = bool(config.get(option))
        update_integration(writer.connection, row.id, config={**config, option: on})
        told = f"{row.title}: {option} {'on' if on else 'off'}"
        log_activity(writer.connection, business.books.now(), "option", told, row.id)
    return OptionSet(row.id, option, on, was)


def _names(business: Business, row: IntegrationRow) -> tuple[str, ...]:
    """The provider's streams say by which switch they are read."""
    streams = business.provider(row.provider).streams
    return tuple(dict.fromkeys(stream.option for stream in streams if stream.option))


def _config(connection: Connection, integration_id: int) -> Mapping[str, Any]:
    query = select(_INTEGRATION.c.config).where(_INTEGRATION.c.id == integration_id)
    kept: Mapping[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return kept or {}
