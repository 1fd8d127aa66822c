"""What of an account could not be read."""

from __future__ import annotations

from desktop.queries.reading import ask
from desktop.queries.set_aside import SetAsideLine, set_aside_lines
from tests.worlds import World


def test_what_could_not_be_read_is_named_newest_first(world: World) -> None:
    account = world.account()
    assert ask(world.books, set_aside_lines, account) == []
    with world.books.write() as writer:
        for number in range(3):
            writer.connection.exec_driver_sql(
                "insert into set_aside "
                "(integration_id, stream, data_type, external_id, reason, first_seen_at, last_seen_at)"
                f" values ({account}, 'invoices', 'invoice', 'in_{number}', 'odd amount', 0, {number})"
            )
    lines = ask(world.books, set_aside_lines, account, limit=2)
    assert lines == [
        SetAsideLine("invoices", "invoice", "in_2", "odd amount"),
        SetAsideLine("invoices", "invoice", "in_1", "odd amount"),
    ]
