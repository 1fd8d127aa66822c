"""Money is exact integers, each provider's own decimals, and texts that read back as what they were written from."""

from __future__ import annotations

import copy
import subprocess
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from babel.core import Locale
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import desktop.money
from desktop.errors import UsageError
from desktop.money import (
    ISO,
    MAX_MINOR,
    CurrencyTable,
    display_decimals,
    exponent,
    format_money,
    format_plain,
    parse_amount,
    split_largest_remainder,
    step,
    to_decimal,
)
from desktop.providers.registry import facts_of

# The same examples each time, however busy the machine is.
STEADY = settings(deadline=None, derandomize=True)

AMOUNTS = st.integers(-MAX_MINOR, MAX_MINOR)
CURRENCIES = st.sampled_from(
    ["usd", "eur", "gbp", "cad", "chf", "jpy", "krw", "isk", "ugx", "mga", "kwd", "tnd", "inr", "huf", "clf", "qqq"]
)
STRIPE, SQUARE = (facts_of(name).currencies for name in ("stripe", "square"))
TABLES = st.sampled_from([ISO, STRIPE, SQUARE])
LOCALES = st.sampled_from(
    [
        "en_US", "en_GB", "en_CA", "en_IN", "hi_IN", "de_DE", "de_CH", "de_AT", "fr_FR", "fr_CA", "fr_CH", "es_ES",
        "es_MX", "pt_BR", "pt_PT", "it_IT", "nl_NL", "sv_SE", "da_DK", "nb_NO", "fi_FI", "pl_PL", "ru_RU", "tr_TR",
        "he_IL", "ar_EG", "fa_IR", "ja_JP", "ko_KR", "zh_CN", "th_TH", "bn_BD", "is_IS", "et_EE", "lv_LV", "bg_BG",
    ]
)  # fmt: skip


# ---- the value


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1), None])
def test_an_amount_is_an_int_and_nothing_else(amount: object) -> None:
    with pytest.raises(TypeError):
        format_money(amount, "usd")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        format_plain(amount, "usd")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        to_decimal(amount, "usd")  # type: ignore[arg-type]


# ---- the providers' tables


@pytest.mark.parametrize(
    ("currency", "iso", "stripe", "square"),
    [
        ("usd", 2, 2, 2),
        ("jpy", 0, 0, 0),
        ("isk", 0, 2, 0),
        ("ugx", 0, 2, 0),
        ("mga", 2, 0, 2),
        ("kwd", 3, 3, 3),
        ("iqd", 3, 2, 3),
        ("clf", 4, 2, 4),
        ("huf", 2, 2, 2),
        ("twd", 2, 2, 2),
        ("btc", 2, 2, 8),
        ("qqq", 2, 2, 2),
    ],
)
def test_decimals_come_from_the_providers_own_table(currency: str, iso: int, stripe: int, square: int) -> None:
    assert [exponent(currency, table) for table in (ISO, STRIPE, SQUARE)] == [iso, stripe, square]
    assert exponent(currency.upper(), STRIPE) == stripe


def test_stripes_zero_decimal_list_is_as_documented() -> None:
    documented = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
    zero = {code for code, digits in STRIPE.exponents.items() if digits == 0}
    assert zero == set(documented.lower().split())


def test_stripe_takes_some_currencies_in_steps_only() -> None:
    assert [step(code, STRIPE) for code in ("usd", "kwd", "isk", "ugx", "huf")] == [1, 10, 100, 100, 1]
    assert [step(code, STRIPE, "payout") for code in ("usd", "huf", "twd", "isk")] == [1, 100, 100, 100]
    assert step("isk", SQUARE) == 1


# ---- decimals


@STEADY
@given(st.integers(-(10**40), 10**40), CURRENCIES, TABLES)
def test_the_decimal_is_exactly_the_minor_units_at_any_size(amount: int, currency: str, table: CurrencyTable) -> None:
    with localcontext() as context:
        context.prec = 3
        number = to_decimal(amount, currency, table)
    assert Fraction(number) == Fraction(amount, 10 ** exponent(currency, table))


