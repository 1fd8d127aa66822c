"""Every call that changes something, as a table."""

from __future__ import annotations

from desktop.sandbox.square import writes_money as money
from desktop.sandbox.square import writes_people as people
from desktop.sandbox.square.calls import Endpoint, endpoint

_CUSTOMER = " ".join(people.CUSTOMER_FIELDS)
_BILLING = "ORDERS_WRITE INVOICES_WRITE"
_PAYMENT = (
    "source_id idempotency_key amount_money tip_money app_fee_money delay_duration delay_action autocomplete order_id "
    "customer_id location_id team_member_id reference_id verification_token accept_partial_authorization "
    "buyer_email_address buyer_phone_number billing_address shipping_address note statement_description_identifier "
    "cash_details external_details customer_details offline_payment_details"
)
_REFUND = (
    "idempotency_key amount_money app_fee_money payment_id destination_id unlinked location_id customer_id reason "
    "payment_version_token team_member_id cash_details external_details"
)
_CARD = "idempotency_key source_id verification_token card"
_LINK = "idempotency_key description quick_pay order checkout_options pre_populated_data payment_note"
_LINKS = "PAYMENTS_WRITE ORDERS_READ ORDERS_WRITE"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("POST", "customers", people.create_customer, "CUSTOMERS_WRITE", f"idempotency_key {_CUSTOMER}"),
    endpoint("PUT", "customers/{}", people.update_customer, "CUSTOMERS_WRITE", f"version {_CUSTOMER}"),
    endpoint("DELETE", "customers/{}", people.delete_customer, "CUSTOMERS_WRITE", "version"),
    endpoint(
        "POST", "cards", people.create_card, "PAYMENTS_WRITE", "idempotency_key source_id verification_token card"
    ),
    endpoint("POST", "cards/{}/disable", people.disable_card, "PAYMENTS_WRITE"),
    endpoint("POST", "catalog/object", people.upsert_object, "ITEMS_WRITE", "idempotency_key object"),
    endpoint("DELETE", "catalog/object/{}", people.delete_object, "ITEMS_WRITE"),
    endpoint(
        "POST",
        "inventory/changes/batch-create",
        people.change_inventory,
        "INVENTORY_WRITE",
        "idempotency_key changes ignore_unchanged_counts",
    ),
    endpoint("POST", "orders", money.create_order, "ORDERS_WRITE", "order idempotency_key"),
    endpoint("PUT", "orders/{}", money.update_order, "ORDERS_WRITE", "order fields_to_clear idempotency_key"),
    endpoint("POST", "payments", money.create_payment, "PAYMENTS_WRITE", _PAYMENT),
    endpoint("POST", "payments/cancel", money.cancel_by_key, "PAYMENTS_WRITE", "idempotency_key"),
    endpoint("POST", "payments/{}/complete", money.complete_payment, "PAYMENTS_WRITE", "version_token"),
    endpoint("POST", "payments/{}/cancel", money.cancel_payment, "PAYMENTS_WRITE"),
    endpoint("POST", "refunds", money.create_refund, "PAYMENTS_WRITE", _REFUND),
    endpoint("POST", "invoices", money.create_invoice, _BILLING, "invoice idempotency_key"),
    endpoint("PUT", "invoices/{}", money.update_invoice, _BILLING, "invoice idempotency_key fields_to_clear"),
    endpoint("POST", "invoices/{}/publish", money.publish_invoice, _BILLING, "version idempotency_key"),
    endpoint("POST", "invoices/{}/cancel", money.cancel_invoice, _BILLING, "version"),
    endpoint("DELETE", "invoices/{}", money.delete_invoice, _BILLING, "version"),
    endpoint("POST", "online-checkout/payment-links", money.create_link, _LINKS, _LINK),
    endpoint("DELETE", "online-checkout/payment-links/{}", money.delete_link, "ORDERS_READ ORDERS_WRITE"),
    endpoint("POST", "terminals/checkouts", money.create_checkout, "PAYMENTS_WRITE", "idempotency_key checkout"),
    endpoint("POST", "terminals/checkouts/{}/cancel", money.cancel_checkout, "PAYMENTS_WRITE"),
)
