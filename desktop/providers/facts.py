"""What is true of a provider before anything is asked of it: its name, rules, pages, colours and words, as values.

Each provider brings one :class:`Facts` in its ``facts.py``, and the registry lists them. Whoever stands above names no
provider but asks these. They are data alone: neither an SDK, the network, the database nor Qt is loaded for them, so
that the command's help and the first frame can be made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.money import CurrencyTable


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """The text as it is: by this name Qt's lupdate finds what is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that connecting asks for: shown in the picker, with what is missing without it.

    ``title`` and ``without`` are to be translated in the context ``Permission``.
    """

    title: str
    access: str  # "read" or "read and write"
    without: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a provider is marked beside its rows: a drawing of the icon set, white, on a ground (``#RRGGBB``)."""

    drawing: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The words around a pasted key, to be translated in the context ``KeyWords``.

    ``noun``: what it is called within a sentence. ``needless`` says of three of the nine steps why a key does without
    them. ``ending``: where the owner ends the access.
    """

    noun: str
    paste: str
    heading: str
    about: str
    field: str
    hint: str
    page: str
    page_hint: str
    rights: str
    needless: tuple[str, str, str]
    ending: str


@dataclass(frozen=True, slots=True)
class PlatformWords:
    """The words around the owner's own platform or application, to be translated in the context ``PlatformWords``."""

    about: str
    page: str
    register: str
    way_back: str
    id_name: str
    id_hint: str
    second_name: str
    second_hint: str
    second_about: str
    second_add: str
    key_instead: str
    change: str


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One provider's facts. There is one object for each, told apart by identity."""

    name: str
    """Lower-case, as stored and typed."""

    title: str
    """As it writes itself."""

    permissions: tuple[Permission, ...]
    """What connecting asks for."""

    hosts: tuple[str, ...]
    """Hosts whose https addresses may be opened: exact names, or suffixes that begin with a dot."""

    event_retention_days: int
    """A bookmark older than this cannot be continued from the event feed."""

    reads_a_month: int | None
    """Requests that it allows at least in thirty days, whoever makes them; None where it publishes no number."""

    reads_a_payment: int
    """So many are allowed for each payment of these days where that is more; 0: payments do not count."""

    currencies: CurrencyTable
    """Its rules for amounts."""

    mark: Mark

    key_start: str
    """A pattern: how what people paste in place of another provider's key begins where it is one of this one's."""

    key_words: KeyWords
    platform_words: PlatformWords

    key_page: str
    """Its own page for making a key, on one of ``hosts``; empty where keys are no way in."""

    platform_page: str
    """Its own page for a platform's keys, on one of ``hosts``; empty where none are needed."""

    client_id_words: tuple[str, str]
    """What the id of a platform or an application is called within a sentence, and where the owner copies it from."""

    access_page: str
    """Its own page where the owner sees who has access and ends it, on one of ``hosts``."""

    needs_secret: bool
    """Whether consent in the browser needs a platform's secret; False where PKCE (RFC 7636) stands in for it."""

    consent_writes: bool
    """Whether consent in the browser grants writing too, although only reading is wanted: it cannot be less."""

    loggers: tuple[str, ...]
    """Loggers of its SDK that write addresses, parameters or bodies."""

    stand_in: Mapping[str, str]
    """The variables that lead to a pretend one, each with what the sandbox calls its value; empty without one."""
