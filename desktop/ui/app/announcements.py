"""What whoever opens the books has to say meanwhile: told in any thread, heard by the window that is there."""

from __future__ import annotations

from collections.abc import Callable


class Announcements:
    """Passes sentences on to one listener; those told before there is one are lost, and nobody waits for them."""

    def __init__(self) -> None:
        self._listener: Callable[[str], object] | None = None

    def listen(self, listener: Callable[[str], object]) -> None:
        """Hear every sentence from now on, in the thread that tells it."""
        self._listener = listener

    def tell(self, sentence: str) -> None:
        """Pass a sentence on."""
        if self._listener is not None:
            self._listener(sentence)
