"""Real-shaped values of both providers, in every form that text takes on its way to a log, and text that must stay.

The values are made up and put together here, so that no scanner takes them for real ones.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.secrets.redaction import (
    TALKATIVE,
    RedactingFormatter,
    install_logging,
    redact,
    visible,
)
from desktop.vault.recovery import new_code

TAIL = "4eC39HqLyjWDarjtT1zdp7dc"
KEY_BYTES = base64.b64encode(bytes(range(7, 39))).decode()

# What is found wherever it stands, by its own shape.
SHAPED = {
    "Stripe secret key, live": "sk_live_" + TAIL,
    "Stripe secret key, long": "sk_live_" + "51H" + TAIL * 4,
    "Stripe secret key, test": "sk_test_" + TAIL,
    "Stripe restricted key, live": "rk_live_" + TAIL,
    "Stripe restricted key, test": "rk_test_" + TAIL,
    "Stripe publishable key": "pk_live_" + TAIL,
    "Stripe organisation key": "sk_org_live_" + TAIL,
    "Stripe ephemeral key": "ek_test_" + TAIL,
    "Stripe endpoint secret": "whsec_" + "Zk9" + TAIL,
    "Stripe command line's endpoint secret": "whsec_" + "0a1b2c3d" * 8,
    "Stripe OAuth code": "ac_" + "FZk2" + TAIL,
    "Stripe refresh token": "rt_" + "FZk2" + TAIL,
    "Stripe payment intent's client secret": "pi_3MtwBwLkdIwHu7ix28a3tqPa" + "_secret_" + "YrKJUKribcBjcG8HVhfZluoGH",
    "Stripe setup intent's client secret": "seti_1Mm8s8LkdIwHu7ix0OXBfTRG" + "_secret_" + "NXDICkPqPeiBTAFqWmkbff09",
    "Stripe checkout's client secret": "cs_test_a1b2c3D4" + "_secret_" + "fidwbEhqYWAnPydgaGdgYWFgY2%2F",
    "Square access token": "EAAA" + "EFhk0sEo4lPJ2vJvd-kZdGGmBxNQK7Xo_X0VwyXhJLtLn9pGQnLqz2Vb6Wq3xYzA",
    "Square sandbox access token": "EAAA" + "lz1dCkqk2lK-pJ3Q9y0vWQp7q8xZsH6h2b5mFv0uQ9aXn4T1rR3wE6yU8iO0pLkJ",
    "Square refresh token": "EQAA" + "EPVqDXqYQcXm3wOVkxv7d0oKqkMZ4fzmFOUBpSLM1OUbgTmMhxPnQzSMLvYcM3nh",
    "Square personal access token": "sq0atp-" + "Xy3kd8Jm1Qp0sLx9Vb2NwA",
    "Square application secret": "sq0csp-" + "Qp0sLx9Vb2NwAXy3kd8Jm1Qp0sLx9Vb2NwAXy3kd8Jm",
    "Square authorization code": "sq0cgp-" + "Lx9Vb2NwAXy3kd8Jm1Qp0s",
    "Square sandbox secret": "sandbox-sq0csb-" + "Vb2NwAXy3kd8Jm1Qp0sLx9Vb2NwAXy3kd8Jm1Qp0sLx",
    "Square sandbox code": "sandbox-sq0cgb-" + "NwAXy3kd8Jm1Qp0sLx9Vb2",
    "Square card nonce": "cnon:" + "CBASEG5D6vK2mXyZ",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9"
    + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0"
    + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "card": "42424242" + "42424242",
    "card in groups": "4242-4242" + "-4242-4242",
    "master key": KEY_BYTES,
    "recovery key": "7K3M-Q9WX-A2BC-D4EF" + "-G5HJ-K6MN-P7QR-S8TV",
}

# What is told by its name only: any value at all.
NAMED = (
    "access_token",
    "refresh_token",
    "client_secret",
    "code_verifier",
    "password",
    "passphrase",
    "api_key",
    "signature_key",
    "PAYDESK_MASTER_KEY",
    "accessToken",
    "stripe_access_token",
    "Authorization",
    "Stripe-Signature",
    "x-square-hmacsha256-signature",
    "x-square-signature",
    "Cookie",
)
PLAIN_VALUE = "zebra" + "quartz"

FORMS = {
    "alone": "{}",
    "in a sentence": "the provider refused {} today",
    "at the end of a sentence": "it was {}.",
    "in brackets": "(got {}, gave up)",
    "as repr": "{!r}",
    "in a path": "https://api.example.test/v1/{}/things",
    "after an equals sign": "value={} done",
    "after a percent sign": "next=%2F{}",
    "between newlines": "a\n{}\nb",
}


def leaks(secret: str, text: str) -> bool:
    """Whether eight characters in a row of the secret's second half are still there."""
    tail = secret[len(secret) // 2 :]
    return any(tail[start : start + 8] in text for start in range(max(1, len(tail) - 7)))


def check(text: str, secret: str) -> None:
    """Fail without showing the text, should it ever be a real one."""
    clean = redact(text)
    assert not leaks(secret, clean), "a secret is left"
    again = redact(clean) == clean
    assert again, "redacting twice is not the same as once"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", SHAPED.values(), ids=SHAPED.keys())
def test_a_value_of_known_shape_is_found_in_every_form(secret: str, form: str) -> None:
    check(form.format(secret), secret)


@pytest.mark.parametrize("secret", SHAPED.values(), ids=SHAPED.keys())
def test_a_value_of_known_shape_is_found_in_json_reprs_and_headers(secret: str) -> None:
    for text in (
        json.dumps({"anything": secret}),
        repr({"anything": [secret, secret.encode()]}),
        json.dumps(json.dumps({"anything": secret})),
        urlencode({"anything": secret, "else": 1}, safe="%:="),
        f"Authorization: Bearer {secret}\r\nHost: x",
        repr(f"authorization: Bearer {secret}\r\nHost: x".encode()),
        f"https://{secret}:@api.example.test/v1",
        f"https://user:{secret}@api.example.test/v1",
    ):
        check(text, secret)


@pytest.mark.parametrize(
    "value", [PLAIN_VALUE, "s p a c e d words", "with\"quo'tes", "back\\slash", "ünïcode🔑", "a,b;c&d=e"]
)
@pytest.mark.parametrize("name", NAMED)
def test_a_named_value_is_hidden_whatever_it_is_when_it_is_quoted(name: str, value: str) -> None:
    kept = "the_rest_stays"
    for text in (
        json.dumps({name: value, "other": kept}),
        json.dumps({name: value, "other": kept}, ensure_ascii=False, indent=2),
        repr({name: value, "other": kept}),
        repr({name.encode(): value.encode(), b"other": kept.encode()}),
        repr([(name, value), ("other", kept)]),
        repr({name: [value], "other": [kept]}),
        json.dumps({name: [value], "other": [kept]}),
        repr([(name.encode(), value.encode()), (b"other", kept.encode())]),
        f"Settings({name.replace('-', '_')}={value!r}, other={kept!r})"
        if "-" not in name
        else repr({name: value, "o": kept}),
    ):
        clean = redact(text)
        assert not any(piece in clean for piece in (value, repr(value)[1:-1], json.dumps(value)[1:-1]))
        assert not any(word in clean for word in ("zebra", "words", "tes", "slash", "code🔑", "d=e"))
        assert name in clean
        assert kept in clean
        assert redact(clean) == clean


@pytest.mark.parametrize(
    "name", [name for name in NAMED if "-" not in name and name not in ("Authorization", "Cookie")]
)
def test_a_named_value_is_hidden_in_queries_forms_and_assignments(name: str) -> None:
    for text in (
        f"https://example.test/callback?a=1&{name}={PLAIN_VALUE}&other=kept",
        f"{name}={PLAIN_VALUE}&other=kept",
        repr(f"grant_type=refresh_token&{name}={PLAIN_VALUE}&other=kept".encode()),
        f"{name}={PLAIN_VALUE} other=kept",
        f"{name}: {PLAIN_VALUE}\nother: kept",
        f"export {name}='{PLAIN_VALUE}'; other=kept",
    ):
        clean = redact(text)
        assert PLAIN_VALUE not in clean
        assert name in clean
        assert "kept" in clean
        assert redact(clean) == clean


@pytest.mark.parametrize("name", ["access_token", "password"])
def test_json_inside_json_inside_a_repr_is_read(name: str) -> None:
    text: object = {name: 'with"quote' + PLAIN_VALUE, "other": "kept"}
    for _ in range(3):
        text = json.dumps(text)
        clean = redact(text)
        assert PLAIN_VALUE not in clean
        assert "kept" in clean


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        (
            "Authorization: Basic " + base64.b64encode(b"sk:zebraquartz").decode(),
            base64.b64encode(b"sk:zebraquartz").decode(),
        ),
        ("authorization: bearer " + PLAIN_VALUE, PLAIN_VALUE),
        ("Authorization: Client " + PLAIN_VALUE, PLAIN_VALUE),
        ("AUTHORIZATION:" + PLAIN_VALUE, PLAIN_VALUE),
        ("Proxy-Authorization: Basic " + PLAIN_VALUE, PLAIN_VALUE),
        ("Stripe-Signature: t=1700000000,v1=" + "5257a869" * 8 + ",v0=" + "6ffbb59b" * 8, "6ffbb59b" * 8),
        ("x-square-hmacsha256-signature: " + KEY_BYTES, KEY_BYTES),
        ("Cookie: session=abc; other=" + PLAIN_VALUE, PLAIN_VALUE),
        ("sent Bearer " + TAIL + " to them", TAIL),
        (
            "sent Basic " + base64.b64encode(b"user:zebraquartz").decode(),
            base64.b64encode(b"user:zebraquartz").decode(),
        ),
        ("sent Client " + TAIL, TAIL),
    ],
)
def test_authorization_and_signature_headers(header: str, secret: str) -> None:
    for text in (header, header + "\r\nHost: kept", repr(header.encode() + b"\r\nHost: kept"), f"[{header!r}, 'kept']"):
        check(text, secret)
        assert ("kept" in redact(text)) == ("kept" in text)


