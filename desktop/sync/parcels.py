"""Pages as plain tuples, for the way between two processes: nothing but text, numbers and bytes.

``marshal`` carries such tuples many times faster than ``pickle`` carries frozen dataclasses. Both ends are the same
program at the same moment, so its format need not last. Bodies are clean when they come from the mapper, and are
compressed here: they arrive as they will be kept.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final, get_args

from desktop.books.packing import Packer, digest
from desktop.providers.contract import Page
from desktop.records import (
    Deletion,
    InvoiceLineRecord,
    InvoiceRecord,
    KeptBody,
    OrderLineRecord,
    OrderRecord,
    PaymentRequestRecord,
    Record,
    SetAside,
    SourceObject,
    SubscriptionItemRecord,
    SubscriptionRecord,
    Version,
)
from desktop.secrets.cleaning import packed

_TYPES: Final[tuple[type[Any], ...]] = get_args(Record)
_NUMBERS: Final[Mapping[type, int]] = {kind: number for number, kind in enumerate(_TYPES)}
_NONE: Final = -1

# Records that hold a tuple of other records: the field, and what is in it.
_INNER: Final[Mapping[type, Mapping[str, type[Any]]]] = {
    InvoiceRecord: {"lines": InvoiceLineRecord, "requests": PaymentRequestRecord},
    SubscriptionRecord: {"items": SubscriptionItemRecord},
    OrderRecord: {"lines": OrderLineRecord},
}


def _values_of(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    read: Callable[[Any], tuple[Any, ...]] = attrgetter(*(field.name for field in fields(kind)))
    return read


def _inner_fields(kind: type[Any]) -> Sequence[tuple[int, type[Any]]]:
    names = [field.name for field in fields(kind)]
    return [(names.index(name), inner) for name, inner in _INNER.get(kind, {}).items()]


class Parcels:
    """Wraps pages and unwraps them. Not shared between threads."""

    def __init__(self) -> None:
        self._packer = Packer()
        inner = {part for parts in _INNER.values() for part in parts.values()}
        self._values = {kind: _values_of(kind) for kind in {*_TYPES, *inner}}
        self._inner_fields = {kind: _inner_fields(kind) for kind in _TYPES}

    # --- wrapping ----------------------------------------------------------------------------------------------

    def wrap(self, page: Page) -> bytes:
        """A page, ready to be sent."""
        objects, carried = self._wrapped(page.objects), self._wrapped(page.carried)
        aside = [(item.data_type, item.external_id, item.reason, item.body) for item in page.set_aside]
        return marshal.dumps((objects, aside, page.cursor, page.asked_at, page.oldest_at, tuple(page.notes), carried))

    def _wrapped(self, items: Sequence[SourceObject]) -> list[tuple[Any, ...]]:
        texts = [self._text(item) for item in items]
        bodies = self._packer.pack(texts) if texts else []
        return [
            (
                item.data_type, item.external_id, item.version.low, item.version.high, item.version.native, body,
                digest(text), *self._record(item.record), int(item.deletion), item.merged_into,
            )
            for item, text, body in zip(items, texts, bodies, strict=True)
        ]  # fmt: skip

    @staticmethod
    def _text(item: SourceObject) -> bytes:
        if isinstance(item.body, KeptBody):
            raise TypeError("a body that is packed already cannot be packed again")
        return packed(item.body, data_type=item.data_type)

    def _record(self, record: Record | None) -> tuple[int, Any]:
        if record is None:
            return _NONE, None
        kind = type(record)
        values = self._values[kind](record)
        inner = self._inner_fields[kind]
        if inner:
            changed = list(values)
            for index, part in inner:
                changed[index] = tuple([self._values[part](one) for one in values[index]])
            values = tuple(changed)
        return _NUMBERS[kind], values

    # --- unwrapping --------------------------------------------------------------------------------------------

    def unwrap(self, parcel: bytes) -> Page:
        """The page that was wrapped; its bodies are ``KeptBody``."""
        # Written by our own other process a moment ago, never by anybody else.
        objects, aside, cursor, asked_at, oldest_at, notes, carried = marshal.loads(parcel)  # noqa: S302
        return Page(
            objects=tuple([self._object(one) for one in objects]),
            cursor=cursor,
            asked_at=asked_at,
            set_aside=tuple([SetAside(*one) for one in aside]),
            oldest_at=oldest_at,
            notes=notes,
            carried=tuple([self._object(one) for one in carried]),
        )

    def _object(self, one: tuple[Any, ...]) -> SourceObject:
        data_type, external_id, low, high, native, body, mark, number, values, deletion, merged_into = one
        record = None if number == _NONE else self._made(number, values)
        version = Version(low, high, native)
        kept = KeptBody(body, mark)
        return SourceObject(data_type, external_id, version, kept, record, Deletion(deletion), merged_into)

    def _made(self, number: int, values: tuple[Any, ...]) -> Record:
        kind = _TYPES[number]
        inner = self._inner_fields[kind]
        if not inner:
            made: Record = kind(*values)
            return made
        whole = list(values)
        for index, part in inner:
            whole[index] = tuple([part(*one) for one in whole[index]])
        made = kind(*whole)
        return made
