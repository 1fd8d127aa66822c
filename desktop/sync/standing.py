"""How an account stands, in words and in one of six roles: the one place that says what a sync came to.

What the books know (the account, its streams, its last syncs, who is at work) and the clock go in; a :class:`Standing`
comes out. The rail, the dashboard's footing, the account's card and the command print it and word nothing of their own,
so that all of them say the same, also after a restart and whoever made the sync.

A role is a colour and a sign (``look.md``): *danger* waits for the owner, *warning* comes right by itself, *note* is
worth knowing and no alarm (what the credentials may not read), *working* is under way, *good* is up to date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from desktop.regions import Region
from desktop.sync.moments import ago_words, clock_words, moment_words, past_words
from desktop.sync.names import names_of, title_of
from desktop.sync.schedule import HOUR_MS, Cost, Past, Schedule

if TYPE_CHECKING:
    from desktop.sync.lease import Held
    from desktop.sync.status import StreamStatus

Role: TypeAlias = Literal["danger", "warning", "working", "note", "good", "none"]
RANK: Final[tuple[Role, ...]] = ("danger", "warning", "working", "none", "note", "good")
"""The worst first: what is said where there is room for one account only."""

LATE_AFTER: Final = 2
"""Without a sync for more than so many of its schedule's pauses, nothing is called up to date."""

FULL_DISK: Final = "full"
"""The outcome of a run that a full disk ended, where not even the reason could be written."""

CLOSED: Final = frozenset({"not_permitted", "not_available"})

UNREAD: Final = CLOSED | {"on_demand"}
"""States of streams that no sync reads: nothing is promised of them."""


@dataclass(frozen=True, slots=True)
class LastSync:
    """What the books keep of the last sync that was not stopped by a person, and of those before it.

    ``outcome`` is done, partial, refused, failed or running (see ``sync_runs``); ``cause`` is why (``report.cause_of``,
    or disk_full). ``title`` and ``message`` are the error's where one ended it; ``troubled`` are the streams that
    something went wrong with. ``past`` is what the schedule needs to know.
    """

    outcome: str = ""
    cause: str = ""
    title: str = ""
    message: str = ""
    troubled: tuple[str, ...] = ()
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the books know of one connected account. ``name`` tells it apart from the others in a sentence.

    ``cost`` is what its reads came to, which may make the schedule's pauses longer.
    """

    integration_id: int
    name: str
    provider: str
    status: str
    attention: str
    last_sync_at: int | None
    streams: tuple[StreamStatus, ...]
    last: LastSync
    holder: Held | None = None
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class Now:
    """By whose clock it is told: this machine's instant (ms), the business's zone, its day, and where it is.

    ``scheduled``: whether this program syncs by itself, and so can say when the next try is.
    """

    at: int
    where: ZoneInfo
    today: str
    region: Region = field(default_factory=Region)
    schedule: Schedule = field(default_factory=Schedule)
    scheduled: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands.

    ``line`` and ``since`` are the rail's two lines, ``again`` the third where there is one; ``sentence`` says it whole
    and ``advice`` what happens next or what to do. ``also`` names what else is missing. ``detail`` is what the provider
    or the machine said about it.
    ``good_through``: up to when the books are good (the provider's clock, ms), None while nothing is promised. Lists
    that follow less often are named in ``also`` where they are older.
    ``next_at``: when it is synced next by itself (this machine's clock, ms), None where it is not.
    """

    integration_id: int
    condition: str
    role: Role
    line: str
    since: str
    sentence: str
    also: str = ""
    advice: str = ""
    again: str = ""
    detail: str = ""
    good_through: int | None = None
    next_at: int | None = None
    last_sync_at: int | None = None

    @property
    def text(self) -> str:
        """All of it: the sentence, what else is missing, and what happens next or what to do."""
        return " ".join(part for part in (self.sentence, self.also, self.advice) if part)

    @property
    def is_trouble(self) -> bool:
        """Whether something went wrong, so that it has to be told."""
        return self.role in ("danger", "warning")

    @property
    def can_retry(self) -> bool:
        """Whether syncing now could help."""
        return self.condition not in ("refused", "ending", "elsewhere", "reading", "gaps", "good")


def standing_of(facts: Situation, now: Now) -> Standing:
    """How an account stands now. Pure."""
    return _Telling(facts, now).tell()


