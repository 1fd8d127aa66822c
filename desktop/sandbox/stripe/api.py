"""Answers a request to ``/v1``: who asks, may they, was it asked before, what is the answer. Knows no HTTP server."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from desktop.sandbox import api
from desktop.sandbox.faults import Fault, Faults
from desktop.sandbox.ids import Ids, Shape
from desktop.sandbox.messages import Answer, Request
from desktop.sandbox.stripe import reads, wire, writes
from desktop.sandbox.stripe.calls import Call, Endpoint
from desktop.sandbox.stripe.errors import Refusal, unknown_parameter
from desktop.sandbox.stripe.keys import Keys, hidden, key_of
from desktop.sandbox.stripe.objects import API_VERSION
from desktop.sandbox.stripe.world import World

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?")
_NOT_KEPT = frozenset({400, 401, 403, 404, 429})
_LIMITED = "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits."


class Api(api.Api[Endpoint, str]):
    """The ``/v1`` half of the pretend Stripe. Who calls is told by the role of the key."""

    def __init__(self, world: World, keys: Keys, faults: Faults) -> None:
        super().__init__(faults, (*reads.ENDPOINTS, *writes.ENDPOINTS))
        self.world = world
        self.keys = keys
        self.restricted_rights: frozenset[str] | None = None
        self._replays: api.Replays[Answer] = api.Replays()
        self._request_ids = Ids(f"requests of {world.seed}", {"req": Shape("req_", 14)})
        self._request_id = ""

    def answer(self, request: Request) -> Answer:
        """The answer to one request, under an id of its own."""
        self._request_id = self._request_ids.new("req")
        return super().answer(request)

    def dumps(self, value: Any) -> bytes:
        """JSON with two blanks before each level."""
        return json.dumps(value, indent=2, ensure_ascii=False).encode()

    def stream_of(self, path: str) -> str:
        """The collection that an address belongs to, such as ``charges``."""
        return path.removeprefix("/v1/").split("/")[0]

    def headers(self, request: Request) -> dict[str, str]:
        """The headers of every answer."""
        return {
            "Content-Type": "application/json",
            "Request-Id": self._request_id,
            "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
            "Cache-Control": "no-cache, no-store",
        }

    def identify(self, request: Request) -> str:
        """The role of the key, where the version that is asked for is one."""
        role = self.keys.role(key_of(request.headers.get("authorization")))
        version = request.headers.get("stripe-version")
        if version is not None and not _VERSION.fullmatch(version):
            raise Refusal(400, f"Invalid Stripe API version: {version}")
        return role

    def serve(
        self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], caller: str, striking: list[Fault]
    ) -> Answer:
        """The answer of an endpoint; a POST may have been answered before."""
        if request.method != "POST":
            return self._call(request, endpoint, ids, caller, striking)
        return self._once(request, endpoint, ids, caller, striking)

    def _once(
        self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], role: str, striking: list[Fault]
    ) -> Answer:
        key = request.headers.get("idempotency-key")
        asked = hashlib.sha256(f"{request.path}?{request.body}".encode()).hexdigest()
        before = self._replays.find(key, asked, lambda: _reused(key)) if key else None
        if before is not None:
            return Answer(before.status, before.body, before.headers | {"Idempotent-Replayed": "true"})
        self.world.request = {"id": self._request_id, "idempotency_key": key}
        try:
            answer = self._call(request, endpoint, ids, role, striking)
        except Refusal as refusal:
            answer = self.refused(refusal)
        finally:
            self.world.request = {"id": None, "idempotency_key": None}
        for fault in striking:
            if fault.kind == "status" and fault.after:
                answer = self.refused(self.failure(fault))
        if key:
            answer.headers |= {"Idempotency-Key": key, "Original-Request": self._request_id}
            if answer.status not in _NOT_KEPT:
                self._replays.keep(key, asked, answer)
        return answer

    def unknown(self, request: Request, *, known: bool) -> Refusal:
        """Stripe does not tell whether an address has other methods."""
        return Refusal(
            404,
            f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs or we "
            "can help at https://support.stripe.com/.",
        )

    def limited(self, seconds: float) -> Refusal:
        """The 429 of the account's rate limit."""
        return _limited(seconds, "global-rate")

    def failure(self, fault: Fault) -> Refusal:
        """The error that a fault of kind ``status`` asks for."""
        if fault.status == 429:
            return _limited(fault.seconds or 1.0, fault.reason or "endpoint-rate")
        messages = {503: "Stripe is temporarily unavailable.", 409: "Another request is using this object."}
        default = "Sorry! There was an error while talking to Stripe. Please let us know at support@stripe.com."
        more = {"code": "lock_timeout"} if fault.status == 409 else {}
        return Refusal(fault.status, messages.get(fault.status, default), type="api_error", **more)

    def permit(self, endpoint: Endpoint, caller: str, request: Request, striking: list[Fault]) -> None:
        """Refuse a key without the right, one of another account, and whom a fault wants refused."""
        account = request.headers.get("stripe-account")
        if account not in {None, self.world.account["id"]}:
            message = f"The provided key does not have access to account '{account}' (or that account does not exist)."
            raise Refusal(403, f"{message} Application access may have been revoked.", code="account_invalid")
        rights = self.restricted_rights
        lacking = caller == "restricted" and (
            endpoint.right.endswith("_write") if rights is None else endpoint.right not in rights
        )
        lacking = lacking or (
            caller == "token" and endpoint.right.endswith("_write") and self._scope(request) == "read_only"
        )
        if lacking or any(fault.kind == "refuse" for fault in striking):
            shown = hidden(key_of(request.headers.get("authorization")))
            raise Refusal(
                403,
                f"The provided key '{shown}' does not have the required permissions for this endpoint on account "
                f"'{self.world.account['id']}'. Having the 'rak_{endpoint.right}' permission would allow this "
                "request to continue.",
                code="more_permissions_required",
            )

    def _scope(self, request: Request) -> str:
        return self.keys.tokens[key_of(request.headers.get("authorization"))]

    def _call(
        self, request: Request, endpoint: Endpoint, ids: tuple[str, ...], role: str, striking: list[Fault]
    ) -> Answer:
        params = wire.decode(request.query)
        if request.method == "POST":
            params |= wire.decode(request.body)
        for fault in striking:
            if fault.kind == "refuse_parameter" and fault.name in params:
                raise unknown_parameter(fault.name)
        wire.check_names(params, endpoint.params)
        call = Call(self.world, params, ids, request.path, role == "token")
        made = endpoint.handler(call)
        made = wire.expand(made, params.get("expand"), reads.finder(self.world))
        for fault in striking:
            if fault.kind in {"unknown_object", "spoil"}:
                made = _spoiled(made, fault)
        return Answer(200, self.dumps(made))


def _limited(seconds: float, reason: str) -> Refusal:
    headers = {"Stripe-Rate-Limited-Reason": reason, "Retry-After": str(max(1, round(seconds)))}
    return Refusal(429, _LIMITED, code="rate_limit", headers=headers)


def _reused(key: str) -> Refusal:
    return Refusal(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        f"a key other than '{key}' if you meant to execute a different request.",
        type="idempotency_error",
    )


def _spoiled(made: Any, fault: Fault) -> Any:
    listed = isinstance(made, dict) and made.get("object") == "list"
    data = made["data"] if listed else [made]
    if fault.kind == "unknown_object":
        return {**made, "data": [{"id": "zap_1", "object": "zeppelin", "created": 1}, *data]} if listed else made
    spoiled = [fault.spoiled(one) for one in data]
    return {**made, "data": spoiled} if listed else spoiled[0]
