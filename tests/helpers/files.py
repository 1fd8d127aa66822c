"""Looking at files byte for byte."""

from __future__ import annotations

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes, less the empty helpers that SQLite leaves beside a file it has read."""
    found = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return {name: written for name, written in found.items() if not name.endswith(("-wal", "-shm"))}
