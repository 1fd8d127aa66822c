"""Renewing an account's access by hand, where nobody else tries it any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from desktop.actions.business import Business
from desktop.actions.platforms import platform_app
from desktop.records import Changes
from desktop.sync.lease import holder_text
from desktop.sync.renewal import renew_by_hand


@dataclass(frozen=True, slots=True)
class Renewed:
    """The account's access was renewed."""

    integration_id: int
    title: str
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def renew_access(business: Business, integration_id: int) -> Renewed:
    """Exchange the account's credentials for new ones, once, whatever was tried before: a job of its worker.

    Raises: NotConnectedError, UsageError where its access does not end by itself, CredentialsRefused where it can only
    be connected again, Unreachable, LeaseHeld where another program is at work on the account, or an error of the
    vault or the books.
    """
    row = business.integration(integration_id)
    business.credentials(row)  # before the lease is held: a passphrase may be asked for
    with business.worker(row).job(holder_text("Paydesk"), urgent=True) as job:
        renew_by_hand(job, partial(platform_app, business, row.provider))
    return Renewed(row.id, row.title)