def lead_of(standings: Sequence[Standing]) -> Standing | None:
    """The one to show where there is room for one only: the worst, of those the least far; None of none."""
    return min(standings, key=lambda one: (RANK.index(one.role), one.good_through or 0), default=None)


class _Telling:
    def __init__(self, facts: Situation, now: Now) -> None:
        self._facts = facts
        self._now = now
        self._name = facts.name
        self._schedule = now.schedule.within(facts.cost)
        self._through = _good_through(facts.streams)
        self._next_at = self._due()
        self._aside = [stream for stream in facts.streams if stream.set_aside]
        self._closed = [stream for stream in facts.streams if stream.state in CLOSED]
        self._seldom = _seldom(facts.streams, self._through)

    def tell(self) -> Standing:
        """How it stands; what else is missing is named too, whatever is said first."""
        standing = self._first()
        also = []
        if standing.condition != "left_out" and self._aside:
            also.append(f"{self._left_out_words()}.")
        if standing.condition != "gaps" and self._closed:
            also.append(f"{self._gap_words()}.")
        if self._seldom:
            also.append(self._seldom_words())
        if self._schedule is not self._now.schedule and self._now.scheduled:
            also.append(self._slower_words())
        return replace(standing, also=" ".join(also)) if also else standing

    def _first(self) -> Standing:
        facts, last = self._facts, self._facts.last
        holder = facts.holder
        if holder is not None and not holder.is_ours:
            return self._elsewhere(holder)
        if facts.status == "needs_attention":
            return self._refused()
        if last.outcome == "failed":
            return self._failed()
        failed = [stream.name for stream in facts.streams if stream.state == "failed"]
        readable = [stream.name for stream in facts.streams if stream.state not in UNREAD]
        if failed and len(failed) == len(readable):
            return self._unreachable()
        troubled = [name for name in readable if name in failed or name in last.troubled]
        if troubled:
            return self._incomplete(troubled)
        if holder is not None and self._through is None:
            return self._reading()
        return self._calm()

    def _calm(self) -> Standing:
        """Nothing failed: what is still missing, or that nothing is."""
        facts, here = self._facts, self._facts.holder is not None
        if facts.last.outcome == "running" and not here:
            return self._interrupted()
        if facts.attention:
            return self._ending()
        if facts.last_sync_at is None and self._through is None and not facts.last.outcome:
            return self._never()
        unread = [stream.name for stream in facts.streams if self._is_unread(stream)]
        if unread and not here:
            return self._unfinished(unread)
        if self._is_late() and not here:
            return self._late()
        if self._aside:
            return self._left_out()
        return self._gaps() if self._closed else self._good()

    # --- what went wrong -----------------------------------------------------------------------------------------

    def _refused(self) -> Standing:
        return self._make(
            "refused", "danger", f"Reconnect {self._facts.provider}",
            f"{self._name} refused access", advice=f"Reconnect {self._name} to go on.", detail=self._facts.attention,
            tried=False,
        )  # fmt: skip

    def _failed(self) -> Standing:
        last = self._facts.last
        if last.cause == "disk_full":
            return self._make(
                "disk_full", "danger", "The disk is full",
                f"The disk is full: nothing more of {self._name} can be kept",
                advice="Free some space on it.", detail=last.message,
            )  # fmt: skip
        if last.cause:
            return self._unreachable()
        happened = last.message.strip().rstrip(".") or "It could not be read"
        return self._make("failed", "danger", last.title or "Not read", f"{self._name} could not be read: {happened}")

    def _unreachable(self) -> Standing:
        line, happened = _CAUSES.get(self._facts.last.cause, _CAUSES["unreachable"])
        detail = next((stream.error for stream in self._facts.streams if stream.error), self._facts.last.message)
        return self._make(
            "unreachable", "warning", line.format(self._facts.provider), happened.format(self._name), detail=detail
        )

    def _incomplete(self, streams: Sequence[str]) -> Standing:
        line = f"{title_of(streams[0])} not read" if len(set(streams)) == 1 else "Not everything read"
        detail = next((stream.error for stream in self._facts.streams if stream.name in streams and stream.error), "")
        return self._make(
            "incomplete",
            "warning",
            line,
            f"{names_of(streams, most=_ALL)} could not be read from {self._name}",
            detail=detail,
        )

    def _interrupted(self) -> Standing:
        return self._make("interrupted", "warning", "Reading interrupted", f"Reading {self._name} was interrupted")

    def _late(self) -> Standing:
        at = self._facts.last_sync_at
        when = ago_words(at, self._now.at, self._now.where) if at is not None else "never"
        return self._make("late", "warning", f"Last read {when}", f"{self._name} was last read {when}")

    def _unfinished(self, streams: Sequence[str]) -> Standing:
        return self._make(
            "unfinished", "warning", "Not everything read",
            f"{names_of(streams)} {_have(streams)} not been read to the end from {self._name} yet",
        )  # fmt: skip

    def _left_out(self) -> Standing:
        count = sum(stream.set_aside for stream in self._aside)
        return self._make(
            "left_out", "warning", f"{count:,} not readable", self._left_out_words(),
            advice=f"{'It is' if count == 1 else 'They are'} named in the details, and tried again every day.",
            tried=False,
        )  # fmt: skip

    def _left_out_words(self) -> str:
        count = sum(stream.set_aside for stream in self._aside)
        names = _lower(names_of([stream.name for stream in self._aside]))
        return f"Of the {names} from {self._name}, {count:,} could not be read"

    # --- what is worth knowing -------------------------------------------------------------------------------------

    def _elsewhere(self, holder: Held) -> Standing:
        return self._make(
            "elsewhere", "working", "Syncing elsewhere", f"{_upper(holder.who)} is syncing {self._name}",
            advice="What it brings in is shown here too.", since=holder.where, tried=False,
        )  # fmt: skip

    def _reading(self) -> Standing:
        return self._make(
            "reading", "working", "Syncing", f"{self._name} is being read for the first time", tried=False
        )

    def _ending(self) -> Standing:
        attention = self._facts.attention
        return self._make(
            "ending", "warning", "Access ends soon", attention.strip().rstrip("."), since=attention, tried=False
        )

    def _never(self) -> Standing:
        again = self._again()
        return self._make(
            "never", "none", "Not read yet", f"{self._name} has not been read yet", since="", bare=True, tried=False,
            advice=f"It is read {again}." if again else "Sync to read it.",
        )  # fmt: skip

    def _gaps(self) -> Standing:
        refused = any(stream.state == "not_permitted" for stream in self._closed)
        return self._make(
            "gaps", "note", "Up to date", self._gap_words(),
            since=f"without {_lower(names_of([stream.name for stream in self._closed], most=2))}",
            advice=f"Allow it at {self._facts.provider}, then sync again." if refused else "",
            detail=next((stream.error for stream in self._closed if stream.error), ""), rest=True, tried=False,
        )  # fmt: skip

    def _gap_words(self) -> str:
        refused = [stream.name for stream in self._closed if stream.state == "not_permitted"]
        absent = [stream.name for stream in self._closed if stream.state != "not_permitted"]
        parts = []
        if refused:
            parts.append(f"{names_of(refused, most=_ALL)} may not be read from {self._name}")
        if absent:
            single = len(absent) == 1 and not title_of(absent[0]).endswith("s")
            names = names_of(absent, most=_ALL)
            names = _lower(names) if refused else names
            parts.append(f"{names} {'is' if single else 'are'} not offered by {self._name}")
        return " and ".join(parts)

    def _good(self) -> Standing:
        since = self._when()
        left = self._minutes_left()
        if left is not None and self._next_at is not None:
            next_at = f"in {left} min" if left <= _SOON_MIN else f"at {clock_words(self._next_at, self._now.where)}"
            since = f"{since} · next {next_at}"
        return self._make("good", "good", "Up to date", f"{self._name} is up to date", since=since, tried=False)

    def _seldom_words(self) -> str:
        names = [stream.name for stream in self._seldom]
        hours = max(stream.every_hours for stream in self._seldom)
        through = min(stream.complete_through or 0 for stream in self._seldom)
        when = moment_words(through, self._now.where, self._now.today, self._now.region)
        single = len(names) == 1 and not title_of(names[0]).endswith("s")
        follow = "follows" if single else "follow"
        return f"{names_of(names)} {follow} every {hours} hours, so far up to {when}."

    def _slower_words(self) -> str:
        hours = self._schedule.every_ms // HOUR_MS
        pause = "day" if hours == 24 else f"{hours} hours"
        allowed = f"the {self._facts.cost.allowed:,} requests a month that {self._facts.provider} allows"
        return f"It is synced every {pause} by itself, to stay within {allowed}."

    # --- wording -----------------------------------------------------------------------------------------------------

    def _make(
        self,
        condition: str,
        role: Role,
        line: str,
        happened: str,
        *,
        advice: str = "",
        since: str | None = None,
        detail: str = "",
        rest: bool = False,
        bare: bool = False,
        tried: bool = True,
    ) -> Standing:
        """``tried``: it is tried again by itself; ``rest``: only the rest is good; ``bare``: nothing is promised."""
        what = "the rest" if rest else "the books are"
        if bare:
            good = ""
        elif self._through is None:
            good = "; nothing is complete yet"
        else:
            through = past_words(self._through, self._now.where, self._now.today, self._now.region)
            good = f"; {what} {'is ' if rest else ''}good up to {through}"
        if since is None:
            since = f"Good up to {self._when()}" if self._through is not None else "Nothing is complete yet"
        again = self._again() if tried else ""
        next_words = f"It is tried again {again}." if again else ""
        if tried and not again:
            next_words = "Sync to try again."
        return Standing(
            self._facts.integration_id, condition, role, line, since, f"{happened}{good}.",
            advice=f"{advice} {next_words}".strip(), again=f"Again {again}" if again else "", detail=detail,
            good_through=self._through, next_at=self._next_at, last_sync_at=self._facts.last_sync_at,
        )  # fmt: skip

    def _when(self) -> str:
        now = self._now
        return "" if self._through is None else moment_words(self._through, now.where, now.today, now.region)

    def _due(self) -> int | None:
        past, now = self._facts.last.past, self._now
        if not now.scheduled or past.refused:
            return None
        # A last sync that lies in the future means that the clock was set back.
        return now.at if self._schedule.is_due(past, now.at) else self._schedule.due_at(past)

    def _again(self) -> str:
        """When it is tried again by itself; an empty text where it is not."""
        if self._next_at is None:
            return ""
        if self._next_at <= self._now.at:
            return "in a moment"
        return f"at {clock_words(self._next_at, self._now.where)}"

    def _minutes_left(self) -> int | None:
        if self._next_at is None:
            return None
        # The schedule scatters the hour a little; people are told an hour.
        most = self._schedule.every_ms // _MINUTE_MS
        return min(max(1, round((self._next_at - self._now.at) / _MINUTE_MS)), most)

    def _is_late(self) -> bool:
        at = self._facts.last_sync_at
        return at is not None and self._now.at - at > LATE_AFTER * self._schedule.every_ms

    def _is_unread(self, stream: StreamStatus) -> bool:
        if stream.state in UNREAD or stream.set_aside:
            return False
        return stream.state in ("never", "partial", "running") or stream.complete_through is None


