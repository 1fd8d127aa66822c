"""Connecting an account: by consent in the browser, or by a pasted key. Nothing is stored before it works."""

from __future__ import annotations

import secrets
import threading
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from desktop.actions.business import Business
from desktop.actions.callback import DEFAULT_PORT, Answer, Callback
from desktop.actions.platforms import platform_app
from desktop.books.integrations import (
    ACTIVE,
    IntegrationRow,
    add_integration,
    log_activity,
    sample_objects,
    update_integration,
)
from desktop.errors import CancelledError, RefusedError, UsageError, WorldError
from desktop.providers.contract import Account, Credentials, NotAvailable, NotPermitted, OAuthApp, Provider, Reader
from desktop.records import Changes, SourceObject
from desktop.sync.lease import holder_text
from desktop.sync.renewal import forget_renewal


class Step(Enum):
    """The nine steps of connecting, as the request names them."""

    CHOSEN = 1
    PAGE = 2
    GRANTED = 3
    ANSWER = 4
    EXCHANGED = 5
    SEALED = 6
    UPDATES = 7
    SYNC = 8
    CONNECTED = 9


class Conversation(Protocol):
    """How connecting talks with the person: the window, the terminal, or a test."""

    def step(self, step: Step, note: str = "") -> None:
        """This step is done (``SYNC``: begun)."""

    def open_page(self, address: str) -> None:
        """Open the provider's page in the system browser."""

    def confirm(self, account: Account) -> bool:
        """Is this your business?"""

    def listening(self, callback: Callback) -> None:
        """The listener is there: a pasted address may be handed to it."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The account that was connected. ``again``: its row was there already and goes on."""

    integration: IntegrationRow
    again: bool
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"integrations"})))


def connect_by_key(
    business: Business,
    provider_name: str,
    key: str,
    talk: Conversation,
    cancel: threading.Event | None = None,
    *,
    label: str = "",
) -> Connected:
    """Connect with a pasted key. It is tried before anything is stored; ``cancel`` stops asking the provider.

    Raises: UsageError for what cannot be a key, CredentialsRefused, Unreachable, CancelledError.
    """
    provider = business.provider(provider_name)
    talk.step(Step.CHOSEN)
    for step in (Step.PAGE, Step.GRANTED):
        talk.step(step, "not needed with a key")
    endpoints = provider.endpoints(business.environment)
    credentials = provider.credentials_from_key(key, endpoints)
    reader = provider.reader(credentials, endpoints, cancel or threading.Event())
    try:
        account = reader.identify()
        talk.step(Step.ANSWER)
        talk.step(Step.EXCHANGED, "not needed with a key")
        if not talk.confirm(account):
            raise _not_confirmed()
        return _store(business, provider, reader, account, credentials, label, talk, "key")
    finally:
        reader.close()


def connect_by_oauth(
    business: Business,
    provider_name: str,
    talk: Conversation,
    cancel: threading.Event,
    *,
    label: str = "",
    port: int = DEFAULT_PORT,
) -> Connected:
    """Connect by consent in the system browser.

    Raises: UsageError where no platform keys are there, CallbackBusy, RefusedError when denied or expired,
    Unreachable, CancelledError.
    """
    provider = business.provider(provider_name)
    app = platform_app(business, provider_name)
    if app is None:
        raise _no_platform(provider)
    talk.step(Step.CHOSEN)
    endpoints = provider.endpoints(business.environment)
    state, verifier = f"{provider_name}.{secrets.token_urlsafe(32)}", secrets.token_urlsafe(48)
    with Callback(state, port) as callback:
        talk.listening(callback)
        redirect_uri = callback.redirect_uri
        talk.open_page(
            provider.authorization_url(app, endpoints, state=state, redirect_uri=redirect_uri, verifier=verifier)
        )
        talk.step(Step.PAGE)
        answer = callback.wait(cancel)
    _check(answer, provider)
    talk.step(Step.GRANTED)
    talk.step(Step.ANSWER)
    grant = provider.exchange(app, endpoints, code=answer.code, redirect_uri=redirect_uri, verifier=verifier)
    talk.step(Step.EXCHANGED)
    reader = provider.reader(grant.credentials, endpoints, cancel)
    try:
        account = reader.identify()
        if not account.account_id:
            account = replace(account, account_id=grant.account_id)
        if not talk.confirm(account):
            raise _not_confirmed()
        return _store(business, provider, reader, account, grant.credentials, label, talk, "oauth")
    except WorldError:
        _give_back(provider, app, business, grant.credentials, grant.account_id)
        raise
    finally:
        reader.close()


