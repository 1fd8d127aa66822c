"""Card numbers in running text: found by issuer prefix, length, grouping and the Luhn check together.

Each test alone would take ids, amounts and instants for cards; one number in ten passes Luhn. Milliseconds since the
epoch (13 digits, beginning with 1 until 2033) begin like no card of that length, and neither do micro- or nanoseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = "[card number]"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Numbers of ``digits`` length whose first digits lie between ``low`` and ``high`` (same width)."""

    low: str
    high: str
    digits: tuple[int, ...]

    def issues(self, number: str) -> bool:
        """Whether the number begins and is as long as this issuer's."""
        return len(number) in self.digits and self.low <= number[: len(self.low)] <= self.high


# ISO/IEC 7812 issuer ranges, as the networks publish them.
ISSUERS = (
    Issuer("4", "4", (13, 16, 19)),  # Visa
    Issuer("51", "55", (16,)),  # Mastercard
    Issuer("2221", "2720", (16,)),
    Issuer("34", "34", (15,)),  # American Express
    Issuer("37", "37", (15,)),
    Issuer("6011", "6011", (16, 17, 18, 19)),  # Discover
    Issuer("644", "659", (16, 17, 18, 19)),
    Issuer("300", "305", (14, 16, 17, 18, 19)),  # Diners Club
    Issuer("3095", "3095", (14, 16, 17, 18, 19)),
    Issuer("36", "36", (14, 16, 17, 18, 19)),
    Issuer("38", "39", (14, 16, 17, 18, 19)),
    Issuer("3528", "3589", (16, 17, 18, 19)),  # JCB
    Issuer("62", "62", (16, 17, 18, 19)),  # UnionPay
    Issuer("60", "60", (16,)),  # RuPay
    Issuer("5018", "5018", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Issuer("5020", "5020", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("5038", "5038", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("5893", "5893", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("6304", "6304", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("6759", "6763", (13, 14, 15, 16, 17, 18, 19)),
)

_SEPARATOR = r"(?:%20|[ +.\-\u00a0\u2009\u202f]){1,3}"
# A letter or digit that touches a run of digit groups makes it part of an id, unless it ends an escape.
_START = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\x[0-9a-f]{2}))"
_RUN = re.compile(rf"{_START}[0-9]+(?:{_SEPARATOR}[0-9]+)*(?![A-Za-z0-9])")
_BETWEEN = re.compile(_SEPARATOR)
_SHORTEST, _LONGEST = 13, 19
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask_card_numbers(text: str) -> str:
    """The text with every card number replaced by ``[card number]``."""
    return _RUN.sub(_mask_run, text)


def is_card_number(number: str) -> bool:
    """Whether these digits, without separators, are shaped like a card number."""
    return any(issuer.issues(number) for issuer in ISSUERS) and _passes_luhn(number)


def _mask_run(run: re.Match[str]) -> str:
    text = run.group()
    if len(text) < _SHORTEST:
        return text
    edges = [edge for between in _BETWEEN.finditer(text) for edge in between.span()]
    groups = list(zip([0, *edges[1::2]], [*edges[0::2], len(text)], strict=True))
    kept, done, first = [], 0, 0
    while first < len(groups):
        last = _card_from(text, groups, first)
        if last is None:
            first += 1
            continue
        kept += [text[done : groups[first][0]], MASK]
        done, first = groups[last][1], last + 1
    return "".join((*kept, text[done:]))


def _card_from(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of a card number that begins with the first one; only its last group may be short."""
    number, found = "", None
    for index in range(first, len(groups)):
        start, end = groups[index]
        number += text[start:end]
        if len(number) > _LONGEST:
            break
        if is_card_number(number):
            found = index
        if not (end - start) >= 3:
            break
    return found


def _passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = ord(digit) - 48
        total += _LUHN_DOUBLED[value] if place % 2 else value
    return total % 10 == 0
