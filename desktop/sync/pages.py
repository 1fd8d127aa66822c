"""Taking one page in: its objects through the door, what could not be read set aside, and its bookmark, together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.books.database import Writer
from desktop.providers.contract import Page, Stream
from desktop.records import Applied, SetAside, SourceObject, Tally
from desktop.sync.bookmarks import CLOSED
from desktop.sync.intake import Intake
from desktop.sync.rereading import Read, read_again

Conclude = Callable[[Writer, bool], None]
"""What ends the page's transaction (a bookmark, usually). It is told whether everything on the page went in."""


def take_page(
    intake: Intake,
    stream: Stream,
    page: Page,
    objects: Sequence[SourceObject],
    conclude: Conclude,
    *,
    durable: bool = True,
) -> None:
    """Take ``objects`` of ``page`` in, in one transaction that ``conclude`` ends.

    Where the order of an object is unclear it is read again first, and only the transaction with that answer is
    concluded: a kill in between reads the page again. So it does before what the page carried has gone in.
    Raises: CredentialsRefused, Unreachable, CancelledError, LeaseLost, ClosedBooksError.
    """
    intake.heard(page.asked_at)
    if page.carried:
        _take_carried(intake, page, durable=durable)
    try:
        applied = _apply(intake, stream, page, objects, conclude, durable=durable, careful=False)
    except intake.unstorable:
        applied = _apply(intake, stream, page, objects, conclude, durable=durable, careful=True)
    aside = len(page.set_aside)
    intake.counts.add(stream.name, applied.tally + Tally(seen=aside) if aside else applied.tally)
    intake.tell(applied.changes)
    if applied.reread:
        read = read_again(intake, applied.reread)
        tally = take_read(intake, stream, read, lambda writer, whole: conclude(writer, whole and not aside))
        intake.counts.add(stream.name, uncounted(tally))


def _take_carried(intake: Intake, page: Page, *, durable: bool) -> None:
    """Take in what came along inside a page's objects, as pages of the streams that it belongs to."""
    for data_type in dict.fromkeys(item.data_type for item in page.carried):
        found = intake.feed_of(data_type)
        if found is not None and intake.mark(found[0].name, found[1].name).state not in CLOSED:
            items = tuple([item for item in page.carried if item.data_type == data_type])
            take_page(intake, found[0], Page(items, None, page.asked_at), items, _no_bookmark, durable=durable)


def _no_bookmark(_writer: Writer, _whole: bool) -> None:
    return None


def _apply(
    intake: Intake,
    stream: Stream,
    page: Page,
    objects: Sequence[SourceObject],
    conclude: Conclude,
    *,
    durable: bool,
    careful: bool,
) -> Applied:
    with intake.write(durable=durable) as writer:
        applied, whole = intake.apply(writer, stream.name, objects, page.asked_at, listed=True, careful=careful)
        if page.set_aside:
            intake.aside.put(writer, stream.name, page.set_aside, page.asked_at)
        if not applied.reread:
            conclude(writer, whole and not page.set_aside)
    return applied


def uncounted(tally: Tally) -> Tally:
    """The tally of objects that were read again, and counted before as seen and unchanged."""
    touched = tally.created + tally.updated + tally.deleted
    return Tally(0, tally.created, tally.updated, -touched, tally.deleted)


def take_read(intake: Intake, stream: Stream, read: Read, conclude: Conclude) -> Tally:
    """Take in what reading again by id brought: it was asked for after every state in question.

    What the provider refuses to give is set aside with the reason, so that it is not silently missing. The answer:
    what became of the objects, for the caller to count.
    """
    at = intake.provider_now().low
    aside = [*read.set_aside, *(SetAside(*key, reason) for key, reason in read.refused)]
    with intake.write() as writer:
        applied, whole = intake.apply(writer, stream.name, read.objects, at, settled=True, careful=True)
        intake.aside.put(writer, stream.name, aside, at)
        conclude(writer, whole and not aside)
    intake.tell(applied.changes)
    return applied.tally
