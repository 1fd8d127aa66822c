"""Is this your business? What is known of the account, and one answer."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.dialogs.business_check import BusinessCheck, Candidate, _country, mode_words
from desktop.ui.theme.theme import Theme

STUDIO = Candidate(
    "stripe", "Stripe", "acct_1Harbour", "Harbour & <b>Pine</b>", "DE", "eur", "live", "hi@harbour.example"
)


@pytest.fixture
def make_sheet(qtbot, theme: Theme, window: QWidget):
    def make(candidate: Candidate = STUDIO) -> BusinessCheck:
        sheet = BusinessCheck(theme, candidate, window)
        sheet.open()
        qtbot.waitExposed(sheet)
        return sheet

    return make


def test_name_id_country_and_mode_are_shown(make_sheet, texts) -> None:
    sheet = make_sheet()
    shown = texts(sheet)
    for part in ("Is this your business?", "acct_1Harbour", "Harbour & <b>Pine</b>", "Germany (DE)", "EUR", "Stripe"):
        assert part in shown
    assert "made up" not in shown


def test_an_account_that_is_not_live_says_so(make_sheet, texts) -> None:
    assert "This is not a live account" in texts(make_sheet(replace(STUDIO, mode="sandbox")))


def test_what_the_provider_did_not_tell_is_said(make_sheet, texts) -> None:
    shown = texts(make_sheet(Candidate("stripe", "Stripe", "", "", "", "", "test")))
    assert "Stripe did not tell the name" in shown
    assert shown.count("not told") == 3


@pytest.mark.parametrize(("press", "answer"), [("yes", True), ("no", False), ("escape", False), ("close", False)])
def test_there_is_one_answer(qtbot, make_sheet, press: str, answer: bool) -> None:
    sheet = make_sheet()
    heard: list[bool] = []
    sheet.answered.connect(heard.append)
    if press == "escape":
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    else:
        {"yes": sheet.yes.click, "no": sheet.no.click, "close": sheet.close}[press]()
    assert heard == [answer]


def test_every_control_is_named(make_sheet, audit_accessibility) -> None:
    assert audit_accessibility(make_sheet()) == []


def test_countries_and_modes_have_names_and_unknown_ones_stay() -> None:
    assert (_country("US"), _country(""), _country("??")) == ("United States (US)", "", "??")
    assert [mode_words(mode)[0] for mode in ("live", "test", "sandbox", "odd")] == ["Live", "Test", "Sandbox", "odd"]
