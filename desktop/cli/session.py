"""What every subcommand stands on: the home it was asked for, opened and closed again."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desktop.actions.business import Business
from desktop.errors import UsageError
from desktop.vault.passphrase import ask_in_terminal
from desktop.vault.redaction import install_logging
from desktop.workspace import home_folder, open_business

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


@dataclass(frozen=True, slots=True)
class Session:
    """The choices that hold for the whole command."""

    home: str | None
    debug: bool

    @contextmanager
    def business(self) -> Iterator[Business]:
        """The business of the chosen home, closed again at the end."""
        opened = open_business(
            home_folder(self.home, os.environ), os.environ, ask=ask_in_terminal if _at_terminal() else None
        )
        try:
            yield opened
        finally:
            opened.close()


def start_logging(debug: bool) -> None:
    """Redacted log on standard error, at the level of ``PAYDESK_LOG``. Raises: UsageError for another level."""
    wanted = os.environ.get("PAYDESK_LOG", "debug" if debug else "warning").lower()
    if wanted not in _LEVELS:
        raise UsageError("No such log level", f"PAYDESK_LOG is {wanted!r}.", f"Use one of {', '.join(_LEVELS)}.")
    install_logging(_LEVELS[wanted])


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
