"""Taking out of a provider's object what may not be kept, before anything is made of it.

By name (``names``): secrets, fingerprints, card and bank numbers are left out. By shape (``shapes``, ``cards``), in
every text, every field's name and every whole number: keys and tokens become ``[redacted]``, card numbers their last
four digits. Whatever the way in (a page, an event, an object read by id, the answer to a write of our own), the mapper
cleans the object first, so that records, stored objects, set-aside copies and the inbox are made of what is clean.

Speed matters here: every object of a sync passes. The verdict about names is kept for each set of them, and values are
looked at one by one only where the written body shows a sign of a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

from desktop.secrets.cards import SHORTEST, mask_card_numbers
from desktop.secrets.names import DOCUMENTS, counts, holds_other_numbers, is_denied
from desktop.secrets.redaction import clean_text

_DEPTH: Final = 60
_LARGEST_COUNT: Final = 10**14
"""What is larger is no amount (a trillion of a two-decimal currency) and no instant in milliseconds."""

_MEMORY: Final = 20_000
_SMALLEST_CARD: Final = 10 ** (SHORTEST - 1)
_SHORTEST_TEXT: Final = 6
"""A text shorter than this ("cvc123") holds nothing that is looked for."""

# One of these, in lower case, is in any text that a certain rule of ``shapes`` matches; they are in hardly any other.
_SIGNS: Final = (
    "ecret", "_live_", "_test_", "whsec_", "ac_", "rt_", "sq0", "eaaa", "eqaa", "non:", "eyj", "bearer", "basic",
    "pass", "oken", "key", "verifier", "cvc", "cvv", "csc", " code",
)  # fmt: skip
_PASSWORD: Final = re.compile(r"://[^\s/]*@")
_RECOVERY_KEY: Final = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){7}")

_ASCII: Final = bytes(range(128))
_OTHERS: Final = bytes(range(128, 256))
_BETWEEN_DIGITS: Final = b" \t\n\r\f\v./\\|:;*+~#'()_-," + _OTHERS
_DIGITS_ALIKE: Final = bytes.maketrans(b"0123456789", b"0" * 10)
_SHORTEST_CARD: Final = b"0" * SHORTEST
_CARD_BEGINS: Final = re.compile(rb"[2-6][0-9]{12}")
_ESCAPES: Final = re.compile(rb"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrtfv])|&#?[A-Za-z0-9]{2,8};")


class Clean(dict[str, Any]):
    """A body that has been cleaned, and stays as it is: it is not cleaned twice."""


def clean(body: Mapping[str, Any], *, data_type: str = "") -> Clean:
    """``body`` without what may not be kept; itself it stays as it was.

    ``data_type`` is what it is known to be, where it may not say so itself: a document keeps its own ``number``,
    unless that is a card's or a key. What is nested deeper than anything real is cut off, and what JSON cannot hold
    becomes text. Cleaning twice changes nothing more.
    """
    if type(body) is Clean:
        return body
    numbered = data_type in DOCUMENTS
    try:
        return Clean(_clean(body if type(body) is dict else dict(body), numbered=numbered))
    except (RecursionError, OverflowError, UnicodeEncodeError):
        return Clean(_clean(_plain(body, _DEPTH), numbered=numbered))


def clean_value(value: object) -> Any:
    """Any value that JSON may hold, cleaned as :func:`clean` does it."""
    return clean({"": value})[""]


def clean_shapes(value: Any) -> Any:
    """A value of our own without secrets by shape, whatever its fields are called; itself where there are none."""
    return _strip_shape(value, "") if holds_secret(orjson.dumps(value).decode()) else value


def holds_secret(text: str) -> bool:
    """Whether a text holds a secret by its shape."""
    return _is_suspect(text) and clean_text(text) != text


def packed(body: Mapping[str, Any], *, data_type: str = "") -> bytes:
    """A body as it is stored and told apart: clean, as JSON with sorted names."""
    return written(clean(body, data_type=data_type))


def written(value: Any) -> bytes:
    """A clean value as JSON with sorted names; what is nested too deeply for that is cut off."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return orjson.dumps(_plain(value, _DEPTH), option=orjson.OPT_SORT_KEYS)


def _clean(body: dict[str, Any], *, numbered: bool) -> dict[str, Any]:
    texts: list[str] = []
    named = _strip(body, texts, numbered=numbered)
    return _strip_shapes(named) if _hold_secret(texts) else named


def _hold_secret(texts: list[str]) -> bool:
    """Whether one of these texts holds a secret: all of them are looked at together, and closely only where one may."""
    return _is_suspect('"'.join(texts)) and any(holds_secret(text) for text in texts)


# --- by name --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=_MEMORY)
def _judge(names: tuple[str, ...]) -> tuple[frozenset[str], str]:
    """Which of an object's field names are denied, and the others as one text where that holds a secret.

    Objects of one type have the same few dozen sets of names. Those in metadata are the customer's, and there is no
    end of them: the memory holds the latest.
    """
    denied = frozenset(name for name in names if is_denied(name))
    kept = '"'.join(name for name in names if name not in denied)
    return denied, kept if holds_secret(kept) else ""


