"""What wire objects look like, as data: a JSON file for each, in which ``{...}`` stands for what varies.

A text that is one field and nothing else (``"{amount}"``) becomes the value as it is; fields inside of a text
(``"/v1/invoices/{id}/lines"``) become text. A field may look into what it is given, as in Python's format strings:
``{charge[currency]}``. Everything else stands as it is written, in the order in which it is written, and is made anew
for each object.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Fill = Callable[[Mapping[str, Any]], Any]

_FIELD = re.compile(r"\{(\w+)((?:\[\w+\])*)\}")


class Template:
    """One template, ready to be filled as often as needed."""

    def __init__(self, text: str) -> None:
        shape: dict[str, Any] = json.loads(text)
        self._constant, self._varying = _split(shape)
        self.names = frozenset(_names(shape))
        """What must be given."""

    def filled(self, **values: Any) -> dict[str, Any]:
        """A new object. ``TypeError`` where a value is missing or one too many is given."""
        if values.keys() != self.names:
            raise TypeError(f"needed are {sorted(self.names)}, given {sorted(values)}")
        made = self._constant.copy()
        for name, fill in self._varying:
            made[name] = fill(values)
        return made


@cache
def template(package: str, name: str) -> Template:
    """The template of a name in the folder ``templates`` of a package; read once."""
    return Template((files(package) / "templates" / f"{name}.json").read_text("utf-8"))


def _split(shape: dict[str, Any]) -> tuple[dict[str, Any], tuple[tuple[str, Fill], ...]]:
    """What can be shared by all objects, in order and with room for the rest, and how the rest is made."""
    varying = tuple((name, fill) for name, value in shape.items() if (fill := _fill(value)) is not None)
    return shape | dict.fromkeys((name for name, _ in varying)), varying


def _fill(value: Any) -> Fill | None:
    """How a value is made; None where it is the same for all, and nobody can change it."""
    if isinstance(value, str):
        return _fill_text(value)
    if isinstance(value, dict):
        constant, varying = _split(value)
        if not varying:
            return lambda values: constant.copy()
        return lambda values: constant | {name: fill(values) for name, fill in varying}
    if isinstance(value, list):
        fills = [_fill(one) or _always(one) for one in value]
        return lambda values: [fill(values) for fill in fills]
    return None


def _fill_text(text: str) -> Fill | None:
    whole = _FIELD.fullmatch(text)
    if whole is None:
        return text.format_map if "{" in text else None
    name, path = whole.group(1), re.findall(r"\w+", whole.group(2))
    if not path:
        return lambda values: values[name]

    def look(values: Mapping[str, Any]) -> Any:
        found = values[name]
        for step in path:
            found = found[step]
        return found

    return look


def _always(value: Any) -> Fill:
    return lambda values: value


def _names(value: Any) -> set[str]:
    """The names of all fields in a shape."""
    if isinstance(value, str):
        fields = (field for _, field, _, _ in string.Formatter().parse(value) if field is not None)
        return {field.partition("[")[0] for field in fields}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_names, inner))