_MINUTE_MS: Final = 60_000
_SOON_MIN: Final = 90
"""Up to so many minutes ahead people count them; beyond, they look at the clock."""
_ALL: Final = 99
"""What is missing is said by name, however much it is."""

_CAUSES: Final = {
    "unreachable": ("{0} not reached", "{0} could not be reached"),
    "unusable": ("Errors at {0}", "{0} answers with errors"),
    "busy": ("{0} is busy", "{0} asks for fewer questions at a time"),
}


def _good_through(streams: Sequence[StreamStatus]) -> int | None:
    """The instant that every readable stream is complete up to; None where one promises nothing yet.

    Those that follow less often have an instant of their own; they count where there are no others.
    """
    readable = [stream for stream in streams if stream.state not in UNREAD]
    known = {stream.name: stream.complete_through for stream in readable if stream.complete_through is not None}
    if not readable or len(known) != len(readable):
        return None
    prompt = [known[stream.name] for stream in readable if not stream.every_hours]
    return min(prompt or known.values())


def _seldom(streams: Sequence[StreamStatus], through: int | None) -> Sequence[StreamStatus]:
    """Streams that follow less often and are not as good by now as the others are."""
    if through is None:
        return ()
    return [
        stream
        for stream in streams
        if stream.every_hours and stream.state not in UNREAD and (stream.complete_through or 0) < through - HOUR_MS // 2
    ]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _have(streams: Sequence[str]) -> str:
    """Most are named in the plural."""
    single = len(set(streams)) == 1 and not title_of(streams[0]).endswith("s")
    return "has" if single else "have"
