"""Disconnect an account, or forget it: plainly what will happen first, and afterwards what is left to do elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from desktop.ui.dialogs.disconnect import DisconnectConfirm
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.way_words import key_words
from desktop.ui.translation import translate
from desktop.ui.verbs.open_address import open_address
from desktop.ui.verbs.verb import Verb

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.disconnect import Disconnected
    from desktop.books.integrations import IntegrationRow


@dataclass(frozen=True, slots=True)
class Leaving:
    """An account that is about to be disconnected, what its provider offers, and whether it is to be forgotten.

    ``gives_back``: Paydesk can give the access back by itself.
    """

    account: IntegrationRow
    offer: Offer
    forget: bool
    gives_back: bool = True


class Disconnect(Verb):
    """Asks whether it is meant, disconnects, and tells what its owner still has to do at the provider."""

    _leaving: Leaving | None = None

    def __call__(self, account: IntegrationRow, offer: Offer, *, forget: bool) -> None:
        """Disconnect this account once its owner has read what that means; ``forget`` deletes what was read, too."""
        leaving = Leaving(account, offer, forget)
        if offer.needs_secret or account.status == "disconnected":
            self._on_leaving(leaving)
        else:
            question = self._handle.question(partial(_look, leaving=leaving))
            self._context.tasks.query(question, self._on_leaving, self._context.messages.error)

    @Slot(object)
    def _on_leaving(self, leaving: Leaving) -> None:
        account = leaving.account
        self._leaving = leaving
        sheet = DisconnectConfirm(
            self._context.theme,
            account.id,
            account.title,
            leaving.offer,
            self._context.addresses,
            self._page.window(),
            forget=leaving.forget,
            connected=account.status != "disconnected",
            gives_back=leaving.gives_back,
        )
        sheet.confirmed.connect(self._on_confirmed)
        sheet.open()

    @Slot(object, bool)
    def _on_confirmed(self, integration_id: int, forget: bool) -> None:
        self._act(partial(_disconnect, integration_id=integration_id, forget=forget), self._on_disconnected)

    @Slot(object)
    def _on_disconnected(self, ended: Disconnected) -> None:
        title, messages = translate("Integrations", "Disconnected"), self._context.messages
        if not ended.note or self._leaving is None:
            messages.success(title)
        elif ended.revoked:
            messages.warning(title, ended.note)
        else:
            offer = self._leaving.offer
            # What happened, then the way there: the note's own advice is the same in fewer words.
            happened = ended.note.partition(". ")[0].rstrip(".")
            text = f"{happened}. {key_words(offer.provider).ending}"
            there = translate("Integrations", "Open {0}'s dashboard").format(offer.title)
            messages.warning(title, text, there, partial(open_address, self._context, offer.access_page, offer.hosts))


def _look(business: Business, leaving: Leaving) -> Leaving:
    """Whether a connected account's access can be given back, which needs the platform's secret even after PKCE.

    Raises: an error of the vault.
    """
    from dataclasses import replace

    from desktop.actions.platforms import platform_app

    app = platform_app(business, leaving.account.provider)
    return replace(leaving, gives_back=app is not None and bool(app.client_secret))


def _disconnect(business: Business, integration_id: int, forget: bool) -> Disconnected:
    from desktop.actions.disconnect import disconnect

    return disconnect(business, integration_id, forget=forget)
