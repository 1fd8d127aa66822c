"""The subcommands, by the stable part of the command's description. Presentation only: actions do the work."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from desktop.cli.logs import start_logging
from desktop.cli.output import OutputLost, end, lost, open_streams, tell
from desktop.cli.session import Session
from desktop.errors import UsageError, WorldError
from desktop.providers.registry import provider_names
from desktop.secrets.redaction import redact

log = logging.getLogger(__name__)

INTERRUPTED: Final = 130
"""What typer makes of Ctrl+C, and shells of a program that it ended."""

# What typer raises for wrong words; which library it takes that from depends on its version.
_Misused: Final[Any] = typer.BadParameter.__bases__[0]

_NO_OUTPUT: Final = frozenset({errno.ENOSPC, errno.EBADF, errno.EPIPE, errno.EIO})

_LARGEST: Final = 2**63 - 1


def _leave(status: int | None, **_words: object) -> None:
    """A subcommand's answer is the exit status."""
    raise typer.Exit(status or 0)


app = typer.Typer(
    name="paydesk",
    help="A small business's money in one set of local books, whichever provider it came through.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    result_callback=_leave,
)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Search = Annotated[str, typer.Option("--search", help="Only what matches this text.")]
Location = Annotated[str, typer.Option("--location", metavar="LOCATION", help="Only this location: its name or id.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=_LARGEST, help="At most this many.")]


def run(arguments: Sequence[str], home: str | None, *, debug: bool) -> int:
    """Run one subcommand; the exit status."""
    open_streams()
    try:
        start_logging(debug)
        # Calling the app itself would put its own hook for uncaught exceptions in the place of ours.
        command = typer.main.get_command(app)
        left = command.main(list(arguments), prog_name="paydesk", obj=Session(home, debug), standalone_mode=False)
    except OutputLost as error:
        return lost(error)
    except WorldError as error:
        if debug:
            log.exception("refused")
        tell(redact(str(error)))
        return end(error.exit_status)
    except _Misused as error:
        # It may repeat what was typed, and that may be a key in the wrong place.
        tell(f"{redact(error.format_message())} See {_asked_of(error)} --help.")
        return UsageError.exit_status
    except typer.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:
        # Help is written past us. What concerns a file names it.
        if error.filename is not None or error.errno not in _NO_OUTPUT:
            raise
        return lost(OutputLost(error))
    if left == INTERRUPTED:
        raise KeyboardInterrupt
    return end(left if isinstance(left, int) else 0)


def _asked_of(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "paydesk"


@app.command("demo", help="A year of a small business's life, at pretend providers, to look around in.")
def _demo(
    headless: Annotated[bool, typer.Option("--headless", help="No window: print the dashboard.")] = False,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    today: Annotated[str, typer.Option("--today", metavar="DAY")] = "",
    as_json: Json = False,
) -> int:
    from desktop.cli import demo

    return demo.demo(headless=headless, seed=seed, today=today or None, as_json=as_json)


@app.command("connect", help="Connect an account: in the system browser, or with a key from standard input.")
def _connect(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(metavar=f"{{{','.join(provider_names())}}}")],
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read a key or token from standard input.")] = False,
    app_id: Annotated[
        str,
        typer.Option(
            "--app-id", metavar="ID", help="Your own application's id, where one is needed; asked for once, then kept."
        ),
    ] = "",
    label: Annotated[str, typer.Option("--label", help="What to call it.")] = "",
    sync: Annotated[bool, typer.Option("--sync", help="Sync at once.")] = False,
    as_json: Json = False,
) -> int:
    from desktop.cli import accounts

    return accounts.connect(
        context.obj, provider, key_stdin=key_stdin, label=label, sync=sync, as_json=as_json, app_id=app_id
    )


@app.command("disconnect", help="Give the access back and shred the credentials.")
def _disconnect(
    context: typer.Context,
    integration_id: Annotated[int, typer.Argument(metavar="ID", min=-_LARGEST, max=_LARGEST)],
    forget: Annotated[bool, typer.Option("--forget", help="Remove what was read from it as well.")] = False,
    as_json: Json = False,
) -> int:
    from desktop.cli import accounts

    return accounts.disconnect(context.obj, integration_id, forget=forget, as_json=as_json)


@app.command("status", help="How everything stands.")
def _status(context: typer.Context, as_json: Json = False) -> int:
    from desktop.cli import accounts

    return accounts.status(context.obj, as_json=as_json)


@app.command("sync", help="Bring the books up to date.")
def _sync(
    context: typer.Context,
    integration_id: Annotated[int | None, typer.Argument(metavar="[ID]", min=-_LARGEST, max=_LARGEST)] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="Nothing older than this day.")] = "",
    as_json: Json = False,
) -> int:
    from desktop.cli import accounts

    return accounts.sync(context.obj, integration_id, full=full, since=since or None, as_json=as_json)


