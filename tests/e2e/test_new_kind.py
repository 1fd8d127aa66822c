"""What a new kind of record costs: a patch that adds coupons and a column of services touches fewer than ten files.

It is applied to a copy of the tree, which then syncs them, lists them, shows them, lets them go and brings books up to
date that were made without it. Where the patch no longer applies, make it anew by hand; where it needs one file more,
something is said twice.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.actions.connect import connect_by_key
from desktop.actions.sync import sync_account
from desktop.books.schema import head
from desktop.sandbox import launch
from desktop.workspace import open_business
from tests.actions.conftest import Person
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "new_kind"
PATCH = (HERE / "coupons.patch").read_text("utf-8")
TODAY = "2026-11-23"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree that knows coupons."""
    if shutil.which("git") is None:
        pytest.skip("applying a patch needs git")
    copy = tmp_path / "tree"
    shutil.copytree(ROOT / "desktop", copy / "desktop")
    (copy / "resources").symlink_to(ROOT / "resources")
    # Migrations of others come in between: this one always follows the newest.
    patch = PATCH.replace("{head}", head()).encode()
    subprocess.run(
        ["git", "apply", "-C1", "-"], cwd=copy, input=patch, check=True,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)},
    )  # fmt: skip
    return copy


@pytest.fixture
def stripe() -> Iterator[launch.Running]:
    """A pretend Stripe with a coupon, and one product that is counted in pages."""
    server = launch.build(seed=5, today=date.fromisoformat(TODAY), timezone="Europe/Berlin", pace=0.05)
    with launch.Running(server, 0) as running:
        running.world.newest_first("product")[0]["unit_label"] = "page"
        yield running


@pytest.fixture
def environment(stripe: launch.Running) -> dict[str, str]:
    return {
        "PAYDESK_STRIPE_API_BASE": stripe.api_base,
        "PAYDESK_STRIPE_CONNECT_BASE": stripe.connect_base,
        "PAYDESK_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "PAYDESK_TIMEZONE": "Europe/Berlin",
        "PAYDESK_TODAY": TODAY,
    }


@pytest.fixture
def home(tmp_path: Path, stripe: launch.Running, environment: dict[str, str]) -> Path:
    """Books that were made without coupons, and synced."""
    business = open_business(tmp_path / "home", environment)
    connected = connect_by_key(business, "stripe", stripe.secret_key, Person())
    sync_account(business, connected.integration, cancel=threading.Event())
    business.close()
    return tmp_path / "home"


class Driver:
    """The patched tree at work on a home, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def sync(self) -> dict[str, Any]:
        """Sync, and what it then says of coupons."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def driving(tree: Path, home: Path, environment: dict[str, str]) -> Iterator[Driver]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYDESK_")}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "driver.py"), str(home)], cwd=tree, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={
            **kept, **environment,
            "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen",
        },
    )  # fmt: skip
    try:
        yield Driver(process)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def test_a_kind_and_a_column_touch_fewer_than_ten_files() -> None:
    touched = [line.split(" b/")[1] for line in PATCH.splitlines() if line.startswith("diff --git ")]
    assert len(touched) < 10, touched


def test_a_new_kind_is_synced_listed_shown_deleted_and_old_books_are_brought_up_to_date(
    tree: Path, home: Path, stripe: launch.Running, environment: dict[str, str]
) -> None:
    with driving(tree, home, environment) as patched:
        first = patched.sync()
        with stripe.server.lock:
            coupon = stripe.world.find("coupon", "FRIENDS10")
            stripe.world.hidden.add("FRIENDS10")
            stripe.world.emit("coupon.deleted", coupon)
        stripe.clock.advance(60)
        second = patched.sync()
    assert first["tree"] == str(tree)

    # Migrated: the new table is there, and the new column says what the stored objects said all along.
    with closing(sqlite3.connect(home / "books.db")) as books:
        assert books.execute("select version_num from alembic_version").fetchone() == ("9001",)
        assert books.execute("select external_id, deleted, percent_off from coupons").fetchall() == [
            ("FRIENDS10", 1, "10")
        ]
    assert "page" in first["labels"]

    # Synced, and who shows them hears of it.
    assert first["stream"] == [[1, 0]]
    assert "coupons" in first["heard"]

    # Listed and shown.
    (listed,) = first["listed"]
    assert (listed["external_id"], listed["percent_off"], listed["provider"]) == ("FRIENDS10", "10", "stripe")
    assert "coupons" in first["pages"]
    assert first["shown"] == [["Friends of the studio", "10%"]]
    assert first["panels"][0][:2] == ["10%", "Once"]
    window = first["window"]
    assert (window["title"], window["painted"]) == ("Coupons", True)
    assert window["rows"][0][:2] == ["Friends of the studio", "10%"]
    assert {"Friends of the studio", "Takes off", "10%", "Applies", "Once"} <= set(window["panel"])

    # Deleted: it leaves the list, and its row stays.
    assert (second["stream"], second["listed"]) == ([[1, 1]], [])
    assert "coupons" in second["heard"]
