"""What to call a client whose own record says little, and a price (variation) by its product."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, FromClause, ScalarSelect, and_, case, func, literal_column, select

from desktop.books.tables import Client, ClientLink, Invoice, Payment
from desktop.books.tables.base import table_of
from desktop.queries.payment_date import DATED

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_INVOICE = table_of(Invoice)
_PAYMENT = table_of(Payment)
_NOTHING: ColumnElement[str] = literal_column("''")


def own_name() -> ColumnElement[str]:
    """The client's name, company or email: the first that is there; empty where none is."""
    return case(
        (_CLIENT.c.name != "", _CLIENT.c.name),
        (_CLIENT.c.company != "", _CLIENT.c.company),
        else_=_CLIENT.c.email,
    )


def shown_name() -> ColumnElement[str]:
    """What the client is called on screen, as :func:`names_of_clients` says it, for sorting by it."""
    kept: ColumnElement[str] = func.nullif(own_name(), _NOTHING)
    by_link = (
        select(func.coalesce(_name_on_invoice(), _name_on_payment()))
        .where(_LINK.c.client_id == _CLIENT.c.id, func.coalesce(_name_on_invoice(), _name_on_payment()).is_not(None))
        .order_by(_LINK.c.id)
        .limit(1)
        .scalar_subquery()
    )
    first_ref = (
        select(_LINK.c.external_id)
        .where(_LINK.c.client_id == _CLIENT.c.id)
        .order_by(_LINK.c.id)
        .limit(1)
        .scalar_subquery()
    )
    ref = func.coalesce(func.nullif(_CLIENT.c.origin_ref, _NOTHING), first_ref, _NOTHING)
    return func.coalesce(kept, by_link, literal_column("'Client '").concat(ref))


def names_of_clients(connection: Connection, client_ids: Iterable[int]) -> dict[int, str]:
    """What to call each of a few clients on screen. None is left without a name; ids that are gone are left out."""
    wanted = list(dict.fromkeys(client_ids))
    rows = connection.execute(
        select(_CLIENT.c.id, own_name().label("name"), _CLIENT.c.origin_ref).where(_CLIENT.c.id.in_(wanted))
    ).all()
    names = {row.id: row.name for row in rows}
    nameless = {row.id: row.origin_ref or "" for row in rows if not row.name}
    if nameless:
        names |= _mentioned(connection, nameless)
    return names


def _mentioned(connection: Connection, nameless: dict[int, str]) -> dict[int, str]:
    """Names that the latest invoice or payment gives, else "Client" and the provider's id."""
    invoice, payment = _name_on_invoice().label("invoice"), _name_on_payment().label("payment")
    query = (
        select(_LINK.c.client_id, _LINK.c.external_id, invoice, payment)
        .where(_LINK.c.client_id.in_(nameless))
        .order_by(_LINK.c.id)
    )
    names: dict[int, str] = {}
    ids = dict(nameless)
    for row in connection.execute(query):
        found = row.invoice or row.payment
        if found:
            names.setdefault(row.client_id, found)
        ids[row.client_id] = ids[row.client_id] or row.external_id
    return {client: names.get(client) or f"Client {ref}".strip() for client, ref in ids.items()}


def _name_on_invoice() -> ScalarSelect[str]:
    """Whom the latest invoice of a link is addressed to."""
    on_invoice = case((_INVOICE.c.client_name != "", _INVOICE.c.client_name), else_=_INVOICE.c.client_email)
    return (
        select(on_invoice)
        .where(_INVOICE.c.client_link_id == _LINK.c.id, on_invoice != "")
        .order_by(_INVOICE.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def _name_on_payment() -> ScalarSelect[str]:
    """Who the latest payment of a link says that paid."""
    return (
        select(_PAYMENT.c.client_name)
        .where(_PAYMENT.c.client_link_id == _LINK.c.id, _PAYMENT.c.client_name != "")
        .order_by(DATED.desc())
        .limit(1)
        .scalar_subquery()
    )


def product_of(service: FromClause, product: FromClause) -> ColumnElement[bool]:
    """``product`` is the one whose price or variation ``service`` is. A product's own parent is its category."""
    return and_(
        product.c.integration_id == service.c.integration_id,
        product.c.external_id == service.c.parent_ref,
        service.c.kind == literal_column("'price'"),
    )


def item_name(service: FromClause, product: FromClause) -> ColumnElement[str]:
    """What a service is in the main, joined with its :func:`product_of`: the product, else what it calls itself."""
    return func.coalesce(func.nullif(product.c.name, _NOTHING), service.c.name, _NOTHING)


def variation_name(service: FromClause, product: FromClause) -> ColumnElement[str]:
    """What sets a service apart beside its :func:`item_name`; empty where that says it all."""
    own = func.coalesce(service.c.name, _NOTHING)
    return case((func.lower(own) == func.lower(item_name(service, product)), _NOTHING), else_=own)


def service_name(service: FromClause, product: FromClause) -> ColumnElement[str]:
    """What to call a service, joined with its :func:`product_of`: the product, and the variation where it differs.

    Empty where nothing has a name.
    """
    item, variation = item_name(service, product), variation_name(service, product)
    return case((variation == _NOTHING, item), else_=item.concat(literal_column("', '")).concat(variation))