def _no_platform(provider: Provider) -> UsageError:
    paste = provider.facts.key_words.paste
    instead = f"{paste[:1].lower()}{paste[1:]} instead"
    if provider.facts.needs_secret:
        return UsageError(
            "Platform keys are needed",
            f"Connecting {provider.title} in the browser needs your own platform's client id and secret.",
            f"Enter them once, or {instead}.",
        )
    return UsageError(
        "An application id is needed",
        f"Connecting {provider.title} in the browser needs the id of your own application at {provider.title}.",
        f"Enter it once (PAYDESK_{provider.name.upper()}_CLIENT_ID), or {instead}.",
    )


def _check(answer: Answer, provider: Provider) -> None:
    if answer.error == "access_denied":
        raise RefusedError(
            "Access was denied",
            f"You chose not to give Paydesk access to {provider.title}.",
            "Nothing was stored. Try again whenever you like.",
        )
    if answer.error:
        said = answer.description or answer.error
        raise RefusedError(
            f"{provider.title} did not agree",
            f"{provider.title} answered: {said[:200]}",
            "Nothing was stored. Try again.",
        )


def _give_back(
    provider: Provider, app: OAuthApp, business: Business, credentials: Credentials, account_id: str
) -> None:
    """What was granted but is not kept is revoked, unless the account is connected already: revoking ends both."""
    if any(row.account_id == account_id for row in business.integrations(connected=True)):
        return
    try:
        provider.revoke(app, provider.endpoints(business.environment), credentials, account_id)
    except WorldError:
        return  # the owner already reads the error that stopped the connection


def _not_confirmed() -> CancelledError:
    return CancelledError("Not connected", "You did not say that this is your business, so nothing was stored.", "")


def _store(
    business: Business,
    provider: Provider,
    reader: Reader,
    account: Account,
    credentials: Credentials,
    label: str,
    talk: Conversation,
    way: str,
) -> Connected:
    present = business.integrations()
    _refuse_mixed_modes(present, account)
    row = _same_account(business, present, provider, reader, account)
    books = business.books
    row_uuid = row.row_uuid if row else str(uuid.uuid4())
    sealed = business.credential_store.seal(row_uuid, credentials)
    values = {
        "status": ACTIVE,
        "attention": "",
        "credentials": sealed,
        "connected_at": books.now(),
        "disconnected_at": None,
        **{name: value for name, value in _facts(account, label).items() if value or row is None},
    }
    with ExitStack() as stack:
        if row is not None:
            # Who is at work with the old credentials is in another program and has to stop, or goes on with these.
            worker = business.worker(row)
            job = stack.enter_context(worker.job(holder_text("Paydesk"), urgent=True, takes_over=True))
            job.use(credentials)
            writer = stack.enter_context(job.write())
            integration_id = row.id
            update_integration(writer.connection, integration_id, **values)
        else:
            writer = stack.enter_context(books.write())
            fixed = {"provider": provider.name, "mode": account.mode, "row_uuid": row_uuid, "created_at": books.now()}
            integration_id = add_integration(writer.connection, {**fixed, **values})
        forget_renewal(writer.connection, row_uuid)
        log_activity(writer.connection, books.now(), "connect", f"{provider.name} by {way}", integration_id)
    talk.step(Step.SEALED)
    talk.step(Step.UPDATES, "changes are looked for by themselves")
    return Connected(business.integration(integration_id), again=row is not None)


def _facts(account: Account, label: str) -> dict[str, str]:
    return {
        "account_id": account.account_id,
        "name": account.name,
        "label": label,
        "country": account.country,
        "currency": account.currency.lower(),
    }


def _refuse_mixed_modes(present: list[IntegrationRow], account: Account) -> None:
    """One home is live or test, never both: their money must not meet in one report."""
    live = account.mode == "live"
    if any((row.mode == "live") != live for row in present):
        here, there = ("live", "test") if live else ("test", "live")
        raise UsageError(
            "Live and test do not mix",
            f"This is a {here} account, and these books hold a {there} one.",
            "Use another folder for it (--home), or forget the other account first.",
        )


def _same_account(
    business: Business, present: list[IntegrationRow], provider: Provider, reader: Reader, account: Account
) -> IntegrationRow | None:
    """The row that this account already has: by its id, or because the key can read an object of it."""
    rows = [row for row in present if row.provider == provider.name and row.mode == account.mode]
    for row in rows:
        if account.account_id and row.account_id == account.account_id:
            return row
    for row in rows:
        if account.account_id and row.account_id:
            continue
        if _reads_of(business, reader, row):
            return row
    return None


def _reads_of(business: Business, reader: Reader, row: IntegrationRow) -> bool:
    """The key can read a stored object of this account. What it may not read at all says nothing either way."""
    with business.books.read() as connection:
        samples = sample_objects(connection, row.id)
    for sample in samples:
        try:
            if isinstance(reader.read(*sample), SourceObject):
                return True
        except (NotPermitted, NotAvailable):
            continue
    return False
