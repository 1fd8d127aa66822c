"""The application as a person meets it: a screen, a mouse, a keyboard, and nothing left behind afterwards."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.e2e.conftest import SPARSE
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("Xvfb", "xdotool", "import")
MISSING = [name for name in TOOLS if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed on this machine: {', '.join(MISSING)}")

SIZE = (1280, 800)
#: Where the rail's entries are, from the top.
ENTRIES = {"Dashboard": 82, "Clients": 116, "Invoices": 151, "Payments": 186, "Locations": 221, "Integrations": 280}
#: On an entry, beside its words.
ENTRY_X, CONTENT_X, TOP_BAR, CHARTS = 135, 220, 60, 190
#: What connecting says on standard error; anything else there would be a complaint.
STEP = re.compile(r"  \d/9 \w+( \(.*\))?|Stripe:|Square:")


class Shot:
    """A picture of the screen."""

    def __init__(self, png: bytes) -> None:
        image = QImage.fromData(png, "PNG").convertToFormat(QImage.Format.Format_RGB32)
        assert (image.width(), image.height()) == SIZE
        self.pixels = bytes(image.constBits())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shot) and self.pixels == other.pixels

    def __hash__(self) -> int:
        return hash(self.pixels)

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue of a pixel."""
        start = 4 * (y * SIZE[0] + x)
        blue, green, red = self.pixels[start : start + 3]
        return red, green, blue

    def rows(self, left: int, top: int, right: int, bottom: int) -> list[memoryview]:
        """The pixels of a part, a 32-bit number each."""
        whole = memoryview(self.pixels).cast("I")
        return [whole[y * SIZE[0] + left : y * SIZE[0] + right] for y in range(top, bottom)]

    def page(self, top: int = 0) -> bytes:
        """The page without the rail, whose clock goes on."""
        return b"".join(self.rows(CONTENT_X, top, *SIZE))

    def colours(self, left: int = CONTENT_X, top: int = TOP_BAR, right: int = SIZE[0], bottom: int = SIZE[1]) -> int:
        """How many different colours a part shows: a blank one shows a few, text shows hundreds."""
        return len({pixel for row in self.rows(left, top, right, bottom) for pixel in row})

    def green(self, left: int = CONTENT_X) -> int:
        """How many pixels of the page, below its top bar, are green: bars, pills and the card."""
        return sum(
            1
            for row in self.rows(left, TOP_BAR, SIZE[0], SIZE[1])
            for pixel in row
            if (pixel >> 8 & 255) - (pixel >> 16 & 255) > 50 and (pixel >> 8 & 255) - (pixel & 255) > 40
        )

    def chosen(self) -> list[str]:
        """The entries of the rail that stand out from its ground."""
        ground = self.at(ENTRY_X, 600)
        return [name for name, y in ENTRIES.items() if self.at(ENTRY_X, y) != ground]


class Person:
    """Somebody in front of the screen, and the program that was started for them."""

    def __init__(self, screen: dict[str, str], folder: Path, year: dict[str, str]) -> None:
        self._screen = screen
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PAYDESK_", "QT_", "WAYLAND_", "XDG_"))
        }
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        self.errors = folder / "errors.txt"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        environment = {
            **kept, **screen, "HOME": str(folder), "TMPDIR": str(self.temporary), "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": str(ROOT), **year,
        }  # fmt: skip
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "desktop.cli", "demo", "--today", "2026-11-23"], env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
            )  # fmt: skip
        self.window = ""

    def do(self, *words: str, check: bool = True) -> bytes:
        """Use the mouse, the keyboard or the camera."""
        environment = {**os.environ, **self._screen}
        return subprocess.run(words, env=environment, capture_output=True, check=check, timeout=PATIENCE_S).stdout

    def wait_for_window(self) -> None:
        """Until the window is on the screen."""

        def found() -> bool:
            assert self.process.poll() is None, self.errors.read_text()
            ids = self.do("xdotool", "search", "--onlyvisible", "--name", "^Paydesk$", check=False).split()
            self.window = ids[0].decode() if ids else ""
            return bool(ids)

        wait_until(found, "the window is there")
        self.do("xdotool", "windowfocus", "--sync", self.window)

    def look(self) -> Shot:
        """The screen as it is now."""
        return Shot(self.do("import", "-window", "root", "png:-"))

    def look_until(self, seen: Callable[[Shot], bool], what: str) -> Shot:
        """The first picture of a screen at rest on which this can be seen."""
        shots = [self.look()]

        def at_rest() -> bool:
            assert self.process.poll() is None, self.errors.read_text()
            shots.append(self.look())
            return shots[-1] == shots[-2] and seen(shots[-1])

        wait_until(at_rest, what)
        return shots[-1]

    def click(self, x: int, y: int) -> None:
        """Click, then take the mouse off what would light up under it."""
        self.do("xdotool", "mousemove", str(x), str(y), "click", "1", "mousemove", str(SIZE[0] - 2), str(SIZE[1] - 2))

    def complaints(self) -> list[str]:
        """What was said on standard error beside the steps of connecting."""
        return [line for line in self.errors.read_text().splitlines() if not STEP.fullmatch(line)]

    def left_behind(self) -> bool:
        """Some process of the program's session still lives."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def leave(self) -> None:
        """Whatever happened, leave nothing."""
        if self.left_behind():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_S)


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Ask again and again; each question takes its own time."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end, f"waited for: {what}"


@pytest.fixture(scope="module")
def screen() -> Iterator[dict[str, str]]:
    """A screen of our own, on a number that nobody else has."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    if not number:
        server.wait(timeout=PATIENCE_S)
        pytest.skip("Xvfb found no free screen")
    yield {"DISPLAY": f":{number}"}
    server.terminate()
    server.wait(timeout=PATIENCE_S)


