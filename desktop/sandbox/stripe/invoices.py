"""The life of an invoice: draft, lines, finalised, sent, paid in one of several ways, void, given up, credited."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.stripe import billing_objects, payments, people
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.invoice_state import (
    ask_payment,
    is_processing,
    mark_paid,
    payments_of,
    record_payment,
    stand,
)
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

EMBEDDED_LINES = 10
"""How many lines an invoice carries itself; the rest is behind its own address."""


def create_invoice(world: World, customer: Wire, currency: str = "usd", **facts: Any) -> Wire:
    """A draft. ``days_until_due`` turns it into one that is sent."""
    people.must_live(customer)
    days = facts.pop("days_until_due", None)
    if days is not None:
        facts |= {"collection_method": "send_invoice", "due_date": world.now + days * DAY}
    if customer["currency"] is None:
        world.change(customer, None, currency=currency)
    made = world.add(
        billing_objects.invoice(world.ids.new("in"), world.now, customer, world.account, currency, **facts)
    )
    world.lines[made["id"]] = []
    world.emit("invoice.created", made)
    return made


def add_line(world: World, invoice: Wire, description: str, amount: int, *, quantity: int = 1, **facts: Any) -> Wire:
    """Put a line on a draft: ``amount`` is that of the whole line. ``price`` and ``rate`` are wire objects."""
    if invoice["status"] != "draft":
        raise Refusal(400, "This invoice is no longer editable", code="invoice_not_editable")
    price: Wire | None = facts.pop("price", None)
    rate: Wire | None = facts.pop("rate", None)
    facts.setdefault("period", {"end": invoice["created"], "start": invoice["created"]})
    if "parent" not in facts:
        item = world.add(
            billing_objects.invoice_item(
                world.ids.new("ii"),
                world.now,
                invoice["customer"],
                invoice["currency"],
                amount,
                description=description,
                invoice=invoice["id"],
                pricing=billing_objects.pricing(price) if price else None,
                quantity=quantity,
                quantity_decimal=str(quantity),
                tax_rates=[rate] if rate else [],
            )
        )
        world.emit("invoiceitem.created", item)
        facts["parent"] = billing_objects.item_parent(item["id"])
    line = billing_objects.line_item(world.ids.new("il"), invoice["id"], invoice["currency"], amount, quantity, **facts)
    line["description"] = description
    if price:
        line["pricing"] = billing_objects.pricing(price)
    if rate:
        line["taxes"] = [billing_objects.tax(0, 0, rate["id"])]
    world.lines[invoice["id"]].append(line)
    recount(world, invoice)
    return line


def apply_discount(world: World, invoice: Wire, coupon: Wire) -> None:
    """Take a coupon's percentage off every line of a draft."""
    made = world.add(
        billing_objects.discount(world.ids.new("di"), world.now, invoice["customer"], invoice["id"], coupon["id"])
    )
    invoice["discounts"] = [made["id"]]
    coupon["times_redeemed"] += 1
    recount(world, invoice)


def recount(world: World, invoice: Wire) -> None:
    """Work out a draft's discounts, taxes and totals from its lines."""
    lines = world.lines[invoice["id"]]
    found = [world.objects[one] for one in invoice["discounts"]]
    percent = world.objects[found[0]["source"]["coupon"]]["percent_off"] if found else 0
    rates: dict[str, list[int]] = {}
    for line in lines:
        taxable = line["amount"]
        if found:
            off = round(line["amount"] * percent / 100)
            line["discount_amounts"] = [{"amount": off, "discount": found[0]["id"]}]
            taxable -= off
        for tax in line["taxes"]:
            rate_id = tax["tax_rate_details"]["tax_rate"]
            percentage = world.objects[rate_id]["percentage"]
            tax |= {"amount": round(taxable * percentage / 100), "taxable_amount": taxable}
            sums = rates.setdefault(rate_id, [0, 0])
            sums[0] += tax["amount"]
            sums[1] += taxable
    off = sum(part["amount"] for line in lines for part in line["discount_amounts"])
    subtotal = sum(line["amount"] for line in lines)
    taxes = [billing_objects.tax(sums[0], sums[1], rate_id) for rate_id, sums in rates.items()]
    total = subtotal - off + sum(tax["amount"] for tax in taxes)
    due = max(0, total)
    invoice |= {
        "amount_due": due,
        "amount_remaining": due,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": off, "discount": one["id"]} for one in found],
        "total_excluding_tax": subtotal - off,
        "total_taxes": taxes,
    }
    invoice["lines"] |= {"data": lines[:EMBEDDED_LINES], "has_more": len(lines) > EMBEDDED_LINES}


