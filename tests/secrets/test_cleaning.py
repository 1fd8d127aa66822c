"""What is never stored: secrets, fingerprints, card and bank numbers, by name and by shape, wherever they stand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.books.books import Books
from desktop.records import (
    AttemptRecord,
    ClientRecord,
    CreditNoteRecord,
    InvoiceRecord,
    PaymentMethodRecord,
    PaymentRecord,
    Record,
    SourceObject,
    Version,
)
from desktop.secrets.cleaning import _judge, clean, clean_value, packed
from desktop.secrets.names import DOCUMENTS, is_denied
from tests.helpers.shops import STEADY, Shop

EXAMPLES = "stripe-example-objects-2026-08.json"

# What a bank, a card or a platform would not want to see here; the marks stand for themselves when searched for.
CLIENT_SECRET = "pi_3PgafTB7WZ01zgkW_secret_Dm43xiq1k0ywrRRjDoi8y1gkM"
FINGERPRINT = "Xt5EWLLDS7FJjR1c"
ROUTING, ACCOUNT, IBAN, SORT_CODE = "110000000", "000123456789", "DE89370400440532013000", "108800"
CARD = "4242424242424242"
SECRETS = (CLIENT_SECRET, FINGERPRINT, ROUTING, ACCOUNT, IBAN, SORT_CODE, CARD, "4242 4242 4242 4242", "BANKDEAAXXX")

OBJECTS: dict[str, tuple[Record, dict[str, Any]]] = {
    "charge": (
        AttemptRecord("succeeded", 900, 900, 0, "eur", 1, last4="4242"),
        {
            "payment_method_details": {
                "type": "card",
                "card": {"brand": "visa", "last4": "4242", "fingerprint": FINGERPRINT, "number": CARD},
                "sepa_debit": {"last4": "3000", "iban": IBAN, "bank_code": "37040044", "fingerprint": FINGERPRINT},
                "us_bank_account": {"last4": "6789", "routing_number": ROUTING, "account_number": ACCOUNT},
                "bacs_debit": {"sort_code": SORT_CODE, "last4": "2345"},
                "giropay": {"bic": "BANKDEAAXXX", "bank_name": "Bank"},
            },
            "source": {"object": "card", "fingerprint": FINGERPRINT, "client_secret": CLIENT_SECRET, "last4": "4242"},
            "receipt_number": "1230-9876",
        },
    ),
    "payment_intent": (
        PaymentRecord("succeeded", 900, "eur", 1),
        {
            "client_secret": CLIENT_SECRET,
            "next_action": {"redirect_to_url": {"url": f"https://hooks.example.com/?client_secret={CLIENT_SECRET}"}},
            "return_url": f"https://shop.example.com/done?payment_intent_client_secret={CLIENT_SECRET}",
        },
    ),
    "customer": (
        ClientRecord("Ana"),
        {
            "sources": {"data": [{"object": "bank_account", "routing_number": ROUTING, "last4": "6789"}]},
            "metadata": {"cardNumber": CARD, "note": "card 4242 4242 4242 4242, please", "Account-Number": ACCOUNT},
            "cash_balance": {"financial_addresses": [{"iban": {"iban": IBAN}, "aba": {"account_number": ACCOUNT}}]},
        },
    ),
    "invoice": (
        InvoiceRecord("open", "eur", 900, 900, 0, 900, 0, 900, 1, number="A-1001"),
        {"number": "A-1001", "confirmation_secret": {"client_secret": CLIENT_SECRET}},
    ),
    "credit_note": (CreditNoteRecord("in_1", "cus_1", 9, "eur", "issued", 1, number="CN-1"), {"number": "CN-1"}),
    "payment_method": (
        PaymentMethodRecord("cus_1", "card", 1, "visa", "4242", 5, 2030),
        {"card": {"brand": "visa", "last4": "4242", "exp_month": 5, "exp_year": 2030, "fingerprint": FINGERPRINT}},
    ),
}  # fmt: skip


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the names that lead to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, value


def stored(books: Books, data_type: str, record: Record, body: dict[str, Any]) -> dict[str, Any]:
    """What the books keep of an object."""
    shop = Shop(books)
    shop.take(SourceObject(data_type, "id_1", Version(1, 1), body, record))
    kept = shop.body(data_type, "id_1")
    assert kept is not None
    return kept


@pytest.mark.parametrize("data_type", OBJECTS)
def test_no_secret_of_any_object_is_stored(books: Books, data_type: str) -> None:
    record, body = OBJECTS[data_type]
    kept = stored(books, data_type, record, {"id": "id_1", **body})
    text = json.dumps(kept)
    assert [secret for secret in SECRETS if secret in text] == []


def test_the_file_itself_holds_no_secret(books: Books, tmp_path: Path) -> None:
    shop = Shop(books)
    shop.take(
        *(
            SourceObject(kind, f"{kind}_1", Version(1, 1), {"id": f"{kind}_1", **body}, record)
            for kind, (record, body) in OBJECTS.items()
        )
    )
    books.close()
    for file in tmp_path.iterdir():
        written = file.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in written] == []


def test_what_people_need_survives(books: Books) -> None:
    charge = stored(books, "charge", *OBJECTS["charge"])
    details = charge["payment_method_details"]
    assert {name: kind.get("last4") for name, kind in details.items() if isinstance(kind, dict)} == {
        "card": "4242", "sepa_debit": "3000", "us_bank_account": "6789", "bacs_debit": "2345", "giropay": None,
    }  # fmt: skip
    assert details["card"]["brand"] == "visa"
    assert charge["receipt_number"] == "1230-9876"
    assert stored(books, "invoice", *OBJECTS["invoice"])["number"] == "A-1001"
    assert stored(books, "credit_note", *OBJECTS["credit_note"])["number"] == "CN-1"
    assert stored(books, "customer", *OBJECTS["customer"])["metadata"]["note"] == "card …4242, please"


def test_the_body_that_was_handed_over_stays_as_it_was() -> None:
    for record_body in OBJECTS.values():
        body = deepcopy(record_body[1])
        clean(body)
        assert body == record_body[1]


@pytest.mark.parametrize(
    "name",
    [
        "secret", "client_secret", "clientSecret", "webhook_secret", "fingerprint", "device_fingerprint", "number",
        "card_number", "cardNumber", "Card number", "cvc", "cvv", "account_number", "routing_number", "iban",
        "sort_code", "bsb_number", "transit_number", "clabe", "swift_code", "bic", "next_action", "access_token",
        "refreshToken", "API key", "password", "ssn", "id_number", "account_numbers", "external_account_number",
    ],
)  # fmt: skip
def test_names_that_are_never_stored(name: str) -> None:
    assert is_denied(name)


@pytest.mark.parametrize(
    "name",
    [
        "last4", "iban_last4", "account_number_last4", "brand", "exp_year", "receipt_number", "phone_number",
        "tracking_number", "bank_name", "network_transaction_id", "cvc_check", "token", "account", "code", "id",
        "tokenization_method", "description", "hosted_invoice_url", "invoice_number",
    ],
)  # fmt: skip
def test_names_that_are_kept(name: str) -> None:
    assert not is_denied(name)


def test_only_documents_keep_their_number_and_only_their_own() -> None:
    body = {"number": "INV-1", "source": {"number": CARD}}
    assert clean(body, data_type="invoice") == {"number": "INV-1", "source": {}}
    assert clean(body, data_type="card") == {"source": {}}
    assert clean({"number": {"a": 1}}, data_type="invoice") == {}
    event = {"data": {"object": {"object": "credit_note", "number": "CN-1", "refund": {"number": "1"}}}}
    assert clean(event) == {"data": {"object": {"object": "credit_note", "number": "CN-1", "refund": {}}}}


def test_a_number_of_a_document_that_is_a_cards_or_a_key_is_none() -> None:
    assert clean({"number": "4242-4242-4242-4242"}, data_type="invoice") == {"number": "…4242"}
    assert clean({"object": "quote", "number": "sk_live_51abcdefghijklmnop"})["number"] == "sk_live_[redacted]"


@pytest.mark.parametrize(
    "value",
    [
        CLIENT_SECRET, f"https://example.com/?x={CLIENT_SECRET}", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "sk_live_51abcdefghijklmnop", "rk_test_51abcdefghijklmnop", "sq0csp-abcdefghijklmnopqrstuvwxyz",
        "sandbox-sq0csb-abcdefghijklmnopqrstuvwxyz", "sq0atp-abcdefghijklmnopqrstuv",
    ],
)  # fmt: skip
def test_values_that_are_secrets_go_wherever_they_stand(value: str) -> None:
    body = {"a": value, "b": [value, "kept"], "c": {"d": f"say {value}.", "e": 1}, value: "f", "m": {f"x {value}": "g"}}
    kept = clean(body)
    assert value not in json.dumps(kept)
    assert value.partition("secret_")[2][-12:] not in json.dumps(kept) or "secret_" not in value
    assert (kept["b"][1], kept["c"]["e"], len(kept), len(kept["m"])) == ("kept", 1, 5, 1)
    assert "[redacted]" in kept["a"]
    assert kept["c"]["d"].startswith("say ")


@pytest.mark.parametrize(
    "text",
    [
        "Bearer AbCdEfGh0123456789AbCdEf", "Authorization: Basic dXNlcjpwYXNzd29yZA==", "password: hunter2!",
        "https://ann:hunter2x@shop.example.com/", "api_key=0a1b2c3d4e5f", "cvc 123", "CVV: 1234",
        "EAAAEFhk0sEo4lPJ2vJvd-kZdGGmBxNQK7Xo", "EQAAEPVqDXqYQcXm3wOVkxv7d0oKqkMZ4", "cnon:CBASEG5D6vK2mXyZ",
        "ac_FZk24eC39HqLyjWDarjtT1zdp7dc", "rt_FZk24eC39HqLyjWDarjtT1zdp7dc", "sq0cgp-Lx9Vb2NwAXy3kd8Jm1Qp0s",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "ek_test_YWNjdF8xS2xzZw",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\n",
        "seti_1Mm8s8LkdIwHu7ix0OXBfTRG_secret_NXDICkPqPeiBTAFqWmkbff09", "pst_test_YWNjdF8xS2xzZw",
    ],
)  # fmt: skip
def test_tokens_of_every_kind_are_taken_out_of_a_note(text: str) -> None:
    kept = clean({"note": text, text: 1})
    assert "[redacted]" in kept["note"]
    assert text not in json.dumps(kept, ensure_ascii=False)
    assert clean(dict(kept)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Basic plan 2024", "Bearer of good news", "Token economy course", "Client ABC123DEF", "password reset sent",
        "sq0idp-AAAAAAAAAAAAAAAAAAAAAA", "acct_1MtwBwLkdIwHu7ix", "ccof:uIbfJXhXETSP197M3GB",
        "tok_1MtwBwLkdIwHu7ix0snN0B15", "ca_FkyHCg7X8mlvCUdMDao4mMxagUfhIwXb", "order 1234-5678-9012",
        "1Z999AA10123456784", "9400 1000 0000 0000 0000 00", "+49 151 23456789", "+4915123456784", "490154203237518",
        "0c6d2a0e-7a0b-4f0e-9a53-6f6d0f1b2c3d", "ch_4242424242424242", "code: SUMMER20", "keyboard", "cvc_check",
        "https://shop.example.com/a@b", "Zimmer mit Frühstück, 2 Nächte", "4006381333931",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert clean({"note": text, "metadata": {text: "x"}}) == {"note": text, "metadata": {text: "x"}}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"metadata": {CARD: 1}}, {"metadata": {"…4242": 1}}),
        ({"metadata": {CARD: 1, "4242 4242 4242 4242": 2}}, {"metadata": {"…4242": 1, "…4242_": 2}}),
        ({"note": int(CARD)}, {"note": "…4242"}),
        ({"note": [int(CARD), float(CARD)]}, {"note": ["…4242", "…4242"]}),
        ({"amount": int(CARD)}, {"amount": "…4242"}),  # absurd as an amount
        (
            {"amount": 4222222222222, "created_at": 4222222222222},
            {"amount": 4222222222222, "created_at": 4222222222222},
        ),
        ({"note": 4222222222222}, {"note": "…2222"}),
        ({"version": 1_700_000_000_009}, {"version": 1_700_000_000_009}),
        ({"phone_number": "4222222222222"}, {"phone_number": "4222222222222"}),
        ({"phone_number": CARD, "sku": CARD}, {"phone_number": "…4242", "sku": "…4242"}),
        ({"note": 2**70}, {"note": str(2**70)}),
        ({"note": "half \ud83d"}, {"note": "half ?"}),
    ],
)
def test_card_numbers_in_names_and_whole_numbers(body: dict[str, Any], kept: dict[str, Any]) -> None:
    assert clean(body) == kept


def test_anything_that_is_no_object_is_cleaned_too() -> None:
    assert clean_value(CARD) == "…4242"
    assert clean_value([CARD, {"cvc": "123"}]) == ["…4242", {}]
    assert clean_value(None) is None
    assert packed({"b": CARD, "a": 1}) == '{"a":1,"b":"…4242"}'.encode()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("4242424242424242", "…4242"),
        ("paid by 4000-0566-5566-5556 today", "paid by …5556 today"),
        ("3782 822463 10005", "…0005"),
        ("4242424242424241", "4242424242424241"),  # no check digit
        ("1700000000000", "1700000000000"),  # an instant
        ("in_4242424242424242", "in_4242424242424242"),  # part of an id
        ("2024-07-26 14:02", "2024-07-26 14:02"),
        ("+1 555 555 5555", "+1 555 555 5555"),
    ],
)
def test_card_numbers_in_texts_show_their_last_four(text: str, kept: str) -> None:
    assert clean({"description": text}) == {"description": kept}


def test_what_is_nested_beyond_reason_is_cut_and_not_a_crash(books: Books) -> None:
    body: dict[str, Any] = {"deep": "end"}
    for _ in range(3000):
        body = {"in": [body]}
    kept = stored(books, "charge", AttemptRecord("succeeded", 1, 1, 0, "usd", 1), {"id": "ch_1", **body})
    assert kept["id"] == "ch_1"
    assert "end" not in json.dumps(kept)


def test_names_without_end_do_not_fill_the_memory() -> None:
    for number in range(25_000):
        clean({f"order {number}": "x", "secret": "y"})
    assert _judge.cache_info().currsize <= 20_000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20) | st.sampled_from(SECRETS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["secret", "number", "object", "iban", "last4", "fingerprint"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), _JSON, max_size=5))
@settings(STEADY, max_examples=150)
def test_cleaning_twice_is_cleaning_once_and_nothing_else_is_lost(body: dict[str, Any]) -> None:
    once = clean(body)
    assert clean(dict(once)) == once
    assert not any(is_denied(name) for path, _ in leaves(once) for name in path)
    assert not any(secret in str(value) for _, value in leaves(once) for secret in (CLIENT_SECRET, CARD))
    ordinary = [
        (path, value)
        for path, value in leaves(body)
        if not any(is_denied(name) for name in path) and not any(secret in str(value) for secret in SECRETS)
    ]
    assert [leaf for leaf in ordinary if leaf not in list(leaves(once))] == []


def test_no_example_of_the_provider_leaves_a_secret_in_the_books(books: Books) -> None:
    """Walks every example object that Stripe publishes, of streams that are read and of all others."""
    folder = os.environ.get("PAYDESK_SPECS")
    if not folder or not (Path(folder) / EXAMPLES).exists():
        pytest.skip(f"PAYDESK_SPECS names no folder with {EXAMPLES}")
    resources: dict[str, dict[str, Any]] = json.loads((Path(folder) / EXAMPLES).read_text("utf-8"))["resources"]
    secrets = {
        str(value)
        for path, value in leaves(resources)
        if len(str(value)) > 5 and is_secret_place(path) and not (path[-1] == "number" and path[0] in DOCUMENTS)
    }
    assert len(secrets) > 10
    shop = Shop(books)
    for kind, body in resources.items():
        shop.take(SourceObject(kind, "example", Version(1, 1), body, ClientRecord("Example")))
        kept = shop.body(kind, "example")
        assert kept is not None
        found = [path for path, value in leaves(kept) if is_secret_place(path) and path != ("number",)]
        assert found == [], kind
        said = [value for _, value in leaves(kept) if isinstance(value, str)]
        assert [value for value in said if "_secret_" in value or value in secrets] == [], kind
    for kind in ("invoice", "credit_note", "quote"):
        kept = shop.body(kind, "example")
        assert kept is not None
        assert kept.get("number") == resources[kind].get("number")


def is_secret_place(path: tuple[str, ...]) -> bool:
    """A field that holds a secret by Stripe's documentation, told by its last name and independent of the list."""
    name = path[-1] if path else ""
    if name.endswith("last4") or "provided" in name:
        return False
    return (
        name.endswith(("secret", "fingerprint"))
        or name in {"number", "iban", "sort_code", "clabe", "bsb_number", "swift_code", "bic", "id_number"}
        or name.startswith(("routing_number", "account_number"))
        or "next_action" in path
        or path[-2:] == ("receiver", "address")
    )