def test_what_a_real_client_shows_of_a_request() -> None:
    secret = SHAPED["Stripe secret key, live"]
    request = httpx.Request(
        "POST",
        "https://connect.example.test/oauth/token?code=" + PLAIN_VALUE,
        headers={
            "Authorization": "Bearer " + secret,
            "Stripe-Signature": "t=1,v1=" + "ab" * 32,
            "Idempotency-Key": "kept-1",
        },
        data={"client_secret": PLAIN_VALUE, "code_verifier": PLAIN_VALUE, "grant_type": "authorization_code"},
    )
    text = f"{request!r} {request.headers!r} {request.headers.raw!r} {dict(request.headers)!r} {request.content!r}"
    check(text, secret)
    clean = redact(text)
    assert PLAIN_VALUE not in clean
    assert "abababab" not in clean
    assert "kept-1" in clean
    assert "authorization_code" in clean


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8765/api/integrations/payments/callback?code={}&state=kept",
        "GET /callback?state=kept&code={} HTTP/1.1",
        "code={}&state=kept",
        "return=https%3A%2F%2Fx.test%3Fcode%3D{}%26state%3Dkept",
    ],
)
def test_an_oauth_code_in_an_address_is_hidden_whatever_its_shape(text: str) -> None:
    assert PLAIN_VALUE not in redact(text.format(PLAIN_VALUE))


