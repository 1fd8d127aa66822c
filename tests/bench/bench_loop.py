"""How long the window's event loop is ever held up while a first sync runs in it, of Stripe and of Square.

    python -m tests.bench.bench_loop [--provider stripe|square|both] [--runs 5] [--explain]

The window is open (offscreen) on a fresh home. An account is connected by key and synced from a loopback server of
pre-encoded pages, while the dashboard, its chart and the lists are opened one after the other. A timer of a
millisecond beats in the UI thread; what is told is the gap between two beats, which is the longest that anything a
person does has to wait. ``--explain`` writes where every thread stands whenever a gap exceeds its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.first_sync import BASES, KEYS, Quiet
from tests.bench.race import load, named, run, say, scaled, serving

LIMIT_MS = 50.0
# The day of the newest of the pages, so that they fill the month that the dashboard shows.
TODAY = "2026-09-21"
PAGES: Mapping[str, Sequence[str]] = {
    "stripe": ("invoices", "payments", "clients", "dashboard"),
    "square": ("locations", "payments", "clients", "dashboard"),
}
SERVED: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "stripe": ("pages", {"charges": 20_000, "invoices": 5_000}),
    "square": ("square_pages", {"payments": 20_000, "orders": 10_000, "customers": 2_000, "locations": 2}),
}
"""Who serves the pages of each provider, and how many objects."""
_PAGE_MS = 700
_SETTLE_MS = 1500
# Nobody pastes a key sooner; what happens in the window until then is measured too.
_PASTE_MS = 3000


def measure(home: Path, provider: str, base: str, explain: bool) -> dict[str, Any]:
    """One run in this process."""
    import faulthandler

    from PySide6.QtCore import QObject, Qt, QTimer, Slot
    from PySide6.QtWidgets import QApplication

    from desktop.ui.app.application import App

    environment = {
        **os.environ,
        BASES[provider]: base,
        "PAYDESK_TIMEZONE": "Europe/Berlin",
        "PAYDESK_TODAY": TODAY,
    }

    def open_business(_ask: object) -> Any:
        from desktop.workspace import open_business

        return open_business(home, environment, memory_key=True)

    def connect(business: Any) -> Any:
        from desktop.actions.connect import connect_by_key

        return connect_by_key(business, provider, KEYS[provider], Quiet())

    class Heart(QObject):
        """Beats, and does what a person would do."""

        def __init__(self, app: App) -> None:
            super().__init__()
            self.app = app
            self.gaps: list[tuple[float, str, float]] = []
            self.now = "start"
            self.drawn = 0
            self.outcome: Any = None
            self.begun = self.last = 0.0
            self._turn = 0
            self._beat = QTimer(self)
            self._beat.setTimerType(Qt.TimerType.PreciseTimer)
            self._beat.setInterval(1)
            self._beat.timeout.connect(self.beat)
            self._pages = QTimer(self)
            self._pages.setInterval(_PAGE_MS)
            self._pages.timeout.connect(self.open_next)
            app.syncing.ended.connect(self.ended)
            app.window.page_opened.connect(self.first_page)

        @Slot()
        def beat(self) -> None:
            now = time.perf_counter()
            self.gaps.append(((now - self.last) * 1000, self.now, now - self.begun))
            self.last = time.perf_counter()
            if explain:
                faulthandler.dump_traceback_later(LIMIT_MS * 0.8 / 1000, file=sys.stderr)

        @Slot(str)
        def first_page(self, _key: str) -> None:
            self.app.window.page_opened.disconnect(self.first_page)
            # The heart begins once the window is there: what comes before is bench_start's.
            QTimer.singleShot(0, self, self.begin)

        @Slot()
        def begin(self) -> None:
            self.now = "opening"
            self.begun = self.last = time.perf_counter()
            self._beat.start()
            self.app.window.page().chart.chart.drawn.connect(self.on_drawn)
            QTimer.singleShot(_PASTE_MS, self, self.connect_account)

        @Slot()
        def connect_account(self) -> None:
            self.now = "connecting"
            self.app.tasks.change(self.app.handle.question(connect), self.connected)

        @Slot()
        def on_drawn(self) -> None:
            self.drawn += 1

        @Slot(object)
        def connected(self, made: Any) -> None:
            self.now = "dashboard"
            self.app.syncing.sync(made.integration.id)
            self._pages.start()

        @Slot()
        def open_next(self) -> None:
            self._turn += 1
            # Half the time on the dashboard, so that its chart is drawn again and again as the figures grow.
            if self._turn % 2:
                self.now = "dashboard"
            else:
                pages = PAGES[provider]
                self.now = pages[self._turn // 2 % len(pages)]
            self.app.window.open_page(self.now)

        @Slot(object)
        def ended(self, outcome: Any) -> None:
            self.outcome = outcome
            self.now = "after"
            self._pages.stop()
            self.app.window.open_page("dashboard")
            QTimer.singleShot(_SETTLE_MS, self, self.over)

        @Slot()
        def over(self) -> None:
            self._beat.stop()
            faulthandler.cancel_dump_traceback_later()
            self.app.window.close()

    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    app = App(qt, home, open_business)
    heart = Heart(app)
    app.show()
    qt.exec()
    assert app.shut_down()
    (account,) = heart.outcome.accounts
    assert account.error is None, account.error
    assert heart.drawn, "the chart was never drawn"
    times = sorted(gap for gap, _where, _at in heart.gaps)
    longest = sorted(heart.gaps, reverse=True)[:5]
    return {
        "longest": times[-1],
        "p99": times[int(len(times) * 0.99)],
        "over": sum(gap > LIMIT_MS for gap in times),
        "turns": len(times),
        "seconds": account.report.seconds,
        "objects": sum(stream.seen for stream in account.report.streams),
        "drawn": heart.drawn,
        "where": [f"{gap:.0f} ms in {where} at {at:.1f} s" for gap, where, at in longest],
    }


def main() -> None:
    """Runs one after the other, each in a process of its own; medians and the longest of all, by provider."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--provider", choices=(*SERVED, "both"), default="both")
    parser.add_argument("--scale", type=float, default=1.0, help="of how many objects are served")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--platform", default="offscreen")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--base", help="where the pages are served: one run, in this process")
    chosen = parser.parse_args()
    if chosen.base:
        with tempfile.TemporaryDirectory() as folder:
            say(json.dumps(measure(Path(folder) / "home", chosen.provider, chosen.base, chosen.explain)))
        return
    for provider in SERVED if chosen.provider == "both" else (chosen.provider,):
        _measure_all(provider, chosen)


def _measure_all(provider: str, chosen: argparse.Namespace) -> None:
    module, objects = SERVED[provider]
    counts = scaled(objects, chosen.scale)
    say(f"{provider}: {named(counts)}; {load()}")
    found: list[dict[str, Any]] = []
    with serving(module, **counts) as base:
        command = [sys.executable, "-m", "tests.bench.bench_loop", "--provider", provider, "--base", base]
        for number in range(chosen.runs):
            words = ["--explain"] if chosen.explain else []
            found.append(run([*command, *words], variables={"QT_QPA_PLATFORM": chosen.platform}))
            say(f"run {number + 1}: {found[-1]} ({load()})")
    longest, p99 = [one["longest"] for one in found], [one["p99"] for one in found]
    say(
        f"longest turn: median {statistics.median(longest):.0f} ms, most {max(longest):.0f} ms"
        f" ({LIMIT_MS:.0f} wanted)\n"
        f"99th of a hundred turns: median {statistics.median(p99):.1f} ms, most {max(p99):.1f} ms\n"
        f"turns over {LIMIT_MS:.0f} ms: {sum(one['over'] for one in found)} of {sum(one['turns'] for one in found)}"
        f" (0 wanted); {load()} at the end"
    )


if __name__ == "__main__":
    main()
