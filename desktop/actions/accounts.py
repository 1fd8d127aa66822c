"""An account's own name on screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.actions.business import Business
from desktop.books.integrations import log_activity, update_integration
from desktop.errors import UsageError
from desktop.records import Changes
from desktop.sync.lease import holder_text

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Renamed:
    """The account has another name now."""

    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def rename_account(business: Business, integration_id: int, label: str) -> Renamed:
    """Call the account something else on screen; an empty text goes back to the provider's name for it.

    Raises: NotConnectedError where there is no such account, UsageError for a name that is too long, LeaseHeld where
    another program is at work on the account.
    """
    row = business.integration(integration_id)
    name = " ".join(label.split())
    if len(name) > _LONGEST_NAME:
        raise UsageError("The name is too long", f"A name has at most {_LONGEST_NAME} characters.", "Shorten it.")
    with business.worker(row).job(holder_text("Paydesk"), urgent=True) as job, job.write() as writer:
        update_integration(writer.connection, row.id, label=name)
        log_activity(writer.connection, business.books.now(), "rename", f"{row.title} → {name}", row.id)
    return Renamed()