def test_a_code_that_looks_random_is_hidden_and_an_errors_code_stays() -> None:
    for code in ("a1B2c3D4e5", "4eC39HqLyjWDarjtT1zdp7dc", "0123456789abcdef"):
        assert code not in redact(json.dumps({"code": code}))
        assert code not in redact(repr({"code": code}))
    for code in (
        "card_declined",
        "resource_missing",
        "CARD_DECLINED_VERIFICATION_REQUIRED",
        "V1_APPLICATION",
        "GONE",
        "404",
    ):
        for text in (
            json.dumps({"code": code}),
            f"code={code!r}",
            f"error code: {code}",
            f"code={code}",
            f"status_code={code}",
        ):
            assert redact(text) == text


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("postgresql+psycopg://ann:{}@db.test:5432/books", "postgresql+psycopg://ann:[redacted]@db.test:5432/books"),
        ("postgresql://ann:{}/x@y#z@db.test/books", "postgresql://ann:[redacted]@db.test/books"),
        ("postgresql+psycopg://:{}@/books", "postgresql+psycopg://:[redacted]@/books"),
        ("https://ann:{}@example.test/a", "https://ann:[redacted]@example.test/a"),
        ("Engine(postgresql+psycopg://ann:{}@db/books)", "Engine(postgresql+psycopg://ann:[redacted]@db/books)"),
        ("host=db user=ann password={} dbname=books", "host=db user=ann password=[redacted] dbname=books"),
    ],
)
def test_passwords_in_database_addresses(url: str, clean: str) -> None:
    assert redact(url.format(PLAIN_VALUE)) == clean
    assert redact(clean) == clean


