"""A listing of the books as a list of the window asks for it: the one adapter, with nothing of its own to say.

Every call is a short read of its own, because ids and rows are asked on different threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.periods import preset
from desktop.queries.figures import Figure
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.lists.figures import FIGURE, figure_of_choice, foot_texts
from desktop.ui.lists.rows import Dated, Marked, Row, RowFilter, Summary
from desktop.ui.lists.words import NOTHING, word
from desktop.ui.translation import translate
from desktop.ui.wording import clock_text, day_of_instant, day_text, instant_text, money_text

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.choices import LocationName
    from desktop.queries.figures import Measure
    from desktop.queries.listing import Filter, Sum

ACCOUNT, CLIENT, PERIOD, LOCATION = "account", "client", "period", "location"
#: What the page of transactions is narrowed to: a figure in parts (``FIGURE`` is one for other pages).
MEASURE, DAYS, CURRENCY = "measure", "days", "currency"
THIS_MONTH: Final = "this_month"
TRANSACTIONS: Final = "transactions"
Totals: TypeAlias = "Callable[[Mapping[str, tuple[Sum, ...]], str], tuple[tuple[str, str], ...]]"
"""Writes the sums of a list's rows by measure, as of a day, for the foot: labels and texts."""


#: The periods a list can be narrowed to: names of ``periods.PRESETS``.
PERIODS: Final[Mapping[str, object]] = {
    "": QT_TRANSLATE_NOOP("ListWords", "All time"),
    "this_month": QT_TRANSLATE_NOOP("ListWords", "This month"),
    "last_month": QT_TRANSLATE_NOOP("ListWords", "Last month"),
    "this_quarter": QT_TRANSLATE_NOOP("ListWords", "This quarter"),
    "last_quarter": QT_TRANSLATE_NOOP("ListWords", "Last quarter"),
    "this_year": QT_TRANSLATE_NOOP("ListWords", "This year"),
    "last_year": QT_TRANSLATE_NOOP("ListWords", "Last year"),
}

_STAMP: Final = QT_TRANSLATE_NOOP("ListWords", "{0}, {1}")
_FEET: Final[Mapping[str, object]] = {
    "outstanding": QT_TRANSLATE_NOOP("ListWords", "Outstanding"),
    "collected": QT_TRANSLATE_NOOP("ListWords", "Collected"),
}


@dataclass(frozen=True, slots=True)
class RowContext:
    """What rows and panels are written by: the business's day and zone, and what things are called.

    ``several``: rows of more than one provider stand together, so that each says whose it is. ``locations`` are their
    names by account and id, where there is more than one; ``accounts`` what accounts are called;
    ``told`` what was sold, by the row; ``providers`` whose accounts they are.
    """

    today: str
    zone: ZoneInfo
    several: bool = False
    locations: Mapping[tuple[int, str], str] = field(default_factory=dict)
    accounts: Mapping[int, str] = field(default_factory=dict)
    told: Mapping[int, str] = field(default_factory=dict)
    providers: Mapping[int, str] = field(default_factory=dict)

    def day(self, day: str | None) -> str:
        """A day: "12 Nov"; a dash for none."""
        return day_text(day, self.today) if day else NOTHING

    def day_of(self, instant: int | None) -> str:
        """The day of an instant; a dash for none, also for a record that never said when."""
        return self.day(day_of_instant(instant, self.zone)) if instant else NOTHING

    def day_cell(self, day: str | None) -> Dated:
        """A day as a cell."""
        return Dated(self.day(day), day or "")

    def day_of_cell(self, instant: int | None) -> Dated:
        """The day of an instant as a cell."""
        return self.day_cell(day_of_instant(instant, self.zone) if instant else None)

    def marked_day(self, instant: int | None, provider: str) -> Marked:
        """The day of an instant behind the provider's mark, which stands there where rows of several stand together."""
        cell = self.day_of_cell(instant)
        return Marked(cell.text, provider if self.several else "", copy=cell.copy)

    def moment(self, instant: int) -> str:
        """An instant: "21 Nov, 14:02"."""
        return instant_text(instant, self.zone, self.today)

    def stamp(self, instant: int) -> str:
        """An instant with its day, today's too: "22 Nov, 14:02"."""
        return word(_STAMP).format(self.day_of(instant), clock_text(instant, self.zone))


def row_context(business: Business) -> RowContext:
    """What rows are written by today."""
    from desktop.queries.choices import list_locations
    from desktop.queries.reading import ask

    rows, locations = business.integrations(), ask(business.books, list_locations)
    names = (
        {(location.integration_id, location.ref): location.name for location in locations} if len(locations) > 1 else {}
    )
    several, accounts = len({row.provider for row in rows}) > 1, {row.id: row.title for row in rows}
    providers = {row.id: row.provider for row in rows}
    return RowContext(business.today(), business.books.zone, several, names, accounts, providers=providers)


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account that rows may belong to."""

    id: int
    title: str
    connected: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list needs to know beside its rows: accounts, locations, and what the chosen client is called.

    ``currencies`` are those that anything was counted in, the main one first; ``today`` is the business's day.
    """

    accounts: tuple[AccountChoice, ...]
    client_name: str = ""
    locations: tuple[LocationName, ...] = ()
    currencies: tuple[str, ...] = ()
    today: str = ""

    @property
    def connected(self) -> bool:
        """Whether any account is connected."""
        return any(account.connected for account in self.accounts)


