"""No file imports itself by way of others: what a file stands on is there before it, and can be read and moved alone.

Imports for type checkers only do not count: they do not run. Those inside a function do not stop anything from
starting, and would still make a circle that somebody has to understand. That arrows run down only is import-linter's
to hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import desktop

ROOT = Path(desktop.__file__).parent


def module_of(path: Path) -> str:
    """The dotted name of a file: a package's is that of its ``__init__``."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(body: list[ast.stmt], modules: Set[str], *, functions: bool = False) -> Iterator[str]:
    """What statements import when they run, as modules of ours; with ``functions`` also when their functions run."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            below = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            yield from below
            # A package is named on the way to a file below it; it counts where something of its own is wanted.
            if len(below) < len(node.names):
                yield node.module
        elif isinstance(node, ast.If):
            checked = "TYPE_CHECKING" in ast.dump(node.test)
            inside = node.orelse if checked else [*node.body, *node.orelse]
            yield from imported(inside, modules, functions=functions)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or functions:
            inside = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            yield from imported(inside, modules, functions=functions)


def packages_of(module: str) -> set[str]:
    """The packages that a module lies in, which are imported before it."""
    parts = module.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


@pytest.fixture(scope="module")
def bodies() -> dict[str, list[ast.stmt]]:
    """Every module of ours, read."""
    return {module_of(path): ast.parse(path.read_text("utf-8")).body for path in sorted(ROOT.rglob("*.py"))}


def graph(bodies: Mapping[str, list[ast.stmt]], *, functions: bool = False) -> dict[str, set[str]]:
    """Each module with those that it needs: to be imported, or with ``functions`` at all."""
    found: dict[str, set[str]] = {}
    for module, body in bodies.items():
        direct = set(imported(body, bodies.keys(), functions=functions))
        around = set().union(*map(packages_of, direct)) - packages_of(module)
        found[module] = (direct | around) - {module}
    return found


def circle_in(needs: Mapping[str, set[str]]) -> list[str]:
    """The first circle, from a module back to itself; empty where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_circle_of_files(bodies: dict[str, list[ast.stmt]]) -> None:
    assert len(bodies) > 300
    assert circle_in(graph(bodies)) == []


def test_no_circle_by_way_of_functions(bodies: dict[str, list[ast.stmt]]) -> None:
    assert circle_in(graph(bodies, functions=True)) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import b", {"b"}),
        ("from p import c", {"p.c"}),
        ("from p import c, Word", {"p.c", "p"}),
        ("if TYPE_CHECKING:\n    import b\nelse:\n    import p", {"p"}),
        ("try:\n    import b\nexcept ImportError:\n    pass", {"b"}),
        ("def f():\n    import b", set()),
        ("class C:\n    import b", {"b"}),
        ("import os", set()),
    ],
)
def test_what_counts_as_imported(source: str, expected: set[str]) -> None:
    assert set(imported(ast.parse(source).body, {"a", "b", "p", "p.c"})) == expected


def test_a_circle_is_found_and_named() -> None:
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
