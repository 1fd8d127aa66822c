"""Reading single objects again by id: what settles an unclear order, a doubtful event, or an absence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from desktop.providers.contract import NotAvailable, NotPermitted
from desktop.records import Deletion, SetAside, SourceObject
from desktop.sync.intake import Intake

Key = tuple[str, str]
"""The type and the id of an object."""


@dataclass(frozen=True, slots=True)
class Read:
    """What reading again brought: objects (tombstones among them), what could not be mapped, what was refused.

    ``refused`` names objects that these credentials or this server do not give, with the reason.
    """

    objects: tuple[SourceObject, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    refused: tuple[tuple[Key, str], ...] = ()


def read_again(intake: Intake, keys: Iterable[Key]) -> Read:
    """Read each object once. One that does not exist comes back as an inferred deletion.

    Raises: CredentialsRefused, Unreachable, CancelledError.
    """
    objects: list[SourceObject] = []
    aside: list[SetAside] = []
    refused: list[tuple[Key, str]] = []
    for data_type, external_id in dict.fromkeys(keys):
        try:
            found = intake.calls.call(partial(intake.reader.read, data_type, external_id))
        except (NotPermitted, NotAvailable) as error:
            refused.append(((data_type, external_id), error.message))
            continue
        if found is None:
            objects.append(_absent(intake, data_type, external_id))
        elif isinstance(found, SetAside):
            aside.append(found)
        else:
            intake.heard(found.version.low)
            objects.append(found)
        intake.job.beat()
    return Read(tuple(objects), tuple(aside), tuple(refused))


def _absent(intake: Intake, data_type: str, external_id: str) -> SourceObject:
    body = {"id": external_id, "deleted": True}
    return SourceObject(data_type, external_id, intake.provider_now(), body, None, Deletion.INFERRED)
