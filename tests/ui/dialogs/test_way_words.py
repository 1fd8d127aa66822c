"""The words around keys and platforms: each provider's own, as it brings them."""

from __future__ import annotations

import pytest

from desktop.errors import UsageError
from desktop.providers.registry import facts_of, provider_names
from desktop.ui.dialogs.way_words import key_words, platform_words


@pytest.mark.parametrize("name", provider_names())
def test_words_without_a_translation_are_the_providers_own(qapp: object, name: str) -> None:
    assert key_words(name) == facts_of(name).key_words
    assert platform_words(name) == facts_of(name).platform_words


@pytest.mark.parametrize("name", provider_names())
def test_a_headline_says_whose_key_it_is(qapp: object, name: str) -> None:
    assert facts_of(name).title in key_words(name).heading
    assert len(key_words(name).needless) == 3


def test_a_provider_that_there_is_not_has_no_words() -> None:
    with pytest.raises(UsageError, match="paypal"):
        key_words("paypal")
