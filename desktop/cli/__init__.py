"""The ``paydesk`` command: the same actions as the window, for scripts and for machines without a screen.

Without a subcommand it opens the window, and then imports nothing of the command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

# What shells make of a program that Ctrl+C ended.
_INTERRUPTED = 130
_WITH_VALUE = "--home"
_DEBUG = "--debug"
# What Paydesk starts itself with to be the process that reads lists (sync/bulk.py, READ_LISTS).
_READ_LISTS = "--read-lists"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status (``cli.md``). Ctrl+C ends it with a word, whatever it was doing."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        with suppress(OSError):
            sys.stderr.write("Stopped.\n")
            sys.stderr.flush()
        return _INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    from desktop.cli.streams import hold_streams

    hold_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == [_READ_LISTS]:
        from desktop.sync.bulk import serve

        serve()
        return 0
    rest, home, debug = _split_globals(given)
    if not rest:
        from desktop.cli.window import open_window

        return open_window(home, os.environ, debug=debug)
    from desktop.cli.commands import run

    return run([_readable(word) for word in rest], home, debug=debug)


def _readable(word: str) -> str:
    """A word without bytes that are no text: they could be neither looked for nor repeated."""
    return word.encode("utf-8", "surrogateescape" if word.isprintable() else "replace").decode("utf-8", "replace")


def _split_globals(given: list[str]) -> tuple[list[str], str | None, bool]:
    """``--home DIR`` and ``--debug`` are taken wherever they stand."""
    rest: list[str] = []
    home: str | None = None
    debug = False
    waiting = iter(given)
    for word in waiting:
        if word == _WITH_VALUE:
            home = next(waiting, "")
        elif word.startswith(f"{_WITH_VALUE}="):
            home = word.partition("=")[2]
        elif word == _DEBUG:
            debug = True
        else:
            rest.append(word)
    if home == "":
        return ["--home", *rest], None, debug
    return rest, home, debug


if __name__ == "__main__":
    raise SystemExit(main())
