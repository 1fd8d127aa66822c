"""Asking the books: the way for window, command and API, which open no reading of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.books.books import Books

_P = ParamSpec("_P")
_T = TypeVar("_T")


def ask(books: Books, question: Callable[Concatenate[Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """The answer to one question of this room, in one short reading of the books, so that all of it is of one moment.

    Raises: ClosedBooksError where the books cannot be read, and what the question raises.
    """
    with books.read() as connection:
        return question(connection, *args, **kwargs)
