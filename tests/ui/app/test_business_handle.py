"""The handle opens the business when it is first needed, once, and lets it go at the end."""

import threading

import pytest

from desktop.errors import ClosedBooksError
from desktop.ui.app.business_handle import BusinessHandle


class Business:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_nothing_is_opened_before_it_is_needed() -> None:
    opened: list[Business] = []

    def opener() -> Business:
        opened.append(Business())
        return opened[-1]

    handle = BusinessHandle(opener)
    question = handle.question(lambda business: business.closed)
    assert opened == []
    assert question() == 0
    assert question() == 0
    assert len(opened) == 1
    handle.close()
    handle.close()
    assert opened[0].closed == 1


def test_threads_that_ask_at_once_get_the_same_business() -> None:
    started = threading.Barrier(4)
    made: list[Business] = []

    def opener() -> Business:
        made.append(Business())
        return made[-1]

    handle = BusinessHandle(opener)
    found: list[Business] = []

    def ask() -> None:
        started.wait()
        found.append(handle.business())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert found == made * 4


def test_books_that_could_not_be_opened_are_tried_again() -> None:
    tries = iter([ClosedBooksError("Locked", "The books are locked.", "Try again."), None])

    def opener() -> Business:
        error = next(tries)
        if error is not None:
            raise error
        return Business()

    handle = BusinessHandle(opener)
    with pytest.raises(ClosedBooksError):
        handle.business()
    assert handle.business().closed == 0


def test_a_desk_that_opened_nothing_closes_nothing() -> None:
    def opener() -> Business:
        raise AssertionError("nobody asked")

    BusinessHandle(opener).close()
