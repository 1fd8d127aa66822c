"""Fakes that more than one file of the vault's tests needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.vault.keychain import Keychain, NoKeychainError
from desktop.vault.passphrase import Argon2Cost, Question
from desktop.vault.secret import Secret


class FakeBackend:
    """A keychain in a dictionary. ``before`` is called with the name of each operation."""

    def __init__(self, before: Callable[[str], None] | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.before = before if before is not None else lambda _: None

    def get_password(self, service: str, username: str) -> str | None:
        self.before("read")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.before("write")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.before("delete")
        del self.entries[service, username]


class Finder:
    """Stands for ``find_keychain`` on a computer whose keychain is the given backend, or none."""

    def __init__(self, backend: object | None, name: str = "Secret Service") -> None:
        self.backend, self.name = backend, name

    def __call__(self, name: str | None = None) -> Keychain:
        if self.backend is None or name not in (None, self.name):
            raise NoKeychainError
        return Keychain(self.backend, self.name, deadline_seconds=10)  # type: ignore[arg-type]


class Person:
    """Answers questions for a passphrase in turn (the last one for ever) and remembers them. None declines."""

    def __init__(self, *answers: str | None) -> None:
        self.answers, self.questions = list(answers), list[Question]()

    def __call__(self, question: Question) -> Secret[str] | None:
        self.questions.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return None if answer is None else Secret(answer)


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def make_backend() -> type[FakeBackend]:
    return FakeBackend


@pytest.fixture
def make_finder() -> type[Finder]:
    return Finder


@pytest.fixture
def make_person() -> type[Person]:
    return Person


@pytest.fixture
def cheap() -> Argon2Cost:
    """A cost that tests can pay a hundred times."""
    return Argon2Cost(memory_kib=8, passes=1, lanes=1)
