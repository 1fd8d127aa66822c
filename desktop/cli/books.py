"""The books on the command line: whether they are sound, and the zone that their days are in."""

from __future__ import annotations

from desktop.actions.care import Soundness, check_books, rebuild_sums, set_timezone
from desktop.books.rebuild import Difference
from desktop.cli.output import document, say
from desktop.cli.session import Session
from desktop.errors import ClosedBooksError
from desktop.reports.openings import FigureCheck

_SHOWN = 10


def check(session: Session, *, rebuild: bool, as_json: bool) -> int:
    """Look through the whole books, and make the sums anew where that was asked for.

    Raises: LeaseHeld while an account syncs, ClosedBooksError.
    """
    with session.business() as business:
        found = check_books(business)
        if rebuild and not found.damage:
            rebuild_sums(business)
            found = check_books(business)
    if as_json:
        document(
            {
                "sound": found.is_sound,
                "damage": found.damage or None,
                "differences": [_difference(one) for one in found.differences],
                "figures": [_figure(one) for one in found.figures],
            }
        )
    else:
        _say(found)
    return 0 if found.is_sound else ClosedBooksError.exit_status


def _difference(one: Difference) -> dict[str, object]:
    return {"table": one.table, "key": list(one.key), "stored": list(one.stored), "expected": list(one.expected)}


def _figure(one: FigureCheck) -> dict[str, object]:
    account, (figure, _, _), (foot, _, _) = one.integration_id, one.figure, one.foot
    where = {"currency": one.currency, "location": one.location, "integration_id": account}
    return {"name": one.name, **where, "figure": figure, "rows": foot}


def _say(found: Soundness) -> None:
    if found.is_sound:
        say("The books are sound: the file is whole, and every sum and figure is what its rows add up to.")
        return
    if found.damage:
        say(f"The file of the books is damaged: {found.damage}.")
        say("Restore a backup, or connect the accounts in a new home.")
    if found.differences:
        count = len(found.differences)
        say(f"{count} {'sum is' if count == 1 else 'sums are'} not what the rows add up to:")
        for one in found.differences[:_SHOWN]:
            say(f"  {one.table} {' '.join(map(str, one.key))}: {one.stored} stored, {one.expected} by the rows")
        say("Make them anew with: paydesk books check --rebuild")
    for wrong in found.figures[:_SHOWN]:
        shown, rows = wrong.figure[0], wrong.foot[0]
        say(f"The figure {wrong.name} ({wrong.currency}) is not what its rows come to: {shown} and {rows}")


def timezone(session: Session, zone: str, *, as_json: bool) -> int:
    """Let the business's days be those of another zone. Raises: UsageError, LeaseHeld, ClosedBooksError."""
    with session.business() as business:
        changed = set_timezone(business, zone)
        name = changed.books.timezone
    if as_json:
        document({"timezone": name})
    else:
        say(f"The business's days are those of {name} now; every figure was counted anew.")
        say("Close a window that is open on these books and open it again.")
    return 0
