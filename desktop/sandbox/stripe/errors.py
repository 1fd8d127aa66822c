"""Stripe's errors as values: HTTP status, type, code, message, parameter."""

from __future__ import annotations

from typing import Any

from desktop.sandbox import errors

_DOCUMENTED = "https://stripe.com/docs/error-codes/"


class Refusal(errors.Refusal):
    """A request that Stripe answers with ``{"error": {...}}``."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, **more: Any
    ) -> None:
        self.code = code
        headers = more.pop("headers", None)
        error: dict[str, Any] = {"message": message, "type": more.pop("type", "invalid_request_error")}
        if code:
            error |= {"code": code, "doc_url": _DOCUMENTED + code.replace("_", "-")}
        if param:
            error["param"] = param
        error |= more
        super().__init__(message, status, error, {"error": error}, headers)


def missing(noun: str, object_id: str, param: str = "id", status: int = 404) -> Refusal:
    """No such object. Cursors and references get status 400, addresses 404."""
    return Refusal(status, f"No such {noun}: '{object_id}'", code="resource_missing", param=param)


def unknown_parameter(name: str) -> Refusal:
    """A parameter that the endpoint does not have."""
    return Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def required(name: str) -> Refusal:
    """A parameter that must be there."""
    return Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def declined(charge: dict[str, Any], intent: dict[str, Any]) -> Refusal:
    """A card that was refused: status 402 with the intent as it stands."""
    failure = intent["last_payment_error"]
    return Refusal(
        402,
        failure["message"],
        type="card_error",
        code=failure["code"],
        decline_code=failure.get("decline_code"),
        charge=charge["id"],
        payment_intent=intent,
        payment_method=failure.get("payment_method"),
    )
