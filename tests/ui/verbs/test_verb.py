"""A verb acts off the UI thread on the business of its page; what went wrong is told in the error's own words."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QWidget

from desktop.errors import UsageError, WorldError
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Message
from desktop.ui.app.page import PageContext
from desktop.ui.verbs.verb import Verb


class Greet(Verb):
    """Says hello to the business."""

    def __init__(self, context: PageContext, handle: BusinessHandle, page: QWidget) -> None:
        super().__init__(context, handle, page)
        self.heard: list[Any] = []
        self.refused: list[WorldError] = []

    def __call__(self, *, own: bool = False) -> None:
        self._act(greeted, self._on_done, self._on_refused if own else None)

    @Slot(object)
    def _on_done(self, answer: object) -> None:
        self.heard.append(answer)

    @Slot(object)
    def _on_refused(self, error: WorldError) -> None:
        self.refused.append(error)


def greeted(business: Any) -> str:
    if business == "nobody":
        raise UsageError("No such business", "There is nobody here.", "Open one first.")
    return f"hello {business}"


@pytest.fixture
def told(context: PageContext) -> list[Message]:
    found: list[Message] = []
    context.messages.told.connect(found.append)
    context.messages.open()
    return found


def make(qtbot, context: PageContext, business: str) -> Greet:
    page = QWidget()
    qtbot.addWidget(page)
    return Greet(context, BusinessHandle(lambda: business), page)  # type: ignore[arg-type, return-value]


def test_a_verb_acts_on_the_business_of_its_page(qtbot, context: PageContext, told: list[Message]) -> None:
    greet = make(qtbot, context, "Harbour Studio")
    greet()
    QApplication.processEvents()
    assert (greet.heard, told) == (["hello Harbour Studio"], [])


def test_what_went_wrong_is_told(qtbot, context: PageContext, told: list[Message]) -> None:
    make(qtbot, context, "nobody")()
    QApplication.processEvents()
    assert [(message.kind, message.title) for message in told] == [("error", "No such business")]


def test_a_verb_that_says_itself_what_went_wrong_is_not_told_twice(
    qtbot, context: PageContext, told: list[Message]
) -> None:
    greet = make(qtbot, context, "nobody")
    greet(own=True)
    QApplication.processEvents()
    assert (len(greet.refused), told) == (1, [])
