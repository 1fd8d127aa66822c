"""What the dashboard asks of the business, answered in one go on the reading lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.choices import LocationName
    from desktop.reports.dashboard import Dashboard
    from desktop.sync.standing import Standing


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account as the dashboard needs it."""

    title: str
    provider: str
    synced: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures, and the standings of the accounts that they rest on.

    ``first_month`` (``YYYY-MM``) is the earliest there is anything of. ``locations`` are those to choose from,
    ``location`` the one that everything here is of; None for all of them.
    """

    report: Dashboard
    accounts: tuple[Account, ...]
    standings: tuple[Standing, ...]
    first_month: str
    locations: tuple[LocationName, ...] = ()
    location: LocationName | None = None

    @property
    def has_figures(self) -> bool:
        """Whether the books hold anything to count, in whichever month."""
        return bool(self.first_month) or any(part.outstanding.count for part in self.report.currencies)

    @property
    def is_read(self) -> bool:
        """Whether some account was read to its end at least once."""
        return self.report.footing.complete_through is not None or any(account.synced for account in self.accounts)


def ask_dashboard(business: Business, month: str | None, location_ref: str = "") -> Answer:
    """The dashboard of a month (``YYYY-MM``; None for the current one), of all locations or of one (its provider's id).

    One that is gone meanwhile is not narrowed to. Raises: ClosedBooksError.
    """
    from desktop.actions.status import account_standings
    from desktop.money import format_money
    from desktop.providers.registry import currencies_of
    from desktop.queries.choices import list_locations
    from desktop.queries.history import first_month
    from desktop.queries.reading import ask
    from desktop.reports.dashboard import dashboard

    locations = ask(business.books, list_locations)
    location = next((one for one in locations if one.ref == location_ref), None) if location_ref else None
    report = dashboard(
        business.books,
        business.today(),
        month,
        location=location.ref if location else None,
        integration_id=location.integration_id if location else None,
    )
    for part in report.currencies:
        # How a currency is written is read from a file the first time: here, not in the UI thread.
        format_money(0, part.currency, table=currencies_of(part.provider))
    rows = business.integrations(connected=True)
    return Answer(
        report,
        tuple(Account(row.title, row.provider, row.last_sync_at is not None) for row in rows),
        tuple(
            standing
            for standing in account_standings(business)
            if location is None or standing.integration_id == location.integration_id
        ),
        ask(business.books, first_month) or "",
        locations,
        location,
    )
