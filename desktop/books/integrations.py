"""The connected accounts: finding, adding and changing their rows. Credentials are sealed before they come here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from desktop.books.books import Books
from desktop.books.tables import Activity, Base, Client, ClientLink, DismissedPair, Integration, IntegrationData
from desktop.books.tables.accounts import MAPPING_VERSION
from desktop.books.tables.base import table_of

_INTEGRATION = table_of(Integration)
_DATA = table_of(IntegrationData)
# What the audit log tells of an account without naming it.
_NAMELESS = ("connect", "option")
ACTIVE, NEEDS_ATTENTION, DISCONNECTED = "active", "needs_attention", "disconnected"
DEFAULT_CONFIG = {
    "auto_sync": True,
    "sync_invoices": True,
    "sync_payments": True,
    "sync_inventory": False,
    "webhook_enabled": False,
}


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """A connected account as the books know it, without its secrets.

    ``provider_title``: the provider as people write it. ``namesake``: another account has the same name. ``ending``
    tells accounts of one name and provider apart, empty where there is no other.
    """

    id: int
    provider: str
    account_id: str
    name: str
    label: str
    mode: str
    status: str
    attention: str
    country: str
    currency: str
    row_uuid: str
    connected_at: int | None
    disconnected_at: int | None
    last_sync_at: int | None
    provider_title: str
    namesake: bool = False
    ending: str = ""

    @property
    def own_name(self) -> str:
        """What the owner or the provider calls it, whatever others are called."""
        return self.label or self.name or self.account_id or self.provider_title

    @property
    def title(self) -> str:
        """What to call it on screen, so that no two accounts are called the same."""
        return self.full_title if self.namesake else self.own_name

    @property
    def full_title(self) -> str:
        """Its name with its provider, and with what tells it apart where that is not enough."""
        provider = "" if self.own_name == self.provider_title else self.provider_title
        parts = (self.own_name, provider, self.ending)
        return " · ".join(part for part in parts if part)


_KEPT_APART = ("provider_title", "namesake", "ending")
_COLUMNS = tuple(_INTEGRATION.c[name] for name in IntegrationRow.__dataclass_fields__ if name not in _KEPT_APART)
#: Characters of an account's id that are shown to tell it from another.
_ENDING = 4


def list_integrations(connection: Connection, title_of: Callable[[str], str]) -> list[IntegrationRow]:
    """All accounts, disconnected ones too, in the order they were connected.

    ``title_of`` says how a provider writes itself.
    """
    found = connection.execute(select(*_COLUMNS).order_by(_INTEGRATION.c.id))
    return _told_apart([IntegrationRow(*(*row, title_of(row.provider))) for row in found])


def get_integration(
    connection: Connection, integration_id: int, title_of: Callable[[str], str]
) -> IntegrationRow | None:
    """One account, or None."""
    return next((row for row in list_integrations(connection, title_of) if row.id == integration_id), None)


def _told_apart(rows: list[IntegrationRow]) -> list[IntegrationRow]:
    """The accounts with what tells those of one name apart: the provider, else their ids' endings, else numbers."""
    named = Counter(_heard(row.own_name) for row in rows)
    within = Counter((_heard(row.own_name), row.provider) for row in rows)
    ends = Counter((_heard(row.own_name), row.provider, row.account_id[-_ENDING:]) for row in rows)
    apart = []
    for row in rows:
        name, end = _heard(row.own_name), row.account_id[-_ENDING:]
        ending = ""
        if within[name, row.provider] > 1:
            unique = end and ends[name, row.provider, end] == 1
            ending = f"…{end}" if unique else f"#{row.id}"
        apart.append(replace(row, namesake=named[name] > 1, ending=ending))
    return apart


def _heard(name: str) -> str:
    return " ".join(name.split()).casefold()


def mapped_by_older(connection: Connection) -> list[tuple[int, str]]:
    """The accounts whose stored objects were mapped by an older version than this one: id and provider."""
    older = _INTEGRATION.c.mapping_version < MAPPING_VERSION
    query = select(_INTEGRATION.c.id, _INTEGRATION.c.provider).where(older).order_by(_INTEGRATION.c.id)
    return [(row[0], row[1]) for row in connection.execute(query)]


