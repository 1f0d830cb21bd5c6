"""The city that a browser's time zone is named for.

``America/New_York`` names New York, and a page tells its time zone without being asked for its
place. The time zone database itself (the ``tzdata`` package) says which zones are cities and of
which country, and what browsers with older names mean: Chrome still says ``Asia/Calcutta``.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class ZoneCity:
    city: str
    country: str
    country_code: str


# Where the database's own short names need a second look.
_COUNTRIES: Final = {
    "AS": "American Samoa",
    "CC": "Cocos Islands",
    "CD": "DR Congo",
    "CG": "Congo",
    "GB": "United Kingdom",
    "KP": "North Korea",
    "KR": "South Korea",
    "MF": "Saint Martin",
    "MM": "Myanmar",
    "SX": "Sint Maarten",
    "SZ": "Eswatini",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
    "WS": "Samoa",
}


def zone_city(timezone: str | None) -> ZoneCity | None:
    """The city in the name of ``timezone``; none for zones that name no city, or don't exist."""
    return _cities().get(timezone or "")


@cache
def _cities() -> dict[str, ZoneCity]:
    """Every zone that names a city, under its present name and its former ones."""
    countries = dict(_rows("iso3166.tab")) | _COUNTRIES
    cities = {
        zone: ZoneCity(zone.rpartition("/")[2].replace("_", " "), countries[code], code)
        for code, _coordinates, zone, *_comment in _rows("zone.tab")
    }
    # A name without a slash is no city's: EST is a link to Panama's zone.
    former = {name: cities[zone] for zone, name in _links() if "/" in name and zone in cities}
    return former | cities


def _links() -> list[list[str]]:
    """Pairs of a zone and another name for it."""
    return [line.split()[1:] for line in _lines("tzdata.zi") if line.startswith("L ")]


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _lines(name) if not line.startswith("#")]


def _lines(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()
