"""The port that every provider implements: what the rest of the app may ask of any of them.

Nothing above this folder knows a provider's addresses, field names or rules. A provider is a :class:`Provider` in
the registry; a connected account is a :class:`Reader` made from it with the account's credentials.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from desktop.errors import NotConnectedError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from desktop.providers.clock import ProviderClock
    from desktop.providers.facts import Facts
    from desktop.providers.limits import Pace

    # Named in signatures only: making these classes holds up the first figures of a window.
    from desktop.records import SetAside, SourceObject, Version


class CredentialsRefused(NotConnectedError):
    """401: the account's credentials are refused. The integration stops and needs attention."""


class NotPermitted(RefusedError):
    """403: the credentials lack the permission for this stream. The stream stands *not_permitted*."""


class NotAvailable(RefusedError):
    """404 for an address: the server does not have this endpoint. The stream stands *not_available*."""


class CursorGone(RefusedError):
    """The object that a page should start after is gone: go on by time, or start the stream again."""


class Unreachable(UnreachableError):
    """No answer, or no sensible one, after the retries: the work is parked and can be retried."""


class Unanswered(Unreachable):
    """What was asked for once may have been done or not: it was sent, and no sensible answer came."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One list endpoint. Several feeds can make one stream (payments: charges and intents)."""

    name: str
    data_type: str


@dataclass(frozen=True, slots=True)
class Stream:
    """What the owner sees synced, named like its table, and the feeds it is read from, in order.

    ``horizon_days``: that many days of newest objects mark the stream usable while older ones follow; 0: all.
    ``per_parent``: the feed is read once for each stored object of this data type (payment methods by customer).
    ``recheck``: how changes come where the event feed does not carry them: "" (events do), "created" (list by creation
    with a look-back), "updated" (list by the last change, with an overlap), "scan" (read everything again; versions
    and contents tell what changed).
    ``lookback_days``: objects created in these days are listed again at each sync, whether or not they say that they
    changed. ``parent_days``: following changes, only parents created in these days are asked again; 0: all.
    ``every_hours``: a sync of the schedule leaves the stream out until its last reading would be older than this
    before the next one; 0: it follows each time. ``lookback_every_hours``: the same for what is asked for again
    although nothing says that it changed (``lookback_days``, ``parent_days``). A person's sync asks for all of it.
    ``option``: the switch in the account's settings without which the stream is not read; "": always.
    ``on_demand``: no sync asks for it. Its objects come along in the pages of other lists (``Page.carried``) and by
    events, and all of one parent's are read when somebody asks for them: one by one would cost a request a parent.
    """

    name: str
    feeds: tuple[Feed, ...]
    horizon_days: int = 0
    per_parent: str = ""
    recheck: str = ""
    lookback_days: int = 0
    parent_days: int = 0
    every_hours: int = 0
    lookback_every_hours: int = 0
    option: str = ""
    on_demand: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed. ``cursor`` asks for the next one; None: this was the last.

    ``asked_at`` is the provider's clock when the page was asked for (ms): what "complete through" may promise.
    ``oldest_at`` is the smallest creation instant on the page, None where the feed has none.
    ``notes`` say what the server refused and we left out (an optional parameter, an expansion).
    ``carried`` are objects of other types that came along inside those of the page.
    """

    objects: tuple[SourceObject, ...]
    cursor: str | None
    asked_at: int
    set_aside: tuple[SetAside, ...] = ()
    oldest_at: int | None = None
    notes: tuple[str, ...] = ()
    carried: tuple[SourceObject, ...] = ()


NO_INSTANT: Final = 0
"""``created_at`` of an event that does not say when it was made: its object is read again."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """Something that happened at the provider: the inbox's unit, unique by ``external_id``."""

    external_id: str
    event_type: str
    created_at: int
    api_version: str
    data_type: str
    object_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of the event feed, in the provider's order (newest first); ``cursor`` asks for the next, older one."""

    events: tuple[ProviderEvent, ...]
    cursor: str | None
    asked_at: int


@dataclass(frozen=True, slots=True)
class Reread:
    """An event whose object must be read by id: its payload is not in a version that the mapper is tested for."""

    data_type: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who the credentials belong to. ``account_id`` is empty where the provider would not tell."""

    account_id: str
    name: str = ""
    country: str = ""
    currency: str = ""
    mode: str = "test"  # live, test or sandbox
    email: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the provider's read allowance this process has used."""

    reads: int = 0
    waited_ms: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account's secrets by field name. Never printed: ``repr`` names the fields only."""

    fields: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def get(self, name: str) -> str:
        """The field's value, or an empty text."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider is. Other addresses than its own must be https or loopback.

    ``today``: the day that is taken for today, "" for this machine's (``PAYDESK_TODAY``: demo and tests only).
    """

    api_base: str
    connect_base: str
    today: str = ""


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The platform that asks for access: the owner's own, or the relay's. PKCE needs no secret: it may be empty."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a code exchange."""

    credentials: Credentials
    account_id: str
    mode: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class CredentialLifetime:
    """How long an account's credentials last (ms, UTC).

    From ``renew_at`` on they should be exchanged for new ones; at ``expires_at`` they stop working; after
    ``renewable_until`` they can no longer be exchanged (None: always).
    """

    renew_at: int
    expires_at: int
    renewable_until: int | None = None


