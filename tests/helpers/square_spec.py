"""Holds every call between a client and a Square-like server against Square's own OpenAPI file.

The file lies in the folder that ``PAYDESK_SPECS`` names; it is no part of the project. Put ``Watch`` around an ASGI
application, talk to it, and ask ``violations()`` at the end. Square's schemas are permissive: here an object has the
properties that its schema names and no others, unless the schema says so, and an enum its values and no others.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema_rs import Draft202012Validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFERENCE = "#/components/schemas/"
_KEPT = ("maxLength", "minLength", "minimum", "maximum", "pattern")
_UNWATCHED = ("/_sandbox/", "/oauth2/authorize")
_MOST_REPORTED = 20
_IN_WORDS_ONLY = {"ErrorCode": ["VERSION_MISMATCH"]}
"""Values that the file's descriptions promise and its enums lack."""

WITHOUT_FILE = "PAYDESK_SPECS does not name a folder with Square's OpenAPI file"


def load() -> Spec | None:
    """Square's file, read once in a process; None where there is none."""
    folder = os.environ.get("PAYDESK_SPECS")
    found = sorted(Path(folder).glob("square-openapi-*.json")) if folder else []
    return _load(found[-1]) if found else None


@cache
def _load(path: Path) -> Spec:
    return Spec(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and an address of the file, with what it takes and answers."""

    method: str
    address: str
    pattern: re.Pattern[str]
    queries: dict[str, Any]
    required: frozenset[str]
    body: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as they went over the wire. ``complete`` is False where the answer was cut."""

    method: str
    path: str
    query: str
    sent: bytes
    status: int
    headers: dict[str, str]
    got: bytes
    complete: bool


class Spec:
    """Square's file, with its schemas closed and compiled when they are first needed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.operations = [
            self._operation(method.upper(), address, told)
            for address, methods in document["paths"].items()
            for method, told in methods.items()
        ]
        # An address without a placeholder wins over one with.
        self.operations.sort(key=lambda one: one.address.count("{"))
        self._closed: dict[str, Any] = {}
        self._recursive: set[str] = set()
        self._validators: dict[str, Draft202012Validator] = {}
        self._passed: set[tuple[str, bytes]] = set()

    def _operation(self, method: str, address: str, told: dict[str, Any]) -> Operation:
        queries = [one for one in told.get("parameters", ()) if one["in"] == "query"]
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        answer = told["responses"]["200"]["content"]["application/json"]["schema"]
        return Operation(
            method,
            address,
            re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(address)) + "$"),
            {one["name"]: one["schema"] for one in queries},
            frozenset(one["name"] for one in queries if one.get("required")),
            body["$ref"].removeprefix(_REFERENCE) if "$ref" in body else None,
            answer["$ref"].removeprefix(_REFERENCE) if "$ref" in answer else None,
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """What the file says about a call; None where it does not know it."""
        return next((one for one in self.operations if one.method == method and one.pattern.match(path)), None)

    def closed(self, name: str, within: tuple[str, ...] = ()) -> Any:
        """A schema of the file with its references written out; those that lead back to themselves stay."""
        if name in within:
            self._recursive.add(name)
            return {"$ref": f"#/$defs/{name}"}
        if name not in self._closed:
            self._closed[name] = self._close(self.schemas[name], (*within, name))
        return self._closed[name]

    def _close(self, schema: dict[str, Any], within: tuple[str, ...]) -> Any:
        if "$ref" in schema:
            made = self.closed(schema["$ref"].removeprefix(_REFERENCE), within)
        elif schema.get("type") == "array":
            made = {"type": "array", "items": self._close(schema.get("items", {}), within)}
        elif schema.get("type") == "object":
            made = self._close_object(schema, within)
        else:
            made = {name: schema[name] for name in ("type", "enum", *_KEPT) if name in schema}
            if "enum" in made:
                made["enum"] = [*made["enum"], *_IN_WORDS_ONLY.get(within[-1] if within else "", ())]
        return _nullable(made) if schema.get("nullable") else made

    def _close_object(self, schema: dict[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "object"}
        if "properties" in schema:
            properties = schema["properties"].items()
            made["properties"] = {name: self._close(one, within) for name, one in properties}
            made["additionalProperties"] = False
        if isinstance(schema.get("additionalProperties"), dict):
            made["additionalProperties"] = self._close(schema["additionalProperties"], within)
        if schema.get("required"):
            made["required"] = schema["required"]
        return made

    def validator(self, name: str) -> Draft202012Validator:
        """The compiled validator of a schema of the file."""
        if name not in self._validators:
            closed, named = self.closed(name), dict[str, Any]()
            while waiting := self._recursive - set(named):
                named |= {one: self._close(self.schemas[one], (one,)) for one in waiting}
            self._validators[name] = Draft202012Validator({**closed, "$defs": named})
        return self._validators[name]

    def problems(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value by a schema of the file. What passed once is not looked at again."""
        lists = self.schemas[name].get("properties", {})
        found: list[str] = []
        rest = value
        if isinstance(value, dict):
            rest = dict(value)
            for key, members in value.items():
                item = lists.get(key, {}).get("items", {}).get("$ref")
                if item is not None and isinstance(members, list):
                    rest[key] = []
                    for member in members:
                        found += self._once(item.removeprefix(_REFERENCE), member, f"{key}: ")
        return found + self._once(name, rest, "")

    def _once(self, name: str, value: Any, where: str) -> list[str]:
        known = (name, hashlib.blake2b(json.dumps(value).encode(), digest_size=16).digest())
        if known in self._passed:
            return []
        found = [
            f"{where}{name} at {'/'.join(map(str, error.instance_path)) or 'top'}: {error.message[:200]}"
            for error in self.validator(name).iter_errors(value)
        ]
        if not found:
            self._passed.add(known)
        return found

    def check(self, exchange: Exchange) -> list[str]:
        """What is wrong with a call. A wrong request is no violation where the server refused it."""
        operation = self.operation(exchange.method, exchange.path)
        if operation is None:
            return [] if exchange.status >= 400 else ["the file knows no such call"]
        found = [] if exchange.status >= 400 else self._check_request(operation, exchange)
        return found + (self._check_answer(operation, exchange) if exchange.complete else [])

    def _check_request(self, operation: Operation, exchange: Exchange) -> list[str]:
        found = []
        given = dict(parse_qsl(exchange.query, keep_blank_values=True))
        found += [f"query parameter {name} is lacking" for name in operation.required - set(given)]
        for name, value in given.items():
            if name not in operation.queries:
                found.append(f"unknown query parameter {name}")
            else:
                found += self._check_query(name, value, operation.queries[name])
        if operation.body is not None:
            found += self.problems(operation.body, json.loads(exchange.sent or b"{}"))
        elif exchange.sent not in {b"", b"{}"}:
            found.append("this call has no body")
        return [f"request: {one}" for one in found]

    def _check_query(self, name: str, value: str, schema: dict[str, Any]) -> list[str]:
        told = self.schemas[schema["$ref"].removeprefix(_REFERENCE)] if "$ref" in schema else schema
        good = {
            "integer": lambda: bool(re.fullmatch(r"-?\d+", value)),
            "boolean": lambda: value in {"true", "false"},
            "string": lambda: "enum" not in told or value in told["enum"],
        }[told.get("type", "string")]
        return [] if good() else [f"query parameter {name} is {value!r}"]

    def _check_answer(self, operation: Operation, exchange: Exchange) -> list[str]:
        try:
            got = json.loads(exchange.got)
        except json.JSONDecodeError:
            return ["answer: not JSON"]
        found = self.problems(operation.answer, got) if operation.answer else []
        if exchange.headers.get("content-type", "").split(";")[0] != "application/json":
            found.append("not declared as JSON")
        found += [f"no {name} header" for name in ("date", "square-version") if name not in exchange.headers]
        if (exchange.status >= 400) != bool(got.get("errors")):
            found.append(f"status {exchange.status} with errors {got.get('errors')}")
        return [f"answer: {one}" for one in found]

    def event_problems(self, event: dict[str, Any]) -> list[str]:
        """What is wrong with an event by the schema of its type; ``location_id`` is for all of them."""
        words = event["type"].replace(".", "_").split("_")
        name = "".join(word.capitalize() for word in words) + "Event"
        if name not in self.schemas:
            return [f"no schema {name}"]
        return self.problems(name, {key: value for key, value in event.items() if key != "location_id"})


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    made = dict(schema)
    if "type" in made:
        made["type"] = [made["type"], "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


@dataclass(slots=True)
class Watch:
    """An ASGI application that notes all that passes to another one and back."""

    spec: Spec
    application: ASGIApp | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def around(self, application: ASGIApp) -> ASGIApp:
        """Stand before an application."""
        self.application = application
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.application is not None
        if scope["type"] != "http" or scope["path"].startswith(_UNWATCHED):
            await self.application(scope, receive, send)
            return
        sent, got = bytearray(), bytearray()
        told: dict[str, Any] = {"status": 500, "headers": {}, "complete": False}

        async def heard() -> Message:
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                got.extend(message.get("body", b""))
                told["complete"] = not message.get("more_body", False)
            if told["complete"]:
                # Before the client has the last byte: a test that ends with it must find the exchange here.
                self._note(scope, bytes(sent), bytes(got), told)
            await send(message)

        await self.application(scope, heard, said)
        if not told["complete"]:
            self._note(scope, bytes(sent), bytes(got), told)

    def _note(self, scope: Scope, sent: bytes, got: bytes, told: dict[str, Any]) -> None:
        path, query = scope["path"], scope["query_string"].decode()
        self.exchanges.append(Exchange(scope["method"], path, query, sent, got=got, **told))

    def violations(self) -> list[str]:
        """What was wrong since somebody last asked."""
        exchanges, self.exchanges = self.exchanges, []
        found = [
            f"{one.method} {one.path}?{one.query} ({one.status}): {problem}"
            for one in exchanges
            for problem in self.spec.check(one)
        ]
        return found[:_MOST_REPORTED]
