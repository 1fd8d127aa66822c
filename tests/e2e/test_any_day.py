"""The whole demo on days that it once did not know: its books equal what happened in the sandbox.

``python -m tests.checks.calendar`` compares more days.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.checks import demos
from tests.checks.years import Run


@pytest.mark.parametrize(
    "run",
    [Run(date(2026, 11, 28), 1, "America/New_York", 0.1), Run(date(2099, 12, 31), 8, "Pacific/Chatham", 0.0)],
    ids=str,
)
def test_the_books_of_a_demo_equal_what_happened(run: Run) -> None:
    assert demos.check(run) == []
