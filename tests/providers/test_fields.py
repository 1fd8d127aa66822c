"""Single facts out of a provider's JSON."""

from __future__ import annotations

import pytest

from desktop.providers.fields import WORD_LIMIT, Unreadable, open_word

TABLE = {"PAID": "succeeded"}


@pytest.mark.parametrize(
    ("stated", "ours"),
    [("PAID", "succeeded"), ("HELD_FOR_REVIEW", "held_for_review"), ("paid", "paid"), ("x" * WORD_LIMIT, "x" * 64)],
)
def test_a_word_of_an_open_list_is_ours_or_the_providers_own(stated: str, ours: str) -> None:
    assert open_word(stated, TABLE, "status") == ours


@pytest.mark.parametrize("stated", [None, "", 7, True, {}, [], "two\nlines", "\u202eback", "x" * (WORD_LIMIT + 1)])
def test_what_is_no_word_is_not_taken_for_one(stated: object) -> None:
    with pytest.raises(Unreadable):
        open_word(stated, TABLE, "status")
