"""The business as pages reach it: opened on the first question, on the asking thread, never on the UI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from desktop.actions.business import Business

T = TypeVar("T")


class BusinessHandle:
    """Holds the business and opens it when it is first needed. Shared by all threads of the window.

    ``opener`` imports what it needs itself, so that nothing heavy is imported before the first frame.
    """

    def __init__(self, opener: Callable[[], Business]) -> None:
        self._opener = opener
        self._lock = threading.Lock()
        self._business: Business | None = None

    def business(self) -> Business:
        """The business; opening it may take a moment. Called from the lanes of ``Tasks``, never the UI thread.

        Raises: ClosedBooksError where it cannot be opened; the next call tries again.
        """
        with self._lock:
            if self._business is None:
                self._business = self._opener()
            return self._business

    def question(self, ask: Callable[[Business], T]) -> Callable[[], T]:
        """``ask`` as a question without arguments, for ``Tasks.query`` and ``Tasks.change``."""
        return partial(self._ask, ask)

    def _ask(self, ask: Callable[[Business], T]) -> T:
        return ask(self.business())

    def close(self) -> None:
        """Let the business go, after all lanes have ended."""
        with self._lock:
            if self._business is not None:
                self._business.close()
                self._business = None
