"""The dashboard and the lists on books of a million payments, beside the same on ten thousand.

   python -m tests.bench.bench_dashboard [--payments 1000000] [--runs 5] [--keep DIR]

Medians of interleaved runs, in milliseconds, and the large books' cost as a ratio of the small ones'.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from desktop.books.books import Books, open_books
from desktop.queries.counts import page_counts
from desktop.queries.feet import read_foot
from desktop.queries.figures import Figure
from desktop.queries.listing import Filter
from desktop.queries.listings import LISTINGS
from desktop.queries.transactions import TRANSACTIONS
from desktop.reports.dashboard import dashboard
from tests.bench.synthetic import TODAY, build

SMALL = 10_000


def questions() -> Mapping[str, Callable[[Books], object]]:
    """What is measured, by name."""
    asked: dict[str, Callable[[Books], object]] = {
        "dashboard": lambda books: dashboard(books, TODAY),
        "page counts": _reading(page_counts),
    }
    for name in ("clients", "invoices", "payments"):
        asked[f"{name}: ids"] = _ids(name, Filter(TODAY))
        asked[f"{name}: 200 rows"] = _rows(name)
        asked[f"{name}: tab counts"] = _counts(name, Filter(TODAY))
        asked[f"{name}: totals"] = _totals(name)
        asked[f"{name}: search a name"] = _ids(name, Filter(TODAY, search="möbel 90"))
    asked["clients: one opened"] = _reading(_opened)
    asked["invoices: late, by due day"] = _ids("invoices", Filter(TODAY, status="late", sort="due"))
    asked["invoices: search a number"] = _ids("invoices", Filter(TODAY, search="INV-00050"))
    asked["payments: by amount"] = _ids("payments", Filter(TODAY, sort="amount"))
    asked["payments: by client"] = _ids("payments", Filter(TODAY, sort="client"))
    asked["payments: refunded"] = _ids("payments", Filter(TODAY, status="refunded"))
    for measure in ("total_revenue", "net", "converted", "not_itemised"):
        behind = Filter(TODAY, figure=Figure(measure, "usd", f"{TODAY[:7]}-01", TODAY))
        asked[f"behind {measure}: foot"] = _reading(partial(read_foot, wanted=behind))
        asked[f"behind {measure}: ids"] = _reading(partial(TRANSACTIONS.ids, wanted=behind))
        asked[f"behind {measure}: 200 rows"] = _reading(partial(_behind, wanted=behind))
    for text in ("1,120.00", "4242", "pi_5000", "INV-0005000"):
        asked[f"payments: search {text}"] = _ids("payments", Filter(TODAY, search=text))
    return asked


def _reading(ask: Callable[..., object]) -> Callable[[Books], object]:
    def question(books: Books) -> object:
        with books.read() as connection:
            return ask(connection)

    return question


def _opened(connection: object) -> object:
    from desktop.queries.details import client_detail

    return client_detail(connection, 7)  # type: ignore[arg-type]


def _behind(connection: Connection, wanted: Filter) -> object:
    return TRANSACTIONS.shown(connection, TRANSACTIONS.ids(connection, wanted)[:200], wanted)


def _ids(name: str, wanted: Filter) -> Callable[[Books], object]:
    return _reading(lambda connection: LISTINGS[name].ids(connection, wanted))


def _counts(name: str, wanted: Filter) -> Callable[[Books], object]:
    return _reading(lambda connection: LISTINGS[name].status_counts(connection, wanted))


def _totals(name: str) -> Callable[[Books], object]:
    return _reading(lambda connection: LISTINGS[name].totals(connection, Filter(TODAY)))


def _rows(name: str) -> Callable[[Books], object]:
    ids = range(100, 300)
    return _reading(lambda connection: LISTINGS[name].rows(connection, list(ids)))


def measure(all_books: Mapping[str, Books], runs: int) -> None:
    """Print a line a question."""
    say = sys.stdout.write
    say(f"{'':34}{''.join(f'{name:>14}' for name in all_books)}{'ratio':>8}\n")
    for title, ask in questions().items():
        taken: dict[str, list[float]] = {name: [] for name in all_books}
        for books in all_books.values():
            ask(books)
        for _ in range(runs):
            for name, books in all_books.items():
                begun = time.perf_counter()
                ask(books)
                taken[name].append((time.perf_counter() - begun) * 1000)
        medians = [statistics.median(times) for times in taken.values()]
        say(f"{title:34}{''.join(f'{median:11.2f} ms' for median in medians)}{medians[-1] / medians[0]:8.2f}\n")


def main() -> None:
    """Build both books (or open kept ones), then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.keep or Path(scratch)
        opened = {}
        for size in (SMALL, options.payments):
            home = folder / str(size)
            opened[f"{size:,}"] = open_books(home) if (home / "books.db").exists() else build(home, size)
        measure(opened, options.runs)
        for books in opened.values():
            books.close()


if __name__ == "__main__":
    main()
