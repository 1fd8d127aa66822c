"""The standard streams as they may be found: closed, full, or with nobody at the other end. Imports next to nothing."""

from __future__ import annotations

import errno
import io
import os
import sys

_CLOSED = "Bad file descriptor"


class _Closed(io.RawIOBase):
    """Standard output that is closed: whatever is written to it is lost, and that is said."""

    def writable(self) -> bool:
        """It takes what is written, to say so afterwards."""
        return True

    def write(self, _written: object) -> int:
        """Raises: OSError."""
        raise OSError(errno.EBADF, _CLOSED)


def hold_streams() -> None:
    """See that all three are there.

    The number of a closed one would be given to the next file that is opened, which may be the books, and whatever is
    written to the stream would go into them.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - it is there as long as the process is
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()), encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def drop_output() -> None:
    """Let what was not written go: the interpreter flushes once more when it ends.

    (docs.python.org, "Note on SIGPIPE".)
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    finally:
        os.close(nowhere)
