"""What cleaning costs an object: by name and by shape, over Stripe's published examples and over a pretend year.

Printed beside the plain cost of reading the same object from its text (orjson), which nothing can be quicker than:
``PAYDESK_SPECS=FOLDER python -m tests.bench.bench_cleaning``.
"""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from desktop.sandbox import launch
from desktop.secrets.cleaning import clean, packed

EXAMPLES = "stripe-example-objects-2026-08.json"
ROUNDS = 15
EACH = 100


def examples() -> Sequence[dict[str, Any]]:
    """Stripe's published examples; none without ``PAYDESK_SPECS``."""
    folder = os.environ.get("PAYDESK_SPECS", "")
    file = Path(folder) / EXAMPLES
    return list(json.loads(file.read_text("utf-8"))["resources"].values()) if folder and file.exists() else []


def year() -> Sequence[dict[str, Any]]:
    """Objects of every kind of a pretend year."""
    world = launch.build(seed=11, today=datetime.date(2026, 6, 15)).world
    return [dict(world.objects[ref]) for refs in world.kinds.values() for ref in refs[:EACH]]


def measured(bodies: Sequence[dict[str, Any]], work: Callable[[Any], object]) -> float:
    """Microseconds an object: the best of some rounds over all of them."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for body in bodies:
            work(body)
        best = min(best, time.process_time() - started)
    return best / len(bodies) * 1e6


def main() -> None:
    """Print one line for each set of objects."""
    for name, bodies in (("examples", examples()), ("year", year())):
        if not bodies:
            continue
        texts = [orjson.dumps(body) for body in bodies]
        floor = measured(texts, orjson.loads)
        cleaning = measured(bodies, clean)
        keeping = measured(bodies, lambda body: packed(clean(body)))
        size = sum(map(len, texts)) / len(texts)
        print(  # noqa: T201
            f"{name}: {len(bodies)} objects of {size:,.0f} bytes; read {floor:.1f} µs, clean {cleaning:.1f} µs, "
            f"clean and written {keeping:.1f} µs ({keeping / floor:.1f} times reading)"
        )


if __name__ == "__main__":
    main()
