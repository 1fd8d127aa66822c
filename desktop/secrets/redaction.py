"""Redaction: nothing that is shaped like a secret leaves through a log line or an error's text."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from desktop.secrets.cards import mask_card_numbers
from desktop.secrets.shapes import AFTER_CARD, CERTAIN, RULES, Rule

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# Libraries that write addresses, headers, parameters or bodies at INFO or DEBUG.
TALKATIVE = (
    "asyncio",
    "h11",
    "hpack",
    "httpcore",
    "httpx",
    "keyring",
    "PIL",
    "matplotlib",
    "psycopg",
    "requests",
    "sqlalchemy",
    "urllib3",
    "uvicorn",
)

# Control characters, and the format characters that reorder or hide text (bidi marks, zero widths, tags).
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_INVISIBLE_BUT_LINES = re.compile(_INVISIBLE.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))


def redact(text: str) -> str:
    """The text without keys, tokens, passwords, signatures, authorization headers and card numbers of any form we know.

    Names, prefixes and ids stay, so that a line still tells what happened. Redacting twice changes nothing more.
    """
    return _without(RULES, text)


def clean_text(text: str, *, other_numbers: bool = False) -> str:
    """The text without what is certainly a key, a token or a card number, for what is stored or shown.

    ``other_numbers``: see :func:`mask_card_numbers`. Cleaning twice changes nothing more.
    """
    return _without(CERTAIN, text, other_numbers=other_numbers)


def one_line(text: str, limit: int = 300) -> str:
    """A provider's message fit to be shown: one line, shortened, and nothing in it that looks like a key or card."""
    return redact(" ".join(text.split()))[:limit]


def _without(rules: Sequence[Rule], text: str, *, other_numbers: bool = False) -> str:
    lowered = text.lower()
    for rule in rules:
        text = rule.apply(text, lowered)
    masked = mask_card_numbers(text, other_numbers=other_numbers)
    if "…" in masked:
        masked = AFTER_CARD.apply(masked, masked)
    # What stood beside a card's number is read anew: its last four may begin another, or a word may end there now.
    return masked if masked == text else _without(rules, masked, other_numbers=other_numbers)


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Control, bidi and zero-width characters as escapes (``\\n``, ``\\u202e``): no text can forge a line."""
    pattern = _INVISIBLE_BUT_LINES if keep_lines else _INVISIBLE
    return pattern.sub(_escape, text)


class RedactingFormatter(logging.Formatter):
    """One redacted line per record, in UTC; lines of a traceback follow, indented so that none passes for a record."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, line: str = LINE) -> None:
        super().__init__(line)
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The finished text. Does not raise for arguments that do not fit their message."""
        record.message = visible(redact(_message_of(record)))
        record.asctime = self.formatTime(record)
        text = redact(self.formatMessage(record))
        for block in (self._traceback_of(record), record.stack_info):
            if block:
                text += "\n" + _indented(visible(redact(block), keep_lines=True))
        return text

    def _traceback_of(self, record: logging.LogRecord) -> str:
        # Another handler's formatter may have left its own text, which is redacted here all the same.
        if record.exc_text:
            return record.exc_text
        return self.formatException(record.exc_info) if record.exc_info else ""


class RedactingHandler(logging.StreamHandler[TextIO]):
    """Writes redacted lines to a stream. When a line cannot be written, that is all it says: never the line."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(RedactingFormatter())

    def handleError(self, record: logging.LogRecord) -> None:
        """``logging`` would print the record with its arguments; this names only where it came from."""
        stream = sys.stderr
        if stream is None or not logging.raiseExceptions:
            return
        try:
            stream.write(f"a log line of {record.name} could not be written\n")
        except (OSError, ValueError):
            return


def install_logging(
    level: int = logging.INFO, stream: TextIO | None = None, *, talkative: Iterable[str] = ()
) -> logging.Handler:
    """Send everything that is logged from ``level`` on, redacted, to the stream (standard error).

    Calling it again replaces what it installed before. Libraries that write addresses and headers are kept at
    ``WARNING``, and so are the loggers of ``talkative``. A windowed program on Windows has no standard error: there it
    installs a handler that drops.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, RedactingHandler | _NoStreamHandler):
            root.removeHandler(handler)
    target = stream if stream is not None else sys.stderr
    installed: logging.Handler = RedactingHandler(target) if target is not None else _NoStreamHandler()
    root.addHandler(installed)
    root.setLevel(level)
    for name in (*TALKATIVE, *talkative):
        logging.getLogger(name).setLevel(max(logging.WARNING, level))
    return installed


class _NoStreamHandler(logging.NullHandler):
    """Stands for the stream that a windowed program has not."""


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return f"{record.msg!r} does not fit its {_count(record.args)} arguments"


def _count(args: object) -> int:
    return len(args) if isinstance(args, tuple | Mapping) else 1


def _escape(found: re.Match[str]) -> str:
    char = found.group()
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or char.encode("unicode_escape").decode("ascii")


def _indented(text: str) -> str:
    return "\n".join(f"  | {line}" for line in text.rstrip("\n").split("\n"))
