"""A value that is not shown by accident: not by print, a log line, an assertion, a debugger's repr or a pickle."""

from __future__ import annotations

import hmac
from typing import Generic, NoReturn, TypeVar

Held = TypeVar("Held", str, bytes)


class Secret(Generic[Held]):
    """Holds a secret text or secret bytes. ``reveal()`` is the only way to the value; equality takes constant time.

    Copies are the same object, pickling raises ``TypeError``, and it is not hashable, so that it never becomes a key
    of a cache.
    """

    __slots__ = ("__value",)

    def __init__(self, value: Held) -> None:
        self.__value: Held = value

    def reveal(self) -> Held:
        """The value itself. Keep it in no attribute and give it to nothing that writes."""
        return self.__value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = self.__value, other.reveal()
        if type(mine) is not type(theirs):
            return False
        return hmac.compare_digest(_as_bytes(mine), _as_bytes(theirs))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Secret([hidden])"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __copy__(self) -> Secret[Held]:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Secret[Held]:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled")


def _as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
