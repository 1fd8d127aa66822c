"""Keeping an account's credentials alive where they end by themselves: a job of its worker.

What they are exchanged with may work only once, so the exchange is an intent on disk before it is sent: where its
answer was lost nobody knows whether it was spent. It is tried once more, and then counts as spent: the owner reads at
once by when to connect again, while the old credentials go on being used until they are refused themselves. A person
may have it tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from desktop.books.books import Books
from desktop.books.integrations import (
    ACTIVE,
    NEEDS_ATTENTION,
    IntegrationRow,
    get_integration,
    log_activity,
    update_integration,
)
from desktop.books.settings import drop_setting, read_setting, write_setting
from desktop.errors import NotConnectedError, UsageError
from desktop.periods import day_of
from desktop.providers.contract import (
    CredentialLifetime,
    Credentials,
    CredentialsRefused,
    OAuthApp,
    Unanswered,
    Unreachable,
)
from desktop.providers.registry import provider_title
from desktop.sync.account import Job
from desktop.sync.bookmarks import read_marks

ASKED, SPENT = "asked", "spent"

MOST_TRIES: Final = 2
"""Exchanges without an answer, after which nobody asks again: what they are exchanged with counts as spent."""

PAUSE_MS: Final = 3_600_000
"""Between an exchange without an answer and the next."""

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
    def is_over(self) -> bool:
        """Whether it is never asked for again: it was refused, or nobody answered as often as it is tried."""
        return self.state == SPENT or self.tries >= MOST_TRIES

    def is_pausing(self, now: int) -> bool:
        """Whether the next try is not due yet (ms). A last one that lies ahead: the clock was set back."""
        return self.state == ASKED and self.at <= now < self.at + PAUSE_MS

    def kept(self) -> dict[str, Any]:
        return {"state": self.state, "at": self.at, "tries": self.tries}


def live_credentials(
    job: Job, app: Callable[[], OAuthApp | None], *, refused: Credentials | None = None
) -> Credentials:
    """The account's credentials, exchanged for new ones first where that is due or the provider ``refused`` them.

    New ones are committed before they are first used. ``app`` tells who asked for the access, where that is needed.
    Raises: CredentialsRefused where they were refused and cannot be exchanged (any more), Unreachable where they were
    refused and the provider cannot be asked, NotConnectedError, or an error of the vault or the books.
    """
    lifetime = job.provider.lifetime(job.credentials)
    if lifetime is None:
        return job.credentials
    return _Exchange(job, _row(job), app, refused).go(lifetime)


def renew_by_hand(job: Job, app: Callable[[], OAuthApp | None]) -> Credentials:
    """Exchange the credentials now and once, since a person asks for it, whatever was tried before.

    Raises: UsageError where they do not end, CredentialsRefused where what they are exchanged with is of no use any
    more, Unreachable where the provider gave no answer, NotConnectedError, or an error of the vault or the books.
    """
    lifetime = job.provider.lifetime(job.credentials)
    if lifetime is None:
        text = f"{job.provider.title}'s access to this account does not end by itself, so there is nothing to renew."
        raise UsageError("Nothing to renew", text, "")
    return _Exchange(job, _row(job), app, None).by_hand(lifetime)


def given_up(connection: Connection, row_uuids: Iterable[str]) -> frozenset[str]:
    """Which accounts' exchange is asked for by nobody any more but a person. In the caller's transaction."""
    settings = ((row_uuid, read_setting(connection, _setting(row_uuid), {})) for row_uuid in row_uuids)
    return frozenset(row_uuid for row_uuid, kept in settings if _Renewal.of(kept).is_over)


def _row(job: Job) -> IntegrationRow:
    with job.books.read() as connection:
        row = get_integration(connection, job.integration_id, provider_title)
    if row is None:
        raise NotConnectedError("No such account", "The account is not there any more.", "")
    return row


class _Exchange:
    """One look at whether credentials are to be exchanged, and the exchange."""

    def __init__(
        self, job: Job, row: IntegrationRow, app: Callable[[], OAuthApp | None], refused: Credentials | None
    ) -> None:
        self._job = job
        self._row = row
        self._provider = job.provider
        self._app = app
        self._now = job.books.now()
        self._there = _clock_there(job.books, row)
        self._credentials = job.credentials
        self._refused = refused is not None and refused == self._credentials

    def go(self, lifetime: CredentialLifetime) -> Credentials:
        """The credentials to use. Raises: as ``live_credentials``."""
        if self._there < lifetime.renew_at and not self._refused:
            return self._credentials
        known = self._read()
        if known.is_over or self._is_over(lifetime):
            return self._last_ones(lifetime)
        if known.is_pausing(self._now):
            return self._meanwhile(lifetime, None, lost=True)
        try:
            return self._ask(known)
        except CredentialsRefused:
            return self._last_ones(lifetime)
        except Unanswered as error:
            if self._read().is_over:
                return self._last_ones(lifetime)
            return self._meanwhile(lifetime, error, lost=True)
        except Unreachable as error:
            return self._meanwhile(lifetime, error, lost=known.state == ASKED)

    def by_hand(self, lifetime: CredentialLifetime) -> Credentials:
        """New credentials. Raises: as ``renew_by_hand``."""
        title = self._provider.title
        try:
            return self._ask(self._read())
        except CredentialsRefused as error:
            self._last_ones(lifetime)
            raise CredentialsRefused(
                "Access not renewed",
                f"{title} does not renew its access to this account any more.",
                "Connect the account again. Nothing that was read is lost.",
            ) from error
        except Unanswered:
            if self._read().is_over:
                self._last_ones(lifetime)
            raise

    def _ask(self, known: _Renewal) -> Credentials:
        """Have them exchanged. Raises: CredentialsRefused, Unanswered, Unreachable where it was never sent."""
        job, credentials = self._job, self._credentials
        app, endpoints = self._app(), job.endpoints
        intent = _Renewal(ASKED, self._now, known.tries + 1)
        self._keep(intent)
        try:
            renewed = job.call(lambda: self._provider.renew(app, endpoints, credentials))
        except CredentialsRefused:
            self._keep(_Renewal(SPENT, intent.at, intent.tries))
            raise
        except Unanswered:
            if intent.is_over:
                self._keep(_Renewal(SPENT, intent.at, intent.tries))
            raise
        except Unreachable:
            self._keep(known)  # it never left: nothing was spent by it, and it may be tried again at any time
            raise
        self._store(renewed)
        return renewed

    def _store(self, credentials: Credentials) -> None:
        job, row = self._job, self._row
        sealed = job.worker.store.seal(row.row_uuid, credentials)
        with job.write() as writer:
            # Whatever was refused so far, it was not these.
            update_integration(writer.connection, row.id, credentials=sealed, status=ACTIVE, attention="")
            forget_renewal(writer.connection, row.row_uuid)
            log_activity(writer.connection, self._now, "renew", row.title, row.id)
        job.use(credentials)

    def _read(self) -> _Renewal:
        with self._job.books.read() as connection:
            return _Renewal.of(read_setting(connection, _setting(self._row.row_uuid), {}))

    def _keep(self, renewal: _Renewal) -> None:
        with self._job.write() as writer:
            write_setting(writer.connection, _setting(self._row.row_uuid), renewal.kept())

    def _meanwhile(self, lifetime: CredentialLifetime, error: Unreachable | None, *, lost: bool) -> Credentials:
        """The old credentials while they last; it may still come right by itself, but not for ever.

        ``lost``: an answer was, so that what they are exchanged with may be spent.
        """
        title = self._provider.title
        until = lifetime.renewable_until
        if until is not None and until - self._there < WARN_MS:
            self._tell(f"Let Paydesk reach {title} by {self._day(until)}, or it has to be connected again.")
        elif lost and 0 < lifetime.expires_at - self._there < WARN_MS:
            self._tell(f"Reconnect {title} by {self._day(lifetime.expires_at)}: its access could not be renewed yet.")
        if self._refused:
            raise error or Unreachable(
                f"{title} not reachable",
                f"{title}'s access to this account has ended, and whether it was renewed is being checked.",
                "Try again in an hour.",
            )
        return self._credentials

    def _last_ones(self, lifetime: CredentialLifetime) -> Credentials:
        """The old credentials while they last: there will be no new ones, and the owner reads by when to reconnect."""
        title = self._provider.title
        if not self._refused:
            if self._there < lifetime.expires_at:
                self._tell(f"Reconnect {title} by {self._day(lifetime.expires_at)}: its access could not be renewed.")
            return self._credentials  # whether they have ended is for the provider to say, not for a clock
        error = CredentialsRefused(
            "Access ended",
            f"{title}'s access to this account has ended and cannot be renewed.",
            "Connect the account again. Nothing that was read is lost.",
        )
        self._tell(str(error), status=NEEDS_ATTENTION)
        raise error

    def _tell(self, text: str, **more: str) -> None:
        with self._job.write() as writer:
            update_integration(writer.connection, self._row.id, attention=text, **more)

    def _is_over(self, lifetime: CredentialLifetime) -> bool:
        return lifetime.renewable_until is not None and self._there >= lifetime.renewable_until

    def _day(self, instant: int) -> str:
        found = datetime.fromisoformat(day_of(instant, self._job.books.zone)).replace(tzinfo=UTC)
        return f"{found.day} {found:%B} {found.year}"


def _clock_there(books: Books, row: IntegrationRow) -> int:
    """What time it is at the provider (ms), as the last sync found it: this machine's clock may be wrong.

    0 where nothing was read yet: the credentials then count as new until they are refused.
    """
    with books.read() as connection:
        marks = read_marks(connection, row.id).values()
    through = max((mark.complete_through for mark in marks if mark.complete_through is not None), default=None)
    return 0 if row.last_sync_at is None or through is None else books.now() - (row.last_sync_at - through)


def forget_renewal(connection: Connection, row_uuid: str) -> None:
    """The old credentials are gone: so is what is known of exchanging them. In the caller's transaction."""
    drop_setting(connection, _setting(row_uuid))


def _setting(row_uuid: str) -> str:
    return f"renewal.{row_uuid}"
