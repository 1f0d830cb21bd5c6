"""The listening socket and the limit of files: what the kernel is asked for before serving."""

import resource
import socket
from typing import Final

from app.errors import SettingError

BACKLOG: Final = 4096
SPARE_FILES: Final = 256
"""Files kept back from connections: for the database, the log and whatever a request opens."""
_KEEPALIVE_IDLE_SECONDS: Final = 120
_KEEPALIVE_IDLE_NAMES: Final = ("TCP_KEEPIDLE", "TCP_KEEPALIVE")
"""One option: Linux's name for it, and macOS's."""
_MOST_FILES: Final = 10_240
"""macOS, whose hard limit is none, takes no higher soft one."""


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; raises SettingError where the address can't be had.

    Connections inherit its keepalive, so the kernel finds peers whose cable was cut, and no timer of ours is needed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise SettingError(f"--host is {host!r}: it can't be resolved ({error.strerror})") from error
    except UnicodeError as error:
        raise SettingError(
            f"--host is {host!r}: it can't be resolved (the parts of a name have 1 to 63 characters)"
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, _keepalive_idle(), _KEEPALIVE_IDLE_SECONDS)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingError(
            f"--host {host} --port {port} can't be listened on: {error.strerror}; is another server there?"
        ) from error
    listener.setblocking(False)
    return listener


def most_connections() -> int:
    """Raise the soft limit of open files to the hard one, and tell how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        most = hard
    elif soft != resource.RLIM_INFINITY:
        most = max(soft, _MOST_FILES)
    else:
        most = _MOST_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - SPARE_FILES


def _keepalive_idle() -> int:
    option: int = next(getattr(socket, name) for name in _KEEPALIVE_IDLE_NAMES if hasattr(socket, name))
    return option
