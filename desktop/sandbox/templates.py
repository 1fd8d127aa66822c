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

Values = Mapping[str, Any]
Made = dict[str, Any]

_FIELD = re.compile(r"\{(\w+)((?:\[\w+\])*)\}")


class Template:
    """One template, ready to be filled as often as needed.

    Worlds are made of tens of thousands of objects, so what each key needs is sorted out once: most stay as in the
    shape, which is copied as a whole, others are set one kind after the other.
    """

    def __init__(self, shape: Mapping[str, Any]) -> None:
        self.names = frozenset(_names(shape))
        """What must be given."""
        self._shape: Made = dict(shape)
        self._given: list[tuple[str, str]] = []
        self._looked_up: list[tuple[str, str, str]] = []
        self._copied: list[tuple[str, Callable[[], Any]]] = []
        self._made: list[tuple[str, Callable[[Values], Any]]] = []
        for key, value in shape.items():
            self._sort_out(key, value)

    def _sort_out(self, key: str, value: Any) -> None:
        field = _FIELD.fullmatch(value) if isinstance(value, str) else None
        path = re.findall(r"\w+", field.group(2)) if field else []
        if field and not path:
            self._given.append((key, field.group(1)))
        elif field and len(path) == 1:
            self._looked_up.append((key, field.group(1), path[0]))
        elif value == [] or (isinstance(value, dict) and _is_flat(value)):
            self._copied.append((key, value.copy))
        else:
            making = _making(value)
            if making is not None:
                self._made.append((key, making))

    def filled(self, values: Values) -> Made:
        """A new object. ``TypeError`` where more is given than needed, ``KeyError`` where something is missing."""
        if len(values) != len(self.names):
            raise TypeError(f"needed are {sorted(self.names)}, given {sorted(values)}")
        return self.made(values)

    def made(self, values: Values) -> Made:
        """A new object of values that may be meant for other parts as well."""
        made = self._shape.copy()
        for key, name in self._given:
            made[key] = values[name]
        for key, name, inner in self._looked_up:
            made[key] = values[name][inner]
        for key, copy in self._copied:
            made[key] = copy()
        for key, make in self._made:
            made[key] = make(values)
        return made


@cache
def template(package: str, name: str) -> Template:
    """The template of a name in the folder ``templates`` of a package; read once."""
    return Template(json.loads((files(package) / "templates" / f"{name}.json").read_text("utf-8")))


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Whether nothing in a shape varies or can be changed."""
    return not any(isinstance(one, dict | list) for one in value.values()) and not _names(value)


def _making(value: Any) -> Callable[[Values], Any] | None:
    """How a value is made; None where it is the same for all, and nobody can change it."""
    if isinstance(value, dict):
        return Template(value).made
    if isinstance(value, list):
        parts = [_making(one) or _always(one) for one in value]
        return lambda values: [make(values) for make in parts]
    if not isinstance(value, str) or "{" not in value:
        return None
    field = _FIELD.fullmatch(value)
    return value.format_map if field is None else _look_up(field.group(1), re.findall(r"\w+", field.group(2)))


def _look_up(name: str, path: list[str]) -> Callable[[Values], Any]:
    def look(values: Values) -> Any:
        found = values[name]
        for step in path:
            found = found[step]
        return found

    return look


def _always(value: Any) -> Callable[[Values], Any]:
    return lambda values: value


def _names(value: Any) -> set[str]:
    """The names of all fields in a shape."""
    if isinstance(value, str):
        fields = (field for _, field, _, _ in string.Formatter().parse(value) if field is not None)
        return {field.partition("[")[0] for field in fields}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return set().union(*map(_names, inner))
