"""Identifiers that look like the provider's and come out the same for the same seed."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping

_ALPHABET = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
LETTERS = bytes(_ALPHABET[byte % 62] for byte in range(256))
"""A digit or letter for each byte: drawing bytes and translating them is many times faster than drawing letters."""

CAPITALS = bytes(_ALPHABET[byte % 36] for byte in range(256))
"""A digit or capital for each byte."""


class Ids:
    """Makes identifiers ``prefix_lead…`` from a table ``prefix -> (lead, characters after it)``."""

    def __init__(self, seed: str, shapes: Mapping[str, tuple[str, int]]) -> None:
        self._random = random.Random(seed)
        self._shapes = shapes

    def new(self, prefix: str) -> str:
        """The next identifier of a kind. An unknown prefix is a bug and raises ``KeyError``."""
        lead, length = self._shapes[prefix]
        return f"{prefix}_{lead}{self.text(length)}"

    def text(self, length: int) -> str:
        """So many letters and digits."""
        return self._random.randbytes(length).translate(LETTERS).decode()
