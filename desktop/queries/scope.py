"""What a report is about: everything, one account, one location, or one location of one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows count. ``location`` is the provider's id of a location (None or empty: all), ``integration_id`` an
    account (None: all).
    """

    location: str | None = None
    integration_id: int | None = None

    def of(self, table: Any) -> list[ColumnElement[bool]]:
        """The conditions on a table whose rows say their account and location."""
        return [*self._account(table), *([table.c.location_ref == self.location] if self.location else [])]

    def of_summed(self, table: Any) -> list[ColumnElement[bool]]:
        """The same for a table that keeps the sum over all locations under the empty one (``client_totals``)."""
        return [*self._account(table), table.c.location_ref == (self.location or "")]

    def _account(self, table: Any) -> list[ColumnElement[bool]]:
        return [] if self.integration_id is None else [table.c.integration_id == self.integration_id]


EVERYTHING = Scope()
