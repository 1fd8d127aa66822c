"""Questions leave the UI thread, answers come back to it, and only the newest one counts."""

import threading
import time
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QApplication

from desktop.errors import UnreachableError, WorldError
from desktop.ui.app.tasks import Job, Lane, Tasks
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S


@dataclass(frozen=True, slots=True)
class Changes:
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    changes: Changes


class View(QObject):
    """Takes answers as a page does, and notes in which thread."""

    heard = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.errors: list[WorldError] = []
        self.threads: set[QThread] = set()

    @Slot(object)
    def take(self, answer: object) -> None:
        self.answers.append(answer)
        self.threads.add(QThread.currentThread())
        self.heard.emit()

    @Slot(object)
    def fail(self, error: WorldError) -> None:
        self.errors.append(error)
        self.threads.add(QThread.currentThread())
        self.heard.emit()


@pytest.fixture
def view(qapp: QApplication) -> View:
    return View()


def test_a_question_is_asked_elsewhere_and_answered_here(qtbot, tasks: Tasks, view: View) -> None:
    with qtbot.waitSignal(view.heard):
        tasks.query(threading.get_ident, view.take)
    assert view.answers != [threading.get_ident()]
    assert view.threads == {QThread.currentThread()}


def test_an_error_of_the_world_comes_as_it_is(qtbot, tasks: Tasks, view: View) -> None:
    error = UnreachableError("No network", "Stripe cannot be reached.", "Try again.")

    def question() -> None:
        raise error

    with qtbot.waitSignal(view.heard):
        tasks.query(question, view.take, view.fail)
    assert view.errors == [error]
    assert view.threads == {QThread.currentThread()}


def test_a_bug_goes_to_the_hook_and_the_view_does_not_wait_for_ever(qtbot, tasks: Tasks, view: View) -> None:
    def question() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        with qtbot.waitSignal(view.heard):
            tasks.query(question, view.take, view.fail)
        # The hook is called in the worker's thread, a moment after the view has heard.
        qtbot.waitUntil(lambda: bool(caught))
    assert [kind for kind, _error, _trace in caught] == [ZeroDivisionError]
    assert isinstance(view.errors[0], WorldError)
    with qtbot.waitSignal(view.heard):
        tasks.query(lambda: "the thread lives", view.take)
    assert view.answers == ["the thread lives"]


def test_only_the_newest_question_of_a_method_is_answered(qtbot, tasks: Tasks, view: View) -> None:
    begun, gate, ran = threading.Event(), threading.Event(), []

    def first() -> str:
        begun.set()
        gate.wait(PATIENCE_S)
        ran.append("first")
        return "first"

    tasks.query(first, view.take)
    assert begun.wait(PATIENCE_S)
    tasks.query(lambda: ran.append("second"), view.take)
    with qtbot.waitSignal(view.heard):
        tasks.query(lambda: "third", view.take)
        gate.set()
    assert view.answers == ["third"]
    assert ran == ["first"]


def test_two_methods_of_one_view_ask_side_by_side(qtbot, tasks: Tasks) -> None:
    class Two(View):
        @Slot(object)
        def take_other(self, answer: object) -> None:
            self.take(answer)

    view = Two()
    tasks.query(lambda: "one", view.take)
    tasks.query(lambda: "two", view.take_other)
    qtbot.waitUntil(lambda: len(view.answers) == 2)
    assert view.answers == ["one", "two"]


def test_an_answer_for_a_view_that_is_gone_is_dropped(qtbot, tasks: Tasks, view: View) -> None:
    gone, gate = View(), threading.Event()
    answers = gone.answers
    tasks.query(lambda: gate.wait(PATIENCE_S), gone.take)
    gone.deleteLater()
    QApplication.sendPostedEvents(gone, 52)  # QEvent.DeferredDelete
    gate.set()
    with qtbot.waitSignal(view.heard):
        tasks.query(lambda: None, view.take)
    assert answers == []


def test_a_receiver_that_could_run_in_the_wrong_thread_is_refused(tasks: Tasks) -> None:
    with pytest.raises(TypeError, match="bound method"):
        tasks.query(lambda: None, lambda _answer: None)
    with pytest.raises(TypeError, match="bound method"):
        tasks.query(lambda: None, print)


def test_a_change_is_broadcast_once_before_its_own_answer(qtbot, tasks: Tasks, view: View) -> None:
    order: list[object] = []
    outcome = Outcome(Changes(frozenset({"invoice"})))
    tasks.changed.connect(order.append)
    view.heard.connect(lambda: order.append("answer"))
    with qtbot.waitSignal(view.heard):
        tasks.change(lambda: outcome, view.take)
    assert order == [outcome.changes, "answer"]


