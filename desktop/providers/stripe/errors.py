"""What Stripe's refusals mean, in plain words: nothing of a key is ever repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.errors import WorldError
from desktop.providers.base import no_such_address, not_given, object_in
from desktop.providers.contract import CredentialsRefused, CursorGone, NotPermitted
from desktop.providers.http import Answer

_PERMISSION = re.compile(r"\brak_([a-z_]+)_(read|write)\b")

_LOST_ACCESS = frozenset({"account_invalid", "api_key_expired", "platform_api_key_expired", "secret_key_required"})
"""Codes that say that the credentials as a whole are no good, whatever the status of the answer."""

_MISSING = "resource_missing"


@dataclass(frozen=True, slots=True)
class StatedError:
    """The ``error`` object of an answer; ``structured`` is False where there was none."""

    structured: bool = False
    code: str = ""
    param: str = ""
    message: str = ""

    @property
    def unknown_address(self) -> bool:
        """Whether the server says that it has no such address, rather than no such object."""
        return not self.structured or self.message.startswith("Unrecognized request URL")


def stated_error(answer: Answer) -> StatedError:
    """The error that an answer states; its message is not yet fit to be shown."""
    error = (object_in(answer) or {}).get("error")
    if not isinstance(error, dict):
        return StatedError()

    def said(name: str) -> str:
        value = error.get(name)
        return value if isinstance(value, str) else ""

    return StatedError(True, said("code"), said("param"), said("message"))


def refused_parameter(answer: Answer, sent: Mapping[str, str]) -> str:
    """Which of the optional parameters the server refused; an empty text where the refusal is about something else.

    Stripe names the parameter; other servers say 400, or fail with 500, at the first that they do not know.
    """
    if not sent or answer.status not in (400, 422, 500):
        return ""
    error = stated_error(answer)
    if error.code == _MISSING:
        return ""
    if error.param:
        base = error.param.split("[")[0]
        return next((name for name in sent if name.split("[")[0] == base), "")
    return next((name for name in sent if name.split("[")[0] in error.message), next(iter(sent)))


def is_expansion(parameter: str) -> bool:
    """Whether a parameter asks for something to come along with the objects of a list."""
    return parameter.startswith("expand[")


def refusal(answer: Answer, what: str, cursor: str = "") -> WorldError:
    """The error of the world for an answer that no retry will change. ``what`` names the thing that was asked for."""
    error = stated_error(answer)
    if answer.status == 401 or error.code in _LOST_ACCESS:
        return CredentialsRefused(
            "Access refused",
            "Stripe refuses the key of this account: it is wrong, has expired or was revoked.",
            "Connect the account again.",
        )
    if answer.status == 403:
        return _not_permitted(error.message, what)
    if cursor and (error.param == "starting_after" or (error.code == _MISSING and cursor in error.message)):
        return CursorGone(
            "Place lost",
            f"The object after which the list of {what} was to go on no longer exists.",
            "The list is read again by time.",
        )
    if answer.status in (404, 405, 501) and error.unknown_address:
        return no_such_address(what)
    return not_given("Stripe", what, answer.status, error.message)


def names_missing_object(answer: Answer) -> bool:
    """Whether the answer says that one object does not exist, in a place that the server does have."""
    error = stated_error(answer)
    if answer.status == 404:
        return not error.unknown_address
    return answer.status == 400 and error.code == _MISSING


def _not_permitted(message: str, what: str) -> NotPermitted:
    wanted = _PERMISSION.search(message)
    if wanted:
        name = wanted.group(1).replace("_", " ")
        action = f"In Stripe's dashboard, give the key the permission “{name}: {wanted.group(2)}”."
    else:
        action = "In Stripe's dashboard, let the key read them, or connect with another key."
    return NotPermitted("Not permitted", f"The key of this account may not read {what}.", action)
