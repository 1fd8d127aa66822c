"""Tell years of both pretend providers for many days and seeds, and compare whole demos with what happened in them.

    python -m tests.checks.calendar [--start DAY] [--days N] [--seeds N] [--demos N] [--random N] [--jobs N]

Each year is a cheap one: few sales, in another zone. Prints how far it is, and the day, seed and zone of what failed;
the exit status is 1 then. It knows nothing of today: the days are the same on every machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from zoneinfo import available_timezones

from desktop.sandbox import launch
from tests.checks import demos, years
from tests.checks.years import Run

START = date(2026, 3, 1)
_EVERY_S = 15.0


def main(arguments: list[str] | None = None) -> int:
    """Run the check; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.checks.calendar", description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=date.fromisoformat, default=START, help="the first day")
    parser.add_argument("--days", type=int, default=400, help="how many days from there on")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds each")
    parser.add_argument("--demos", type=int, default=24, help="of how many of them the whole demo is compared")
    parser.add_argument("--random", type=int, default=100, help="how many more of any day, seed, zone and density")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes tell years")
    wanted = parser.parse_args(arguments)
    told = [*years.plan(wanted.start, wanted.days, wanted.seeds), *_drawn(wanted.random)]
    failed = _report("years", told, partial(_each, wanted.jobs))
    failed += _report("demos", years.chosen(wanted.start, wanted.days, wanted.demos), lambda runs: map(_demo, runs))
    return 1 if failed else 0


def _drawn(count: int) -> Iterator[Run]:
    dice = random.Random("any day")
    zones = sorted(available_timezones() - {"Factory", "localtime"})
    span = (launch.LAST_DAY - launch.FIRST_DAY).days
    for _ in range(count):
        day = launch.FIRST_DAY + timedelta(days=dice.randint(0, span))
        yield Run(day, dice.randrange(10**6), dice.choice(zones), round(dice.random() * 0.5, 2))


def _each(jobs: int, runs: list[Run]) -> Iterator[tuple[Run, list[str]]]:
    if jobs <= 1:
        yield from map(_year, runs)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_year, runs, chunksize=10)


def _year(run: Run) -> tuple[Run, list[str]]:
    try:
        return run, years.tell(run)
    except launch.StartError as error:
        return run, [str(error)]


def _demo(run: Run) -> tuple[Run, list[str]]:
    try:
        return run, demos.check(run)
    except launch.StartError as error:
        return run, [str(error)]


def _report(what: str, runs: list[Run], checked: Callable[[list[Run]], Iterable[tuple[Run, list[str]]]]) -> int:
    """Say how far it is now and then, and at once what is wrong; how many are."""
    began = told = time.monotonic()
    failed = 0
    for number, (run, faults) in enumerate(checked(runs), 1):
        failed += bool(faults)
        for fault in faults:
            _say(f"WRONG  {run}: {fault}")
        if time.monotonic() - told > _EVERY_S or number == len(runs):
            told = time.monotonic()
            _say(f"{number:,} of {len(runs):,} {what}, {failed:,} wrong, {told - began:.0f} s")
    return failed


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
