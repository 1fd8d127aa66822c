"""The tests' own gate: every call to a pretend Square is held against Square's file, whichever test makes it."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from desktop.sandbox import launch
from tests.helpers.square_spec import WITHOUT_FILE, load


@pytest.mark.skipif(load() is None, reason=WITHOUT_FILE)
@pytest.mark.parametrize(("address", "known"), [("/v2/locations", True), ("/v2/locations?nonsense=1", False)])
def test_a_call_that_the_file_does_not_know_fails_the_test_that_makes_it(address: str, known: bool) -> None:
    running = launch.start_square(seed=1, today=date(2026, 11, 23), sales_a_day=0.1)
    with httpx.Client(base_url=running.api_base, trust_env=False) as client:
        client.get(address, headers={"Authorization": f"Bearer {running.access_token}"})
    if known:
        running.stop()
        return
    with pytest.raises(AssertionError, match="nonsense"):
        running.stop()
