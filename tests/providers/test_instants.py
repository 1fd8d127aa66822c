"""Instants are of 1970 to 2199: what lies outside is a mistake of somebody's, and sets aside what states it."""

from __future__ import annotations

import pytest

from desktop.providers.contract import NO_INSTANT, Reread
from desktop.providers.fields import LAST_SECOND, Unreadable
from desktop.providers.square import events as square
from desktop.providers.square.moments import read_day, read_moment
from desktop.providers.stripe import events as stripe
from desktop.providers.stripe.records import map_object
from desktop.providers.stripe.records.fields import instant
from desktop.records import SetAside, SourceObject, Version

NOW = 1_796_000_000
ABSURD = [-1, LAST_SECOND + 1, 10**11, 10**18, 2**70, 1e9, "2026-01-01", True]


@pytest.mark.parametrize("value", ABSURD)
def test_an_instant_outside_1970_to_2199_is_none(value: object) -> None:
    with pytest.raises(Unreadable):
        instant(value, "creation")
    customer = {"id": "cus_1", "object": "customer", "created": value, "name": "Somebody"}
    assert isinstance(map_object("customer", customer, Version(1, 2)), SetAside)


@pytest.mark.parametrize(
    "text", ["1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "soon"]
)
def test_an_instant_of_square_outside_them_is_none(text: str) -> None:
    assert read_moment(text) is None
    assert read_day(text[:10]) is None


def test_the_first_and_the_last_second_are_instants() -> None:
    assert instant(0, "creation") == 0
    assert instant(LAST_SECOND, "creation") == LAST_SECOND * 1000
    assert read_moment("2199-12-31T23:59:59.999Z") == LAST_SECOND * 1000 + 999


@pytest.mark.parametrize("value", [None, 0, *ABSURD])
def test_an_event_without_a_possible_instant_is_a_reason_to_read(value: object) -> None:
    customer = {"id": "cus_1", "object": "customer", "created": NOW, "name": "Somebody"}
    event = stripe.event_of(
        {
            "id": "evt_1", "type": "customer.updated", "created": value, "api_version": stripe.API_VERSION,
            "data": {"object": customer},
        }
    )  # fmt: skip
    assert event is not None
    assert event.created_at == NO_INSTANT
    assert stripe.interpret_event(event) == Reread("customer", "cus_1")


@pytest.mark.parametrize("value", [None, "", "9999-12-31T00:00:00Z", 7])
def test_an_event_of_square_without_one_is_too(value: object) -> None:
    event = square.event_of(
        {
            "event_id": "e1", "type": "payment.updated", "created_at": value, "merchant_id": "M",
            "data": {"type": "payment", "id": "P1", "object": {"payment": {"id": "P1"}}},
        }
    )  # fmt: skip
    assert event is not None
    assert square.interpret_event(event) == Reread("payment", "P1")


def test_a_deletion_needs_no_instant() -> None:
    event = stripe.event_of(
        {"id": "evt_1", "type": "customer.deleted", "created": 10**18, "data": {"object": {"id": "cus_1"}}}
    )
    assert event is not None
    gone = stripe.interpret_event(event)
    assert isinstance(gone, SourceObject)
    assert gone.deletion
