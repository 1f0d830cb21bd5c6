"""Time zones that name a city. Rule R22."""

import pytest

from app.places.zones import ZoneCity, zone_city


@pytest.mark.parametrize(
    ("timezone", "city", "country", "code"),
    [
        ("America/New_York", "New York", "United States", "US"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "Argentina", "AR"),
        ("America/Port-au-Prince", "Port-au-Prince", "Haiti", "HT"),
        ("America/Indiana/Indianapolis", "Indianapolis", "United States", "US"),
        ("Europe/London", "London", "United Kingdom", "GB"),
        ("Europe/Amsterdam", "Amsterdam", "Netherlands", "NL"),
        ("Asia/Ho_Chi_Minh", "Ho Chi Minh", "Vietnam", "VN"),
        ("Asia/Seoul", "Seoul", "South Korea", "KR"),
        ("Australia/Sydney", "Sydney", "Australia", "AU"),
        ("Pacific/Auckland", "Auckland", "New Zealand", "NZ"),
        ("Africa/Lagos", "Lagos", "Nigeria", "NG"),
    ],
)
def test_R22_a_zone_names_its_city(timezone: str, city: str, country: str, code: str) -> None:
    assert zone_city(timezone) == ZoneCity(city, country, code)


@pytest.mark.parametrize(
    ("former", "city"),
    [
        ("Asia/Calcutta", "Kolkata"),
        ("Asia/Saigon", "Ho Chi Minh"),
        ("Asia/Katmandu", "Kathmandu"),
        ("Europe/Kiev", "Kyiv"),
        ("America/Buenos_Aires", "Buenos Aires"),
        ("US/Eastern", "New York"),
    ],
)
def test_R22_former_names_mean_the_present_city(former: str, city: str) -> None:
    found = zone_city(former)
    assert found and found.city == city


@pytest.mark.parametrize(
    "timezone",
    [
        None,
        "",
        "UTC",
        "Etc/UTC",
        "GMT",
        "Etc/GMT+5",
        "EST",
        "CET",
        "Factory",
        "America/Gotham",
        "America",
        "america/new_york; DROP TABLE contacts",
        "../../etc/passwd",
        "x" * 100_000,
        "\ud800",
    ],
)
def test_R22_other_zones_name_none(timezone: str | None) -> None:
    assert zone_city(timezone) is None
