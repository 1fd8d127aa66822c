"""A bug is logged with its traceback and shown once, from whichever thread it comes."""

import logging
import sys
import threading

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.ui.app.faults import Faults
from desktop.ui.app.messages import Message, Messages


@pytest.fixture
def heard(messages: Messages) -> list[Message]:
    told: list[Message] = []
    messages.told.connect(told.append)
    messages.open()
    return told


def raise_here(secret: str) -> BaseException:
    try:
        raise ValueError(secret)
    except ValueError as error:
        return error


def test_a_bug_is_shown_once_for_each_place(qapp, messages: Messages, heard: list[Message], caplog) -> None:
    faults = Faults(messages)
    for _ in range(3):
        error = raise_here("sk_live_not_to_be_shown")
        faults.hook(type(error), error, error.__traceback__)
    assert [message.kind for message in heard] == ["error"]
    assert "sk_live" not in heard[0].title + heard[0].text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].exc_info is not None
    caplog.clear()


def test_copied_details_name_the_places_and_not_the_values(
    qapp, messages: Messages, heard: list[Message], caplog
) -> None:
    faults = Faults(messages)
    error = raise_here("sk_live_not_to_be_copied")
    faults.hook(type(error), error, error.__traceback__)
    assert heard[0].action is not None
    heard[0].action()
    copied = QGuiApplication.clipboard().text()
    assert "raise_here" in copied
    assert "ValueError" in copied
    assert "sk_live" not in copied
    caplog.clear()


def test_a_bug_of_another_thread_is_shown_in_this_one(qtbot, messages: Messages, heard: list[Message], caplog) -> None:
    faults = Faults(messages)
    error = raise_here("x")
    thread = threading.Thread(target=faults.hook, args=(type(error), error, error.__traceback__))
    with qtbot.waitSignal(faults.shown):
        thread.start()
    thread.join()
    assert len(heard) == 1
    caplog.clear()


def test_the_hook_is_installed(qapp, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    faults = Faults(messages)
    faults.install()
    assert sys.excepthook == faults.hook


def test_an_interrupt_is_no_bug(
    qapp, messages: Messages, heard: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda kind, _error, _trace: passed.append(kind))
    Faults(messages).hook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert passed == [KeyboardInterrupt]
    assert heard == []
