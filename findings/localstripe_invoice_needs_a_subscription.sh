#!/usr/bin/env bash
# localstripe 1.15.10: an invoice is made only for a customer who has a subscription.
#
# Stripe makes an invoice of a customer's pending invoice items, and an empty draft where there are none; no
# subscription is needed (https://docs.stripe.com/api/invoices/create). localstripe answers 404, "No upcoming
# invoices for customer", to the same call for a customer who has invoice items and no subscription, so a test of
# one-off invoices against it needs a subscription beside them. With one, the same call is answered 200.
set -euo pipefail

folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check localstripe==1.15.10
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m localstripe --port "$port" --from-scratch >"$folder/log" 2>&1 &
server=$!

ask() { # ADDRESS FIELD=VALUE...: the status, with the body in $folder/answer
    local address=$1 fields=()
    shift
    for field in "$@"; do fields+=(--data-urlencode "$field"); done
    curl -s -o "$folder/answer" -w '%{http_code}' -u sk_test_0123456789abcdef: "http://127.0.0.1:$port/v1/$address" "${fields[@]}"
}
made() { sed -n 's/^.*"id": *"\('"$1"'_[^"]*\)".*$/\1/p' "$folder/answer" | head -1; }

for _ in $(seq 100); do
    [ "$(ask products name=Retainer type=service id=prod_retainer || true)" = 200 ] && break
    sleep 0.1
done
ask plans id=monthly product=prod_retainer amount=4900 currency=usd interval=month nickname=Monthly >"$folder/status"
ask customers name=Somebody >"$folder/status"
customer=$(made cus)
ask payment_methods type=card 'card[number]=4242424242424242' 'card[exp_month]=12' 'card[exp_year]=2040' 'card[cvc]=123' >"$folder/status"
method=$(made pm)
ask "payment_methods/$method/attach" "customer=$customer" >"$folder/status"
ask "customers/$customer" "invoice_settings[default_payment_method]=$method" >"$folder/status"
ask invoiceitems "customer=$customer" amount=1000 currency=usd description=Logo >"$folder/status"

without=$(ask invoices "customer=$customer")
said=$(cat "$folder/answer")
ask subscriptions "customer=$customer" 'items[0][plan]=monthly' >"$folder/status"
ask invoiceitems "customer=$customer" amount=1000 currency=usd description=Logo >"$folder/status"
with=$(ask invoices "customer=$customer")

echo "without a subscription: $without $said"
echo "with one: $with"
[ "$without" = 404 ] && grep -q "No upcoming invoices for customer" <<<"$said" && [ "$with" = 200 ]
