"""How many neighbours of a case a property test tries: few in every run, as many as asked for in a long search."""

from __future__ import annotations

import os

VARIABLE = "PAYDESK_VARIANTS"


def variants(usual: int) -> int:
    """The number of examples: ``usual``, or what the variable ``PAYDESK_VARIANTS`` says for a search by hand."""
    return int(os.environ.get(VARIABLE) or usual)
