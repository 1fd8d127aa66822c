"""Reading what no sync asks for: all objects of one parent, when a person wants to see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from desktop.books.database import Writer
from desktop.books.tables import ClientLink, PaymentMethod
from desktop.books.tables.base import table_of
from desktop.providers.contract import Feed, NotAvailable, NotPermitted, Stream
from desktop.records import Changes, SetAside, SourceObject
from desktop.sync.account import Job
from desktop.sync.bookmarks import CLOSED, ON_DEMAND
from desktop.sync.intake import Intake
from desktop.sync.listing import listed
from desktop.sync.pages import take_page, take_read
from desktop.sync.rereading import read_again

_METHOD = table_of(PaymentMethod)
_LINK = table_of(ClientLink)


def read_stored_methods(
    job: Job, stream: Stream, customer: str, on_changes: Callable[[Changes], None] | None = None
) -> None:
    """Read all stored ways to pay of one customer: those that are new, and those that are not there any more.

    ``stream`` is the one on demand that they belong to. What these credentials may not read is kept with its state.
    Raises: CredentialsRefused, NotPermitted, NotAvailable, Unreachable, CancelledError, LeaseLost, AccountLeft,
    ClosedBooksError.
    """
    intake = Intake(job, on_changes=on_changes)
    for feed in stream.feeds:
        try:
            _read_feed(intake, stream, feed, customer)
        except (NotPermitted, NotAvailable) as error:
            state = "not_permitted" if isinstance(error, NotPermitted) else "not_available"
            intake.keep(replace(intake.mark(stream.name, feed.name), state=state, error=str(error)))
            raise
        mark = intake.mark(stream.name, feed.name)
        if mark.state in CLOSED:
            intake.keep(replace(mark, state=ON_DEMAND, error=""))


def _read_feed(intake: Intake, stream: Stream, feed: Feed, customer: str) -> None:
    before = _stored(intake, customer)
    seen: set[str] = set()
    for fetched in intake.calls.ahead(listed(intake.reader, stream, feed, parent=customer)):
        page = fetched.page
        take_page(intake, stream, page, page.objects, _conclude_nothing)
        items: tuple[SourceObject | SetAside, ...] = (*page.objects, *page.set_aside)
        seen.update(item.external_id for item in items)
    # An absence alone proves nothing: each is asked for by id.
    gone = [(feed.data_type, external_id) for external_id in before if external_id not in seen]
    if gone:
        take_read(intake, stream, read_again(intake, gone), _conclude_nothing)


def _stored(intake: Intake, customer: str) -> list[str]:
    """The ids of a customer's ways to pay that the books hold."""
    query = (
        select(_METHOD.c.external_id)
        .join(_LINK, _LINK.c.id == _METHOD.c.client_link_id)
        .where(
            _LINK.c.integration_id == intake.integration_id,
            _LINK.c.external_id == customer,
            _METHOD.c.deleted.is_(False),
        )
        .order_by(_METHOD.c.external_id)
    )
    with intake.books.read() as connection:
        return [row[0] for row in connection.execute(query)]


def _conclude_nothing(_writer: Writer, _whole: bool) -> None:
    return None
