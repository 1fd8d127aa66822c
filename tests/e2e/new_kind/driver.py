"""Runs in a tree that knows coupons: opens a home, syncs it and says what it sees of them, at each line it is given."""

from __future__ import annotations

import json
import os
import sys
import threading
from importlib import import_module
from pathlib import Path

import window

import desktop
from desktop.actions.sync import sync_account
from desktop.queries.json_shapes import list_rows
from desktop.queries.listings import LISTINGS
from desktop.queries.reading import ask
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.lists.source import row_context
from desktop.ui.pages.catalogue import page_specs
from desktop.workspace import open_business


def main(home: str) -> None:
    """Answer each line of standard input with one of JSON."""
    business = open_business(Path(home), os.environ)
    (row,) = business.integrations()
    listing, shown = LISTINGS["coupons"], import_module("desktop.ui.lists.coupons").plan()
    for _line in sys.stdin:
        # Before anything is asked of the provider: what came of the objects that the books had.
        services = ask(business.books, list_rows, "services", business.today())
        heard: set[str] = set()
        report = sync_account(
            business, row, cancel=threading.Event(), changed=lambda changes, heard=heard: heard.update(changes.kinds)
        )
        listed = ask(business.books, list_rows, "coupons", business.today())
        found = ask(business.books, listing.rows, [one["id"] for one in listed])
        context = row_context(business)
        panels = [shown.open_row(business, one["id"]) for one in listed]
        told = {
            "tree": str(Path(desktop.__file__).parents[1]),
            "labels": [one["unit_label"] for one in services],
            "heard": sorted(heard),
            "stream": [[one.seen, one.deleted] for one in report.streams if one.name == "coupons"],
            "listed": listed,
            "pages": [spec.key for spec in page_specs(BusinessHandle(lambda: business), None)],  # type: ignore[arg-type]
            "shown": [list(map(str, shown.show(one, context)[:2])) for one in found],
            "window": window.shown(business, "coupons") if listed else None,
            "panels": [[entry.value for block in panel.blocks for entry in block.entries] for panel in panels],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    business.close()


if __name__ == "__main__":
    main(sys.argv[1])
