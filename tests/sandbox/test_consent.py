"""Where an owner may be sent to, and what the page that asks lets a browser do."""

from __future__ import annotations

import pytest

from desktop.sandbox.consent import Consent, may_return, way_back

ASKING = Consent("Acme Pay", "/consent", "It may:")


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("http://localhost:8765/", True),
        ("http://127.0.0.1/back", True),
        ("http://[::1]:1/back", True),
        ("https://shop.example/back", True),
        ("https://shop.example/other", False),
        ("http://192.0.2.1/back", False),
        ("paydesk://localhost/back", False),
        ("", False),
    ],
)
def test_an_owner_is_sent_to_loopback_and_to_registered_addresses_only(address: str, may: bool) -> None:
    assert may_return(address, {"https://shop.example/back"}) is may


def test_the_way_back_keeps_the_query_of_the_address_and_carries_the_state() -> None:
    assert (
        way_back("http://localhost/?a=1", {"code": "c"}, {"state": "s t"}) == "http://localhost/?a=1&code=c&state=s+t"
    )
    assert way_back("http://localhost/", {"error": "access_denied"}, {}) == "http://localhost/?error=access_denied"


def test_whatever_stands_in_a_request_is_text_on_the_page() -> None:
    page = ASKING.question("Cups & <Co>", "acct", ["<b>"], {'"': "<script>"}, "http://localhost:1/back")
    assert "<script>" not in page.html
    assert "Cups &amp; &lt;Co&gt;" in page.html
    assert "not the real Acme Pay" in page.html


def test_a_form_leads_to_the_page_itself_and_to_the_origin_of_the_redirect() -> None:
    asked = ASKING.question("Cups", "acct", [], {}, "http://localhost:1/back?x=1")
    assert asked.policy.endswith("form-action 'self' http://localhost:1")
    assert ASKING.objection("No.").policy.endswith("form-action 'self'")