def finalise(world: World, invoice: Wire) -> Wire:
    """Give a draft its number, apply the customer's credit and open it; nothing to pay means paid at once."""
    if invoice["status"] != "draft":
        message = f"This invoice is already finalized, you can't re-finalize a {invoice['status']} invoice."
        raise Refusal(400, message, code="invoice_not_editable")
    customer = people.living_customer(world, invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    world.change(customer, None, next_invoice_sequence=customer["next_invoice_sequence"] + 1)
    _use_credit(world, invoice, customer)
    invoice |= {
        "number": number,
        "status": "open",
        "effective_at": world.now,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{world.account['id']}/{invoice['id']}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/{world.account['id']}/{invoice['id']}/pdf",
        "automatically_finalizes_at": None,
        "status_transitions": invoice["status_transitions"] | {"finalized_at": world.now},
    }
    if invoice["total"] > 0:
        world.journal.finalised[invoice["id"]] = (world.now, invoice["currency"], invoice["total"])
    world.emit("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        mark_paid(world, invoice, {"attempted": True, "auto_advance": False})
        return invoice
    intent = payments.create_intent(
        world,
        invoice["amount_due"],
        invoice["currency"],
        customer=customer["id"],
        description=f"Payment for Invoice {number}",
        receipt_email=customer["email"],
        payment_method_types=["card", "us_bank_account"],
    )
    ask_payment(
        world,
        invoice,
        invoice["amount_due"],
        {"payment_intent": intent["id"], "type": "payment_intent"},
        default=True,
    )
    stand(world, invoice)
    return invoice


def _use_credit(world: World, invoice: Wire, customer: Wire) -> None:
    invoice |= {"starting_balance": customer["balance"], "ending_balance": customer["balance"]}
    used = min(-customer["balance"], invoice["total"])
    if used <= 0:
        return
    people.add_credit(world, customer, used, type="applied_to_invoice", invoice=invoice["id"])
    due = invoice["total"] - used
    invoice |= {"ending_balance": customer["balance"], "amount_due": due, "amount_remaining": due}


def send(world: World, invoice: Wire) -> Wire:
    """Mail an invoice; a draft is finalised first."""
    if invoice["status"] == "draft":
        finalise(world, invoice)
    world.emit("invoice.sent", invoice)
    return invoice


def default_intent(world: World, invoice: Wire) -> Wire:
    """The intent that pays the rest of an open invoice."""
    for payment in payments_of(world, invoice["id"]):
        if payment["is_default"] and payment["status"] == "open":
            return world.objects[payment["payment"]["payment_intent"]]
    raise Refusal(400, "This invoice has no open payment.", code="invoice_no_payment")


def must_be_open(invoice: Wire) -> None:
    """Refuse to pay what cannot be paid."""
    if invoice["status"] == "paid":
        raise Refusal(400, "Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in {"open", "uncollectible"}:
        raise Refusal(400, f"You can't pay a {invoice['status']} invoice.", code="invoice_not_payable")


def pay(world: World, invoice: Wire, method: Wire | None = None, *, authenticated: bool = False) -> Wire | None:
    """Charge what remains of an invoice to a method, else to its default or the customer's. Answers the charge."""
    must_be_open(invoice)
    if method is None:
        customer = people.living_customer(world, invoice["customer"])
        chosen = invoice["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
        if chosen is None:
            raise Refusal(
                400,
                f"There is no `default_payment_method` set on this Customer or Invoice ({invoice['id']}). "
                "Please set one, or pass a `payment_method`.",
                code="invoice_payment_intent_requires_action",
            )
        method = world.objects[chosen]
    return payments.confirm(world, default_intent(world, invoice), method, authenticated=authenticated)


def pay_part(world: World, invoice: Wire, amount: int, method: Wire) -> Wire | None:
    """Pay a part of an invoice with an intent of its own. Answers the charge."""
    must_be_open(invoice)
    if not 0 < amount <= invoice["amount_remaining"]:
        raise Refusal(400, f"There are {invoice['amount_remaining']} left to pay of this invoice.", param="amount")
    intent = payments.create_intent(
        world,
        amount,
        invoice["currency"],
        customer=invoice["customer"],
        description=f"Part payment for Invoice {invoice['number']}",
    )
    ask_payment(world, invoice, amount, {"payment_intent": intent["id"], "type": "payment_intent"}, default=False)
    return payments.confirm(world, intent, method)


def pay_out_of_band(world: World, invoice: Wire) -> Wire:
    """The client paid in cash or by cheque: no intent, no charge, no ledger line."""
    must_be_open(invoice)
    _must_not_be_processing(world, invoice)
    amount = invoice["amount_remaining"]
    _close_payments(world, invoice, "automatic")
    record = {"payment_record": world.ids.new("prec"), "type": "payment_record"}
    payment = ask_payment(world, invoice, amount, record, default=False)
    invoice["amount_paid_off_stripe"] = amount
    record_payment(world, payment, amount)
    return invoice


def _must_not_be_processing(world: World, invoice: Wire) -> None:
    if is_processing(world, invoice):
        message = "This invoice has a payment that is processing; wait until it has succeeded or failed."
        raise Refusal(400, message, code="payment_intent_unexpected_state")


def _close_payments(world: World, invoice: Wire, reason: str) -> None:
    for payment in payments_of(world, invoice["id"]):
        if payment["status"] == "open":
            moments = payment["status_transitions"] | {"canceled_at": world.now}
            payment |= {"status": "canceled", "status_transitions": moments}
            payments.cancel_intent(world, world.objects[payment["payment"]["payment_intent"]], reason)


def void(world: World, invoice: Wire) -> Wire:
    """Take a finalised invoice back."""
    if invoice["status"] not in {"open", "uncollectible"}:
        message = f"You can only pass in open or uncollectible invoices. This invoice is {invoice['status']}."
        raise Refusal(400, message, code="invoice_not_voidable")
    _must_not_be_processing(world, invoice)
    _close_payments(world, invoice, "void_invoice")
    moments = invoice["status_transitions"] | {"voided_at": world.now}
    world.journal.finalised.pop(invoice["id"], None)
    world.change(invoice, None, status="void", status_transitions=moments, next_payment_attempt=None)
    stand(world, invoice)
    world.emit("invoice.voided", invoice)
    return invoice


def give_up(world: World, invoice: Wire) -> Wire:
    """Mark an open invoice uncollectible."""
    if invoice["status"] != "open":
        message = f"You can only mark open invoices uncollectible. This invoice is {invoice['status']}."
        raise Refusal(400, message, code="invoice_not_open")
    moments = invoice["status_transitions"] | {"marked_uncollectible_at": world.now}
    world.change(invoice, None, status="uncollectible", status_transitions=moments, next_payment_attempt=None)
    stand(world, invoice)
    world.emit("invoice.marked_uncollectible", invoice)
    return invoice


def credit(world: World, invoice: Wire, amount: int, description: str) -> Wire:
    """A credit note: before payment it lowers what remains, after payment it becomes the customer's credit."""
    before = invoice["status"] == "open"
    if not before and invoice["status"] != "paid":
        message = f"Credit notes need an open or paid invoice. This invoice is {invoice['status']}."
        raise Refusal(400, message, param="invoice")
    if amount > (invoice["amount_remaining"] if before else invoice["amount_paid"]):
        raise Refusal(400, "The credit note is larger than what it credits.", param="amount")
    if before:
        _must_not_be_processing(world, invoice)
    else:
        people.living_customer(world, invoice["customer"])
    line = billing_objects.credit_note_line(world.ids.new("cnli"), amount, description)
    taken = len([one for one in world.every("credit_note") if one["invoice"] == invoice["id"]])
    made = world.add(
        billing_objects.credit_note(
            world.ids.new("cn"), world.now, invoice, f"{invoice['number']}-CN-{taken + 1:02d}", amount, line
        )
    )
    if before:
        made["pre_payment_amount"] = amount
        noted = invoice["pre_payment_credit_notes_amount"] + amount
        left = invoice["amount_remaining"] - amount
        fields = {
            "amount_due": invoice["amount_due"] - amount,
            "amount_remaining": left,
            "pre_payment_credit_notes_amount": noted,
        }
        if left == 0:
            _close_payments(world, invoice, "automatic")
            mark_paid(world, invoice, fields)
        else:
            intent = default_intent(world, invoice)
            world.change(intent, None, amount=left)
            world.objects[world.payment_by_intent[intent["id"]]]["amount_requested"] = left
            world.change(invoice, "invoice.updated", **fields)
            stand(world, invoice)
    else:
        customer = world.objects[invoice["customer"]]
        entry = people.add_credit(
            world, customer, -amount, type="credit_note", credit_note=made["id"], description=description
        )
        made |= {
            "type": "post_payment",
            "post_payment_amount": amount,
            "customer_balance_transaction": entry["id"],
        }
        noted = invoice["post_payment_credit_notes_amount"] + amount
        world.change(invoice, "invoice.updated", post_payment_credit_notes_amount=noted)
    world.emit("credit_note.created", made)
    return made
