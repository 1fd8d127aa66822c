"""Rename an account: only Paydesk shows the name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from desktop.ui.dialogs.rename import RenameAccount
from desktop.ui.verbs.verb import Verb

if TYPE_CHECKING:
    from desktop.actions.accounts import Renamed
    from desktop.actions.business import Business
    from desktop.books.integrations import IntegrationRow


class Rename(Verb):
    """Asks for the name and gives it."""

    def __call__(self, account: IntegrationRow) -> None:
        """Ask what this account is to be called, and call it that."""
        provider_name = account.name or account.account_id or account.provider_title
        sheet = RenameAccount(self._context.theme, account.id, account.label, provider_name, self._page.window())
        sheet.renamed.connect(self._on_renamed)
        sheet.open()

    @Slot(object, str)
    def _on_renamed(self, integration_id: int, label: str) -> None:
        self._act(partial(_rename, integration_id=integration_id, label=label))


def _rename(business: Business, integration_id: int, label: str) -> Renamed:
    from desktop.actions.accounts import rename_account

    return rename_account(business, integration_id, label)
