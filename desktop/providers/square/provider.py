"""Square as a provider: its facts, its two ways in, and readers that share one allowance an account."""

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
    CredentialLifetime,
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
from desktop.providers.square import constants, oauth
from desktop.providers.square.events import interpret_event
from desktop.providers.square.facts import FACTS
from desktop.providers.square.modes import mode_of
from desktop.providers.square.reads import SquareReader
from desktop.records import SetAside, SourceObject, Version

_TOKEN = re.compile(r"EAAA[A-Za-z0-9_-]{40,1000}")
_OLD_SANDBOX_TOKEN = re.compile(r"sandbox-sq0atb-[A-Za-z0-9_-]{16,100}")
_LOOPBACK_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{8,1024}")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_:-]+")

_FIND_IT = "In Square's developer console, open your application, and copy its access token under Credentials."

# What else people paste, and what to say about it. The first that fits is used.
_NOT_TOKENS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(?:sandbox-)?sq0id[pb]-"), "That is an application id: it names an application and opens nothing."),
    (re.compile(r"(?:sandbox-)?sq0cs[pb]-"), "That is an application secret, not an access token."),
    (re.compile(r"EQAA"), "That is a refresh token, not an access token."),
    (re.compile(r"(?:\d[ -]?){13,19}\Z"), "That looks like a card number: never paste one here."),
    (re.compile(r"EAAA\S*[*…•]"), "That is a token with its middle hidden: it has to be whole."),
    (re.compile(r"EAAA"), "That is a token of Square, but not all of it."),
    (re.compile(r"cnon:|ccof:|sq0\w{3}-"), "That is another of Square's identifiers, not an access token."),
    (re.compile(r"(?:whk|wbhk)[_-]?\w+|[A-Za-z0-9_-]{22}\Z"), "That looks like a webhook's signature key."),
)


class SquareProvider(BaseProvider):
    """Square (``contract.Provider``). Safe for several threads."""

    def __init__(self) -> None:
        super().__init__(FACTS)

    @property
    def streams(self) -> Sequence[Stream]:
        """Everything that is kept, in the order of a first sync."""
        return constants.STREAMS

    def rates(self, account: str) -> tuple[float, float]:
        """One for everything: Square publishes none."""
        return constants.RATE, constants.RATE

    def page_of(self, kind: str, external_id: str, *, account_id: str, mode: str) -> str:
        """The object's page in Square's dashboard; empty for kinds that have none there."""
        path = constants.DASHBOARD_PAGES.get(kind)
        if path is None or not _OBJECT_ID.fullmatch(external_id):
            return ""
        dashboard = constants.DASHBOARDS["live" if mode == "live" else "sandbox"]
        return dashboard + path.replace("{id}", external_id)

    def endpoints(self, environment: Mapping[str, str]) -> Endpoints:
        """Square's addresses, those of its sandbox for an application of the sandbox, or the environment's.

        Raises: UsageError.
        """
        client_id = environment.get(constants.CLIENT_ID_VARIABLE) or ""
        default = constants.SANDBOX_BASE if client_id.startswith(constants.SANDBOX_PREFIX) else constants.API_BASE
        stated = environment.get(constants.API_BASE_VARIABLE)
        base = checked_base(stated, constants.API_BASE_VARIABLE) if stated else default
        return Endpoints(base, base, environment.get(TODAY) or "")

    def credentials_from_key(self, key: str, endpoints: Endpoints | None = None) -> Credentials:
        """Credentials from a pasted personal access token; on loopback a token need not look like one of Square's.

        Raises: UsageError, which never repeats what was pasted.
        """
        pasted = key.strip()
        base = constants.API_BASE if endpoints is None else endpoints.api_base
        fitting = _TOKEN.fullmatch(pasted) is not None
        if _OLD_SANDBOX_TOKEN.fullmatch(pasted):
            if mode_of(base) == "live":
                message = "That token is for Square's sandbox, and this business is connected to Square itself."
                raise UsageError("Not a token that can work", message, _FIND_IT)
            fitting = True
        if not fitting:
            elsewhere = self.elsewhere(pasted)
            if elsewhere:
                raise UsageError("Not a token that can work", elsewhere, _FIND_IT)
            for other, message in _NOT_TOKENS[:-1] if is_loopback(base) else _NOT_TOKENS:
                if other.match(pasted) and not (is_loopback(base) and pasted.startswith("EAAA")):
                    raise UsageError("Not a token that can work", message, _FIND_IT)
            fitting = is_loopback(base) and _LOOPBACK_TOKEN.fullmatch(pasted) is not None
        if not fitting:
            message = "That does not look like an access token of Square." if pasted else "There is no token."
            raise UsageError("Not a token that can work", message, _FIND_IT)
        return Credentials({"access_token": pasted, "connected_by": "token"})

    def reader(
        self, credentials: Credentials, endpoints: Endpoints, stop: threading.Event, pace: Pace | None = None
    ) -> SquareReader:
        """A reader for one account; all readers of one merchant's token share its allowance."""
        token = credentials["access_token"]
        merchant = credentials.get("merchant_id")
        return SquareReader(
            token,
            endpoints.api_base,
            pace or self.allowance(merchant or token, endpoints),
            stop,
            merchant_id=merchant,
            personal=credentials.get("connected_by") != "oauth",
            user_agent=f"Paydesk/{__version__}",
            today=endpoints.today,
        )

    def interpret(self, event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
        """What an event means for the books."""
        return interpret_event(event)

    def map_again(
        self, kept: KeptFacts, data_type: str, objects: Sequence[tuple[Mapping[str, Any], Version]]
    ) -> Sequence[SourceObject | SetAside | None]:
        """Stored objects as the mapper of today reads them; a subscription whose plan is not kept is left alone."""
        from desktop.providers.square.records import map_stored

        return map_stored(kept, data_type, objects)

    def authorization_url(
        self, app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str, verifier: str
    ) -> str:
        """Where the owner's browser goes to say yes."""
        return oauth.authorization_url(app, endpoints, state=state, redirect_uri=redirect_uri, verifier=verifier)

    def exchange(self, app: OAuthApp, endpoints: Endpoints, *, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Turn the code into credentials. Raises: RefusedError, Unreachable."""
        return oauth.exchange(app, endpoints, code=code, redirect_uri=redirect_uri, verifier=verifier)

    def lifetime(self, credentials: Credentials) -> CredentialLifetime | None:
        """How long these credentials last; a personal access token lasts until it is replaced."""
        return oauth.lifetime_of(credentials)

    def renew(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials) -> Credentials:
        """Exchange the refresh token, once. Raises: CredentialsRefused, Unreachable."""
        return oauth.renew(app, endpoints, credentials)

    def revoke(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials, account_id: str) -> bool:
        """Give the access back, which needs the application's secret; False where the owner must do it at Square."""
        if app is None or not app.client_secret or credentials.get("connected_by") != "oauth":
            return False
        return oauth.revoke(app, endpoints, credentials, account_id)
