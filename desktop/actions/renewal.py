"""Keeping an account's credentials alive where they end by themselves.

What they are exchanged with may work only once, so the exchange is an intent on disk before it is sent: where its
answer was lost nobody knows whether it was spent. It is tried again at growing distances, and never again once the
provider has refused it. The old credentials go on being used until they are refused themselves, and the owner reads
by when to connect again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from desktop.actions.business import Business, credentials_place
from desktop.actions.platforms import platform_app
from desktop.books.books import drop_setting, read_setting, write_setting
from desktop.books.integrations import ACTIVE, NEEDS_ATTENTION, IntegrationRow, log_activity, update_integration
from desktop.periods import day_of
from desktop.providers.contract import Credentials, CredentialsRefused, Tenure, Unanswered, Unreachable
from desktop.sync.bookmarks import read_marks
from desktop.sync.lease import Held, Lease, acquire, holder_text

ASKED, SPENT = "asked", "spent"

PAUSE_MS: Final = 3_600_000
"""Between an exchange without an answer and the next; it doubles with each, up to a day."""

_LONGEST_PAUSE_MS: Final = 24 * PAUSE_MS

WARN_MS: Final = 14 * 86_400_000
"""How long before credentials can no longer be exchanged the owner is told, where exchanging does not succeed."""


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What is known of the exchange that is due: its state, when it was last asked for (ms), and how often."""

    state: str = ""
    at: int = 0
    tries: int = 0

    @classmethod
    def of(cls, kept: dict[str, Any]) -> _Renewal:
        return cls(str(kept.get("state", "")), int(kept.get("at", 0)), int(kept.get("tries", 0)))

    @property
    def next_at(self) -> int:
        """From when on it may be tried again (ms)."""
        return self.at + min(PAUSE_MS << min(self.tries - 1, 16), _LONGEST_PAUSE_MS) if self.tries else self.at

    def kept(self) -> dict[str, Any]:
        return {"state": self.state, "at": self.at, "tries": self.tries}


def live_credentials(
    business: Business, row: IntegrationRow, *, refused: Credentials | None = None, who: str = "renewal"
) -> Credentials:
    """The account's credentials, exchanged for new ones first where that is due or the provider ``refused`` them.

    New ones are committed before they are first used. Raises: CredentialsRefused where they were refused and cannot be
    exchanged (any more), Unreachable where they were refused and the provider cannot be asked, NotConnectedError, or
    an error of the vault or the books.
    """
    credentials = business.credentials(row)
    tenure = business.provider(row.provider).tenure(credentials)
    if tenure is None or (refused is None and _clock_there(business, row) < tenure.renew_at):
        return credentials
    lease = acquire(business.books, row.id, holder_text(who))
    if isinstance(lease, Held):
        return credentials  # whoever is at work on the account sees to it
    try:
        return _Exchange(business, row, lease, refused).go()
    finally:
        lease.release()


