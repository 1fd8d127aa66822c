"""Where a row comes from and where it can be looked at there: the account, and the addresses that may be opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.ui.app.addresses import is_allowed
from desktop.ui.lists.panel import Action, Block, Entry, Target
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.actions.business import Business

SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Origin:
    """A row's account: what to call it, the hosts of its provider, and the provider's page of the row itself."""

    where: str
    provider: str
    hosts: tuple[str, ...]
    address: str = ""

    def link(self, text: str, address: str) -> tuple[Action, ...]:
        """A button that opens the address; none where it is not one of the provider's."""
        return (Action("open", text, Target(address=address)),) if self.allows(address) else ()

    def copy(self, text: str, address: str, *, primary: bool = False) -> tuple[Action, ...]:
        """A button that copies the address, under the same rule."""
        return (Action("copy", text, Target(address=address), primary),) if self.allows(address) else ()

    def own_page(self) -> tuple[Block, ...]:
        """A line that opens the row at its provider."""
        if not self.allows(self.address):
            return ()
        text = translate("Lists", "Open in {0}").format(self.provider)
        return (Block("", (Entry(text, target=Target(address=self.address)),), rules=False),)

    def allows(self, address: str) -> bool:
        """Whether the address is the provider's."""
        return bool(address) and is_allowed(address, self.hosts)


def origin_of(business: Business, integration_id: int, kind: str, external_id: str) -> Origin:
    """The account of a row of this kind (a table's name). A disconnected one says so."""
    from desktop.books.integrations import DISCONNECTED

    accounts = {row.id: row for row in business.integrations()}
    account = accounts[integration_id]
    provider = business.provider(account.provider)
    parts = [account.full_title if len(accounts) > 1 else provider.title]
    if account.status == DISCONNECTED:
        parts.append(translate("Lists", "disconnected"))
    address = provider.page_of(kind, external_id, account_id=account.account_id, mode=account.mode)
    return Origin(SEPARATOR.join(parts), provider.title, provider.facts.hosts, address)


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, on one line."""
    return SEPARATOR.join(part for part in parts if part)
