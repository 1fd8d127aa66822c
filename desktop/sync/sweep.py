"""Looking after what a complete pass did not show, and what was set aside: each is read again by id, a few a run."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import or_, select

from desktop.books.database import Writer
from desktop.books.tables import IntegrationData
from desktop.books.tables.base import table_of
from desktop.providers.contract import Feed, Stream
from desktop.records import AHEAD_MS, Deletion, SetAside
from desktop.sync.aside import aside_since
from desktop.sync.bookmarks import UNSEEN, Mark
from desktop.sync.changes import guarded
from desktop.sync.inbox import BROKEN
from desktop.sync.intake import DAY_MS, Intake
from desktop.sync.pages import take_read
from desktop.sync.rereading import read_again

logger = logging.getLogger(__name__)

UNSEEN_A_RUN: Final = 200
"""Objects that one run reads again because a complete pass did not show them; the rest waits for the next runs."""

ASIDE_A_RUN: Final = 20
"""Set-aside objects that one run tries again, each once a day."""

_DATA = table_of(IntegrationData)


def check_unseen(intake: Intake, limit: int = UNSEEN_A_RUN) -> None:
    """Read again by id what is stored and was not seen by the last complete pass: gone, or there after all.

    An absence alone proves nothing: a list may leave out what still exists.
    """
    left = limit
    for stream, feed in intake.feeds:
        mark = intake.mark(stream.name, UNSEEN + feed.name)
        if left > 0 and mark.under_way and mark.pass_started_at is not None:
            left -= guarded(intake, stream, feed, partial(_check, intake, stream, feed, mark, left)) or 0


def _check(intake: Intake, stream: Stream, feed: Feed, mark: Mark, limit: int) -> int:
    refs = _unseen(intake, feed, mark, limit)
    after = replace(mark, cursor=refs[-1] if refs else None, seen=mark.seen + len(refs))
    if len(refs) < limit:
        after = replace(after, state="complete", pass_kind="", cursor=None)
    intake.meter.begin(stream.name, "checking", mark.seen)
    read = read_again(intake, [(feed.data_type, ref) for ref in refs])

    def conclude(writer: Writer, _whole: bool) -> None:
        intake.save(writer, after)

    # What these credentials may not read by id stays as it is: it was listed once, and nothing says that it is gone.
    tally = take_read(intake, stream, replace(read, refused=()), conclude)
    intake.committed(after)
    intake.counts.add(stream.name, tally)
    return len(refs)


def _unseen(intake: Intake, feed: Feed, mark: Mark, limit: int) -> list[str]:
    # A version that lies ahead says nothing of when the object was last seen.
    ahead = (intake.latest() or intake.provider_now().high) + AHEAD_MS
    query = (
        select(_DATA.c.external_id)
        .where(
            _DATA.c.integration_id == intake.integration_id,
            _DATA.c.data_type == feed.data_type,
            _DATA.c.external_id > (mark.cursor or ""),
            _DATA.c.deletion == int(Deletion.NONE),
            or_(_DATA.c.version_high < mark.pass_started_at, _DATA.c.version_low > ahead),
        )
        .order_by(_DATA.c.external_id)
        .limit(limit)
    )
    with intake.books.read() as connection:
        return [row[0] for row in connection.execute(query)]


def retry_set_aside(intake: Intake, limit: int = ASIDE_A_RUN) -> None:
    """Read again what was set aside a day ago or more: a newer version of the mapper, or of the object, may do."""
    before = intake.provider_now().low - DAY_MS
    for stream, feed in intake.all_feeds:
        if not intake.aside.has([feed.data_type]):
            continue
        with intake.books.read() as connection:
            keys = aside_since(connection, intake.integration_id, [feed.data_type], before, limit)
        if keys:
            guarded(intake, stream, feed, partial(_retry, intake, stream, keys))


def _retry(intake: Intake, stream: Stream, keys: list[tuple[str, str]]) -> int:
    for key in keys:
        try:
            tally = take_read(intake, stream, read_again(intake, [key]), lambda _writer, _whole: None)
        except BROKEN as error:
            # It was set aside because it broke before, and must not keep the rest from being looked after.
            logger.warning("%s %s could not be taken in", *key, exc_info=error)
            reason = f"It could not be taken in ({type(error).__name__})."
            with intake.write() as writer:
                intake.aside.put(writer, stream.name, [SetAside(*key, reason)], intake.provider_now().low)
        else:
            intake.counts.add(stream.name, tally)
    return len(keys)
