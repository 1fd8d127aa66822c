"""The wire: which addresses are taken, whose clock counts, and that no secret gets into a message."""

from __future__ import annotations

import pytest

from desktop.errors import UsageError
from desktop.providers.http import checked_base, decoded, is_loopback
from desktop.providers.limits import Fault
from desktop.secrets.redaction import one_line


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://127.0.0.1:80", True),
        ("http://[::1]:80", True),
        ("http://localhost", True),
        ("https://api.stripe.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("", False),
    ],
)
def test_what_is_on_this_machine(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


def test_a_base_is_https_or_loopback() -> None:
    assert checked_base(" https://api.example/ ", "X") == "https://api.example"
    assert checked_base("http://[::1]:9", "X") == "http://[::1]:9"
    for address in ("http://api.example", "https://x.example?k=1", "https://x.example:port", "//x", "http://[::1"):
        with pytest.raises(UsageError, match="in X is neither"):
            checked_base(address, "X")


@pytest.mark.parametrize(
    "secret",
    [
        "sk_live_51HqAbCdEfGhIjKlMnOp",
        "rk_test_****************abcd",
        "whsec_AbCdEfGhIjKlMnOp",
        "EAAAEOuLQObrVwJvCvoio3H13b8Ssqz1ighmTBKZvIENW9qxirHGHkqsGcPBC1uN",
        "4242 4242 4242 4242",
    ],
)
def test_nothing_that_looks_like_a_secret_is_shown(secret: str) -> None:
    shown = one_line(f"The key {secret} is\nno good")
    assert secret not in shown
    assert shown.startswith("The key ")
    assert shown.endswith(("[redacted] is no good", "…4242 is no good"))


def test_a_message_of_the_provider_is_shortened() -> None:
    assert len(one_line("word " * 500)) == 300


def test_json_comes_without_nul_characters_and_anything_else_is_a_fault() -> None:
    assert decoded(b'{"a\\u0000": ["x\\u0000y", 1]}', "P") == {"a\ufffd": ["x\ufffdy", 1]}
    assert decoded(b'{"a": 1}', "P") == {"a": 1}
    with pytest.raises(Fault, match="P sent an answer"):
        decoded(b'{"a": ', "P")
