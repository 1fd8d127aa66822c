"""A request that a provider refuses."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """What a provider answers instead of what was asked for: a status, a body in its own format, and headers.

    ``error`` is the error object inside of the body.
    """

    def __init__(
        self, sentence: str, status: int, error: dict[str, Any], body: dict[str, Any], headers: dict[str, str] | None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.error = error
        self.body = body
        self.headers = headers or {}
