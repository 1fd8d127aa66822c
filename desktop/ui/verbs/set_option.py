"""Turn one of an account's switches: what it lets in is read at once, or with the next sync."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.errors import WorldError
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.translation import translate
from desktop.ui.verbs.verb import Verb

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.options import OptionSet
    from desktop.ui.app.syncing import Syncs


class SetOption(Verb):
    """Turns a switch and tells how it stands now.

    Signals: ``turned_on`` with the account's number, for its sync to begin; ``refused`` where the switch did not turn,
    so that it is shown again as it stands.
    """

    turned_on = Signal(object)
    refused = Signal()

    def __init__(self, context: PageContext, handle: BusinessHandle, page: QWidget, syncing: Syncs) -> None:
        super().__init__(context, handle, page)
        self._syncing = syncing

    def __call__(self, integration_id: int, option: str, on: bool) -> None:
        """Turn it. A sync that is at work already does not read it yet."""
        action = partial(_set_option, integration_id=integration_id, option=option, on=on)
        self._act(action, self._on_set, self._on_refused)

    @Slot(object)
    def _on_set(self, done: OptionSet) -> None:
        messages = self._context.messages
        if not done.on:
            messages.info(
                translate("Integrations", "Stock is not kept any more"),
                translate("Integrations", "What was read stays, and is not brought up to date."),
            )
            return
        busy = self._syncing.running
        later = translate("Integrations", "It is read with the next sync.") if busy else ""
        messages.success(translate("Integrations", "Stock is kept from now on"), later)
        if not busy:
            self.turned_on.emit(done.integration_id)

    @Slot(object)
    def _on_refused(self, error: WorldError) -> None:
        self._context.messages.error(error)
        self.refused.emit()


def _set_option(business: Business, integration_id: int, option: str, on: bool) -> OptionSet:
    from desktop.actions.options import set_option

    return set_option(business, integration_id, option, on)
