"""Form fields with brackets."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.wire import decode


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        ("a[b][0][c]=x&a[b][1][c]=y", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}),
        ("expand[]=data.customer&expand[]=data.refunds", {"expand": ["data.customer", "data.refunds"]}),
        ("expand%5B0%5D=a", {"expand": ["a"]}),
        ("n=%C3%A4+%26%20b", {"n": "ä & b"}),
    ],
)
def test_decoding(text: str, decoded: dict[str, Any]) -> None:
    assert decode(text) == decoded


def test_a_field_cannot_be_a_text_and_a_dictionary() -> None:
    with pytest.raises(Refusal):
        decode("a=1&a[b]=2")
