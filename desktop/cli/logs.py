"""Where the command's log goes, and what becomes of a bug. Imports nothing that the first frame does not need."""

from __future__ import annotations

import logging
import os
import sys
from types import TracebackType

from desktop.errors import UsageError

log = logging.getLogger(__name__)

VARIABLE = "PAYDESK_LOG"
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


class _LateHandler(logging.Handler):
    """Puts the redacting handler in its own place at the first record: compiling its rules takes 20 ms."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand this and every later record over."""
        logging.getLogger().removeHandler(self)
        _install(logging.WARNING).handle(record)


def start_logging(debug: bool, *, late: bool = False) -> None:
    """Redacted log on standard error, at the level of ``PAYDESK_LOG``; ``--debug`` means debug.

    ``late``: warnings are rare, so what redacts them may be loaded with the first one. From here on a bug is told in
    a sentence. Raises: UsageError for a level that there is not.
    """
    sys.excepthook = _tell_bug
    wanted = "debug" if debug else os.environ.get(VARIABLE, "").lower() or "warning"
    if wanted not in _LEVELS:
        raise UsageError("No such log level", f"{VARIABLE} is {wanted!r}.", f"Use one of {', '.join(_LEVELS)}.")
    if late and wanted == "warning":
        logging.getLogger().addHandler(_LateHandler())
        return
    _install(_LEVELS[wanted])


def _install(level: int) -> logging.Handler:
    """The redacting handler, and quiet for the providers' own libraries."""
    from desktop.providers.registry import sdk_loggers
    from desktop.secrets.redaction import install_logging

    return install_logging(level, talkative=sdk_loggers())


def _tell_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of ours, in a sentence; its traceback goes to the log, redacted, at the level debug."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("Stopped.\n")
        return
    log.debug("uncaught", exc_info=(kind, error, trace))
    where = "" if log.isEnabledFor(logging.DEBUG) else " Run it again with --debug to see where."
    sys.stderr.write(f"Paydesk made a mistake ({kind.__name__}). What was committed is safe.{where}\n")
