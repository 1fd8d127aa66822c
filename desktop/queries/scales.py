"""Which provider's minor units a currency's sums are kept in, so that amounts of two providers add up exactly.

The same currency can have different decimals at two providers (500 of one's ISK are 5 of another's). A sum over
accounts is kept in the finest units among the connected providers, which expresses all of them exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, select

from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.money import exponent
from desktop.providers.registry import currencies_of

_INTEGRATION = table_of(Integration)


@dataclass(frozen=True, slots=True)
class Scales:
    """Providers by integration id, and what follows from them for sums."""

    providers: Mapping[int, str]

    def provider_of(self, currency: str) -> str | None:
        """The provider whose minor units a sum in this currency is in; None (plain ISO 4217) without any account."""
        named = sorted(set(self.providers.values()))
        return max(named, key=lambda name: _decimals(currency, name), default=None)

    def factor(self, integration_id: int, currency: str) -> int:
        """What an amount of this account is multiplied by to be in the units of the sum; nearly always 1."""
        provider = self.providers.get(integration_id)
        if provider is None:
            return 1
        return int(10 ** (_decimals(currency, self.provider_of(currency)) - _decimals(currency, provider)))

    def common(self, amount: int, currency: str, integration_id: int) -> int:
        """An account's amount in the units of the sum."""
        return amount * self.factor(integration_id, currency)

    def weighed(
        self, amount: ColumnElement[int], integration_id: ColumnElement[int], currency: str
    ) -> ColumnElement[int]:
        """The same inside a statement, for comparing amounts of several accounts."""
        return multiplied(amount, integration_id, self.finer(currency))

    def finer(self, currency: str) -> tuple[tuple[int, int], ...]:
        """The accounts whose amounts are multiplied in this currency, each with its factor; nearly always none."""
        factors = ((id_, self.factor(id_, currency)) for id_ in sorted(self.providers))
        return tuple((id_, factor) for id_, factor in factors if factor != 1)


def _decimals(currency: str, provider: str | None) -> int:
    return exponent(currency, currencies_of(provider))


def multiplied(
    amount: ColumnElement[int], integration_id: ColumnElement[int], factors: tuple[tuple[int, int], ...]
) -> ColumnElement[int]:
    """An amount inside a statement, times the factor of its account."""
    if not factors:
        return amount
    weight: ColumnElement[Any] = case(dict(factors), value=integration_id, else_=1)
    return amount * weight


def read_scales(connection: Connection) -> Scales:
    """The scales of these books. Disconnected accounts count too: their history stays in the sums."""
    rows = connection.execute(select(_INTEGRATION.c.id, _INTEGRATION.c.provider))
    return Scales({row.id: row.provider for row in rows})
