"""Stripe's own example objects: each that belongs to a stream maps to a record, or is refused with a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from desktop.providers.stripe.records import MAPPERS, map_object
from desktop.providers.stripe.records.people import METHOD_OBJECTS
from desktop.records import Deletion, SetAside, SourceObject, Version

FILE = Path(os.environ.get("PAYDESK_SPECS") or "-") / "stripe-example-objects-2026-08.json"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="PAYDESK_SPECS does not name the folder with Stripe's example objects"
)

# These are refused because the example states a placeholder where a fact belongs.
REFUSED = {"invoice_payment"}


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """Stripe's example objects by name."""
    found: dict[str, Any] = json.loads(FILE.read_text())["resources"]
    return found


def test_every_example_of_a_stream_maps_or_is_refused_with_a_reason(examples: dict[str, Any]) -> None:
    seen: dict[str, str] = {}
    for name, body in examples.items():
        kind = "payment_method" if body["object"] in METHOD_OBJECTS else body["object"]
        if kind not in MAPPERS:
            continue
        found = map_object(kind, body, Version(0, 0))
        if isinstance(found, SetAside):
            seen[name] = found.reason
            assert found.reason.startswith("Its "), found.reason
            continue
        assert isinstance(found, SourceObject)
        assert found.external_id == body["id"]
        assert (found.deletion is Deletion.STATED) is (body.get("deleted") is True)
        assert (found.record is None) is (body.get("deleted") is True)
        orjson.dumps(dict(found.body))
    assert set(seen) == REFUSED, seen


def test_every_kind_that_is_kept_has_an_example(examples: dict[str, Any]) -> None:
    assert set(MAPPERS) <= set(examples)


def test_examples_that_belong_to_no_stream_are_refused_where_one_is_expected(examples: dict[str, Any]) -> None:
    others = [body for body in examples.values() if body["object"] not in {*MAPPERS, *METHOD_OBJECTS}]
    assert len(others) > 100
    for body in others:
        assert isinstance(map_object("charge", body, Version(0, 0)), SetAside)
