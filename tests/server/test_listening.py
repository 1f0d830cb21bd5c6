"""The listening socket: what connections inherit, and the sentence where it can't be had."""

import resource
import socket

import pytest

from app.errors import SettingError
from app.server.listening import SPARE_FILES, listen, most_connections


def test_connections_inherit_keepalive() -> None:
    with listen("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        listener.setblocking(True)
        connection, _ = listener.accept()
        with client, connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 120


def test_connections_inherit_keepalive_under_the_name_that_macos_has_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "TCP_KEEPALIVE", socket.TCP_KEEPIDLE, raising=False)
    monkeypatch.delattr(socket, "TCP_KEEPIDLE")
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPALIVE) == 120


def test_port_in_use_is_told_in_a_sentence() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SettingError, match=f"--port {port} can't be listened on"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no host at all", "a" * 70, "a..b"])
def test_host_that_is_none_is_told_in_a_sentence(host: str) -> None:
    with pytest.raises(SettingError, match="it can't be resolved"):
        listen(host, 0)


def test_files_are_kept_back_for_other_things_than_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert most_connections() == hard - SPARE_FILES
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("soft", "most"), [(256, 10_240), (65_536, 65_536), (resource.RLIM_INFINITY, 10_240)]
)
def test_files_are_as_many_as_macos_takes_where_the_hard_limit_is_none(
    monkeypatch: pytest.MonkeyPatch, soft: int, most: int
) -> None:
    set_to = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    assert most_connections() == most - SPARE_FILES
    assert set_to == [(most, resource.RLIM_INFINITY)]
