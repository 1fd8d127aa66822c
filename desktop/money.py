"""Money: integers of minor units beside a currency, read from and written as text without ever passing a float.

How many decimals an integer stands for is the provider's own rule, not a plain ISO one (the same 500 ISK are 5 kr at
one provider and 500 kr at another), so every conversion takes a table of rules, which each provider brings with its
facts; without one it is plain ISO 4217 (list one). Texts follow CLDR by way of babel, which is imported on first use
because it costs start-up time.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from desktop.errors import UsageError

MAX_MINOR: Final = 10**15
"""The largest amount, in minor units, that anyone may type: beyond it is a slip of the keyboard."""

_MAX_TEXT: Final = 64
_DEFAULT_EXPONENT: Final = 2

_CODES: Final = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob bov brl bsd btn bwp byn bzd cad "
    "cdf che chf chw clf clp cny cop cou crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip "
    "gmd gnf gtq gyd hkd hnl htg huf idr ils inr iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak "
    "lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur mvr mwk mxn mxv myr mzn nad ngn nio nok npr nzd omr "
    "pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp sle sos srd ssp stn svc syp szl "
    "thb tjs tmt tnd top try ttd twd tzs uah ugx usd usn uyi uyu uyw uzs ved ves vnd vuv wst xaf xcd xcg xof xpf "
    "yer zar zmw zwg "
    # Retired, but still in a provider's list or in old books.
    "byr cuc hrk ltl lvl mro sll std uss vef zmk zwl"
)
_KNOWN_CODES: Final = frozenset(_CODES.split())


def exponents_of(by_exponent: Mapping[int, str]) -> dict[str, int]:
    """Decimals by currency code, out of codes in one text by decimals: ``{0: "jpy krw", 3: "kwd"}``."""
    return {code: digits for digits, codes in by_exponent.items() for code in codes.split()}


@dataclass(frozen=True, slots=True, eq=False)
class CurrencyTable:
    """One party's rules for amounts; codes that are absent have two decimals and may be any integer.

    Each is one object, told apart by identity: caches are keyed by it.

    ``exponents``: decimals that a minor-unit integer stands for. ``display``: decimals shown where fewer than that.
    ``steps``: a payment's integer must be a multiple. ``payout_steps``: the same for a manual payout.
    """

    exponents: Mapping[str, int]
    display: Mapping[str, int]
    steps: Mapping[str, int]
    payout_steps: Mapping[str, int]


ISO: Final = CurrencyTable(
    exponents=exponents_of(
        {
            0: "bif byr clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
            3: "bhd iqd jod kwd lyd omr tnd",
            4: "clf uyw",
        }
    ),
    display={},
    steps={},
    payout_steps={},
)
"""Plain ISO 4217: what holds where no provider says otherwise."""


def _require_int(amount: object) -> None:
    if type(amount) is not int:
        raise TypeError(f"an amount is an int of minor units, not {amount!r}")


def exponent(currency: str, table: CurrencyTable = ISO) -> int:
    """How many decimals integers of this currency stand for; 2 for a code nobody knows."""
    return table.exponents.get(currency.lower(), _DEFAULT_EXPONENT)


def step(currency: str, table: CurrencyTable = ISO, purpose: Literal["payment", "payout"] = "payment") -> int:
    """What an integer that is sent must be a multiple of (10 for KWD or 100 for ISK at some providers; else 1)."""
    code = currency.lower()
    payment = table.steps.get(code, 1)
    return table.payout_steps.get(code, payment) if purpose == "payout" else payment


def display_decimals(currency: str, table: CurrencyTable = ISO) -> int:
    """How many decimals people see; fewer than :func:`exponent` where the fraction is always zero."""
    return table.display.get(currency.lower(), exponent(currency, table))


def to_decimal(amount: int, currency: str, table: CurrencyTable = ISO) -> Decimal:
    """The exact decimal number of main units, with the currency's own number of decimals ("4200.00")."""
    _require_int(amount)
    # From text, because Decimal's arithmetic rounds to the context's precision and its constructor does not.
    return Decimal(f"{amount}E-{exponent(currency, table)}")


