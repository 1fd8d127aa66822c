"""What a key, and an own platform, are called at each provider: Stripe's restricted key is Square's access token."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.ui.translation import translate


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The words around a pasted key. ``needless`` says of three of the nine steps why a key does without them."""

    paste: str
    heading: str
    about: str
    field: str
    hint: str
    page: str
    page_hint: str
    rights: str
    needless: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PlatformWords:
    """The words around the owner's own platform (Stripe) or application (Square)."""

    about: str
    page: str
    register: str
    way_back: str
    id_name: str
    id_hint: str
    second_name: str
    second_hint: str
    second_about: str
    second_add: str
    key_instead: str
    change: str


def key_words(provider: str, title: str) -> KeyWords:
    """A key's words; ``title`` is the provider's name."""
    return _access_token(title) if provider == "square" else _restricted_key(title)


def platform_words(provider: str, title: str) -> PlatformWords:
    """A platform's words; ``title`` is the provider's name."""
    return _application(title) if provider == "square" else _platform(title)


def way_to_end_access(provider: str, title: str) -> str:
    """Where the owner ends the access at the provider, in words."""
    if provider == "square":
        text = translate(
            "KeyWords",
            "In {0}'s dashboard, choose App Integrations and disconnect the application. A pasted access token is "
            "replaced in the developer console.",
        )
    else:
        text = translate("KeyWords", "In {0}'s dashboard, delete the key under API keys.")
    return text.format(title)


def _restricted_key(title: str) -> KeyWords:
    return KeyWords(
        paste=translate("KeyWords", "Paste a restricted key"),
        heading=translate("KeyWords", "Connect {0} with a restricted key").format(title),
        about=translate(
            "KeyWords", "Make a key that may do only what Paydesk needs, then paste it here. It is tried before "
            "anything is stored, and kept sealed on this computer."
        ),
        field=translate("KeyWords", "Restricted key"),
        hint="rk_live_…",
        page=translate("KeyWords", "Open {0}'s page for keys").format(title),
        page_hint=translate("KeyWords", "It opens with these permissions chosen; compare them with the list."),
        rights=translate("KeyWords", "Permissions of the key"),
        needless=(
            translate("KeyWords", "Authorisation page: not needed with a key"),
            translate("KeyWords", "Access: the key grants it"),
            translate("KeyWords", "Code exchange: not needed with a key"),
        ),
    )  # fmt: skip


def _access_token(title: str) -> KeyWords:
    return KeyWords(
        paste=translate("KeyWords", "Paste an access token"),
        heading=translate("KeyWords", "Connect {0} with an access token").format(title),
        about=translate(
            "KeyWords", "A personal access token opens your whole {0} account, so treat it like a password. It is "
            "tried before anything is stored, and kept sealed on this computer."
        ).format(title),
        field=translate("KeyWords", "Access token"),
        hint="EAAA…",
        page=translate("KeyWords", "Open {0}'s developer console").format(title),
        page_hint=translate(
"KeyWords", "Open your application there, choose Production, and copy the access token under Credentials."
),
        rights=translate("KeyWords", "What Paydesk uses the token for"),
        needless=(
            translate("KeyWords", "Authorisation page: not needed with a token"),
            translate("KeyWords", "Access: the token grants it"),
            translate("KeyWords", "Code exchange: not needed with a token"),
        ),
    )  # fmt: skip


def _platform(title: str) -> PlatformWords:
    return PlatformWords(
        about=translate(
            "PlatformWords", "This way needs your own platform at {0}: its client id and its secret key. Paydesk asks "
            "once and keeps them sealed on this computer."
        ).format(title),
        page=translate("PlatformWords", "Open {0}'s settings").format(title),
        register=translate(
            "PlatformWords", "In the platform's settings, register this address to come back to. For live accounts "
            "{0} wants an https address; the browser then cannot come back by itself, and you paste its address here."
        ).format(title),
        way_back="",
        id_name=translate("PlatformWords", "Client id"),
        id_hint="ca_…",
        second_name=translate("PlatformWords", "Secret key of the platform"),
        second_hint="sk_live_…",
        second_about="",
        second_add="",
        key_instead=translate("PlatformWords", "Paste a restricted key instead"),
        change=translate("PlatformWords", "Change the platform keys"),
    )  # fmt: skip


def _application(title: str) -> PlatformWords:
    return PlatformWords(
        about=translate(
            "PlatformWords", "{0} asks which application wants access. Make one of your own there, which takes two "
            "minutes and costs nothing, and tell Paydesk its id. No secret is needed, and Paydesk asks only once."
        ).format(title),
        page=translate("PlatformWords", "Open {0}'s developer console").format(title),
        register=translate("PlatformWords", "In your application, under OAuth, enter this as the Redirect URL:"),
        way_back=translate(
"PlatformWords", "If {0} accepts only an https address there, paste an access token instead."
).format(title),
        id_name=translate("PlatformWords", "Application ID"),
        id_hint="sq0idp-…",
        second_name=translate("PlatformWords", "Application secret (optional)"),
        second_hint="sq0csp-…",
        second_about=translate(
            "PlatformWords", "Used for one thing only: to take the access back at {0} when you disconnect. Without it "
            "you finish that in {0}'s own settings."
        ).format(title),
        second_add=translate("PlatformWords", "Add the application secret (optional)"),
        key_instead=translate("PlatformWords", "Paste an access token instead"),
        change=translate("PlatformWords", "Change the application ID"),
    )  # fmt: skip
