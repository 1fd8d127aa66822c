"""How far back the books go."""

from desktop.queries.history import first_month
from desktop.queries.reading import ask
from tests.worlds import World


def test_empty_books_have_no_first_month(world: World) -> None:
    assert ask(world.books, first_month) is None


def test_the_first_month_is_that_of_the_first_figure_in_the_businesss_zone(world: World) -> None:
    stripe = world.account()
    world.sale(stripe, "later", 100, "2026-03-05")
    world.sale(stripe, "first", 100, "2025-12-31 23:50")
    assert ask(world.books, first_month) == "2025-12"
