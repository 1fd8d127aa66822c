"""Looking after the books: whether they are sound, their sums from nothing, and the zone that their days are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from desktop.actions.business import Business
from desktop.books.integrations import log_activity
from desktop.books.rebuild import Difference, change_timezone, compare_totals, rebuild_totals
from desktop.sync.lease import Held, acquire, holder_text


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a look at the whole books found.

    ``damage``: what the database says of its own file, "" where nothing is wrong. ``differences``: stored sums that
    are not what the rows add up to.
    """

    damage: str
    differences: tuple[Difference, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not self.damage and not self.differences


def check_books(business: Business) -> Soundness:
    """Look through the whole books; changes nothing. Raises: ClosedBooksError where they cannot be read."""
    return Soundness(business.books.database.damage(), tuple(compare_totals(business.books)))


def rebuild_sums(business: Business) -> None:
    """Make every sum anew from the rows. Raises: LeaseHeld while an account syncs, ClosedBooksError."""
    with _alone(business, "rebuild"):
        rebuild_totals(business.books)
        _note(business, "sums rebuilt")


def set_timezone(business: Business, name: str) -> Business:
    """Let the business's days be those of another zone: every figure is counted anew by its days.

    The answer is the business in the new zone; the one given must not write any more. Raises: UsageError for an
    unknown zone, LeaseHeld while an account syncs, ClosedBooksError.
    """
    with _alone(business, "time zone"):
        changed = replace(business, books=change_timezone(business.books, name))
        _note(changed, f"time zone is {name}")
    return changed


@contextmanager
def _alone(business: Business, role: str) -> Iterator[None]:
    """Hold every account's lease, so that nothing syncs meanwhile. Raises: LeaseHeld."""
    holder = holder_text(role)
    with ExitStack() as held:
        for row in business.integrations():
            lease = acquire(business.books, row.id, holder)
            if isinstance(lease, Held):
                raise lease.error()
            held.callback(lease.release)
        yield


def _note(business: Business, what: str) -> None:
    with business.books.write() as writer:
        log_activity(writer.connection, business.books.now(), "books", what, None)