# ---- writing


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "table", "text"),
    [
        (420000, "usd", "en_US", ISO, "$4,200.00"),
        (412000, "jpy", "en_US", ISO, "¥412,000"),
        (-1250, "usd", "en_US", ISO, "-$12.50"),
        (5, "usd", "en_US", ISO, "$0.05"),
        (0, "usd", "en_US", ISO, "$0.00"),
        (-1, "kwd", "en_US", ISO, "-KWD\u00a00.001"),
        (123456789, "inr", "en_IN", ISO, "₹12,34,567.89"),
        (420000, "eur", "de_DE", ISO, "4.200,00\u00a0€"),
        (123456, "chf", "de_CH", ISO, "CHF\u00a01’234.56"),
        (500, "isk", "en_US", STRIPE, "ISK\u00a05"),
        (550, "isk", "en_US", STRIPE, "ISK\u00a05.50"),
        (500, "isk", "en_US", SQUARE, "ISK\u00a0500"),
        (1234, "qqq", "en_US", ISO, "QQQ\u00a012.34"),
    ],
)
def test_amounts_are_written_as_the_locale_has_them(
    amount: int, currency: str, locale: str, table: CurrencyTable, text: str
) -> None:
    assert format_money(amount, currency, locale, table) == text


def test_amounts_without_symbol_and_for_copying() -> None:
    assert format_money(-420000, "usd", symbol=False) == "-4,200.00"
    assert format_money(-420000, "eur", "de_DE", symbol=False) == "-4.200,00"
    assert format_plain(420000, "usd") == "4200.00"
    assert format_plain(-5, "usd") == "-0.05"
    assert format_plain(412000, "jpy") == "412000"
    assert format_plain(500, "isk", STRIPE) == "5"
    assert format_plain(501, "isk", STRIPE) == "5.01"


