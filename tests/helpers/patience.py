"""How long a test waits for what is sure to happen.

Waits end by what happened. These bounds only end a test that hangs: they are far beyond what a loaded machine takes,
and below the runner's own bound of a test (``timeout`` in pyproject.toml), so that what was waited for is named.
"""

from __future__ import annotations

from typing import Final

PATIENCE_S: Final = 600.0
PATIENCE_MS: Final = 600_000
PROPERTY_S: Final = 3_600
"""For tests that try many examples, or many kills, one after the other: more than one wait fits in."""
