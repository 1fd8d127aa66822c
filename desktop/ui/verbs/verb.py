"""What every verb stands on: the page it belongs to, the window around it, and the business behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.errors import WorldError
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext

if TYPE_CHECKING:
    from desktop.actions.business import Business


class Verb(QObject):
    """Something that a person does from a page: it asks in a sheet, acts off the UI thread, and tells what came of it.

    A page makes it once and says it in a line.
    """

    def __init__(self, context: PageContext, handle: BusinessHandle, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._handle, self._page = context, handle, page

    def _act(
        self,
        action: Callable[[Business], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[WorldError], None] | None = None,
    ) -> None:
        """Change something; without ``on_error`` what went wrong is told in the error's own words."""
        self._context.tasks.change(self._handle.question(action), on_done, on_error or self._context.messages.error)
