"""The words that each provider brings for its keys, platforms and permissions, in the window's language."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from desktop.providers.facts import KeyWords, Permission, PlatformWords
from desktop.providers.registry import facts_of
from desktop.ui.translation import translate


def key_words(provider: str) -> KeyWords:
    """The words around a pasted key of a provider. Raises: UsageError for one that is not known."""
    words = facts_of(provider).key_words
    return replace(words, **_translated("KeyWords", words))


def platform_words(provider: str) -> PlatformWords:
    """The words around the owner's own platform at a provider. Raises: UsageError for one that is not known."""
    words = facts_of(provider).platform_words
    return replace(words, **_translated("PlatformWords", words))


def permissions(provider: str) -> tuple[Permission, ...]:
    """What connecting a provider asks for. Raises: UsageError for one that is not known."""
    return tuple(
        replace(one, title=translate("Permission", one.title), without=translate("Permission", one.without))
        for one in facts_of(provider).permissions
    )


def _translated(context: str, words: KeyWords | PlatformWords) -> dict[str, Any]:
    return {part.name: _said(context, getattr(words, part.name)) for part in fields(words)}


def _said(context: str, text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(text, tuple):
        return tuple(translate(context, one) for one in text)
    return translate(context, text) if text else ""
