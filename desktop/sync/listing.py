"""The pages of a feed, one after the other. Runs in the fetching thread."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from desktop.providers.contract import CursorGone, EventPage, Feed, Lists, Page, Reader, Stream

logger = logging.getLogger(__name__)

_RESTARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came from the fetching thread; ``restarted``: the list began again, its cursor's object is gone."""

    page: Page
    parent: str = ""
    restarted: bool = False


def listed(
    lists: Lists,
    stream: Stream,
    feed: Feed,
    *,
    cursor: str | None = None,
    parent: str = "",
    created_from: int | None = None,
    changed_from: int | None = None,
) -> Iterator[Fetched]:
    """The pages from a cursor on. Where its object is gone the list is read from its beginning: it costs reads, and
    what was stored already changes nothing.

    Raises: what ``Reader.page`` raises.
    """
    restarts, restarted = 0, False
    while True:
        try:
            page = lists.page(
                stream, feed, cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from
            )
        except CursorGone:
            if cursor is None or restarts == _RESTARTS:
                raise
            logger.info("%s: the object that it was to go on after is gone, it is read from its beginning", feed.name)
            restarts, restarted, cursor = restarts + 1, True, None
            continue
        yield Fetched(page, parent, restarted)
        if page.cursor is None:
            return
        cursor, restarted = page.cursor, False


def listed_events(reader: Reader, created_from: int) -> Iterator[EventPage]:
    """The pages of the event feed, newest first. Raises: what ``Reader.events`` raises."""
    cursor: str | None = None
    restarts = 0
    while True:
        try:
            page = reader.events(cursor=cursor, created_from=created_from)
        except CursorGone:
            if cursor is None or restarts == _RESTARTS:
                raise
            restarts, cursor = restarts + 1, None
            continue
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor
