"""Origins: on which sites a workspace's messenger may run. Exact match, never a pattern.

An empty list allows no other site; the server's own pages are always allowed, and so is who
sends no Origin at all: that is a server or an app, and no browser.
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from app.errors import ParameterInvalid

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def is_allowed(origin: str, allowed_origins: Collection[str], own_origin: str) -> bool:
    """Whether a browser at ``origin`` may speak; ``null`` never may."""
    given = origin.lower()
    return given != "null" and (given in allowed_origins or given == own_origin.lower())


def read_origin(text: str) -> str:
    """The origin that somebody typed, as a browser would send it; raises ParameterInvalid."""
    stripped = text.strip().rstrip("/")
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError:
        raise ParameterInvalid(_rule(text)) from None
    host = parts.hostname
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.path or parts.query or parts.fragment:
        raise ParameterInvalid(_rule(text))
    if parts.username is not None or "*" in host or not _is_plain(host):
        raise ParameterInvalid(_rule(text))
    shown_host = f"[{host}]" if ":" in host else _ascii(host, text)
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{shown_host}" + ("" if is_default else f":{port}")


def _is_plain(host: str) -> bool:
    return not any(character.isspace() or character in '\\<>"%' for character in host)


def _ascii(host: str, text: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise ParameterInvalid(_rule(text)) from None


def _rule(text: str) -> str:
    return f"allowed_origin is {text!r}: write it as a browser does, https://www.example.com, with no path"
