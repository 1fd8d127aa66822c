"""The sentences of the Integrations page: how an account and its streams stand, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from desktop.providers.registry import provider_title
from desktop.sync.moments import moment_words
from desktop.sync.schedule import COUNTED_DAYS
from desktop.ui.app.syncing import stream_title
from desktop.ui.text import Tone
from desktop.ui.translation import translate
from desktop.ui.wording import day_text, region

if TYPE_CHECKING:
    from desktop.actions.status import AccountStatus
    from desktop.sync.report import Progress
    from desktop.sync.standing import Role, Standing

CLOSED: Final = frozenset({"not_permitted", "not_available"})


@dataclass(frozen=True, slots=True)
class Clock:
    """By whose clock and as of which day instants are told."""

    where: ZoneInfo
    today: str

    def instant(self, ms: int) -> str:
        """An instant: "14:02" today, "Tue 14:02" within a week, "21 Nov" else."""
        return moment_words(ms, self.where, self.today, region())

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
        "complete": (translate("StreamState", "Complete"), "accent"),
        "partial": (translate("StreamState", "In part"), "warning"),
        "running": (translate("StreamState", "Being read"), "info"),
        "failed": (translate("StreamState", "Not read"), "warning"),
        "not_permitted": (translate("StreamState", "Not permitted"), "info"),
        "not_available": (translate("StreamState", "Not available"), "neutral"),
        "on_demand": (translate("StreamState", "On demand"), "neutral"),
        "never": (translate("StreamState", "Not read yet"), "neutral"),
    }
    return known.get(state, (state, "neutral"))


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun; ``many`` says where the number stands."""
    return one if count == 1 else many.format(f"{count:,}")


def _count_texts() -> Mapping[str, tuple[str, str]]:
    """What the line of an account counts, one and many."""
    return {
        "locations": (
            translate("Integrations", "1 location"),
            translate("Integrations", "{0} locations"),
        ),
        "clients": (
            translate("Integrations", "1 client"),
            translate("Integrations", "{0} clients"),
        ),
        "invoices": (
            translate("Integrations", "1 invoice"),
            translate("Integrations", "{0} invoices"),
        ),
        "payments": (
            translate("Integrations", "1 payment"),
            translate("Integrations", "{0} payments"),
        ),
    }


def counts_line(account: AccountStatus, clock: Clock) -> str:
    """The line of an account: "62 clients · 412 invoices · 3,204 payments · complete up to 14:02"."""
    texts = _count_texts()
    by_name = {stream.name: stream for stream in account.streams}
    read = [name for name in texts if name in by_name and (by_name[name].count or by_name[name].state == "complete")]
    parts = [counted(by_name[name].count, *texts[name]) for name in read]
    standing = account.standing
    if standing is not None and standing.condition == "good" and standing.good_through is not None:
        # What else there is to say of it says by itself up to when the books are good.
        through = standing.good_through
        parts.append(translate("Integrations", "complete up to {0}").format(clock.instant(through)))
    return " · ".join(parts)


def reads_line(account: AccountStatus) -> str:
    """What reading the account cost in a month, and what its provider allows."""
    cost, provider = account.cost, provider_title(account.integration.provider)
    one, many = translate("StreamTable", "1 request"), translate("StreamTable", "{0} requests")
    used = counted(cost.used, one, many)
    if cost.allowed is None:
        return translate("StreamTable", "{0} in the last {1} days. {2} publishes no limit.").format(
            used, COUNTED_DAYS, provider
        )
    return translate("StreamTable", "{0} in the last {1} days, of the {2} that {3} allows.").format(
        used, COUNTED_DAYS, f"{cost.allowed:,}", provider
    )


def slow_line(account: AccountStatus) -> str:
    """Which lists follow less often than the others; empty where none does."""
    slow = [stream for stream in account.streams if stream.every_hours]
    if not slow:
        return ""
    titles = ", ".join(stream_title(stream.name).lower() for stream in slow)
    hours = max(stream.every_hours for stream in slow)
    return translate("StreamTable", "Every {0} hours, and whenever you sync: {1}.").format(hours, titles)


#: Tone of a sentence and of a pill in each role.
TONES: Final[Mapping[Role, Tone]] = {
    "danger": "danger",
    "warning": "warning",
    "working": "info",
    "note": "info",
    "good": "text-2",
    "none": "text-2",
}


def told(standing: Standing | None) -> list[Said]:
    """What there is to say of an account beside its counts: the sentence that is said of it everywhere."""
    if standing is None:
        return []
    if standing.condition == "good":
        return [Said(standing.also, "text-3")] if standing.also else []
    said = [Said(standing.text, TONES[standing.role])]
    if standing.detail and standing.is_trouble and standing.detail not in standing.text:
        said.append(Said(standing.detail, "text-3"))
    return said


def pill_words(standing: Standing | None) -> tuple[str, str]:
    """The pill beside an account's name in a word or two, and its tone; empty where all is well."""
    if standing is None or standing.role in ("good", "none", "note"):
        return "", "neutral"
    special = {
        "refused": translate("AccountRow", "Needs attention"),
        "disk_full": translate("AccountRow", "Needs attention"),
        "failed": translate("AccountRow", "Needs attention"),
        "ending": translate("AccountRow", "Expiring"),
        "late": translate("AccountRow", "Late"),
    }
    if standing.role == "working":
        return translate("AccountRow", "Syncing"), "info"
    other = translate("AccountRow", "Not up to date")
    return special.get(standing.condition, other), TONES[standing.role]


def progress_line(progress: Progress) -> tuple[str, float | None, str]:
    """What a running sync does, how far it is (0–1, None where nobody knows), and how fast."""
    name, seen, of = stream_title(progress.stream), f"{progress.seen:,}", progress.total_estimate
    rate = translate("Integrations", "{0} a second").format(f"{round(progress.rate):,}")
    shown_rate = rate if progress.rate >= 1 else ""
    if of and progress.seen <= of:
        text = translate("Integrations", "{0} · {1} of about {2}").format(name, seen, f"{of:,}")
        return text, progress.seen / of, shown_rate
    phase = _phases().get(progress.phase, "")
    what = seen if progress.seen else phase
    return " · ".join(part for part in (name, what) if part), None, shown_rate


def _phases() -> Mapping[str, str]:
    return {
        "changes": translate("Integrations", "looking for changes"),
        "looking_back": translate("Integrations", "looking back"),
        "checking": translate("Integrations", "checking"),
    }
