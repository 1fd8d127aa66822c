"""Where the business is: read from its accounts, told, and written by."""

from __future__ import annotations

from pathlib import Path

from desktop.books.integrations import update_integration
from desktop.records import Changes
from desktop.ui.app.business_locale import BusinessLocale
from desktop.ui.wording import day_text
from tests.ui.lists.conftest import Scene, turn
from tests.worlds import World


def test_days_are_written_as_where_the_accounts_are_and_views_read_again(tmp_path: Path, context) -> None:
    world = World(tmp_path)
    account = world.account()
    scene = Scene(world, context, tmp_path)
    homeland, told, changed = BusinessLocale(scene.handle, context.tasks), [], []
    homeland.told.connect(told.append)
    context.tasks.changed.connect(changed.append)
    homeland.refresh()
    turn()
    changed.clear()
    with world.books.write() as writer:
        update_integration(writer.connection, account, country="US")
    context.tasks.broadcast(Changes(frozenset({"integrations"})))
    turn()
    assert set(told) == {"", "US"}
    assert told[-1] == "US"
    assert day_text("2026-11-03") == "Nov 3"
    assert [one.kinds for one in changed] == [frozenset({"integrations"})] * 2, "what came and what came of it, once"
    world.books.close()
