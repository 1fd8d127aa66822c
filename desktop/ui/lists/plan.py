"""What makes one list page different from another, and the filters that its chips offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from desktop.errors import WorldError
from desktop.records import Changes
from desktop.ui.lists.location_names import location_names
from desktop.ui.lists.panel import PanelContent
from desktop.ui.lists.rows import Column, Row
from desktop.ui.lists.source import ACCOUNT, LOCATION, RowContext, Standing, Totals
from desktop.ui.translation import translate

if TYPE_CHECKING:
    import threading

    from desktop.actions.business import Business


@dataclass(frozen=True, slots=True)
class Focus:
    """What a tab is about: the column that its rows are ordered by at first, upwards, and where the room is too small
    for all of them, the columns that stay and those that are left out for them.
    """

    sort: str
    kept: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What makes one list page different from another. All words are translated already.

    ``listing`` names it in ``LISTINGS``; ``show`` writes a row, ``open_row`` reads what the panel shows (both off the
    UI thread; None: the row is gone). ``fetch_row`` reads from the provider what no sync asks for and who opens the
    row wants to see. The first of ``tabs`` is shown first. ``counted`` has "{0} invoice" and
    "{0} invoices". ``periods`` and ``locations`` offer the chips of those. ``sort`` is what the list is
    ordered by at first, upwards; empty for the newest first; ``focus`` is for tabs that differ. ``totals`` writes
    the foot where that is not one sum by currency.
    """

    key: str
    title: str
    listing: str
    columns: tuple[Column, ...]
    tabs: tuple[tuple[str, str], ...]
    show: Callable[[Any, RowContext], Row]
    open_row: Callable[[Business, int], PanelContent | None]
    counted: tuple[str, str]
    picture: str
    empty: tuple[str, str]
    unconnected: str
    gone: str
    periods: bool = True
    tall: bool = False
    locations: bool = False
    sort: str = ""
    focus: Mapping[str, Focus] = field(default_factory=dict)
    totals: Totals | None = None
    fetch_row: Callable[[Business, int, threading.Event], Changes] | None = None

    def order_of(self, status: str) -> tuple[str, bool]:
        """What a tab is ordered by at first, and whether downwards."""
        sort = self.focus[status].sort if status in self.focus else self.sort
        return sort, not sort


class Fetched(NamedTuple):
    """What came of reading a row's own things from the provider: what it touched, or why it could not be read."""

    row_id: int
    changes: Changes
    error: WorldError | None = None


def fetched(
    fetch: Callable[[Business, int, threading.Event], Changes],
    ask: Callable[[], Business],
    row_id: int,
    cancel: threading.Event,
) -> Fetched:
    """Read them; off the UI thread. A refusal is an answer that names its row: another may be open by then."""
    try:
        return Fetched(row_id, fetch(ask(), row_id, cancel))
    except WorldError as error:
        # A traceback would keep the frames' objects alive in a cycle that any thread may collect.
        return Fetched(row_id, Changes(), error.with_traceback(None))


def account_options(standing: Standing) -> list[tuple[str, str]]:
    """The accounts to choose from; none where there is nothing to choose."""
    if len(standing.accounts) < 2:
        return []
    every = translate("Lists", "All accounts")
    gone = translate("Lists", "{0} (disconnected)")
    accounts = standing.accounts
    return [("", every), *((str(one.id), one.title if one.connected else gone.format(one.title)) for one in accounts)]


def location_options(standing: Standing, picked: str) -> list[tuple[str, str]]:
    """The locations to choose from: none where there is only one, unless that one is picked."""
    if len(standing.locations) < 2 and not any(location.ref == picked for location in standing.locations):
        return []
    return [("", translate("Lists", "All locations")), *location_names(standing.locations)]


def fitting(choices: Mapping[str, str], changed: str, standing: Standing | None) -> dict[str, str]:
    """The choices without one that excludes what was picked last: a location belongs to one account."""
    kept = dict(choices)
    locations = standing.locations if standing is not None else ()
    location = next((one for one in locations if one.ref == kept.get(LOCATION)), None)
    if location is not None and kept.get(ACCOUNT, "") not in {"", str(location.integration_id)}:
        del kept[LOCATION if changed == ACCOUNT else ACCOUNT]
    return kept


def chosen(choices: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The choices as a filter has them: without those that choose nothing."""
    return tuple(sorted((key, value) for key, value in choices.items() if value))
