"""What a figure counts: in a neighbourhood of each rule, in any order of arrival, it is what the definitions say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.books.rebuild import compare_totals
from desktop.periods import period_of
from desktop.queries.period_figures import read_figures
from desktop.queries.scales import read_scales
from desktop.queries.scope import Scope
from tests.helpers.neighbours import MONTHS, Key, SquareStory, Story, StripeStory
from tests.helpers.shops import Shop
from tests.helpers.variants import variants
from tests.worlds import World

FIGURES = (
    "collected", "refunds", "returned", "disputes", "fees", "net", "stored_value", "stored_refunds",
)  # fmt: skip
Tell = Callable[[Any], None]


def _stripe(*kinds: str) -> Callable[[int], Story]:
    """A story of one or two payments of a kind, with others beside them."""

    def made(seed: int) -> Story:
        story = StripeStory(seed)
        for kind in (*kinds, *story.chance.choice([(), kinds, ("captured",), ("given_up", "besides")])):
            getattr(story, kind)()
        return story

    return made


def _square(*kinds: str) -> Callable[[int], Story]:
    def made(seed: int) -> Story:
        story = SquareStory(seed)
        for kind in (*kinds, *story.chance.choice([(), kinds, ("sale", "payout")])):
            getattr(story, kind)()
        return story

    return made


RULES = {
    "a hold that is given up is no refund": _stripe("given_up", "captured"),
    "each capture counts on its own day": _stripe("captured", "captured"),
    "what fails late is returned on that day": _stripe("returned", "captured"),
    "what is in fees is missing from net": _stripe("besides", "captured"),
    "stored value is no money": _square("sale", "sale"),
    "fees that are stated elsewhere count once": _square("payout", "sale", "payout"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


def shown(world: World, shop: Shop, location: str) -> dict[Key, int]:
    """The figures of the account, that are not zero; of one location, or of everything."""
    found = {}
    scope = Scope(location or None, shop.id)
    with world.books.read() as connection:
        scales = read_scales(connection)
        for month, before in zip(MONTHS, (None, *MONTHS), strict=False):
            period = period_of("month", f"{month}-01")
            earlier = period_of("month", f"{before or '2026-08'}-01")
            for currency, part in read_figures(connection, scales, period, earlier, scope)[0].items():
                left = part.total_revenue - part.disputes - part.fees
                assert part.net == left or part.converted, (month, currency, part)
                amounts = {name: getattr(part, name) for name in FIGURES}
                found |= {Key(month, name, currency, location): amount for name, amount in amounts.items() if amount}
    return found


def expected(story: Story, location: str) -> dict[Key, int]:
    """What the story comes to; of one location, or of all of them."""
    sums: dict[Key, int] = {}
    for key, amount in story.expected.items():
        if not location or key.location == location:
            wanted = key._replace(location=location)
            sums[wanted] = sums.get(wanted, 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


@pytest.mark.parametrize("rule", RULES)
def test_every_figure_is_what_the_definitions_say_in_any_order(world: World, rule: str) -> None:
    for seed in range(variants(6)):
        story, shop = RULES[rule](seed), Shop(world.books)
        for batch in story.batches():
            shop.take(*batch)
        for location in ("", *(SquareStory.LOCATIONS if isinstance(story, SquareStory) else ())):
            assert shown(world, shop, location) == expected(story, location), (
                f"{rule}, seed {seed}, location {location!r}"
            )
    assert compare_totals(world.books) == []


def test_the_neighbourhoods_have_every_figure_in_them() -> None:
    """The property above is only worth what its stories contain."""
    for figure in FIGURES:
        stories = [make(seed) for make in RULES.values() for seed in range(60)]
        assert any(key.figure == figure and amount for story in stories for key, amount in story.expected.items())
