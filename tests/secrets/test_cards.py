"""Card numbers are found however people write them; ids, instants and amounts are left as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.secrets.cards import is_card_number, mask_card_numbers

# The networks' published test numbers, in two halves.
CARDS = {
    "visa": "42424242" + "42424242",
    "visa 13": "4222222" + "222222",
    "mastercard": "55555555" + "55554444",
    "mastercard 2-series": "22230031" + "22003222",
    "amex": "3782822" + "46310005",
    "discover": "60111111" + "11111117",
    "diners": "3056930" + "9025904",
    "jcb": "35660020" + "20360505",
    "unionpay": "62000000" + "00000005",
    "unionpay 19": "620550000" + "0000000004",
    "declined": "40000000" + "00000002",
}


def masked(number: str) -> str:
    return f"…{number[-4:]}"


def luhn_completed(start: str) -> str:
    return next(start + str(last) for last in range(10) if _luhn(start + str(last)))


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS.keys())
def test_every_networks_numbers_are_found_in_a_sentence(number: str) -> None:
    for text in ("card {} declined", "{}", "pan={},", '{{"number": "{}"}}', "{}.", "({})", "number:{}\n", "n_{}"):
        assert mask_card_numbers(text.format(number)) == text.format(masked(number))


@pytest.mark.parametrize("separator", [" ", "-", ".", "\u00a0", "+", "%20", " - "])
def test_groups_are_joined_whatever_separates_them(separator: str) -> None:
    assert mask_card_numbers(separator.join(["4242"] * 4)) == "…4242"
    amex = CARDS["amex"]
    assert mask_card_numbers(separator.join([amex[:4], amex[4:10], amex[10:]])) == "…0005"


def test_what_stands_beside_a_card_number_does_not_hide_it() -> None:
    visa = CARDS["visa"]
    assert mask_card_numbers(f"{visa} 123 12 2030") == "…4242 123 12 2030"
    assert mask_card_numbers(f"7 {visa} {visa}") == "7 …4242 …4242"
    assert mask_card_numbers(f"4242 4242 4242 4242 {CARDS['amex']}") == "…4242 …0005"


@pytest.mark.parametrize(
    "text",
    [
        "1700000000009 ms",
        "2026-11-23 05:29:41.123456",
        "2026-01-01 2026-02-02 2026-03-03",
        "amount 4242 usd, fee 150, net 4092",
        "pi_3N" + "4242424242424242",
        "ch_" + "4242424242424242" + "xyz",
        "0c6d2a0e-7a0b-4f0e-9a53-6f6d0f1b2c3d",
        "4242",
        "last four 4242, expires 12/2030",
        "+1 415 555 2671",
        "request 9999999999999995",
        "100000000000000000000000",
        "127.0.0.1:50123 10.0.0.255",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask_card_numbers(text) == text


@given(st.integers(1_000_000_000_000, 1_999_999_999_999))
def test_milliseconds_until_2033_stay_even_when_they_pass_luhn(millis: int) -> None:
    instant = luhn_completed(str(millis)[:12])
    assert mask_card_numbers(f"at {instant} ms") == f"at {instant} ms"
    assert mask_card_numbers(f"at {instant}000 us") == f"at {instant}000 us"
    assert mask_card_numbers(f"at {instant}000000 ns") == f"at {instant}000000 ns"


@given(st.integers(0, 10**11 - 1))
def test_a_number_that_fails_luhn_is_no_card(middle: int) -> None:
    good = luhn_completed(f"4242{middle:011d}")
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert is_card_number(good)
    assert not is_card_number(bad)
