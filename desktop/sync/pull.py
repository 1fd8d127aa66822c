"""One pass over a feed, from its first page to its last: of the first sync, and every full one after it.

A page and its bookmark commit together, so a kill at any instant resumes after the last page that was stored. Nothing
is concluded from the order of a list unless all of it so far came newest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import func, select

from desktop.books.database import Writer
from desktop.books.tables import IntegrationData
from desktop.books.tables.base import table_of
from desktop.periods import local_midnight
from desktop.providers.contract import Feed, Lists, Page, Stream
from desktop.records import Changes, InvoiceRecord, SourceObject
from desktop.sync.account import Job
from desktop.sync.bookmarks import FIRST, FULL, UNORDERED, UNSEEN, Mark
from desktop.sync.inbox import overtake
from desktop.sync.intake import DAY_MS, Intake
from desktop.sync.listing import Fetched, listed
from desktop.sync.pages import take_page
from desktop.sync.parents import present_parents, promised, see_parents, stored_parents
from desktop.sync.report import Progress

HISTORY: Final = frozenset(
    {"invoices", "payments", "refunds", "balance_entries", "payouts", "disputes", "credit_notes"}
)
"""Streams of things that happened, which a setting may stop at a day; the others say how things are now."""

_OPEN: Final = frozenset({"draft", "open", "partly_paid"})
_EMPTY: Final = 25

_DATA = table_of(IntegrationData)


class Pull(Intake):
    """The way in of a sync: ``lists`` reads the pages of whole passes, the reader or what takes over from it."""

    def __init__(
        self,
        job: Job,
        lists: Lists | None,
        tell: Callable[[Progress], None],
        on_changes: Callable[[Changes], None] | None,
    ) -> None:
        super().__init__(job, tell, on_changes)
        reader = self.reader  # made, and told what time it was there, before anything is asked
        self.lists = lists or reader


class Pass:
    """One pass over one feed, begun or resumed where its bookmark says.

    ``pages`` runs in a thread that fetches, a little ahead; what it brings is given to ``take``, in its order.
    """

    def __init__(self, pull: Pull, stream: Stream, feed: Feed) -> None:
        self._pull = pull
        self.stream = stream
        self.feed = feed
        self._mark = pull.mark(stream.name, feed.name)
        since = self._mark.since_day
        self._since_at = local_midnight(since, pull.books.zone) if since else None
        self._empty = 0
        self._falls = False
        self.gauge = pull.meter.gauge(stream.name, "reading", self._mark.seen, self._estimate())

    @property
    def seen(self) -> int:
        """How many objects the pass has read so far."""
        return self._mark.seen

    @property
    def under_way(self) -> bool:
        """Whether there is more to be read."""
        return self._mark.under_way

    def begin(self) -> None:
        """See that it can be read. Raises: what refuses it, or stands in its way."""
        pull = self._pull
        see_parents(pull, self.stream)
        if self.stream.per_parent and self._mark.pass_started_at is None:
            # Who comes later may be missed by the pass, and is asked for from the beginning after it.
            pull.keep(present_parents(pull, self.stream, self.feed))

    def _estimate(self) -> int | None:
        """How many there may be: as many as are stored, where the feed was read before."""
        if self._mark.pass_kind == FIRST or self.stream.per_parent:
            return None
        query = select(func.count()).where(
            _DATA.c.integration_id == self._pull.integration_id, _DATA.c.data_type == self.feed.data_type
        )
        with self._pull.books.read() as connection:
            return int(connection.execute(query).scalar_one())

    def stop(self, state: str, reason: str) -> None:
        """The feed cannot be read on: keep how far it came, and why."""
        self._pull.keep(replace(self._mark, state=state, error=reason))

    # --- fetching: runs in the fetching thread -----------------------------------------------------------------

    def pages(self) -> Iterator[Fetched]:
        """Its pages from where it stands. Raises: what ``Reader.page`` raises."""
        mark = self._mark
        if not self.stream.per_parent:
            yield from self._list("", mark.cursor)
            return
        if mark.cursor:
            yield from self._list(mark.parent, mark.cursor)
        for parent in stored_parents(self._pull, self.stream, after=mark.parent):
            yield from self._list(parent, None)

    def _list(self, parent: str, cursor: str | None) -> Iterator[Fetched]:
        return listed(self._pull.lists, self.stream, self.feed, cursor=cursor, parent=parent)

    # --- applying ----------------------------------------------------------------------------------------------

    def take(self, batch: Sequence[Fetched]) -> None:
        """Pages and the bookmark after the last of them, in one transaction.

        Raises: what ``take_page`` raises.
        """
        mark, pages = self._mark, []
        for fetched in batch:
            mark = self._after(mark, fetched)
            pages.append(fetched.page)
            if not mark.under_way:
                break
        page = _together(pages)
        if self.stream.per_parent and not page.objects and not page.set_aside and self._empty < _EMPTY:
            self._empty += 1
            self._mark = mark
            self._pull.heard(page.asked_at)
            return
        self._empty = 0
        objects = self._chosen(page.objects)

        def conclude(writer: Writer, whole: bool) -> None:
            nonlocal mark
            mark = self._concluded(writer, mark if whole else replace(mark, pass_clean=False))

        take_page(self._pull, self.stream, page, objects, conclude, durable=self._mark.pass_kind != FIRST)
        self._commit(mark)

    def finish(self) -> None:
        """The last parent has been read: nothing is left to be fetched."""
        ended = self._ended(self._mark)
        with self._pull.write() as writer:
            ended = self._concluded(writer, ended)
        self._commit(ended)

    def _after(self, mark: Mark, fetched: Fetched) -> Mark:
        """The bookmark after a page; one that has ended the pass where this was the last."""
        page = fetched.page
        before = None if fetched.restarted else mark.oldest_at
        oldest = _oldest(before, page.objects)
        self._falls = oldest != UNORDERED and (self._falls or _falls(before, oldest, page.objects))
        mark = replace(
            mark,
            state="running",
            error="",
            cursor=page.cursor,
            parent=fetched.parent,
            pass_started_at=page.asked_at if mark.pass_started_at is None else mark.pass_started_at,
            seen=mark.seen + len(page.objects) + len(page.set_aside),
            oldest_at=None if self.stream.per_parent else oldest,
        ).noted(page.notes)
        if self.stream.horizon_days and not mark.usable and self._falls:
            horizon = page.asked_at - self.stream.horizon_days * DAY_MS
            mark = replace(mark, usable=oldest is not None and oldest < horizon)
        last = page.cursor is None and not self.stream.per_parent
        return self._ended(mark) if last or self._is_past_since(mark) else mark

    def _is_past_since(self, mark: Mark) -> bool:
        """Whether the list has come to what a setting leaves out; open invoices are read at any age.

        A list that begins with something old may be one that comes oldest first: it has to be seen to fall.
        """
        if self._since_at is None or not self._falls or self.stream.horizon_days:
            return False
        return mark.oldest_at is not None and mark.oldest_at < self._since_at

    def _ended(self, mark: Mark) -> Mark:
        started = mark.pass_started_at
        if started is None:
            started = self._pull.provider_now().low
        return replace(
            mark, state="complete", cursor=None, parent="", pass_kind="", pass_started_at=started, usable=True,
            error="",
        )  # fmt: skip

    def _concluded(self, writer: Writer, mark: Mark) -> Mark:
        """Save the bookmark, with what the end of a pass brings where this is it."""
        started = mark.pass_started_at
        if not mark.under_way and started is not None:
            if mark.pass_clean and not self._pull.lies_ahead(started):
                mark = mark.promise(promised(self._pull, self.stream, started))
            if mark.since_day is None:
                self._pull.aside.clear_unseen(writer, self.feed.data_type, started)
                overtake(writer, self._pull.integration_id, self.feed.data_type, started)
                if self._mark.pass_kind == FULL:
                    self._pull.save(writer, self._search(started))
        self._pull.save(writer, mark)
        return mark

    def _commit(self, mark: Mark) -> None:
        if not mark.under_way and self._mark.pass_kind == FULL and mark.since_day is None:
            self._pull.committed(self._search(mark.pass_started_at))
        self._pull.committed(mark)
        self._mark = mark

    def _search(self, started: int | None) -> Mark:
        """The bookmark of the search for what this complete pass did not show."""
        mark = Mark(self._pull.integration_id, self.stream.name, UNSEEN + self.feed.name)
        return replace(mark, state="running", pass_kind=FULL, pass_started_at=started)

    def _chosen(self, objects: Sequence[SourceObject]) -> Sequence[SourceObject]:
        """Without what happened before the day that a setting stops at."""
        since = self._since_at
        if since is None:
            return objects
        return [item for item in objects if item.record is None or item.record.created_at >= since or _is_open(item)]


def _together(pages: Sequence[Page]) -> Page:
    """Pages that follow one another, as one."""
    if len(pages) == 1:
        return pages[0]
    return Page(
        objects=tuple(item for page in pages for item in page.objects),
        cursor=pages[-1].cursor,
        asked_at=pages[0].asked_at,
        set_aside=tuple(item for page in pages for item in page.set_aside),
        carried=tuple(item for page in pages for item in page.carried),
    )


def _is_open(item: SourceObject) -> bool:
    return isinstance(item.record, InvoiceRecord) and item.record.status in _OPEN


def _oldest(before: int | None, objects: Sequence[SourceObject]) -> int | None:
    """The oldest creation so far while everything came newest first; UNORDERED once something did not."""
    if before == UNORDERED:
        return before
    for item in objects:
        at = item.record.created_at if item.record is not None else 0
        if not at:
            continue
        if before is not None and at > before:
            return UNORDERED
        before = at
    return before


def _falls(before: int | None, oldest: int | None, objects: Sequence[SourceObject]) -> bool:
    """Whether a page that came newest first as far as it can tell ends with something older than before."""
    first = next((item.record.created_at for item in objects if item.record and item.record.created_at), None)
    above = first if before is None else before
    return above is not None and oldest is not None and oldest < above
