"""Open an address in the browser, or copy it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QGuiApplication

from desktop.ui.app.addresses import RefusedAddressError
from desktop.ui.app.page import PageContext
from desktop.ui.translation import translate


def open_address(context: PageContext, address: str, hosts: Iterable[str]) -> None:
    """Open it in the system's browser where it is on one of the hosts; tell why where it is not."""
    try:
        context.addresses.open(address, hosts)
    except RefusedAddressError as error:
        context.messages.error(error)


def copy_address(context: PageContext, address: str) -> None:
    """Put it on the clipboard, and say so."""
    QGuiApplication.clipboard().setText(address)
    context.messages.success(translate("Lists", "Link copied"))
