"""Where no window can be shown the program says so in a sentence; Qt itself would abort the process."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.ui.app import screen
from desktop.ui.app.screen import NoScreenError, check_screen
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
ROOT = Path(__file__).resolve().parents[3]


def start(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """``paydesk`` without words, in a session with these variables and no others of a screen."""
    hidden = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    environment = {**kept, "PYTHONPATH": str(ROOT), "PAYDESK_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, "-m", "desktop.cli"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "has no screen (DISPLAY is not set)"),
        ({"DISPLAY": ":999"}, "the screen :999 does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-none"}, "has no screen"),
        ({"WAYLAND_DISPLAY": "wayland-none", "DISPLAY": ":999"}, "the screen :999 does not answer"),
        ({"QT_QPA_PLATFORM": ""}, "has no screen"),
    ],
)
def test_without_a_screen_it_ends_with_a_sentence(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    done = start(tmp_path / "home", **variables)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("The window cannot be shown: ")
    assert said in line
    assert line.endswith(".")
    assert not (tmp_path / "home").exists()


def test_the_demo_says_the_same(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "desktop.cli", "demo", "--today", "2026-11-23"], capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
        env={**kept, "PYTHONPATH": str(ROOT), "DISPLAY": ":999", "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "the screen :999 does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_chose_a_platform_is_not_asked_for_a_screen() -> None:
    check_screen({"QT_QPA_PLATFORM": "offscreen"})


def test_a_compositor_that_listens_is_a_screen(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        check_screen({"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)})
        check_screen({"WAYLAND_DISPLAY": str(tmp_path / "wayland-7")})
    with pytest.raises(NoScreenError):
        check_screen({"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)})


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    check_screen({})


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> Any:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(ctypes, "CDLL", load)
    with pytest.raises(NoScreenError) as caught:
        check_screen({"DISPLAY": ":0"})
    assert caught.value.message == "The window cannot be shown: libxcb-cursor.so.0 is missing on this computer."
    assert "debian-packages.txt" in caught.value.action
    assert (ROOT / "packaging" / "debian-packages.txt").exists()
    assert caught.value.exit_status == 1


class _Xcb:
    """Stands for the X library: the screen answers or it does not."""

    def __init__(self, failed: int) -> None:
        self.asked: list[bytes] = []
        self.let_go = 0

        def connect(name: bytes, _number: object) -> int:
            self.asked.append(name)
            return 77

        def disconnect(connection: int) -> None:
            self.let_go += connection

        def has_error(_connection: int) -> int:
            return failed

        self.xcb_connect, self.xcb_disconnect, self.xcb_connection_has_error = connect, disconnect, has_error


@pytest.mark.parametrize("failed", [0, 1])
def test_the_screen_that_was_named_is_asked_and_let_go(monkeypatch: pytest.MonkeyPatch, failed: int) -> None:
    xcb = _Xcb(failed)
    monkeypatch.setattr(screen, "_load_plugin", lambda: None)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: xcb)
    if failed:
        with pytest.raises(NoScreenError, match=":5"):
            check_screen({"DISPLAY": ":5"})
    else:
        check_screen({"DISPLAY": ":5"})
    assert xcb.asked == [b":5"]
    assert xcb.let_go == 77
