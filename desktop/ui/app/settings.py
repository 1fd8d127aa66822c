"""The window's own settings beside the books: theme and geometry. Losing them loses nothing."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
_NAME = "window.json"


class WindowSettings:
    """A few small values in the home folder. A file that cannot be read counts as empty."""

    def __init__(self, home: Path) -> None:
        self._file = home / _NAME
        self._values: dict[str, Any] = {}
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(found, dict):
            self._values = found

    def text(self, name: str, default: str = "") -> str:
        """A kept text; the default where there is none or it is no proper text."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return default
        # JSON can hold halves of characters, which Qt and the encoder refuse.
        return value if value.isprintable() else default

    def save(self, name: str, value: str) -> None:
        """Keep a text from now on."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.touch(mode=0o600)
            self._file.write_text(json.dumps(self._values), encoding="utf-8")
        except OSError as error:
            log.info("the window's own settings could not be kept: %s", error)
