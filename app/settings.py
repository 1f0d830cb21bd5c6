"""Settings: what the operator decides, read once from the environment or a ``.env`` file.

A setting that can't be right stops the start with a sentence that names it, its value and
the rule. The environment wins over the file, the command line over both.
"""

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast, get_args
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import SettingError
from app.ids import Region

NAMES: Final = (
    "PORCHLIGHT_DATA_DIR",
    "PORCHLIGHT_DATABASE_URL",
    "PORCHLIGHT_PRESENCE_URL",
    "PORCHLIGHT_HEARTBEAT_SECONDS",
    "PORCHLIGHT_OFFLINE_SECONDS",
    "PORCHLIGHT_SECRET_KEY",
    "PORCHLIGHT_REGION",
    "PORCHLIGHT_REGION_HOSTS",
    "PORCHLIGHT_GEOIP_MMDB",
    "PORCHLIGHT_TRUSTED_PROXIES",
    "PORCHLIGHT_TEST_CLOCK",
)
_MIN_SECRET_LENGTH: Final = 32
_SECRET_FILE: Final = "secret.key"
# What the messenger honours: with anything else it would beat at its own pace.
_HEARTBEAT_LIMITS: Final = (0.1, 3_600.0)
_OFFLINE_LIMITS: Final = (0.2, 86_400.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. Durations in seconds."""

    data_dir: Path
    database_url: str
    presence_url: str
    heartbeat_seconds: float
    offline_seconds: float
    secret_key: str
    region: Region
    region_hosts: Mapping[Region, str]
    geoip_mmdb: Path | None
    trusted_proxies: tuple[str, ...]
    test_clock: bool
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1

    def listening(self, host: str, port: int, workers: int = 1) -> "Settings":
        """The same settings for a server at ``host:port``; raises SettingError where they don't go together."""
        if not 0 <= port <= 65535:
            raise SettingError(f"--port is {port}: it must lie between 0 and 65535")
        if workers != 1:
            raise SettingError(
                f"--workers is {workers}: with PORCHLIGHT_PRESENCE_URL=memory:// one process serves"
            )
        if self.test_clock and not _is_loopback(host):
            raise SettingError(
                f"PORCHLIGHT_TEST_CLOCK is on and --host is {host}: the test clock needs a loopback host"
            )
        return replace(self, host=host, port=port, workers=workers)


def load_settings(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Settings:
    """Read and check all settings; makes the data folder and, at the first start, the secret key.

    ``environ`` defaults to the process's own, ``directory`` (where ``.env`` lies) to the working directory.
    Raises SettingError.
    """
    folder = directory or Path.cwd()
    values = _read_env_file(folder / ".env") | dict(os.environ if environ is None else environ)
    _refuse_undecodable(values)
    data_dir = (folder / (values.get("PORCHLIGHT_DATA_DIR") or "data")).absolute()
    heartbeat = _seconds(values, "PORCHLIGHT_HEARTBEAT_SECONDS", 30.0, _HEARTBEAT_LIMITS)
    offline = _seconds(values, "PORCHLIGHT_OFFLINE_SECONDS", 120.0, _OFFLINE_LIMITS)
    if offline < 2 * heartbeat:
        raise SettingError(
            f"PORCHLIGHT_OFFLINE_SECONDS is {offline:g}: it must be at least twice "
            f"PORCHLIGHT_HEARTBEAT_SECONDS, which is {heartbeat:g}"
        )
    region = _region(values.get("PORCHLIGHT_REGION") or "us", "PORCHLIGHT_REGION")
    settings = Settings(
        data_dir=data_dir,
        database_url=_database_url(values, data_dir),
        presence_url=_presence_url(values),
        heartbeat_seconds=heartbeat,
        offline_seconds=offline,
        secret_key="",
        region=region,
        region_hosts=_region_hosts(values.get("PORCHLIGHT_REGION_HOSTS", "")),
        geoip_mmdb=_existing_file(values, "PORCHLIGHT_GEOIP_MMDB", folder),
        trusted_proxies=_proxies(values.get("PORCHLIGHT_TRUSTED_PROXIES", "127.0.0.1")),
        test_clock=_switch(values, "PORCHLIGHT_TEST_CLOCK"),
    )
    _make_data_dir(data_dir)
    return replace(settings, secret_key=_secret_key(values, data_dir))


def unknown_names(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> list[str]:
    """Names that look like settings and are none: a slip of the pen, mostly. Read from where settings are."""
    given = (
        _read_env_file((directory or Path.cwd()) / ".env").keys()
        | (os.environ if environ is None else environ).keys()
    )
    return sorted(name for name in given if name.startswith("PORCHLIGHT_") and name not in NAMES)


def _read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; blank lines and ``#`` comments are passed over, one pair of quotes is taken off."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()  # some editors put a mark first
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path.name} can't be read: {error}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        stripped = line.strip().removeprefix("export ").strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise SettingError(f"{path.name}, line {number} has no '=': write NAME=value")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def _refuse_undecodable(values: Mapping[str, str]) -> None:
    for name in NAMES:
        value = values.get(name, "")
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            shown = "what was given" if name == "PORCHLIGHT_SECRET_KEY" else ascii(value)
            raise SettingError(f"{name} is {shown}: it must be UTF-8 text without a NUL")


def _seconds(values: Mapping[str, str], name: str, default: float, limits: tuple[float, float]) -> float:
    text = values.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        raise SettingError(f"{name} is {text!r}: it must be a number of seconds") from None
    least, most = limits
    if not least <= seconds <= most:
        raise SettingError(f"{name} is {text}: it must be from {least:g} to {most:g} seconds")
    return seconds


def _switch(values: Mapping[str, str], name: str) -> bool:
    text = (values.get(name) or "off").lower()
    if text in {"1", "on", "true", "yes"}:
        return True
    if text in {"0", "off", "false", "no"}:
        return False
    raise SettingError(f"{name} is {text!r}: it must be 1 or 0")


def _region(text: str, name: str) -> Region:
    if text not in get_args(Region):
        raise SettingError(f"{name} is {text!r}: a region is one of {', '.join(get_args(Region))}")
    return cast("Region", text)


def _region_hosts(text: str) -> dict[Region, str]:
    hosts: dict[Region, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, host = (piece.strip() for piece in pair.partition("="))
        if not equals or not _is_host(host):
            raise SettingError(f"PORCHLIGHT_REGION_HOSTS has {pair!r}: write us=app.example.com,eu=…")
        hosts[_region(name, "PORCHLIGHT_REGION_HOSTS")] = host
    return hosts


def _is_host(text: str) -> bool:
    """Whether it can stand between ``https://`` and the path."""
    try:
        parts = urlsplit(f"//{text}")
        _ = parts.port  # asked for, it is checked
    except ValueError:
        return False
    return bool(parts.hostname) and parts.netloc == text and "@" not in text and len(text.split()) == 1


def _database_url(values: Mapping[str, str], data_dir: Path) -> str:
    url = values.get("PORCHLIGHT_DATABASE_URL")
    if not url:
        return URL.create("sqlite+aiosqlite", database=str(data_dir / "porchlight.db")).render_as_string()
    scheme = url.partition("://")[0]
    if scheme not in {"sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+asyncpg"}:
        raise SettingError(
            f"PORCHLIGHT_DATABASE_URL begins with {scheme!r}: it must be sqlite+aiosqlite:///… or postgresql+asyncpg://…"
        )
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # Not shown whole, nor what the parser says: a password may be in it.
        raise SettingError(
            f"PORCHLIGHT_DATABASE_URL begins with {scheme!r} and is no URL: it must be sqlite+aiosqlite:///folder/file "
            "or postgresql+asyncpg://user:password@host:port/name, where the port is a number"
        ) from None
    return url


def _presence_url(values: Mapping[str, str]) -> str:
    url = values.get("PORCHLIGHT_PRESENCE_URL") or "memory://"
    if url != "memory://":
        raise SettingError(
            f"PORCHLIGHT_PRESENCE_URL begins with {url.partition('://')[0]!r}: this version keeps presence in memory://"
        )
    return url


def _existing_file(values: Mapping[str, str], name: str, folder: Path) -> Path | None:
    text = values.get(name)
    if not text:
        return None
    path = folder / text
    try:
        if path.is_file():
            return path
    except OSError as error:
        raise SettingError(f"{name} is {text!r}: {error.strerror}") from error
    raise SettingError(f"{name} is {text!r}: there is no such file")


def _proxies(text: str) -> tuple[str, ...]:
    proxies = tuple(filter(None, (part.strip() for part in text.split(","))))
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise SettingError(
                f"PORCHLIGHT_TRUSTED_PROXIES has {proxy!r}: each must be an IP address or a network such as 10.0.0.0/8"
            ) from None
    return proxies


def _make_data_dir(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"PORCHLIGHT_DATA_DIR is {str(data_dir)!r}: it can't be made: {error.strerror}"
        ) from error


def _secret_key(values: Mapping[str, str], data_dir: Path) -> str:
    given = values.get("PORCHLIGHT_SECRET_KEY")
    if given:
        if len(given) < _MIN_SECRET_LENGTH:
            raise SettingError(
                f"PORCHLIGHT_SECRET_KEY has {len(given)} characters: it must have {_MIN_SECRET_LENGTH} or more"
            )
        return given
    path = data_dir / _SECRET_FILE
    try:
        if not path.exists():
            _write_new_secret(path)
    except OSError as error:
        raise SettingError(
            f"PORCHLIGHT_DATA_DIR is {str(data_dir)!r}: it can't be written: {error.strerror}"
        ) from error
    try:
        key = path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingError(f"{path.name} in PORCHLIGHT_DATA_DIR can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        key = ""
    if len(key) < _MIN_SECRET_LENGTH:
        raise SettingError(
            f"{path.name} in PORCHLIGHT_DATA_DIR is no text, or too short to sign with: delete it for a new one"
        )
    return key


def _write_new_secret(path: Path) -> None:
    """Written whole, then linked into place: of two processes at their first start both use the one that won."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