def test_changes_run_one_after_the_other_and_none_is_dropped(qtbot, tasks: Tasks, view: View) -> None:
    for number in range(20):
        tasks.change(lambda number=number: number, view.take)
    qtbot.waitUntil(lambda: len(view.answers) == 20)
    assert view.answers == list(range(20))


def test_a_failed_change_is_not_broadcast(qtbot, tasks: Tasks, view: View) -> None:
    heard: list[object] = []
    tasks.changed.connect(heard.append)

    def refuse() -> None:
        raise UnreachableError("No", "No.")

    with qtbot.waitSignal(view.heard):
        tasks.change(refuse, view.take, view.fail)
    assert heard == []


def test_a_job_reports_fifteen_times_a_second_and_its_last_report_arrives(qtbot, tasks: Tasks, view: View) -> None:
    reports: list[object] = []

    def work(job: Job) -> str:
        for number in range(50_000):
            job.report(number)
        return "done"

    began = time.monotonic()
    job = tasks.run(work, view.take)
    job.progressed.connect(reports.append)
    with qtbot.waitSignal(job.ended):
        pass
    assert view.answers == ["done"]
    assert reports[-1] == 49_999
    assert len(reports) <= 3 + 15 * (time.monotonic() - began)


def test_a_job_ends_when_it_is_cancelled(qtbot, tasks: Tasks, view: View) -> None:
    def work(job: Job) -> str:
        return "cancelled" if job.cancelled.wait(PATIENCE_S) else "ran on"

    job = tasks.run(work, view.take)
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert view.answers == ["cancelled"]


def test_a_job_broadcasts_changes_while_it_runs(qtbot, tasks: Tasks, view: View) -> None:
    gate = threading.Event()
    first = Changes(frozenset({"client"}))

    def work(job: Job) -> None:
        job.tell_changes(first)
        gate.wait(PATIENCE_S)

    with qtbot.waitSignal(tasks.changed) as heard:
        job = tasks.run(work)
    assert heard.args == [first]
    with qtbot.waitSignal(job.ended):
        gate.set()


def test_ten_thousand_answers_do_not_hold_the_window_up(qtbot, inline_tasks: Tasks) -> None:
    turns: list[int] = []

    class Slow(QObject):
        @Slot(object)
        def take(self, _answer: object) -> None:
            end = time.perf_counter() + 0.002
            while time.perf_counter() < end:
                pass
            taken.append(1)

    taken: list[int] = []
    receivers = [Slow() for _ in range(40)]
    for receiver in receivers:
        inline_tasks.query(lambda: None, receiver.take)
    while len(taken) < 40:
        before = len(taken)
        QApplication.processEvents()
        turns.append(len(taken) - before)
    assert len([turn for turn in turns if turn]) >= 4


def test_shutdown_cancels_waits_and_takes_nothing_more(qtbot, view: View) -> None:
    tasks = Tasks()
    job = tasks.run(lambda job: job.cancelled.wait(PATIENCE_S))
    tasks.query(lambda: 1, view.take)
    assert tasks.shutdown(PATIENCE_MS)
    assert job.cancelled.is_set()
    tasks.query(lambda: 2, view.take)
    QApplication.processEvents()
    assert view.answers == []


def test_shutdown_says_when_work_does_not_end_in_time(qtbot, view: View, caplog: pytest.LogCaptureFixture) -> None:
    tasks, gate = Tasks(), threading.Event()
    started = threading.Event()

    def stubborn() -> None:
        started.set()
        gate.wait(PATIENCE_S)

    tasks.query(stubborn, view.take)
    assert started.wait(PATIENCE_S)
    assert not tasks.shutdown(30)
    assert "did not end" in caplog.text
    caplog.clear()
    gate.set()
    assert tasks.shutdown(PATIENCE_MS)


def test_rows_are_read_while_a_long_question_runs(qtbot, tasks: Tasks, view: View) -> None:
    gate = threading.Event()
    other = View()
    tasks.query(lambda: gate.wait(PATIENCE_S), other.take)
    with qtbot.waitSignal(view.heard):
        tasks.query(lambda: "rows", view.take, lane=Lane.ROWS)
    assert other.answers == []
    with qtbot.waitSignal(other.heard):
        gate.set()


def test_what_a_question_held_is_let_go_in_the_ui_thread(qtbot, tasks: Tasks, view: View) -> None:
    ended: list[int] = []

    class Held:
        def __del__(self) -> None:
            ended.append(threading.get_ident())

    def ask(held: Held) -> None:
        tasks.query(lambda: held is not None, view.take)

    for _ in range(50):
        with qtbot.waitSignal(view.heard):
            ask(Held())
    qtbot.waitUntil(lambda: len(ended) == 50)
    assert set(ended) == {threading.get_ident()}
