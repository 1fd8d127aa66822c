"""The one path by which anything tells the person something: a message, shown as a toast by the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop.errors import CancelledError, WorldError

Kind: TypeAlias = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell: a few words, a sentence, and optionally one thing to do about it."""

    kind: Kind
    title: str
    text: str = ""
    action_label: str = ""
    action: Callable[[], None] | None = None


class Messages(QObject):
    """Carries messages to whichever window is there; those sent before there is one wait for it.

    Call it in the UI thread only. Signals: ``told`` with each ``Message``.
    """

    told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Message] | None = []

    def open(self) -> None:
        """A window now listens to ``told``: send what waited."""
        waiting, self._waiting = self._waiting or [], None
        for message in waiting:
            self.told.emit(message)

    def tell(self, message: Message) -> None:
        """Show this message."""
        if self._waiting is not None:
            self._waiting.append(message)
        else:
            self.told.emit(message)

    def info(self, title: str, text: str = "") -> None:
        """Something worth knowing."""
        self.tell(Message("info", title, text))

    def success(self, title: str, text: str = "") -> None:
        """What was asked for is done."""
        self.tell(Message("success", title, text))

    def warning(self, title: str, text: str = "", label: str = "", action: Callable[[], None] | None = None) -> None:
        """Something needs attention; ``label`` and ``action`` say what can be done now."""
        self.tell(Message("warning", title, text, label, action))

    def error(self, error: WorldError, label: str = "", action: Callable[[], None] | None = None) -> None:
        """An error of the world, in its own words; ``label`` and ``action`` are usually Retry and the same call.

        What a person stopped is no error: it says that nothing happened.
        """
        from desktop.secrets.redaction import clean_text  # with the first error, not with the first frame

        kind: Kind = "info" if isinstance(error, CancelledError) else "error"
        said = clean_text(f"{error.message} {error.action}".strip())
        self.tell(Message(kind, error.title, said, label, action))
