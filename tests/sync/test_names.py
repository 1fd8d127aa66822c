"""What the things that are read are called in a sentence."""

from __future__ import annotations

import pytest

from desktop.providers.registry import make_provider, provider_names
from desktop.sync.names import TITLES, names_of, title_of


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        ([], ""),
        (["payments"], "Payments"),
        (["payments", "payouts"], "Payments and payouts"),
        (["payments", "payments"], "Payments"),
        (["payments", "refunds", "payouts"], "Payments, refunds and payouts"),
        (["payments", "refunds", "payouts", "disputes"], "Payments, refunds and 2 more"),
    ],
)
def test_several_are_named_as_in_a_sentence(streams: list[str], said: str) -> None:
    assert names_of(streams) == said


@pytest.mark.parametrize("provider", provider_names())
def test_whatever_a_provider_has_to_read_has_a_name(provider: str) -> None:
    assert {stream.name for stream in make_provider(provider).streams} <= TITLES.keys()


def test_what_nobody_named_is_shown_as_it_is() -> None:
    assert title_of("gift_cards") == "Gift cards"
