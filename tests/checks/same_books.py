"""Let an older build and this one read the same businesses, and compare their books row for row.

    python -m tests.checks.same_books [REVISION] [--facts] [--day DAY] [--seed N] [--keep DIR]

One pretend Stripe and one pretend Square, whose clock stands still but where the check moves it, are read by both
builds: a first sync each, then what changed since. Beside them the older build's books are opened, and brought up to
date, by this one, and a process of this one is killed in its first sync and goes on. All must hold the same. Prints
each table with its number of rows and its digest; the exit status is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from desktop.sandbox import launch
from desktop.sandbox.clock import Clock, opening
from tests.helpers.digest import Held, differences, facts, news, read_books

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 23)
SEED = 11
ZONE = "Europe/Berlin"
PACE = 0.4
SALES_A_DAY = 1.0
KILL_AFTER = 12
"""Requests of each provider after which the process that is killed is killed."""

STRIPE_TRIGGERS = (
    "sale", "refund", "sale", "make_invoice", "pay_invoice", "make_invoice", "void_invoice", "dispute", "edit_customer",
    "add_customer", "delete_customer", "fail_refund", "cancel_subscription",
)  # fmt: skip
SQUARE_TRIGGERS = (
    "sale", "refund", "make_invoice", "publish_invoice", "pay_invoice", "late_fee", "add_customer", "edit_customer",
    "merge_customers", "delete_customer", "dispute", "terminal_checkout", "finish_checkout", "pay_link", "add_item",
    "delete_item", "change_stock", "pay_out",
)  # fmt: skip
"""What happens between the two syncs, in this order."""


def main(arguments: list[str] | None = None) -> int:
    """Run the check; 1 where the books differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.checks.same_books", description=__doc__.splitlines()[0])
    parser.add_argument("revision", nargs="?", default="HEAD", help="the older build, as git names it (HEAD: itself)")
    parser.add_argument(
        "--facts", action="store_true", help="compare what is known of the business, not how it was read"
    )
    parser.add_argument("--day", type=date.fromisoformat, default=DAY, help="the day on which all of it happens")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the books there, to look at them")
    wanted = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paydesk-same-books-")))
        older = Build("older", checked_out(wanted.revision, folder / "older"))
        newer = Build("newer", ROOT)
        world = stack.enter_context(served(wanted.seed, wanted.day))
        kept = wanted.keep or folder / "books"
        faults = list(compare(older, newer, world, kept, facts_only=wanted.facts))
    for fault in faults:
        _say(fault)
    _say("The books differ." if faults else "The books are the same.")
    return 1 if faults else 0


def checked_out(revision: str, folder: Path) -> Path:
    """The files of a revision, in a folder of their own."""
    folder.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", "--format=tar", revision], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@dataclass(frozen=True, slots=True)
