"""``python -m desktop.sandbox``: serves the pretend providers until it is stopped."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from datetime import date

from desktop.sandbox import launch

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Print one line of JSON when ready, then serve.

    What keeps it from starting is said in a sentence: 2 where what was asked for cannot be (the port is taken too), 1
    where a year could not be told.
    """
    parser = argparse.ArgumentParser(prog="sandbox", description="A pretend Stripe and a pretend Square on loopback.")
    parser.add_argument("--port", type=int, default=0, help="Stripe's; Square gets the next one (0: free ones)")
    parser.add_argument("--sales-a-day", type=float, default=launch.DEFAULT_SALES_A_DAY, help="of the shop, at Square")
    parser.add_argument("--seed", type=int, default=launch.DEFAULT_SEED)
    parser.add_argument("--today", metavar="DAY", default=None)
    parser.add_argument("--timezone", default=launch.DEFAULT_TIMEZONE)
    parser.add_argument(
        "--leash", action="store_true", help="end when standard input ends, as its starter's death does"
    )
    wanted = parser.parse_args(arguments)
    try:
        running = launch.start_both(
            seed=wanted.seed,
            today=None if wanted.today is None else _day(wanted.today),
            timezone=wanted.timezone,
            sales_a_day=wanted.sales_a_day,
            port=wanted.port,
        )
    except launch.StartError as error:
        log.debug("not started", exc_info=True)
        sys.stderr.write(f"{error}\n")
        return 2 if error.usage else 1
    except OSError as error:
        ports = f"Port {wanted.port} or the next one cannot be used"
        sys.stderr.write(f"{ports}: {error.strerror}. Choose another with --port.\n")
        return 2
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with running:
        if wanted.leash:
            threading.Thread(target=_wait_for_end_of_input, args=(stopped,), daemon=True).start()
        sys.stdout.write(json.dumps(describe(running)) + "\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise launch.StartError(f"{text!r} is not a day: write it like 2026-11-28.", usage=True) from error


def _wait_for_end_of_input(stopped: threading.Event) -> None:
    # Below Python's buffers: their lock, held by this thread, would end the interpreter with a fatal error.
    while os.read(0, 4096):
        continue
    stopped.set()


def describe(running: launch.Both) -> dict[str, dict[str, str]]:
    """Addresses and keys, as the command prints them."""
    stripe, square = running.stripe, running.square
    return {
        "stripe": {
            "api_base": stripe.api_base,
            "connect_base": stripe.connect_base,
            "client_id": stripe.client_id,
            "secret_key": stripe.secret_key,
            "restricted_key": stripe.restricted_key,
            "account_id": stripe.account_id,
        },
        "square": {
            "api_base": square.api_base,
            "application_id": square.application_id,
            "application_secret": square.application_secret,
            "access_token": square.access_token,
            "merchant_id": square.merchant_id,
            "main_location_id": square.main_location_id,
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
