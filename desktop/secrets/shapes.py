"""What secrets look like in text, as a table: prefixes of both providers, headers, named values, URLs, keys.

Every rule is a pattern with a mask, and a few lower-case words one of which is in any text that the pattern can match:
a line with none of them costs some substring searches and nothing else.

What is certain by its own shape is taken out of what is stored as well. The other rules guess by what stands around a
value, and are for log lines and error texts, where losing a harmless word costs nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

HIDDEN = "[redacted]"

Mask = str | Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape. ``mask`` is a template or function for ``re.sub``; what it gives must not match again."""

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    mask: Mask
    certain: bool = False

    def apply(self, text: str, lowered: str) -> str:
        """The text without this shape. ``lowered`` is a lower-case form of the whole text, for the words."""
        if not any(word in lowered for word in self.words):
            return text
        return self.pattern.sub(self.mask, text)


# Where a value may begin: after anything but a letter or digit, and after an escape that ends in one.
_START = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\x[0-9a-f]{2}))"

# --- Values that are told by their own prefix -----------------------------------------------------------------------

_STRIPE_KEY = rf"{_START}((?:sk|rk|pk|ek|uk|mk|pst)_(?:[a-z]+_)?(?:live|test)_)[A-Za-z0-9*][\w*]*"
_STRIPE_CLIENT_SECRET = r"(_secret_)(?=[a-z%]*[A-Z0-9])[A-Za-z0-9%]{8,}"  # noqa: S105 - pi_…_secret_…
_STRIPE_ENDPOINT_SECRET = r"(whsec_)[\w+/=-]{6,}"  # noqa: S105
# An OAuth code and a refresh token; a word that happens to begin so has neither digits nor capitals.
_STRIPE_OAUTH = rf"{_START}((?:ac|rt)_)(?=[a-z_]*[A-Z0-9])\w{{8,}}"
_SQUARE_TOKEN = rf"{_START}(E[AQ]AA)[A-Za-z0-9_-]{{12,}}"
# sq0idp- and sq0idb- are application ids, which are public and tell sandbox from production.
_SQUARE_PREFIXED = r"((?:sandbox-)?sq0(?!id)[a-z]{3}-)[A-Za-z0-9_-]{6,}"
# A single-use token of a card, a bank account or a wallet; ccof: is the id of a stored card.
_SQUARE_NONCE = rf"{_START}([cbw]non:)[\w-]{{6,}}"
_JWT = rf"{_START}eyJ[A-Za-z0-9_-]{{6,}}(?:\.[A-Za-z0-9_-]*){{1,4}}"
_PEM = r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:(?!-----END)[\s\S])*"
_LETTER = "[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]"
_RECOVERY_KEY = rf"{_START}{_LETTER}{{4}}(?:-{_LETTER}{{4}}){{7}}(?![A-Za-z0-9])"
# 32 bytes in base64: a master key, a Square signature.
_KEY_IN_BASE64 = (
    rf"{_START}(?=[A-Za-z+/_-]{{0,42}}[0-9])(?=[0-9A-Z+/_-]{{0,42}}[a-z])(?=[0-9a-z+/_-]{{0,42}}[A-Z])"
    r"[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]="
)
_STRIPE_SIGNATURE = r"(?<![A-Za-z0-9])(v[01]=)[0-9a-fA-F]{32,}"

# --- Authorization schemes ------------------------------------------------------------------------------------------

_SCHEME = r"(?<![A-Za-z0-9_])((?:Bearer|Basic|Client|Token)(?:\s|%20|\+)+)([A-Za-z0-9._~+/=%-]{6,})"


def _mask_scheme(found: re.Match[str]) -> str:
    """``Bearer`` and the like before a value; the same words in a sentence stay ("client connected")."""
    return found[1] + HIDDEN if _looks_random(found[2]) else found[0]


def _mask_certain_scheme(found: re.Match[str]) -> str:
    """``Bearer`` before a token (RFC 6750), ``Basic`` before a name and a password (RFC 7617)."""
    if found[1].lower().startswith("bearer"):
        return found[1] + HIDDEN if len(found[2]) >= 16 and _looks_random(found[2]) else found[0]
    try:
        told = base64.b64decode(found[2] + "=" * (-len(found[2]) % 4), validate=True)
    except ValueError:
        return found[0]
    return found[1] + HIDDEN if b":" in told and told.isascii() else found[0]


# --- Values that are told by their name -----------------------------------------------------------------------------

_HEADERS = r"(?:proxy-)?authorization|set-cookie2?|cookie|stripe-signature|x-square-(?:hmacsha256-)?signature"
_TELLING_NAMES = (
    r"(?:access|refresh|id|auth|bearer|session|api|oauth|csrf|registration)[_-]?token|client[_-]?secret"
    r"|(?:app(?:lication)?|webhook|endpoint|signing|consumer|shared)[_-]?secret"
    r"|code[_-]?verifier|pass(?:word|wd|phrase)|(?<![a-z])pwd|(?:api|secret|private|signature)[_-]?key"
    r"|(?:paydesk_)?master[_-]?key|recovery[_-]?(?:key|code)|data[_-]?key|card[_-]?number|(?<![a-z])(?:cvc2?|cvv2?)"
)
_MAYBE_NAMES = r"(?<![\w-])(?:code|token|secret|signature|nonce|jwt|credentials?)"

