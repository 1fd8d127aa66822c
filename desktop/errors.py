"""Errors of the world: what happened, in words for the owner, and what to do next.

A bug is any other exception: it is logged with its traceback and shown once as a bug. SDK, database and system
exceptions are translated into these at the boundary where they arise.
"""

from __future__ import annotations


class WorldError(Exception):
    """Something outside the program went wrong and the owner can act on it.

    ``title`` names it in a few words, ``message`` says what happened in one sentence, ``action`` says what to do.
    ``exit_status`` is the command's exit status for this family (``cli.md``).
    """

    exit_status = 1

    def __init__(self, title: str, message: str, action: str = "") -> None:
        super().__init__(f"{message} {action}".strip())
        self.title = title
        self.message = message
        self.action = action


class UsageError(WorldError):
    """What was asked for makes no sense as it stands."""

    exit_status = 2


class NotConnectedError(WorldError):
    """There is no such connected account, or its credentials were refused."""

    exit_status = 3


class RefusedError(WorldError):
    """The provider understood and said no."""

    exit_status = 4


class UnreachableError(WorldError):
    """The provider could not be reached, or did not answer sensibly after retries."""

    exit_status = 1


class ClosedBooksError(WorldError):
    """The books or the vault could not be opened."""

    exit_status = 5


class CancelledError(WorldError):
    """The person stopped it."""

    exit_status = 1
