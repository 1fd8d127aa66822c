"""Search as you type: which rows a word may mean, asked so that big tables are reached by their indexes only.

Every word must match, each in any of its meanings: part of a client's name, the beginning of a number, an amount, an
id. Small tables (clients, services) are searched within their texts; big ones by equality or by the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from desktop.books.tables import Client, ClientLink
from desktop.books.tables.base import table_of
from desktop.providers.registry import currencies_of
from desktop.queries.scales import Scales

MAX_WORDS = 6
_ESCAPE = "\\"
_SHORTEST_ID = 4
_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What finding needs to know of the books: their dialect, and which provider each account is of.

    ``wide``: whether the invoices are few enough to look within their numbers.
    """

    dialect: str
    scales: Scales
    wide: bool = True


Meanings = Callable[[str, Lookup], Sequence[Select[Any]]]
"""For one word, queries of the ids of rows that it may mean."""


def words_of(text: str) -> list[str]:
    """The words to look for; beyond the first few nobody narrows a search."""
    return text.split()[:MAX_WORDS]


def matching(ids: ColumnElement[int], text: str, meanings: Meanings, lookup: Lookup) -> list[ColumnElement[bool]]:
    """Conditions on a table's ``id``: one for each word of the text."""
    conditions: list[ColumnElement[bool]] = []
    for word in words_of(text):
        queries = meanings(word, lookup)
        if not queries:
            return [false()]
        first, *more = queries
        conditions.append(ids.in_(first.union(*more) if more else first))
    return conditions


def _cases(word: str) -> list[str]:
    """The ways to write a word that SQLite's LIKE, which knows the case of ASCII letters alone, takes for different."""
    if word.isascii():
        return [word]
    return list(dict.fromkeys((word, word.lower(), word.upper(), word.capitalize())))


def _escaped(word: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", word)


def contains(word: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    """One of the texts has the word in it, whatever its case."""
    patterns = [f"%{_escaped(form)}%" for form in _cases(word)]
    return or_(*(column.ilike(pattern, escape=_ESCAPE) for column in columns for pattern in patterns))


def begins(word: str, column: ColumnElement[str], lookup: Lookup) -> ColumnElement[bool]:
    """The text begins with the word as written, or in upper or lower case; by the column's index."""
    forms = dict.fromkeys((word, word.upper(), word.lower()))
    if lookup.dialect != "sqlite":
        return or_(*(column.like(f"{_escaped(form)}%", escape=_ESCAPE) for form in forms))
    return or_(*(and_(column >= form, column < _after(form)) for form in forms))


def _after(text: str) -> str:
    """The first text beyond everything that begins with this one, by code points."""
    last = ord(text[-1])
    return text[:-1] + chr(last + 1) if last < 0x10FFFF else text + text[-1]


def by_external_id(word: str, table: Any, lookup: Lookup) -> list[Select[Any]]:
    """Rows whose provider id is, or begins with, the word; nothing for words that are no id."""
    if len(word) < _SHORTEST_ID or not re.fullmatch(r"[\w-]+", word, re.ASCII):
        return []
    column = table.c.external_id
    same = begins(word, column, lookup) if "_" in word else column == word
    return [
        select(table.c.id).where(table.c.integration_id == integration_id, same)
        for integration_id in lookup.scales.providers
    ]


def links_named(word: str) -> Select[Any]:
    """Links of the clients that the word may name."""
    found = contains(word, _CLIENT.c.name, _CLIENT.c.email, _CLIENT.c.company)
    return select(_LINK.c.id).join(_CLIENT, _CLIENT.c.id == _LINK.c.client_id).where(found)


def by_client(word: str, table: Any) -> Select[Any]:
    """Rows of the clients that the word may name."""
    return select(table.c.id).where(table.c.client_link_id.in_(links_named(word)))


# -------------------------------------------------------------------------------------------------------- amounts

# 10^18 minor units and more are no money, and from 2^63 on no column holds them.
_MOST_DIGITS = 18
_EXACT = Context(prec=MAX_PREC)
_NUMBER = re.compile(r"[-−]?(?:[^\W\d_]{1,3}|[^\w.,'-]{0,2})(\d[\d.,']*)[^\d.,']{0,3}")


def numbers_of(word: str) -> list[Decimal]:
    """What a word may mean as an amount of main units: "1120", "1,120.00", "$1.120,00"; nothing if it is none."""
    match = _NUMBER.fullmatch(word)
    if match is None:
        return []
    text = match[1].replace("'", "").rstrip(".,")
    marks = [mark for mark in text if mark in ".,"]
    whole = Decimal(re.sub(r"[.,]", "", text))
    if not marks:
        return [whole]
    before, _, after = text.replace(",", ".").rpartition(".")
    fraction = Decimal(f"{before.replace('.', '')}.{after}")
    grouped = len(after) == 3
    if len(marks) > 1 and len(set(marks)) == 1:
        return [whole] if grouped else []
    return [whole, fraction] if grouped and len(marks) == 1 else [fraction]


def equals_amount(
    values: Iterable[Decimal], table: Any, amount: ColumnElement[int], lookup: Lookup
) -> ColumnElement[bool] | None:
    """The amount is one of these numbers of main units, by each provider's decimals. None where it cannot be."""
    found: list[ColumnElement[bool]] = []
    ids_of: dict[str, list[int]] = {}
    for integration_id, provider in lookup.scales.providers.items():
        ids_of.setdefault(provider, []).append(integration_id)
    for provider, ids in ids_of.items():
        unusual = currencies_of(provider).exponents
        for exponent in sorted({2, *unusual.values()}):
            minors = [minor for value in values if (minor := _minor(value, exponent)) is not None]
            codes = [code for code, digits in unusual.items() if digits == exponent]
            currency = table.c.currency.in_(codes) if exponent != 2 else table.c.currency.not_in(sorted(unusual))
            if minors:
                found.append(and_(amount.in_(minors), table.c.integration_id.in_(ids), currency))
    return or_(*found) if found else None


def _minor(value: Decimal, exponent: int) -> int | None:
    """As minor units; None for what no amount can be: a part of one, or more than a column holds."""
    # By its digits: Decimal's own arithmetic ends at 28 of them, and a pasted number may have any count.
    if value.adjusted() + exponent >= _MOST_DIGITS:
        return None
    minor = value.scaleb(exponent, _EXACT)
    return int(minor) if minor == minor.to_integral_value() else None


def by_amount(word: str, table: Any, amount: ColumnElement[int], lookup: Lookup) -> list[Select[Any]]:
    """Rows with this amount."""
    same = equals_amount(numbers_of(word), table, amount, lookup)
    return [] if same is None else [select(table.c.id).where(same)]