_LISTS = {
    "clients": "The clients.",
    "invoices": "The invoices, newest first.",
    "payments": "The payments, newest first.",
    "subscriptions": "The recurring services.",
    "payouts": "What was paid into the bank.",
    "services": "What is sold.",
    "locations": "The locations, with what each collected this month.",
    "orders": "What was sold together, newest first.",
    "stock": "How much of each item is at each location.",
}
_PLACED = frozenset({"invoices", "payments", "subscriptions", "payouts", "locations", "orders", "stock"})
_LISTINGS = {"stock": "inventory_counts"}


def _add_list(name: str, what: str) -> None:
    listing = _LISTINGS.get(name, name)

    def command(context: typer.Context, search: Search = "", limit: Limit = 50, as_json: Json = False) -> int:
        from desktop.cli import lists

        return lists.show(context.obj, listing, search=search, limit=limit, as_json=as_json)

    def placed(
        context: typer.Context, search: Search = "", limit: Limit = 50, location: Location = "", as_json: Json = False
    ) -> int:
        from desktop.cli import lists

        return lists.show(context.obj, listing, search=search, limit=limit, as_json=as_json, location=location)

    app.command(name, help=what)(placed if name in _PLACED else command)


for _name, _what in _LISTS.items():
    _add_list(_name, _what)


client_app = typer.Typer(help="One client: what it is made of, joining, separating.", rich_markup_mode=None)
account_app = typer.Typer(help="One account: its options and its access.", rich_markup_mode=None)
app.add_typer(client_app, name="client")
app.add_typer(account_app, name="account")


@client_app.command("show", help="What a client is made of.")
def _client_show(
    context: typer.Context,
    client_id: Annotated[int, typer.Argument(metavar="ID", min=-_LARGEST, max=_LARGEST)],
    as_json: Json = False,
) -> int:
    from desktop.cli import clients

    return clients.show(context.obj, client_id, as_json=as_json)


@client_app.command("suggestions", help="Clients that look like the same person, the surest first.")
def _client_suggestions(context: typer.Context, limit: Limit = 50, as_json: Json = False) -> int:
    from desktop.cli import clients

    return clients.suggest(context.obj, limit=limit, as_json=as_json)


@client_app.command("join", help="Make one client of two; the first one's name and address stay.")
def _client_join(
    context: typer.Context,
    keep_id: Annotated[int, typer.Argument(metavar="KEEP", min=-_LARGEST, max=_LARGEST)],
    other_id: Annotated[int, typer.Argument(metavar="OTHER", min=-_LARGEST, max=_LARGEST)],
    as_json: Json = False,
) -> int:
    from desktop.cli import clients

    return clients.join(context.obj, keep_id, other_id, as_json=as_json)


@client_app.command("unjoin", help="Make one of a client's customers a client of its own again.")
def _client_unjoin(
    context: typer.Context,
    client_id: Annotated[int, typer.Argument(metavar="ID", min=-_LARGEST, max=_LARGEST)],
    link: Annotated[str, typer.Argument(metavar="LINK")],
    as_json: Json = False,
) -> int:
    from desktop.cli import clients

    return clients.unjoin(context.obj, client_id, link, as_json=as_json)


@client_app.command("dismiss", help="Say that two clients are not the same: they are not suggested again.")
def _client_dismiss(
    context: typer.Context,
    first_id: Annotated[int, typer.Argument(metavar="A", min=-_LARGEST, max=_LARGEST)],
    second_id: Annotated[int, typer.Argument(metavar="B", min=-_LARGEST, max=_LARGEST)],
    as_json: Json = False,
) -> int:
    from desktop.cli import clients

    return clients.dismiss(context.obj, first_id, second_id, as_json=as_json)


