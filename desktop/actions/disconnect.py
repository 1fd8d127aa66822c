"""Disconnecting an account: the access is given back, the credentials are shredded; the history stays or goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.actions.business import Business
from desktop.actions.platforms import platform_app
from desktop.actions.renewal import forget_renewal
from desktop.books.integrations import DISCONNECTED, forget_integration, log_activity, update_integration
from desktop.errors import CancelledError, NotConnectedError, WorldError
from desktop.records import Changes


@dataclass(frozen=True, slots=True)
class Disconnected:
    """How it went. ``note`` says what the owner still has to do at the provider, if anything."""

    revoked: bool
    note: str
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def disconnect(business: Business, integration_id: int, *, forget: bool = False) -> Disconnected:
    """Disconnect an account; ``forget`` removes everything that was read from it as well.

    A provider that cannot be reached does not keep the owner from disconnecting: the note says what is left to do.
    Raises: NotConnectedError where there is no such account; CancelledError where the owner gave up at the passphrase,
    and then nothing has changed.
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
        log_activity(writer.connection, books.now(), "forget" if forget else "disconnect", row.title, row.id)
    if not forget:
        return Disconnected(revoked, note)
    forget_integration(books, row.id)
    streams = {stream.name for stream in business.provider(row.provider).streams}  # named like their tables
    return Disconnected(revoked, note, Changes(frozenset({"integrations", "totals", *streams})))
