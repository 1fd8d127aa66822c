"""The payment providers: one folder each, behind one contract."""

import sys

# httpx brings its own command along where rich and click are installed: five megabytes and a tenth of a second for
# nobody. A module that is None here cannot be imported (docs.python.org, "sys.modules"), which httpx is ready for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
