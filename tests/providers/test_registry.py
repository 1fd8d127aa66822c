"""The registry: every provider by its name, and its facts without anything heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import desktop
from desktop.errors import UsageError
from desktop.money import ISO
from desktop.providers.contract import Provider
from desktop.providers.facts import Facts
from desktop.providers.registry import currencies_of, facts_of, make_provider, provider_names, provider_title
from tests.helpers.patience import PATIENCE_S

ICONS = Path(desktop.__file__).parents[1] / "resources" / "icons"
HEAVY = ("httpx", "sqlalchemy", "orjson", "PySide6", "stripe", "square", "desktop.providers.contract")


@pytest.fixture(params=provider_names())
def facts(request: pytest.FixtureRequest) -> Facts:
    """The facts of each provider."""
    return facts_of(request.param)


def test_a_provider_is_made_with_its_facts(facts: Facts) -> None:
    made: Provider = make_provider(facts.name)
    assert (made.facts, made.name, made.title) == (facts, facts.name, facts.title)


def test_a_name_that_is_not_known_is_refused_in_a_sentence() -> None:
    for ask in (facts_of, make_provider, currencies_of):
        with pytest.raises(UsageError, match="“paypal”"):
            ask("paypal")
    assert provider_title("paypal") == "Paypal"


def test_nobodys_amounts_are_plain_ones(facts: Facts) -> None:
    assert currencies_of(None) is ISO
    assert currencies_of(facts.name) is facts.currencies


def test_its_pages_are_on_hosts_that_may_be_opened(facts: Facts) -> None:
    for page in (facts.key_page, facts.platform_page, facts.access_page):
        host = urlsplit(page).hostname or ""
        assert page.startswith("https://")
        assert any(host.endswith(known) if known.startswith(".") else host == known for known in facts.hosts)


def test_its_mark_is_drawn_and_its_colours_are_colours(facts: Facts) -> None:
    assert (ICONS / f"{facts.mark.drawing}.svg").is_file()
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in (facts.mark.light, facts.mark.dark))


def test_facts_are_loaded_without_anything_heavy() -> None:
    code = (
        "import sys; from desktop.providers.registry import facts_of, provider_names; "
        "print('desktop.providers.facts' in sys.modules); "
        "print([facts_of(name).title for name in provider_names()]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert found.stdout.splitlines() == ["False", "['Stripe', 'Square']", "[]"]