# ------------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class _Style:
    """All that is needed to write one currency in one locale; ``affixes`` are (before, after) by sign."""

    exponent: int
    decimals: int
    affixes: tuple[tuple[str, str], tuple[str, str]]
    decimal: str
    group: str
    grouping: tuple[int, int]


def _spaced(before: str, after: str) -> tuple[str, str]:
    # CLDR's currencySpacing, which babel leaves out: a code's letter never touches a digit.
    if before and (before[-1].isalpha() or before[-1] == "."):
        before += "\u00a0"
    if after and after[0].isalpha():
        after = "\u00a0" + after
    return before, after


@lru_cache(maxsize=64)
def _marks(locale: str) -> tuple[str, str, str, tuple[int, int]]:
    """The locale's decimal sign, group sign, minus sign and group sizes. Raises UsageError for an unknown locale."""
    from babel.core import Locale, UnknownLocaleError

    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise UsageError(
            "Unknown language", f"There is no language or region “{locale}”.", "Use one such as en_US or de_DE."
        ) from None
    symbols = known.number_symbols["latn"]
    first, second = known.currency_formats["standard"].grouping
    return symbols["decimal"], symbols["group"], symbols["minusSign"], (int(first), int(second))


@lru_cache(maxsize=512)
def _style(currency: str, locale: str, table: CurrencyTable, symbol: bool) -> _Style:
    decimal, group, minus, grouping = _marks(locale)
    affixes = ("", ""), (minus, "")
    if symbol:
        from babel.core import Locale

        parsed = Locale.parse(locale.replace("-", "_"))
        pattern = copy.copy(parsed.currency_formats["standard"])
        pattern.frac_prec = (0, 0)
        # A lone digit shows what CLDR puts around a number of either sign.
        positive, negative = (
            pattern.apply(Decimal(one), parsed, currency=currency.upper(), currency_digits=False).partition("1")
            for one in (1, -1)
        )
        affixes = _spaced(positive[0], positive[2]), _spaced(negative[0], negative[2])
    return _Style(exponent(currency, table), display_decimals(currency, table), affixes, decimal, group, grouping)


def _grouped(whole: int, group: str, grouping: tuple[int, int]) -> str:
    first, rest = grouping
    if first == rest == 3:
        text = f"{whole:,}"
        return text if group == "," else text.replace(",", group)
    text = str(whole)
    parts = [text[-first:]]
    text = text[:-first]
    while text:
        parts.append(text[-rest:])
        text = text[:-rest]
    return group.join(reversed(parts))


def _shown_decimals(fraction: int, digits: int, shown: int) -> tuple[int, int]:
    # A fraction that should always be zero is left out only when it is: no text ever hides money.
    if shown < digits:
        hidden = int(10 ** (digits - shown))
        if fraction % hidden == 0:
            return fraction // hidden, shown
    return fraction, digits


def format_money(
    amount: int, currency: str, locale: str = "en_US", table: CurrencyTable = ISO, symbol: bool = True
) -> str:
    """The amount as people read it: "$4,200.00", "¥412,000", "-$12.50"; without ``symbol``, "4,200.00".

    Always all of the currency's decimals, so that columns align. Raises UsageError for an unknown locale.
    """
    _require_int(amount)
    style = _style(currency, locale, table, symbol)
    before, after = style.affixes[amount < 0]
    if not style.exponent:
        return f"{before}{_grouped(abs(amount), style.group, style.grouping)}{after}"
    whole, fraction = divmod(abs(amount), 10**style.exponent)
    fraction, decimals = _shown_decimals(fraction, style.exponent, style.decimals)
    number = _grouped(whole, style.group, style.grouping)
    if decimals:
        number = f"{number}{style.decimal}{fraction:0{decimals}d}"
    return f"{before}{number}{after}"


