"""Card numbers in running text: found by issuer prefix, length, grouping and the Luhn check together.

Each test alone would take ids, amounts and instants for cards; one number in ten passes Luhn. Milliseconds since the
epoch (13 digits, beginning with 1 until 2033) begin like no card of that length, and neither do micro- or nanoseconds.

However a number is written it is found: in groups or digit by digit, with any spaces, dashes, dots, slashes or
underscores between them, across lines, in full-width or other digits, escaped in JSON or an address, with a word right
before or after it. What is left as it is: ids of the providers (``ch_4242…``), UUIDs and long hexadecimal words,
telephone numbers with their country's code, product codes (EAN-13), and anything longer than a card number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SHORTEST: Final = 13
_LONGEST: Final = 19
_LUHN_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


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
ISSUERS: Final = (
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
    Issuer("2200", "2204", (16, 17, 18, 19)),  # Mir
    Issuer("5018", "5018", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Issuer("5020", "5020", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("5038", "5038", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("5893", "5893", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("6304", "6304", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("6759", "6763", (13, 14, 15, 16, 17, 18, 19)),
    Issuer("5019", "5019", (16,)),  # Dankort
    Issuer("506", "509", (16,)),  # Elo, Verve
)

# What may stand between two groups of digits. A comma with a space after it parts the items of a list.
_SEPARATOR: Final = r"(?:[ \t\n\r\f\v./\\|:;*+~#'()_\-]|,(?! )){1,8}"
_RUN: Final = re.compile(rf"[0-9]+(?:{_SEPARATOR}[0-9]+)*")
_BETWEEN: Final = re.compile(_SEPARATOR)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrtfv])|&(?:#?[A-Za-z0-9]{2,8});")
_UUID: Final = re.compile(r"\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b")
_LETTERS_BEFORE: Final = re.compile(r"(?:^|[^A-Za-z])([A-Za-z]+)$")
_WORD_AROUND: Final = 64
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
# Prefixes of ids. That of a stored card (card_…) has 24 characters more: so many digits are a card's number.
_ID: Final = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:ac|acct|ba|ch|cn|cnli|cs|cus|dp|du|evt|fee|file|fr|ii|il|in|inpay|li|pi|plan|pm|po|price|"
    r"prod|promo|py|pyr|qt|re|req|seti|si|sli|src|sub|tml|tok|tr|trr|txi|txn|txr|we)_(?:test_|live_)?$"
)


def mask_card_numbers(text: str, *, other_numbers: bool = False) -> str:
    """The text with every card number replaced by an ellipsis and its last four digits.

    ``other_numbers``: the text stands where telephone numbers or codes of products do, so that 13 and 14 digits are
    one of those.
    """
    # An escape that begins right before a number may be a sign before it: "%4242…" is read in both ways.
    if _ESCAPE.search(text):
        text = _mask(text, _plain(_ESCAPE.sub(lambda found: " " * len(found[0]), text)), other_numbers=other_numbers)
    return _mask(text, _plain(text), other_numbers=other_numbers)


def _mask(text: str, plain: str, *, other_numbers: bool) -> str:
    """The text without the card numbers of ``plain``, which is the same text, sign for sign."""
    cards: list[tuple[int, int, str]] = []
    for run in _RUN.finditer(plain):
        if run.end() - run.start() >= SHORTEST:
            _find(plain, run.start(), run.group(), cards, other_numbers=other_numbers)
    if not cards:
        return text
    kept, done = [], 0
    for start, end, number in cards:
        kept += [text[done:start], "…", number[-4:]]
        done = end
    return "".join((*kept, text[done:]))


def is_card_number(number: str) -> bool:
    """Whether these digits, without separators, are shaped like a card number."""
    return any(issuer.issues(number) for issuer in ISSUERS) and _passes_luhn(number)


def _plain(text: str) -> str:
    """The text in as many characters of ASCII: any digit as that digit, other signs as spaces, letters as letters."""
    if not text.isascii():
        text = _FOREIGN.sub(_in_ascii, text)
    return _UUID.sub(lambda found: "x" * len(found[0]), text) if "-" in text else text


def _in_ascii(found: re.Match[str]) -> str:
    character = found[0]
    if character.isdecimal():
        return str(int(character))
    return "x" if character.isalpha() else " "


def _find(plain: str, offset: int, run: str, cards: list[tuple[int, int, str]], *, other_numbers: bool) -> None:
    """Add the card numbers of a run of digit groups, in order."""
    edges = [edge for between in _BETWEEN.finditer(run) for edge in between.span()]
    groups = [
        (offset + start, offset + end) for start, end in zip([0, *edges[1::2]], [*edges[0::2], len(run)], strict=True)
    ]
    first = 0
    while first < len(groups):
        found = _card_from(plain, groups, first, other_numbers=other_numbers)
        if found is None:
            first += 1
            continue
        last, number = found
        cards.append((groups[first][0], groups[last][1], number))
        first = last + 1


def _card_from(plain: str, groups: list[tuple[int, int]], first: int, *, other_numbers: bool) -> tuple[int, str] | None:
    """The last group of a card number that begins with the first one, and the number that it is.

    Groups have three digits or more, but for the last; or all of them have one or two.
    """
    start, end = groups[first]
    width, digits = end - start, ""
    found: tuple[int, str] | None = None
    for index in range(first, len(groups)):
        begin, end = groups[index]
        digits += plain[begin:end]
        if len(digits) > _LONGEST:
            break
        if len(digits) >= SHORTEST and _is_one(plain, start, end, digits, other_numbers=other_numbers):
            # Where a shorter one is whole already, what follows is more likely its security code: hidden with it.
            found = (index, found[1] if found is not None else digits)
        if end - begin < 3 and end - begin != width:
            break
        if width < 3 and end - begin != width:
            break
    return found


def _is_one(plain: str, start: int, end: int, digits: str, *, other_numbers: bool) -> bool:
    if not is_card_number(digits):
        return False
    if len(digits) < 15 and (other_numbers or (len(digits) == 13 and _is_product_code(digits))):
        return False
    before = plain[start - 1] if start else ""
    if before == "+" and len(digits) <= 15 and not plain[max(0, start - 2) : start - 1].isdigit():
        return False  # a telephone number with its country's code has 15 digits at most (ITU-T E.164)
    whole = end - start == len(digits)
    if whole and before == "." and plain[max(0, start - 3) : start - 1].strip() in {"0", "-0", "(0", "=0"}:
        return False  # a fraction
    return not (whole and _is_part_of_id(plain, start, end))


def _is_part_of_id(plain: str, start: int, end: int) -> bool:
    before = plain[max(0, start - _WORD_AROUND) : start]
    after = plain[end : end + _WORD_AROUND]
    if before.endswith("_"):
        return _ID.search(before) is not None
    letters = _LETTERS_BEFORE.search(before)
    if letters is not None and len(letters[1]) < 3 and before[: letters.start(1)][-1:].isdigit():
        return True
    head = re.search(r"[0-9A-Za-z]*$", before)
    tail = re.match(r"[0-9A-Za-z]*", after)
    assert head is not None
    assert tail is not None
    return _HEXADECIMAL.fullmatch(f"{head[0]}{plain[start:end]}{tail[0]}") is not None


def _is_product_code(digits: str) -> bool:
    """GS1's check digit of EAN-13."""
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return weighed % 10 == 0


def _passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = ord(digit) - 48
        total += _LUHN_DOUBLED[value] if place % 2 else value
    return total % 10 == 0
