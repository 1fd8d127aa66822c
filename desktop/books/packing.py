"""How provider objects are kept: compressed with a dictionary of their own kind, and told apart by a digest.

Objects of one provider say the same words over and over; a trained dictionary makes them several times smaller and
quicker to compress than one at a time alone. A frame names its dictionary, so old ones stay readable for ever
(``packaging/make_dictionary.py`` makes them).

A batch is compressed in one call: each call that lets go of the interpreter's lock gives it to the thread that
fetches, and getting it back takes longer than compressing one object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import zstandard

_FOLDER = Path(__file__).parent / "dictionaries"
_NEWEST = 669769398
_LEVEL = 1
# hashlib lets go of the interpreter's lock from this size on (CPython, HASHLIB_GIL_MINSIZE).
_UNLOCKED_FROM = 2047


class Packer:
    """Compresses batches. Not shared between threads."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(_NEWEST))

    def pack(self, texts: Sequence[bytes]) -> list[bytes]:
        """Each text compressed, in the same order."""
        if len(texts) > 1 and hasattr(self._compressor, "multi_compress_to_buffer"):
            packed = self._compressor.multi_compress_to_buffer(list(texts))
            return [packed[index].tobytes() for index in range(len(packed))]
        return [self._compressor.compress(text) for text in texts]


def unpack(data: bytes) -> dict[str, Any]:
    """A kept object's body, as it was let in. Raises: ValueError for one that is damaged."""
    try:
        name = zstandard.get_frame_parameters(data).dict_id
        reader = zstandard.ZstdDecompressor(dict_data=_dictionary(name) if name else None)
        body: dict[str, Any] = orjson.loads(reader.decompress(data))
    except zstandard.ZstdError as error:
        raise ValueError("a kept body is damaged") from error
    return body


def digest(text: bytes) -> bytes:
    """What tells two contents apart: 16 bytes of BLAKE2b."""
    made = hashlib.blake2b(digest_size=16)
    view = memoryview(text)
    for start in range(0, len(text), _UNLOCKED_FROM):
        made.update(view[start : start + _UNLOCKED_FROM])
    return made.digest()


@cache
def _dictionary(name: int) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict((_FOLDER / f"objects-{name}.zdict").read_bytes())
