"""Python runs this in every process that a watched test starts, for this folder leads its path.

A process that serves the pretend providers then holds its Square against Square's own file, and writes what was wrong
to the file that ``WATCHED_TO`` names: a line of nothing but "as it should be" where nothing was.
"""

import os
import sys
from pathlib import Path

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
