"""What a provider offers to somebody who wants to connect: permissions, ways in, and the provider's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from desktop.ui.dialogs.way_words import permissions
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.providers.facts import Permission

Way: TypeAlias = Literal["key", "browser"]

READ_AND_WRITE: Final = "read and write"


@dataclass(frozen=True, slots=True)
class Right:
    """A permission that connecting asks for, and what is missing without it."""

    title: str
    writes: bool
    without: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider in the picker.

    ``client_id`` is the platform's, empty where none is configured; ``platform_fixed``: the environment says it.
    ``loopback``: the provider's pages are on this machine. ``needs_secret``: the browser's way needs the platform's
    secret beside its id. ``consent_writes``: its consent page grants writing too, although Paydesk only reads.
    """

    provider: str
    title: str
    rights: tuple[Right, ...]
    hosts: tuple[str, ...] = ()
    loopback: bool = False
    client_id: str = ""
    platform_fixed: bool = False
    redirect_uri: str = ""
    key_page: str = ""
    platform_page: str = ""
    access_page: str = ""
    needs_secret: bool = True
    consent_writes: bool = False

    @property
    def leads(self) -> Way:
        """Where a code exchange needs a platform's secret key, the browser leads once that is there; else at once."""
        return "browser" if self.client_id or not self.needs_secret else "key"


def read_offers(business: Business) -> tuple[Offer, ...]:
    """Every provider that can be connected. Asked off the UI thread."""
    from desktop.actions.callback import DEFAULT_PORT, PATH
    from desktop.actions.platforms import known_platform
    from desktop.providers.http import is_loopback
    from desktop.providers.registry import provider_names

    offers = []
    for name in provider_names():
        provider = business.provider(name)
        facts = provider.facts
        known = known_platform(business, name)
        offers.append(
            Offer(
                name,
                facts.title,
                tuple(_right(permission) for permission in permissions(name)),
                hosts=facts.hosts,
                loopback=is_loopback(provider.endpoints(business.environment).connect_base),
                client_id=known.client_id if known else "",
                platform_fixed=known.fixed if known else False,
                redirect_uri=f"http://localhost:{DEFAULT_PORT}{PATH}",
                key_page=facts.key_page,
                platform_page=facts.platform_page,
                access_page=facts.access_page,
                needs_secret=facts.needs_secret,
                consent_writes=facts.consent_writes,
            )
        )
    return tuple(offers)


def rights_text(rights: tuple[Right, ...]) -> str:
    """The permissions in two lines: what is read and written, and what is only read."""
    both = ", ".join(right.title for right in rights if right.writes)
    read = ", ".join(right.title for right in rights if not right.writes)
    lines = []
    if both:
        lines.append(translate("ProviderPicker", "Read and write: {0}").format(both))
    if read:
        lines.append(translate("ProviderPicker", "Read: {0}").format(read))
    return "\n".join(lines)


def consent_text(offer: Offer) -> str:
    """What the consent page grants beyond what is wanted; empty where it is nothing."""
    if not offer.consent_writes:
        return ""
    return translate(
        "ProviderPicker",
        "In the browser, {0} grants reading and writing together: its page offers no less. Paydesk only reads.",
    ).format(offer.title)


def _right(permission: Permission) -> Right:
    return Right(permission.title, permission.access == READ_AND_WRITE, permission.without)
