"""What faults do to objects and to answers, whichever provider is played."""

from __future__ import annotations

from desktop.sandbox.faults import Fault
from desktop.sandbox.messages import Answer


def test_a_spoiled_object_lacks_the_field_or_has_the_value_and_the_world_keeps_its_own() -> None:
    one = {"id": "a", "status": "paid"}
    assert Fault("spoil", name="status").spoiled(one) == {"id": "a"}
    assert Fault("spoil", name="status", value="?").spoiled(one) == {"id": "a", "status": "?"}
    assert one == {"id": "a", "status": "paid"}


def test_a_fault_that_means_one_object_spares_the_others() -> None:
    one = {"id": "a", "status": "paid"}
    assert Fault("spoil", name="status", object_id="b").spoiled(one) is one


def test_slow_faults_add_up_and_a_break_is_marked() -> None:
    answer = Answer(200, b"{}")
    answer.hamper([Fault("slow", seconds=1.5), Fault("slow", seconds=2), Fault("drop"), Fault("refuse")])
    assert (answer.delay, answer.broken) == (3.5, "drop")
