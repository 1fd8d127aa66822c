"""The providers that exist, one line each: their facts are here at once, their code when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from desktop.errors import UsageError
from desktop.providers.facts import Facts
from desktop.providers.square.facts import FACTS as SQUARE
from desktop.providers.stripe.facts import FACTS as STRIPE

if TYPE_CHECKING:
    # Named in signatures only: books are opened, and their first figures read, without any provider.
    from desktop.providers.contract import Provider

_FACTORIES: Mapping[Facts, str] = {
    STRIPE: "desktop.providers.stripe.provider:StripeProvider",
    SQUARE: "desktop.providers.square.provider:SquareProvider",
}
_FACTS: Mapping[str, Facts] = {facts.name: facts for facts in _FACTORIES}


def provider_names() -> Sequence[str]:
    """Every provider's stored name, in the order in which they are offered."""
    return tuple(_FACTS)


def all_facts() -> Sequence[Facts]:
    """Every provider's facts, in the order in which they are offered."""
    return tuple(_FACTORIES)


def facts_of(name: str) -> Facts:
    """A provider's facts by its stored name. Raises: UsageError for a name that is not known."""
    facts = _FACTS.get(name)
    if facts is None:
        raise UsageError("Unknown provider", f"There is no provider “{name}”.", f"Use {' or '.join(_FACTS)}.")
    return facts


def title_of(name: str) -> str:
    """A provider's name as it writes itself; what is stored where no provider of this name is known."""
    facts = _FACTS.get(name)
    return facts.title if facts is not None else name.capitalize()


def make_provider(name: str) -> Provider:
    """A provider by its stored name. One object holds the rates of all its accounts, so make it once.

    Raises: UsageError for a name that is not known.
    """
    module, _, factory = _FACTORIES[facts_of(name)].partition(":")
    return cast("Provider", getattr(import_module(module), factory)())
