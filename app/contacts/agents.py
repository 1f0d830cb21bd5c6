"""What a browser says of itself in its ``User-Agent`` header, in words for a profile.

The header is the browser's own word, frozen in part: every Windows since 10 says 10, every macOS
since 11 says 10.15.7, and Chrome says Android 10 on a phone named K. Such versions say nothing, and
are left out.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, cast

from ua_parser import OS, Parser, load_lazy_builtins
from ua_parser.core import Matchers
from ua_parser.lazy import DeviceMatcher
from ua_parser.regex import Resolver

Device = Literal["desktop", "mobile", "tablet", "bot", "unknown"]


@dataclass(frozen=True, slots=True)
class Agent:
    """A browser and the machine under it; none for what the header does not tell."""

    browser: str | None
    browser_version: str | None
    os: str | None
    os_version: str | None
    device: Device


LONGEST_USER_AGENT: Final = 1_024  # characters; the rest is not read

_SAME_BROWSER: Final = frozenset({"Mobile", "iOS", "WebView", "UI/WKWebView"})
_OS_NAMES: Final = {"Mac OS X": "macOS"}
_DESKTOP = re.compile(r"\b(?:Windows NT|Macintosh|X11)\b")
_PHONE = re.compile(r"\b(?:Android|iPhone|iPad)\b")
_TABLET = re.compile(r"\b(?:iPad|Tablet|Kindle|Silk)\b")
_MOBILE = re.compile(r"\bMobi")


def read_agent(user_agent: str) -> Agent:
    """Read a ``User-Agent`` header. Any text will do: what can't be read is unknown."""
    return _read(user_agent[:LONGEST_USER_AGENT])


@lru_cache(maxsize=4_096)
def _read(user_agent: str) -> Agent:
    found = _parser().parse(user_agent.encode(errors="replace").decode())
    browser, system = found.user_agent, found.os
    return Agent(
        browser=_browser_name(browser.family) if browser else None,
        browser_version=_version(browser.major, browser.minor, browser.patch, browser.patch_minor)
        if browser
        else None,
        os=_OS_NAMES.get(system.family, system.family) if system else None,
        os_version=_os_version(system, user_agent) if system else None,
        device="bot" if found.device or _is_some_bot(user_agent) else _device(user_agent),
    )


@cache
def _parser() -> Parser:
    """Compiles its rules for a tenth of a second: ask once at start. It has no cache; ours will do.

    Of the rules for devices it has those for bots alone: to know every phone by its name would take more memory than
    all the rest.
    """
    browsers, systems, _ = load_lazy_builtins()
    return Parser(Resolver(cast(Matchers, (browsers, systems, _bots()[:-1]))))


@cache
def _bots() -> list[DeviceMatcher]:
    """The rules for bots; the last one is for whatever calls itself a bot, and comes after those for phones."""
    rules = cast(list[DeviceMatcher], load_lazy_builtins()[2])
    return [rule for rule in rules if rule.family == "Spider"]


def _is_some_bot(user_agent: str) -> bool:
    """A phone is none: it may be named Cubot."""
    return not _PHONE.search(user_agent) and _bots()[-1](user_agent) is not None


def _browser_name(family: str) -> str:
    """``Chrome Mobile iOS`` and ``Mobile Safari`` are Chrome and Safari to a reader."""
    return " ".join(word for word in family.split() if word not in _SAME_BROWSER) or family


def _os_version(system: OS, user_agent: str) -> str | None:
    version = _version(system.major, system.minor, system.patch, system.patch_minor)
    is_frozen = (
        (system.family == "Windows" and version == "10")
        or (system.family == "Mac OS X" and version in {"10.15", "10.15.7"})
        or (system.family == "Android" and "Android 10; K)" in user_agent)
        or system.family == "Chrome OS"
    )
    return None if is_frozen else version


def _version(*parts: str | None) -> str | None:
    """``141.0.0.0`` is version 141, ``18.6`` stays."""
    return re.sub(r"(?:\.0)+$", "", ".".join(filter(None, parts))) or None


def _device(user_agent: str) -> Device:
    if _DESKTOP.search(user_agent):
        return "desktop"
    if _TABLET.search(user_agent):
        return "tablet"
    if _MOBILE.search(user_agent):
        return "mobile"
    # Android asks tablets to leave the word Mobile out.
    return "tablet" if "Android" in user_agent else "unknown"
