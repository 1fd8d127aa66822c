"""Whatever the package defines, the package uses: nothing is kept alive by tests alone.

A name counts as used where another file imports it, where its own file says it outside of its definition, or where it
is an attribute of something anywhere: a careful reading that finds what is surely dead and no more. Fields of records,
rows and settings are data, not reached but stored.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import desktop

ROOT = Path(desktop.__file__).parent

#: What the next features stand on, and what somebody else calls by its name.
AHEAD = {
    "desktop.money.parse_amount": "forms in which a person types an amount",
    "desktop.periods.KINDS": "reports by day, week, month, quarter and year",
    "desktop.periods.periods_between": "reports by day, week, month, quarter and year",
    "desktop.queries.details.DETAILS": "pages of what is listed by the command only, and the loopback API",
    "desktop.sync.inbox.receive": "the relay",
    "desktop.sync.bulk.BulkReader.process_id": "who looks whether a process has ended",
    "desktop.cli.streams._Closed.writable": "io",
    "desktop.secrets.redaction.RedactingHandler.handleError": "logging",
    "desktop.ui.widgets.chart_table._Padded.paint": "Qt",
    "desktop.cli.demo._Form.handle_starttag": "html.parser",
    "desktop.cli.demo._Form.handle_endtag": "html.parser",
}

#: Qt calls a method of a widget or model by its name, and so does whoever runs the migrations.
CALLED_BY_QT = re.compile(r"[a-z]+[A-Z]\w*")
MIGRATIONS = "desktop.books.migrations."

Names = Counter[str]


def module_of(path: Path) -> str:
    """The dotted name of a file: a package's is that of its ``__init__``."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def said(node: ast.AST) -> Names:
    """The names that a piece of code says, attributes with a dot before them; a text that is a path says its last."""
    found: Names = Counter()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found[one.id] += 1
        elif isinstance(one, ast.Attribute):
            found["." + one.attr] += 1
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and re.fullmatch(r"[\w.:]+", one.value):
            found["." + re.split(r"[.:]", one.value)[-1]] += 1
    return found


def defined(body: list[ast.stmt]) -> Iterator[tuple[str, Names]]:
    """The names that a file defines, functions, classes, constants and methods, each with what is said within it.

    What a line says that defines nothing stands under "".
    """
    for node in body:
        inside = Counter[str]()
        if isinstance(node, ast.ClassDef):
            for one in [*node.decorator_list, *node.bases, *node.keywords, *node.body]:
                words = said(one)
                inside.update(words)
                if isinstance(one, ast.FunctionDef):
                    yield f"{node.name}.{one.name}", words
            yield node.name, inside
        elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node.name, said(node)
        else:  # a decorator may keep what it decorates: a command, a context manager
            yield "", said(node)
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            yield from ((one.id, inside) for one in targets if isinstance(one, ast.Name))


def unreached(modules: Mapping[str, ast.Module]) -> list[str]:
    """What nothing in these modules uses, by its dotted name."""
    imported = {
        (node.module, alias.name)
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = {module: list(defined(tree.body)) for module, tree in modules.items()}
    words: dict[str, Names] = {}
    everywhere = Counter[str]()
    for module, names in found.items():
        words[module] = Counter[str]()
        for name, inside in names:
            if "." not in name:  # a method's words are its class's too
                words[module].update(inside)
        everywhere.update({name: count for name, count in words[module].items() if name.startswith(".")})
    dead = []
    for module, names in found.items():
        for name, own in names:
            last = name.rpartition(".")[2]
            used = everywhere["." + last] - own["." + last] > 0
            if "." not in name:
                used = used or (module, name) in imported or words[module][name] - own[name] > 0
            if name and not used and not last.startswith("__"):
                dead.append(f"{module}.{name}")
    return dead


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every file of ours, read; the sandbox shares no code with anything."""
    paths = [path for path in sorted(ROOT.rglob("*.py")) if ROOT / "sandbox" not in path.parents]
    return {module_of(path): ast.parse(path.read_text("utf-8")) for path in paths}


@pytest.fixture(scope="module")
def dead(trees: dict[str, ast.Module]) -> set[str]:
    """What nothing in the package uses."""
    found = [name for name in unreached(trees) if not name.startswith(MIGRATIONS)]
    return {
        name
        for name in found
        if not (name.startswith("desktop.ui.") and CALLED_BY_QT.fullmatch(name.rpartition(".")[2]))
    }


def test_nothing_is_reached_by_tests_only(dead: set[str]) -> None:
    assert dead <= AHEAD.keys(), "use it, or take it away with its tests"


def test_what_is_used_by_now_is_off_the_list(trees: dict[str, ast.Module], dead: set[str]) -> None:
    there = {f"{module}.{name}" for module, tree in trees.items() for name, _ in defined(tree.body)}
    assert (AHEAD.keys() & there) - dead == set(), "it is used: take it off the list"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(): pass", ["m.f"]),
        ("def f(): f()", ["m.f"]),
        ("def f(): pass\nf()", []),
        ("X = 1", ["m.X"]),
        ("X = 1\nprint(X)", []),
        ("class C:\n    def go(self): pass\nC()", ["m.C.go"]),
        ("class C:\n    def go(self): pass\nC().go()", []),
        ("class C:\n    def go(self): self.go()\nC()", ["m.C.go"]),
        ("class C:\n    def __len__(self): return 0\nC()", []),
        ("@app.command\ndef f(): pass", []),
        ("def f(): pass\nload('m:f')", []),
        ("def f(): pass\nx.f()", []),
    ],
)
def test_what_counts_as_used(source: str, found: list[str]) -> None:
    assert unreached({"m": ast.parse(source)}) == found


def test_what_another_file_imports_is_used() -> None:
    assert unreached({"m": ast.parse("def f(): pass"), "n": ast.parse("from m import f")}) == []
