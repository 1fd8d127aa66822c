"""The picker: both providers, what each asks for, and which way in leads."""

from dataclasses import replace

import pytest

from desktop.ui.dialogs.offer import Offer, Right, rights_text
from desktop.ui.dialogs.provider_picker import ProviderPicker
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme


@pytest.fixture
def make_picker(qtbot, theme: Theme, window):
    def make(*offers: Offer) -> ProviderPicker:
        picker = ProviderPicker(theme, offers, window)
        picker.open()
        qtbot.waitExposed(picker)
        return picker

    return make


def test_both_providers_say_what_they_ask_for(make_picker, stripe: Offer, square: Offer, texts) -> None:
    shown = texts(make_picker(stripe, square))
    assert "Read: Customers, Products and Prices, Invoices, Charges and Refunds, Payment Intents" in shown
    assert "Read: Payments, Customers, Invoices, Orders, Items, Payouts" in shown
    assert "Read and write" not in shown
    assert "In the browser, Stripe grants reading and writing together" in shown
    assert "In the browser, Square grants" not in shown
    assert "release" not in shown


def test_a_kept_application_id_changes_nothing_of_the_card_but_the_way_to_change_it(
    make_picker, square: Offer, stripe: Offer
) -> None:
    """What does not stretch must not keep its whole column as narrow as itself."""
    for offer in (square, stripe):
        plain, kept = (make_picker(one) for one in (offer, replace(offer, client_id="app-1")))
        widths = [picker.cards[0].findChildren(PlainLabel)[1].width() for picker in (plain, kept)]
        assert widths[0] == widths[1]


def test_at_square_the_browser_leads_without_any_keys_and_a_token_is_the_other_way(make_picker, square: Offer) -> None:
    for offer in (square, replace(square, client_id="sq0idp-1")):
        card = make_picker(offer).cards[0]
        assert (card.leading.text(), card.other.text()) == ("Connect in the browser", "Paste an access token")


def test_a_key_leads_without_platform_keys_and_the_browser_with_them(make_picker, stripe: Offer) -> None:
    plain = make_picker(stripe).cards[0]
    assert (plain.leading.text(), plain.other.text()) == ("Paste a restricted key", "Connect in the browser")
    own = make_picker(replace(stripe, client_id="ca_1")).cards[0]
    assert (own.leading.text(), own.other.text()) == ("Connect in the browser", "Paste a restricted key")


WAYS = (
    ("", "leading", "key"),
    ("", "other", "browser"),
    ("ca_1", "leading", "browser"),
    ("ca_1", "other", "key"),
)


@pytest.mark.parametrize(("client_id", "button", "way"), WAYS)
def test_a_choice_closes_the_picker_and_is_told(
    qtbot, make_picker, stripe: Offer, client_id: str, button: str, way: str
) -> None:
    offer = replace(stripe, client_id=client_id)
    picker = make_picker(offer)
    with qtbot.waitSignal(picker.chosen) as heard:
        getattr(picker.cards[0], button).click()
    assert heard.args == [offer, way]
    assert not picker.isVisible()


def test_kept_platform_keys_can_be_changed_and_those_of_the_environment_cannot(make_picker, stripe: Offer) -> None:
    def offers_change(offer: Offer) -> bool:
        card = make_picker(offer).cards[0]
        return any(button.text() == "Change the platform keys" for button in card.findChildren(type(card.leading)))

    assert offers_change(replace(stripe, client_id="ca_1"))
    assert not offers_change(replace(stripe, client_id="ca_1", platform_fixed=True))
    assert not offers_change(stripe)


def test_a_kept_application_id_can_be_changed(make_picker, square: Offer) -> None:
    picker = make_picker(replace(square, client_id="sq0idp-1"))
    card = picker.cards[0]
    assert "Change the application ID" in [one.text() for one in card.findChildren(type(card.leading))]


def test_every_control_is_named(make_picker, stripe: Offer, square: Offer, audit_accessibility) -> None:
    assert audit_accessibility(make_picker(stripe, square)) == []


def test_permissions_are_told_in_one_line_each_way() -> None:
    assert rights_text((Right("A", True), Right("B", False), Right("C", True))) == "Read and write: A, C\nRead: B"
