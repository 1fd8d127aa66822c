"""Accounts on the command line: connect, disconnect, status, sync."""

from __future__ import annotations

import getpass
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from desktop.actions.business import Business
from desktop.actions.callback import Callback
from desktop.actions.connect import Connected, Step, connect_by_key, connect_by_oauth
from desktop.actions.disconnect import disconnect as disconnect_account
from desktop.actions.options import options_of, set_option
from desktop.actions.platforms import keep_platform, known_platform
from desktop.actions.renewal import renew_access
from desktop.actions.status import AccountStatus, Status, account_standings, elsewhere, standing
from desktop.actions.sync import accounts_to_sync, sync_account
from desktop.books.integrations import IntegrationRow
from desktop.cli.output import Days, days_of, document, facts, say, table, tell
from desktop.cli.session import Session
from desktop.errors import CancelledError, UsageError, WorldError
from desktop.periods import parse_day, rfc3339
from desktop.providers.client_ids import check_client_id
from desktop.providers.contract import Account
from desktop.providers.registry import provider_names, provider_title
from desktop.secrets.redaction import visible
from desktop.sync.report import Progress, SyncReport
from desktop.sync.schedule import COUNTED_DAYS
from desktop.sync.standing import Standing
from desktop.sync.status import StreamStatus

_PROGRESS_EVERY_S = 0.2
_TROUBLE = frozenset({"danger", "warning"})