@account_app.command(
    "set", help="Turn an account's options: sync_inventory=on keeps its stock, where the provider has it."
)
def _account_set(
    context: typer.Context,
    integration_id: Annotated[int, typer.Argument(metavar="ID", min=-_LARGEST, max=_LARGEST)],
    choices: Annotated[list[str], typer.Argument(metavar="NAME=on|off")],
    as_json: Json = False,
) -> int:
    from desktop.cli import accounts

    return accounts.set_options(context.obj, integration_id, choices, as_json=as_json)


@account_app.command("renew", help="Renew an account's access once, where nobody tries it any more.")
def _account_renew(
    context: typer.Context,
    integration_id: Annotated[int, typer.Argument(metavar="ID", min=-_LARGEST, max=_LARGEST)],
    as_json: Json = False,
) -> int:
    from desktop.cli import accounts

    return accounts.renew(context.obj, integration_id, as_json=as_json)


keys_app = typer.Typer(help="The key to the credentials: another one, and the recovery key.", rich_markup_mode=None)
books_app = typer.Typer(help="The books: whether they are sound, and the zone of their days.", rich_markup_mode=None)
app.add_typer(keys_app, name="keys")
app.add_typer(books_app, name="books")

KeptWhere = Annotated[
    str, typer.Option("--to", metavar="{keychain,passphrase,environment}", help="Where the new key is kept.")
]


@keys_app.command("rotate", help="Put a new master key in the place of the present one; accounts stay connected.")
def _keys_rotate(
    context: typer.Context,
    to: KeptWhere = "",
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read the new key from standard input.")] = False,
    as_json: Json = False,
) -> int:
    from desktop.cli import keys

    return keys.rotate(context.obj, to, key_stdin=key_stdin, as_json=as_json)


@keys_app.command("recovery", help="Make a recovery key and show it, this once.")
def _keys_recovery(context: typer.Context, as_json: Json = False) -> int:
    from desktop.cli import keys

    return keys.recovery(context.obj, as_json=as_json)


@keys_app.command("recover", help="Open the credentials with the recovery key, which is read from standard input.")
def _keys_recover(context: typer.Context, to: KeptWhere = "", as_json: Json = False) -> int:
    from desktop.cli import keys

    return keys.recover(context.obj, to, as_json=as_json)


@keys_app.command("start-over", help="Give up on every credential, where every key to them is lost.")
def _keys_start_over(
    context: typer.Context,
    to: KeptWhere = "",
    yes: Annotated[bool, typer.Option("--yes", help="Every account is to be connected again.")] = False,
    as_json: Json = False,
) -> int:
    from desktop.cli import keys

    return keys.start_over(context.obj, to, yes=yes, as_json=as_json)


@books_app.command("check", help="Look through the whole books.")
def _books_check(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make every sum anew from the rows.")] = False,
    as_json: Json = False,
) -> int:
    from desktop.cli import books

    return books.check(context.obj, rebuild=rebuild, as_json=as_json)


@books_app.command("timezone", help="Let the business's days be those of another zone.")
def _books_timezone(
    context: typer.Context,
    zone: Annotated[str, typer.Argument(metavar="ZONE")],
    as_json: Json = False,
) -> int:
    from desktop.cli import books

    return books.timezone(context.obj, zone, as_json=as_json)


@app.command("report", help="Figures: dashboard.")
def _report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    as_json: Json = False,
    currency: Annotated[str, typer.Option("--currency", metavar="C")] = "",
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM")] = "",
    form: Annotated[str, typer.Option("--format", metavar="FORMAT")] = "",
    location: Location = "",
) -> int:
    from desktop.cli import reports

    return reports.show(
        context.obj,
        name,
        currency=currency.lower(),
        month=month or None,
        form="json" if as_json else form.lower(),
        location=location,
    )


@app.command("sandbox", help="The pretend providers alone; prints their addresses and keys as JSON.")
def _sandbox(
    port: Annotated[int, typer.Option("--port")] = 0,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    today: Annotated[str, typer.Option("--today", metavar="DAY")] = "",
    timezone: Annotated[str, typer.Option("--timezone", metavar="ZONE")] = "",
    leash: Annotated[bool, typer.Option("--leash", help="End when standard input ends.")] = False,
) -> int:
    from desktop.sandbox.__main__ import main

    words: list[Any] = ["--port", port, "--seed", seed]
    words += ["--today", today] if today else []
    words += ["--timezone", timezone] if timezone else []
    words += ["--leash"] if leash else []
    return main([str(word) for word in words])
