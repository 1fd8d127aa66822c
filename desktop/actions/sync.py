"""Bringing accounts up to date: the action behind Sync now, the hourly schedule and ``paydesk sync``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from desktop.actions.business import Business
from desktop.actions.renewal import live_credentials
from desktop.books.integrations import IntegrationRow
from desktop.errors import CancelledError, NotConnectedError, WorldError
from desktop.providers.contract import Credentials, CredentialsRefused
from desktop.providers.registry import provider_names
from desktop.records import Changes
from desktop.sync.bulk import Access, BulkReader, Swelling
from desktop.sync.lease import holder_text
from desktop.sync.run import Progress, SyncReport, note_failure, sync_integration


def accounts_to_sync(business: Business, integration_id: int | None) -> list[IntegrationRow]:
    """The account asked for, or all that are connected.

    Raises: NotConnectedError where there is none.
    """
    if integration_id is not None:
        return [business.integration(integration_id)]
    rows = business.integrations(connected=True)
    if not rows:
        raise NotConnectedError(
            "Nothing is connected",
            "No account is connected yet.",
            f"Run paydesk connect {provider_names()[0]}, or use the window.",
        )
    return rows


def sync_account(
    business: Business,
    row: IntegrationRow,
    *,
    cancel: threading.Event,
    full: bool = False,
    since: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    changed: Callable[[Changes], None] | None = None,
    who: str = "the command",
) -> SyncReport:
    """Sync one account. Progress and changes are told as they happen, on the caller's thread.

    Raises: NotConnectedError, CredentialsRefused, CancelledError, or an error of the vault or the books.
    """
    run = partial(
        _sync, business, row, cancel=cancel, full=full, since=since,
        progress=progress or _ignore, changed=changed or _ignore, who=who,
    )  # fmt: skip
    credentials = _live(business, row, who=who)
    try:
        return run(credentials)
    except CredentialsRefused:
        # They may have ended before their time; exchanged for new ones, it goes on where it stopped.
        renewed = _live(business, row, who=who, refused=credentials)
        if renewed == credentials:
            raise
        return run(renewed)


def _live(business: Business, row: IntegrationRow, *, who: str, refused: Credentials | None = None) -> Credentials:
    """``live_credentials``; where there are none to be had for now, that is kept as a sync that failed."""
    try:
        return live_credentials(business, row, refused=refused, who=who)
    except (NotConnectedError, CancelledError):
        raise  # told by the account itself; and who stopped it knows
    except WorldError as error:
        note_failure(business.books, row.id, error)
        raise


def _sync(
    business: Business,
    row: IntegrationRow,
    credentials: Credentials,
    *,
    cancel: threading.Event,
    full: bool,
    since: str | None,
    progress: Callable[[Progress], None],
    changed: Callable[[Changes], None],
    who: str,
) -> SyncReport:
    provider = business.provider(row.provider)
    access = Access(row.provider, credentials, business.endpoints(row))
    reader = provider.reader(access.credentials, access.endpoints, cancel)
    try:
        return sync_integration(
            business.books,
            provider,
            reader,
            row.id,
            full=full,
            since=since,
            progress=progress,
            on_changes=changed,
            cancel=cancel,
            holder=holder_text(who),
            lists=Swelling(reader, partial(BulkReader, access, reader.clock)),
        )
    finally:
        reader.close()


def _ignore(_told: object) -> None:
    return None
