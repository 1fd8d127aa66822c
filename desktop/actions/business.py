"""What every action works on: one business's books, its vault, and where its providers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.books.books import Books
from desktop.books.integrations import (
    DISCONNECTED,
    IntegrationRow,
    get_integration,
    list_integrations,
)
from desktop.errors import NotConnectedError
from desktop.periods import TODAY, today
from desktop.providers.registry import Providers, provider_title
from desktop.regions import Region, country_of_machine, region_of
from desktop.sync.account import Worker, Workers
from desktop.sync.credentials import CredentialStore
from desktop.vault.vault import Vault

if TYPE_CHECKING:
    from desktop.providers.contract import Credentials, Endpoints, Provider


@dataclass(frozen=True, slots=True)
class Business:
    """One business, opened. Actions are functions that take it first.

    ``providers`` and ``workers`` are one each, whoever asks for them in this process.
    """

    home: Path
    books: Books
    vault: Vault
    environment: Mapping[str, str]
    providers: Providers = field(default_factory=Providers, repr=False, compare=False)
    workers: Workers = field(default_factory=Workers, repr=False, compare=False)

    def today(self) -> str:
        """The business's day, or the day that the demo and tests take for it."""
        return today(self.books.zone, self.environment.get(TODAY) or None)

    def region(self) -> Region:
        """Where the business is, by its connected accounts, else by the machine's locale."""
        countries = [row.country for row in self.integrations(connected=True)]
        return region_of(countries, country_of_machine(self.environment))

    def provider(self, name: str) -> Provider:
        """A provider by name. Raises: UsageError for one that there is not."""
        return self.providers.of(name)

    def integrations(self, *, connected: bool = False) -> list[IntegrationRow]:
        """The accounts; ``connected`` leaves out those that were disconnected."""
        with self.books.read() as connection:
            rows = list_integrations(connection, provider_title)
        return [row for row in rows if row.status != DISCONNECTED] if connected else rows

    def integration(self, integration_id: int) -> IntegrationRow:
        """One account. Raises: NotConnectedError where there is none of that number."""
        with self.books.read() as connection:
            row = get_integration(connection, integration_id, provider_title)
        if row is None:
            raise NotConnectedError(
                "No such account",
                f"There is no account with the number {integration_id}.",
                "Run paydesk status to see the accounts.",
            )
        return row

    def credentials(self, row: IntegrationRow) -> Credentials:
        """The account's credentials. Raises: NotConnectedError, or an error of the vault."""
        return self.credential_store.open(row.id)

    @property
    def credential_store(self) -> CredentialStore:
        """Where the credentials of all accounts are opened and sealed."""
        return CredentialStore(self.books, self.vault)

    def worker(self, row: IntegrationRow) -> Worker:
        """The account's worker: whatever is done with the account is a job of it."""

        def make() -> Worker:
            provider = self.provider(row.provider)
            endpoints = partial(provider.endpoints, self.environment)
            return Worker(self.books, provider, row.id, self.credential_store, endpoints)

        return self.workers.of(row, make)

    def endpoints(self, row: IntegrationRow) -> Endpoints:
        """Where the account's provider is. Raises: UsageError for an address that may not be used."""
        return self.provider(row.provider).endpoints(self.environment)

    def close(self) -> None:
        """Let the books and the keys go."""
        self.vault.lock()
        self.books.close()
