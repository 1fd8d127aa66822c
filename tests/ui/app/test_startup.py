"""What the first frame may cost, and what the pinned PySide6 must survive; each in a process of its own."""

import subprocess
import sys

from tests.helpers.patience import PATIENCE_S

HEAVY = ("sqlalchemy", "matplotlib", "stripe", "square", "alembic", "keyring", "httpx", "cryptography", "pydantic")

IMPORTS = """
import sys, pkgutil, importlib
import desktop.ui
for info in pkgutil.walk_packages(desktop.ui.__path__, "desktop.ui."):
    if info.name.split(".")[2] not in ("pages", "lists", "connecting", "verbs", "dialogs"):
        importlib.import_module(info.name)
import desktop.ui.dialogs.passphrase
import desktop.cli.window
print(",".join(name for name in {heavy!r} if name in sys.modules))
"""

EMITS = """
from PySide6.QtCore import QObject, Signal, Slot

class Sender(QObject):
    told = Signal(object)

class Receiver(QObject):
    count = 0

    @Slot(object)
    def hear(self, _value):
        self.count += 1

sender, receiver = Sender(), Receiver()
sender.told.connect(receiver.hear)
for number in range(200_000):
    sender.told.emit(True)
assert receiver.count == 200_000
print("alive")
"""


def run(source: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_window_imports_nothing_heavy() -> None:
    assert run(IMPORTS.format(heavy=HEAVY)) == ""


def test_two_hundred_thousand_signals_do_not_end_the_process() -> None:
    assert run(EMITS) == "alive"
