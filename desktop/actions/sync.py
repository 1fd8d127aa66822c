"""Bringing accounts up to date: the action behind Sync now, the hourly schedule and ``paydesk sync``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from desktop.actions.business import Business
from desktop.actions.platforms import platform_app
from desktop.books.integrations import IntegrationRow
from desktop.errors import NotConnectedError
from desktop.providers.contract import CredentialsRefused
from desktop.providers.registry import provider_names
from desktop.records import Changes
from desktop.sync.account import Job
from desktop.sync.bulk import Access, BulkReader, ListReader
from desktop.sync.lease import holder_text
from desktop.sync.renewal import live_credentials
from desktop.sync.report import Progress, SyncReport
from desktop.sync.run import noting_failure, sync_integration


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
    scheduled: bool = False,
) -> SyncReport:
    """Sync one account. Progress and changes are told as they happen, on the caller's thread.

    ``scheduled``: its time has come and nobody asked for it, so that what may follow less often is left out until due.
    It is one job of the account's worker: what a person asks for meanwhile (disconnecting) goes before its next page.
    Raises: NotConnectedError, CredentialsRefused, LeaseHeld, AccountLeft where it was disconnected meanwhile,
    CancelledError, or an error of the vault or the books.
    """
    app = partial(platform_app, business, row.provider)
    with ExitStack() as stack:
        with noting_failure(business.books, row.id):
            business.credentials(row)  # before the lease is held: a passphrase may be asked for
            worker = business.worker(row)
            job = stack.enter_context(worker.job(holder_text(who), scheduled=scheduled, cancel=cancel))
            credentials = live_credentials(job, app)
        run = partial(_sync, job, full=full, since=since, progress=progress or _ignore, changed=changed or _ignore)
        try:
            return run()
        except CredentialsRefused:
            # They may have ended before their time; exchanged for new ones, it goes on where it stopped.
            with noting_failure(business.books, row.id):
                renewed = live_credentials(job, app, refused=credentials)
            if renewed == credentials:
                raise
            job.use(renewed)
            return run()


def _sync(
    job: Job,
    *,
    full: bool,
    since: str | None,
    progress: Callable[[Progress], None],
    changed: Callable[[Changes], None],
) -> SyncReport:
    access = Access(job.provider.name, job.credentials, job.endpoints)
    lists = ListReader(job.reader, partial(BulkReader, access, job.reader.clock, job.reader.pace))
    return sync_integration(job, full=full, since=since, progress=progress, on_changes=changed, lists=lists)


def _ignore(_told: object) -> None:
    return None
