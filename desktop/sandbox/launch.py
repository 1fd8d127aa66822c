"""Starts the pretend providers on loopback, in a thread of this process, and stops them without leaving one behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.types import ASGIApp

from desktop.sandbox.background import Served, Stoppable
from desktop.sandbox.clock import Clock, local_day, opening
from desktop.sandbox.square import scenes as shop
from desktop.sandbox.square.keys import ALL_SCOPES
from desktop.sandbox.square.server import SquareServer
from desktop.sandbox.square.world import World as SquareWorld
from desktop.sandbox.square.year import SALES_A_DAY
from desktop.sandbox.stripe.scenes import tell
from desktop.sandbox.stripe.server import StripeServer
from desktop.sandbox.stripe.world import World

DEFAULT_TIMEZONE = "America/New_York"
DEFAULT_SEED = 1
DEFAULT_SALES_A_DAY = SALES_A_DAY

FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2099, 12, 31)
"""Between which days a generated year may end: Square took its first payment in 2009."""

MOST_SALES_A_DAY = 5000
"""More than this many would take minutes to tell."""

LAST_PORT = 65_534
"""The last one that another one follows."""

Around = Callable[[ASGIApp], ASGIApp]


class StartError(Exception):
    """Why the pretend providers cannot start, in one sentence; ``usage`` where what they were asked for is at fault."""

    def __init__(self, sentence: str, *, usage: bool) -> None:
        super().__init__(sentence)
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Setting:
    """What a year is told for: its last day, the zone in which it is lived, and the seed of its chances."""

    seed: int
    day: date
    zone: ZoneInfo

    @contextmanager
    def telling(self, provider: str) -> Iterator[None]:
        """Say for which day and seed a year could not be told."""
        try:
            yield
        except Exception as error:
            # Whichever mistake ends the telling: who started it learns what for, and what will do instead.
            raise StartError(
                f"The pretend {provider} cannot tell the year that ends on {self.day} with seed {self.seed} in "
                f"{self.zone.key} ({type(error).__name__}: {error}): another --seed or --today will do.",
                usage=False,
            ) from error


def setting(seed: int, today: date | None, timezone: str, real_now: Callable[[], float] = time.time) -> Setting:
    """What to tell about; the real day where none is given. Raises ``StartError`` for what cannot be told about."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise StartError(
            f"There is no time zone {timezone!r}: use a name such as {DEFAULT_TIMEZONE}.", usage=True
        ) from error
    day = today or datetime.fromtimestamp(real_now(), zone).date()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise StartError(
            f"The pretend providers cannot tell a year that ends on {day} (seed {seed}): choose a day between "
            f"{FIRST_DAY} and {LAST_DAY}.",
            usage=True,
        )
    return Setting(seed, day, zone)


class Running(Served[StripeServer]):
    """A pretend Stripe that is being served. Use as a context manager, or call ``stop``."""

    def __init__(self, server: StripeServer, port: int) -> None:
        super().__init__(server, port, server.application())
        self.connect_base = self.api_base

    @property
    def client_id(self) -> str:
        """The Connect application's id."""
        return self.server.keys.client_id

    @property
    def secret_key(self) -> str:
        """The platform's secret key; it also reads and writes the studio's account."""
        return self.server.keys.secret_key

    @property
    def restricted_key(self) -> str:
        """A key that may read everything and write nothing (``allow_restricted`` narrows it)."""
        return self.server.keys.restricted_key

    @property
    def account_id(self) -> str:
        """The studio's account."""
        return str(self.world.account["id"])

    @property
    def world(self) -> World:
        """The generated world; take ``server.lock`` before touching it while requests may come in."""
        return self.server.world

    def allow_restricted(self, *rights: str) -> None:
        """Give the restricted key only these rights, e.g. ``charge_read``."""
        self.server.api.restricted_rights = frozenset(rights)


