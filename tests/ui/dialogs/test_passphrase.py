"""The passphrase: asked for from a worker, answered in the window, and nobody waits for a window that is gone."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui.dialogs.passphrase import PassphrasePrompt
from desktop.ui.dialogs.passphrase_sheet import PassphraseSheet
from desktop.ui.theme.theme import Theme
from desktop.vault.keys import PassphraseSource
from desktop.vault.passphrase import Argon2Cost, Purpose, Question
from desktop.vault.secret import Secret
from tests.helpers.patience import PATIENCE_S

OPEN = Question(Purpose.OPEN)
CHOOSE = Question(Purpose.CHOOSE)


class Asking:
    """A worker thread that asks."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self.answers: list[object] = []
        self._thread = threading.Thread(target=lambda: self.answers.append(ask()))
        self._thread.start()

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        self._thread.join(timeout=PATIENCE_S)


@pytest.fixture
def prompt(theme: Theme, window: QWidget) -> Iterator[PassphrasePrompt]:
    made = PassphrasePrompt(theme)
    made.set_window(window)
    yield made
    made.release()


@pytest.fixture
def ask(qtbot, prompt: PassphrasePrompt) -> Iterator[Callable[..., Asking]]:
    begun: list[Asking] = []

    def start(work: Callable[[], object]) -> Asking:
        begun.append(Asking(work))
        return begun[-1]

    yield start
    prompt.release()
    for one in begun:
        one.end()


def shown() -> list[PassphraseSheet]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, PassphraseSheet) and one.isVisible()]


def open_sheet(qtbot) -> PassphraseSheet:
    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def test_a_worker_gets_what_the_person_typed(qtbot, prompt: PassphrasePrompt, ask, audit_accessibility) -> None:
    asking = ask(lambda: prompt.ask(OPEN))
    sheet = open_sheet(qtbot)
    assert audit_accessibility(sheet) == []
    typed: list[str] = []
    sheet._first.field.textChanged.connect(typed.append)
    qtbot.keyClicks(sheet._first.field, " correct horse ")
    qtbot.keyClick(sheet._first.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: asking.over)
    answer = asking.answers[0]
    assert isinstance(answer, Secret)
    assert answer.reveal() == " correct horse "
    assert typed[-2:] == [" correct horse ", ""]


def test_declining_is_none(qtbot, prompt: PassphrasePrompt, ask) -> None:
    asking = ask(lambda: prompt.ask(OPEN))
    qtbot.keyClick(open_sheet(qtbot), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: asking.over)
    assert asking.answers == [None]


def test_a_new_passphrase_is_asked_for_twice(qtbot, prompt: PassphrasePrompt, ask, texts) -> None:
    asking = ask(lambda: prompt.ask(CHOOSE))
    sheet = open_sheet(qtbot)
    assert "Nobody can recover it" in texts(sheet)
    qtbot.keyClicks(sheet._first.field, "correct horse battery")
    assert not sheet.go.isEnabled()
    qtbot.keyClicks(sheet._second.field, "correct horse buttery")
    sheet.go.click()
    assert sheet.notice.accessibleName() == "The two differ"
    assert not asking.over
    sheet._second.field.setText("correct horse battery")
    sheet.go.click()
    qtbot.waitUntil(lambda: asking.over)
    assert asking.answers[0] == Secret("correct horse battery")


def test_closing_the_window_frees_whoever_waits(qtbot, prompt: PassphrasePrompt, ask) -> None:
    first, second = ask(lambda: prompt.ask(OPEN)), ask(lambda: prompt.ask(OPEN))
    open_sheet(qtbot)
    prompt.release()
    qtbot.waitUntil(lambda: first.over and second.over)
    assert (first.answers, second.answers) == ([None], [None])
    assert shown() == []
    assert prompt.ask(OPEN) is None


def test_without_a_window_nobody_is_asked(qtbot, theme: Theme) -> None:
    lonely = PassphrasePrompt(theme)
    asking = Asking(lambda: lonely.ask(OPEN))
    qtbot.waitUntil(lambda: asking.over)
    assert asking.answers == [None]
    asking.end()


def test_the_vault_tries_again_with_the_reason_shown(qtbot, prompt: PassphrasePrompt, ask, texts) -> None:
    """The real ladder step: a passphrase that is too short is asked for again, and then works."""
    source = PassphraseSource(prompt.ask, Argon2Cost(memory_kib=32, passes=1, lanes=1))
    asking = ask(source.prepare)
    short = open_sheet(qtbot)
    for field in (short._first, short._second):
        field.field.setText("short")
    short.go.click()
    qtbot.waitUntil(lambda: shown() not in ([], [short]))
    again = open_sheet(qtbot)
    assert "at least 12 characters" in again.notice.accessibleName()
    for field in (again._first, again._second):
        field.field.setText("long enough for anybody")
    again.go.click()
    qtbot.waitUntil(lambda: asking.over)
    assert asking.answers[0].params["algorithm"] == "argon2id"


def test_making_the_prompt_loads_nothing_of_the_vault() -> None:
    """The window makes it before its first frame."""
    code = "import sys, desktop.ui.dialogs.passphrase; print({'argon2', 'cryptography'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
