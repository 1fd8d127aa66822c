"""The words that people read: none of our own trade's, in the window or on the command line.

What is searched are the texts that reach people: those marked for translation, those that the command says, the
sentences of errors, and the permissions of the providers. JSON keys and names of options are not texts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import desktop
from desktop.ui.lists.words import humanized, method_text

ROOT = Path(desktop.__file__).parent
ROOMS = ("actions", "books", "cli", "providers", "reports", "sync", "ui", "vault")
#: Calls whose texts people read, by the end of their names.
SPEAKING = re.compile(
    r"^(translate|QT_TRANSLATE_NOOP|say|tell|table|facts|step|add_argument|add_parser|parser|ArgumentParser|Permission)$"
    r"|Error$|^(Refused|Unreachable|NotPermitted|NotAvailable|CredentialsRefused|CursorGone|LeaseHeld|LeaseLost)$"
)
#: Calls whose first argument is where a text belongs, not a text.
MARKING = ("translate", "QT_TRANSLATE_NOOP")
#: Words of the trade of those who write such programs, and what to say instead.
BANNED = (
    (r"\bstreams?\b", "list"),
    (r"\bset[ -]aside\b", "could not be read"),
    (r"\bledger day\b", "counted on"),
    (r"\bexternal\b", "other"),
    (r"\bmentioned\b", "not read yet"),
    (r"\bpoll(ed|s|ing)?\b", "looked for"),
    (r"\bwebhooks? exist", "say what happens now"),
    (r"\boutbox\b", "to be sent"),
    (r"\bidempoten", "say what it does"),
    (r"\btombstones?\b", "deleted"),
    (r"\bprojections?\b", "say what it shows"),
    (r"\bbookmarks?\b", "up to where it was read"),
    (r"\bpayloads?\b", "what was sent"),
    (r"\bmapp(ed|ers?|ings?)\b", "read"),
    (r"\bpremises\b", "location"),
    (r"\benums?\b|\bnull\b|\bdeserial|\bschema\b", "say it plainly"),
)


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and texts of a file that people read."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if not SPEAKING.search(name):
            continue
        said = [*node.args[1 if name in MARKING else 0 :], *(word.value for word in node.keywords)]
        for part in said:
            for inner in ast.walk(part):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.lineno, inner.value


def all_texts() -> list[tuple[str, str]]:
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [(f"{path.relative_to(ROOT)}:{line}", text) for path in files for line, text in texts_of(path)]


def is_a_name(text: str) -> bool:
    """Names of options, of keys and of columns are not sentences: no capital, no blank."""
    return bool(re.fullmatch(r"[-a-z0-9_.{}%]*", text))


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    return [(place, text) for place, text in all_texts() if not is_a_name(text)]


def test_the_texts_are_found(said: list[tuple[str, str]]) -> None:
    texts = {text for _, text in said}
    assert {"Total revenue", "Nothing to show."} & texts
    assert len(texts) > 600


@pytest.mark.parametrize(("pattern", "instead"), BANNED, ids=[pattern for pattern, _ in BANNED])
def test_no_text_has_a_word_that_only_programmers_use(said: list[tuple[str, str]], pattern: str, instead: str) -> None:
    found = [(place, text) for place, text in said if re.search(pattern, text, re.IGNORECASE)]
    assert found == [], f"say “{instead}” instead"


@pytest.mark.parametrize("method", ["external", "buy_now_pay_later", "wallet", "cash", "card", "square_account"])
def test_ways_to_pay_are_said_in_peoples_words(method: str) -> None:
    assert method_text(method, "", "").lower() not in {"external", "mentioned"}


def test_a_providers_own_word_is_shown_as_it_is() -> None:
    assert humanized("product_not_received") == "Product not received"