def test_a_spoken_passphrase_is_hidden_to_the_end_of_its_line() -> None:
    clean = redact("Passphrase: correct horse battery staple\nnext line")
    assert "correct" not in clean
    assert "staple" not in clean
    assert clean.endswith("\nnext line")


def test_a_secret_of_any_shape_is_hidden_where_it_is_a_value_and_the_word_stays_in_a_sentence() -> None:
    for text in ("{{'secret': {!r}}}", "secret={!r}", "secret={} x"):
        assert PLAIN_VALUE not in redact(text.format(PLAIN_VALUE))
    assert redact("a secret: rotated today") == "a secret: rotated today"


def test_the_end_of_a_key_that_an_error_quotes_is_hidden() -> None:
    text = "Invalid API Key provided: sk_live_" + "*" * 20 + "T1zdp7dc"
    assert redact(text) == "Invalid API Key provided: sk_live_[redacted]"


def test_a_private_key_is_hidden() -> None:
    text = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow" + TAIL + "\n-----END RSA PRIVATE KEY-----"
    check(text, TAIL)


@pytest.mark.parametrize(
    "text",
    [
        "synced 1000 payments of acct_1MtwBwLkdIwHu7ix in 1.5 s, complete through 1700000000009",
        "pi_3MtwBwLkdIwHu7ix28a3tqPa charged ch_3MmlLrLkdIwHu7ix0snN0B15 for cus_NffrFeUfNV2Hib",
        "client_id=ca_FkyHCg7X8mlvCUdMDao4mMxagUfhIwXb scope=read_write",
        "sq0idp-AAAAAAAAAAAAAAAAAAAAAA and sandbox-sq0idb-AAAAAAAAAAAAAAAAAAAAAA are application ids",
        "Idempotency-Key: 0c6d2a0e-7a0b-4f0e-9a53-6f6d0f1b2c3d",
        "GET https://api.stripe.com/v1/charges?limit=100&starting_after=ch_3MmlLrLkdIwHu7ix0snN0B15 -> 200",
        "http://127.0.0.1:8080/v1/customers?email=ann@example.test",
        "client connected from 127.0.0.1:50123; basic information follows; Bearer tokens are refused",
        "Token bucket: 25 tokens left",
        "access_token=None refresh_token=null password=''",
        "access_token_expires_at: 2026-11-23T05:29:41Z",
        "the fields ['access_token', 'refresh_token'] are missing",
        '{"token_type": "bearer", "scope": "read_write", "livemode": false}',
        '{"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "amount": 424242}',
        "grant_type=authorization_code",
        "postal_code=94103 country_code=US promo",
        "request_id=req_8Kd2vYqZ1Xo0Rt, idempotency key sent",
        "rt_sync_started and ac_power_restored are events of ours",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "password changed; secret rotated; signature verified",
        "Traceback (most recent call last):",
        "invoice 4242-1001 for 12,345.67 USD due 2026-12-31",
        "",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_ids_and_prefixes_stay_so_that_the_line_still_tells_what_happened() -> None:
    assert redact("key " + SHAPED["Stripe secret key, live"]) == "key sk_live_[redacted]"
    clean = redact(SHAPED["Stripe payment intent's client secret"])
    assert clean == "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_[redacted]"


pieces = st.one_of(
    st.sampled_from(sorted(SHAPED.values())),
    st.sampled_from(
        ['"', "'", "\\", " ", "=", ":", ", ", "&", "@", "://", "password", "code", "Bearer ", "cookie: ", "(", "b'"]
    ),
    st.text(max_size=6),
)


@given(st.lists(pieces, max_size=12).map("".join))
@example("4242-4242-4242-42424242-4242-4242-4242")  # the last four of the first begin the second
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


between = st.text(st.sampled_from(" \n\t\"'\\=:,;&?()[]{}<>@/#|%+-*!"), min_size=1, max_size=4)
around = st.lists(
    st.sampled_from(["password", "code", "Bearer", "cookie", "https://", "x=1", "b'", "\\n", "123"]), max_size=4
)


@given(around, between, st.sampled_from(sorted(SHAPED.values())), between, around)
@example([], "%", "4242-4242-4242-4242", ":", [])  # the sign and two digits may be an escape of an address
def test_whatever_stands_around_it_a_value_of_known_shape_is_found(
    before: list[str], opening: str, secret: str, closing: str, after: list[str]
) -> None:
    assert not leaks(secret, redact(" ".join(before) + opening + secret + closing + " ".join(after)))


def test_every_recovery_key_is_found() -> None:
    codes = [new_code().reveal() for _ in range(50)]
    assert not any(leaks(code, redact(f"it is {code}.")) for code in codes)


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redact(text), str)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\\",
        '"',
        "1 ",
        "4242 ",
        "a_",
        "://a:",
        "password",
        "password='",
        '\\"',
        "secret_",
        "Bearer ",
        "code=&",
        "eyJa.",
    ],
)
def test_long_hostile_text_takes_no_longer_than_its_length_warrants(unit: str) -> None:
    def cpu_seconds(length: int) -> float:
        text = (unit * length)[:length] + " token secret password eyJ :// = -"
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    assert cpu_seconds(20_000) < 2


