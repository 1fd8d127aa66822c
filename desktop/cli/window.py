"""``paydesk`` without a subcommand: the window. Imports nothing that the first frame does not need."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import WorldError

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.vault.passphrase import Ask


def open_window(home: str | None, environment: Mapping[str, str], *, debug: bool = False) -> int:
    """Open the window on the books of a home folder; the exit status."""
    from desktop.cli.logs import start_logging
    from desktop.ui.app.screen import check_screen

    try:
        start_logging(debug, late=True)
        check_screen(environment)
        folder = _home(home, environment)
    except WorldError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status

    def open_business(ask: Ask) -> Business:
        from desktop.workspace import open_business

        return open_business(folder, environment, ask=ask, tell=announcements.tell)

    from desktop.ui.app.announcements import Announcements
    from desktop.ui.app.application import run

    announcements = Announcements()
    return run(folder, open_business, announcements=announcements)


def open_demo(
    folder: Path, environment: Mapping[str, str], connect: Callable[[Business, threading.Event], object]
) -> int:
    """Open the window on the demo's books, which are connected and synced on the reading thread first.

    Closing the window sets the event. Raises: NoScreenError.
    """
    from desktop.ui.app.screen import check_screen

    check_screen(environment)
    stop = threading.Event()

    def open_business(_ask: Ask) -> Business:
        from desktop.workspace import open_business

        business = open_business(folder, environment, memory_key=True)
        try:
            connect(business, stop)
        except BaseException:
            business.close()
            raise
        return business

    from desktop.ui.app.application import run

    return run(folder, open_business, closing=stop.set)


def _home(home: str | None, environment: Mapping[str, str]) -> Path:
    chosen = home or environment.get("PAYDESK_HOME", "")
    if chosen:
        return Path(os.path.expanduser(chosen)).absolute()
    import platformdirs

    return Path(os.fspath(platformdirs.user_data_dir("paydesk", appauthor=False)))
