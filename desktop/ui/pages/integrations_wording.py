"""The sentences of the Integrations page: how an account and its streams stand, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from desktop.ui.syncing import stream_title
from desktop.ui.text import Tone
from desktop.ui.wording import day_text, instant_text

if TYPE_CHECKING:
    from desktop.actions.status import AccountStatus
    from desktop.sync.report import Progress
    from desktop.sync.status import StreamStatus

CLOSED: Final = frozenset({"not_permitted", "not_available"})


@dataclass(frozen=True, slots=True)
class Clock:
    """By whose clock and as of which day instants are told."""

    where: ZoneInfo
    today: str

    def instant(self, ms: int) -> str:
        """An instant: "14:02" today, "21 Nov, 14:02" else."""
        return instant_text(ms, self.where, self.today)

    def day(self, day: str) -> str:
        """A day."""
        return day_text(day, self.today)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and its tone."""

    text: str
    tone: Tone = "warning"


def state_words(state: str) -> tuple[str, str]:
    """How a stream stands, in words, and the tone of its pill."""
    known = {
        "complete": (QCoreApplication.translate("StreamState", "Complete"), "accent"),
        "partial": (QCoreApplication.translate("StreamState", "In part"), "warning"),
        "running": (QCoreApplication.translate("StreamState", "Being read"), "info"),
        "failed": (QCoreApplication.translate("StreamState", "Failed"), "danger"),
        "not_permitted": (QCoreApplication.translate("StreamState", "Not permitted"), "warning"),
        "not_available": (QCoreApplication.translate("StreamState", "Not available"), "neutral"),
        "never": (QCoreApplication.translate("StreamState", "Not read yet"), "neutral"),
    }
    return known.get(state, (state, "neutral"))


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun; ``many`` has the number's place."""
    return one if count == 1 else many.format(f"{count:,}")


def _count_texts() -> Mapping[str, tuple[str, str]]:
    """What the line of an account counts, one and many."""
    return {
        "locations": (
            QCoreApplication.translate("Integrations", "1 location"),
            QCoreApplication.translate("Integrations", "{0} locations"),
        ),
        "clients": (
            QCoreApplication.translate("Integrations", "1 client"),
            QCoreApplication.translate("Integrations", "{0} clients"),
        ),
        "invoices": (
            QCoreApplication.translate("Integrations", "1 invoice"),
            QCoreApplication.translate("Integrations", "{0} invoices"),
        ),
        "payments": (
            QCoreApplication.translate("Integrations", "1 payment"),
            QCoreApplication.translate("Integrations", "{0} payments"),
        ),
    }


def counts_line(account: AccountStatus, clock: Clock) -> str:
    """The line of an account: "62 clients · 412 invoices · 3,204 payments · complete up to 14:02"."""
    texts = _count_texts()
    by_name = {stream.name: stream for stream in account.streams}
    read = [name for name in texts if name in by_name and (by_name[name].count or by_name[name].state == "complete")]
    parts = [counted(by_name[name].count, *texts[name]) for name in read]
    through = complete_through(account.streams)
    if through is not None:
        parts.append(QCoreApplication.translate("Integrations", "complete up to {0}").format(clock.instant(through)))
    elif all(stream.state == "never" for stream in account.streams):
        parts.append(QCoreApplication.translate("Integrations", "Not synced yet"))
    return " · ".join(parts)


def complete_through(streams: Iterable[StreamStatus]) -> int | None:
    """The instant (ms) that every readable stream is complete up to; None where one promises nothing yet."""
    promised = [stream.complete_through for stream in streams if stream.state not in CLOSED]
    known = [instant for instant in promised if instant is not None]
    return min(known) if known and len(known) == len(promised) else None


def lacking(account: AccountStatus) -> list[Said]:
    """What is missing of an account, by name, and what to do; the worst first."""
    said = []
    failed = _of(account, "failed")
    for stream in failed:
        text = QCoreApplication.translate("Integrations", "{0}: failed. {1}")
        said.append(Said(text.format(stream_title(stream.name), stream.error).strip(), "danger"))
    refused = _of(account, "not_permitted")
    if refused:
        text = QCoreApplication.translate(
            "Integrations", "{0}: not permitted. Let the key read them at the provider, then sync again."
        )
        said.append(Said(text.format(_names(refused))))
    said.extend(Said(_partial_text(stream)) for stream in _of(account, "partial"))
    absent = _of(account, "not_available")
    if absent:
        text = QCoreApplication.translate("Integrations", "{0}: not available from this server.")
        said.append(Said(text.format(_names(absent)), "text-3"))
    return said


def _partial_text(stream: StreamStatus) -> str:
    name = stream_title(stream.name)
    if stream.set_aside:
        one = QCoreApplication.translate("Integrations", "{0}: in part. 1 object could not be read; see the details.")
        many = QCoreApplication.translate(
            "Integrations", "{0}: in part. {1} objects could not be read; see the details."
        )
        return (one if stream.set_aside == 1 else many).format(name, f"{stream.set_aside:,}")
    text = QCoreApplication.translate("Integrations", "{0}: in part. The rest follows at the next sync.")
    return text.format(name)


def _of(account: AccountStatus, state: str) -> list[StreamStatus]:
    return [stream for stream in account.streams if stream.state == state]


def _names(streams: Iterable[StreamStatus]) -> str:
    return ", ".join(stream_title(stream.name) for stream in streams)


def progress_line(progress: Progress) -> tuple[str, float | None, str]:
    """What a running sync does, how far it is (0–1, None where nobody knows), and how fast."""
    name, seen, of = stream_title(progress.stream), f"{progress.seen:,}", progress.total_estimate
    rate = QCoreApplication.translate("Integrations", "{0} a second").format(f"{round(progress.rate):,}")
    shown_rate = rate if progress.rate >= 1 else ""
    if of and progress.seen <= of:
        text = QCoreApplication.translate("Integrations", "{0} · {1} of about {2}").format(name, seen, f"{of:,}")
        return text, progress.seen / of, shown_rate
    phase = _phases().get(progress.phase, "")
    what = seen if progress.seen else phase
    return " · ".join(part for part in (name, what) if part), None, shown_rate


def _phases() -> Mapping[str, str]:
    return {
        "changes": QCoreApplication.translate("Integrations", "looking for changes"),
        "looking_back": QCoreApplication.translate("Integrations", "looking back"),
        "checking": QCoreApplication.translate("Integrations", "checking"),
    }
