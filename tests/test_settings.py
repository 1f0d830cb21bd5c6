"""Settings: defaults, where they come from, and the sentence for each that can't be right."""

from pathlib import Path

import pytest

from app.errors import SettingError
from app.settings import Settings, load_settings, unknown_names


def load(folder: Path, **environ: str) -> Settings:
    return load_settings({f"PORCHLIGHT_{name}": value for name, value in environ.items()}, folder)


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/data/porchlight.db"
    assert settings.presence_url == "memory://"
    assert (settings.heartbeat_seconds, settings.offline_seconds) == (30, 120)
    assert settings.region == "us"
    assert settings.trusted_proxies == ("127.0.0.1",)
    assert settings.test_clock is False


def test_secret_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first = load(tmp_path).secret_key
    assert len(first) >= 32
    assert load(tmp_path).secret_key == first
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert load(tmp_path, SECRET_KEY="z" * 32).secret_key == "z" * 32


def test_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# comment\n\nexport PORCHLIGHT_REGION = 'eu'\nPORCHLIGHT_HEARTBEAT_SECONDS=10\n"
        'PORCHLIGHT_REGION_HOSTS="us=a.example.com, eu=b.example.com:8443"\n'
    )
    settings = load(tmp_path, HEARTBEAT_SECONDS="20")
    assert settings.region == "eu"
    assert settings.heartbeat_seconds == 20
    assert settings.region_hosts == {"us": "a.example.com", "eu": "b.example.com:8443"}


@pytest.mark.parametrize(
    ("heartbeat", "offline", "fits"), [("30", "60", True), ("30", "59.9", False), ("0.5", "1", True)]
)
def test_offline_time_is_at_least_twice_the_heartbeat(
    tmp_path: Path, heartbeat: str, offline: str, fits: bool
) -> None:
    if fits:
        assert load(tmp_path, HEARTBEAT_SECONDS=heartbeat, OFFLINE_SECONDS=offline).offline_seconds == float(
            offline
        )
    else:
        with pytest.raises(
            SettingError, match=r"PORCHLIGHT_OFFLINE_SECONDS is 59.9: it must be at least twice"
        ):
            load(tmp_path, HEARTBEAT_SECONDS=heartbeat, OFFLINE_SECONDS=offline)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEARTBEAT_SECONDS", "soon"),
        ("HEARTBEAT_SECONDS", "0"),
        ("OFFLINE_SECONDS", "-1"),
        ("OFFLINE_SECONDS", "nan"),
        ("OFFLINE_SECONDS", "inf"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("PRESENCE_URL", "redis://localhost"),
        ("SECRET_KEY", "too short"),
        ("REGION", "mars"),
        ("REGION_HOSTS", "us"),
        ("REGION_HOSTS", "mars=x.example.com"),
        ("REGION_HOSTS", "us=https://x.example.com/"),
        ("GEOIP_MMDB", "no-such-file.mmdb"),
        ("TRUSTED_PROXIES", "localhost"),
        ("TEST_CLOCK", "maybe"),
    ],
)
def test_wrong_setting_stops_the_start_with_a_sentence_that_names_it(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingError) as refused:
        load(tmp_path, **{name: value})
    assert f"PORCHLIGHT_{name}" in refused.value.message
    if name != "SECRET_KEY":
        assert value.partition("=")[0].partition("://")[0] in refused.value.message


def test_env_file_line_without_an_equals_sign_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_REGION=us\nnonsense\n")
    with pytest.raises(SettingError, match=r"\.env, line 2"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("host", "fits"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("example.com", False)],
)
def test_test_clock_needs_a_loopback_host(tmp_path: Path, host: str, fits: bool) -> None:
    settings = load(tmp_path, TEST_CLOCK="1")
    if fits:
        assert settings.listening(host, 8000).host == host
    else:
        with pytest.raises(SettingError, match="PORCHLIGHT_TEST_CLOCK is on"):
            settings.listening(host, 8000)


@pytest.mark.parametrize(("port", "workers"), [(-1, 1), (65536, 1), (8000, 2), (8000, 0)])
def test_port_and_workers_must_be_possible(tmp_path: Path, port: int, workers: int) -> None:
    with pytest.raises(SettingError):
        load(tmp_path).listening("127.0.0.1", port, workers)


def test_names_that_are_no_settings_are_found(tmp_path: Path) -> None:
    environ = {"PORCHLIGHT_HEARBEAT_SECONDS": "30", "PORCHLIGHT_REGION": "us", "PATH": "/bin"}
    assert unknown_names(environ, tmp_path) == ["PORCHLIGHT_HEARBEAT_SECONDS"]


def test_names_that_are_no_settings_are_found_in_the_env_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_REGOIN=eu\nOTHER=1\n")
    assert unknown_names({}, tmp_path) == ["PORCHLIGHT_REGOIN"]


def test_env_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORCHLIGHT_OFFLINE_SECONDS=soon\n", encoding="utf-8-sig")
    with pytest.raises(SettingError, match="PORCHLIGHT_OFFLINE_SECONDS is 'soon'"):
        load(tmp_path)
