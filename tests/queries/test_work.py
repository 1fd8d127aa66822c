"""What waits and what failed."""

from __future__ import annotations

from sqlalchemy import insert

from desktop.books.tables import Conflict, Event
from desktop.books.tables.base import table_of
from desktop.queries.reading import ask
from desktop.queries.work import WorkCounts, count_work
from tests.worlds import World


def test_the_usual_states_are_told_also_where_there_is_nothing(world: World) -> None:
    nothing = {"done": 0, "waiting": 0, "failed": 0, "rejected": 0}
    assert ask(world.books, count_work) == WorkCounts({"waiting": 0, "failed": 0}, nothing, 0)


def test_events_count_by_their_state_and_conflicts_until_they_are_resolved(world: World) -> None:
    account = world.account()
    conflict = {"integration_id": account, "mine": "a", "theirs": "b", "created_at": 1, "resolved_at": None}
    event = {"integration_id": account, "created_at": 1, "received_at": 1, "state": "failed"}
    with world.books.write() as writer:
        writer.connection.execute(insert(table_of(Conflict)), [conflict, conflict | {"resolved_at": 2}])
        writer.connection.execute(insert(table_of(Event)), [event | {"external_id": ref} for ref in ("evt_1", "evt_2")])
    found = ask(world.books, count_work)
    assert (found.events["failed"], found.events["done"], found.conflicts) == (2, 0, 1)
