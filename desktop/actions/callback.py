"""The listener that the browser comes back to: loopback only, for one answer, while a connection is being made."""

from __future__ import annotations

import errno
import hmac
import html
import queue
import socket
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from desktop.errors import CancelledError, UnreachableError, UsageError

PATH = "/api/integrations/payments/callback"
DEFAULT_PORT = 47323
_DEADLINE_S = 600.0
_LONGEST = 8_000
"""Characters of one value of an answer: providers' codes have some hundreds."""


class CallbackBusy(UnreachableError):
    """Another program already listens where the browser is to come back to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brought: a code, or the refusal that stands instead of it."""

    code: str = ""
    error: str = ""
    description: str = ""


class Callback:
    """Listens on 127.0.0.1 and ::1 for the browser's answer; use it as a context manager.

    ``state`` is compared in constant time and serves once. An answer with another state is refused in the browser and
    changes nothing here: any web page could send one.
    """

    def __init__(self, state: str, port: int = DEFAULT_PORT) -> None:
        self._state = state
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._taken = threading.Event()
        self.refused = 0
        self._sockets = _listen(port)
        self.port = int(self._sockets[0].getsockname()[1])
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def redirect_uri(self) -> str:
        """The address to register with the provider."""
        return f"http://localhost:{self.port}{PATH}"

    def __enter__(self) -> Callback:
        import uvicorn

        config = uvicorn.Config(
            self._application(),
            http="h11",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            timeout_keep_alive=1,
            server_header=False,
            limit_concurrency=32,
            h11_max_incomplete_event_size=16 * 1024,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": self._sockets}, name="oauth-callback", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=5)
        for listening in self._sockets:
            listening.close()

    def paste(self, address: str) -> None:
        """Take the address that the browser ended on, where it could not reach us.

        Raises: UsageError where it is not the answer to the question that was asked.
        """
        try:
            verdict = self._take(urlsplit(address.strip()).query)
        except ValueError:  # http://[::1 and the like
            verdict = "This is not an address."
        if verdict:
            raise UsageError("Not the right address", verdict, "Copy the whole address from the browser's address bar.")

    def wait(self, cancel: threading.Event, deadline_s: float = _DEADLINE_S) -> Answer:
        """The browser's answer.

        Raises: CancelledError when the person stops, UnreachableError when nothing came in time.
        """
        until = time.monotonic() + deadline_s
        while time.monotonic() < until:
            if cancel.is_set():
                raise CancelledError("Stopped", "Connecting was stopped.", "Nothing was stored.")
            try:
                return self._answers.get(timeout=0.1)
            except queue.Empty:
                continue
        raise UnreachableError(
            "No answer from the browser",
            f"The browser did not come back within {int(deadline_s // 60)} minutes.",
            "Try again, or paste the address that the browser shows.",
        )

    def _take(self, query: str) -> str:
        """Check an answer and hand it on; the reason where it was refused."""
        values = {name: found[0] for name, found in parse_qs(query).items()}
        given = values.get("state", "")
        if not hmac.compare_digest(given.encode(), self._state.encode()):
            self.refused += 1
            return "This answer does not belong to the connection that was started here."
        if self._taken.is_set():
            return "This answer was already used."
        if max(map(len, values.values())) > _LONGEST:
            return "This answer is longer than any that a provider gives."
        if not values.get("code") and not values.get("error"):
            return "This answer carries neither a code nor a refusal."
        self._taken.set()
        self._answers.put(Answer(values.get("code", ""), values.get("error", ""), values.get("error_description", "")))
        return ""

    def _application(self) -> Any:
        from starlette.applications import Starlette
        from starlette.requests import Request
        from starlette.responses import HTMLResponse
        from starlette.routing import Route

        hosts = frozenset(f"{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]"))

        async def answer(request: Request) -> HTMLResponse:
            if request.headers.get("host", "").lower() not in hosts:
                # A name that somebody else made lead to this machine (DNS rebinding): nobody came back by it.
                return HTMLResponse(_ELSEWHERE, status_code=421, headers=_HEADERS)
            if request.method != "GET":
                # Starlette lets HEAD in with GET. Link checkers and previews ask so, and bring no answer.
                return HTMLResponse("", status_code=405, headers={**_HEADERS, "Allow": "GET"})
            refusal = self._take(request.url.query)
            denied = "error" in request.query_params
            page, status = (_page("Not accepted", refusal), 400) if refusal else (_DENIED if denied else _DONE, 200)
            return HTMLResponse(page, status_code=status, headers=_HEADERS)

        return Starlette(routes=[Route(PATH, answer, methods=["GET"])])


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def _page(title: str, text: str) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)} · Paydesk</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>:root{{color-scheme:light dark}}body{{margin:0;min-height:100vh;display:grid;place-items:center;
font:15px/1.5 system-ui,sans-serif;background:#F6F7F9;color:#1A1F26}}main{{background:#fff;border:1px solid #E1E5EA;
border-radius:12px;padding:32px 40px;max-width:26rem}}h1{{font-size:19px;margin:0 0 6px}}p{{margin:0;color:#55606D}}
i{{display:block;width:28px;height:28px;border-radius:8px;background:linear-gradient(135deg,#22C55E,#16A34A);
margin-bottom:20px}}@media(prefers-color-scheme:dark){{body{{background:#101418;color:#E7EBF0}}
main{{background:#171C22;border-color:#2A323C}}p{{color:#A7B1BD}}}}</style></head>
<body><main><i></i><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></main></body></html>"""


_ELSEWHERE = _page("Not here", "Paydesk only answers at localhost.")
_DONE = _page("Thank you", "Paydesk has the answer. Close this page and go back to Paydesk.")
_DENIED = _page("Access was denied", "Nothing was connected. Close this page and go back to Paydesk.")


def _listen(port: int) -> list[socket.socket]:
    """Sockets on both loopback addresses at one port, or a refusal: half of them would leave room for an impostor."""
    first = _bind(socket.AF_INET, "127.0.0.1", port)
    if first is None:
        raise _busy(port)
    chosen = int(first.getsockname()[1])
    try:
        second = _bind(socket.AF_INET6, "::1", chosen)
    except OSError as error:
        first.close()
        raise _busy(chosen) from error
    return [first] if second is None else [first, second]


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    """A bound socket; None where this machine has no such address family (nobody else can listen there either)."""
    try:
        made = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        _claim(made)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(16)
    except OSError as error:
        made.close()
        if family == socket.AF_INET6 and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return None
        if family == socket.AF_INET:
            raise _busy(port) from error
        raise
    return made


def _claim(made: socket.socket) -> None:
    """Let a second try follow at once, while the first one's connections are still closing, but no second listener.

    On Windows SO_REUSEADDR would let another program listen at the same port (learn.microsoft.com, "Using
    SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
    """
    if sys.platform == "win32":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _busy(port: int) -> CallbackBusy:
    return CallbackBusy(
        "The way back is taken",
        f"Another program already uses port {port}, where the browser is to come back to.",
        "Close the other program, or another Paydesk that is connecting, and try again.",
    )
