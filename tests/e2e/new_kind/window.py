"""The window on a page of a tree, offscreen and with its own threads: what its table and its panel say."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from desktop.actions.business import Business
from desktop.ui.app.addresses import Addresses
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Messages
from desktop.ui.app.tasks import Tasks
from desktop.ui.app.window import MainWindow, WindowServices
from desktop.ui.lists.page import ListPage
from desktop.ui.pages.catalogue import page_specs
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme

PATIENCE_MS = 120_000
"""For a machine that is very busy; what is waited for takes less than a second."""


def shown(business: Business, key: str) -> dict[str, object]:
    """The title of a list's page, the rows that its table paints, and what its panel says of the first of them."""
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    tasks = Tasks()
    services = WindowServices(Theme(qt, "light"), tasks, Messages(), Addresses(lambda _url: True))
    window = MainWindow(services, page_specs(BusinessHandle(lambda: business), None))  # type: ignore[arg-type]
    window.start(key)
    window.show()
    wait_until(lambda: window.page() is not None)
    page = window.page()
    assert isinstance(page, ListPage)
    model = page.model
    wait_until(lambda: model.rowCount() > 0 and bool(model.index(0, 0).data()))
    cells = [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]
    painted = page.card.table.grab().toImage()
    page.open_row(model.id_at(0))
    wait_until(lambda: len(texts(page.panel)) > 1)
    told = texts(page.panel)
    window.close()
    assert tasks.shutdown()
    return {"title": page.title, "rows": cells, "panel": told, "painted": not is_of_one_colour(painted)}


def texts(widget: QWidget) -> list[str]:
    """What the labels in it say."""
    return [one.full_text() for one in widget.findChildren(PlainLabel) if one.isVisibleTo(widget) and one.full_text()]


def is_of_one_colour(image: QImage) -> bool:
    """Whether nothing is painted in it."""
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    return len(colours) == 1


def wait_until(happened: Callable[[], bool]) -> None:
    """Let the window work until it has happened. Raises: TimeoutError."""
    late = QDeadlineTimer(PATIENCE_MS)
    ticking = QTimer()
    ticking.start(50)
    while not happened():
        if late.hasExpired():
            raise TimeoutError("it did not happen")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
