"""Every text of the window can be translated: Qt's own tool finds it where it stands, with its context.

The words that a provider brings with its facts are shown in the window as well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

import desktop.ui
from desktop.ui.translation import translate
from tests.helpers.patience import PATIENCE_S

UI = Path(desktop.ui.__file__).parent
FILES = sorted([*UI.rglob("*.py"), *(UI.parent / "providers").glob("*/facts.py")])
#: Files whose texts are marked in tables (``QT_TRANSLATE_NOOP``) or come from a room below that knows no Qt.
TABLES = {"translation.py", "words.py", "way_words.py", "shortcuts.py", "steps.py", "syncing.py"}
MARKING = ("translate", "QT_TRANSLATE_NOOP")


def marked(path: Path) -> Iterator[ast.Call]:
    """The calls of a file that mark a text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKING:
            yield node


def written() -> set[tuple[str, ...]]:
    """Context, text and what tells it apart, of every call that has them written out."""
    found = set()
    for path in FILES:
        for call in marked(path):
            if all(isinstance(argument, ast.Constant) for argument in call.args):
                words = tuple(str(argument.value) for argument in call.args if isinstance(argument, ast.Constant))
                found.add((*words, "")[:3])
    return found


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, ...]]:
    """Context, text and what tells it apart, as ``pyside6-lupdate`` writes them for translators."""
    file = tmp_path_factory.mktemp("translations") / "paydesk.ts"
    tool = "import sys; from PySide6.scripts.pyside_tool import lupdate; sys.exit(lupdate())"
    files = [str(path) for path in FILES]
    subprocess.run(
        [sys.executable, "-c", tool, *files, "-ts", str(file)], check=True, capture_output=True, timeout=PATIENCE_S
    )
    return {
        (context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", ""))
        for context in ET.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


def test_qts_tool_finds_every_text(extracted: set[tuple[str, ...]]) -> None:
    assert len(extracted) > 800
    assert extracted == written()


def test_a_text_is_written_out_where_it_is_marked() -> None:
    for path in FILES:
        for call in marked(path):
            literal = all(isinstance(argument, ast.Constant) for argument in call.args)
            assert literal or path.name in TABLES, f"{path.relative_to(UI.parent)}:{call.lineno}"


def test_contexts_are_names() -> None:
    assert all(context.isidentifier() for context, *_words in written())


def test_without_a_translation_the_text_stands_itself(qapp: object) -> None:
    assert translate("Wording", "May", "short") == "May"