def sealed_credentials(connection: Connection, integration_id: int) -> bytes | None:
    """The account's sealed credentials, None where they were shredded."""
    value = connection.execute(
        select(_INTEGRATION.c.credentials).where(_INTEGRATION.c.id == integration_id)
    ).scalar_one_or_none()
    return None if value is None else bytes(value)


def add_integration(connection: Connection, values: dict[str, Any]) -> int:
    """A new account's row; its id."""
    row = {"name": "", "label": "", "attention": "", "config": DEFAULT_CONFIG, "user_id": 1, **values}
    return int(connection.execute(insert(_INTEGRATION).values(row).returning(_INTEGRATION.c.id)).scalar_one())


def update_integration(connection: Connection, integration_id: int, **values: Any) -> None:
    """Change columns of an account's row."""
    connection.execute(update(_INTEGRATION).where(_INTEGRATION.c.id == integration_id).values(**values))


def sample_objects(connection: Connection, integration_id: int) -> list[tuple[str, str]]:
    """(data type, id) of objects that only this account can read, one a kind: what tells whose key it is."""
    found = []
    for kind in ("attempt", "client"):
        sample = (
            select(_DATA.c.data_type, _DATA.c.external_id)
            .where(_DATA.c.integration_id == integration_id, _DATA.c.deletion == 0, _DATA.c.kind == kind)
            .order_by(_DATA.c.id)
            .limit(1)
        )
        found += [(row[0], row[1]) for row in connection.execute(sample)]
    return found


def forget_integration(books: Books, integration_id: int) -> None:
    """Remove an account and everything that was read from it, in one transaction."""
    with books.write() as writer:
        connection = writer.connection
        link, client, activity = table_of(ClientLink), table_of(Client), table_of(Activity)
        gone = select(link.c.client_id).where(link.c.integration_id == integration_id)
        kept = select(link.c.client_id).where(link.c.integration_id != integration_id)
        going = (client.c.id.in_(gone), client.c.id.not_in(kept))
        # What was done stays in the log; whom it was about does not.
        named = select(1).where(*going, client.c.name != "", activity.c.subject.like("%" + client.c.name + "%"))
        about_it = and_(activity.c.integration_id == integration_id, activity.c.action.not_in(_NAMELESS))
        connection.execute(
            update(activity)
            .where(or_(about_it, named.exists()), activity.c.subject != "")
            .values(subject="", details={})
        )
        connection.execute(delete(client).where(*going))
        # Those whose customers were joined to others are kept apart from any link: they go with their origin.
        unlinked = (client.c.origin_integration_id == integration_id, client.c.status == "joined")
        connection.execute(delete(client).where(*unlinked))
        connection.execute(
            update(client)
            .where(client.c.origin_integration_id == integration_id)
            .values(origin_integration_id=None, origin_ref=None)
        )
        # Ids may be given again: what was said of a client must not be taken for said of another.
        pair, there = table_of(DismissedPair), select(client.c.id)
        unknown = or_(pair.c.first_client_id.not_in(there), pair.c.second_client_id.not_in(there))
        connection.execute(delete(pair).where(unknown))
        for table in reversed(Base.metadata.sorted_tables):
            if table is _INTEGRATION or table is table_of(Activity):
                continue
            if "integration_id" in table.c:
                connection.execute(delete(table).where(table.c.integration_id == integration_id))
        connection.execute(delete(_INTEGRATION).where(_INTEGRATION.c.id == integration_id))


def log_activity(
    connection: Connection, at: int, action: str, subject: str, integration_id: int | None, outcome: str = "done"
) -> None:
    """A line in the audit log."""
    connection.execute(
        insert(table_of(Activity)).values(
            at=at, actor="owner", action=action, subject=subject, integration_id=integration_id, outcome=outcome,
            details={},
        )
    )  # fmt: skip
