"""Disconnecting an account: the access is given back, the credentials are shredded; the history stays or goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from desktop.actions.business import Business
from desktop.actions.platforms import platform_app
from desktop.actions.renewal import forget_renewal
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
    that cannot be reached does not keep the owner from disconnecting: the note says what is left to do.
    Raises: NotConnectedError where there is no such account, CancelledError where the owner gave up at the
    passphrase, and then nothing has changed.
    """
    row = business.integration(integration_id)
    revoked, note = False, ""
    if row.status != DISCONNECTED:
        provider = business.provider(row.provider)
        try:
            credentials = business.credentials(row)
            app = platform_app(business, row.provider)
            revoked = provider.revoke(app, provider.endpoints(business.environment), credentials, row.account_id)
            if not revoked:
                note = f"Paydesk has forgotten the key. Revoke it in {provider.title}'s own settings as well."
        except CancelledError as error:
            raise CancelledError(
                "Not disconnected", "No passphrase was given, so nothing has changed.", "Try again whenever you like."
            ) from error
        except NotConnectedError:
            note = f"{provider.title} no longer accepted the credentials."
        except WorldError as error:
            note = f"{error.message} Revoke the access in {provider.title}'s own settings."
        business.vault.shred(row.row_uuid)
    books = business.books
    reached = _reach_copies(business, row, forget=forget)
    with books.write() as writer:
        update_integration(
            writer.connection,
            row.id,
            status=DISCONNECTED,
            credentials=None,
            attention="",
            disconnected_at=row.disconnected_at or books.now(),
        )
        forget_renewal(writer.connection, row.row_uuid)
        told = "" if forget else row.title
        log_activity(writer.connection, books.now(), "forget" if forget else "disconnect", told, row.id)
    changes = Changes(frozenset({"integrations"}))
    if forget:
        forget_integration(books, row.id)
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