# --- Logging ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own with a redacting handler."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter())
    logger = logging.getLogger("redaction-under-test")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    yield logger, stream
    logger.removeHandler(handler)
    logger.propagate = True


SECRET = SHAPED["Stripe secret key, live"]


class Telling:
    """An object whose repr tells too much."""

    def __repr__(self) -> str:
        return f"Telling(api_key={SECRET!r})"


def raise_chained() -> None:
    """The first error has a secret in its text, the second another one and a note."""
    try:
        try:
            raise ValueError(f"bad key {SECRET}")
        except ValueError as error:
            raise KeyError({"access_token": PLAIN_VALUE}) from error
    except KeyError as error:
        error.add_note(f"while sending Authorization: Bearer {SECRET}")
        raise RuntimeError("gave up") from error


def test_messages_arguments_and_their_reprs_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.info("key %s", SECRET)
    logger.info("%s and %r", Telling(), [Telling()])
    logger.info("%(access_token)s", {"access_token": SECRET})
    logger.info({"password": PLAIN_VALUE})
    logger.info("card %d", int(SHAPED["card"]))
    logger.info("raw %s", SECRET.encode())
    text = stream.getvalue()
    assert len(text.splitlines()) == 6
    assert not leaks(SECRET, text)
    assert PLAIN_VALUE not in text
    assert SHAPED["card"] not in text


def test_tracebacks_notes_and_chained_errors_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    try:
        raise_chained()
    except RuntimeError:
        logger.exception("failed", stack_info=True)
    text = stream.getvalue()
    assert not leaks(SECRET, text)
    assert PLAIN_VALUE not in text
    assert "ValueError: bad key sk_live_[redacted]" in text
    assert "The above exception was the direct cause" in text
    assert "Stack (most recent call last)" in text
    assert "raise_chained" in text


def test_groups_of_errors_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.error("failed", exc_info=ExceptionGroup("two", [ValueError(SECRET), OSError(SECRET)]))
    assert "OSError" in stream.getvalue()
    assert not leaks(SECRET, stream.getvalue())


