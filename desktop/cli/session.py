"""What every subcommand stands on: the home it was asked for, opened and closed again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desktop.actions.business import Business
from desktop.cli.output import tell
from desktop.vault.passphrase import ask_in_terminal
from desktop.workspace import home_folder, open_business


@dataclass(frozen=True, slots=True)
class Session:
    """The choices that hold for the whole command."""

    home: str | None
    debug: bool

    @contextmanager
    def business(self) -> Iterator[Business]:
        """The business of the chosen home, closed again at the end."""
        opened = open_business(
            home_folder(self.home, os.environ),
            os.environ,
            ask=ask_in_terminal if _at_terminal() else None,
            tell=tell,
        )
        try:
            yield opened
        finally:
            opened.close()


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
