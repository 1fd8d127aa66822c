"""How the command speaks: tables and sentences for people, one JSON document for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from desktop.cli.streams import drop_output
from desktop.errors import WorldError
from desktop.money import format_money
from desktop.providers.registry import currencies_of
from desktop.regions import Region
from desktop.secrets.redaction import clean_text, visible

if TYPE_CHECKING:
    from desktop.actions.business import Business


def open_streams() -> None:
    """Let no character that the terminal's encoding lacks (Windows: code page 1252) end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class OutputLost(WorldError):
    """What was said could not be written. Nobody has to be told where it was a reader who had enough."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            "Not written",
            f"What there is to say could not be written: {error.strerror}.",
            "What was asked for is done. Give standard output a place and ask again.",
        )
        self.left = isinstance(error, BrokenPipeError)


def end(status: int) -> int:
    """Write out what was said; 1 where that cannot be done, without Python's complaint about it."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return lost(OutputLost(error), status)
    return status


def lost(error: OutputLost, status: int = 0) -> int:
    """The exit status where what was said cannot be written, which is said too unless nobody reads on."""
    drop_output()
    if not error.left:
        tell(str(error))
    return status or error.exit_status


def say(text: str = "") -> None:
    """A line on standard output. Control characters, which a client's name could hold, are shown, not obeyed."""
    _write(f"{visible(text)}\n")


def tell(text: str) -> None:
    """A line on standard error: progress, warnings, refusals, with nothing in it that is a key or a card's number.

    Where it cannot be written there is nobody to tell.
    """
    with suppress(OSError):
        sys.stderr.write(f"{visible(clean_text(text), keep_lines=True)}\n")
        sys.stderr.flush()


def document(value: Any) -> None:
    """The one JSON document of a command.

    Characters that steer a terminal or turn its text around are written as escapes, which say the same to a program.
    """
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    _write(_UNSEEN.sub(_escape, json.dumps(value, ensure_ascii=not unicode, indent=2)) + "\n")


# C1 controls, soft hyphen, everything that has no width or turns the direction, halves of pairs, tags. What is below
# them json escapes by itself.
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1] if found.group() != "\x7f" else "\\u007f"


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except OSError as error:
        raise OutputLost(error) from error


def money(amount: int | None, currency: str, provider: str | None) -> str:
    """An amount in the minor units of a provider, for people; a dash where there is none."""
    return "—" if amount is None else format_money(amount, currency, table=currencies_of(provider))


@dataclass(frozen=True, slots=True)
class Days:
    """How days and instants are written for people: by the business's customs, in its zone, as of its day."""

    region: Region
    zone: ZoneInfo
    today: str

    def day(self, day: str | None) -> str:
        """A day ``YYYY-MM-DD``; a dash for none."""
        return self.region.day(day, self.today) if day else "—"

    def instant(self, ms: int | None) -> str:
        """An instant (ms) with its clock: "Nov 3, 14:02"; a dash for none."""
        if ms is None:
            return "—"
        there = datetime.fromtimestamp(ms // 1000, UTC).astimezone(self.zone)
        return f"{self.day(there.date().isoformat())}, {there:%H:%M}"

    def day_of(self, instant: str | None) -> str:
        """The business's day of an instant as programs read it (RFC 3339); a dash for none."""
        there = datetime.fromisoformat(instant).astimezone(self.zone) if instant else None
        return self.day(there.date().isoformat() if there else None)


def days_of(business: Business) -> Days:
    """How days are written in this business."""
    return Days(business.region(), business.books.zone, business.today())


def table(rows: Iterable[Sequence[str]], titles: Sequence[str], right: Sequence[int] = ()) -> None:
    """Rows in aligned columns; columns whose index is in ``right`` are aligned to the right."""
    lines = [list(titles), *([visible(text) for text in row] for row in rows)]
    if len(lines) == 1:
        say("Nothing to show.")
        return
    widths = [max(len(line[index]) for line in lines) for index in range(len(titles))]
    for number, line in enumerate(lines):
        cells = [
            text.rjust(width) if index in right else text.ljust(width)
            for index, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())
        if number == 0:
            say("  ".join("─" * width for width in widths))


def facts(pairs: Mapping[str, str]) -> None:
    """Names and values, the values aligned."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        say(f"{name.ljust(width)}  {value}")
