"""Templates of wire objects: what is filled, what stays, what is refused, and that each one can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import desktop.sandbox
from desktop.sandbox.templates import Template, template

SANDBOX = Path(desktop.sandbox.__file__).parent
FILES = sorted(SANDBOX.glob("*/templates/*.json"))
ROOT = SANDBOX.parent.parent


def test_a_field_is_the_value_itself_and_a_text_with_fields_is_a_text() -> None:
    made = Template({"id": "{id}", "lines": ["{line}"], "url": "/v1/x/{id}/{n}", "n": "{n}", "text": "{n!s}"})
    line = {"amount": 1}
    filled = made.filled({"id": "x_1", "line": line, "n": 7})
    assert filled == {"id": "x_1", "lines": [line], "url": "/v1/x/x_1/7", "n": 7, "text": "7"}
    assert filled["lines"][0] is line
    assert list(filled) == ["id", "lines", "url", "n", "text"]


def test_a_field_looks_into_what_it_is_given() -> None:
    made = Template({"currency": "{charge[currency]}", "brand": "{charge[card][brand]}"})
    given = {"charge": {"currency": "usd", "card": {"brand": "visa"}}}
    assert made.filled(given) == {"currency": "usd", "brand": "visa"}


def test_what_can_change_is_made_anew_for_each_object() -> None:
    made = Template({"metadata": {}, "deep": {"list": [], "of": {"what": None}}, "lists": [[]]})
    first, second = made.filled({}), made.filled({})
    first["metadata"]["a"] = first["deep"]["of"]["what"] = 1
    first["deep"]["list"].append(1)
    first["lists"][0].append(1)
    assert second == {"metadata": {}, "deep": {"list": [], "of": {"what": None}}, "lists": [[]]}


@pytest.mark.parametrize("values", [{}, {"id": 1, "name": "one too many"}, {"name": "the wrong one"}])
def test_what_is_given_must_be_what_is_needed(values: dict[str, object]) -> None:
    with pytest.raises((TypeError, KeyError), match="id"):
        Template({"id": "{id}"}).filled(values)


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.parent.name}-{path.stem}" for path in FILES])
def test_each_template_is_read_and_used(path: Path, sources: Callable[[Path], str]) -> None:
    assert template(f"desktop.sandbox.{path.parent.parent.name}", path.stem) is not None
    assert f'"{path.stem}"' in sources(path.parent.parent)


@pytest.fixture(scope="module")
def sources() -> Callable[[Path], str]:
    read: dict[Path, str] = {}

    def text(folder: Path) -> str:
        if folder not in read:
            read[folder] = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
        return read[folder]

    return text


def test_a_wheel_carries_them() -> None:
    """All of the package goes into the wheel, unless the repository leaves it out."""
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["packages"] == ["desktop"]
    assert not {"exclude", "only-include"} & built.keys()
    assert not [line for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if "json" in line]