_QUOTED = (
    r"""[bru]{0,2}(?:"(?:\\.|[^"\\])*"?"""
    r"""|'(?:\\.|[^'\\])*'?"""
    r"""|(?P<escaped>\\+["'])(?:(?!(?<!\\)(?P=escaped))[\s\S])*(?:(?P=escaped))?)"""
)
# The name's own closing quote and a colon, equals sign or arrow, and perhaps a list's bracket; or, in a tuple, a comma.
_AFTER_NAME = (
    r"""(?:\\*["']|\])?\s*(?::|=>?|%3D|%3A)\s*(?:[\[(]\s*(?=[bru]{0,2}\\*["']))?|\\*["']\s*,\s*(?=b?\\*["'])"""
)
_TO_LINE_END = r"""(?:(?!\\[rn])[^\r\n"'])+"""
_WORD = r"""(?:(?!\\[rnt])[^\s&;,"'<>]|,(?=[^\s"']))+"""
_IN_TUPLE = re.compile(r"""\(\s*b?\\*["'][\w-]*$""")
_PLAIN = frozenset({"none", "null", "true", "false", "", HIDDEN})


def _named(names: str, bare: str) -> str:
    return rf"(?P<name>{names})(?P<after>{_AFTER_NAME})(?P<value>{_QUOTED}|{bare})"


# In what people write, only names that mean nothing else, followed by their value at once.
_CERTAIN_NAMES = (
    r"(?:access|refresh|auth|bearer|session|api)[_-]?token|client[_-]?secret|(?:api|secret|private)[_-]?key"
    r"|(?:webhook|endpoint|signing)[_-]?secret|code[_-]?verifier|pass(?:word|phrase)"
)
_CERTAINLY_NAMED = (
    rf"""(?P<name>(?<![a-z]){_CERTAIN_NAMES})(?P<after>["']?\s?[=:]\s?)(?P<value>["']?[^\s"'&;,<>]{{4,}})"""
)
_CODE = r"(?<![a-z])((?:cvc2?|cvv2?|csc|security code|card code)[ \t]*[:=#.]?[ \t]*)[0-9]{3,4}(?![0-9])"
# What follows a card's number and its month: its security code.
_CODE_AFTER = (
    r"(…[0-9]{4}\W{1,4}(?:exp\w{0,9}\W{0,3})?(?:0[1-9]|1[0-2])[ ]?[/.\-][ ]?(?:20)?[0-9]{2}"
    r"[ \t,;/|-]{1,3})[0-9]{3,4}(?![0-9])"
)

_HEADER = _named(_HEADERS, _TO_LINE_END)
_NAMED = _named(_TELLING_NAMES, _WORD)
# In prose a passphrase has several words.
_SPOKEN = r"(?P<name>pass(?:word|phrase)|recovery key)(?P<after>:\s+)(?![bru]{0,2}\\*[\"'])(?P<value>[^\r\n\"'\\{\[,]+)"
_MAYBE = _named(_MAYBE_NAMES, _WORD)
_IN_QUERY = r"(?P<name>(?:[?&]|%3F|%26)(?:code|token|secret|signature))(?P<after>=|%3D)(?P<value>[^\s&;\"'<>\\#]+)"
_BEFORE_AMPERSAND = r"(?P<name>(?<![\w-])(?:code|token|secret))(?P<after>=)(?P<value>[^\s&;\"'<>\\#]+)(?=&)"

_QUOTES = re.compile(r"""^([bru]{0,2}\\*["'])([\s\S]*?)(\\*["'])?$""")
_ERROR_CODE = re.compile(
    r"[a-z]+|[a-z]+[0-9]{0,2}(?:_[a-z0-9]+)+|[A-Z]+|[A-Z]+[0-9]{0,2}(?:_[A-Z0-9]+)+|[A-Z][a-z]+|-?[0-9]{1,6}"
)


def _mask_named(found: re.Match[str]) -> str:
    """The name and its quotes stay, so that a line still tells what was there; "nothing" stays as it is."""
    opening, inside, closing = _unquoted(found["value"])
    is_pair = "," in found["after"]
    if is_pair and not _IN_TUPLE.search(found.string[max(0, found.start() - 40) : found.start()]):
        return found[0]  # a list of names, not a name and its value
    if inside.strip(" )]}").lower() in _PLAIN or inside.startswith(HIDDEN):
        return found[0]
    return f"{found['name']}{found['after']}{opening}{HIDDEN}{closing}"


def _mask_if_random(found: re.Match[str]) -> str:
    """``code`` and ``token`` also name harmless things: an error's code, a kind of token, a status."""
    opening, inside, _ = _unquoted(found["value"])
    if found["name"].lower() == "secret" and (opening or "=" in found["after"]):
        return _mask_named(found)
    if _ERROR_CODE.fullmatch(inside) and len(inside) <= 64:
        return found[0]
    return _mask_named(found) if _looks_random(inside) else found[0]


