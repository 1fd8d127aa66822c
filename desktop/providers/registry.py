"""The providers that exist, one line each; a provider's facts and its code are loaded when they are first asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from desktop.errors import UsageError

if TYPE_CHECKING:
    from desktop.money import CurrencyTable

    # Named in signatures only: the first frame is painted, and books are opened, without any provider.
    from desktop.providers.contract import Provider
    from desktop.providers.facts import Facts

_FACTORIES: Mapping[str, str] = {
    "stripe": "desktop.providers.stripe.provider:StripeProvider",
    "square": "desktop.providers.square.provider:SquareProvider",
}


def provider_names() -> Sequence[str]:
    """Every provider's stored name, in the order in which they are offered."""
    return tuple(_FACTORIES)


@cache
def facts_of(name: str) -> Facts:
    """A provider's facts by its stored name. Raises: UsageError for a name that is not known."""
    package, _, _ = _factory_of(name).rpartition(".")
    return cast("Facts", import_module(f"{package}.facts").FACTS)


def provider_title(name: str) -> str:
    """A provider's name as it writes itself; as it is stored where no provider of this name is known."""
    return facts_of(name).title if name in _FACTORIES else name.capitalize()


def currencies_of(name: str | None) -> CurrencyTable:
    """A provider's rules for amounts; plain ISO 4217 where nobody's are meant. Raises: as ``facts_of``."""
    if name is not None:
        return facts_of(name).currencies
    from desktop.money import ISO

    return ISO


def sdk_loggers() -> Sequence[str]:
    """The loggers of the providers' own libraries, which write addresses, parameters or bodies."""
    return tuple(logger for name in _FACTORIES for logger in facts_of(name).loggers)


class Providers:
    """The providers of one business, one each: an object holds the token buckets of all its accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, Provider] = {}

    def of(self, name: str) -> Provider:
        """A provider by its stored name, made when it is first asked for. Raises: as :func:`make_provider`."""
        with self._lock:
            found = self._made.get(name)
            if found is None:
                found = self._made[name] = make_provider(name)
            return found


def make_provider(name: str) -> Provider:
    """A new provider by its stored name, with token buckets of its own.

    Raises: UsageError for a name that is not known.
    """
    module, _, factory = _factory_of(name).partition(":")
    return cast("Provider", getattr(import_module(module), factory)())


def _factory_of(name: str) -> str:
    factory = _FACTORIES.get(name)
    if factory is None:
        raise UsageError("Unknown provider", f"There is no provider “{name}”.", f"Use {' or '.join(_FACTORIES)}.")
    return factory
