"""The tests' own gate: every call to a pretend Square is held against Square's file, whichever test makes it."""

from __future__ import annotations

from datetime import date

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from desktop.sandbox import launch
from tests.helpers.square_spec import WITHOUT_FILE, load

pytestmark = pytest.mark.skipif(load() is None, reason=WITHOUT_FILE)


def lying(_application: ASGIApp) -> ASGIApp:
    """Something that answers in Square's stead, and not as Square does."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({"locations": [{"id": "L1", "nonsense": 1}]})(scope, receive, send)

    return answer


def ask_and_stop(around: launch.Around | None) -> int:
    """Serve, ask once, and stop serving; the answer's status."""
    running = launch.start_square(seed=1, today=date(2026, 11, 23), sales_a_day=0.1, around=around)
    with httpx.Client(base_url=running.api_base, trust_env=False) as client:
        answer = client.get("/v2/locations", headers={"Authorization": f"Bearer {running.access_token}"})
    running.stop()
    return answer.status_code


def test_a_call_as_the_file_has_it_passes() -> None:
    assert ask_and_stop(None) == 200


def test_an_answer_that_the_file_does_not_know_fails_the_test_that_was_given_it() -> None:
    with pytest.raises(AssertionError, match="nonsense"):
        ask_and_stop(lying)
