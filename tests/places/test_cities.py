"""Places: a real city file in MaxMind's format, and the time zone where it is silent. Rule R22."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SettingError
from app.places.cities import Place, Places
from support.mmdb import city, write_mmdb

LONDON = Place("London", "England", "United Kingdom", "GB")
NEW_YORK_BY_ZONE = Place("New York", None, "United States", "US")


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    path = write_mmdb(
        tmp_path / "cities.mmdb",
        {
            "81.2.69.0/24": city("London", "England", "United Kingdom", "GB"),
            "2a02:cf40::/29": city("Oslo", "Oslo County", "Norway", "NO"),
            "10.0.0.0/8": city("Intranet", "Basement", "Nowhere", "XX"),
            "8.8.8.0/24": {"country": {"iso_code": "US", "names": {"en": "United States"}}},
            "9.9.9.0/24": {"city": {"names": {"de": "Genf"}}, "subdivisions": [], "country": "Schweiz"},
        },
    )
    opened = Places.open(path)
    yield opened
    opened.close()


def test_R22_an_address_in_the_file_has_its_city(places: Places) -> None:
    assert places.locate("81.2.69.160", None) == LONDON


def test_R22_the_address_wins_over_the_time_zone(places: Places) -> None:
    assert places.locate("81.2.69.160", "America/New_York") == LONDON


@pytest.mark.parametrize("edge", ["81.2.69.0", "81.2.69.255"])
def test_the_edges_of_a_network_belong_to_it(places: Places, edge: str) -> None:
    assert places.locate(edge, None) == LONDON


@pytest.mark.parametrize("beyond", ["81.2.68.255", "81.2.70.0"])
def test_the_next_networks_do_not(places: Places, beyond: str) -> None:
    assert places.locate(beyond, None) == Place()


def test_ipv6_is_located(places: Places) -> None:
    assert places.locate("2a02:cf40::1", None) == Place("Oslo", "Oslo County", "Norway", "NO")


def test_ipv4_within_ipv6_is_located(places: Places) -> None:
    assert places.locate("::ffff:81.2.69.160", None) == LONDON


@pytest.mark.parametrize("ip", ["10.1.2.3", "127.0.0.1", "::ffff:10.1.2.3", "::1", "fe80::1%eth0", "fd00::1"])
def test_R22_private_addresses_ask_nothing_of_the_file(places: Places, ip: str) -> None:
    assert places.locate(ip, None) == Place()
    assert places.locate(ip, "America/New_York") == NEW_YORK_BY_ZONE


@pytest.mark.parametrize("ip", ["", "unknown", "81.2.69", "81.2.69.160:80", "\x00", "\ud800", "9" * 10_000])
def test_what_is_no_address_is_nowhere(places: Places, ip: str) -> None:
    assert places.locate(ip, None) == Place()
    assert places.locate(ip, "America/New_York") == NEW_YORK_BY_ZONE


def test_R22_an_unknown_address_leaves_it_to_the_time_zone(places: Places) -> None:
    assert places.locate("1.1.1.1", "America/New_York") == NEW_YORK_BY_ZONE
    assert places.locate("1.1.1.1", "Etc/UTC") == Place()


def test_R22_a_country_without_a_city_is_joined_by_a_zone_of_that_country(places: Places) -> None:
    assert places.locate("8.8.8.8", None) == Place(None, None, "United States", "US")
    assert places.locate("8.8.8.8", "America/Chicago") == Place("Chicago", None, "United States", "US")


def test_R22_a_zone_of_another_country_brings_its_own(places: Places) -> None:
    assert places.locate("8.8.8.8", "Europe/Paris") == Place("Paris", None, "France", "FR")


def test_a_record_of_another_shape_tells_what_it_can(places: Places) -> None:
    assert places.locate("9.9.9.9", None) == Place()


def test_R22_without_a_file_the_time_zone_names_the_city() -> None:
    places = Places.open(None)
    assert places.locate("81.2.69.160", "America/New_York") == NEW_YORK_BY_ZONE
    assert places.locate("81.2.69.160", "America/Argentina/Buenos_Aires").city == "Buenos Aires"
    assert places.locate("81.2.69.160", "UTC") == Place()
    assert places.locate("81.2.69.160", None) == Place()
    places.close()


def test_ipv6_in_a_file_of_ipv4_is_nowhere(tmp_path: Path) -> None:
    records = {"81.2.69.0/24": city("London", "England", "United Kingdom", "GB")}
    places = Places.open(write_mmdb(tmp_path / "cities.mmdb", records, ip_version=4))
    assert places.locate("2a02:cf40::1", None) == Place()
    assert places.locate("81.2.69.160", None) == LONDON
    places.close()


def test_a_missing_file_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"PORCHLIGHT_GEOIP_MMDB is .*none\.mmdb: must be a city database"):
        Places.open(tmp_path / "none.mmdb")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a database", b"\x00" * 10_000])
def test_a_file_of_another_kind_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.mmdb"
    path.write_bytes(content)
    with pytest.raises(SettingError, match="must be a city database in MaxMind's format"):
        Places.open(path)


def test_a_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="must be a city database"):
        Places.open(tmp_path)


def test_a_damaged_record_costs_the_place_and_no_more(tmp_path: Path) -> None:
    records = {"81.2.69.0/24": city("London", "England", "United Kingdom", "GB")}
    path = write_mmdb(tmp_path / "cities.mmdb", records)
    content = path.read_bytes()
    # The text "London" of 6 bytes becomes one that says it is far longer than the file.
    path.write_bytes(content.replace(b"\x46London", b"\x5e\xff\xffdon"))
    places = Places.open(path)
    assert places.locate("81.2.69.160", "Europe/London") == Place("London", None, "United Kingdom", "GB")
    places.close()


@given(ip=st.text(), timezone=st.none() | st.text())
def test_no_text_crashes(ip: str, timezone: str | None) -> None:
    assert isinstance(Places.open(None).locate(ip, timezone), Place)
