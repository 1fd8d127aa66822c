"""Whether a window can be shown at all, asked before Qt would end the process over it."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from desktop.errors import WorldError

_INSTALL = "On Debian or Ubuntu, the packages in packaging/debian-packages.txt provide it."


class NoScreenError(WorldError):
    """There is no screen, or Qt's part for it cannot be loaded."""

    exit_status = 1


def check_screen(environment: Mapping[str, str]) -> None:
    """See that Qt will find its platform plugin and a screen.

    Qt aborts the process where it does not (QGuiApplication, "no Qt platform plugin could be initialized").
    Raises: NoScreenError, in one sentence.
    """
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if _wayland_answers(environment):
        return
    if not environment.get("DISPLAY"):
        raise NoScreenError(
            "There is no screen",
            "The window cannot be shown: this session has no screen (DISPLAY is not set).",
            "The commands work without one: see paydesk --help, or try paydesk demo --headless.",
        )
    _load_plugin()
    _reach_display(environment["DISPLAY"])


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    """A compositor listens where WAYLAND_DISPLAY says: a path, or a name below XDG_RUNTIME_DIR (wl_display_connect)."""
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name))
        except OSError:
            return False
    return True


def _load_plugin() -> None:
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.exists():
        return
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = str(error).partition(":")[0]
        raise NoScreenError(
            "A library is missing", f"The window cannot be shown: {missing} is missing on this computer.", _INSTALL
        ) from error


def _reach_display(display: str) -> None:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return  # the plugin brings its own, and has just been loaded
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(display), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        raise NoScreenError(
            "The screen does not answer",
            f"The window cannot be shown: the screen {display} does not answer.",
            "Check DISPLAY, or use the commands: see paydesk --help.",
        )
