"""Clients that look like the same person or business: what the owner is asked to join. Only the owner joins them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from desktop.books.tables import Client, ClientLink, DismissedPair, Integration
from desktop.books.tables.base import table_of
from desktop.queries.naming import names_of_clients

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_PAIR = table_of(DismissedPair)
_INTEGRATION = table_of(Integration)
_PHONE_DIGITS: Final = 9
_SHORTEST_NAME: Final = 3
# Each is compared with so many of those who are called alike: a hundred of one name are no ten thousand pairs.
_COMPARED: Final = 5


class ClientFacts(NamedTuple):
    """What tells one client from another."""

    client_id: int
    name: str
    email: str
    phone: str
    company: str
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two clients that look like one. ``keep`` was there first.

    ``reasons`` are of email, phone and name, strongest first. ``same_account``: both are customers of one account,
    so that somebody once made two on purpose or by mistake.
    """

    keep: ClientFacts
    other: ClientFacts
    reasons: tuple[str, ...]
    same_account: bool


class _Known(NamedTuple):
    """A client as it is compared."""

    id: int
    name: str
    email: str
    phone: str
    company: str
    accounts: frozenset[int]


def suggestions(connection: Connection, limit: int = 50) -> list[Suggestion]:
    """Pairs of clients that look like the same person or business, the surest first; not those that were dismissed.

    The same e-mail address whatever its case; the same phone number by its last nine digits; the same name (the
    company's, where there is no other) whatever its case, spaces, accents and punctuation, unless they are of two
    companies. Two customers of one account come last. One pass over the clients.
    """
    known = _read_known(connection)
    pairs = connection.execute(select(_PAIR.c.first_client_id, _PAIR.c.second_client_id))
    dismissed = {(first, second) for first, second in pairs}
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for reason, key_of in _ALIKE.items():
        for first, second in _pairs(known.values(), key_of):
            pair = first.id, second.id
            if pair not in dismissed and (reason != "name" or _may_be_one(first, second)):
                reasons[pair].append(reason)

    def rank(pair: tuple[int, int]) -> tuple[bool, list[int], tuple[int, int]]:
        # A reason more is surer: the end of the list weighs as the weakest of all.
        return _together(known, pair), [*(_RANKS[reason] for reason in reasons[pair]), len(_ALIKE)], pair

    ranked = sorted(reasons, key=rank)[:limit]
    facts = _facts_of(connection, known, {client for pair in ranked for client in pair})
    return [
        Suggestion(facts[first], facts[second], tuple(reasons[first, second]), _together(known, (first, second)))
        for first, second in ranked
    ]


def _read_known(connection: Connection) -> dict[int, _Known]:
    """The clients that may be compared, in the order in which they came."""
    accounts: dict[int, set[int]] = defaultdict(set)
    alive = select(_LINK.c.client_id, _LINK.c.integration_id).where(_LINK.c.merged_into == "")
    for client_id, integration_id in connection.execute(alive):
        accounts[client_id].add(integration_id)
    facts = select(_CLIENT.c.id, _CLIENT.c.name, _CLIENT.c.email, _CLIENT.c.phone, _CLIENT.c.company)
    rows = connection.execute(facts.where(_CLIENT.c.status == "active").order_by(_CLIENT.c.id))
    return {row[0]: _Known(*row, frozenset(accounts[row[0]])) for row in rows if row[0] in accounts}


def _pairs(known: Iterable[_Known], key_of: Callable[[_Known], str]) -> Iterable[tuple[_Known, _Known]]:
    """Clients with the same key, each beside the first few that had it before."""
    alike: dict[str, list[_Known]] = defaultdict(list)
    for client in known:
        key = key_of(client)
        if not key:
            continue
        for earlier in islice(alike[key], _COMPARED):
            yield earlier, client
        alike[key].append(client)


def _by_email(client: _Known) -> str:
    return client.email.strip().casefold()


def _by_phone(client: _Known) -> str:
    digits = "".join(mark for mark in client.phone if mark.isdecimal())
    return digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_DIGITS else ""


def _by_name(client: _Known) -> str:
    key = _plain(client.name or client.company)
    return key if len(key) >= _SHORTEST_NAME else ""


_ALIKE: Mapping[str, Callable[[_Known], str]] = {"email": _by_email, "phone": _by_phone, "name": _by_name}
_RANKS = {reason: rank for rank, reason in enumerate(_ALIKE)}


def _plain(words: str) -> str:
    """Letters and digits alone, without case and accents."""
    if words.isascii():
        return "".join(mark for mark in words.lower() if mark.isalnum())
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(mark for mark in apart if mark.isalnum())


def _may_be_one(first: _Known, second: _Known) -> bool:
    """Namesakes of two companies are two people."""
    one, other = _plain(first.company), _plain(second.company)
    return not one or not other or one == other


def _together(known: Mapping[int, _Known], pair: tuple[int, int]) -> bool:
    return bool(known[pair[0]].accounts & known[pair[1]].accounts)


def _facts_of(connection: Connection, known: Mapping[int, _Known], ids: set[int]) -> dict[int, ClientFacts]:
    providers = {row.id: row.provider for row in connection.execute(select(_INTEGRATION.c.id, _INTEGRATION.c.provider))}
    names = names_of_clients(connection, ids)
    return {
        one.id: ClientFacts(
            one.id, names[one.id], one.email, one.phone, one.company,
            tuple(dict.fromkeys(providers[account] for account in sorted(one.accounts))),
        )
        for one in map(known.__getitem__, ids)
    }  # fmt: skip
