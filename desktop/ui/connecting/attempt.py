"""What connecting runs off the UI thread: one attempt, keeping the owner's own platform, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.errors import WorldError
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.syncing import AccountOutcome, SyncOutcome
from desktop.ui.app.tasks import Job
from desktop.ui.connecting.conversation import Conversation
from desktop.ui.dialogs.business_check import Candidate
from desktop.ui.dialogs.offer import Offer, Way
from desktop.ui.translation import translate
from desktop.vault.secret import Secret

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.connect import Connected
    from desktop.actions.status import AccountStatus
    from desktop.providers.contract import Account


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to connect: with whom, which way, and with which key where that is the way."""

    offer: Offer
    way: Way
    key: Secret[str] | None = None


class Connecting:
    """The connecting itself, in its own lane."""

    def __init__(self, handle: BusinessHandle, attempt: Attempt, talk: Conversation, port: int | None) -> None:
        self._handle, self._attempt, self._talk, self._port = handle, attempt, talk, port

    def __call__(self, job: Job) -> Connected:
        """Run it."""
        from desktop.actions.callback import DEFAULT_PORT
        from desktop.actions.connect import connect_by_key, connect_by_oauth

        self._talk.cancelled = job.cancelled
        business, provider = self._handle.business(), self._attempt.offer.provider
        key = self._attempt.key
        if self._attempt.way == "key" and key is not None:
            return connect_by_key(business, provider, key.reveal(), self._talk, job.cancelled)
        port = DEFAULT_PORT if self._port is None else self._port
        return connect_by_oauth(business, provider, self._talk, job.cancelled, port=port)


class Keeping:
    """Keeping the owner's own platform, in the acting lane."""

    def __init__(self, provider: str, client_id: str, secret: Secret[str]) -> None:
        self._provider, self._client_id, self._secret = provider, client_id, secret

    def __call__(self, business: Business) -> None:
        """Keep it."""
        from desktop.actions.platforms import keep_platform

        keep_platform(business, self._provider, self._client_id, self._secret.reveal())


def read_account(business: Business, integration_id: int) -> AccountStatus | None:
    """How one account stands, None where it is gone."""
    from desktop.actions.status import standing

    return next((one for one in standing(business).accounts if one.integration.id == integration_id), None)


def outcome_of(outcome: SyncOutcome | None, integration_id: int) -> AccountOutcome | None:
    """How a sync ended for one account; None where it did not take part."""
    accounts = outcome.accounts if outcome is not None else ()
    return next((one for one in accounts if one.integration_id == integration_id), None)


def no_sync() -> WorldError:
    """What to say where the first sync never began."""
    return WorldError(
        translate("Connecting", "The first sync did not run"),
        translate("Connecting", "The account is connected, but nothing was read yet."),
        translate("Connecting", "Try again."),
    )


def candidate(offer: Offer, account: Account) -> Candidate:
    """An account as the owner is asked about it."""
    return Candidate(
        offer.provider,
        offer.title,
        account.account_id,
        account.name,
        account.country,
        account.currency,
        account.mode,
        account.email,
    )
