"""Joining on the Clients page: the banner that says who looks alike, the sheet that asks, and the ways back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.errors import WorldError
from desktop.providers.registry import provider_title
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.messages import Message
from desktop.ui.app.page import PageContext
from desktop.ui.dialogs.joining import JoiningSheet
from desktop.ui.throttle import Throttle
from desktop.ui.translation import translate
from desktop.ui.verbs.verb import Verb
from desktop.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.actions.clients import Dismissed, Joined, Separated
    from desktop.queries.duplicates import Suggestion

Undo: TypeAlias = "Callable[[Business], object]"

#: What the panel's Separate carries: the number of a customer's link.
LINK: Final = "link"
#: Pairs that are looked for; beyond, the banner says "more than".
_AT_MOST: Final = 100
#: Milliseconds between two looks while a sync brings client after client: each is a pass over all of them.
_APART_MS: Final = 4_000


class JoinClients(Verb):
    """Lay ``banner`` into the page. ``look`` looks who is alike after each change, ``review`` opens the sheet."""

    def __init__(self, context: PageContext, handle: BusinessHandle, page: QWidget) -> None:
        super().__init__(context, handle, page)
        self.pairs: Sequence[Suggestion] = ()
        self._wants_review = False
        self._known = False
        self._sheet: JoiningSheet | None = None
        self._way_back: Undo | None = None
        self.banner = Notice(context.theme, "info")
        self.banner.offer(translate("ClientJoins", "Review"))
        self.banner.pressed.connect(self.review)
        self.banner.hide()
        self._soon = Throttle(self._ask, _APART_MS, self)

    def look(self) -> None:
        """Look who is alike: at once the first time, a little later while much changes."""
        if not self._known:
            self._ask()
        else:
            self._soon.later()

    @Slot()
    def review(self) -> None:
        """Ask the owner about each pair."""
        if not self._known:
            self._wants_review = True
            self._ask()
            return
        if self._sheet is not None:
            return
        sheet = self._sheet = JoiningSheet(self._context.theme, self.pairs, self._page.window())
        sheet.join_asked.connect(self._on_join)
        sheet.dismiss_asked.connect(self._on_dismiss)
        sheet.undo_asked.connect(self._on_undo_asked)
        sheet.finished.connect(self._on_closed)
        sheet.open()

    def separate(self, link_id: int) -> None:
        """Make a customer a client of its own again."""
        action = partial(_unjoin, link_id=link_id)
        self._act(action, self._on_separated)

    # --- what is known -------------------------------------------------------------------------------------------

    @Slot()
    def _ask(self) -> None:
        self._soon.stop()
        self._context.tasks.query(self._handle.question(_suggestions), self._on_pairs, self._on_no_pairs)

    @Slot(object)
    def _on_pairs(self, pairs: Sequence[Suggestion]) -> None:
        self.pairs, self._known = pairs, True
        self.banner.show_text(banner_text(pairs))
        self.banner.setVisible(bool(pairs))
        if self._sheet is not None:
            self._sheet.show_pairs(pairs)
        if self._wants_review:
            self._wants_review = False
            self.review()

    @Slot(object)
    def _on_no_pairs(self, error: WorldError) -> None:
        """The list itself says what is wrong with the books; only who asked for a review hears of it here too."""
        if self._wants_review:
            self._wants_review = False
            self._context.messages.error(error)

    @Slot(int)
    def _on_closed(self, _result: int) -> None:
        self._sheet = None

    # --- what is decided -----------------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_join(self, keep_id: int, other_id: int) -> None:
        action = partial(_join, keep_id=keep_id, other_id=other_id)
        self._act(action, self._on_joined, self._on_refused)

    @Slot(object, object)
    def _on_dismiss(self, keep_id: int, other_id: int) -> None:
        action = partial(_dismiss, first_id=keep_id, second_id=other_id)
        self._act(action, self._on_dismissed, self._on_refused)

    @Slot(object)
    def _on_joined(self, joined: Joined) -> None:
        self._ask()
        title = translate("ClientJoins", "Joined")
        text = translate("ClientJoins", "{0} is one client now.").format(joined.name)
        self._tell(title, text, partial(_separate_again, link_ids=joined.moved))

    @Slot(object)
    def _on_dismissed(self, dismissed: Dismissed) -> None:
        self._ask()
        title = translate("ClientJoins", "Not the same")
        text = translate("ClientJoins", "These two are not suggested again.")
        self._tell(title, text, partial(_reconsider, first_id=dismissed.first_id, second_id=dismissed.second_id))

    @Slot(object)
    def _on_separated(self, parted: Separated) -> None:
        self._ask()
        title = translate("ClientJoins", "Separated")
        text = translate("ClientJoins", "{0} is a client of its own again.").format(parted.name)
        self._tell(title, text, partial(_join, keep_id=parted.shared_id, other_id=parted.other_id))

    @Slot(object)
    def _on_refused(self, error: WorldError) -> None:
        if self._sheet is not None:
            self._sheet.show_notice(error.title, f"{error.message} {error.action}".strip())
            self._ask()
        else:
            self._context.messages.error(error)

    def _tell(self, title: str, text: str, undo: Undo) -> None:
        if self._sheet is not None:
            self._way_back = undo
            self._sheet.show_done(text)
            return
        label = translate("ClientJoins", "Undo")
        self._context.messages.tell(Message("success", title, text, label, partial(self._undo, undo)))

    def _undo(self, undo: Undo) -> None:
        self._act(undo, self._on_undone, self._on_refused)

    @Slot()
    def _on_undo_asked(self) -> None:
        undo, self._way_back = self._way_back, None
        if undo is not None:
            self._undo(undo)

    @Slot(object)
    def _on_undone(self, _done: object) -> None:
        self._ask()


def banner_text(pairs: Sequence[Suggestion]) -> str:
    """Who looks alike, in one sentence; empty where nobody does."""
    if not pairs:
        return ""
    names = dict.fromkeys(name for pair in pairs for client in (pair.keep, pair.other) for name in client.providers)
    titles = [provider_title(name) for name in names]
    count = f"{len(pairs):,}"
    if len(pairs) > _AT_MOST:
        count = translate("ClientJoins", "More than {0}").format(f"{_AT_MOST:,}")
    if len(titles) < 2:
        one = translate("ClientJoins", "1 client looks like the same person twice.")
        many = translate("ClientJoins", "{0} clients look like the same person twice.")
        return one if len(pairs) == 1 else many.format(count)
    *first, last = titles
    both = translate("ClientJoins", "{0} and {1}").format(", ".join(first), last)
    one = translate("ClientJoins", "1 client looks like the same person in {0}.")
    many = translate("ClientJoins", "{0} clients look like the same person in {1}.")
    return one.format(both) if len(pairs) == 1 else many.format(count, both)


def _suggestions(business: Business) -> list[Suggestion]:
    from desktop.actions.clients import suggestions

    return suggestions(business, _AT_MOST + 1)


def _join(business: Business, keep_id: int, other_id: int) -> Joined:
    from desktop.actions.clients import join_clients

    return join_clients(business, keep_id, other_id)


def _separate_again(business: Business, link_ids: Sequence[int]) -> Separated:
    from desktop.actions.clients import separate_again

    return separate_again(business, link_ids)


def _unjoin(business: Business, link_id: int) -> Separated:
    from desktop.actions.clients import unjoin_client

    return unjoin_client(business, link_id)


def _dismiss(business: Business, first_id: int, second_id: int) -> Dismissed:
    from desktop.actions.clients import dismiss_suggestion

    return dismiss_suggestion(business, first_id, second_id)


def _reconsider(business: Business, first_id: int, second_id: int) -> Dismissed:
    from desktop.actions.clients import reconsider_suggestion

    return reconsider_suggestion(business, first_id, second_id)
