"""Answers a request to ``/v2``: who asks, may they, was it asked before, what is the answer. Knows no HTTP server."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from desktop.sandbox import api
from desktop.sandbox.copies import copied
from desktop.sandbox.faults import Fault, Faults
from desktop.sandbox.messages import Answer, Request
from desktop.sandbox.square import reads, reads_money, writes
from desktop.sandbox.square.calls import Call, Cursors, Endpoint
from desktop.sandbox.square.errors import Refusal, bad, invalid
from desktop.sandbox.square.keys import Keys, Token
from desktop.sandbox.square.objects import API_VERSION, Wire
from desktop.sandbox.square.world import World

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_KEYS = {"payments": 45, "refunds": 45, "cards": 45, "terminals": 64, "orders": 192, "online-checkout": 192}
_LONGEST_KEY = 128
_FAILURES = {
    429: ("RATE_LIMITED", "Your request has been rate limited; please try again later."),
    409: ("CONFLICT", "Another request is changing this object."),
    502: ("BAD_GATEWAY", "Bad gateway."),
    503: ("SERVICE_UNAVAILABLE", "The service is not available."),
    504: ("GATEWAY_TIMEOUT", "The gateway gave up waiting."),
}


def decoded(text: str) -> Wire:
    """The JSON object of a body; raises BAD_REQUEST."""
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise Refusal(400, "EXPECTED_JSON_BODY", "Expected the request body to be JSON.") from error
    if not isinstance(found, dict):
        raise Refusal(400, "EXPECTED_OBJECT", "Expected an object.")
    return found


class Api(api.Api[Endpoint, Token]):
    """The ``/v2`` half of the pretend Square.

    ``lag`` hides from lists and searches what changed in the last so many seconds, as Square's do for a while.
    """

    def __init__(self, world: World, keys: Keys, faults: Faults) -> None:
        super().__init__(faults, (*reads.ENDPOINTS, *reads_money.ENDPOINTS, *writes.ENDPOINTS))
        self.world = world
        self.keys = keys
        self.cursors = Cursors(world.seed)
        self.lag = 0
        self._replays: api.Replays[Wire | Refusal] = api.Replays()

    def dumps(self, value: Any) -> bytes:
        """JSON without blanks."""
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def stream_of(self, path: str) -> str:
        """The collection that an address belongs to, such as ``payments``; ``oauth2`` for tokens."""
        parts = path.strip("/").split("/")
        return parts[1] if parts[0] == "v2" and len(parts) > 1 else parts[0]

    def headers(self, request: Request) -> dict[str, str]:
        """The headers of every answer."""
        return {
            "Content-Type": "application/json",
            "Square-Version": request.headers.get("square-version", API_VERSION),
        }

    def identify(self, request: Request) -> Token:
        """The token, where the version that is asked for is one."""
        version = request.headers.get("square-version")
        if version is not None and not _VERSION.fullmatch(version):
            raise invalid("Square-Version", f"Invalid Square-Version: {version}", "INVALID_SQUARE_VERSION_FORMAT")
        return self.keys.token_of(request.headers.get("authorization"), self.world.now)

    def permit(self, endpoint: Endpoint, caller: Token, request: Request, striking: list[Fault]) -> None:
        """Refuse a token whose scopes do not reach, and whom a fault wants refused."""
        lacking = endpoint.scopes - caller.scopes
        if any(fault.kind == "refuse" for fault in striking):
            lacking = lacking or endpoint.scopes or frozenset({"MERCHANT_PROFILE_READ"})
        if lacking:
            names = ", ".join(sorted(lacking))
            raise Refusal(
                403,
                "INSUFFICIENT_SCOPES",
                "The merchant has not given your application sufficient permissions to do that. The merchant must "
                f"authorize your application for the following scopes: {names}",
            )
        if endpoint.personal and not caller.personal:
            raise Refusal(403, "FORBIDDEN", "This endpoint needs the personal access token of the application.")

    def serve(
        self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], caller: Token, striking: list[Fault]
    ) -> Answer:
        """The answer of an endpoint, with what faults make of its objects."""
        made = self._once(request, endpoint, ids, striking)
        for fault in striking:
            if fault.kind == "status" and fault.after:
                raise self.failure(fault)
            if fault.kind in {"unknown_object", "spoil"}:
                made = _spoiled(made, fault)
        return Answer(200, self.dumps(made))

    def unknown(self, request: Request, *, known: bool) -> Refusal:
        """No such address, or no such method of one."""
        if known:
            return Refusal(405, "METHOD_NOT_ALLOWED", "The method is not allowed for this address.")
        return Refusal(404, "NOT_FOUND", f"API endpoint for URL path `{request.path}` and HTTP method not found.")

    def limited(self, seconds: float) -> Refusal:
        """The 429; Square does not tell when to come again."""
        return Refusal(429, *_FAILURES[429])

    def failure(self, fault: Fault) -> Refusal:
        """The error that a fault of kind ``status`` asks for."""
        code, detail = _FAILURES.get(fault.status, ("INTERNAL_SERVER_ERROR", "An internal error has occurred."))
        headers = {"Retry-After": str(max(1, round(fault.seconds)))} if fault.status == 429 and fault.seconds else {}
        return Refusal(fault.status, code, detail, headers=headers)

    def _once(self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], striking: list[Fault]) -> Wire:
        """Serve a request; a write whose idempotency key was answered before gets that answer."""
        call = self._call(request, endpoint, ids, striking)
        key = call.body.get("idempotency_key")
        if not key:
            return endpoint.handler(call)
        most = _LONGEST_KEYS.get(self.stream_of(request.path), _LONGEST_KEY)
        if not isinstance(key, str) or len(key) > most:
            raise invalid("idempotency_key", f"Field must not be greater than {most} in length.", "VALUE_TOO_LONG")
        name = f"{request.method} {request.path} {key}"
        asked = hashlib.sha256(json.dumps(call.body, sort_keys=True).encode()).hexdigest()
        before = self._replays.find(name, asked, _reused)
        if isinstance(before, Refusal):
            raise before
        if before is not None:
            return before
        try:
            made: Wire = copied(endpoint.handler(call))
        except Refusal as refusal:
            if refusal.status == 402:
                self._replays.keep(name, asked, refusal)
            raise
        self._replays.keep(name, asked, made)
        return made

    def _call(self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], striking: list[Fault]) -> Call:
        query: dict[str, str] = {}
        for name, value in parse_qsl(request.query, keep_blank_values=True):
            query[name] = f"{query[name]},{value}" if name in query else value
        body = decoded(request.body) if request.method in {"POST", "PUT"} else {}
        allowed = endpoint.takes - {fault.name for fault in striking if fault.kind == "refuse_parameter"}
        unknown = set(query) - (allowed if request.method in {"GET", "DELETE"} else set())
        if unknown:
            name = min(unknown)
            raise invalid(name, f"Unknown query parameter: {name}", "UNKNOWN_QUERY_PARAMETER")
        if set(body) - allowed:
            name = min(set(body) - allowed)
            raise bad(f"The field named '{name}' is unrecognized.", name)
        return Call(self.world, self.cursors, request.path, query, body, tuple(map(unquote, ids)), self.lag)


def _reused() -> Refusal:
    return invalid(
        "idempotency_key",
        "The idempotency key can only be retried with the same request data.",
        "IDEMPOTENCY_KEY_REUSED",
    )


def _spoiled(made: Wire, fault: Fault) -> Wire:
    """An answer whose objects lack a field, have an absurd value, or lie beside one that nobody knows."""
    if fault.kind == "unknown_object":
        strange = {"id": "zap_1", "type": "ZEPPELIN", "status": "AIRBORNE"}
        return {
            name: [strange, *value] if isinstance(value, list) and name != "metadata" else value
            for name, value in made.items()
        }
    return {
        name: [_spoiled_one(one, fault) for one in value] if isinstance(value, list) else _spoiled_one(value, fault)
        for name, value in made.items()
    }


def _spoiled_one(one: Any, fault: Fault) -> Any:
    return fault.spoiled(one) if isinstance(one, dict) else one
