"""The payments page: what became of each payment, and where its money went, in words."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.queries.payments import PaymentRow
from desktop.records import AttemptRecord, DisputeRecord, LocationRecord, PaymentRecord, RefundRecord
from desktop.ui.lists.rows import Amount, Marked, PillCell, TwoLines, shown_text
from desktop.ui.lists.words import failure_text, method_text, payment_pill
from desktop.ui.pages import catalogue


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


def opened(scene: Any, show_page: Any, settle: Any, row_id: int = 1) -> Any:
    page = show_page(catalogue.payments(scene.handle))
    page.open(row_id=row_id)
    settle()
    return page


# ------------------------------------------------------------------------------------------------------------ the list


def test_each_payment_reads_with_its_client_method_invoice_and_state(world, scene, account, show_page, settle) -> None:
    world.invoice(account, "in_1", 100, "2026-11-01", number="INV-1", status="paid")
    world.sale(account, "1", 4_200_00, "2026-11-20", client="cus_acme", invoice="in_1")
    world.sale(account, "2", 900_000, "2026-11-19", currency="jpy")
    world.decline(account, "3", 310_00, "2026-11-18", client="cus_acme")
    page = show_page(catalogue.payments(scene.handle))
    assert shown(page, settle) == [
        ["20 Nov", "Acme Bakery", "Visa •••• 4242", "INV-1", "Succeeded", "$4,200.00"],
        ["19 Nov", "—", "Visa •••• 4242", "—", "Succeeded", "¥900,000"],
        ["18 Nov", "Acme Bakery", "•••• 0002", "—", "Failed", "$310.00"],
    ]


def test_tabs_count_and_the_foot_says_what_was_collected(
    world, scene, account, show_page, buttons, texts, press
) -> None:
    world.sale(account, "1", 4_200_00, "2026-11-20")
    world.sale(account, "2", 900, "2026-11-19", currency="jpy")
    world.decline(account, "3", 310_00, "2026-11-18")
    page = show_page(catalogue.payments(scene.handle))
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


def test_a_payment_tells_its_money_from_collected_to_net(world, scene, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 61_000, "2026-11-11 11:50", client="cus_acme", fee=488)
    world.refund(account, "re_1", "1", 30_500, "2026-11-20")
    world.put(account, ("ch_1", AttemptRecord(
        "succeeded", 61_000, 61_000, 30_500, "usd", world.at("2026-11-11 11:50"), payment_ref="pi_1",
        client_ref="cus_acme", method="card", brand="visa", last4="4242", entry_ref="txn_1",
    )))  # fmt: skip
    page = opened(scene, show_page, settle)
    assert texts(page.panel) == [
        "$610.00", "Refunded $305.00", "Acme Bakery", "11 Nov, 11:50 · Stripe",
        "Paid with", "Visa •••• 4242", "Counted on", "11 Nov",
        "Money", "Collected", "$610.00", "Fee", "−$4.88", "Net", "$605.12", "Refunded since", "−$305.00",
        "Refunds", "20 Nov", "−$305.00", "Refunded",
        "Attempts", "11 Nov, 11:50 · Visa •••• 4242", "Succeeded",
        "Open in Stripe",
    ]  # fmt: skip


def test_a_converted_payment_says_so(world, scene, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 400_000, "2026-11-02", currency="jpy", settled=(260_000, "usd"), fee=500)
    told = texts(opened(scene, show_page, settle).panel)
    start = told.index("Money")
    assert told[start + 1 : start + 8] == [
        "Collected", "¥400,000", "Fee", "−$5.00", "Net", "$2,595.00", "Converted: collected in JPY, settled in USD.",
    ]  # fmt: skip


def test_without_its_ledger_line_no_fee_is_invented(world, scene, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 900, "2026-11-02", ledger=False)
    told = texts(opened(scene, show_page, settle).panel)
    assert "Stripe has not said yet what it keeps of this payment." in told
    assert "Net" not in told


def test_every_attempt_tells_why_it_failed(world, scene, account, show_page, settle, texts) -> None:
    world.decline(account, "1", 31_000, "2026-11-18 09:00", client="cus_acme")
    second = AttemptRecord(
        "failed", 31_000, 0, 0, "usd", world.at("2026-11-19 10:00"), captured=False, payment_ref="pi_1", method="card",
        brand="visa", last4="9995", failure_code="expired_card", failure_message="Your card has expired.",
    )  # fmt: skip
    world.put(account, ("ch_1b", second))
    told = texts(opened(scene, show_page, settle).panel)
    assert told[told.index("Attempts") : -1] == [
        "Attempts",
        "19 Nov, 10:00 · Visa •••• 9995", "Failed", "The card has expired",
        "18 Nov, 09:00 · •••• 0002", "Failed", "The bank declined the card",
    ]  # fmt: skip
    assert "Money" not in told


def test_a_refund_that_failed_and_a_dispute_are_told(world, scene, account, show_page, settle, texts) -> None:
    world.sale(account, "1", 61_000, "2026-11-11")
    world.refund(account, "re_1", "1", 500, "2026-11-12", failed="2026-11-15")
    world.put(account, ("dp_1", DisputeRecord(
        61_000, "usd", "needs_response", world.at("2026-11-13"), "ch_1", "pi_1", "product_not_received",
        world.at("2026-11-30"),
    )))  # fmt: skip
    told = texts(opened(scene, show_page, settle).panel)
    start = told.index("Refunds")
    assert told[start : start + 10] == [
        "Refunds", "12 Nov", "−$5.00", "Failed", "Failed 15 Nov",
        "Disputes", "13 Nov", "$610.00", "Needs your answer", "Product not received · Answer by 30 Nov",
    ]  # fmt: skip


def test_what_was_paid_with_stored_value_is_no_money(world, scene, account, show_page, settle, texts) -> None:
    moment = world.at("2026-11-11 11:50")
    card = AttemptRecord("succeeded", 9_000, 9_000, 0, "usd", moment, fee=0, stored_value=True)
    back = RefundRecord(2_500, "usd", "succeeded", world.at("2026-11-20"), "ch_1", fee=0, release=False)
    world.put(account, ("ch_1", card), ("re_1", back))
    told = texts(opened(scene, show_page, settle).panel)
    start = told.index("Money")
    assert told[start + 1 : start + 3] == ["Paid with stored value", "$90.00"]
    assert "Collected" not in told
    assert "Back onto stored value" in told


def test_a_refund_that_only_gave_a_hold_up_says_so(world, scene, account, show_page, settle, texts) -> None:
    moment = world.at("2026-11-11 11:50")
    held = AttemptRecord("succeeded", 9_000, 0, 0, "usd", moment, captured=False)
    world.put(account, ("ch_1", held), ("re_1", RefundRecord(9_000, "usd", "succeeded", moment, "ch_1")))
    told = texts(opened(scene, show_page, settle).panel)
    assert "Cancelled" in told
    assert "Hold given up" in told
    assert "Collected" not in told


def test_the_receipt_and_the_invoice_are_a_click_away(world, scene, account, show_page, settle, press) -> None:
    world.invoice(account, "in_1", 61_000, "2026-11-01", number="INV-1", status="paid")
    world.sale(account, "1", 61_000, "2026-11-11", client="cus_acme", invoice="in_1")
    charge = AttemptRecord(
        "succeeded", 61_000, 61_000, 0, "usd", world.at("2026-11-11"), payment_ref="pi_1", client_ref="cus_acme",
        receipt_url="https://pay.stripe.com/receipts/1",
    )  # fmt: skip
    world.put(account, ("ch_1", charge))
    page = opened(scene, show_page, settle)
    press(page.panel, "Open receipt")
    press(page.panel, "Open in Stripe")
    assert scene.addresses == ["https://pay.stripe.com/receipts/1", "https://dashboard.stripe.com/test/payments/pi_1"]
    press(page.panel, "Copy link")
    assert QGuiApplication.clipboard().text() == "https://pay.stripe.com/receipts/1"
    press(page.panel, "INV-1")
    press(page.panel, "Client")
    assert scene.pages == [("invoices", {"row_id": 1}), ("clients", {"row_id": 1})]


def test_a_receipt_elsewhere_is_not_offered(world, scene, account, show_page, settle, buttons) -> None:
    world.sale(account, "1", 5, "2026-11-11")
    charge = AttemptRecord(
        "succeeded", 5, 5, 0, "usd", world.at("2026-11-11"), payment_ref="pi_1", receipt_url="https://evil.example/1"
    )
    world.put(account, ("ch_1", charge))
    page = opened(scene, show_page, settle)
    assert buttons(page.panel) == ["Close the panel", "Open in Stripe"]


def test_a_payment_of_nobody_says_so(world, scene, account, show_page, settle, texts) -> None:
    wish = PaymentRecord("open", 9_900, "usd", world.at("2026-11-19"), description="Print sale <b>1</b>")
    world.put(account, ("pi_1", wish), ("pi_2", replace(wish, description="")))
    page = opened(scene, show_page, settle)
    assert [line[1] for line in shown(page, settle)] == ["—", "Print sale <b>1</b>"]
    told = texts(page.panel)
    assert told[:4] == ["$99.00", "Waiting", "No client named", "19 Nov, 12:00 · Stripe"]
    assert (told[4], told[5]) == ("For", "Print sale <b>1</b>")


def test_opened_for_a_client_and_a_state(world, scene, account, show_page, settle) -> None:
    world.sale(account, "1", 100, "2026-11-11", client="cus_acme")
    world.sale(account, "2", 200, "2026-11-12")
    world.decline(account, "3", 300, "2026-11-13", client="cus_acme")
    page = show_page(catalogue.payments(scene.handle))
    page.open(client_id=1, status="failed")
    settle()
    assert [line[-1] for line in shown(page, settle)] == ["$3.00"]
    assert page.tabs.current() == "failed"


def test_every_control_has_a_name(world, scene, account, show_page, settle, audit_accessibility) -> None:
    world.sale(account, "1", 100, "2026-11-11", client="cus_acme")
    assert audit_accessibility(opened(scene, show_page, settle)) == []


def test_without_payments_it_says_when_they_come(scene, account, show_page, texts) -> None:
    assert "No payments yet" in texts(show_page(catalogue.payments(scene.handle)))


# ---------------------------------------------------------------------------------------------------- at the counter


def test_a_sale_at_a_counter_reads_with_what_was_sold_where_and_its_tip(scene, shop, show_page, settle) -> None:
    page = show_page(catalogue.payments(scene.handle))
    shown(page, settle)
    seat, cake, coffee = (page.model.cells(row) for row in range(3))
    assert (coffee[1], coffee[-1]) == (
        TwoLines("Coffee, Large; Cake <b>of the day</b>", "Market"), Amount("$14.26", "14.26", False, "tip $1.50"),
    )  # fmt: skip
    assert (cake[1], cake[2]) == (TwoLines("Cake <b>of the day</b>", "Harbour <b>stall</b>"), "Cash")
    assert (seat[1], seat[-1].note) == (TwoLines("Seat", "Market"), "")
    last = page.model.index(2, 5)
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "$14.26, tip $1.50"


def test_marks_tell_providers_apart_where_there_are_several(world, scene, shop, show_page, settle) -> None:
    page = show_page(catalogue.payments(scene.handle))
    shown(page, settle)
    assert page.model.cells(0)[0] == Marked("20 Nov", "", copy="2026-11-20")
    world.sale(world.account(), "9", 100, "2026-11-21")
    page.model.reload()
    settle()
    shown(page, settle)
    assert [page.model.cells(row)[0] for row in (0, 1)] == [
        Marked("21 Nov", "stripe", copy="2026-11-21"),
        Marked("20 Nov", "square", copy="2026-11-20"),
    ]


def test_the_panel_shows_the_receipt_the_tip_the_fee_and_the_payout(scene, shop, show_page, settle, texts) -> None:
    told = texts(opened(scene, show_page, settle).panel)
    assert told == [
        "$14.26", "Succeeded", "No client named", "20 Nov, 10:00 · Square",
        "Paid with", "Visa •••• 4242", "Taken by", "Card reader · Till <b>1</b>", "Counted on", "20 Nov",
        "Location", "Market",
        "Sold", "Amount",
        "2 × Coffee, Large", "$8.00", "No milk", "Cake <b>of the day</b>", "$5.00",
        "Discount", "−$0.80", "Tax", "$0.56", "Tip", "$1.50", "Total", "$14.26",
        "Money", "Collected", "$14.26", "Tip, included", "$1.50", "Fee", "−$0.52", "Net", "$13.74",
        "Payout", "20 Nov", "$13.74", "Arrived", "In the bank on 21 Nov",
        "History", "Sent to the bank", "20 Nov, 12:30", "Paid", "20 Nov, 10:00",
        "Open in Square",
    ]  # fmt: skip


def test_a_sale_by_a_payment_link_says_so_and_invents_no_fee(scene, shop, show_page, settle, texts) -> None:
    told = texts(opened(scene, show_page, settle, 3).panel)
    assert told[told.index("Taken by") + 1] == "Payment link · Seat"
    assert "Square has not said yet what it keeps of this payment." in told
    assert "Net" not in told


def test_cash_has_no_fee_to_wait_for(scene, shop, show_page, settle, texts) -> None:
    told = texts(opened(scene, show_page, settle, 2).panel)
    assert told[told.index("Fee") + 1] == "$0.00"


def test_refunds_of_a_sale_are_in_its_history(world, scene, shop, show_page, settle, texts) -> None:
    world.put(
        shop, ("re_1", RefundRecord(426, "usd", "succeeded", world.at("2026-11-21"), "ch_1", location_ref="loc_1"))
    )
    told = texts(opened(scene, show_page, settle).panel)
    assert told[told.index("History") : -1] == [
        "History", "Refund of $4.26", "21 Nov, 12:00", "Sent to the bank", "20 Nov, 12:30", "Paid", "20 Nov, 10:00",
    ]  # fmt: skip


def test_the_location_leads_to_its_page(scene, shop, show_page, settle, press) -> None:
    press(opened(scene, show_page, settle).panel, "Location")
    assert scene.pages == [("locations", {"row_id": 1})]


# --------------------------------------------------------------------------------------------------- the location chip


def test_a_location_narrows_the_list_and_its_foot(scene, shop, show_page, settle, texts) -> None:
    page = show_page(catalogue.payments(scene.handle))
    page._chips["location"].menu().actions()[1].trigger()
    settle()
    assert page._chips["location"].text() == "Market"
    assert page.model.rowCount() == 2
    assert texts(page.card)[-2:] == ["Collected", "$34.26"]


def test_opened_for_a_location_before_its_first_look_it_says_which(scene, shop, context, settle, qtbot) -> None:
    page = catalogue.payments(scene.handle).make(scene.context)
    qtbot.addWidget(page)
    page.open(location="loc_2")
    page.show()
    settle()
    assert page._chips["location"].text() == "Harbour <b>stall</b>"
    assert page.model.rowCount() == 1
    page.open(status="")
    settle()
    assert page._chips["location"].text() == "All locations"


def test_a_location_of_another_account_gives_way_to_the_account(world, scene, shop, show_page, settle) -> None:
    other = world.account()
    page = show_page(catalogue.payments(scene.handle))
    page._chips["location"].menu().actions()[1].trigger()
    page._chips["account"].menu().actions()[2].trigger()
    settle()
    assert dict(page.model.filter.choices) == {"account": str(other)}
    assert page._chips["location"].text() == "All locations"
    page._chips["location"].menu().actions()[2].trigger()
    settle()
    assert dict(page.model.filter.choices) == {"location": "loc_2"}
    assert page._chips["account"].current() == ""


def test_one_location_is_no_choice_unless_it_is_picked(world, scene, show_page, settle) -> None:
    square = world.account("square")
    world.put(square, ("loc_1", LocationRecord("Market", "active", "usd", 1)))
    world.sale(square, "1", 100, "2026-11-20")
    page = show_page(catalogue.payments(scene.handle))
    assert "location" not in page._chips
    page.open(location="loc_1")
    settle()
    page._chips["location"].menu().actions()[0].trigger()
    settle()
    assert page.model.rowCount() == 1


def test_a_location_that_was_forgotten_hides_nothing(world, scene, shop, show_page, settle) -> None:
    page = show_page(catalogue.payments(scene.handle))
    page.open(location="loc_2")
    settle()
    world.put(shop, ("loc_2", None))
    page.refresh()
    settle()
    assert dict(page.model.filter.choices) == {}
    assert page.model.rowCount() == 3