class Terminal:
    """Connecting as a conversation on the terminal."""

    def __init__(self) -> None:
        self.account: Account | None = None

    def step(self, step: Step, note: str = "") -> None:
        """Name the step on standard error."""
        tell(
            f"  {step.value}/9 {_NOUNS.get(step, _STEPS[step])} ({note})"
            if note
            else f"  {step.value}/9 {_STEPS[step]}"
        )

    def open_page(self, address: str) -> None:
        """Open the system browser, and print the address for where there is none."""
        import webbrowser

        tell("Your browser opens now. If it does not, go to this address:")
        tell(address)
        webbrowser.open(address)

    def confirm(self, account: Account) -> bool:
        """Show whose account it is; at a terminal, ask."""
        self.account = account
        tell(f"This is {account.name or 'an account without a name'} ({account.account_id or 'id not readable'}), "
             f"{account.country or 'country unknown'}, {account.mode}.")  # fmt: skip
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        sys.stderr.write("Is this your business? [Y/n] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"", "y", "yes"}

    def listening(self, callback: Callback) -> None:
        """Say where a pasted address would be taken: the terminal waits for the browser only."""
        tell(f"Waiting for the browser on port {callback.port} (Ctrl+C stops).")


_STEPS = {
    Step.CHOSEN: "Provider chosen",
    Step.PAGE: "Authorisation page opened",
    Step.GRANTED: "Access granted",
    Step.ANSWER: "Answer checked",
    Step.EXCHANGED: "Code exchanged",
    Step.SEALED: "Credentials sealed",
    Step.UPDATES: "Updates arranged",
    Step.SYNC: "First sync",
    Step.CONNECTED: "Connected",
}
#: Steps that one way in does without: they are not called done then.
_NOUNS = {
    Step.PAGE: "Authorisation page",
    Step.GRANTED: "Consent in the browser",
    Step.EXCHANGED: "Exchange of a code",
}


def connect(
    session: Session, provider: str, *, key_stdin: bool, label: str, sync: bool, as_json: bool, app_id: str = ""
) -> int:
    """Connect an account, and sync it where that was asked for. ``app_id`` is kept for the next time."""
    talk = Terminal()
    with session.business() as business:
        if key_stdin:
            connected = connect_by_key(business, provider, _read_key(provider), talk, label=label)
        else:
            _keep_app(business, provider, app_id)
            offered = business.provider(provider)
            if offered.facts.consent_writes:
                tell(f"{offered.title}'s consent grants reading and writing together; Paydesk only reads.")
            connected = connect_by_oauth(business, provider, talk, threading.Event(), label=label)
        _warn_elsewhere(business, [connected.integration])
        reports = []
        status = 0
        if sync:
            talk.step(Step.SYNC)
            report, status = _sync_one(business, connected.integration, full=False, since=None)
            reports.append(report)
            _add_standings(business, reports)
        talk.step(Step.CONNECTED)
        _say_connected(connected, reports, as_json)
    return status


def _read_key(provider: str) -> str:
    key = getpass.getpass("Key or token (not shown): ") if sys.stdin.isatty() else sys.stdin.read()
    if not key.strip():
        raise UsageError(
            "No key",
            "Standard input was empty.",
            f"Pipe the key or token in: paydesk connect {provider} --key-stdin < key.txt.",
        )
    return key


def _keep_app(business: Business, provider: str, app_id: str) -> None:
    """Keep the application's id; one that is known already keeps its secret too. The environment wins.

    Raises: UsageError where one is needed and none is known.
    """
    offered = business.provider(provider)
    check_client_id(offered.facts, app_id)
    known = known_platform(business, provider)
    if not app_id:
        if known is None and not offered.facts.needs_secret:
            noun = offered.facts.key_words.noun
            raise UsageError(
                "An application id is needed",
                f"Connecting {offered.title} in the browser needs the id of your own application there.",
                f"Run paydesk connect {provider} --app-id ID once, or pipe your {noun} in with --key-stdin.",
            )
    elif known is None or (known.client_id != app_id.strip() and not known.fixed):
        keep_platform(business, provider, app_id)


def renew(session: Session, integration_id: int, *, as_json: bool) -> int:
    """Renew an account's access now, and once. Raises: as ``renew_access``."""
    with session.business() as business:
        done = renew_access(business, integration_id)
    if as_json:
        document({"id": done.integration_id, "renewed": True})
    else:
        say(f"The access to {done.title} is renewed.")
    return 0


def set_options(session: Session, integration_id: int, choices: list[str], *, as_json: bool) -> int:
    """Turn an account's switches, each as NAME=on or NAME=off.

    Raises: UsageError for what is not such a choice, NotConnectedError where there is no such account.
    """
    wanted = [_choice(one) for one in choices]
    with session.business() as business:
        row = business.integration(integration_id)
        done = [set_option(business, row.id, name, on) for name, on in wanted]
        options = options_of(business, row)
    if as_json:
        document({"id": row.id, "options": options})
        return 0
    for name, on in options.items():
        say(f"{name} is {_ON_OFF[on]}.")
    if any(one.on and not one.was for one in done):
        say(f"Read what it lets in: paydesk sync {row.id}")
    return 0


_ON_OFF = {True: "on", False: "off"}


def _choice(text: str) -> tuple[str, bool]:
    name, _, stated = text.partition("=")
    known = {word: on for on, word in _ON_OFF.items()}
    if not name or stated.lower() not in known:
        raise UsageError("Not a choice", f"{text} is not a choice.", "Write NAME=on or NAME=off.")
    return name, known[stated.lower()]


def _say_connected(connected: Connected, reports: list[dict[str, Any]], as_json: bool) -> None:
    row = connected.integration
    if as_json:
        answer: dict[str, Any] = {**_account(row), "integration_id": row.id, "success": True, "again": connected.again}
        if reports:
            answer["sync"] = reports[0]
        document(answer)
        return
    again = " again" if connected.again else ""
    say(f"{row.title} is connected{again} ({row.provider}, {row.mode}, number {row.id}).")
    for report in reports:
        _say_synced(report)


def disconnect(session: Session, integration_id: int, *, forget: bool, as_json: bool) -> int:
    """Disconnect an account."""
    with session.business() as business:
        done = disconnect_account(business, integration_id, forget=forget)
    if as_json:
        copies = {"removed": [str(path) for path in done.removed], "left": [str(path) for path in done.left]}
        told = {"id": integration_id, "revoked": done.revoked, "forgotten": forget, "note": done.note}
        document({**told, "copies": copies})
    else:
        say("Disconnected." if not forget else "Disconnected, and everything that was read from it is gone.")
        for path in done.removed:
            say(f"A copy of the books that held it was removed: {path}")
        if done.note:
            say(done.note)
    return 0


def sync(session: Session, integration_id: int | None, *, full: bool, since: str | None, as_json: bool) -> int:
    """Sync one account or all of them; 1 where something failed or is partial."""
    if since is not None:
        since = parse_day(since)
    reports, statuses = [], [0]
    with session.business() as business:
        rows = accounts_to_sync(business, integration_id)
        _warn_elsewhere(business, rows)
        for row in rows:
            report, status = _sync_one(business, row, full=full, since=since)
            reports.append(report)
            statuses.append(status)
        _add_standings(business, reports)
    if as_json:
        document({"integrations": reports})
    else:
        for report in reports:
            _say_synced(report)
    return max(statuses)


def _sync_one(business: Business, row: IntegrationRow, *, full: bool, since: str | None) -> tuple[dict[str, Any], int]:
    cancel = threading.Event()
    meter = _Meter(row.title)
    try:
        report = sync_account(business, row, cancel=cancel, full=full, since=since, progress=meter)
    except CancelledError:
        raise
    except WorldError as error:
        meter.end()
        tell(str(error))
        stream = {"name": "", "seen": 0, "created": 0, "updated": 0, "unchanged": 0, "deleted": 0}
        failed = {**stream, "errors": [str(error)]}
        return {"id": row.id, "provider": row.provider, "streams": [failed], "seconds": 0.0}, error.exit_status
    meter.end()
    return report_json(report), report.exit_status


class _Meter:
    """One line of progress that is written over, only where somebody looks."""

    def __init__(self, title: str) -> None:
        self._title = visible(title)
        self._shown = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._live and now - self._shown >= _PROGRESS_EVERY_S:
            self._shown = now
            rate = f" · {progress.rate:,.0f} a second" if progress.rate else ""
            sys.stderr.write(f"\r\x1b[K{self._title}: {progress.stream} · {progress.seen:,}{rate}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave a clean line."""
        if self._live and self._shown:
            sys.stderr.write("\r\x1b[K")


def report_json(report: SyncReport) -> dict[str, Any]:
    """The stable shape of one account's sync."""
    names = ("name", "seen", "created", "updated", "unchanged", "deleted")
    streams = [
        {**{name: getattr(stream, name) for name in names}, "errors": list(stream.errors)} for stream in report.streams
    ]
    return {
        "id": report.integration_id,
        "provider": report.provider,
        "streams": streams,
        "seconds": round(report.seconds, 3),
    }


def standing_json(standing: Standing) -> dict[str, Any]:
    """How an account stands, in the words that the window has for it too."""
    return {
        "condition": standing.condition,
        "role": standing.role,
        "sentence": standing.sentence,
        "also": standing.also,
        "advice": standing.advice,
        "good_through": _instant(standing.good_through),
    }


def _add_standings(business: Business, reports: list[dict[str, Any]]) -> None:
    """How each account stands after its sync: what could not be read, and up to when the books are good."""
    standings = {one.integration_id: standing_json(one) for one in account_standings(business, scheduled=False)}
    for report in reports:
        standing = standings.get(report["id"])
        # What did not even begin leaves nothing in the books: their good news is not this sync's.
        begun = any(stream["name"] for stream in report["streams"])
        report["standing"] = standing if begun or (standing and standing["role"] != "good") else None


def _say_synced(report: dict[str, Any]) -> None:
    streams = [stream for stream in report["streams"] if stream["name"]]
    errors = [tuple(stream["errors"]) for stream in report["streams"]]
    # What holds for everything is said once, below.
    same = bool(errors[0]) and len(set(errors)) == 1 if errors else False
    rows = [
        (
            stream["name"],
            *(f"{stream[name]:,}" for name in ("seen", "created", "updated", "deleted")),
            "" if same else "; ".join(stream["errors"]),
        )
        for stream in streams
    ]
    if rows:
        table(rows, ("List", "Read", "New", "Changed", "Gone", ""), right=(1, 2, 3, 4))
        say(f"{'Ended' if _is_trouble(report) else 'Done'} in {report['seconds']:.1f} s.")
    standing = report.get("standing")
    if standing is not None:
        say(" ".join(standing[part] for part in ("sentence", "also", "advice") if standing[part]))
    for error in errors[0] if same and rows else ():
        tell(error)


def _is_trouble(report: dict[str, Any]) -> bool:
    standing = report.get("standing")
    return standing is not None and standing["role"] in _TROUBLE


def status(session: Session, *, as_json: bool) -> int:
    """How everything stands."""
    with session.business() as business:
        now = standing(business, scheduled=False)
        options = {one.integration.id: options_of(business, one.integration) for one in now.accounts}
        days = days_of(business)
        _warn_elsewhere(business, [one.integration for one in now.accounts])
    if as_json:
        answer = status_json(now)
        for account in answer["integrations"]:
            account["options"] = options[account["id"]]
        document(answer)
        return 0
    if not now.accounts:
        ways = ", or ".join(f"paydesk connect {name}" for name in provider_names())
        say(f"Nothing is connected yet. Run: {ways}")
    for account in now.accounts:
        _say_account(account, options[account.integration.id], days)
    facts(
        {
            "To be sent": f"{now.outbox['waiting']} waiting, {now.outbox['failed']} failed",
            "Changes": ", ".join(f"{count:,} {name}" for name, count in now.events.items()),
            "Conflicts": str(now.conflicts),
            "Time zone": now.timezone,
        }
    )
    return 0


def _warn_elsewhere(business: Business, rows: Sequence[IntegrationRow]) -> None:
    for one in elsewhere(business, rows):
        tell(f"{one.title} is live, but {one.provider_title} is reached at another address: {one.address}.")


def _say_account(account: AccountStatus, options: dict[str, bool], days: Days) -> None:
    row = account.integration
    say(f"{row.id}. {row.full_title} · {row.mode} · {row.status.replace('_', ' ')}")
    if account.standing is not None:
        say(f"   {account.standing.text}")
        if account.standing.detail and account.standing.is_trouble:
            say(f"   {account.standing.detail}")
    if account.renewal_given_up:
        say(f"   To have it tried once more: paydesk account renew {row.id}")
    say(f"   Reads: {_reads_words(account)}")
    if options:
        told = ", ".join(f"{name}={_ON_OFF[on]}" for name, on in options.items())
        say(f"   Options: {told} (paydesk account set {row.id} NAME=on)")
    rows = [
        (
            stream.name.replace("_", " "),
            stream.state.replace("_", " "),
            f"{stream.count:,}",
            days.instant(stream.complete_through),
            _remarks(stream, days),
        )
        for stream in account.streams
    ]
    table(rows, ("List", "State", "Count", "Complete through", "Remarks"), right=(2,))
    say()


def _reads_words(account: AccountStatus) -> str:
    cost, hours = account.cost, account.every_hours
    used = f"{cost.used:,} in {COUNTED_DAYS} days"
    if cost.allowed is None:
        return f"{used}; {provider_title(account.integration.provider)} publishes no limit"
    slower = f", so that an open window syncs every {hours} hours by itself" if hours > 1 else ""
    return f"{used}, of {cost.allowed:,} allowed{slower}"


def _remarks(stream: StreamStatus, days: Days) -> str:
    remarks = [stream.error] if stream.error else []
    remarks += [f"{stream.set_aside:,} could not be read"] if stream.set_aside else []
    remarks += [f"since {days.day(stream.since)}"] if stream.since else []
    return "; ".join([*remarks, *stream.notes])


def _instant(value: int | None) -> str | None:
    return None if value is None else rfc3339(value)


def _account(row: IntegrationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "account_id": row.account_id,
        "label": row.own_name,
        "mode": row.mode,
        "status": row.status,
        "attention": row.attention,
        "last_sync_at": _instant(row.last_sync_at),
    }


def status_json(now: Status) -> dict[str, Any]:
    """The stable shape of ``status --json``."""
    return {
        "integrations": [
            {
                **_account(account.integration),
                "standing": standing_json(account.standing) if account.standing is not None else None,
                "reads": {
                    "used": account.cost.used,
                    "allowed": account.cost.allowed,
                    "days": COUNTED_DAYS,
                    "syncs_every_hours": account.every_hours,
                },
                "streams": [
                    {
                        "name": stream.name,
                        "state": stream.state,
                        "count": stream.count,
                        "complete_through": _instant(stream.complete_through),
                        "since": stream.since,
                        "set_aside": stream.set_aside,
                        "error": stream.error or None,
                        "notes": list(stream.notes),
                        "every_hours": stream.every_hours,
                    }
                    for stream in account.streams
                ],
            }
            for account in now.accounts
        ],
        "outbox": now.outbox,
        "events": now.events,
        "conflicts": now.conflicts,
        "timezone": now.timezone,
    }