def _strip(value: dict[str, Any], texts: list[str], *, numbered: bool = False) -> dict[str, Any]:
    """``value`` itself where nothing in it is denied, else a copy; what has to be looked at is added to ``texts``."""
    denied, suspect = _judge(tuple(value))
    clean = value
    if suspect:
        texts.append(suspect)
    if denied:
        clean = value.copy()
        for name in denied:
            if name == "number" and type(value[name]) is str and (numbered or _is_document(value)):
                continue
            del clean[name]
    for name, item in clean.items():
        kind = type(item)
        if kind is str:
            if len(item) >= _SHORTEST_TEXT:
                texts.append(item)
            continue
        if kind is dict:
            inner: Any = _strip(item, texts)
        elif kind is list and item:
            inner = _strip_list(item, texts)
        else:
            if (kind is int or kind is float) and not -_SMALLEST_CARD < item < _SMALLEST_CARD:
                _note_number(item, texts)
            continue
        if inner is not item:
            if clean is value:
                # The loop goes on over ``value``, which has the same names.
                clean = value.copy()
            clean[name] = inner
    return clean


def _is_document(value: dict[str, Any]) -> bool:
    """Whether people call it by its number."""
    stated = value.get("object")
    return type(stated) is str and stated in DOCUMENTS


def _strip_list(values: list[Any], texts: list[str]) -> list[Any]:
    clean = values
    for place, item in enumerate(values):
        kind = type(item)
        if kind is dict:
            inner: Any = _strip(item, texts)
        elif kind is list:
            inner = _strip_list(item, texts)
        else:
            if kind is str:
                texts.append(item)
            elif (kind is int or kind is float) and not -_SMALLEST_CARD < item < _SMALLEST_CARD:
                _note_number(item, texts)
            continue
        if inner is not item:
            if clean is values:
                clean = values.copy()
            clean[place] = inner
    return clean


def _note_number(value: float, texts: list[str]) -> None:
    """A number as long as a card's. Raises: OverflowError for a whole number that no JSON of ours can hold."""
    if value != value:
        return
    if type(value) is int and not -(2**63) <= value < 2**64:
        raise OverflowError
    if value < 10**19:
        texts.append(str(int(value)))


# --- by shape -------------------------------------------------------------------------------------------------------


def _is_suspect(text: str) -> bool:
    """Whether a text may hold a secret by its shape: quick, and wrong only on the careful side."""
    lowered = text.lower()
    for sign in _SIGNS:
        if sign in lowered:
            return True
    if "@" in lowered and _PASSWORD.search(lowered):
        return True
    return _may_hold_card(text.encode()) or (lowered.count("-") >= 7 and _RECOVERY_KEY.search(lowered) is not None)


def _may_hold_card(text: bytes) -> bool:
    if not text.isascii():
        foreign = text.translate(None, _ASCII).decode("utf-8", "replace")
        if any(character.isdecimal() for character in foreign):
            return True
    if b"\\" in text or b"%" in text or b"&" in text:
        text = _ESCAPES.sub(b"", text)
    if _SHORTEST_CARD not in text.translate(_DIGITS_ALIKE, _BETWEEN_DIGITS):
        return False
    return _CARD_BEGINS.search(text.translate(None, _BETWEEN_DIGITS)) is not None


def _strip_shapes(value: dict[str, Any]) -> dict[str, Any]:
    """A copy without secrets by shape, in names too."""
    clean: dict[str, Any] = {}
    for name, item in value.items():
        kept = clean_text(name)
        while kept in clean:
            kept += "_"
        clean[kept] = _strip_shape(item, name)
    return clean


def _strip_shape(value: Any, name: str) -> Any:
    kind = type(value)
    if kind is str:
        return clean_text(value, other_numbers=holds_other_numbers(name))
    if kind is dict:
        return _strip_shapes(value)
    if kind is list:
        return [_strip_shape(item, name) for item in value]
    if kind is int or kind is float:
        return _strip_number(value, name)
    return value


def _strip_number(value: float, name: str) -> Any:
    """A number that is a card's, as text; amounts, instants and counters are what they are."""
    if not _SMALLEST_CARD <= value < 10**19 or value != int(value):
        return value
    if value <= _LARGEST_COUNT and counts(name):
        return value
    digits = str(int(value))
    masked = mask_card_numbers(digits, other_numbers=holds_other_numbers(name))
    return value if masked == digits else masked


def _plain(value: Any, depth: int) -> Any:
    """A copy that is nested at most ``depth`` deep and that JSON can hold."""
    if isinstance(value, Mapping):
        return {_text(str(name)): _plain(item, depth - 1) for name, item in value.items()} if depth else None
    if isinstance(value, list | tuple):
        return [_plain(item, depth - 1) for item in value] if depth else None
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else str(value)
    return _text(str(value))


def _text(value: str) -> str:
    """The text without halves of characters, which no file can hold."""
    return value.encode("utf-8", "replace").decode("utf-8")
