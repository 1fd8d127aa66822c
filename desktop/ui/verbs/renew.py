"""Renew an account's access by hand, where nobody else tries it any more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from desktop.ui.translation import translate
from desktop.ui.verbs.verb import Verb

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.renewal import Renewed


class Renew(Verb):
    """Has the access renewed and tells it. Signal: ``renewed`` with the account's number, for its sync to begin."""

    renewed = Signal(object)

    def __call__(self, integration_id: int) -> None:
        """Renew it now, and once."""
        self._act(partial(_renew, integration_id=integration_id), self._on_renewed)

    @Slot(object)
    def _on_renewed(self, done: Renewed) -> None:
        self._context.messages.success(translate("Integrations", "Access to {0} is renewed").format(done.title), "")
        self.renewed.emit(done.integration_id)


def _renew(business: Business, integration_id: int) -> Renewed:
    from desktop.actions.renewal import renew_access

    return renew_access(business, integration_id)
