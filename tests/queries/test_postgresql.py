"""Lists and dashboard answer the same on PostgreSQL as on SQLite, wherever a server can be started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.books.books import Books
from desktop.books.rebuild import change_timezone, compare_totals, rebuild_totals
from desktop.queries.counts import page_counts
from desktop.queries.details import DETAILS
from desktop.queries.figures import MOVED
from desktop.queries.listing import Filter, filter_of
from desktop.queries.listings import LISTINGS
from desktop.queries.transactions import TRANSACTIONS
from desktop.reports.dashboard import dashboard
from desktop.reports.openings import check_figures, openings
from tests.helpers.shops import Shop
from tests.helpers.towns import Town
from tests.worlds import World

TODAY = "2026-04-01"


def answers(books: Books) -> dict[str, Any]:
    """What is asked of both."""
    told: dict[str, Any] = {f"dashboard {month}": dashboard(books, TODAY, month) for month in ("2026-03", "2026-04")}
    for month in ("2026-03", "2026-04"):
        checked = list(check_figures(books, TODAY, month))
        assert [one for one in checked if not one.holds] == []
        told[f"figures {month}"] = checked
        for name, ids, rows in _behind(books, month):
            told[f"{month} {name}"] = ids, rows
    with books.read() as connection:
        told["pages"] = page_counts(connection)
        for name, listing in LISTINGS.items():
            for search in ("", "acme", "10", "in_2 12.50"):
                wanted = Filter(TODAY, search=search)
                told[f"{name} counts {search}"] = listing.status_counts(connection, wanted)
                told[f"{name} totals {search}"] = listing.totals(connection, wanted)
                for sort in listing.sorts:
                    ids = listing.ids(connection, Filter(TODAY, search=search, sort=sort))
                    told[f"{name} {search} by {sort}"] = sorted(ids)
            ids = listing.ids(connection, Filter(TODAY))
            told[f"{name} rows"] = listing.rows(connection, ids)
            told[f"{name} details"] = [DETAILS[name](connection, row_id) for row_id in ids]
    return told


def _behind(books: Books, month: str) -> Iterator[tuple[str, list[int], list[Any]]]:
    """The rows behind the figures of a month."""
    report = dashboard(books, TODAY, month)
    for part in report.currencies:
        for opening in openings(report, part):
            if opening.figure.measure in MOVED and not opening.name.startswith(("day", "week")):
                wanted = filter_of(opening.figure, TODAY)
                for search in ("", "acme"):
                    asked = replace(wanted, search=search)
                    with books.read() as connection:
                        ids = list(TRANSACTIONS.ids(connection, asked))
                        rows = TRANSACTIONS.shown(connection, ids, asked)
                    yield f"{part.currency} {opening.name} {search}", ids, rows


def test_postgresql_answers_as_sqlite_does(postgres_books: Books, tmp_path: Path) -> None:
    lite = World(tmp_path)
    for books in (lite.books, postgres_books):
        for seed in (3, 11, 29):
            Shop(books).take(*Town(seed).objects)
    assert answers(postgres_books) == answers(lite.books)

    rebuild_totals(postgres_books)
    assert compare_totals(postgres_books) == []
    moved = [change_timezone(books, "Asia/Tokyo") for books in (postgres_books, lite.books)]
    assert answers(moved[0]) == answers(moved[1])
    lite.books.close()
