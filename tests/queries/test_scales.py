"""Sums over accounts are kept in the finest units among the connected providers."""

from __future__ import annotations

from desktop.queries.scales import Scales


def test_amounts_of_two_providers_meet_in_the_finer_units() -> None:
    both = Scales({1: "stripe", 2: "square"})
    assert (both.provider_of("isk"), both.common(500, "isk", 1), both.common(5, "isk", 2)) == ("stripe", 500, 500)
    assert (both.provider_of("mga"), both.common(5, "mga", 1), both.common(500, "mga", 2)) == ("square", 500, 500)
    assert (both.common(7, "usd", 1), both.common(7, "usd", 2)) == (7, 7)


def test_one_providers_amounts_stay_as_they_are() -> None:
    assert Scales({4: "square"}).common(500, "isk", 4) == 500
    assert Scales({4: "stripe", 9: "stripe"}).common(500, "isk", 9) == 500


def test_without_accounts_units_are_plain_ones() -> None:
    assert Scales({}).provider_of("isk") is None
    assert Scales({}).common(5, "isk", 1) == 5
