"""What the documents for developers say is there: paths, commands and variables."""

from __future__ import annotations

import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md")
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)+/?|[\w-]+\.(?:py|md|toml|sh|lock|txt)")
_VARIABLE = re.compile(r"\bPAYDESK_[A-Z_]*[A-Z]\b")
_OUTSIDE = re.compile(r"^(?:FOLDER|https?:|~|/)")
_OURS_IN_TESTS = {"PAYDESK_SPECS", "PAYDESK_PLANTED", "PAYDESK_VARIANTS"}


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@cache
def sources(folder: str) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / folder).rglob("*.py")))


def named_paths() -> list[tuple[str, str]]:
    """(document, path) of every file or folder that is named as code or linked to."""
    found = []
    for document in DOCUMENTS:
        spans = [word for span in _SPAN.findall(text_of(document)) for word in span.split()]
        words = [word.rstrip(",;:.") for word in spans]
        found += [(document, word) for word in words if _PATH.fullmatch(word) and not _OUTSIDE.match(word)]
        found += [(document, target) for target in _LINK.findall(text_of(document))]
    return sorted(set(found))


def commands() -> list[tuple[str, str]]:
    """(document, line) of every command in a shell block."""
    found = []
    for document in DOCUMENTS:
        for block in re.findall(r"```sh\n(.*?)```", text_of(document), re.S):
            joined = block.replace("\\\n", " ")
            lines = [line.split("  #")[0].strip() for line in joined.splitlines()]
            found += [(document, line) for line in lines if line and not line.startswith("#")]
    return found


def is_there(path: str) -> bool:
    """From the top, or inside the package, a room of it, or the tests."""
    tops = (ROOT, ROOT / "desktop", *(room for room in (ROOT / "desktop").iterdir() if room.is_dir()), ROOT / "tests")
    return any(any(top.glob(path.rstrip("/"))) for top in tops)


@pytest.mark.parametrize(("document", "path"), named_paths())
def test_a_path_that_is_named_exists(document: str, path: str) -> None:
    assert is_there(path), f"{document} names {path}"


def test_every_path_of_the_map_exists() -> None:
    """The tree in ARCHITECTURE.md: a name at the left edge lies at the top, an indented one in the package."""
    block = re.search(r"```\n(.*?)```", text_of("ARCHITECTURE.md"), re.S)
    assert block is not None
    found = re.findall(r"(?m)^( {0,2})([\w.]+(?:/|\.py)?(?: [\w.]+\.py)*)", block[1])
    assert len(found) > 10
    for indent, names in found:
        for name in names.split():
            assert (ROOT / "desktop" / name if indent else ROOT / name).exists(), name


@pytest.mark.parametrize(("document", "line"), commands())
def test_a_module_that_a_command_runs_exists(document: str, line: str) -> None:
    words = shlex.split(line)
    for place, word in enumerate(words):
        if word == "-m" and words[place - 1].endswith(("python", "python3")) and words[place + 1].startswith("tests."):
            assert importlib.util.find_spec(words[place + 1]) is not None, f"{document}: {line}"
        if word.startswith(("tests/", "packaging/", "desktop/")):
            assert (ROOT / word).exists(), f"{document}: {line}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_variable_that_is_named_is_read(document: str) -> None:
    for name in set(_VARIABLE.findall(text_of(document))):
        source = sources("tests" if name in _OURS_IN_TESTS else "desktop")
        # A provider's own is put together of its prefix and what all of them have.
        ends = [f'}}{name[start:]}"' for start, letter in enumerate(name) if letter == "_"]
        assert name in source or any(end in source for end in ends), f"{document} names {name}"


def test_every_variable_that_is_read_is_named() -> None:
    told = text_of("CONTRIBUTING.md")
    read = set(re.findall(r'"(PAYDESK_[A-Z_]*[A-Z])"', sources("desktop")))
    assert {name for name in read if f"`{name}`" not in told} == set()


def test_every_dependency_is_imported() -> None:
    """Both SDKs wait for what is written to the providers; some are plug-ins, or the parts of others."""
    import tomllib

    spoken = {
        "argon2-cffi": "argon2", "pyside6-essentials": "PySide6", "squareup": "square", "tzdata": "", "stripe": "",
    }  # fmt: skip
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    names = [re.split(r"[\[<>=!~;]", one)[0].strip() for one in project["dependencies"]]
    waiting = {"squareup", "stripe"}
    for name in names:
        module = spoken.get(name, name.replace("-", "_"))
        if module and name not in waiting:
            assert re.search(rf"(?m)^\s*(?:from|import) {module}\b", sources("desktop")), name
