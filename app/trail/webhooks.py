"""A webhook: where word of changes goes, and how long it is tried. Pure rules.

A delivery that fails is tried again after ever longer pauses, eight times within a day. A webhook
that has taken nothing for three days is switched off, and one that answers 410 (gone) at once.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.errors import ParameterInvalid
from app.ids import AppId
from app.trail.topics import ALL, TOPICS

PAUSES: Final = (60.0, 300.0, 900.0, 3_600.0, 3 * 3_600.0, 6 * 3_600.0, 12 * 3_600.0)
"""Seconds after the first attempt, the second, and so on."""
PATIENCE_SECONDS: Final = 3 * 86_400.0
"""How long nothing but failures is borne before a webhook is switched off."""
MOST_WEBHOOKS: Final = 20
_LONGEST_URL: Final = 2_000
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Webhook:
    """``failing_since`` is when it first failed after its last success; ``disabled_at`` when it was switched off."""

    id: int
    app_id: AppId
    url: str
    topics: tuple[str, ...]
    secret: str
    created_at: float
    disabled_at: float | None = None
    failing_since: float | None = None

    def listens_to(self, topic: str) -> bool:
        return topic in self.topics or ALL in self.topics


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended: ``status`` of the answer, or ``error`` where there was none."""

    status: int | None = None
    error: str | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_silence(self) -> bool:
        """Whether the receiver is down or overburdened: the rest can wait as well, instead of failing too."""
        return self.status is None or self.status in (429, 502, 503, 504)

    @property
    def is_farewell(self) -> bool:
        """Whether the receiver says that there is no such address any more."""
        return self.status == _GONE


def next_attempt(attempts: int, now: float) -> float | None:
    """When to try again after ``attempts`` failures; none where it is given up."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def is_hopeless(failing_since: float, now: float) -> bool:
    """Whether a webhook has been failing for so long that it is switched off."""
    return now - failing_since > PATIENCE_SECONDS


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def signature(secret: str, body: bytes) -> str:
    """The value of ``X-Hub-Signature``: as Intercom signs, so that receivers need not change."""
    return "sha1=" + hmac.digest(secret.encode(), body, "sha1").hex()


def read_url(text: str) -> str:
    """The address of a receiver; raises ParameterInvalid.

    Any host will do, this machine and private networks too: who may make webhooks runs the server, and its
    own services are what it tells. An answer is never shown to anybody but for its status.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError where it is no number
    except ValueError:
        raise ParameterInvalid(f"url is {text[:200]!r}: that is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ParameterInvalid(f"url is {text[:200]!r}: it must begin with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise ParameterInvalid("url must hold no user name and no password")
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or parts.fragment:
        raise ParameterInvalid(f"url has up to {_LONGEST_URL} ASCII characters, no blanks and no fragment")
    return url


def read_topics(names: Iterable[str]) -> tuple[str, ...]:
    """Topics, each once, in the order given; raises ParameterInvalid."""
    topics = tuple(dict.fromkeys(names))
    if not topics:
        raise ParameterInvalid("topics is empty: name at least one, or * for all of them")
    unknown = [topic for topic in topics if topic != ALL and topic not in TOPICS]
    if unknown:
        raise ParameterInvalid(f"topics has {unknown[0][:60]!r}: the topics are {', '.join(sorted(TOPICS))}")
    return topics
