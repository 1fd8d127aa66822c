"""Clients on the command line: who looks alike, joining, separating, and what a client is made of."""

from __future__ import annotations

from desktop.actions.business import Business
from desktop.actions.clients import dismiss_suggestion, join_clients, read_client, suggestions, unjoin_client
from desktop.cli.output import document, facts, say, table, tell
from desktop.cli.session import Session
from desktop.errors import UsageError, WorldError
from desktop.queries.details import ClientDetail, MethodRow, client_detail
from desktop.queries.duplicates import ClientFacts
from desktop.queries.json_shapes import client_json, links_json, suggestion_json
from desktop.queries.reading import ask


def show(session: Session, client_id: int, *, as_json: bool) -> int:
    """What a client is made of, and how they can be charged. Raises: UsageError where there is none of that number.

    Stored ways to pay are read now where no sync does; where that is not possible, what the books hold is shown.
    """
    with session.business() as business:
        _detail(business, client_id)
        try:
            read_client(business, client_id)
        except WorldError as error:
            tell(f"The stored ways to pay could not be read now. {error}")
        detail = _detail(business, client_id)
    row = detail.row
    if as_json:
        document(client_json(detail))
        return 0
    facts({"Client": f"{row.id}. {row.name}", "E-mail": row.email or "—", "Status": row.status})
    rows = [(str(one.link_id), one.provider, one.external_id, one.merged_into or "—") for one in detail.links]
    table(rows, ("Link", "Provider", "Customer", "Merged into"))
    if detail.methods:
        say()
        table([_method(one) for one in detail.methods], ("Way to pay", "Ends in", "Expires", "Id", "Default"))
    return 0


def suggest(session: Session, *, limit: int, as_json: bool) -> int:
    """Clients that look like the same person or business, the surest first."""
    with session.business() as business:
        pairs = suggestions(business, limit)
    if as_json:
        document([suggestion_json(pair) for pair in pairs])
        return 0
    rows = [(_told(pair.keep), _told(pair.other), ", ".join(pair.reasons)) for pair in pairs]
    table(rows, ("Keep", "Other", "Same"))
    if pairs:
        say("Join two of them: paydesk client join KEEP OTHER. Not the same: paydesk client dismiss KEEP OTHER.")
    return 0


def join(session: Session, keep_id: int, other_id: int, *, as_json: bool) -> int:
    """Make one client of two. Raises: UsageError."""
    with session.business() as business:
        joined = join_clients(business, keep_id, other_id)
        detail = _detail(business, keep_id)
    if as_json:
        document({"client_id": joined.client_id, "name": joined.name, "links": links_json(detail)})
        return 0
    say(f"{joined.name} is one client now, number {joined.client_id}.")
    for link_id in joined.moved:
        say(f"Take it back with: paydesk client unjoin {joined.client_id} {link_id}")
    return 0


def unjoin(session: Session, client_id: int, link: str, *, as_json: bool) -> int:
    """Make one of a client's customers, named by its link or its id at the provider, a client of its own again.

    Raises: UsageError where the client has no such customer, or no other one.
    """
    with session.business() as business:
        parted = unjoin_client(business, _link_of(_detail(business, client_id), link))
    if as_json:
        document({"client_id": parted.client_id, "rest_id": parted.rest_id, "name": parted.name})
    else:
        say(f"{parted.name} is a client of its own again, number {parted.client_id}.")
    return 0


def dismiss(session: Session, first_id: int, second_id: int, *, as_json: bool) -> int:
    """Say that two clients are not the same. Raises: UsageError."""
    with session.business() as business:
        done = dismiss_suggestion(business, first_id, second_id)
    if as_json:
        document({"first_id": done.first_id, "second_id": done.second_id, "dismissed": True})
    else:
        say("They are not suggested again.")
    return 0


def _detail(business: Business, client_id: int) -> ClientDetail:
    detail = ask(business.books, client_detail, client_id)
    if detail is None:
        raise UsageError(
            "No such client", f"There is no client with the number {client_id}.", "Run paydesk clients --json."
        )
    return detail


def _method(one: MethodRow) -> tuple[str, ...]:
    expires = f"{one.exp_month:02}/{one.exp_year}" if one.exp_month and one.exp_year else "—"
    kind = " ".join(filter(None, (one.provider, one.brand or one.kind)))
    return kind, one.last4 or "—", expires, one.external_id, "default" if one.is_default else ""


def _link_of(detail: ClientDetail, named: str) -> int:
    found = [link.link_id for link in detail.links if named in {str(link.link_id), link.external_id}]
    if len(found) != 1:
        known = ", ".join(f"{link.link_id} ({link.provider} {link.external_id})" for link in detail.links)
        name = detail.row.name
        raise UsageError("No such customer", f"{name} has no customer {named}.", f"It is made of {known}.")
    return found[0]


def _told(client: ClientFacts) -> str:
    providers = "+".join(client.providers)
    return f"{client.client_id}. {client.name} ({', '.join(filter(None, (providers, client.email, client.phone)))})"
