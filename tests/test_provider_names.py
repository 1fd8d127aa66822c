"""What knows a provider is in that provider's folder: no name of one stands anywhere else.

A third provider adds a folder and a line in the registry. So neither code, nor texts, nor comments above, beside or
below ``providers/`` name one, and no provider names another. The sandbox has a pretend one of each and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import desktop
from desktop.providers.registry import facts_of, provider_names

ROOT = Path(desktop.__file__).parent
PRETEND = ROOT / "sandbox"
PROVIDERS = ROOT / "providers"

ALLOWED = {
    "secrets/shapes.py": "secrets/ alone knows what secrets look like, before any provider is loaded",
    "providers/registry.py": "the one line that each provider has outside its folder",
}
"""Files that may name a provider, and why."""


def named(names: list[str]) -> re.Pattern[str]:
    """Any of these names, in any letter case, as a word or as a part of one."""
    return re.compile("|".join(re.escape(name) for name in names), re.IGNORECASE)


def all_names() -> list[str]:
    """Every provider's stored name and its title."""
    return [part for name in provider_names() for part in (name, facts_of(name).title)]


def lines_with(names: list[str], files: Iterator[Path]) -> Iterator[str]:
    """Where one of the names stands: file, line and text."""
    wanted = named(names)
    for path in sorted(files):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if wanted.search(line):
                yield f"{path.relative_to(ROOT).as_posix()}:{number}: {line.strip()}"


def test_no_provider_is_named_outside_its_folder() -> None:
    homes = [PROVIDERS / name for name in provider_names()]
    files = (path for path in ROOT.rglob("*.py") if not any(path.is_relative_to(one) for one in (PRETEND, *homes)))
    found = [line for line in lines_with(all_names(), files) if line.partition(":")[0] not in ALLOWED]
    assert found == []


def test_no_provider_names_another() -> None:
    for name in provider_names():
        others = [part for other in provider_names() if other != name for part in (other, facts_of(other).title)]
        assert list(lines_with(others, (PROVIDERS / name).rglob("*.py"))) == []


def test_every_exception_is_one() -> None:
    for file in ALLOWED:
        assert named(all_names()).search((ROOT / file).read_text("utf-8"))