class _Exchange:
    """One look at whether credentials are to be exchanged, and the exchange. Under the account's lease."""

    def __init__(self, business: Business, row: IntegrationRow, lease: Lease, refused: Credentials | None) -> None:
        self._business = business
        self._row = row
        self._provider = business.provider(row.provider)
        self._lease = lease
        self._now = business.books.now()
        self._there = _clock_there(business, row)
        # Read again: somebody else may have exchanged them while the lease was theirs.
        self._credentials = business.credentials(row)
        self._refused = refused is not None and refused == self._credentials

    def go(self) -> Credentials:
        """The credentials to use. Raises: as ``live_credentials``."""
        tenure = self._provider.tenure(self._credentials)
        if tenure is None or (self._there < tenure.renew_at and not self._refused):
            return self._credentials
        with self._business.books.read() as connection:
            known = _Renewal.of(read_setting(connection, _setting(self._row.row_uuid), {}))
        if known.state == SPENT or self._is_over(tenure):
            return self._last_ones(tenure)
        if known.state == ASKED and known.at <= self._now < known.next_at:
            return self._meanwhile(tenure, None, lost=True)
        return self._ask(tenure, _Renewal(ASKED, self._now, known.tries + 1))

    def _ask(self, tenure: Tenure, intent: _Renewal) -> Credentials:
        business, row = self._business, self._row
        app, endpoints = platform_app(business, row.provider), business.endpoints(row)
        self._keep(intent)
        try:
            renewed = self._provider.renew(app, endpoints, self._credentials)
        except CredentialsRefused:
            self._keep(_Renewal(SPENT, intent.at, intent.tries))
            return self._last_ones(tenure)
        except Unanswered as error:
            return self._meanwhile(tenure, error, lost=True)
        except Unreachable as error:
            self._keep(_Renewal())  # it never left: nothing was spent, and it may be tried again at any time
            return self._meanwhile(tenure, error, lost=False)
        self._store(renewed)
        return renewed

    def _store(self, credentials: Credentials) -> None:
        business, row = self._business, self._row
        business.vault.unlock()
        sealed = business.vault.seal_fields(row.row_uuid, credentials_place(row.row_uuid), dict(credentials.fields))
        with business.books.write() as writer:
            self._lease.check(writer)
            # Whatever was refused so far, it was not these.
            update_integration(writer.connection, row.id, credentials=sealed, status=ACTIVE, attention="")
            forget_renewal(writer.connection, row.row_uuid)
            log_activity(writer.connection, self._now, "renew", row.title, row.id)

    def _keep(self, renewal: _Renewal) -> None:
        with self._business.books.write() as writer:
            self._lease.check(writer)
            write_setting(writer.connection, _setting(self._row.row_uuid), renewal.kept())

    def _meanwhile(self, tenure: Tenure, error: Unreachable | None, *, lost: bool) -> Credentials:
        """The old credentials while they last; it may still come right by itself, but not for ever.

        ``lost``: an answer was, so that what they are exchanged with may be spent.
        """
        title = self._provider.title
        until = tenure.renewable_until
        if until is not None and until - self._there < WARN_MS:
            self._tell(f"Let Paydesk reach {title} by {self._day(until)}, or it has to be connected again.")
        elif lost and 0 < tenure.expires_at - self._there < WARN_MS:
            self._tell(f"Reconnect {title} by {self._day(tenure.expires_at)}: its access could not be renewed yet.")
        if self._refused:
            raise error or Unreachable(
                f"{title} not reachable",
                f"{title}'s access to this account has ended, and whether it was renewed is being checked.",
                "Try again in an hour.",
            )
        return self._credentials

    def _last_ones(self, tenure: Tenure) -> Credentials:
        """The old credentials while they last: there will be no new ones, and the owner reads by when to reconnect."""
        title = self._provider.title
        if not self._refused:
            if self._there < tenure.expires_at:
                self._tell(f"Reconnect {title} by {self._day(tenure.expires_at)}: its access could not be renewed.")
            return self._credentials  # whether they have ended is for the provider to say, not for a clock
        error = CredentialsRefused(
            "Access ended",
            f"{title}'s access to this account has ended and cannot be renewed.",
            "Connect the account again. Nothing that was read is lost.",
        )
        self._tell(str(error), status=NEEDS_ATTENTION)
        raise error

    def _tell(self, text: str, **more: str) -> None:
        with self._business.books.write() as writer:
            self._lease.check(writer)
            update_integration(writer.connection, self._row.id, attention=text, **more)

    def _is_over(self, tenure: Tenure) -> bool:
        return tenure.renewable_until is not None and self._there >= tenure.renewable_until

    def _day(self, instant: int) -> str:
        found = datetime.fromisoformat(day_of(instant, self._business.books.zone)).replace(tzinfo=UTC)
        return f"{found.day} {found:%B} {found.year}"


def _clock_there(business: Business, row: IntegrationRow) -> int:
    """What time it is at the provider (ms), as the last sync found it: this machine's clock may be wrong.

    0 where nothing was read yet: the credentials then count as new until they are refused.
    """
    last = business.integration(row.id).last_sync_at
    with business.books.read() as connection:
        marks = read_marks(connection, row.id).values()
    through = max((mark.complete_through for mark in marks if mark.complete_through is not None), default=None)
    return 0 if last is None or through is None else business.books.now() - (last - through)


def forget_renewal(connection: Connection, row_uuid: str) -> None:
    """The old credentials are gone: so is what is known of exchanging them. In the caller's transaction."""
    drop_setting(connection, _setting(row_uuid))


def _setting(row_uuid: str) -> str:
    return f"renewal.{row_uuid}"
