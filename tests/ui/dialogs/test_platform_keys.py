"""The platform's keys: what to register where, asked once."""

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from desktop.ui.app.addresses import Addresses
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.theme.theme import Theme


def test_an_id_is_checked_without_loading_a_provider() -> None:
    """It is checked in the UI thread."""
    code = (
        "import sys, desktop.ui.dialogs.platform_keys; "
        "from desktop.providers.client_ids import check_client_id; "
        "from desktop.providers.registry import facts_of; "
        "[check_client_id(facts_of(name), 'sq0idp-1') for name in ('stripe', 'square')]; "
        "heavy = ('sqlalchemy', 'httpx', 'cryptography', 'stripe', 'square'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def opened() -> list[QUrl]:
    return []


@pytest.fixture
def sheet(qtbot, theme: Theme, window, stripe: Offer, opened: list[QUrl]) -> PlatformKeys:
    made = PlatformKeys(theme, stripe, Addresses(lambda url: opened.append(url) or True), window)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_the_address_to_register_is_shown_and_copied(sheet: PlatformKeys, stripe: Offer) -> None:
    assert sheet._redirect.text() == "http://localhost:47323/api/integrations/payments/callback"
    assert sheet._redirect.isReadOnly()
    sheet.copy_button.click()
    assert QGuiApplication.clipboard().text() == stripe.redirect_uri
    assert sheet.copy_button.text() == "Copied"


def test_both_halves_are_needed_and_the_secret_leaves_the_field(qtbot, sheet: PlatformKeys, stripe: Offer) -> None:
    qtbot.keyClicks(sheet._id, " ca_mine ")
    assert not sheet.keep_button.isEnabled()
    qtbot.keyClicks(sheet._secret.field, "sk_test_platform0000")
    with qtbot.waitSignal(sheet.entered) as heard:
        sheet.keep_button.click()
    offer, client_id, secret = heard.args
    assert (offer, client_id, secret.reveal()) == (stripe, "ca_mine", "sk_test_platform0000")
    assert sheet._secret.field.text() == ""


def test_the_settings_open_at_stripe(sheet: PlatformKeys, opened: list[QUrl]) -> None:
    sheet.page_button.click()
    assert opened[0].host() == "dashboard.stripe.com"


def test_changing_starts_from_the_client_id_that_is_kept(qtbot, theme: Theme, window, stripe: Offer) -> None:
    made = PlatformKeys(theme, replace(stripe, client_id="ca_old"), Addresses(lambda _url: True), window)
    assert made._id.text() == "ca_old"
    with qtbot.waitSignal(made.key_asked):
        made.other.click()


def test_every_control_is_named(sheet: PlatformKeys, audit_accessibility) -> None:
    assert audit_accessibility(sheet) == []


# --- an application, which needs its id only -------------------------------------------------------------------------


@pytest.fixture
def application(qtbot, theme: Theme, window, square: Offer, opened: list[QUrl]) -> PlatformKeys:
    made = PlatformKeys(theme, square, Addresses(lambda url: opened.append(url) or True), window)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_one_field_is_enough(qtbot, application: PlatformKeys, square: Offer, texts) -> None:
    assert not application._secret.isVisible()
    assert "No secret is needed" in texts(application)
    assert "under OAuth, enter this as the Redirect URL:" in texts(application)
    qtbot.keyClicks(application._id, " sq0idp-mine ")
    with qtbot.waitSignal(application.entered) as heard:
        application.keep_button.click()
    offer, application_id, secret = heard.args
    assert (offer, application_id, secret.reveal()) == (square, "sq0idp-mine", "")


def test_the_secret_may_be_given_and_says_what_it_is_for(qtbot, application: PlatformKeys, texts) -> None:
    application.secret_button.click()
    assert application._secret.isVisible()
    assert "to take the access back at Square when you disconnect" in texts(application)
    application._id.setText("sq0idp-mine")
    application._secret.field.setText("sq0csp-quiet")
    with qtbot.waitSignal(application.entered) as heard:
        application.keep_button.click()
    assert heard.args[2].reveal() == "sq0csp-quiet"


@pytest.mark.parametrize("pasted", ["sq0csp-quiet", "EAAAlongtoken", "sandbox-sq0csb-x", "rk_live_1"])
def test_a_secret_is_never_kept_as_an_id(qtbot, application: PlatformKeys, pasted: str) -> None:
    application._id.setText(pasted)
    with qtbot.assertNotEmitted(application.entered):
        application.keep_button.click()
    assert "That is a secret, not the application ID" in application.notice.accessibleName()
    assert application._id.text() == ""


def test_the_console_and_the_token_are_a_click_away(qtbot, application: PlatformKeys, opened: list[QUrl]) -> None:
    application.page_button.click()
    assert opened[0].toString() == "https://developer.squareup.com/apps"
    assert application.other.text() == "Paste an access token instead"


def test_every_control_of_an_application_is_named(application: PlatformKeys, audit_accessibility) -> None:
    application.secret_button.click()
    assert audit_accessibility(application) == []