def _unquoted(value: str) -> tuple[str, str, str]:
    quoted = _QUOTES.match(value)
    return (quoted[1], quoted[2], quoted[3] or "") if quoted else ("", value, "")


def _looks_random(value: str) -> bool:
    """Whether a value is no word: digits among letters, mixed case, or very long."""
    if len(value) >= 24:
        return True
    digits = any(char.isdigit() for char in value)
    letters = any(char.isalpha() for char in value)
    mixed = not (value.islower() or value.isupper() or value.istitle())
    return len(value) >= 6 and letters and (digits or mixed)


# --- Passwords in URLs ----------------------------------------------------------------------------------------------

_DATABASES = r"(?:postgres(?:ql)?|mysql|mariadb|mssql|oracle|sqlite|redis|amqps?|mongodb)"
# In a database URL everything up to the last @ of the word is the password, raw slashes and all.
_DATABASE_URL = rf"({_DATABASES}(?:\+\w+)?://[^\s:/@\"'<>]*:)(?!{re.escape(HIDDEN)}@)[^\s\"'<>]+(?=@)"
_URL = rf"(://[^\s:/?#@\"'<>]*:)(?!{re.escape(HIDDEN)}@)[^\s/?#\"'<>@]*(?:@[^\s/?#\"'<>@]+)*(?=@)"


def _rule(name: str, words: str, pattern: str, mask: Mask, *, any_case: bool = True, certain: bool = False) -> Rule:
    flags = re.IGNORECASE if any_case else re.NOFLAG
    return Rule(name, tuple(words.split()), re.compile(pattern, flags), mask, certain)


_AFTER_PREFIX = rf"\g<1>{HIDDEN}"

RULES = (
    _rule("private key", "private", _PEM, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("header", "authorization cookie signature", _HEADER, _mask_named),
    _rule("database URL", "://", _DATABASE_URL, _AFTER_PREFIX, certain=True),
    _rule("URL", "://", _URL, _AFTER_PREFIX, certain=True),
    _rule("Stripe key", "live_ test_", _STRIPE_KEY, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("Stripe client secret", "_secret_", _STRIPE_CLIENT_SECRET, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("Stripe endpoint secret", "whsec_", _STRIPE_ENDPOINT_SECRET, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("Stripe OAuth", "ac_ rt_", _STRIPE_OAUTH, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("Stripe signature", "v0= v1=", _STRIPE_SIGNATURE, _AFTER_PREFIX),
    _rule("Square token", "eaaa eqaa", _SQUARE_TOKEN, _AFTER_PREFIX, any_case=False, certain=True),
    _rule("Square secret", "sq0", _SQUARE_PREFIXED, _AFTER_PREFIX, certain=True),
    _rule("Square card nonce", "cnon:", _SQUARE_NONCE, _AFTER_PREFIX, certain=True),
    _rule("security code", "cvc cvv csc code", _CODE, _AFTER_PREFIX, certain=True),
    _rule("scheme", "bearer basic client token", _SCHEME, _mask_scheme),
    _rule("spoken", "password: passphrase: recovery", _SPOKEN, _mask_named),
    _rule("query", "code token secret signature", _IN_QUERY, _mask_named),
    _rule("form", "code token secret", _BEFORE_AMPERSAND, _mask_named),
    _rule("named", "token secret verifier pass pwd key card cvc cvv recovery", _NAMED, _mask_named),
    _rule("maybe", "code token secret signature nonce jwt credential", _MAYBE, _mask_if_random),
    _rule("JWT", "eyj", _JWT, HIDDEN, any_case=False, certain=True),
    _rule("recovery key", "-", _RECOVERY_KEY, HIDDEN, any_case=False, certain=True),
    _rule("key in base64", "=", _KEY_IN_BASE64, HIDDEN, any_case=False),
)

CERTAIN = (
    *(rule for rule in RULES if rule.certain),
    _rule("certain scheme", "bearer basic", _SCHEME, _mask_certain_scheme),
    _rule("certainly named", "token secret key pass verifier", _CERTAINLY_NAMED, _mask_named),
)
"""What is taken out of stored objects too: of the rules that go by what stands around a value, their narrow forms."""

AFTER_CARD = _rule("security code after a card", "…", _CODE_AFTER, _AFTER_PREFIX)
"""Applied after card numbers have been masked."""

_BEGINNING = re.compile(
    r"(?:sk|rk|pk|ek|ac|rt|uk|mk|pst|whsec)_|EAAA|EQAA|(?:sandbox-)?sq0(?!id)|(?:[0-9][ -]?){13,19}\Z", re.IGNORECASE
)


def begins_like_secret(text: str) -> bool:
    """Whether what was given in a public id's place begins like a provider's secret, or is a card's number.

    Wider than the rules above: it may be cut short, or typed with the wrong letters.
    """
    return _BEGINNING.match(text) is not None
