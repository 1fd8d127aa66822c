"""What the door promises of versions, as checks that any books can be put to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from desktop.records import ClientRecord, SourceObject
from tests.helpers.shops import Shop, read_at


@dataclass(frozen=True)
class Telling:
    """States of one customer in the order in which they were true, and the batches in which they are told."""

    states: tuple[SourceObject, ...]
    batches: tuple[tuple[SourceObject, ...], ...]

    @property
    def latest(self) -> SourceObject:
        """The state that is true now."""
        return self.states[-1]


def customer_named(name: str, low: int, high: int | None = None, native: int | None = None) -> SourceObject:
    """A state of the one customer."""
    return read_at(ClientRecord(name=name, email=f"{name}@example.com", created_at=1), "cus_1", low, high, native)


@st.composite
def tellings(draw: st.DrawFn, *, native: bool = False) -> Telling:
    """A customer's states, told in any order, any number of times and in any batches; the latest at least once.

    The same content can be true several times. Without ``native`` no two intervals touch; with it, they lie anywhere,
    and the provider's own counter alone tells the order.
    """
    names = draw(st.lists(st.sampled_from(["Ana", "Bo", "Cy"]), min_size=1, max_size=5))
    states = []
    clock = 1000
    for turn, name in enumerate(names):
        low = draw(st.integers(0, 5000)) if native else clock + draw(st.integers(1, 50))
        clock = low + draw(st.integers(0, 40))
        states.append(customer_named(name, low, clock, turn if native else None))
    order = [*draw(st.lists(st.sampled_from(states), max_size=8)), states[-1]]
    told = draw(st.permutations(order))
    cuts = sorted(draw(st.sets(st.integers(1, len(told)), max_size=3)))
    edges = [0, *cuts, len(told)]
    batches = tuple(tuple(told[start:end]) for start, end in pairwise(edges))
    return Telling(tuple(states), batches)


def check_latest_wins(shop: Shop, telling: Telling) -> None:
    """Whatever was told when, the books say what is true now."""
    for batch in telling.batches:
        assert shop.take(*batch).reread == ()
    assert shop.body("customer", "cus_1") == dict(telling.latest.body)
    (client,) = shop.clients()
    assert client["name"] == telling.latest.body["name"]


def check_again_changes_nothing(shop: Shop, batches: Sequence[Sequence[SourceObject]]) -> None:
    """All that was told, told again: no row moves and nobody is woken."""
    before = shop.snapshot()
    for batch in batches:
        again = shop.take(*batch)
        assert not again.changes
        assert again.tally.unchanged == again.tally.seen == len(batch)
    assert shop.snapshot() == before
