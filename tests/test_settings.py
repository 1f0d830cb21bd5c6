"""Settings: defaults, where they come from, and the sentence for each that can't be right."""

from pathlib import Path

import pytest

from app.errors import SettingError
from app.settings import Settings, load_settings, unknown_names
from app.storage.sqlite import file_of


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
        ("HEARTBEAT_SECONDS", "0.09"),  # the messenger takes neither of these two at its word
        ("HEARTBEAT_SECONDS", "3601"),
        ("OFFLINE_SECONDS", "-1"),
        ("OFFLINE_SECONDS", "nan"),
        ("OFFLINE_SECONDS", "inf"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "sqlite"),
        ("DATABASE_URL", "sqlite+aiosqlite://h:abc/x"),
        ("DATABASE_URL", "postgresql"),
        ("DATABASE_URL", "postgresql+asyncpg://h:abc/db"),
        ("PRESENCE_URL", "redis://localhost"),
        ("SECRET_KEY", "too short"),
        ("REGION", "mars"),
        ("REGION_HOSTS", "us"),
        ("REGION_HOSTS", "mars=x.example.com"),
        ("REGION_HOSTS", "us=https://x.example.com/"),
        ("REGION_HOSTS", "us=[bad"),
        ("REGION_HOSTS", "us=h:99999"),
        ("REGION_HOSTS", "us=h:abc"),
        ("REGION_HOSTS", "us=h h"),
        ("REGION_HOSTS", "us=\N{ACCOUNT OF}.com"),
        ("GEOIP_MMDB", "no-such-file.mmdb"),
        ("GEOIP_MMDB", "a" * 300),
        ("DATA_DIR", "a" * 300),
        ("DATA_DIR", "nul\0"),
        ("DATA_DIR", "half\udcff"),
        ("SECRET_KEY", "half\udcff" * 20),
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
    if name == "SECRET_KEY":
        assert value not in refused.value.message
    else:
        value = ascii(value)[1:-1] if "half" in value or "nul" in value else value
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


def test_refused_address_of_a_database_shows_no_password(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        load(tmp_path, DATABASE_URL="postgresql+asyncpg://ada:tulip@h:tulip/db")
    assert "tulip" not in refused.value.message


def test_database_lies_in_the_data_folder_whatever_that_is_called(tmp_path: Path) -> None:
    settings = load(tmp_path, DATA_DIR="odd?name#%41")
    assert file_of(settings.database_url) == settings.data_dir / "porchlight.db"


def test_hosts_of_regions_may_be_addresses_and_have_ports(tmp_path: Path) -> None:
    hosts = load(tmp_path, REGION_HOSTS="us=[::1]:8000,eu=10.0.0.1,au=au.example.com:65535").region_hosts
    assert hosts == {"us": "[::1]:8000", "eu": "10.0.0.1", "au": "au.example.com:65535"}


def test_secret_that_is_no_text_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_bytes(b"\xff" * 60)
    with pytest.raises(SettingError, match=r"secret\.key in PORCHLIGHT_DATA_DIR is no text"):
        load(tmp_path)


def test_secret_that_is_no_file_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data" / "secret.key").mkdir(parents=True)
    with pytest.raises(
        SettingError, match=r"secret\.key in PORCHLIGHT_DATA_DIR can't be read: Is a directory"
    ):
        load(tmp_path)