def format_plain(amount: int, currency: str, table: CurrencyTable = ISO) -> str:
    """The amount as programs read it, for copying and spreadsheets: "4200.00", "-12.50"."""
    _require_int(amount)
    digits = exponent(currency, table)
    whole, fraction = divmod(abs(amount), 10**digits)
    fraction, decimals = _shown_decimals(fraction, digits, display_decimals(currency, table))
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{fraction:0{decimals}d}" if decimals else f"{sign}{whole}"


# ------------------------------------------------------------------------------------------------- reading

_ASCII_FOR: Final = {
    "−": "-", "‐": "-", "‑": "-", "–": "-", "’": "'", "‘": "'", "ʼ": "'", "￥": "¥", "￡": "£", "￠": "¢", "￦": "₩",
    "\t": " ",
}  # fmt: skip


def _plain_sign(sign: str) -> str:
    """One character as typed on a plain keyboard: any script's digit, any blank, full-width forms, no marks."""
    if sign in _ASCII_FOR:
        return _ASCII_FOR[sign]
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if "！" <= sign <= "～":
        return chr(ord(sign) - 0xFEE0)
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return " " if category == "Zs" else sign


def _plain_text(text: str) -> str:
    return "".join(map(_plain_sign, text)).strip()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How amounts of one currency are written in one locale."""

    decimal: str
    group: str
    sizes: tuple[int, int]
    markers: tuple[str, ...]


@lru_cache(maxsize=512)
def _reading(currency: str, locale: str) -> _Reading:
    from babel.numbers import get_currency_symbol

    decimal, group, _, sizes = _marks(locale)
    symbol = _plain_text(str(get_currency_symbol(currency.upper(), locale.replace("-", "_"))))
    markers = sorted({symbol.casefold(), currency.casefold()}, key=len, reverse=True)
    return _Reading(_plain_text(decimal), _plain_text(group) or " ", sizes, tuple(markers))


def _without_markers(text: str, markers: Sequence[str]) -> tuple[bool, str]:
    """Whether there is a minus sign, and what is left without sign and currency."""
    negative = signed = False
    for _ in range(2):
        if not signed and text[:1] in {"-", "+"}:
            negative, signed, text = text[0] == "-", True, text[1:].lstrip()
        for marker in markers:
            if text.casefold().startswith(marker):
                text = text[len(marker) :].lstrip()
                break
    for marker in markers:
        if text.casefold().endswith(marker):
            text = text[: -len(marker)].rstrip()
            break
    return negative, text


def _refuse(message: str, action: str = "") -> UsageError:
    return UsageError("Not an amount", message, action)


def _split_number(body: str, shown: str, reading: _Reading, decimals: int) -> tuple[str, str]:
    """The digits before and after the decimal sign. Raises UsageError where signs stand as no locale has them."""
    # Eastern scripts have signs of their own, which cannot be mistaken.
    body = body.replace("٫", reading.decimal).replace("٬", reading.group)
    whole, _, fraction = body.partition(reading.decimal)
    if re.fullmatch("[0-9]*", whole) and re.fullmatch("[0-9]*", fraction) and (whole or fraction):
        return whole or "0", fraction
    first, rest = reading.sizes
    for group in {reading.group, " ", "'"} - {reading.decimal}:
        sign = re.escape(group)
        for size in {rest, 3}:
            grouped = f"[1-9][0-9]{{0,{size - 1}}}(?:{sign}[0-9]{{{size}}})*{sign}[0-9]{{{first}}}"
            if re.fullmatch(grouped, whole) and re.fullmatch("[0-9]*", fraction):
                if whole.count(group) == 1 and group in ".," and decimals == 3 and not fraction:
                    raise _refuse(
                        f"“{shown}” is ambiguous: “{group}” could group thousands or start three decimals.",
                        "Write it without grouping.",
                    )
                return whole.replace(group, ""), fraction
    if re.fullmatch(r"[0-9.,' ]*[0-9][0-9.,' ]*", body):
        group = "a space" if reading.group == " " else f"“{reading.group}”"
        raise _refuse(
            f"“{shown}” is ambiguous: the decimal sign here is “{reading.decimal}”, and {group} groups thousands.",
            "Write it without grouping.",
        )
    raise _refuse(f"“{shown}” is not an amount.", f"Write a number such as 12{reading.decimal}50.")


def _names_other_currency(rest: str, markers: Sequence[str]) -> str | None:
    for token in re.findall(r"[^\W\d_]+", rest):
        if token.lower() in _KNOWN_CODES and token.casefold() not in markers:
            return str(token.upper())
    for sign in rest:
        if unicodedata.category(sign) == "Sc" and sign not in markers:
            return sign
    return None


def parse_amount(text: str, currency: str, locale: str = "en_US", table: CurrencyTable = ISO) -> int:
    """What a person typed as an integer of minor units, exactly.

    Accepts the locale's decimal and grouping signs, a sign, and the currency's symbol or code before or after. Raises
    UsageError, with one sentence, for anything else: another currency, too many decimals, ambiguous grouping, more
    than :data:`MAX_MINOR`, or an amount the provider does not take (:func:`step`).
    """
    reading, digits = _reading(currency.lower(), locale), exponent(currency, table)
    shown = " ".join(text.split())
    if not shown:
        raise _refuse("The amount is empty.", f"Write a number such as 12{reading.decimal}50.")
    if len(shown) > _MAX_TEXT:
        raise _refuse("The amount is too long.", "Check the number of digits.")
    negative, body = _without_markers(_plain_text(shown), reading.markers)
    other = _names_other_currency(body, reading.markers)
    if other:
        raise _refuse(
            f"“{shown}” says {other}, but the amount is in {currency.upper()}.",
            f"Write the number alone, or with {currency.upper()}.",
        )
    whole, fraction = _split_number(body, shown, reading, digits)
    code = currency.upper()
    if len(fraction) > digits:
        allowed = f"at most {digits} decimals" if digits else "no decimals"
        raise _refuse(f"“{shown}” has too many decimals: {code} has {allowed}.")
    minor = int(whole + fraction.ljust(digits, "0"))
    if minor > MAX_MINOR:
        raise _refuse(f"“{shown}” is larger than any amount that can be paid.", "Check the number of digits.")
    unit = step(currency, table)
    if minor % unit:
        multiple = format(to_decimal(unit, currency, table).normalize(), "f")
        raise _refuse(f"“{shown}” cannot be paid: {code} amounts are multiples of {multiple} at this provider.")
    return -minor if negative else minor


# ------------------------------------------------------------------------------------------------ splitting


def split_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in integer shares proportional to ``weights`` that sum to it exactly, each within one of its quota.

    What rounding down leaves goes one by one to the largest remainders, earlier first on ties (Hamilton's method).
    A negative total is split as its opposite and negated. Negative weights (a credit among an invoice's lines) take
    negative shares; where weights cancel out, their sizes count instead, and where all are zero, all count alike.
    Raises ValueError for something to split among nobody.
    """
    _require_int(total)
    if not weights:
        if total:
            raise ValueError("nobody to split among")
        return []
    parts = list(weights)
    whole = sum(parts)
    if whole == 0:
        parts = [abs(weight) for weight in parts] if any(parts) else [1] * len(parts)
        whole = sum(parts)
    if whole < 0:
        parts, whole = [-weight for weight in parts], -whole
    pairs = [divmod(abs(total) * weight, whole) for weight in parts]
    shares = [share for share, _ in pairs]
    left = abs(total) - sum(shares)
    for index in sorted(range(len(pairs)), key=lambda index: -pairs[index][1])[:left]:
        shares[index] += 1
    return [-share for share in shares] if total < 0 else shares
