"""Who asks the books, and how: window and command by the questions of one room, never by a reading of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

import desktop
from desktop.queries.choices import list_currencies
from desktop.queries.reading import ask
from tests.worlds import World

DESKTOP = Path(desktop.__file__).parent
ROOMS = ("ui", "cli")
FORBIDDEN = ("sqlalchemy.", "desktop.books.tables.", "desktop.books.database.")


def trespasses(source: str) -> Iterator[tuple[int, str]]:
    """Where a file reads the books itself: line and what stands there, by its syntax tree."""
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if f"{name}.".startswith(FORBIDDEN):
                yield node.lineno, name
        if isinstance(node, ast.Attribute) and node.attr in {"read", "write"}:
            owner = ast.unparse(node.value)
            if owner.split(".")[-1].rstrip("()") in {"books", "_books", "database"}:
                yield node.lineno, f"{owner}.{node.attr}"
        if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
            opened = node.context_expr.func
            if isinstance(opened, ast.Attribute) and opened.attr in {"read", "write"}:
                yield node.context_expr.lineno, ast.unparse(opened)


def test_window_and_command_open_no_reading_of_their_own() -> None:
    files = [file for room in ROOMS for file in (DESKTOP / room).rglob("*.py")]
    found = {str(file.relative_to(DESKTOP)): list(trespasses(file.read_text("utf-8"))) for file in files}
    assert len(files) > len(ROOMS)
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "with business.books.read() as connection: pass",
        "with self._books.write() as writer: pass",
        "kept = business.books\nwith kept.read() as connection: pass",
        "reading = books.read",
        "import sqlalchemy",
        "from sqlalchemy import Connection",
        "if TYPE_CHECKING:\n    from sqlalchemy.engine import Connection",
        "def ask():\n    from desktop.books.tables.base import table_of",
        "from desktop.books import tables",
    ],
)
def test_every_way_to_read_them_oneself_would_be_seen(source: str) -> None:
    assert list(trespasses(source))


def test_what_is_no_reading_of_the_books_is_left_alone() -> None:
    assert not list(trespasses("from desktop.books.integrations import ACTIVE\nkey = sys.stdin.read()"))


def test_a_question_is_answered_in_one_reading_with_its_words(world: World) -> None:
    def question(connection: Connection, first: str, *, second: str) -> tuple[bool, str, str]:
        return connection.in_transaction(), first, second

    assert ask(world.books, question, "a", second="b") == (True, "a", "b")
    world.account()
    assert ask(world.books, list_currencies) == ("usd",)
