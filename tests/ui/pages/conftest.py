"""What tests of pages stand on: a world behind a desk, pages on screen, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from desktop.actions.business import TODAY, Business
from desktop.errors import WorldError
from desktop.keystore import BooksKeyStore
from desktop.ui.addresses import Addresses
from desktop.ui.desk import Desk
from desktop.ui.messages import Message
from desktop.ui.page import PageContext, PageSpec
from desktop.ui.text import PlainLabel
from desktop.ui.widgets.pill import Pill
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World

DAY = "2026-11-22"
#: Pixels between the middles of what stands on one line.
_SAME_LINE = 5


class Place:
    """A business, its desk, and everything that pages did to the world outside: pages and addresses they opened."""

    def __init__(self, world: World, context: PageContext, home: Path) -> None:
        self.world = world
        self.business = Business(
            home, world.books, Vault(BooksKeyStore(world.books), OneSource(MemorySource())), {TODAY: DAY}
        )
        self.error: WorldError | None = None
        self.desk = Desk(self._open)
        self.pages: list[tuple[str, dict[str, Any]]] = []
        self.addresses: list[str] = []
        self.told: list[Message] = []
        context.messages.told.connect(self.told.append)
        context.messages.open()
        self.context = replace(context, open_page=self._page, addresses=Addresses(self._address))

    def _open(self) -> Business:
        if self.error is not None:
            raise self.error
        return self.business

    def _page(self, key: str, **wanted: Any) -> None:
        self.pages.append((key, wanted))

    def _address(self, url: Any) -> bool:
        self.addresses.append(url.toString())
        return True


def turn() -> None:
    """Let everything that was asked be answered."""
    for _ in range(12):
        QApplication.processEvents()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


@pytest.fixture
def place(world: World, context: PageContext, tmp_path: Path) -> Place:
    QGuiApplication.clipboard().clear()
    return Place(world, context, tmp_path)


@pytest.fixture
def settle() -> Callable[[], None]:
    return turn


@pytest.fixture
def show_page(qtbot, place: Place) -> Callable[..., Any]:
    """Make a page from its spec, put it on the screen and wait for its rows."""

    def show(spec: PageSpec, width: int = 1016, height: int = 744) -> Any:
        page = spec.make(place.context)
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        turn()
        return page

    return show


def read(widget: QWidget) -> list[str]:
    """Every text and pill that is shown below a widget, as an eye reads them: by lines, from left to right."""
    found: list[tuple[QPoint, str]] = []
    for child in widget.findChildren(QWidget):
        text = child.full_text() if isinstance(child, PlainLabel) else ""
        text = child.accessibleName() if isinstance(child, Pill) else text
        if text and child.isVisibleTo(widget):
            left, middle = child.mapTo(widget, QPoint(0, 0)), child.mapTo(widget, child.rect().center())
            found.append((QPoint(left.x(), middle.y()), text))
    lines: list[list[tuple[QPoint, str]]] = []
    for one in sorted(found, key=lambda told: told[0].y()):
        if not lines or one[0].y() - lines[-1][-1][0].y() > _SAME_LINE:
            lines.append([])
        lines[-1].append(one)
    return [text for line in lines for _, text in sorted(line, key=lambda told: told[0].x())]


@pytest.fixture
def texts() -> Callable[[QWidget], list[str]]:
    return read


@pytest.fixture
def press(qtbot) -> Callable[[QWidget, str], None]:
    """Click the button, or the line that leads somewhere, whose name begins with these words."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton

    def click(top: QWidget, name: str) -> None:
        (button,) = [
            one
            for one in top.findChildren(QAbstractButton)
            if one.isVisibleTo(top) and one.accessibleName().startswith(name)
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        turn()

    return click


@pytest.fixture
def buttons() -> Callable[[QWidget], list[str]]:
    """The names of all buttons that are shown below a widget."""
    from PySide6.QtWidgets import QAbstractButton

    return lambda top: [one.accessibleName() for one in top.findChildren(QAbstractButton) if one.isVisibleTo(top)]
