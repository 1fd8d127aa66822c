"""Square's errors as values: HTTP status, category, code, detail, field."""

from __future__ import annotations

from desktop.sandbox import errors
from desktop.sandbox.square.objects import Wire

_CATEGORIES = {401: "AUTHENTICATION_ERROR", 403: "AUTHENTICATION_ERROR", 429: "RATE_LIMIT_ERROR"}


class Refusal(errors.Refusal):
    """A request that Square answers with ``{"errors": [...]}``.

    ``more`` goes beside the errors, as the payment that a declined card leaves behind does.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        category: str | None = None,
        headers: dict[str, str] | None = None,
        more: Wire | None = None,
    ) -> None:
        self.code = code
        default = _CATEGORIES.get(status, "API_ERROR" if status >= 500 else "INVALID_REQUEST_ERROR")
        error: Wire = {"category": category or default, "code": code, "detail": detail}
        if field is not None:
            error["field"] = field
        super().__init__(detail, status, error, {"errors": [error]} | (more or {}), headers)


def missing(noun: str, object_id: str) -> Refusal:
    """No such object (404)."""
    return Refusal(404, "NOT_FOUND", f"{noun} with ID `{object_id}` not found.")


def required(field: str) -> Refusal:
    """A parameter that must be there (400)."""
    return Refusal(400, "MISSING_REQUIRED_PARAMETER", "Missing required parameter.", field=field)


def invalid(field: str, detail: str, code: str = "INVALID_VALUE") -> Refusal:
    """A parameter whose value cannot be used (400)."""
    return Refusal(400, code, detail, field=field)


def bad(detail: str, field: str | None = None) -> Refusal:
    """A request that is wrong as a whole (400)."""
    return Refusal(400, "BAD_REQUEST", detail, field=field)


def outdated(noun: str, wanted: int | str, present: int | str) -> Refusal:
    """Somebody else changed the object since the version that the request names (409)."""
    return Refusal(
        409,
        "VERSION_MISMATCH",
        f"The {noun} has changed: the request names version {wanted}, the current one is {present}.",
        field="version",
    )
