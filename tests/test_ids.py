"""Ids: their shape, and what they tell."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.ids import (
    REGION_LETTERS,
    AppId,
    is_app_id,
    is_contact_id,
    is_job_id,
    new_app_id,
    new_company_id,
    new_contact_id,
    new_job_id,
    new_request_id,
    region_of,
    serial_id,
)


@pytest.mark.parametrize("region", list(REGION_LETTERS))
def test_app_id_names_its_region_by_its_first_letter(region: str) -> None:
    app_id = new_app_id(region)  # type: ignore[arg-type]
    assert is_app_id(app_id)
    assert region_of(app_id) == region


def test_unknown_first_letter_names_no_region() -> None:
    assert region_of(AppId("zabcdefg")) is None


def test_contact_ids_made_later_sort_later() -> None:
    assert new_contact_id(1_700_000_000.0) < new_contact_id(1_700_000_001.0)
    assert is_contact_id(new_contact_id(1_700_000_000.0))
    assert len({new_company_id(1.0) for _ in range(1000)}) == 1000
    assert len({new_request_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "ABC", "0" * 23, "0" * 25, "G" * 24, "0" * 23 + "\n"])
def test_what_is_no_contact_id_and_no_job_s(text: str) -> None:
    assert not is_contact_id(text)
    assert not is_job_id(text)


def test_a_job_has_an_id_of_the_same_kind() -> None:
    assert is_job_id(new_job_id(1_700_000_000.0))


@pytest.mark.parametrize(
    "text", ["", "Uabcdefg", "uabcdef", "uabcdefgh", "1abcdefg", "uabc efg", "uabcdef\n"]
)
def test_what_is_no_app_id(text: str) -> None:
    assert not is_app_id(text)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("7", 7),
        (7, 7),
        (str((1 << 31) - 1), (1 << 31) - 1),
        (str(1 << 31), None),
        (1 << 70, None),
        ("9" * 5_000, None),
        ("0", None),
        (0, None),
        (-7, None),
        ("-7", None),
        ("+7", None),
        ("07", None),
        ("7 ", None),
        ("7\n", None),
        ("\u0667", None),
        ("", None),
        (None, None),
        (True, None),
        (7.0, None),
        (["7"], None),
    ],
)
def test_a_numbered_id_is_a_number_that_a_database_holds(given: object, number: int | None) -> None:
    assert serial_id(given) == number


def test_ids_made_by_several_threads_at_once_are_all_different() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: new_contact_id(1.7e9), range(5_000)))
    assert len(set(made)) == len(made)
    assert all(len(made_id) == 24 and made_id.startswith(f"{int(1.7e9):08x}") for made_id in made)
