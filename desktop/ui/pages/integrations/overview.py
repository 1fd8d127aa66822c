"""What the Integrations page shows, read in one go off the UI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.ui.dialogs.offer import Offer, read_offers

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.status import AccountStatus, Elsewhere
    from desktop.queries.set_aside import SetAsideLine


@dataclass(frozen=True, slots=True)
class Overview:
    """The accounts, what can be connected, and by whose clock it is told."""

    accounts: tuple[AccountStatus, ...]
    offers: tuple[Offer, ...]
    elsewhere: tuple[Elsewhere, ...]
    timezone: str
    today: str
    options: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)

    def offer(self, provider: str) -> Offer | None:
        """A provider's offer, None where it cannot be connected."""
        return next((offer for offer in self.offers if offer.provider == provider), None)


def read_overview(business: Business) -> Overview:
    """Everything the page shows but the details of an account."""
    from desktop.actions.options import options_of
    from desktop.actions.status import elsewhere, standing

    status = standing(business)
    rows = [account.integration for account in status.accounts]
    return Overview(
        status.accounts,
        read_offers(business),
        elsewhere(business, [account.integration for account in status.accounts]),
        status.timezone,
        business.today(),
        {row.id: options_of(business, row) for row in rows if row.status != "disconnected"},
    )


def read_set_aside(business: Business, integration_ids: tuple[int, ...]) -> dict[int, list[SetAsideLine]]:
    """What of these accounts could not be read."""
    from desktop.queries.reading import ask
    from desktop.queries.set_aside import set_aside_lines

    return {number: ask(business.books, set_aside_lines, number) for number in integration_ids}
