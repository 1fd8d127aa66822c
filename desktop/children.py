"""Starting a second process of Paydesk's own, which imports what this one imports and nothing from where it stands.

``python -m`` looks for modules in the current folder first, and a person may stand anywhere: in a folder of
downloads, say, with an ``orjson.py``. So a child begins isolated (``-I``; docs.python.org, "Command line"), is told the
path of this process without the current folder, and works in a folder of ours. The packaged application has its
modules inside and looks nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_PACKAGES: Final = Path(__file__).resolve().parents[1]
# The path comes first among the words, and is gone before anything of ours is imported.
_BEGIN: Final = (
    "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); "
    "from desktop.cli import main; raise SystemExit(main())"
)
# What libraries read names of files from, which may be given from where the person stands.
_FILE_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


def own_program(words: Sequence[str], *, isolated: bool = True) -> list[str]:
    """The command line that runs ``paydesk`` with these words in a second process.

    ``isolated=False`` lets the variables of Python's own hold for a child that is given nothing secret; the current
    folder is left out all the same.
    """
    if is_packaged():
        return [sys.executable, *words]
    return [sys.executable, "-I" if isolated else "-P", "-c", _BEGIN, os.pathsep.join(import_path()), *words]


def import_path() -> list[str]:
    """Where this process looks for modules, without the current folder (unless Paydesk itself lies in it)."""
    try:
        here = Path.cwd().resolve()
    except OSError:  # it is gone
        here = None
    kept: dict[str, None] = {}
    for entry in sys.path:
        if not os.path.isabs(entry):
            continue
        folder = Path(entry).resolve()
        if folder == _PACKAGES or folder != here:
            kept[entry] = None
    if not any(Path(entry).resolve() == _PACKAGES for entry in kept):
        # Only a relative entry led here: it is named in full, in its place.
        kept = {str(_PACKAGES): None, **kept}
    return list(kept)


def own_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a child: without Paydesk's own, the master key among them, and none that leads to here."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PAYDESK_")}
    kept["PYTHONSAFEPATH"] = "1"
    led = [entry for entry in kept.pop("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(entry)]
    allowed = {os.path.abspath(entry) for entry in import_path()}
    led = [entry for entry in led if os.path.abspath(entry) in allowed]
    if led:
        kept["PYTHONPATH"] = os.pathsep.join(led)
    for name in _FILE_VARIABLES:
        if kept.get(name):
            kept[name] = os.path.abspath(kept[name])
    return kept


def own_folder() -> Path:
    """The folder in which a child works: Paydesk's own, where nobody else leaves files."""
    return Path(sys.executable).resolve().parent if is_packaged() else Path(__file__).resolve().parent


def is_packaged() -> bool:
    """Whether this is the packaged application."""
    return bool(getattr(sys, "frozen", False))
