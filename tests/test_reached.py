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
LEFT_OUT = ("desktop.sandbox", "desktop.books.migrations")

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


def defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that a file defines: functions, classes, constants, and the methods of its classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            continue  # a decorator may keep it: a command, a context manager
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((target.id, node) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))


def unreached(modules: Mapping[str, ast.Module]) -> list[str]:
    """What nothing in these modules uses, by its dotted name."""
    words = {name: said(tree) for name, tree in modules.items()}
    imported = {
        (node.module, alias.name)
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    everywhere: Names = Counter()
    for found in words.values():
        everywhere.update({name: count for name, count in found.items() if name.startswith(".")})
    dead = []
    for module, tree in modules.items():
        for name, node in defined(tree.body):
            last = name.rpartition(".")[2]
            own = said(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else Counter()
            used = everywhere["." + last] - own["." + last] > 0
            if "." not in name:
                used = used or (module, name) in imported or words[module][name] - own[name] > 0
            if not used and not last.startswith("__"):
                dead.append(f"{module}.{name}")
    return dead


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every file of ours, read."""
    return {module_of(path): ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}


@pytest.fixture(scope="module")
def dead(trees: dict[str, ast.Module]) -> set[str]:
    """What nothing in the package uses."""
    found = [name for name in unreached(trees) if not name.startswith(LEFT_OUT)]
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
