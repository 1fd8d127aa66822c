"""The master key: another in its place, and the recovery key that opens the credentials where it is gone."""

from __future__ import annotations

from desktop.actions.business import Business
from desktop.books.integrations import NEEDS_ATTENTION, log_activity, update_integration
from desktop.errors import UsageError
from desktop.sync.account import all_jobs
from desktop.sync.lease import holder_text
from desktop.vault.keys import ENVIRONMENT, KEYCHAIN, PASSPHRASE, VARIABLE, EnvironmentSource, KeySource
from desktop.vault.secret import Secret
from desktop.vault.vault import VaultStatus

KINDS = (KEYCHAIN, PASSPHRASE, ENVIRONMENT)
"""Where a master key can be kept."""


def rotate_key(business: Business, kind: str = "", given: Secret[str] | None = None) -> VaultStatus:
    """Put a new master key in the place of the present one; every credential stays as it is.

    ``kind``: where it is kept from now on, where the present one is unless stated. ``given``: the new key itself (32
    bytes, base64), which only the environment variable takes. Raises: UsageError, or an error of the vault; then the
    present key stays.
    """
    business.vault.unlock()
    source = _source(business, kind or business.vault.status().kind, given)
    business.vault.rotate(source)
    return _done(business, "master key changed")


def make_recovery_key(business: Business) -> Secret[str]:
    """Make a recovery key, to be shown once and written down; an earlier one opens nothing any more.

    Raises: an error of the vault.
    """
    business.vault.unlock()
    code = business.vault.create_recovery_key()
    _done(business, "recovery key made")
    return code


def recover_keys(
    business: Business, code: Secret[str], kind: str = "", given: Secret[str] | None = None
) -> VaultStatus:
    """Open the credentials with the recovery key, and put a new master key where it can be found again.

    ``kind`` and ``given`` as for :func:`rotate_key`; unless stated the key goes where a new home would keep it.
    Raises: UsageError, RecoveryKeyError for a code that is not these books', or another error of the vault.
    """
    source = _source(business, kind, given, lost=True)
    business.vault.recover(code)
    business.vault.rotate(source)
    return _done(business, "master key recovered")


def start_over(business: Business, kind: str = "", given: Secret[str] | None = None) -> VaultStatus:
    """Give up on every credential: begin with a new master key, and let every account be connected again.

    For an owner who lost the master key, the passphrase and the recovery key. What was read stays. ``kind`` and
    ``given`` as for :func:`recover_keys`; called only by who was asked.
    Raises: UsageError, LeaseHeld where another program is at work on an account, or an error of the vault.
    """
    source = _source(business, kind, given, lost=True)
    workers = [business.worker(row) for row in business.integrations(connected=True)]
    with all_jobs(workers, holder_text("Paydesk"), urgent=True) as jobs:
        business.vault.start_over(source)
        for job in jobs:
            with job.write() as writer:
                lost = {"credentials": None, "status": NEEDS_ATTENTION, "attention": _GIVEN_UP}
                update_integration(writer.connection, job.integration_id, **lost)
            job.leave()
    return _done(business, "master key given up")


_GIVEN_UP = "The key to its credentials was given up. Connect the account again; nothing that was read is lost."


def _source(business: Business, kind: str, given: Secret[str] | None, *, lost: bool = False) -> KeySource:
    if kind not in {"", *KINDS}:
        raise UsageError("No such place", f"A master key cannot be kept in {kind!r}.", f"There is {', '.join(KINDS)}.")
    if given is not None:
        if kind not in {"", ENVIRONMENT}:
            raise UsageError(
                "The key cannot be given", f"A key of the kind {kind} is made here.", "Leave the key out, or the kind."
            )
        return EnvironmentSource({VARIABLE: given.reveal()})
    if kind == ENVIRONMENT and not lost:
        raise UsageError(
            "No new key",
            f"The master key is kept in {VARIABLE}, so the new one has to be given.",
            "Pipe it in with --key-stdin; one is made by: openssl rand -base64 32",
        )
    return business.vault.new_source(kind)


def _done(business: Business, what: str) -> VaultStatus:
    with business.books.write() as writer:
        log_activity(writer.connection, business.books.now(), "keys", what, None)
    return business.vault.status()
