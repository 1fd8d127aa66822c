"""The payments page: what became of each payment, and where its money went, in words."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.books.listings.payments import PaymentRow
from desktop.records import AttemptRecord, DisputeRecord, PaymentRecord
from desktop.ui.models.rows import PillCell, shown_text
from desktop.ui.pages import payments
from desktop.ui.pages.lists_words import failure_text, method_text, payment_pill


@pytest.fixture
def account(world) -> int:
    made = world.account()
    world.client(made, "cus_acme", "Acme Bakery")
    return made


def shown(page: Any, settle: Any) -> list[list[str]]:
    for row in range(page.model.rowCount()):
        page.model.cells(row)
    settle()
    rows = [page.model.cells(row) for row in range(page.model.rowCount())]
    return [[shown_text(cell) for cell in row] for row in rows if row is not None]


def opened(place: Any, show_page: Any, settle: Any, row_id: int = 1) -> Any:
    page = show_page(payments.spec(place.desk))
    page.open(row_id=row_id)
    settle()
    return page


# ------------------------------------------------------------------------------------------------------------ the list


def test_each_payment_reads_with_its_client_method_invoice_and_state(world, place, account, show_page, settle) -> None:
    world.invoice(account, "in_1", 100, "2026-11-01", number="INV-1", status="paid")
    world.sale(account, "1", 4_200_00, "2026-11-20", client="cus_acme", invoice="in_1")
    world.sale(account, "2", 900_000, "2026-11-19", currency="jpy")
    world.decline(account, "3", 310_00, "2026-11-18", client="cus_acme")
    page = show_page(payments.spec(place.desk))
    assert shown(page, settle) == [
        ["20 Nov", "Acme Bakery", "Visa •••• 4242", "INV-1", "Succeeded", "$4,200.00"],
        ["19 Nov", "—", "Visa •••• 4242", "—", "Succeeded", "¥900,000"],
        ["18 Nov", "Acme Bakery", "•••• 0002", "—", "Failed", "$310.00"],
    ]


def test_tabs_count_and_the_foot_says_what_was_collected(
    world, place, account, show_page, buttons, texts, press
) -> None:
    world.sale(account, "1", 4_200_00, "2026-11-20")
    world.sale(account, "2", 900, "2026-11-19", currency="jpy")
    world.decline(account, "3", 310_00, "2026-11-18")
    page = show_page(payments.spec(place.desk))
    assert buttons(page.tabs) == ["All 3", "Succeeded 2", "Waiting 0", "Failed 1", "Refunded 0", "Disputed 0"]
    assert texts(page.card)[-2:] == ["Collected", "$4,200.00 · ¥900"]
    press(page.tabs, "Failed")
    assert page.count.full_text() == "1 payment"


def row(**changed: Any) -> PaymentRow:
    plain = PaymentRow(
        1, 1, "stripe", "pi_1", "succeeded", 1, "Acme", "usd", 5_000, 5_000, 0, 0, "usd", 30, 4_970, 0, "card", "visa",
        "4242", "", "", False, "", "",
    )  # fmt: skip
    return plain._replace(**changed)


@pytest.mark.parametrize(
    ("changed", "text", "tone"),
    [
        ({}, "Succeeded", "accent"),
        ({"refunded": 1_250}, "Refunded $12.50", "neutral"),
        ({"refunded": 5_000}, "Refunded", "neutral"),
        ({"disputed": True, "refunded": 10}, "Disputed", "warning"),
        ({"status": "returned", "returned": 5_000}, "Returned", "danger"),
        ({"status": "failed"}, "Failed", "danger"),
        ({"status": "processing"}, "Processing", "info"),
        ({"status": "requires_capture"}, "Not captured yet", "info"),
        ({"status": "open"}, "Waiting", "neutral"),
        ({"status": "canceled"}, "Cancelled", "neutral"),
        ({"status": "new_to_us"}, "New to us", "neutral"),
    ],
)
def test_states_in_words(qapp, changed: dict[str, Any], text: str, tone: str) -> None:
    assert payment_pill(row(**changed)) == PillCell(text, tone)


@pytest.mark.parametrize(
    ("method", "brand", "last4", "text"),
    [
        ("card", "visa", "4242", "Visa •••• 4242"),
        ("card", "amex", "0005", "Amex •••• 0005"),
        ("card", "unknown", "1111", "Card •••• 1111"),
        ("us_bank_account", "", "6789", "Bank account •••• 6789"),
        ("cash", "", "", "Cash"),
        ("alipay_hk", "", "", "Alipay hk"),
        ("", "", "0002", "•••• 0002"),
        ("", "", "", "—"),
    ],
)
def test_ways_to_pay_in_words(qapp, method: str, brand: str, last4: str, text: str) -> None:
    assert method_text(method, brand, last4) == text


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        ("card_declined", "Your card was declined.", "The bank declined the card"),
        ("card_declined", "Your card is blue.", "The bank declined the card: “Your card is blue”"),
        ("expired_card", "Your card has expired.", "The card has expired"),
        ("INSUFFICIENT_FUNDS", "", "Not enough money on the account"),
        ("brand_new_code", "It did not work.", "It did not work."),
        ("brand_new_code", "", "Brand new code"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_reasons_in_words(qapp, code: str, message: str, text: str) -> None:
    assert failure_text(code, message) == text


# ----------------------------------------------------------------------------------------------------------- the panel


def test_a_payment_tells_its_money_from_collected_to_net(world, place, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 61_000, "2026-11-11 11:50", client="cus_acme", fee=488)
    world.refund(account, "re_1", "1", 30_500, "2026-11-20")
    world.put(account, ("ch_1", AttemptRecord(
        "succeeded", 61_000, 61_000, 30_500, "usd", world.at("2026-11-11 11:50"), payment_ref="pi_1",
        client_ref="cus_acme", method="card", brand="visa", last4="4242", entry_ref="txn_1",
    )))  # fmt: skip
    page = opened(place, show_page, settle)
    assert texts(page.panel) == [
        "$610.00", "Refunded $305.00", "Acme Bakery", "11 Nov, 11:50 · Stripe",
        "Paid with", "Visa •••• 4242", "Ledger day", "11 Nov",
        "Money", "Collected", "$610.00", "Fee", "-$4.88", "Net", "$605.12", "Refunded since", "-$305.00",
        "Refunds", "20 Nov", "-$305.00", "Refunded",
        "Attempts", "11 Nov, 11:50 · Visa •••• 4242", "Succeeded",
        "Open in Stripe",
    ]  # fmt: skip


def test_a_converted_payment_says_so(world, place, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 400_000, "2026-11-02", currency="jpy", settled=(260_000, "usd"), fee=500)
    told = texts(opened(place, show_page, settle).panel)
    start = told.index("Money")
    assert told[start + 1 : start + 8] == [
        "Collected", "¥400,000", "Fee", "-$5.00", "Net", "$2,595.00", "Converted: collected in JPY, settled in USD.",
    ]  # fmt: skip


def test_without_its_ledger_line_no_fee_is_invented(world, place, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 900, "2026-11-02", ledger=False)
    told = texts(opened(place, show_page, settle).panel)
    assert "No ledger line of this payment has arrived, so its fee is not known yet." in told
    assert "Net" not in told


def test_every_attempt_tells_why_it_failed(world, place, account, show_page, settle, texts) -> None:
    world.decline(account, "1", 31_000, "2026-11-18 09:00", client="cus_acme")
    second = AttemptRecord(
        "failed", 31_000, 0, 0, "usd", world.at("2026-11-19 10:00"), captured=False, payment_ref="pi_1", method="card",
        brand="visa", last4="9995", failure_code="expired_card", failure_message="Your card has expired.",
    )  # fmt: skip
    world.put(account, ("ch_1b", second))
    told = texts(opened(place, show_page, settle).panel)
    assert told[told.index("Attempts") : -1] == [
        "Attempts",
        "19 Nov, 10:00 · Visa •••• 9995", "Failed", "The card has expired",
        "18 Nov, 09:00 · •••• 0002", "Failed", "The bank declined the card",
    ]  # fmt: skip
    assert "Money" not in told


def test_a_refund_that_failed_and_a_dispute_are_told(world, place, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 61_000, "2026-11-11")
    world.refund(account, "re_1", "1", 500, "2026-11-12", failed="2026-11-15")
    world.put(account, ("dp_1", DisputeRecord(
        61_000, "usd", "needs_response", world.at("2026-11-13"), "ch_1", "pi_1", "product_not_received",
        world.at("2026-11-30"),
    )))  # fmt: skip
    told = texts(opened(place, show_page, settle).panel)
    start = told.index("Refunds")
    assert told[start : start + 10] == [
        "Refunds", "12 Nov", "-$5.00", "Failed", "Failed 15 Nov",
        "Disputes", "13 Nov", "$610.00", "Needs your answer", "Product not received · Answer by 30 Nov",
    ]  # fmt: skip


def test_the_receipt_and_the_invoice_are_a_click_away(world, place, account, show_page, settle, press) -> None:
    world.invoice(account, "in_1", 61_000, "2026-11-01", number="INV-1", status="paid")
    world.sale(account, "1", 61_000, "2026-11-11", client="cus_acme", invoice="in_1")
    charge = AttemptRecord(
        "succeeded", 61_000, 61_000, 0, "usd", world.at("2026-11-11"), payment_ref="pi_1", client_ref="cus_acme",
        receipt_url="https://pay.stripe.com/receipts/1",
    )  # fmt: skip
    world.put(account, ("ch_1", charge))
    page = opened(place, show_page, settle)
    press(page.panel, "Open receipt")
    press(page.panel, "Open in Stripe")
    assert place.addresses == ["https://pay.stripe.com/receipts/1", "https://dashboard.stripe.com/test/payments/pi_1"]
    press(page.panel, "Copy link")
    assert QGuiApplication.clipboard().text() == "https://pay.stripe.com/receipts/1"
    press(page.panel, "INV-1")
    press(page.panel, "Client")
    assert place.pages == [("invoices", {"row_id": 1}), ("clients", {"row_id": 1})]


def test_a_receipt_elsewhere_is_not_offered(world, place, account, show_page, settle, buttons) -> None:
    world.sale(account, "1", 5, "2026-11-11")
    charge = AttemptRecord(
        "succeeded", 5, 5, 0, "usd", world.at("2026-11-11"), payment_ref="pi_1", receipt_url="https://evil.example/1"
    )
    world.put(account, ("ch_1", charge))
    page = opened(place, show_page, settle)
    assert buttons(page.panel) == ["Close the panel", "Open in Stripe"]


def test_a_payment_of_nobody_says_so(world, place, account, show_page, settle, texts) -> None:
    wish = PaymentRecord("open", 9_900, "usd", world.at("2026-11-19"), description="Print sale <b>1</b>")
    world.put(account, ("pi_1", wish), ("pi_2", replace(wish, description="")))
    page = opened(place, show_page, settle)
    assert [line[1] for line in shown(page, settle)] == ["—", "Print sale <b>1</b>"]
    told = texts(page.panel)
    assert told[:4] == ["$99.00", "Waiting", "No client named", "19 Nov, 12:00 · Stripe"]
    assert (told[4], told[5]) == ("For", "Print sale <b>1</b>")


def test_opened_for_a_client_and_a_state(world, place, account, show_page, settle) -> None:
    world.sale(account, "1", 100, "2026-11-11", client="cus_acme")
    world.sale(account, "2", 200, "2026-11-12")
    world.decline(account, "3", 300, "2026-11-13", client="cus_acme")
    page = show_page(payments.spec(place.desk))
    page.open(client_id=1, status="failed")
    settle()
    assert [line[-1] for line in shown(page, settle)] == ["$3.00"]
    assert page.tabs.current() == "failed"


def test_every_control_has_a_name(world, place, account, show_page, settle, audit_accessibility) -> None:
    world.sale(account, "1", 100, "2026-11-11", client="cus_acme")
    assert audit_accessibility(opened(place, show_page, settle)) == []


def test_without_payments_it_says_when_they_come(place, account, show_page, texts) -> None:
    assert "No payments yet" in texts(show_page(payments.spec(place.desk)))
