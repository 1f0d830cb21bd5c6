"""R81: passwords by argon2, a few checks at a time, and no hint whether an account exists."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from app.auth.passwords import LONGEST, SHORTEST, Passwords
from app.errors import ParameterInvalid


class _Counting(PasswordHasher):
    """A cheap hasher that counts its checks and how many ran at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.checked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._met = threading.Barrier(2)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
        with self._lock:
            self.checked.append(str(hash))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.wait_for_another:
                self._met.wait(60)
            return super().verify(hash, password)
        finally:
            with self._lock:
                self.at_once -= 1

    wait_for_another = False


@pytest.fixture
def hasher() -> _Counting:
    return _Counting()


@pytest.fixture
def passwords(hasher: _Counting) -> Passwords:
    return Passwords(hasher)


async def test_R81_the_right_password_matches_and_no_other(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse")
    assert await passwords.matches("correct horse", stored)
    for wrong in ("correct hors", "Correct horse", "", "correct horse ", "\ud800", "x" * 100_000):
        assert not await passwords.matches(wrong, stored)


async def test_R81_hashes_are_argon2id_of_64_MiB() -> None:
    parameters = extract_parameters(Passwords().hash("correct horse"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost == 64 * 1024
    assert parameters.time_cost >= 3


async def test_R81_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert passwords.hash("correct horse") != await passwords.hash_aside("correct horse")


async def test_R81_an_unknown_email_costs_the_same_check_and_never_matches(
    passwords: Passwords, hasher: _Counting
) -> None:
    stored = passwords.hash("correct horse")
    assert not await passwords.matches("correct horse", None)
    assert not await passwords.matches("a password that nobody has", None)
    assert await passwords.matches("correct horse", stored)
    assert len(hasher.checked) == 3
    assert extract_parameters(hasher.checked[0]) == extract_parameters(stored)


async def test_no_more_than_two_checks_run_at_once(passwords: Passwords, hasher: _Counting) -> None:
    stored = passwords.hash("correct horse")
    hasher.wait_for_another = True  # each check waits until a second one runs beside it
    assert (
        await asyncio.gather(*(passwords.matches("correct horse", stored) for _ in range(10))) == [True] * 10
    )
    assert hasher.most_at_once == 2


async def test_what_is_stored_may_be_no_hash_at_all(passwords: Passwords) -> None:
    assert not await passwords.matches("correct horse", "not a hash")


async def test_one_password_typed_on_two_keyboards_is_one(passwords: Passwords) -> None:
    assert await passwords.matches("cafe\u0301 noir", passwords.hash("caf\u00e9 noir"))


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
async def test_lengths_at_the_limits_are_taken(passwords: Passwords, length: int) -> None:
    assert await passwords.matches("x" * length, passwords.hash("x" * length))


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
async def test_lengths_beyond_are_refused(passwords: Passwords, length: int) -> None:
    with pytest.raises(ParameterInvalid, match=f"{length} characters: it must have 8 to 512"):
        passwords.hash("x" * length)
    with pytest.raises(ParameterInvalid, match=f"{length} characters"):
        await passwords.hash_aside("x" * length)
