"""Addresses open only when they are https on a host of the provider."""

import os
import sys

import pytest
from PySide6.QtCore import QUrl

from desktop.ui.app import addresses
from desktop.ui.app.addresses import Addresses, RefusedAddressError, is_allowed

HOSTS = ("stripe.com", ".stripe.com", "connect.squareup.com")


@pytest.mark.parametrize(
    "address",
    [
        "https://stripe.com/",
        "https://dashboard.stripe.com/invoices/in_1?x=1#y",
        "https://Dashboard.Stripe.com:443/",
        "https://connect.squareup.com/oauth2/authorize",
    ],
)
def test_the_providers_addresses_open(address: str) -> None:
    opened: list[QUrl] = []
    Addresses(lambda url: not opened.append(url)).open(address, HOSTS)
    assert [url.host() for url in opened] == [QUrl(address).host()]


@pytest.mark.parametrize(
    "address",
    [
        "https://stripe.com@evil.com/",
        "https://stripe.com:443@evil.com/",
        "https://user@stripe.com/",
        "http://stripe.com/",
        "https://stripe.com:8443/",
        "https://evilstripe.com/",
        "https://stripe.com.evil.com/",
        "https://squareup.com/",
        "https://evil.com/?stripe.com",
        "https://evil.com\\@stripe.com/",
        "https://stripe.com\n.evil.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://stripe.com/share",
        "//stripe.com/",
        "C:\\Windows\\calc.exe",
        "https://stripe。com.evil.com/",
        "http://127.0.0.1:8400/oauth",
        "",
    ],
)
def test_any_other_address_is_refused_and_nothing_opens(address: str) -> None:
    opened: list[QUrl] = []
    with pytest.raises(RefusedAddressError):
        Addresses(lambda url: not opened.append(url)).open(address, HOSTS)
    assert opened == []


def test_this_machine_is_opened_only_when_asked_for() -> None:
    address = "http://127.0.0.1:8400/oauth/authorize"
    assert is_allowed(address, (), loopback=True)
    assert is_allowed("http://[::1]:8400/", (), loopback=True)
    assert not is_allowed(address, HOSTS)
    assert not is_allowed("http://127.0.0.1.evil.com/", (), loopback=True)
    assert not is_allowed("file://localhost/etc/passwd", (), loopback=True)


def test_no_browser_is_said() -> None:
    with pytest.raises(RefusedAddressError, match="browser"):
        Addresses(lambda _url: False).open("https://stripe.com/", HOSTS)


def test_a_frozen_program_gives_the_browser_the_users_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")

    class Services:
        @staticmethod
        def openUrl(_url: QUrl) -> bool:
            seen.append(os.environ.get("LD_LIBRARY_PATH"))
            return True

    monkeypatch.setattr(addresses, "QDesktopServices", Services)
    Addresses().open("https://stripe.com/", HOSTS)
    assert seen == ["/usr/local/lib"]
    assert os.environ["LD_LIBRARY_PATH"] == "/bundle"
