"""The providers that exist, one line each; a provider's code is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from desktop.errors import UsageError

if TYPE_CHECKING:
    # Named in signatures only: books are opened, and their first figures read, without any provider.
    from desktop.providers.contract import Provider

_FACTORIES: Mapping[str, str] = {
    "stripe": "desktop.providers.stripe.provider:StripeProvider",
    "square": "desktop.providers.square.provider:SquareProvider",
}


def provider_names() -> Sequence[str]:
    """Every provider's stored name."""
    return tuple(_FACTORIES)


def make_provider(name: str) -> Provider:
    """A provider by its stored name. One object holds the rates of all its accounts, so make it once.

    Raises: UsageError for a name that is not known.
    """
    place = _FACTORIES.get(name)
    if place is None:
        raise UsageError("Unknown provider", f"There is no provider “{name}”.", f"Use {' or '.join(_FACTORIES)}.")
    module, _, factory = place.partition(":")
    return cast("Provider", getattr(import_module(module), factory)())
