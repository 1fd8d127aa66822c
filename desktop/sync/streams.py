"""Which streams of a provider an account reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.providers.contract import Provider, Stream

_INTEGRATION = table_of(Integration)


def streams_of(connection: Connection, provider: Provider, integration_id: int) -> Sequence[Stream]:
    """The provider's streams that this account reads: all but those whose switch is off, in the provider's order."""
    config = connection.execute(
        select(_INTEGRATION.c.config).where(_INTEGRATION.c.id == integration_id)
    ).scalar_one_or_none()
    switches: dict[str, Any] = config or {}
    return [stream for stream in provider.streams if not stream.option or switches.get(stream.option)]
