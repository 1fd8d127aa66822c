"""SECURITY.md promises nothing that no test holds: each sentence names one, and each one that is named exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
# The introduction says how to report and how to read; the promises stand between it and the list of tests.
_, PROMISES, LISTED = re.split(r"^## (?:What is stored|Tests)$", TEXT, flags=re.MULTILINE)
NUMBERS = re.compile(r"\[(\d+(?:, \d+)*)\]")


def sentences() -> list[tuple[str, list[int]]]:
    """Every promise with the numbers of its tests. A sentence ends with a full stop, and its numbers follow that."""
    prose = " ".join(line for line in PROMISES.splitlines() if not line.startswith("#"))
    parts = NUMBERS.split(re.sub(r"`[^`]*`", "code", prose))
    assert parts[-1].strip() == "", f"no test is named for: {parts[-1].strip()}"
    return [
        (text.strip(), [int(number) for number in numbers.split(", ")])
        for text, numbers in zip(parts[:-1:2], parts[1::2], strict=True)
    ]


def listed() -> dict[int, tuple[str, str]]:
    """The tests by their numbers: file and function."""
    found = re.findall(r"^(\d+)\. (\S+\.py)::(\w+)$", LISTED, flags=re.MULTILINE)
    assert len(found) == len(LISTED.strip().splitlines())
    return {int(number): (file, name) for number, file, name in found}


def test_every_sentence_names_the_tests_that_hold_it() -> None:
    told = sentences()
    assert len(told) > 20
    for text, numbers in told:
        assert text.endswith("."), text
        # One sentence, not two that share a number: the second would be held by nothing of its own.
        assert re.search(r"[.!?] +[A-Z]", text) is None, text
        assert numbers
        assert set(numbers) <= listed().keys(), text


def test_every_test_that_is_named_exists_and_holds_a_sentence() -> None:
    used = {number for _, numbers in sentences() for number in numbers}
    assert used == listed().keys()
    for file, name in listed().values():
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        named = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in named, f"{file} has no {name}"
        assert name.startswith("test_")
        held = ast.walk(named[name])
        assert any(isinstance(node, ast.Assert | ast.Call) for node in held), f"{name} asserts nothing"


def test_the_numbers_run_on_without_a_gap() -> None:
    assert list(listed()) == list(range(1, len(listed()) + 1))
