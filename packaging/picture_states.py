"""Takes pictures of what the window says when a sync fails, in eight ways, light and dark.

    QT_QPA_PLATFORM=offscreen python packaging/picture_states.py FOLDER [STATE ...]

writes ``FOLDER/<state>-<page>-<theme>.png`` at 1280 by 800, dashboard and integrations of the demo. Each failure
is a real one: the pretend provider refuses, breaks off or is not there, or the file of the books may not grow any more.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert

from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key
from desktop.actions.sync import accounts_to_sync, sync_account
from desktop.books import database
from desktop.books.tables import Lease
from desktop.books.tables.base import table_of
from desktop.errors import WorldError
from desktop.sandbox import launch
from desktop.ui.app.application import App
from desktop.ui.pages.integrations.page import IntegrationsPage
from desktop.ui.theme.theme import Choice
from desktop.ui.widgets.skeleton import Skeleton
from desktop.workspace import open_business

DAY: Final = "2026-11-23"
ZONE: Final = "America/New_York"
THEMES: Final[tuple[Choice, ...]] = ("light", "dark")
_STILL_MS: Final = 700
_LONGEST_MS: Final = 20_000


class Silent:
    """Connecting without a person."""

    def step(self, _step: object, _note: str = "") -> None:
        """Nobody looks."""

    def open_page(self, _address: str) -> None:
        """Keys need no browser."""

    def confirm(self, _account: object) -> bool:
        """It is the business."""
        return True

    def listening(self, _callback: object) -> None:
        """Keys need no browser."""


class Scene:
    """A pretend Stripe and Square, and books that were read from both of them."""

    def __init__(self, both: launch.Both, folder: Path) -> None:
        self.both = both
        self.folder = folder
        self.environment: dict[str, str] = {
            **os.environ,
            "PAYDESK_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
            "PAYDESK_TIMEZONE": ZONE,
            "PAYDESK_TODAY": DAY,
            "PAYDESK_STRIPE_API_BASE": both.stripe.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": both.stripe.connect_base,
            "PAYDESK_SQUARE_API_BASE": both.square.api_base,
        }

    def open(self, home: Path) -> Business:
        """The business of a home."""
        return open_business(home, self.environment)

    def prepare(self, home: Path) -> None:
        """Connect both and read them to the end."""
        business = self.open(home)
        for name, key in (("stripe", self.both.stripe.secret_key), ("square", self.both.square.access_token)):
            connect_by_key(business, name, key, Silent(), threading.Event())
        sync(business)
        business.close()


def sync(business: Business, *, full: bool = False) -> None:
    """Sync all accounts; what fails is kept in the books."""
    for row in accounts_to_sync(business, None):
        try:
            sync_account(business, row, cancel=threading.Event(), full=full and row.provider == "stripe")
        except WorldError as error:
            sys.stderr.write(f"{row.title}: {error}\n")


def _unanswered(scene: Scene) -> None:
    resolve = socket.getaddrinfo

    def fail(host: Any, *words: Any, **more: Any) -> Any:
        if host in ("nothing.invalid", b"nothing.invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *words, **more)

    socket.getaddrinfo = fail
    scene.environment["PAYDESK_STRIPE_API_BASE"] = "https://nothing.invalid"


def _full(scene: Scene) -> None:
    for _ in range(60):
        scene.both.stripe.do("sale")
    prepare = database._prepare_writer

    def limited(connection: Any, busy_ms: int) -> None:
        prepare(connection, busy_ms)
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={count}")

    database._prepare_writer = limited


def _fault(kind: str, **more: Any) -> Callable[[Scene], None]:
    return lambda scene: _add(scene, kind, more)


def _add(scene: Scene, kind: str, more: Mapping[str, Any]) -> None:
    scene.both.stripe.faults.add(kind, **more)


def _nothing(_scene: Scene) -> None:
    return None


#: What goes wrong before the failing sync, and whether that reads everything again.
STATES: Final[Mapping[str, tuple[Callable[[Scene], None], bool]]] = {
    "well": (_nothing, False),
    "key-refused": (_fault("status", status=401), False),
    "errors": (_fault("status", status=500), False),
    "reset": (_fault("drop"), False),
    "refused-midway": (_fault("status", status=401, skip=4), True),
    "one-list-refused": (_fault("refuse", stream="disputes"), True),
    "lease-elsewhere": (_nothing, False),
    "name-not-found": (_unanswered, False),
    "disk-full": (_full, False),
}


def _hold(business: Business) -> None:
    """Another computer is at work on the first account."""
    with business.books.write() as writer:
        table = table_of(Lease)
        writer.connection.execute(table.delete().where(table.c.integration_id == 1))
        holder, at = "the command on front-desk (12)", business.books.now() + 50_000
        lease = {"integration_id": 1, "holder": holder, "heartbeat_at": at, "fence": 9}
        writer.connection.execute(insert(table).values(lease))


def picture(scene: Scene, qt: QApplication, home: Path, state: str) -> None:
    """Open the window on a home and take its pictures."""
    app = App(qt, home, lambda _ask: scene.open(home))
    app.show()
    app.window.resize(1280, 800)
    for theme in THEMES:
        app.theme.choose(theme)
        for page in ("dashboard", "integrations"):
            app.window.open_page(page)
            _rest(app)
            shown = app.window.page()
            if isinstance(shown, IntegrationsPage) and theme == "light":
                for row in shown.accounts.rows.values():
                    if row.account.integration.provider == "stripe" and state not in ("well", "lease-elsewhere"):
                        row.toggle_details()
                _rest(app)
            app.window.grab().save(str(scene.folder / f"{state}-{page}-{theme}.png"))
    app.window.close()
    app.shut_down()


def _rest(app: App) -> None:
    """Wait until nothing is asked any more."""
    loop = QEventLoop()
    waited, last = 0, QImage()

    def look() -> None:
        nonlocal waited, last
        waited += _STILL_MS
        waiting = any(one.isVisible() for one in app.window.findChildren(Skeleton))
        known = bool(app.window.rail.sync_box.toolTip())
        shown = app.window.grab().toImage()
        if (known and not waiting and not app.syncing.running and shown == last) or waited > _LONGEST_MS:
            loop.quit()
        last = shown

    timer = QTimer(interval=_STILL_MS)
    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()


def _wanted(names: list[str]) -> Iterator[str]:
    return (name for name in STATES if not names or name in names)


def main() -> int:
    """0 when every picture was taken."""
    parser = argparse.ArgumentParser(description="Pictures of eight ways in which a sync fails, light and dark.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("states", nargs="*", metavar="STATE")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    qt = QApplication(sys.argv[:1])
    day = date.fromisoformat(DAY)
    with tempfile.TemporaryDirectory() as place, launch.start_both(seed=1, today=day, timezone=ZONE) as both:
        scene = Scene(both, wanted.folder)
        ready = Path(place) / "ready"
        scene.prepare(ready)
        for state in _wanted(wanted.states):
            home = Path(place) / state
            shutil.copytree(ready, home)
            begin, full = STATES[state]
            begin(scene)
            business = scene.open(home)
            sync(business, full=full)
            if state == "lease-elsewhere":
                _hold(business)
            business.close()
            picture(scene, qt, home, state)
            both.stripe.faults.clear()
            scene.environment["PAYDESK_STRIPE_API_BASE"] = both.stripe.api_base
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
