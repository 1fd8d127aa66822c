"""Python runs this in every process that such a test starts, for this folder leads its path.

With ``SPARSE_YEAR`` a process that serves the pretend providers tells a year of few sales, for tests of what goes on
around a demo. With ``WATCHED_TO`` it holds its Square against Square's own file, and writes what was wrong to the file
that is named: a line of nothing but "as it should be" where nothing was.
"""

import os
import sys
from pathlib import Path

if "SPARSE_YEAR" in os.environ and "sandbox" in sys.orig_argv:
    from functools import partial

    from desktop.sandbox import launch

    launch.DEFAULT_SALES_A_DAY = 0.2
    launch.start_both = partial(launch.start_both, pace=0.2)

if "WATCHED_TO" in os.environ and "sandbox" in sys.orig_argv:
    from desktop.sandbox import launch
    from tests.helpers.watching import WatchedSquare

    # The demo keeps variables of Paydesk's from the sandbox that it starts.
    os.environ["PAYDESK_SPECS"] = os.environ["WATCHED_SPECS"]

    class ReportingSquare(WatchedSquare):
        """Its test is in another process: what was wrong is written down."""

        def stop(self) -> None:
            """Stop serving, and tell."""
            told = "as it should be"
            try:
                super().stop()
            except AssertionError as error:
                told = str(error)
            with Path(os.environ["WATCHED_TO"]).open("a") as report:
                report.write(f"{told}\n")

    launch.RunningSquare = ReportingSquare  # type: ignore[misc]
