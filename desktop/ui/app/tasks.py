"""The one way to ask a question off the UI thread, to change something, and to run long work.

Each purpose has one long-lived thread with a queue. What is asked is a plain callable that knows nothing of Qt; the
answer comes to a bound method of an object that lives in the UI thread, a few milliseconds' worth each turn of the
event loop. A newer question of the same method makes the older one stale: its answer is dropped, and where it has
not begun it never runs.

An error of the world goes to ``on_error``. A bug goes to ``sys.excepthook`` like any uncaught exception, and
``on_error`` hears of it too, so that no view waits for ever.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from shiboken6 import isValid

from desktop.errors import WorldError
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate

_log = logging.getLogger(__name__)

T = TypeVar("T")
Done = Callable[[T], None]
OnError = Callable[[WorldError], None]

#: Milliseconds of delivered answers in one turn of the event loop, so that ten thousand cannot freeze the window.
_BUDGET_MS: Final = 10.0
#: Milliseconds between two reports of progress: at most 15 a second.
_PROGRESS_MS: Final = 67


class Lane(Enum):
    """The purposes that have a thread of their own."""

    READING = "reading"
    ROWS = "rows"
    ACTING = "acting"
    SYNCING = "syncing"
    CONNECTING = "connecting"
    #: What a person's click reads from a provider: it waits for no sync, and holds no change up.
    FETCHING = "fetching"
    #: Everything of matplotlib, which is not thread-safe.
    DRAWING = "drawing"


class HasKinds(Protocol):
    """What a change answers with: the kinds of rows it touched."""

    @property
    def kinds(self) -> frozenset[str]:
        """Names of kinds, for example ``invoice``."""


class Request:
    """One question on its way: what to run, who gets the answer, and whether anybody still wants it."""

    __slots__ = ("changes", "deliver", "error", "on_error", "result", "stale", "work")

    def __init__(
        self, work: Callable[[], Any], deliver: Done[Any] | None, on_error: OnError | None, changes: bool
    ) -> None:
        self.work = work
        self.deliver = deliver
        self.on_error = on_error
        self.changes = changes
        self.result: Any = None
        self.error: WorldError | None = None
        self.stale = threading.Event()

    def run(self) -> None:
        """Run the work in the calling thread; a bug is noted for the owner and goes on up."""
        self.error = _fault()
        try:
            self.result = self.work()
        except WorldError as error:
            # A traceback would keep the frames' objects alive in a cycle that any thread may collect.
            self.error = error.with_traceback(None)
        else:
            self.error = None

    def let_go(self) -> None:
        """Drop what it holds; called in the UI thread, so that no widget ends in the thread that ran the work."""
        self.work, self.deliver, self.on_error, self.result = _nothing, None, None, None


class Port(Protocol):
    """Where requests are run: a thread, or in tests at once."""

    def ask(self, request: Request) -> None:
        """Take the request; its end is told to the ``answered`` callable that the port was made with."""

    def close(self) -> None:
        """Take nothing more and drop what waits."""

    def wait(self, deadline_ms: int) -> bool:
        """Wait for the end; False where the running work did not finish in time."""


class Job(QObject):
    """Long work: its progress, its end, and the way to stop it. Lives in the UI thread.

    Signals: ``progressed`` with the newest report, at most 15 times a second; ``ended`` once, after the answer was
    delivered. ``cancel`` only asks: the work looks at ``cancelled`` (a ``threading.Event``) between its steps.
    """

    progressed = Signal(object)
    ended = Signal()
    _reported = Signal()
    _changed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cancelled = threading.Event()
        self._lock = threading.Lock()
        self._newest: object = None
        self._announced = False
        self._pace = Throttle(self._pass_on, _PROGRESS_MS, self)
        self._reported.connect(self._pace.pace, Qt.ConnectionType.QueuedConnection)

    def report(self, progress: object) -> None:
        """Called by the work, from its thread, as often as it likes: only the newest report is shown."""
        with self._lock:
            self._newest = progress
            first, self._announced = not self._announced, True
        if first:
            self._reported.emit()

    def tell_changes(self, changes: HasKinds) -> None:
        """Called by the work, from its thread, after each commit whose rows views should show already."""
        self._changed.emit(changes)

    @Slot()
    def cancel(self) -> None:
        """Ask the work to stop."""
        self.cancelled.set()

    @Slot()
    def _pass_on(self) -> None:
        with self._lock:
            if not self._announced:
                return
            newest, self._announced = self._newest, False
        self.progressed.emit(newest)

    def finish(self) -> None:
        """The answer is here: pass the last report on, and end."""
        self._pace.stop()
        self._pass_on()
        self.ended.emit()


class Tasks(QObject):
    """Asks, changes and runs, and brings the answers back to the UI thread. Make and use it there.

    Signals: ``changed`` with the ``Changes`` of each change, once, after its commit and before its own ``on_done``.
    """

    changed = Signal(object)
    _answered = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        port: Callable[[Lane, Callable[[Request], None]], Port] | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_port = port or ThreadPort
        self._ports: dict[Lane, Port] = {}
        self._newest: dict[tuple[int, str], Request] = {}
        self._jobs: dict[Job, Request] = {}
        self._arrived: deque[Request] = deque()
        self._draining = False
        self._closed = False
        self._answered.connect(self._on_answered, Qt.ConnectionType.AutoConnection)

    def query(
        self,
        question: Callable[[], T],
        on_done: Done[T],
        on_error: OnError | None = None,
        lane: Lane = Lane.READING,
    ) -> Request:
        """Ask; the answer comes to ``on_done``, a bound method of a ``QObject``.

        The same method asking again drops its older question. Two questions at once need two methods.
        """
        owner = _owner_of(on_done)
        key = (id(owner), getattr(on_done, "__name__", ""))
        self.drop(on_done)
        request = Request(question, on_done, on_error, changes=False)
        self._newest[key] = request
        self._ask(lane, request)
        return request

    def drop(self, on_done: Callable[..., None]) -> None:
        """Nobody wants the answer to what this bound method asked last."""
        older = self._newest.pop((id(_owner_of(on_done)), getattr(on_done, "__name__", "")), None)
        if older is not None:
            older.stale.set()

    def change(
        self, action: Callable[[], Any], on_done: Done[Any] | None = None, on_error: OnError | None = None
    ) -> None:
        """Change something. What it returns has ``kinds`` or a ``changes`` that has them, and is broadcast once.

        Changes run one after the other in the order they were asked for, and are never dropped.
        """
        if on_done is not None:
            _owner_of(on_done)
        self._ask(Lane.ACTING, Request(action, on_done, on_error, changes=True))

    def run(
        self,
        work: Callable[[Job], Any],
        on_done: Done[Any] | None = None,
        on_error: OnError | None = None,
        lane: Lane = Lane.SYNCING,
    ) -> Job:
        """Run long work, which gets its ``Job`` to report to; what it returns is broadcast as a change."""
        if on_done is not None:
            _owner_of(on_done)
        job = Job(self)
        job._changed.connect(self.broadcast)
        request = Request(lambda: work(job), on_done, on_error, changes=True)
        self._jobs[job] = request
        self._ask(lane, request)
        return job

    @Slot(object)
    def broadcast(self, changes: HasKinds) -> None:
        """Tell every view which kinds of rows are different now."""
        if changes.kinds and not self._closed:
            self.changed.emit(changes)

    def shutdown(self, deadline_ms: int = 10_000) -> bool:
        """Stop: drop what waits, ask jobs to cancel, wait for threads. False where one did not end in time.

        After False the process must flush its logs and end with ``os._exit``: Qt aborts on a living thread.
        """
        self._closed = True
        for request in (*self._newest.values(), *self._jobs.values()):
            request.stale.set()
        for job in self._jobs:
            job.cancel()
        for port in self._ports.values():
            port.close()
        end = time.monotonic() + deadline_ms / 1000
        stopped = [port.wait(max(0, round((end - time.monotonic()) * 1000))) for port in self._ports.values()]
        self._arrived.clear()
        if all(stopped):
            self._ports.clear()
        return all(stopped)

    def _ask(self, lane: Lane, request: Request) -> None:
        if self._closed:
            request.stale.set()
            return
        if lane not in self._ports:
            self._ports[lane] = self._make_port(lane, self._answered.emit)
        self._ports[lane].ask(request)

    @Slot(object)
    def _on_answered(self, request: Request) -> None:
        self._arrived.append(request)
        if not self._draining:
            self._draining = True
            QTimer.singleShot(0, self, self._drain)

    @Slot()
    def _drain(self) -> None:
        end = time.perf_counter() + _BUDGET_MS / 1000
        try:
            while self._arrived and time.perf_counter() < end:
                self._deliver(self._arrived.popleft())
        finally:
            self._draining = bool(self._arrived)
            if self._draining:
                QTimer.singleShot(0, self, self._drain)

    def _deliver(self, request: Request) -> None:
        if self._closed:
            request.let_go()
            return
        for key in [key for key, newest in self._newest.items() if newest is request]:
            del self._newest[key]
        job = next((job for job, asked in self._jobs.items() if asked is request), None)
        try:
            if request.changes and request.error is None:
                self.broadcast_of(request.result)
            self._hand_over(request)
        finally:
            request.let_go()
            if job is not None:
                del self._jobs[job]
                job.finish()
                job.setParent(None)

    def broadcast_of(self, result: object) -> None:
        """Broadcast a result that is ``Changes`` or carries them as ``changes``; other results touch nothing."""
        carried = getattr(result, "changes", result)
        if isinstance(getattr(carried, "kinds", None), frozenset):
            self.broadcast(carried)  # type: ignore[arg-type]

    def _hand_over(self, request: Request) -> None:
        if request.stale.is_set():
            return
        receiver: Callable[[Any], None] | None = request.deliver if request.error is None else request.on_error
        if receiver is None:
            return
        owner = getattr(receiver, "__self__", None)
        if isinstance(owner, QObject) and not isValid(owner):
            return
        receiver(request.result if request.error is None else request.error)


class ThreadPort:
    """A long-lived thread that runs requests one after the other."""

    def __init__(self, lane: Lane, answered: Callable[[Request], None]) -> None:
        self._thread = QThread()
        self._thread.setObjectName(f"paydesk-{lane.value}")
        self._worker = _Worker(answered)
        self._worker.moveToThread(self._thread)
        self._thread.start()

    def ask(self, request: Request) -> None:
        """Queue the request."""
        self._worker.asked.emit(request)

    def close(self) -> None:
        """Let the running request end and drop the queue."""
        self._worker.closing.set()
        self._thread.quit()

    def wait(self, deadline_ms: int) -> bool:
        """Wait for the thread itself: ``finished`` is emitted before it has ended."""
        ended = self._thread.wait(deadline_ms)
        if not ended:
            _log.error("%s did not end within %d ms", self._thread.objectName(), deadline_ms)
        return ended


class _Worker(QObject):
    """Lives in the port's thread. ``asked`` may be emitted from anywhere."""

    asked = Signal(object)

    def __init__(self, answered: Callable[[Request], None]) -> None:
        super().__init__()
        self._answer = answered
        self.closing = threading.Event()
        self.asked.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _run(self, request: Request) -> None:
        if self.closing.is_set():
            return
        try:
            if not request.stale.is_set():
                request.run()
        finally:
            self._answer(request)


def _nothing() -> None:
    """The work of a request that is over."""


def _owner_of(receiver: Callable[..., None]) -> QObject:
    """The object whose bound method this is; anything else could run in the wrong thread or outlive its view."""
    owner = getattr(receiver, "__self__", None)
    if not isinstance(owner, QObject):
        raise TypeError("the answer goes to a bound method of a QObject that lives in the UI thread")
    return owner


def _fault() -> WorldError:
    """What a view shows where the data would be when a bug kept it from coming."""
    return WorldError(
        translate("Tasks", "Something went wrong in Paydesk"),
        translate("Tasks", "This could not be read because of a fault of the program."),
        translate("Tasks", "Try again; what happened is in the log."),
    )
