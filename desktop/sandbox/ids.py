"""Identifiers that look like the provider's and come out the same for the same seed."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass

_ALPHABET = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
LETTERS = bytes(_ALPHABET[byte % 62] for byte in range(256))
"""A digit or letter for each byte: drawing bytes and translating them is many times faster than drawing letters."""

CAPITALS = bytes(_ALPHABET[byte % 36] for byte in range(256))
"""A digit or capital for each byte."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How identifiers of a kind look: a lead, so many characters of an alphabet, a tail."""

    lead: str
    length: int
    tail: str = ""
    letters: bytes = LETTERS


class Ids:
    """Makes identifiers from a table of shapes by kind."""

    def __init__(self, seed: str, shapes: Mapping[str, Shape]) -> None:
        self._random = random.Random(seed)
        self._shapes = shapes

    def new(self, kind: str) -> str:
        """The next identifier of a kind. An unknown kind is a bug and raises ``KeyError``."""
        shape = self._shapes[kind]
        text = self._random.randbytes(shape.length).translate(shape.letters).decode()
        return f"{shape.lead}{text}{shape.tail}"

    def text(self, length: int) -> str:
        """So many letters and digits."""
        return self._random.randbytes(length).translate(LETTERS).decode()

    def uuid(self) -> str:
        """The next one of those kinds that have UUIDs."""
        text = f"{self._random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