def read_standing(business: Business, client_id: int | None) -> Standing:
    """The accounts, disconnected ones too, since their history stays."""
    from desktop.books.integrations import DISCONNECTED
    from desktop.queries.choices import read_choices
    from desktop.queries.reading import ask

    accounts = tuple(AccountChoice(row.id, row.title, row.status != DISCONNECTED) for row in business.integrations())
    told = ask(business.books, read_choices, client_id)
    return Standing(accounts, told.client_name, told.locations, told.currencies, business.today())


class ListingSource:
    """The rows of one listing (a key of ``LISTINGS``), each written by ``show``, their sums by ``totals``."""

    def __init__(
        self,
        handle: BusinessHandle,
        listing: str,
        show: Callable[[Any, RowContext], Row],
        totals: Totals | None = None,
        tabs: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._handle = handle
        self._name = listing
        self._show = show
        self._totals = totals
        self._tabs = dict(tabs)

    def ids(self, wanted: RowFilter) -> array[int]:
        """The ids of the rows in order."""
        return self._handle.question(partial(self._ids, wanted=wanted))()

    def rows(self, ids: Sequence[int], wanted: RowFilter) -> Sequence[Row | None]:
        """The rows of these ids, ready to show; None for one that is gone."""
        return self._handle.question(partial(self._rows, ids=ids, wanted=wanted))()

    def summary(self, wanted: RowFilter) -> Summary:
        """Counts of the tabs and the totals of the foot."""
        return self._handle.question(partial(self._summary, wanted=wanted))()

    def _ids(self, business: Business, wanted: RowFilter) -> array[int]:
        from desktop.queries.listings import list_ids
        from desktop.queries.reading import ask

        return ask(business.books, list_ids, self._name, self._asked(business, wanted))

    def _rows(self, business: Business, ids: Sequence[int], wanted: RowFilter) -> list[Row | None]:
        from desktop.queries.listings import read_block
        from desktop.queries.reading import ask

        block = ask(business.books, read_block, self._name, ids, self._asked(business, wanted))
        context = replace(row_context(business), told=block.titles)
        return [None if row is None else self._show(row, context) for row in block.rows]

    def _summary(self, business: Business, wanted: RowFilter) -> Summary:
        from desktop.queries.listings import read_summary
        from desktop.queries.reading import ask

        asked = self._asked(business, wanted)
        told = ask(business.books, read_summary, self._name, asked)
        counts = dict(told.counts)
        if self._totals is not None:
            return Summary(counts, self._totals(told.sums, asked.today))
        if asked.figure is not None and told.foot is not None:
            return Summary(counts, foot_texts(asked.figure, told.foot, self._name, self._within(wanted)))
        return Summary(counts, tuple(_sum_texts(told.sums)))

    def _within(self, wanted: RowFilter) -> tuple[str, ...]:
        """Which of the rows behind a figure are shown: those of a tab, those that were searched for."""
        tab = self._tabs.get(wanted.status, "") if wanted.status else ""
        searched = translate("Figures", "“{0}”").format(wanted.search) if wanted.search else ""
        return tuple(text for text in (tab, searched) if text)

    def _asked(self, business: Business, wanted: RowFilter) -> Filter:
        """The books' filter. What moved is always listed for a figure: total revenue of this month at first."""
        asked = filter_of(business, wanted)
        if self._name != TRANSACTIONS:
            return asked
        return replace(asked, figure=figure_of_parts(business, dict(wanted.choices)))


def _sum_texts(sums: Mapping[str, tuple[Sum, ...]]) -> Iterator[tuple[str, str]]:
    """The sums of a measure by currency, the first with its label."""
    for measure, totals in sums.items():
        for number, one in enumerate(totals):
            yield "" if number else word(_FEET[measure]), money_text(one.amount, one.currency, one.provider)


def figure_of_parts(business: Business, choices: Mapping[str, str]) -> Figure:
    """The figure that the chips of the page of transactions say."""
    from desktop.queries.choices import list_currencies
    from desktop.queries.reading import ask

    measure, _, service = choices.get(MEASURE, "total_revenue").partition(":")
    days, currency = choices.get(DAYS, THIS_MONTH), choices.get(CURRENCY, "")
    if days in PERIODS:
        period = preset(days, business.today())
        start, end = period.start_day, period.end_day_exclusive
    else:
        start, _, end = days.partition("/")
    if not currency:
        currency = next(iter(ask(business.books, list_currencies)), "")
    return Figure(cast("Measure", measure), currency, start, end, service=service)


def filter_of(business: Business, wanted: RowFilter) -> Filter:
    """What the window wants, in the books' words, as of the business's day."""
    from desktop.queries.listing import Filter

    choices = dict(wanted.choices)
    today, since, before = business.today(), None, None
    if choices.get(PERIOD):
        since, before = preset(choices[PERIOD], today).instants(business.books.zone)
    account, client = choices.get(ACCOUNT), choices.get(CLIENT)
    return Filter(
        today=today,
        search=wanted.search,
        status=wanted.status,
        sort=wanted.sort,
        descending=wanted.descending,
        integration_id=int(account) if account else None,
        location_ref=choices.get(LOCATION) or None,
        client_id=int(client) if client else None,
        since_at=since,
        before_at=before,
        figure=figure_of_choice(choices[FIGURE]) if choices.get(FIGURE) else None,
    )


def standing_question(handle: BusinessHandle, client_id: int | None) -> Callable[[], Standing]:
    """The standing as a question for ``Tasks.query``."""
    return handle.question(partial(read_standing, client_id=client_id))
