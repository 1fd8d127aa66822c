"""Makes the dictionary that stored provider objects are compressed with, from the sandbox's own invented objects.

    python packaging/make_dictionary.py

A new one gets a new name; old ones stay, because books in the field were written with them.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import orjson
import zstandard

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZE = 48 * 1024
EACH = 160


def main() -> None:
    """Train on every type of object, evenly, and write the file under its id."""
    from desktop.sandbox import launch
    from desktop.secrets.cleaning import clean, packed

    samples = []
    for seed in (11, 12, 13):
        world = launch.build(seed=seed, today=datetime.date(2026, 6, 15)).world
        for refs in world.kinds.values():
            samples += [packed(clean(world.objects[ref])) for ref in refs[:EACH]]
    trained = zstandard.train_dictionary(SIZE, samples, level=3)
    target = ROOT / "desktop" / "books" / "dictionaries" / f"objects-{trained.dict_id()}.zdict"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(trained.as_bytes())
    total = sum(map(len, samples))
    squeezed = zstandard.ZstdCompressor(level=1, dict_data=trained)
    packed = sum(len(squeezed.compress(sample)) for sample in samples)
    print(f"{target.name}: {len(samples)} samples, {orjson.dumps(total / packed).decode()[:4]} times smaller")  # noqa: T201


if __name__ == "__main__":
    main()
