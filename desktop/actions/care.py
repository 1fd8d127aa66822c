"""Looking after the books: whether they are sound, their sums from nothing, and the zone that their days are in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from desktop.actions.business import Business
from desktop.books.database import Writer
from desktop.books.integrations import log_activity
from desktop.books.rebuild import Check, Difference, change_timezone, compare_totals, rebuild_totals
from desktop.reports.openings import FigureCheck, check_figures
from desktop.sync.account import Workers, all_jobs
from desktop.sync.lease import holder_text


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a look at the whole books found.

    ``damage``: what the database says of its own file, "" where nothing is wrong. ``differences``: stored sums that
    are not what the rows add up to. ``figures``: those of this month's dashboard that are not the foot of the rows
    which they open.
    """

    damage: str
    differences: tuple[Difference, ...]
    figures: tuple[FigureCheck, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not (self.damage or self.differences or self.figures)


def check_books(business: Business) -> Soundness:
    """Look through the whole books; changes nothing. Raises: ClosedBooksError where they cannot be read."""
    books = business.books
    figures = tuple(one for one in check_figures(books, business.today()) if not one.holds)
    return Soundness(books.database.damage(), tuple(compare_totals(books)), figures)


def rebuild_sums(business: Business, *, cancel: threading.Event | None = None) -> None:
    """Make every sum anew from the rows: a job of every account's worker, before the next page of what they do.

    ``cancel`` ends waiting for them.
    Raises: LeaseHeld while another program is at work on an account, CancelledError, ClosedBooksError.
    """
    with _on_all(business, "rebuild", urgent=True, cancel=cancel) as check:
        rebuild_totals(business.books, check=check)
    _note(business, "sums rebuilt")


def set_timezone(business: Business, name: str, *, cancel: threading.Event | None = None) -> Business:
    """Let the business's days be those of another zone: every figure is counted anew by its days.

    A job of every account's worker, once what they do has ended: it counts by the old days. The answer is the business
    in the new zone; the one given must not write any more. ``cancel`` ends waiting.
    Raises: UsageError for an unknown zone, LeaseHeld while another program is at work on an account, CancelledError,
    ClosedBooksError.
    """
    with _on_all(business, "time zone", urgent=False, cancel=cancel) as check:
        books = change_timezone(business.books, name, check=check)
    changed = replace(business, books=books, workers=Workers())
    _note(changed, f"time zone is {name}")
    return changed


@contextmanager
def _on_all(business: Business, role: str, *, urgent: bool, cancel: threading.Event | None) -> Iterator[Check]:
    """Be at work on every account at once: the answer sees to it that all of them are still ours."""
    workers = [business.worker(row) for row in business.integrations()]
    with all_jobs(workers, holder_text(role), urgent=urgent, cancel=cancel) as jobs:

        def check(writer: Writer) -> None:
            for job in jobs:
                job.check(writer)

        yield check


def _note(business: Business, what: str) -> None:
    with business.books.write() as writer:
        log_activity(writer.connection, business.books.now(), "books", what, None)
