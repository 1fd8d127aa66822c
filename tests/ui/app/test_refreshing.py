"""A view asks again when its rows changed, and only while it is visible."""

from dataclasses import dataclass

from desktop.ui.app import refreshing
from desktop.ui.app.refreshing import RefreshingView
from desktop.ui.app.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Changes:
    kinds: frozenset[str]


class Invoices(RefreshingView):
    kinds = frozenset({"invoice", "payment"})

    def __init__(self, tasks: Tasks) -> None:
        super().__init__(tasks)
        self.times = 0

    def refresh(self) -> None:
        self.times += 1


INVOICE = Changes(frozenset({"invoice"}))


def test_a_view_refreshes_when_first_shown(qtbot, inline_tasks: Tasks) -> None:
    view = Invoices(inline_tasks)
    qtbot.addWidget(view)
    assert view.times == 0
    view.show()
    assert view.times == 1
    view.hide()
    view.show()
    assert view.times == 1


def test_a_hidden_view_catches_up_once_when_shown(qtbot, inline_tasks: Tasks) -> None:
    view = Invoices(inline_tasks)
    qtbot.addWidget(view)
    view.show()
    view.hide()
    for _ in range(3):
        inline_tasks.broadcast(INVOICE)
    assert view.times == 1
    view.show()
    assert view.times == 2


def test_rows_of_other_kinds_are_not_its_business(qtbot, inline_tasks: Tasks) -> None:
    view = Invoices(inline_tasks)
    qtbot.addWidget(view)
    view.show()
    inline_tasks.broadcast(Changes(frozenset({"client"})))
    assert view.times == 1


def test_many_changes_make_few_refreshes_and_the_last_one_counts(qtbot, inline_tasks: Tasks, monkeypatch) -> None:
    monkeypatch.setattr(refreshing, "_APART_MS", 40)
    view = Invoices(inline_tasks)
    qtbot.addWidget(view)
    view.show()
    for _ in range(50):
        inline_tasks.broadcast(INVOICE)
    qtbot.waitUntil(lambda: view.times == 2)
