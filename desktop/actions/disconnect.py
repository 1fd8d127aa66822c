"""Disconnecting an account: the access is given back, the credentials are shredded; the history stays or goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desktop.actions.business import Business
from desktop.actions.platforms import platform_app
from desktop.books.books import FILE_NAME
from desktop.books.copies import Reached, Whose, remove_copies, shred_in_copies
from desktop.books.integrations import (
    DISCONNECTED,
    IntegrationRow,
    forget_integration,
    log_activity,
    update_integration,
)
from desktop.errors import CancelledError, NotConnectedError, WorldError
from desktop.records import Changes
from desktop.sync.account import Job
from desktop.sync.lease import holder_text
from desktop.sync.renewal import forget_renewal
from desktop.sync.run import close_runs


@dataclass(frozen=True, slots=True)
class Disconnected:
    """How it went. ``note`` says what the owner still has to do, if anything.

    ``left`` are copies of the books that could not be reached, ``removed`` those that were taken away whole.
    """

    revoked: bool
    note: str
    removed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def disconnect(business: Business, integration_id: int, *, forget: bool = False) -> Disconnected:
    """Disconnect an account; ``forget`` removes everything that was read from it as well.

    Both reach the copies of the books too: the credentials and their key are destroyed in each, and forgetting
    takes the copies away that hold anything of the account. What cannot be reached is named in the note. A provider
    that cannot be reached does not keep the owner from disconnecting: the note says what is left to do. Whoever is
    reading the account stops at the next page, here and in other programs.
    Raises: NotConnectedError where there is no such account, CancelledError where the owner gave up at the
    passphrase, and then nothing has changed.
    """
    row = business.integration(integration_id)
    if row.status != DISCONNECTED:
        _open_vault(business, row)
    with business.worker(row).job(holder_text("Paydesk"), urgent=True, takes_over=True) as job:
        revoked, note = False, ""
        if row.status != DISCONNECTED:
            revoked, note = _give_back(business, row, job)
            business.vault.shred(row.row_uuid)
        reached = job.call(partial(_reach_copies, business, row, forget=forget))
        _end(job, row, forget=forget)
        job.leave()
    books = business.books
    changes = Changes(frozenset({"integrations"}))
    if forget:
        streams = {stream.name for stream in business.provider(row.provider).streams}  # named like their tables
        changes = Changes(frozenset({"integrations", "totals", *streams}))
    notes = [note, _about_copies(reached)]
    if not books.database.clear_away(rewrite=forget):
        notes.append(
            "Another program has the books open, so that parts of what was removed are still in their files until"
            " every Paydesk is closed."
        )
    if forget and books.database.dialect_name != "sqlite":
        notes.append("What the database server keeps in its own logs and backups is for whoever runs it to remove.")
    return Disconnected(revoked, " ".join(filter(None, notes)), reached.removed, reached.left, changes)


def _open_vault(business: Business, row: IntegrationRow) -> None:
    """Have the passphrase asked for before anything begins; what else keeps the vault shut is no reason to stay."""
    try:
        business.credentials(row)
    except CancelledError as error:
        raise CancelledError(
            "Not disconnected", "No passphrase was given, so nothing has changed.", "Try again whenever you like."
        ) from error
    except WorldError:
        return  # told when the access is given back


def _give_back(business: Business, row: IntegrationRow, job: Job) -> tuple[bool, str]:
    """Give the access back: whether the provider took it, and what is left to do for the owner."""
    title = job.provider.title
    try:
        credentials, endpoints = job.credentials, job.endpoints
        app = platform_app(business, row.provider)
        if job.call(lambda: job.provider.revoke(app, endpoints, credentials, row.account_id)):
            return True, ""
    except NotConnectedError:
        return False, f"{title} no longer accepted the credentials."
    except WorldError as error:
        return False, f"{error.message} Revoke the access in {title}'s own settings."
    return False, f"Paydesk has forgotten the key. Revoke it in {title}'s own settings as well."


def _end(job: Job, row: IntegrationRow, *, forget: bool) -> None:
    """Note that the account is not connected any more; whoever reads it stops there."""
    now = job.books.now()
    with job.write() as writer:
        update_integration(
            writer.connection,
            row.id,
            status=DISCONNECTED,
            credentials=None,
            attention="",
            disconnected_at=row.disconnected_at or now,
        )
        close_runs(writer.connection, row.id, now)
        forget_renewal(writer.connection, row.row_uuid)
        told = "" if forget else row.title
        log_activity(writer.connection, now, "forget" if forget else "disconnect", told, row.id)
    if forget:
        forget_integration(job.books, row.id)


def _reach_copies(business: Business, row: IntegrationRow, *, forget: bool) -> Reached:
    """Of PostgreSQL's books too: the folder may hold copies from before they moved there."""
    reach = remove_copies if forget else shred_in_copies
    return reach(business.home / FILE_NAME, Whose(row.row_uuid, row.provider, row.account_id))


def _about_copies(reached: Reached) -> str:
    if not reached.left:
        return ""
    named = ", ".join(str(path) for path in reached.left)
    one = len(reached.left) == 1
    return (
        f"{'A copy' if one else 'Copies'} of the books could not be opened and may still hold this account:"
        f" {named}. Delete {'it' if one else 'them'} yourself, wherever {'it is' if one else 'they are'} now."
    )
