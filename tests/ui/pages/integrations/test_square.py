"""Connecting Square in the window, against the pretend Square, with the real threads: its application, its token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from PySide6.QtWidgets import QLabel

from desktop.actions.platforms import known_platform
from desktop.sandbox import launch
from desktop.ui.app.tasks import Tasks
from desktop.ui.dialogs.business_check import BusinessCheck
from desktop.ui.dialogs.key_entry import KeyEntry
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.theme.theme import Theme
from tests.helpers.patience import PATIENCE_S
from tests.ui.verbs.test_connect import Stage


@pytest.fixture(scope="module")
def running() -> Iterator[launch.RunningSquare]:
    with launch.start_square(seed=5, today=date(2026, 11, 23), sales_a_day=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: launch.RunningSquare) -> Iterator[launch.RunningSquare]:
    yield running
    running.faults.clear()


@pytest.fixture
def make_stage(
    qtbot, theme: Theme, tasks: Tasks, sandbox: launch.RunningSquare, tmp_path: Path
) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(**more: str) -> Stage:
        environment = {
            "PAYDESK_SQUARE_API_BASE": sandbox.api_base,
            "PAYDESK_TIMEZONE": "Europe/Berlin",
            "PAYDESK_TODAY": "2026-11-23",
            **more,
        }
        made.append(Stage(qtbot, theme, tasks, tmp_path, environment))
        return made[-1]

    yield make
    for stage in made:
        stage.end()
    tasks.shutdown(5_000)
    for stage in made:
        stage.handle.close()


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    """Without an application."""
    return make_stage()


@pytest.fixture
def known(make_stage: Callable[..., Stage], sandbox: launch.RunningSquare) -> Stage:
    """With an application in the environment."""
    return make_stage(PAYDESK_SQUARE_CLIENT_ID=sandbox.application_id)


def test_the_application_is_asked_for_once_and_the_browser_does_the_rest(
    stage: Stage, sandbox: launch.RunningSquare
) -> None:
    stage.choose("browser", "square")
    asked = stage.sheet(PlatformKeys)
    asked._id.setText(sandbox.application_id)
    asked.keep_button.click()
    stage.browse()
    check = stage.sheet(BusinessCheck)
    told = "\n".join(label.text() for label in check.findChildren(QLabel))
    for part in (sandbox.merchant_id, "Harbour Studio", "United States (US)", "Square"):
        assert part in told
    check.yes.click()
    stage.until(lambda: stage.syncs.asked)
    assert stage.steps[:7] == ["done"] * 7
    assert known_platform(stage.handle.business(), "square").client_id == sandbox.application_id
    (row,) = stage.handle.business().integrations()
    assert (row.provider, row.account_id) == ("square", sandbox.merchant_id)
    stage.page.connect_account._on_closed()
    stage.syncs.running = False
    stage.page._last_refresh = 0.0
    stage.page.mark_stale()
    stage.until(lambda: stage.page._overview.offer("square").client_id)
    stage.choose("browser", "square")
    stage.until(lambda: len(stage.opened) == 2)


def test_an_application_of_the_environment_is_not_asked_for(known: Stage, sandbox: launch.RunningSquare) -> None:
    known.choose("browser", "square")
    known.browse()
    known.sheet(BusinessCheck).yes.click()
    known.until(lambda: known.accounts() == 1)


def test_a_denial_is_said_plainly_and_the_application_can_be_changed(
    stage: Stage, sandbox: launch.RunningSquare
) -> None:
    stage.choose("browser", "square")
    asked = stage.sheet(PlatformKeys)
    asked._id.setText(sandbox.application_id)
    asked.keep_button.click()
    stage.browse("deny")
    stage.until(lambda: stage.card.retry.isVisible())
    assert "You chose not to give Paydesk access to Square. Nothing was stored." in stage.said
    assert stage.card.platform.isVisible()
    assert stage.card.platform.text() == "Change the application ID"
    assert stage.accounts() == 0


def test_the_address_can_be_pasted(known: Stage) -> None:
    known.choose("browser", "square")
    known.until(lambda: known.opened)
    known.until(known.card.address.isVisible)
    url = httpx.URL(known.opened[0])
    form = {**dict(url.params), "decision": "connect"}
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as browser:
        answer = browser.post(str(url.copy_with(query=None)), data=form)
    known.card.address.setText(answer.headers["location"])
    known.card.use.click()
    known.sheet(BusinessCheck).yes.click()
    known.until(lambda: known.accounts() == 1)


def test_a_token_is_the_other_way_and_says_so_in_the_steps(stage: Stage, sandbox: launch.RunningSquare) -> None:
    stage.choose("key", "square")
    stage.paste(sandbox.access_token)
    check = stage.sheet(BusinessCheck)
    assert stage.steps == ["done", "not needed", "not needed", "done", "not needed", "running", *["waiting"] * 3]
    assert "Code exchange: not needed with a token" in stage.said
    check.yes.click()
    stage.until(lambda: stage.syncs.asked)
    assert stage.accounts() == 1


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("sq0idp-0123456789abcdefghij", "That is an application id"),
        ("sk_live_0123456789abcdefghij", "That looks like a key of Stripe"),
    ],
)
def test_what_is_no_token_is_said_in_words_and_asked_for_again(stage: Stage, pasted: str, told: str) -> None:
    stage.choose("key", "square")
    stage.paste(pasted)
    stage.until(lambda: stage.card.retry.isVisible())
    assert told in stage.said
    assert pasted not in stage.said
    stage.card.retry.click()
    entry = stage.sheet(KeyEntry)
    assert told in entry.notice.accessibleName()
    entry.other.click()
    stage.sheet(PlatformKeys).other.click()
    stage.sheet(KeyEntry).reject()


def test_a_refused_token_is_said_plainly(stage: Stage) -> None:
    stage.choose("key", "square")
    stage.paste("EAAAnobodyknowsthistoken0123456789012345678901234567890")
    stage.until(lambda: stage.card.retry.isVisible())
    assert stage.steps[3] == "failed"
    assert "Square" in stage.said
    assert stage.accounts() == 0


def test_the_whole_way_with_the_real_sync(
    make_stage: Callable[..., Stage], sandbox: launch.RunningSquare, audit_accessibility
) -> None:
    stage = make_stage(real="yes")
    stage.choose("key", "square")
    stage.paste(sandbox.access_token)
    stage.sheet(BusinessCheck).yes.click()
    stage.until(lambda: "this is what was synced" in stage.said)
    said = stage.said.split("\n")
    for title in ("Locations", "Orders", "Card readers", "Card reader payments", "Payment links", "Ledger"):
        assert title in said
    assert said[said.index("Locations") + 1] == "3"
    assert stage.steps[5:] == ["done"] * 4
    assert audit_accessibility(stage.page) == []