class RunningSquare(Served[SquareServer]):
    """A pretend Square that is being served. Use as a context manager, or call ``stop``.

    ``around`` may put something between the server and the network, as a validator of all that passes.
    """

    def __init__(self, server: SquareServer, port: int, around: Around | None = None) -> None:
        application: ASGIApp = server.application()
        super().__init__(server, port, application if around is None else around(application))

    @property
    def application_id(self) -> str:
        """The application's id, OAuth's ``client_id``."""
        return self.server.keys.application_id

    @property
    def application_secret(self) -> str:
        """The application's secret; PKCE needs it for revoking only."""
        return self.server.keys.application_secret

    @property
    def access_token(self) -> str:
        """The personal access token."""
        return self.server.keys.access_token

    @property
    def merchant_id(self) -> str:
        """The seller."""
        return str(self.world.merchant["id"])

    @property
    def main_location_id(self) -> str:
        """The location that lists of payments and payouts stop at where they are not told another."""
        return self.world.main_location

    @property
    def world(self) -> SquareWorld:
        """The generated world; take ``server.lock`` before touching it while requests may come in."""
        return self.server.world

    def token(self, *scopes: str, short_lived: bool = False) -> str:
        """A new OAuth access token with these scopes, or with all where none is named."""
        with self.server.lock:
            pair = self.server.keys.new_pair(
                frozenset(scopes) or ALL_SCOPES, self.clock.now(), pkce=True, short_lived=short_lived
            )
        return pair.access_token

    def narrow(self, token: str, *scopes: str) -> None:
        """Leave an access token (the personal one too) with these scopes only; without any it may do nothing."""
        with self.server.lock:
            self.server.keys.tokens[token].scopes = frozenset(scopes)

    def lose_next_refresh(self) -> None:
        """Cut the connection of the next token refresh after the new pair was issued and the old token spent."""
        self.server.oauth.lose_next_refresh = True

    def expire_cursors(self, at_once: bool = True) -> None:
        """Make every cursor too old, those to come included; False lets them live their five minutes again."""
        self.server.api.cursors.expire_at_once = at_once

    def lag(self, seconds: int) -> None:
        """Hide from lists and searches what changed in the last so many seconds; 0 ends it."""
        self.server.api.lag = seconds


@dataclass(frozen=True, slots=True)
class Both(Stoppable):
    """A pretend Stripe and a pretend Square that tell about one business on one day. Use as a context manager."""

    stripe: Running
    square: RunningSquare

    def advance(self, seconds: float) -> int:
        """Move the one clock that both have and answer the new present."""
        return self.square.clock.advance(seconds)

    def stop(self) -> None:
        """Stop serving both."""
        self.stripe.stop()
        self.square.stop()


def build(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    pace: float = 1.0,
    real_now: Callable[[], float] = time.time,
    clock: Clock | None = None,
) -> StripeServer:
    """A pretend Stripe with a generated year that ends at ``today`` (the real one by default), not served yet.

    Raises ``StartError`` where it cannot be told.
    """
    about = setting(seed, today, timezone, real_now)
    with about.telling("Stripe"):
        world = tell(seed, about.day, about.zone, pace)
    clock = clock or Clock(opening(about.day, about.zone, real_now()))
    world.present = clock.now
    return StripeServer(world, clock, str(seed))


def start(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    port: int = 0,
) -> Running:
    """Generate a year and serve it on loopback. A busy port raises ``OSError``, what cannot be told ``StartError``."""
    return Running(build(seed=seed, today=today, timezone=timezone), port)


def build_square(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    real_now: Callable[[], float] = time.time,
    clock: Clock | None = None,
) -> SquareServer:
    """A pretend Square with a generated year that ends at ``today`` (the real one by default), not served yet.

    Raises ``StartError`` where it cannot be told.
    """
    about = setting(seed, today, timezone, real_now)
    if not 0 <= sales_a_day <= MOST_SALES_A_DAY:
        raise StartError(f"Between 0 and {MOST_SALES_A_DAY} sales a day can be told, not {sales_a_day}.", usage=True)
    with about.telling("Square"):
        world = shop.tell(seed, about.day, about.zone, sales_a_day)
    clock = clock or Clock(opening(about.day, about.zone, real_now()))
    world.present = clock.now
    return SquareServer(world, clock, str(seed))


def start_square(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    port: int = 0,
    around: Around | None = None,
) -> RunningSquare:
    """Generate a year of the shop and serve it on loopback. Errors as ``start``."""
    server = build_square(seed=seed, today=today, timezone=timezone, sales_a_day=sales_a_day)
    return RunningSquare(server, port, around)


def start_both(
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    sales_a_day: float = DEFAULT_SALES_A_DAY,
    pace: float = 1.0,
    port: int = 0,
) -> Both:
    """Serve Stripe on a port and Square on the next one (0: free ones), by one clock. Errors as ``start``."""
    if not 0 <= port <= LAST_PORT:
        raise StartError(f"There is no port {port} with one after it: they go from 1 to {LAST_PORT}.", usage=True)
    stripe_server = build(seed=seed, today=today, timezone=timezone, pace=pace)
    clock = stripe_server.clock
    day = today or local_day(clock.now(), ZoneInfo(timezone))
    square_server = build_square(seed=seed, today=day, timezone=timezone, sales_a_day=sales_a_day, clock=clock)
    stripe = Running(stripe_server, port)
    try:
        square = RunningSquare(square_server, port and port + 1)
    except BaseException:
        stripe.stop()
        raise
    return Both(stripe, square)
