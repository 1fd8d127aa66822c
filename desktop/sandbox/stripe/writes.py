"""Every call that changes something, as a table."""

from __future__ import annotations

from collections.abc import Callable

from desktop.sandbox.stripe import wire
from desktop.sandbox.stripe import writes_billing as billing
from desktop.sandbox.stripe import writes_payments as money
from desktop.sandbox.stripe import writes_people as people
from desktop.sandbox.stripe.calls import Call, Endpoint
from desktop.sandbox.stripe.objects import Wire


def _write(
    address: str, handler: Callable[[Call], Wire], right: str, params: str = "", method: str = "POST"
) -> Endpoint:
    return Endpoint(method, address, handler, wire.COMMON | frozenset(params.split()), f"{right}_write")


_CUSTOMER = (
    "address balance business_name cash_balance description email individual_name invoice_prefix invoice_settings "
    "metadata name next_invoice_sequence phone preferred_locales shipping source tax tax_exempt validate "
)
_INVOICE = (
    "account_tax_ids application_fee_amount auto_advance automatic_tax automatically_finalizes_at collection_method "
    "custom_fields days_until_due default_payment_method default_source default_tax_rates description discounts "
    "due_date effective_at footer issuer metadata number on_behalf_of payment_settings rendering shipping_cost "
    "shipping_details statement_descriptor transfer_data "
)
_INTENT = (
    "allowed_payment_method_types amount_details capture_method confirmation_token error_on_requires_action "
    "excluded_payment_method_types hooks mandate mandate_data off_session payment_details payment_method "
    "payment_method_data payment_method_options radar_options receipt_email return_url setup_future_usage shipping "
    "use_stripe_sdk "
)
_SUBSCRIPTION = (
    "add_invoice_items application_fee_percent automatic_tax billing_cycle_anchor billing_schedules "
    "billing_thresholds cancel_at cancel_at_period_end collection_method days_until_due default_payment_method "
    "default_source default_tax_rates description discounts invoice_settings items metadata off_session on_behalf_of "
    "payment_behavior payment_settings pending_invoice_item_interval proration_behavior transfer_data trial_end "
    "trial_from_plan trial_settings "
)
_PRODUCT = (
    "active description images marketing_features metadata name package_dimensions shippable statement_descriptor "
    "tax_code tax_details unit_label url "
)

ENDPOINTS: tuple[Endpoint, ...] = (
    _write("customers", people.create_customer, "customer", _CUSTOMER + "payment_method tax_id_data test_clock"),
    _write("customers/{}", people.update_customer, "customer", _CUSTOMER + "default_source"),
    _write("customers/{}", people.delete_customer, "customer", method="DELETE"),
    _write(
        "customers/{}/balance_transactions",
        people.create_balance_entry,
        "customer",
        "amount currency description metadata",
    ),
    _write("payment_methods/{}/attach", people.attach_method, "payment_method", "customer"),
    _write("products", people.create_product, "product", _PRODUCT + "default_price_data id type"),
    _write("products/{}", people.update_product, "product", _PRODUCT + "default_price"),
    _write(
        "prices",
        people.create_price,
        "plan",
        "active billing_scheme currency currency_options custom_unit_amount lookup_key metadata nickname product "
        "product_data recurring tax_behavior tiers tiers_mode transfer_lookup_key transform_quantity unit_amount",
    ),
    _write(
        "prices/{}",
        people.update_price,
        "plan",
        "active currency_options lookup_key metadata nickname tax_behavior transfer_lookup_key",
    ),
    _write(
        "invoiceitems",
        billing.create_invoice_item,
        "invoice",
        "amount currency customer description discountable discounts invoice metadata period price_data pricing "
        "quantity quantity_decimal subscription tax_behavior tax_code tax_rates unit_amount_decimal",
    ),
    _write(
        "invoices",
        billing.create_invoice,
        "invoice",
        _INVOICE + "currency customer from_invoice pending_invoice_items_behavior subscription",
    ),
    _write("invoices/{}", billing.update_invoice, "invoice", _INVOICE),
    _write("invoices/{}", billing.delete_invoice, "invoice", method="DELETE"),
    _write("invoices/{}/finalize", billing.finalise_invoice, "invoice", "auto_advance"),
    _write(
        "invoices/{}/pay",
        billing.pay_invoice,
        "invoice",
        "forgive mandate off_session paid_out_of_band payment_method source",
    ),
    _write("invoices/{}/send", billing.send_invoice, "invoice"),
    _write("invoices/{}/void", billing.void_invoice, "invoice"),
    _write("invoices/{}/mark_uncollectible", billing.give_invoice_up, "invoice"),
    _write(
        "credit_notes",
        billing.create_credit_note,
        "credit_note",
        "amount credit_amount effective_at email_type invoice lines memo metadata out_of_band_amount reason "
        "refund_amount refunds shipping_cost",
    ),
    _write(
        "payment_intents",
        money.create_intent,
        "payment_intent",
        _INTENT
        + "amount application_fee_amount automatic_payment_methods confirm confirmation_method currency customer "
        "description metadata on_behalf_of payment_method_configuration payment_method_types statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group",
    ),
    _write("payment_intents/{}", money.update_intent, "payment_intent", "description metadata receipt_email shipping"),
    _write("payment_intents/{}/confirm", money.confirm_intent, "payment_intent", _INTENT + "amount_to_confirm"),
    _write("payment_intents/{}/cancel", money.cancel_intent, "payment_intent", "cancellation_reason"),
    _write(
        "payment_intents/{}/capture",
        money.capture_intent,
        "payment_intent",
        "amount_details amount_to_capture application_fee_amount final_capture hooks metadata payment_details "
        "statement_descriptor statement_descriptor_suffix transfer_data",
    ),
    _write(
        "refunds",
        money.create_refund,
        "charge",
        "amount charge currency customer instructions_email metadata origin payment_intent reason "
        "refund_application_fee reverse_transfer",
    ),
    _write("refunds/{}", money.update_refund, "charge", "metadata"),
    _write(
        "charges/{}",
        money.update_charge,
        "charge",
        "customer description fraud_details metadata receipt_email shipping transfer_group",
    ),
    _write(
        "subscriptions",
        billing.create_subscription,
        "subscription",
        _SUBSCRIPTION
        + "backdate_start_date billing_cycle_anchor_config billing_mode currency customer trial_period_days",
    ),
    _write(
        "subscriptions/{}",
        billing.update_subscription,
        "subscription",
        _SUBSCRIPTION + "cancellation_details pause_collection proration_date",
    ),
    _write(
        "subscriptions/{}",
        billing.cancel_subscription,
        "subscription",
        "cancellation_details invoice_now prorate",
        method="DELETE",
    ),
    _write(
        "payouts",
        money.create_payout,
        "payout",
        "amount currency description destination metadata method payout_method source_type statement_descriptor",
    ),
    _write(
        "webhook_endpoints",
        people.create_webhook_endpoint,
        "webhook",
        "api_version connect description enabled_events metadata url",
    ),
    _write("webhook_endpoints/{}", people.delete_webhook_endpoint, "webhook", method="DELETE"),
)
