"""The demo: the sandbox's providers, connected by their own consent pages, synced, and shown."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from desktop.actions.business import Business
from desktop.actions.callback import Callback
from desktop.actions.connect import Step, connect_by_oauth
from desktop.actions.sync import sync_account
from desktop.children import own_environment, own_folder, own_program
from desktop.cli.accounts import report_json
from desktop.cli.output import document, say, tell
from desktop.cli.reports import say_dashboard, units_of
from desktop.errors import UnreachableError, UsageError, WorldError
from desktop.periods import TODAY, parse_day, today, zone
from desktop.providers.contract import Account
from desktop.providers.registry import facts_of, provider_names, provider_title
from desktop.reports.dashboard import dashboard, to_json
from desktop.workspace import TIMEZONE, open_business

_ZONE = "America/New_York"


def demo(*, headless: bool, seed: int, today: str | None, as_json: bool) -> int:
    """Run the demo; without a screen it prints the dashboard."""
    timezone = os.environ.get(TIMEZONE) or _ZONE
    day = _day(today, timezone)
    with tempfile.TemporaryDirectory(prefix="paydesk-demo-") as folder, sandbox(seed, day, timezone) as addresses:
        environment = {**os.environ, **demo_environment(addresses, day, timezone)}
        if not headless:
            from desktop.cli.window import open_demo

            return open_demo(Path(folder) / "books", environment, connect_demo)
        business = open_business(Path(folder) / "books", environment, memory_key=True)
        try:
            reports = connect_demo(business)
            found = dashboard(business.books, business.today())
            region = business.region()
        finally:
            business.close()
    answer = to_json(found)
    if as_json:
        document({**answer, "sync": {"integrations": reports}})
    else:
        for report in reports:
            seen = sum(stream["seen"] for stream in report["streams"])
            title = provider_title(report["provider"])
            say(f"{title} connected by OAuth, {seen:,} objects synced in {report['seconds']:.1f} s.")
        say_dashboard(answer, units_of(found), region)
    return 0


def demo_environment(addresses: Mapping[str, Mapping[str, str]], day: str, timezone: str) -> dict[str, str]:
    """The variables under which everything talks to the sandbox and its day is today."""
    return {
        **{
            variable: addresses[name][value]
            for name in _pretended()
            for variable, value in facts_of(name).stand_in.items()
        },
        "PAYDESK_DATABASE_URL": "",
        "PAYDESK_MASTER_KEY": "",
        TIMEZONE: timezone,
        TODAY: day,
    }


def connect_demo(business: Business, cancel: threading.Event | None = None) -> list[dict[str, Any]]:
    """Connect every pretend provider by its own pages, as a browser would, and sync it; the syncs' reports."""
    stop = cancel or threading.Event()
    return [_connect_one(business, provider, stop) for provider in _pretended()]


def _pretended() -> list[str]:
    """The providers that the sandbox has."""
    return [name for name in provider_names() if facts_of(name).stand_in]


def _connect_one(business: Business, provider: str, stop: threading.Event) -> dict[str, Any]:
    talk = _Browser()
    tell(f"{business.provider(provider).title}:")
    connected = connect_by_oauth(business, provider, talk, stop, port=0)
    talk.step(Step.SYNC)
    report = report_json(sync_account(business, connected.integration, cancel=stop, who="the demo"))
    talk.step(Step.CONNECTED)
    return report


@contextmanager
def sandbox(seed: int, day: str, timezone: str) -> Iterator[dict[str, dict[str, str]]]:
    """The pretend providers in a process of their own; their addresses and keys.

    It ends by itself where they cannot start, and its last words are why: no clock decides, however busy the machine.

    Raises: UsageError where they cannot tell about this day or zone; UnreachableError where they do not start.
    """
    wanted = ["--seed", str(seed), "--today", day, "--timezone", timezone, "--leash"]
    command = own_program(["sandbox", *wanted], isolated=False)
    # Our own program with our own words: nothing in it came from outside.
    with tempfile.TemporaryFile("w+", errors="replace") as words, subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, env=own_environment(os.environ),
        cwd=own_folder(), text=True,
        start_new_session=True,  # Ctrl+C is for us: it ends when its input does
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                status = process.wait()
                words.seek(0)
                raise _not_started(status, words.read(), seed, day)
            yield json.loads(line)
        finally:
            process.terminate()


def _not_started(status: int, words: str, seed: int, day: str) -> WorldError:
    lines = words.strip().splitlines() or [f"They ended with status {status} and said nothing."]
    said = "The pretend providers did not start"
    reason = lines[-1] if day in lines[-1] else f"{said} for {day} with seed {seed}. {lines[-1]}"
    kind = UsageError if status == UsageError.exit_status else UnreachableError
    return kind("The demo did not start", reason)


def _day(given: str | None, timezone: str) -> str:
    return parse_day(given) if given else today(zone(timezone), os.environ.get(TODAY) or None)


class _Form(HTMLParser):
    """Reads the first form that has a button saying Connect."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.method = "get"
        self.fields: dict[str, str] = {}
        self._done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the form's address, its hidden fields and the consenting button."""
        values = {name: value or "" for name, value in attrs}
        if self._done:
            return
        if tag == "form":
            self.action, self.method = values.get("action", ""), values.get("method", "get").lower()
        elif tag == "input" and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")
        elif tag == "button" and values.get("name") and "deny" not in values.get("value", "").lower():
            self.fields.setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """The first form is the one."""
        self._done = self._done or tag == "form"


class _Browser:
    """Says yes on the sandbox's consent page, the way a browser does: it loads the page and sends its form."""

    def step(self, step: Step, note: str = "") -> None:
        """Name the step on standard error."""
        tell(f"  {step.value}/9 {step.name.capitalize()}{f' ({note})' if note else ''}")

    def open_page(self, address: str) -> None:
        """Load the page, press Connect, and follow the way back."""
        import httpx

        with httpx.Client(follow_redirects=True, timeout=30, trust_env=False) as client:
            page = client.get(address)
            form = _Form()
            form.feed(page.text)
            target = urljoin(str(page.url), form.action)
            if form.method == "post":
                client.post(target, data=form.fields)
            else:
                client.get(target, params=form.fields)

    def confirm(self, account: Account) -> bool:
        """The demo's business is the demo's."""
        return bool(account.mode)

    def listening(self, callback: Callback) -> None:
        """Nothing to do: the page leads back by itself."""
