"""The credentials of accounts as the books hold them: sealed by the vault, opened where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.books.books import Books
from desktop.books.integrations import DISCONNECTED, get_integration, sealed_credentials
from desktop.errors import NotConnectedError
from desktop.providers.registry import provider_title
from desktop.vault.sealing import Place
from desktop.vault.vault import Vault

if TYPE_CHECKING:
    from desktop.providers.contract import Credentials


class CredentialStore:
    """Opens and seals the credentials of all accounts. Anything here may ask a person for a passphrase, and wait."""

    def __init__(self, books: Books, vault: Vault) -> None:
        self._books = books
        self._vault = vault

    def open(self, integration_id: int) -> Credentials:
        """An account's credentials. Raises: NotConnectedError, or an error of the vault."""
        from desktop.providers.contract import Credentials

        with self._books.read() as connection:
            row = get_integration(connection, integration_id, provider_title)
            sealed = sealed_credentials(connection, integration_id)
        if row is None or sealed is None or row.status == DISCONNECTED:
            said = f"{'This account' if row is None else row.title} is not connected any more."
            raise NotConnectedError("Not connected", said, "Connect it again to go on.")
        self._vault.unlock()
        fields = self._vault.open_fields(row.row_uuid, _place(row.row_uuid), sealed)
        return Credentials({name: secret.reveal() for name, secret in fields.items()})

    def seal(self, row_uuid: str, credentials: Credentials) -> bytes:
        """Credentials as the account's row keeps them; its key is made where it has none. Raises: as :meth:`open`."""
        self._vault.unlock()
        if not self._vault.has_data_key(row_uuid):
            self._vault.new_data_key(row_uuid)
        return self._vault.seal_fields(row_uuid, _place(row_uuid), dict(credentials.fields))


def _place(row_uuid: str) -> Place:
    return Place("integrations", row_uuid, "credentials")
