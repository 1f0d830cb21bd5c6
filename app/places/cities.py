"""Where a contact is: the city of its IP address, or else the city of its time zone.

The operator may supply a city file in MaxMind's format (``.mmdb``). Without one, or for addresses
that it does not know, the browser's time zone still names a city. Rule R22.
"""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Self

import maxminddb

from app.errors import SettingError
from app.places.zones import zone_city


@dataclass(frozen=True, slots=True)
class Place:
    """Names in English; none for what is not known."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    country_code: str | None = None


class Places:
    """The city file, where there is one. ``locate`` may be called from any thread."""

    __slots__ = ("_reader", "_version")

    def __init__(self, reader: maxminddb.Reader | None) -> None:
        self._reader = reader
        self._version = reader.metadata().ip_version if reader else 0

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open the city file; None: there is none.

        Raises SettingError where the file can't be read or is of another kind.
        """
        zone_city(None)  # read now, at start, lest the first ping waits for it
        if path is None:
            return cls(None)
        try:
            return cls(maxminddb.open_database(path))
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise SettingError(
                f"PORCHLIGHT_GEOIP_MMDB is {path}: must be a city database in MaxMind's format ({error})"
            ) from error

    def locate(self, ip: str, timezone: str | None) -> Place:
        """The place of ``ip``, any text from a header included, with the help of ``timezone``.

        The two are mixed only where they agree on the country.
        """
        place = self._place_of(ip)
        zone = None if place.city else zone_city(timezone)
        if zone is None:
            return place
        if place.country_code == zone.country_code:
            return replace(place, city=zone.city)
        return Place(city=zone.city, country=zone.country, country_code=zone.country_code)

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def _place_of(self, ip: str) -> Place:
        if self._reader is None:
            return Place()
        address = _public_address(ip)
        if address is None or address.version > self._version:
            return Place()
        try:
            record: object = self._reader.get(address)
        except maxminddb.InvalidDatabaseError:
            return Place()  # a damaged corner of the file costs the place, not the ping
        return Place(
            city=_text(record, "city", "names", "en"),
            region=_text(record, "subdivisions", 0, "names", "en"),
            country=_text(record, "country", "names", "en"),
            country_code=_text(record, "country", "iso_code"),
        )


def _public_address(ip: str) -> IPv4Address | IPv6Address | None:
    """The address, unwrapped from its IPv6 form; none for private ones and for other text."""
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address if address.is_global else None


def _text(record: object, *path: str | int) -> str | None:
    """What stands at ``path`` in a record of the file, where it is a text."""
    for step in path:
        if isinstance(record, dict) and isinstance(step, str):
            record = record.get(step)
        elif isinstance(record, list) and isinstance(step, int) and step < len(record):
            record = record[step]
        else:
            return None
    return record if isinstance(record, str) and record else None