@STEADY
@given(AMOUNTS, CURRENCIES, LOCALES, TABLES)
def test_writing_agrees_with_babel_but_for_the_space_after_a_code(
    amount: int, currency: str, locale: str, table: CurrencyTable
) -> None:
    digits = exponent(currency, table)
    assume(display_decimals(currency, table) == digits)
    parsed = Locale.parse(locale)
    pattern = copy.copy(parsed.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    number = to_decimal(amount, currency, table)
    expected = pattern.apply(number, parsed, currency=currency.upper(), currency_digits=False)
    assert format_money(amount, currency, locale, table).replace("\u00a0", "") == expected.replace("\u00a0", "")


@STEADY
@given(AMOUNTS, CURRENCIES, TABLES)
def test_the_plain_text_is_exactly_the_number(amount: int, currency: str, table: CurrencyTable) -> None:
    number = Fraction(format_plain(amount, currency, table))
    assert number == Fraction(amount, 10 ** exponent(currency, table))


def test_an_unknown_locale_is_said_plainly() -> None:
    with pytest.raises(UsageError, match="xx_ZZ"):
        format_money(1, "usd", "xx_ZZ")
    assert format_money(1, "usd", "en-US") == "$0.01"


def test_babel_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, desktop.money; print(any(name.split('.')[0] == 'babel' for name in sys.modules))"
    root = Path(desktop.money.__file__).parents[1]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


# ---- reading


@STEADY
@given(AMOUNTS, CURRENCIES, LOCALES, TABLES, st.booleans())
@example(1234000, "kwd", "en_US", STRIPE, True)
@example(-123456, "chf", "de_CH", ISO, True)
@example(500, "isk", "en_US", STRIPE, True)
def test_what_was_written_reads_back_as_the_same_amount(
    amount: int, currency: str, locale: str, table: CurrencyTable, symbol: bool
) -> None:
    amount -= amount % step(currency, table)
    assume(abs(amount) <= MAX_MINOR)
    text = format_money(amount, currency, locale, table, symbol)
    assert parse_amount(text, currency, locale, table) == amount


@STEADY
@given(AMOUNTS, CURRENCIES, TABLES)
def test_the_copied_text_reads_back_too(amount: int, currency: str, table: CurrencyTable) -> None:
    amount -= amount % step(currency, table)
    assume(abs(amount) <= MAX_MINOR)
    assert parse_amount(format_plain(amount, currency, table), currency, "en_US", table) == amount


@pytest.mark.parametrize(
    ("text", "currency", "locale", "table", "amount"),
    [
        ("12.50", "usd", "en_US", ISO, 1250),
        (" $12.5 ", "usd", "en_US", ISO, 1250),
        ("12.50 USD", "usd", "en_US", ISO, 1250),
        ("usd 12.50", "usd", "en_US", ISO, 1250),
        ("$12.50 USD", "usd", "en_US", ISO, 1250),
        ("-$12.50", "usd", "en_US", ISO, -1250),
        ("$-12.50", "usd", "en_US", ISO, -1250),
        ("−12.50", "usd", "en_US", ISO, -1250),
        ("+12.50", "usd", "en_US", ISO, 1250),
        (".5", "usd", "en_US", ISO, 50),
        ("5.", "usd", "en_US", ISO, 500),
        ("007", "usd", "en_US", ISO, 700),
        ("1,234", "usd", "en_US", ISO, 123400),
        ("1 234.50", "usd", "en_US", ISO, 123450),
        ("1.234", "eur", "de_DE", ISO, 123400),
        ("1.234,5 €", "eur", "de_DE", ISO, 123450),
        ("1'234.50", "chf", "de_CH", ISO, 123450),
        ("1 234,50 €", "eur", "fr_FR", ISO, 123450),
        ("CA$12.50", "cad", "en_US", ISO, 1250),
        ("$12.50", "cad", "en_CA", ISO, 1250),
        ("12,34,567.5", "inr", "en_IN", ISO, 123456750),
        ("1,234,567", "inr", "en_IN", ISO, 123456700),
        ("￥５００", "jpy", "ja_JP", ISO, 500),
        ("٤٬٢٠٠٫٥٠", "usd", "ar_EG", ISO, 420050),
        ("1.230", "kwd", "en_US", STRIPE, 1230),
        ("1,234.000", "kwd", "en_US", STRIPE, 1234000),
        ("5", "isk", "en_US", STRIPE, 500),
        ("5.00", "isk", "en_US", STRIPE, 500),
        ("10,000,000,000,000", "usd", "en_US", ISO, MAX_MINOR),
    ],
)
def test_amounts_are_read_as_people_type_them(
    text: str, currency: str, locale: str, table: CurrencyTable, amount: int
) -> None:
    assert parse_amount(text, currency, locale, table) == amount


@pytest.mark.parametrize(
    ("text", "currency", "locale", "table", "why"),
    [
        ("", "usd", "en_US", ISO, "empty"),
        ("   ", "usd", "en_US", ISO, "empty"),
        ("NaN", "usd", "en_US", ISO, "not an amount"),
        ("Infinity", "usd", "en_US", ISO, "not an amount"),
        ("1e5", "usd", "en_US", ISO, "not an amount"),
        ("0x10", "usd", "en_US", ISO, "not an amount"),
        ("10²", "usd", "en_US", ISO, "not an amount"),
        ("½", "usd", "en_US", ISO, "not an amount"),
        ("--5", "usd", "en_US", ISO, "not an amount"),
        ("(5)", "usd", "en_US", ISO, "not an amount"),
        (".", "usd", "en_US", ISO, "not an amount"),
        ("$", "usd", "en_US", ISO, "not an amount"),
        ("5 apples", "usd", "en_US", ISO, "not an amount"),
        ("1.005", "usd", "en_US", ISO, "at most 2 decimals"),
        ("1.5", "jpy", "en_US", ISO, "no decimals"),
        ("1,50", "usd", "en_US", ISO, "ambiguous"),
        ("12.50", "eur", "de_DE", ISO, "ambiguous"),
        ("1,2345", "usd", "en_US", ISO, "ambiguous"),
        ("0,500", "usd", "en_US", ISO, "ambiguous"),
        ("1,234.567.890", "usd", "en_US", ISO, "ambiguous"),
        ("1,234 567", "usd", "en_US", ISO, "ambiguous"),
        ("1,234", "kwd", "en_US", ISO, "ambiguous"),
        ("€5", "usd", "en_US", ISO, "says €"),
        ("5 EUR", "usd", "en_US", ISO, "says EUR"),
        ("$5", "cad", "en_US", ISO, r"says \$"),
        ("10,000,000,000,000.01", "usd", "en_US", ISO, "larger than any"),
        ("9" * 60, "usd", "en_US", ISO, "larger than any"),
        ("9" * 5000, "usd", "en_US", ISO, "too long"),
        ("1.234", "kwd", "en_US", STRIPE, "multiples of 0.01"),
        ("5.50", "isk", "en_US", STRIPE, "multiples of 1 "),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(
    text: str, currency: str, locale: str, table: CurrencyTable, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        parse_amount(text, currency, locale, table)


@STEADY
@given(st.text(alphabet="0123456789.,' -+$€eEnaN\u00a0²", max_size=20), LOCALES)
def test_any_text_is_an_exact_amount_or_a_usage_error(text: str, locale: str) -> None:
    try:
        amount = parse_amount(text, "usd", locale)
    except UsageError:
        return
    assert abs(amount) <= MAX_MINOR
    assert parse_amount(format_money(amount, "usd", locale), "usd", locale) == amount


# ---- splitting

TOTALS = st.integers(-(10**18), 10**18)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=40)


@STEADY
@given(TOTALS, WEIGHTS)
def test_shares_sum_to_the_total_and_lie_within_one_of_their_quota(total: int, weights: list[int]) -> None:
    shares = split_largest_remainder(total, weights)
    assert sum(shares) == total
    if sum(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(total * weight, sum(weights))) < 1


@STEADY
@given(TOTALS, st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=20))
def test_shares_sum_to_the_total_with_credits_among_the_weights(total: int, weights: list[int]) -> None:
    assert sum(split_largest_remainder(total, weights)) == total


@STEADY
@given(TOTALS, WEIGHTS)
def test_a_negative_total_is_split_as_its_opposite(total: int, weights: list[int]) -> None:
    assert split_largest_remainder(-total, weights) == [-share for share in split_largest_remainder(total, weights)]


@STEADY
@given(st.integers(0, 10**12), WEIGHTS)
def test_a_larger_weight_never_gets_less_and_zero_gets_nothing(total: int, weights: list[int]) -> None:
    assume(any(weights))
    shares = split_largest_remainder(total, weights)
    by_weight = sorted(zip(weights, shares, strict=True))
    assert [share for _, share in by_weight] == sorted(shares)
    assert all(share == 0 for weight, share in by_weight if weight == 0)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [0, 0], [3, 2]),
        (100, [1, 2, 4], [14, 29, 57]),
        (90, [100, -10], [100, -10]),
        (90, [-100, 10], [100, -10]),
        (10, [5, -5, 0], [5, 5, 0]),
        (0, [3, 4], [0, 0]),
        (0, [], []),
    ],
)
def test_ties_go_to_the_earlier_and_odd_weights_have_a_rule(total: int, weights: list[int], shares: list[int]) -> None:
    assert split_largest_remainder(total, weights) == shares


def test_nobody_cannot_share_something() -> None:
    with pytest.raises(ValueError, match="nobody"):
        split_largest_remainder(1, [])