class World:
    """Both pretend providers, and the one clock that they have."""

    stripe: launch.Running
    square: launch.RunningSquare
    clock: Clock
    day: date

    def environment(self) -> dict[str, str]:
        """The variables by which a build finds them."""
        return {
            "PAYDESK_STRIPE_API_BASE": self.stripe.api_base,
            "PAYDESK_STRIPE_CONNECT_BASE": self.stripe.connect_base,
            "PAYDESK_SQUARE_API_BASE": self.square.api_base,
            "PAYDESK_TIMEZONE": ZONE,
            "PAYDESK_TODAY": self.day.isoformat(),
            "PAYDESK_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        }

    @property
    def keys(self) -> Mapping[str, str]:
        """What lets into each account."""
        return {"stripe": self.stripe.restricted_key, "square": self.square.access_token}

    def break_some(self) -> None:
        """From now on two objects cannot be read: they are to be set aside."""
        with self.stripe.server.lock, self.square.server.lock:
            charge = self.stripe.world.newest_first("charge")[3]["id"]
            payment = self.square.world.every("payment")[-4]["id"]
        self.stripe.faults.add("spoil", stream="charges", name="amount", object_id=charge)
        self.square.faults.add("spoil", stream="payments", name="created_at", object_id=payment)

    def live_on(self) -> None:
        """A day passes on which something of everything happens; what Square could not say it can say again."""
        self.clock.advance(60)
        for provider, triggers in ((self.stripe, STRIPE_TRIGGERS), (self.square, SQUARE_TRIGGERS)):
            for trigger in triggers:
                provider.do(trigger)
                self.clock.advance(5)
        self.square.faults.clear()
        self.clock.advance(26 * 3600)


@contextmanager
def served(seed: int, day: date) -> Iterator[World]:
    """Both pretend providers, told for a day, with a clock that stands still."""
    clock = Clock(opening(day, ZoneInfo(ZONE), 0), running=lambda: 0.0)
    stripe = launch.build(seed=seed, today=day, timezone=ZONE, pace=PACE, clock=clock)
    square = launch.build_square(seed=seed, today=day, timezone=ZONE, sales_a_day=SALES_A_DAY, clock=clock)
    square.world.events_enabled = True
    with launch.Running(stripe, 0) as running, launch.RunningSquare(square, 0) as running_square:
        yield World(running, running_square, clock, day)


@dataclass(frozen=True, slots=True)
class Build:
    """One version of Paydesk, run as a command in processes of its own."""

    name: str
    folder: Path

    def command(self, world: World, home: Path, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """The command line that runs it on a home, and its variables."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYDESK_")}
        environment = {**kept, **world.environment(), "PAYDESK_HOME": str(home), "PYTHONPATH": str(self.folder)}
        return [sys.executable, "-m", "desktop.cli", *words], environment

    def run(self, world: World, home: Path, *words: str, given: str = "") -> None:
        """Run it to its end. Raises: RuntimeError with what it said where it failed."""
        command, environment = self.command(world, home, words)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, input=given, capture_output=True, text=True, check=False
        )
        if done.returncode not in {0, 1}:  # 1: some stream is partial, as the ones with broken objects are
            raise RuntimeError(f"The {self.name} build failed at {' '.join(words)}: {done.stderr.strip()[-2000:]}")

    def begin(self, world: World, home: Path) -> None:
        """Connect both accounts, stock included, and sync nothing yet."""
        for number, (provider, key) in enumerate(world.keys.items(), 1):
            self.run(world, home, "connect", provider, "--key-stdin", given=key)
            if provider == "square":
                self.run(world, home, "account", "set", str(number), "sync_inventory=on")

    def sync_killed(self, world: World, home: Path) -> None:
        """Begin to sync each account, and be killed in the middle of it."""
        for number, requests in enumerate((world.stripe.requests, world.square.requests), 1):
            command, environment = self.command(world, home, ["sync", str(number)])
            asked = len(requests)
            with subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                while len(requests) < asked + KILL_AFTER and process.poll() is None:
                    time.sleep(0.005)
                if process.poll() is not None:
                    raise RuntimeError(f"The {self.name} build ended before it could be killed.")
                process.kill()


def compare(older: Build, newer: Build, world: World, folder: Path, *, facts_only: bool) -> Iterator[str]:
    """Read the world by both builds, before and after something happens, and say what differs."""
    homes = {name: folder / name for name in ("older", "newer", "killed", "opened")}

    def told(what: str) -> Iterator[str]:
        books = {name: read_books(home / "books.db") for name, home in homes.items()}
        return _told(what, books, facts_only=facts_only)

    world.break_some()
    for build, name in ((older, "older"), (newer, "newer"), (newer, "killed")):
        build.begin(world, homes[name])
        if name == "killed":
            build.sync_killed(world, homes[name])
        build.run(world, homes[name], "sync")
    shutil.copytree(homes["older"], homes["opened"])
    newer.run(world, homes["opened"], "status")
    yield from told("a first sync")
    world.live_on()
    for build, name in ((older, "older"), (newer, "newer"), (newer, "killed"), (newer, "opened")):
        build.run(world, homes[name], "sync")
    yield from told("changes")


def _told(what: str, books: Mapping[str, Mapping[str, Held]], *, facts_only: bool) -> Iterator[str]:
    """Print the older build's tables after something; the answer: where the others' are not the same."""
    old = books["older"]
    _say(f"After {what}:")
    for table, held in old.items():
        _say(f"  {table:24} {len(held.rows):6,} rows  {held.digest[:16]}")
    for name, title in (("newer", "this build"), ("opened", "the older build's, opened by this one"),
                        ("killed", "this build, killed in its first sync")):  # fmt: skip
        for one in news(old, books[name]):
            _say(f"  {title}: {one}")
        # How often it was asked, and up to where, is another matter for one that was killed.
        only_facts = facts_only or name == "killed"
        before, after = (facts(old), facts(books[name])) if only_facts else (old, books[name])
        for fault in differences(before, after):
            yield f"After {what}, {title}: {fault}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
