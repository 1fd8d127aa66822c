"""Copies of JSON."""

from __future__ import annotations

from typing import Any

_LEAVES = frozenset({bool, float, int, str, type(None)})


def copied(value: Any) -> Any:
    """A deep copy of JSON; several times faster than ``copy.deepcopy``."""
    if isinstance(value, dict):
        return {name: one if type(one) in _LEAVES else copied(one) for name, one in value.items()}
    if isinstance(value, list):
        return [copied(one) for one in value]
    return value
