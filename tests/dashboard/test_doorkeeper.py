"""Passwords and how often they may be tried."""

import pytest
from argon2 import PasswordHasher

from app.auth.passwords import Passwords
from app.dashboard.doorkeeper import TRIES_OF_ADDRESS, TRIES_OF_ONE, WINDOW_SECONDS, Attempts, Doorkeeper
from app.errors import RateLimited

HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"
ADA = "ada@example.com"


def fail(attempts: Attempts, times: int, address: str = HOME, email: str = ADA, at: float = 0.0) -> None:
    for _ in range(times):
        attempts.failed(address, email, at)


def test_one_more_than_the_limit_is_refused_with_the_time_to_wait() -> None:
    attempts = Attempts()
    fail(attempts, TRIES_OF_ONE - 1)
    attempts.check(HOME, ADA, 1.0)
    fail(attempts, 1)
    with pytest.raises(RateLimited, match="Too many failed attempts: try again in 10 minutes") as refusal:
        attempts.check(HOME, ADA, 1.0)
    assert refusal.value.retry_after_seconds == WINDOW_SECONDS - 1


def test_other_people_and_other_addresses_are_not_locked_out() -> None:
    attempts = Attempts()
    fail(attempts, TRIES_OF_ONE)
    attempts.check(ELSEWHERE, ADA, 1.0)
    attempts.check(HOME, "bob@example.com", 1.0)


def test_attempts_are_forgotten_after_the_window() -> None:
    attempts = Attempts()
    fail(attempts, TRIES_OF_ONE, at=100.0)
    with pytest.raises(RateLimited):
        attempts.check(HOME, ADA, 100.0 + WINDOW_SECONDS - 0.1)
    attempts.check(HOME, ADA, 100.0 + WINDOW_SECONDS)


def test_one_address_cannot_go_through_many_emails() -> None:
    attempts = Attempts()
    for number in range(TRIES_OF_ADDRESS):
        attempts.failed(HOME, f"user{number}@example.com", 0.0)
    with pytest.raises(RateLimited):
        attempts.check(HOME, "another@example.com", 1.0)


def test_success_forgives_what_failed_before() -> None:
    attempts = Attempts()
    fail(attempts, TRIES_OF_ONE - 1)
    attempts.succeeded(HOME, ADA)
    fail(attempts, 1)
    attempts.check(HOME, ADA, 1.0)


def test_memory_of_failures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.dashboard.doorkeeper._MOST_KEYS", 10)
    attempts = Attempts()
    for number in range(40):
        attempts.failed(HOME, f"user{number}@example.com", number * WINDOW_SECONDS)
    assert len(attempts._failures) <= 13


async def test_doorkeeper_admits_the_right_password_only_and_counts_the_wrong_ones() -> None:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    doorkeeper = Doorkeeper(quick)
    hashed = quick.hash("correct horse")
    assert await doorkeeper.admits(HOME, ADA, "correct horse", hashed)
    for _ in range(TRIES_OF_ONE):
        assert not await doorkeeper.admits(HOME, ADA, "wrong horse", hashed)
    with pytest.raises(RateLimited):
        await doorkeeper.admits(HOME, ADA, "correct horse", hashed)
