"""What is given as the id of a platform or an application: public, so that a secret never belongs there.

Loads no provider, so that a dialog can ask it.
"""

from __future__ import annotations

from typing import Final

from desktop.errors import UsageError
from desktop.providers.facts import Facts
from desktop.secrets.shapes import begins_like_secret

_LONGEST: Final = 255


def check_client_id(facts: Facts, given: str) -> None:
    """Refuse a secret, and what no id looks like, where a public id belongs. Raises: UsageError without what was given.

    Whatever is not a secret by its beginning passes: ids are the provider's to shape.
    """
    name, action = facts.client_id_words
    found = given.strip()
    if begins_like_secret(found):
        raise UsageError(
            f"That is a secret, not the {name}",
            f"What was given as the {name} begins like a secret: it was neither kept nor sent anywhere.",
            f"{action} Make a new secret there if this one stood where others could read it.",
        )
    if found and (len(found) > _LONGEST or not found.isascii() or not found.isprintable() or " " in found):
        raise UsageError(f"That is not the {name}", f"What was given as the {name} cannot be one.", action)
