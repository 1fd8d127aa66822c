"""What opens addresses, in the system's browser and nowhere else.

Text of a provider decides nothing here: an address opens only when it is https on a host that the caller names as
the provider's, without a user part and on the usual port.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.errors import WorldError

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: What a frozen program's loader puts its own libraries into; a browser must not inherit them.
_LOADER_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "QT_PLUGIN_PATH")


class RefusedAddressError(WorldError):
    """The address is not one that may be opened."""


def is_allowed(address: str, hosts: Iterable[str], *, loopback: bool = False) -> bool:
    """Whether the address is https on one of these hosts.

    A host is exact (``dashboard.example.com``) or, with a leading dot, a suffix (``.example.com`` means any host below
    and not ``example.com`` itself). ``loopback`` also allows http to this machine, for the sandbox's OAuth pages.
    """
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.userInfo() or any(ord(letter) <= 0x20 or letter == "\\" for letter in address):
        return False
    host = url.host().lower()
    if loopback and url.scheme() in {"http", "https"} and host in _LOOPBACK:
        return True
    if url.scheme() != "https" or url.port() not in {-1, 443}:
        return False
    return any(
        host.endswith(known) and host != known if known.startswith(".") else host == known
        for known in (name.lower() for name in hosts)
    )


class Addresses:
    """Opens addresses that are allowed; the opener is replaced in tests."""

    def __init__(self, opener: Callable[[QUrl], bool] | None = None) -> None:
        self._opener = opener or _open_outside

    def open(self, address: str, hosts: Iterable[str], *, loopback: bool = False) -> None:
        """Open the address in the browser.

        Raises ``RefusedAddressError`` for one that is not allowed or that no browser takes.
        """
        if not is_allowed(address, hosts, loopback=loopback):
            raise RefusedAddressError(
                "Address not opened",
                "This address does not belong to the provider, so it was not opened.",
                "Open the provider's website yourself if you need this page.",
            )
        if not self._opener(QUrl(address, QUrl.ParsingMode.StrictMode)):
            raise RefusedAddressError(
                "No browser",
                "The system did not open a web browser.",
                "Copy the address and open it in a browser.",
            )


def _open_outside(url: QUrl) -> bool:
    with _without_bundled_libraries():
        return QDesktopServices.openUrl(url)


@contextmanager
def _without_bundled_libraries() -> Iterator[None]:
    """Give the browser the environment the user had, where this program is frozen (PyInstaller keeps ``*_ORIG``)."""
    if not getattr(sys, "frozen", False):
        yield
        return
    kept = {name: os.environ.get(name) for name in _LOADER_VARIABLES}
    try:
        for name in _LOADER_VARIABLES:
            original = os.environ.get(f"{name}_ORIG")
            os.environ.pop(name, None)
            if original is not None:
                os.environ[name] = original
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
