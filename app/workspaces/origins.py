"""Origins: on which sites a workspace's messenger may run. Exact match, never a pattern.

A browser names the origin of a page, ``scheme://host[:port]``, in lower case and without a
default port. An empty list allows no other site; the server's own pages are always allowed, and
so is who sends no Origin at all: that is a server or an app, and no browser. ``null`` (a
sandboxed frame, a local file) is nobody.
"""

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from app.errors import ParameterInvalid

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_HOST: Final = 253


def is_allowed(origin: str, allowed_origins: Collection[str], own_origin: str) -> bool:
    """Whether a browser at ``origin`` may speak; ``null`` never may."""
    given = origin.lower()
    return given != "null" and (given in allowed_origins or given == own_origin.lower())


def read_origin(text: str) -> str:
    """The origin that somebody typed, as a browser would send it; raises ParameterInvalid with the reason."""
    typed = text.strip()
    if "*" in typed:
        raise _refusal(text, "name each site in full, without a wildcard")
    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError:
        raise _refusal(text) from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or port == 0:
        raise _refusal(text)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _refusal(text, "it must end after the host and its port, with no path")
    if "@" in parts.netloc:
        raise _refusal(text, "it must name no user")
    suffix = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{_host(parts.hostname, text)}{suffix}"


def _host(host: str, text: str) -> str:
    try:
        if ":" in host:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        ascii_host = host.encode("idna").decode("ascii").lower()
    except ValueError:
        raise _refusal(text) from None
    labels = ascii_host.removesuffix(".").split(".")
    if len(ascii_host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refusal(text)
    return ascii_host


def _refusal(
    text: str, rule: str = "write it as a browser does, https://www.example.com"
) -> ParameterInvalid:
    return ParameterInvalid(f"allowed_origin is {text!r}: {rule}")