@pytest.fixture(params=[{}], ids=[""])
def person(request: pytest.FixtureRequest, screen: dict[str, str], tmp_path: Path) -> Iterator[Person]:
    somebody = Person(screen, tmp_path, request.param)
    yield somebody
    somebody.leave()


of_few_sales = pytest.mark.parametrize("person", [SPARSE], ids=["few sales"], indirect=True)


def test_a_walk_through_the_demo(person: Person) -> None:
    person.wait_for_window()
    dashboard = person.look_until(lambda shot: shot.green() > 8_000, "the dashboard's bars")
    assert dashboard.chosen() == ["Dashboard"]
    assert dashboard.colours() > 200

    shots = {"Dashboard": dashboard}
    for name in ("Clients", "Invoices", "Payments", "Locations", "Integrations"):
        person.click(ENTRY_X, ENTRIES[name])
        shots[name] = person.look_until(
            lambda shot, name=name: shot.chosen() == [name] and shot.colours() > 100, f"the page {name}"
        )
    assert len({shot.page() for shot in shots.values()}) == len(shots)
    assert shots["Integrations"].green() > 50_000
    assert shots["Invoices"].green() < shots["Dashboard"].green()

    invoices = shots["Invoices"]
    person.click(ENTRY_X, ENTRIES["Invoices"])
    person.look_until(lambda shot: shot.page() == invoices.page(), "the invoices as they were")
    person.click(500, 220)
    panel = person.look_until(lambda shot: shot.page() != invoices.page(), "one invoice's panel")
    right = (SIZE[0] - 320, TOP_BAR, SIZE[0], SIZE[1])
    changed = sum(
        1 for old, new in zip(invoices.rows(*right), panel.rows(*right), strict=True) if bytes(old) != bytes(new)
    )
    assert changed > 300, "the panel covers the right side"
    assert panel.colours(*right) > 50
    person.do("xdotool", "key", "Escape")
    person.look_until(
        lambda shot: shot.rows(*right)[400] == invoices.rows(*right)[400] and shot != panel, "the list without it"
    )

    person.do("xdotool", "key", "ctrl+1")
    # The keyboard's place is shown on the first card now; the charts below are the same.
    person.look_until(lambda shot: shot.page(CHARTS) == dashboard.page(CHARTS), "the dashboard as it was")
    person.do("xdotool", "key", "ctrl+q")
    assert person.process.wait(timeout=PATIENCE_S) == 0
    assert person.complaints() == []
    assert not person.left_behind()
    assert list(person.temporary.iterdir()) == []


@of_few_sales
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_like_its_own_button(person: Person, number: signal.Signals) -> None:
    person.wait_for_window()
    person.process.send_signal(number)
    assert person.process.wait(timeout=PATIENCE_S) == 0
    assert person.complaints() == []
    assert not person.left_behind()
    assert list(person.temporary.iterdir()) == []


@of_few_sales
def test_the_pretend_providers_end_with_a_window_that_is_killed(person: Person) -> None:
    person.wait_for_window()
    person.process.kill()
    person.process.wait(timeout=PATIENCE_S)
    wait_until(lambda: not person.left_behind(), "nothing is left of it")
