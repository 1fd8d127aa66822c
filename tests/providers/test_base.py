"""What all providers have in common, tried with one that is none of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from desktop.providers.base import (
    BaseCalls,
    BaseProvider,
    event_version,
    list_stuck,
    no_such_address,
    not_given,
    refused_to_connect,
    sensible_object,
    sorted_out,
    type_by_prefix,
)
from desktop.providers.contract import Endpoints, ProviderEvent, Unreachable
from desktop.providers.http import Answer, Wire
from desktop.providers.limits import Fault
from desktop.providers.registry import facts_of, provider_names
from desktop.records import Deletion, SetAside, SourceObject, Version

AWAY = Endpoints("https://pay.example", "https://pay.example")
HERE = Endpoints("http://127.0.0.1:9", "http://127.0.0.1:9")
FACTS = replace(facts_of(provider_names()[0]), name="third", title="Third", key_start="third_")


class Third(BaseProvider):
    """A third provider, which allows seven requests a second."""

    def __init__(self) -> None:
        super().__init__(FACTS)

    def rates(self, account: str) -> tuple[float, float]:
        return 7.0, 7.0


class Held:
    """An allowance that lets everything go and writes down how long all calls are to wait."""

    def __init__(self) -> None:
        self.holds: list[float] = []

    def reserve(self, endpoint: str) -> float:
        return 0.0

    def hold(self, seconds: float) -> None:
        self.holds.append(seconds)

    def held(self) -> float:
        return 0.0


def answer(status: int, content: bytes) -> Answer:
    return Answer(status, {}, content, 1_000, 1_999)


class TestProvider:
    def test_is_called_as_its_facts_say(self) -> None:
        made = Third()
        assert (made.facts, made.name, made.title) == (FACTS, "third", "Third")

    def test_an_account_has_one_allowance_and_none_on_this_machine(self) -> None:
        made = Third()
        mine = made.allowance("mine", AWAY)
        assert mine is not None
        assert made.allowance("mine", AWAY) is mine
        assert made.allowance("yours", AWAY) is not mine
        assert made.allowance("mine", HERE) is None

    @pytest.mark.parametrize("name", provider_names())
    def test_a_key_of_another_provider_is_told_by_its_beginning(self, name: str) -> None:
        other = facts_of(name)
        pasted = {"stripe": "rk_live_51QyWm", "square": "EAAAlAbCd"}[name]
        noun = other.key_words.noun
        assert Third().elsewhere(pasted).startswith(f"That looks like a {noun} of {other.title}, not a ")
        assert Third().elsewhere("third_AbCd") == ""


class TestReading:
    @pytest.fixture
    def calls(self, server: Any) -> Iterator[BaseCalls]:
        """Calls to the loopback server."""
        stop = threading.Event()
        made = BaseCalls(Wire(server.base, {}, "Third", stop), None, stop, "Third")
        yield made
        made.close()

    def test_an_object_is_given_to_be_completed(self, calls: BaseCalls, server: Any, told: Any) -> None:
        server.answers["/things"] = told({"a": 1})
        got, body = calls.read("things", "/things", shape=lambda found: found.update(b=2))
        assert (got.status, body) == (200, {"a": 1, "b": 2})
        assert calls.usage().reads == 1

    def test_what_is_no_object_is_asked_for_again_until_it_is_enough(
        self, calls: BaseCalls, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/things"] = told([1])
        with pytest.raises(Unreachable, match="Third sent something that is not an object"):
            calls.read("things", "/things")
        assert (calls.usage().reads, calls.usage().retried) == (4, 3)

    def test_an_answer_that_is_settled_is_left_at_that(
        self, calls: BaseCalls, server: Any, told: Any, waits: list[float]
    ) -> None:
        server.answers["/things"] = told({"error": "no"}, status=500)
        got, body = calls.read("things", "/things", settled=lambda one, tries: one.status == 500 and tries == 2)
        assert (got.status, body, calls.usage().reads) == (500, {}, 2)

    def test_a_refusal_is_not_asked_for_again(self, calls: BaseCalls, server: Any, told: Any) -> None:
        server.answers["/things"] = told({"error": "no"}, status=403)
        assert calls.read("things", "/things")[0].status == 403
        assert calls.usage().reads == 1

    def test_a_limited_rate_holds_up_all_calls_of_the_account_and_another_fault_only_this_one(
        self, server: Any, told: Any, waits: list[float]
    ) -> None:
        stop, pace = threading.Event(), Held()
        calls = BaseCalls(Wire(server.base, {}, "Third", stop), pace, stop, "Third")
        try:
            server.answers["/broken"] = told({}, status=503)
            with pytest.raises(Unreachable):
                calls.read("broken", "/broken")
            assert (len(waits), pace.holds) == (3, [])
            server.answers["/busy"] = told({}, status=429)
            with pytest.raises(Unreachable):
                calls.read("busy", "/busy")
            assert (len(waits), pace.holds) == (6, waits[3:])
        finally:
            calls.close()


def test_objects_and_what_is_set_aside_keep_their_order() -> None:
    seen = Version(1, 2)
    found = [SourceObject("thing", ref, seen, {}, None, Deletion.NONE) for ref in ("a", "b")]
    aside = SetAside("thing", "c", "It has no id.")
    assert sorted_out([found[0], aside, found[1]]) == (tuple(found), (aside,))


@pytest.mark.parametrize(("event_type", "data_type"), [("a.b.made", "b"), ("a.made", "a"), ("c.made", "")])
def test_the_first_prefix_that_fits_says_what_an_event_is_about(event_type: str, data_type: str) -> None:
    assert type_by_prefix(event_type, (("a.b.", "b"), ("a.", "a"))) == data_type


def test_an_event_is_true_within_its_second_and_the_making_first() -> None:
    made, changed = (
        event_version(ProviderEvent("evt_1", kind, 5_000, "", "thing", "t_1", {}))
        for kind in ("thing.created", "thing.updated")
    )
    assert (made, changed) == (Version(5_000, 5_000), Version(5_001, 5_999))


class TestRefusals:
    def test_name_what_was_asked_for_and_repeat_nothing_secret(self) -> None:
        assert "does not have refunds" in str(no_such_address("refunds"))
        given = not_given("Third", "refunds", 400, "No.\nThe key sk_live_AbCdEfGhIjKlMnOp may not.")
        assert "Third does not give the list of refunds (400). It says: No. The key sk_live_[redacted]" in str(given)
        assert "Third's list of refunds does not go on" in str(list_stuck("Third", "refunds"))

    def test_of_a_code_exchange_are_said_in_our_words_where_they_are_known(self) -> None:
        known = refused_to_connect("Third", ("The code is too old.", "Connect again."), "expired", "Again.")
        assert (known.message, known.action) == ("The code is too old.", "Connect again.")
        told = refused_to_connect("Third", None, "Odd.", "Again.")
        assert (told.message, told.action) == ("Third refused to connect. Odd.", "Again.")

    @pytest.mark.parametrize(("status", "content"), [(503, b"{}"), (429, b"{}"), (200, b"<html>"), (200, b"[]")])
    def test_an_exchange_without_a_sensible_answer_is_not_taken_for_one(self, status: int, content: bytes) -> None:
        with pytest.raises(Unreachable, match="did not answer sensibly"):
            sensible_object(answer(status, content), "Third", "Again.")
        assert sensible_object(answer(400, b'{"error": "x"}'), "Third", "Again.") == {"error": "x"}


def test_a_page_that_is_none_is_a_fault_that_may_pass() -> None:
    stop = threading.Event()
    calls = BaseCalls(Wire("http://127.0.0.1:9", {}, "Third", stop), None, stop, "Third")
    fault = calls.unlike_a_page()
    assert isinstance(fault, Fault)
    assert (fault.answered, fault.final) == (True, False)
    calls.close()
