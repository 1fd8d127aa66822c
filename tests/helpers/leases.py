"""Who is at work on an account, as a reader of the books finds it."""

from desktop.books.books import Books
from desktop.sync.lease import Held, holder_in


def holder_of(books: Books, integration_id: int) -> Held | None:
    """Who holds the account's lease now; None where nobody (alive) does."""
    with books.read() as connection:
        return holder_in(connection, integration_id, books.now())
