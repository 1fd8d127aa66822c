"""Opens one business: its folder, its keys, its books, its providers and workers (one each). A composition root."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from desktop.actions.business import Business
from desktop.books.books import Books, open_books
from desktop.books.integrations import mapped_by_older
from desktop.books.settings import read_setting, write_setting
from desktop.errors import WorldError
from desktop.keystore import BooksKeyStore
from desktop.providers.registry import Providers
from desktop.sync.account import Workers
from desktop.vault.folders import secure_folder
from desktop.vault.keys import KeyLadder, KeySources, MemorySource, OneSource
from desktop.vault.passphrase import Ask
from desktop.vault.vault import Vault

logger = logging.getLogger(__name__)

HOME, DATABASE_URL, TIMEZONE = "PAYDESK_HOME", "PAYDESK_DATABASE_URL", "PAYDESK_TIMEZONE"
_HOME_ID = "home.id"


def home_folder(given: str | Path | None, environment: Mapping[str, str]) -> Path:
    """The folder of one set of books: as given, else ``PAYDESK_HOME``, else the platform's user data folder."""
    chosen = str(given) if given else environment.get(HOME, "")
    if chosen:
        # Path.expanduser raises for a user that there is not; this leaves the name as it stands.
        return Path(os.path.expanduser(chosen)).absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("paydesk", appauthor=False))


def open_business(
    home: Path,
    environment: Mapping[str, str],
    *,
    ask: Ask | None = None,
    memory_key: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Business:
    """Open (or begin) the business of a home folder.

    ``ask`` asks a person for a passphrase; ``memory_key`` is the demo's: a key that lives in this process only.
    ``tell`` is told, in sentences, what takes its time: objects that an older version has stored are mapped anew.
    Raises: ClosedBooksError where the folder, the books or the vault cannot be opened.
    """
    secure_folder(home)
    books = open_books(
        home,
        url=environment.get(DATABASE_URL) or None,
        timezone=environment.get(TIMEZONE) or machine_timezone(),
    )
    try:
        sources: KeySources
        if memory_key:
            sources = OneSource(MemorySource())
        else:
            sources = KeyLadder(_home_id(books), environment, ask)
        business = Business(home, books, Vault(BooksKeyStore(books), sources), environment, Providers(), Workers())
        _map_anew(business, tell or logger.info)
        return business
    except BaseException:
        books.close()
        raise


def _map_anew(business: Business, tell: Callable[[str], None]) -> None:
    """Bring rows up to date that an older version made. Where that fails the books open as they are.

    What was done by then stays done; the rest is tried at the next opening, and by the account's next sync.
    """
    with business.books.read() as connection:
        due = {integration_id for integration_id, _ in mapped_by_older(connection)}
    if not due:
        return
    from desktop.sync.lease import holder_text
    from desktop.sync.remapping import remap_all

    try:
        workers = [business.worker(row) for row in business.integrations() if row.id in due]
        remap_all(workers, holder_text("upgrade"), tell)
    except WorldError as error:
        logger.warning("The books could not all be brought up to date: %s", error)
        tell(f"The books could not all be brought up to date. It is tried again at the next start. {error.message}")


def machine_timezone() -> str:
    """The machine's zone by its IANA name; UTC where it does not say."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except (LookupError, ValueError, OSError):
        return "UTC"


def _home_id(books: Books) -> str:
    """A random name for these books, so that two homes on one computer have two keychain entries."""
    kept = books.setting(_HOME_ID)
    if kept is None:
        with books.write() as writer:
            # Two programs that open new books at once must agree: a key kept under the other's name would be lost.
            kept = read_setting(writer.connection, _HOME_ID)
            if kept is None:
                import uuid  # only for new books: it asks the platform about itself first

                kept = str(uuid.uuid4())
                write_setting(writer.connection, _HOME_ID, kept)
    return str(kept)
