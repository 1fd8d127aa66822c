"""Takes pictures of every page of the demo, light and dark, as the README shows them.

    xvfb-run -s "-screen 0 1280x800x24" python packaging/take_screenshots.py FOLDER

writes ``FOLDER/<page>-light.png`` and ``FOLDER/<page>-dark.png`` at 1280 by 800. The README's own picture is
``resources/screenshots/dashboard-light.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from desktop.actions.business import Business
from desktop.cli.demo import connect_demo, demo_environment, sandbox
from desktop.ui.app.application import App
from desktop.ui.theme.theme import Choice
from desktop.ui.widgets.skeleton import Skeleton
from desktop.workspace import open_business

SIZE = QSize(1280, 800)
ZONE = "America/New_York"
THEMES: tuple[Choice, ...] = ("light", "dark")
_LOOK_EVERY_MS = 150
_STILL_FOR = 6  # looks: a chart is drawn on a thread of its own and comes last
_GIVE_UP_AFTER = 400


class Photographer(QObject):
    """Opens page after page and keeps each picture once nothing on it moves any more."""

    def __init__(self, app: App, folder: Path) -> None:
        super().__init__(app)
        self._app = app
        self._folder = folder
        self._shots = self._planned()
        self._theme: Choice = "light"
        self._page = ""
        self._last = QImage()
        self._looked = self._still = 0
        self.missed: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def _planned(self) -> Iterator[tuple[Choice, str]]:
        """Every page in every theme. Pages that the rail offers only once there is something for them come late."""
        for theme in THEMES:
            taken: set[str] = set()
            offered = self._app.window.rail.keys
            while waiting := [page for page in offered() if page not in taken]:
                taken.add(waiting[0])
                yield theme, waiting[0]

    @Slot()
    def start(self) -> None:
        """Begin with the first picture."""
        self._next()
        self._timer.start()

    def _next(self) -> None:
        self._last, self._looked, self._still = QImage(), 0, 0
        self._theme, self._page = next(self._shots, ("light", ""))
        if not self._page:
            self._timer.stop()
            self._app.window.close()
            return
        self._app.theme.choose(self._theme)
        self._app.window.open_page(self._page)

    @Slot()
    def _look(self) -> None:
        self._looked += 1
        picture = self._app.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        waiting = any(skeleton.isVisible() for skeleton in self._app.window.findChildren(Skeleton))
        busy = waiting or self._app.syncing.running
        self._still = self._still + 1 if not busy and picture == self._last else 0
        self._last = picture
        if self._still >= _STILL_FOR:
            # Qt's PNG writer: quality 0 compresses most.
            picture.save(str(self._folder / f"{self._page}-{self._theme}.png"), quality=0)
            self._next()
        elif self._looked > _GIVE_UP_AFTER:
            self.missed.append(f"{self._page}-{self._theme}")
            self._next()


def take(folder: Path, day: str, seed: int) -> list[str]:
    """Take all pictures into the folder; the names of those that never came to rest."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sandbox(seed, day, ZONE) as addresses:
        environment = {**os.environ, **demo_environment(addresses, day, ZONE)}

        def open_demo(_ask: object) -> Business:
            business = open_business(Path(home) / "books", environment, memory_key=True)
            connect_demo(business)
            return business

        qt = QApplication(sys.argv[:1])
        app = App(qt, Path(home) / "books", open_demo)
        app.show()
        app.window.resize(SIZE)
        app.window.move(0, 0)
        photographer = Photographer(app, folder)
        QTimer.singleShot(0, photographer, photographer.start)
        qt.exec()
        app.shut_down()
    return photographer.missed


def main() -> int:
    """0 when every picture was taken."""
    parser = argparse.ArgumentParser(description="Pictures of every page of the demo, light and dark.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--today", default="2026-11-23", metavar="DAY")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    missed = take(wanted.folder, wanted.today, wanted.seed)
    for name in missed:
        sys.stderr.write(f"{name} did not come to rest.\n")
    return 1 if missed else 0


if __name__ == "__main__":
    assert QGuiApplication.instance() is None
    raise SystemExit(main())
