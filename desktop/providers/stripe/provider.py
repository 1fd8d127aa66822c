"""Stripe as a provider: its facts, its two ways in, and readers that share one allowance an account."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from desktop import __version__
from desktop.errors import UsageError
from desktop.periods import TODAY
from desktop.providers.base import BaseProvider
from desktop.providers.contract import (
    Credentials,
    Endpoints,
    Grant,
    KeptFacts,
    OAuthApp,
    ProviderEvent,
    Reread,
    Stream,
)
from desktop.providers.http import checked_base, is_loopback
from desktop.providers.limits import Pace
from desktop.providers.stripe import constants, oauth
from desktop.providers.stripe.events import interpret_event
from desktop.providers.stripe.facts import FACTS
from desktop.providers.stripe.reads import StripeReader
from desktop.records import SetAside, SourceObject, Version

_KEY = re.compile(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9_]{3,500}")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_]+")
_LOOPBACK_KEY = re.compile(r"(?:sk|rk)_[A-Za-z0-9_]{3,500}")

_MAKE_ONE = "In Stripe's dashboard, under Developers, API keys, create a restricted key and paste it here."

# What else people paste, and what to say about it. The first that fits is used.
_NOT_KEYS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"pk_"), "That is a publishable key: it cannot read an account."),
    (re.compile(r"whsec_"), "That is a webhook's signing secret, not a key."),
    (re.compile(r"(?:ca|acct|ek|cus)_"), "That is one of Stripe's other identifiers, not a key."),
    (re.compile(r"(?:\d[ -]?){13,19}\Z"), "That looks like a card number: never paste one here."),
    (re.compile(r"(?:sk|rk)_(?:live|test)_\S*[*…•]"), "That is a key with its middle hidden: it has to be whole."),
    (re.compile(r"sk_org_"), "That is the key of an organisation, not of one account."),
)


class StripeProvider(BaseProvider):
    """Stripe (``contract.Provider``). Safe for several threads."""

    def __init__(self) -> None:
        super().__init__(FACTS)

    @property
    def streams(self) -> Sequence[Stream]:
        """Everything that is kept, in the order of a first sync."""
        return constants.STREAMS

    def rates(self, account: str) -> tuple[float, float]:
        """Stripe's by the key's mode (docs.stripe.com/rate-limits)."""
        return constants.RATES["live" if "_live_" in account[:12] else "test"], constants.ENDPOINT_RATE

    def page_of(self, kind: str, external_id: str, *, account_id: str, mode: str) -> str:
        """The object's page in Stripe's dashboard; empty for kinds that have none there."""
        section = constants.DASHBOARD_SECTIONS.get(kind)
        if section is None or not _OBJECT_ID.fullmatch(external_id):
            return ""
        account = f"{account_id}/" if _OBJECT_ID.fullmatch(account_id) else ""
        test = "" if mode == "live" else "test/"
        return f"{constants.DASHBOARD}/{account}{test}{section}/{external_id}"

    def endpoints(self, environment: Mapping[str, str]) -> Endpoints:
        """Stripe's addresses, or the environment's. Raises: UsageError."""

        def base(variable: str, default: str) -> str:
            return checked_base(environment.get(variable) or default, variable)

        return Endpoints(
            api_base=base(constants.API_BASE_VARIABLE, constants.API_BASE),
            connect_base=base(constants.CONNECT_BASE_VARIABLE, constants.CONNECT_BASE),
            today=environment.get(TODAY) or "",
        )

    def credentials_from_key(self, key: str, endpoints: Endpoints | None = None) -> Credentials:
        """Credentials from a pasted secret or restricted key; on loopback a key need not say live or test.

        Raises: UsageError, which never repeats what was pasted.
        """
        pasted = key.strip()
        pattern = _LOOPBACK_KEY if endpoints is not None and is_loopback(endpoints.api_base) else _KEY
        if pattern.fullmatch(pasted):
            return Credentials({"secret_key": pasted})
        message = self.elsewhere(pasted) or next((told for other, told in _NOT_KEYS if other.match(pasted)), "")
        if not message:
            message = "That does not look like a key of Stripe." if pasted else "There is no key."
        raise UsageError("Not a key that can work", message, _MAKE_ONE)

    def reader(
        self, credentials: Credentials, endpoints: Endpoints, stop: threading.Event, pace: Pace | None = None
    ) -> StripeReader:
        """A reader for one account; all readers of one key share its allowance."""
        key = credentials["secret_key"]
        return StripeReader(
            key,
            endpoints.api_base,
            pace or self.allowance(key, endpoints),
            stop,
            account=credentials.get("stripe_account"),
            user_agent=f"Paydesk/{__version__}",
            today=endpoints.today,
        )

    def interpret(self, event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
        """What an event means for the books."""
        return interpret_event(event)

    def map_again(
        self, kept: KeptFacts, data_type: str, objects: Sequence[tuple[Mapping[str, Any], Version]]
    ) -> Sequence[SourceObject | SetAside | None]:
        """Stored objects as the mapper of today reads them; one whose inner list was cut short is to be read again."""
        from desktop.providers.stripe.records import map_object
        from desktop.providers.stripe.records.fields import is_cut_short

        return [
            None if is_cut_short(data_type, body) else map_object(data_type, body, version) for body, version in objects
        ]

    def authorization_url(
        self, app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str, verifier: str
    ) -> str:
        """Where the owner's browser goes to say yes; Connect knows no PKCE."""
        return oauth.authorization_url(app, endpoints, state=state, redirect_uri=redirect_uri)

    def exchange(self, app: OAuthApp, endpoints: Endpoints, *, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Turn the code into credentials; Stripe does not want the address again. Raises: RefusedError, Unreachable."""
        return oauth.exchange(app, endpoints, code=code)

    def lifetime(self, credentials: Credentials) -> None:
        """Keys and tokens of Connect last until they are revoked."""
        return None

    def renew(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials) -> Credentials:
        """There is nothing to exchange: they stay as they are."""
        return credentials

    def revoke(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials, account_id: str) -> bool:
        """Give the access back. A pasted key can only be deleted by its owner at Stripe: False."""
        if app is None or not account_id or credentials.get("connected_by") != "oauth":
            return False
        return oauth.deauthorize(app, endpoints, account_id)