class Lists(Protocol):
    """What reads the pages of an account's lists."""

    def page(
        self,
        stream: Stream,
        feed: Feed,
        *,
        cursor: str | None,
        parent: str = "",
        created_from: int | None = None,
        changed_from: int | None = None,
    ) -> Page:
        """One page; ``created_from`` (ms) only for look-backs.

        Where the provider orders, a list comes newest first, or oldest first where it is gone on from by time; which
        of the two stays the same through a pass.
        ``changed_from`` (ms) only for streams whose ``recheck`` is "updated": what changed since then.
        A first pull sends nothing optional. An object that cannot be mapped goes to ``set_aside``.
        Raises: CredentialsRefused, NotPermitted, NotAvailable, CursorGone, Unreachable.
        """


class Reader(Lists, Protocol):
    """A connected account's reading side. Safe for several threads: lists are read side by side."""

    def page(
        self,
        stream: Stream,
        feed: Feed,
        *,
        cursor: str | None,
        parent: str = "",
        created_from: int | None = None,
        changed_from: int | None = None,
        following: Callable[[str], None] | None = None,
    ) -> Page:
        """As ``Lists.page``. ``following`` hears the next page's cursor as soon as it is known: before this one's
        objects are mapped, so that the next can be asked for meanwhile.
        """

    def identify(self) -> Account:
        """Who the credentials belong to.

        Raises: CredentialsRefused, Unreachable.
        """

    def read(self, data_type: str, external_id: str) -> SourceObject | SetAside | None:
        """One object by id, newly read; a deleted one comes with ``Deletion.STATED``; None where it does not exist."""

    def events(self, *, cursor: str | None, created_from: int) -> EventPage:
        """A page of what happened since ``created_from`` (ms), newest first.

        Raises: NotPermitted and NotAvailable where the feed is closed to these credentials, and as ``page``.
        """

    @property
    def clock(self) -> ProviderClock:
        """The provider's clock, as far as it is believed. What is known of it already may be told to it."""

    @property
    def pace(self) -> Pace | None:
        """What the account's calls keep to, wherever they are made; None where nothing is limited."""

    def usage(self) -> Usage:
        """Reads made so far."""

    def close(self) -> None:
        """Let the connections go. Also makes a call that is under way fail soon."""


class KeptFacts(Protocol):
    """What the books keep of an account beside one object: for mapping stored objects anew, without the network."""

    @property
    def currency(self) -> str:
        """The account's own currency, lower-case; empty where it is not known."""

    @property
    def main_location(self) -> str:
        """The id of the account's main location; empty where there is none."""

    def bodies(self, data_type: str, external_ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        """Stored objects of one type by id, those that were deleted too."""


class Provider(Protocol):
    """One provider: its facts, its ways in, and how to read an account."""

    @property
    def facts(self) -> Facts:
        """What is true of it before anything is asked."""

    @property
    def name(self) -> str:
        """Lower-case, as stored."""

    @property
    def title(self) -> str:
        """As people write it."""

    @property
    def streams(self) -> Sequence[Stream]:
        """Everything that is kept, in the order of a first sync."""

    def page_of(self, kind: str, external_id: str, *, account_id: str, mode: str) -> str:
        """The address of the provider's own page of an object; ``kind`` is its table. Empty where there is none."""

    def endpoints(self, environment: Mapping[str, str]) -> Endpoints:
        """The addresses to use. Raises: UsageError for one that is neither https nor loopback."""

    def credentials_from_key(self, key: str, endpoints: Endpoints | None = None) -> Credentials:
        """Credentials from a pasted key. Raises: UsageError where it does not look like one that can work.

        ``endpoints`` tells whether the key is meant for the provider itself or for a stand-in on loopback.
        """

    def reader(
        self, credentials: Credentials, endpoints: Endpoints, stop: threading.Event, pace: Pace | None = None
    ) -> Reader:
        """A reader for one account; ``stop`` ends waits and retries early (raises CancelledError).

        ``pace`` is kept to instead of the account's own in this process: it is another process's, which shares it.
        """

    def interpret(self, event: ProviderEvent) -> SourceObject | Reread | SetAside | None:
        """What an event means for the books, without asking; None where it concerns nothing that is kept."""

    def map_again(
        self, kept: KeptFacts, data_type: str, objects: Sequence[tuple[Mapping[str, Any], Version]]
    ) -> Sequence[SourceObject | SetAside | None]:
        """Stored objects of one type, each with the version it is of, as the mapper of today reads them.

        None for one that says too little to be mapped without asking the provider: it is left as it is.
        """

    def authorization_url(
        self, app: OAuthApp, endpoints: Endpoints, *, state: str, redirect_uri: str, verifier: str
    ) -> str:
        """Where the owner's browser goes to say yes. ``verifier`` is PKCE's secret of this one attempt."""

    def exchange(self, app: OAuthApp, endpoints: Endpoints, *, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Turn the code into credentials. Raises: RefusedError, Unreachable."""

    def lifetime(self, credentials: Credentials) -> CredentialLifetime | None:
        """How long these credentials last; None where they last until they are revoked."""

    def renew(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials) -> Credentials:
        """Exchange credentials for new ones, once: what they are exchanged with may be spent by it.

        Raises: CredentialsRefused where they cannot be exchanged (any more), Unanswered where nobody knows whether
        they were, Unreachable where they surely were not.
        """

    def revoke(self, app: OAuthApp | None, endpoints: Endpoints, credentials: Credentials, account_id: str) -> bool:
        """Give the access back; False where the owner must finish it at the provider."""