def test_a_traceback_that_another_handler_has_written_already_is_redacted(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = log
    record = logger.makeRecord("x", logging.ERROR, "f", 1, "failed", (), None)
    record.exc_text = f"Traceback\nValueError: {SECRET}"
    logger.handle(record)
    assert "ValueError: sk_live_[redacted]" in stream.getvalue()
    assert not leaks(SECRET, stream.getvalue())


@pytest.mark.parametrize(
    ("message", "args"), [("one %s", (SECRET, SECRET)), ("%d", (SECRET,)), ("%(a)s", ({"b": SECRET},))]
)
def test_arguments_that_do_not_fit_are_counted_and_not_shown(message: str, args: tuple[object, ...]) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, message, args, None)
    text = RedactingFormatter().format(record)
    assert f"{message!r} does not fit its {len(args)} arguments" in text
    assert not leaks(SECRET, text)


def test_no_text_forges_a_line_or_turns_one_around(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.info("name %s", "Ann\n2026-11-23T00:00:00.000Z INFO desktop: all is paid\x1b[2J\u202egnp.exe\u200b")
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert r"Ann\n2026" in text
    assert r"\x1b[2J\u202egnp.exe\u200b" in text


def test_lines_of_a_traceback_cannot_pass_for_records(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    try:
        raise ValueError("x\n2026-11-23T00:00:00.000Z INFO desktop: all is paid\x1b[2J")
    except ValueError:
        logger.exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert "failed" in first
    assert rest
    assert all(line.startswith("  | ") for line in rest)
    assert "\x1b" not in stream.getvalue()


def test_visible_leaves_letters_of_every_script_alone() -> None:
    text = "Zoë, 株式会社, مرحبا, שלום, 🙂"
    assert visible(text) == text
    assert visible("a\tb\nc", keep_lines=True) == "a\\tb\nc"


def test_the_line_has_instant_level_and_name_in_utc(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    record = logger.makeRecord("desktop.sync", logging.INFO, "f", 1, "done", (), None)
    record.created, record.msecs = 1_700_000_000.25, 250.0
    logger.handle(record)
    assert stream.getvalue() == "2023-11-14T22:13:20.250Z INFO desktop.sync: done\n"


@pytest.fixture
def restored_logging() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in (*TALKATIVE, "an_sdk")}
    yield root
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_installing_twice_writes_each_line_once(restored_logging: logging.Logger) -> None:
    stream = io.StringIO()
    install_logging(logging.INFO, stream)
    install_logging(logging.INFO, stream)
    logging.getLogger("anything").info("key %s", SECRET)
    assert stream.getvalue().count("key sk_live_[redacted]") == 1
    assert not leaks(SECRET, stream.getvalue())


def test_libraries_that_write_addresses_stay_silent_even_at_debug(restored_logging: logging.Logger) -> None:
    stream = io.StringIO()
    install_logging(logging.DEBUG, stream, talkative=("an_sdk",))
    for name in ("httpx", "httpcore", "httpcore.http11", "an_sdk", "urllib3.connectionpool", "sqlalchemy.engine"):
        logging.getLogger(name).info("GET https://x.test/?code=1")
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
        assert logging.getLogger(name).isEnabledFor(logging.WARNING)
    assert stream.getvalue() == ""
    logging.getLogger("ours").debug("seen")
    assert "seen" in stream.getvalue()


def test_a_program_without_standard_error_logs_nowhere(
    restored_logging: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    handler = install_logging()
    logging.getLogger("ours").info("dropped")
    assert handler in restored_logging.handlers


def test_a_line_that_cannot_be_written_is_not_shown_elsewhere(
    restored_logging: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    install_logging(logging.INFO, stream)
    stream.close()
    logging.getLogger("ours").info("key %s", SECRET)
    shown = capsys.readouterr().err
    assert "a log line of ours could not be written" in shown
    assert not leaks(SECRET, shown)


def test_quoting_for_addresses_does_not_hide_a_secret() -> None:
    check("next=" + quote("https://x.test/?access_token=" + PLAIN_VALUE, safe=""), PLAIN_VALUE)
