"""What a page says of a person: what is taken, what is dropped, and what is said of that."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.companies.records import CompanyData
from app.contacts.user_data import (
    LONGEST_ATTRIBUTE,
    LONGEST_ATTRIBUTE_NAME,
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_URL,
    MOST_ATTRIBUTES,
    MOST_COMPANIES,
    MOST_PROBLEMS,
    SETTINGS,
    UserData,
    is_web_url,
    read_user_data,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["user_id", "email", "name", "phone", "created_at", "avatar", "anonymous_id", "company", "companies"]


def refused(data: dict[str, Any]) -> dict[str, str]:
    """What was dropped, by name."""
    return {problem.name: problem.message for problem in read_user_data(data).problems}


def test_everything_that_the_contract_lists_is_taken() -> None:
    user = read_user_data(
        {
            "user_id": "42",
            "email": "joe@example.com",
            "name": "Joe Bloggs",
            "phone": "+1 404 555 0100",
            "created_at": 1_600_000_000,
            "avatar": {"type": "avatar", "image_url": "https://example.com/joe.png"},
            "company": {"company_id": "6", "name": "Blue Sun"},
            "user_hash": "abc",
            "intercom_user_jwt": "x.y.z",
            "anonymous_id": "a1b2c3d4",
            "plan": "pro",
        }
    )
    assert user == UserData(
        user_id="42",
        email="joe@example.com",
        name="Joe Bloggs",
        phone="+1 404 555 0100",
        signed_up_at=1_600_000_000.0,
        avatar_url="https://example.com/joe.png",
        anonymous_id="a1b2c3d4",
        user_hash="abc",
        token="x.y.z",
        companies=(CompanyData("6", "Blue Sun"),),
        custom_attributes={"plan": "pro"},
    )


@pytest.mark.parametrize("unknown", [None, "", "null", "undefined", "  ", " null "])
@pytest.mark.parametrize("name", [*FIELDS, "plan"])
def test_words_for_unknown_say_nothing(name: str, unknown: object) -> None:
    assert read_user_data({name: unknown}) == UserData()


@pytest.mark.parametrize("value", ["Null", "NULL", "Undefined", "nullable", "0", 0, False])
def test_other_words_are_values(value: object) -> None:
    assert read_user_data({"plan": value}).custom_attributes == {"plan": value}


@pytest.mark.parametrize(
    ("value", "user_id"),
    [
        ("42", "42"),
        (42, "42"),
        (42.0, "42"),
        (0, "0"),
        (" 42 ", " 42 "),
        (-1, "-1"),
        ("王伟", "王伟"),
        ("a" * LONGEST_ID, "a" * LONGEST_ID),
    ],
)
def test_a_user_id_is_text_or_a_whole_number(value: object, user_id: str) -> None:
    assert read_user_data({"user_id": value}).user_id == user_id


@pytest.mark.parametrize(
    "value", [True, 4.2, [], {}, ["42"], "a" * (LONGEST_ID + 1), 1 << 63, float("nan"), "4\x002", "\ud800"]
)
def test_anything_else_is_no_user_id(value: object) -> None:
    assert read_user_data({"user_id": value}).user_id is None
    assert refused({"user_id": value}).keys() == {"user_id"}


@pytest.mark.parametrize(
    "email",
    [
        "joe@example.com",
        "Joe.Bloggs+news@Mail.Example.co.uk",
        "o'brien@example.com",
        "márcia@exämple.com",
        "joe@shop.test",
        "x" * 64 + "@example.com",
    ],
)
def test_an_email_is_taken_as_it_was_given(email: str) -> None:
    assert read_user_data({"email": email}).email == email


def test_white_space_around_an_email_is_left_off() -> None:
    assert read_user_data({"email": " joe@example.com\n"}).email == "joe@example.com"


@pytest.mark.parametrize(
    "value",
    [
        "joe",
        "joe@",
        "@example.com",
        "joe@example",
        "joe@example.",
        "joe@.com",
        "joe@ex ample.com",
        "joe@@example.com",
        "joe@a@example.com",
        "<joe@example.com>",
        "joe@example.com, ann@example.com",
        "jo\u200be@example.com",
        "x" * 65 + "@example.com",
        "joe@" + "x" * 250 + ".com",
        42,
        ["joe@example.com"],
        {"email": "joe@example.com"},
    ],
)
def test_what_is_no_email_is_dropped_and_named(value: object) -> None:
    user = read_user_data({"email": value, "name": "Joe"})
    assert (user.email, user.name) == (None, "Joe")
    assert refused({"email": value}).keys() == {"email"}


def test_a_refusal_never_repeats_the_value() -> None:
    problems = refused({"email": "secret", "created_at": "secret", "avatar": "secret", "plan": ["secret"]})
    assert problems.keys() == {"email", "created_at", "avatar", "plan"}
    assert "secret" not in str(list(problems.values()))


@pytest.mark.parametrize("name", ["Prince", "王伟", "x" * LONGEST_NAME, "🦊", "  Joe ", "<b>Joe</b>"])
def test_R23_a_name_is_kept_as_it_is(name: str) -> None:
    assert read_user_data({"name": name}).name == name


@pytest.mark.parametrize("value", ["x" * (LONGEST_NAME + 1), 42, ["Joe"], {"first": "Joe"}, True, "J\x00e"])
def test_what_is_no_name_is_dropped_and_named(value: object) -> None:
    assert read_user_data({"name": value}).name is None
    assert refused({"name": value}).keys() == {"name"}


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1_600_000_000, 1_600_000_000.0),
        (1_600_000_000.5, 1_600_000_000.5),
        ("1600000000", 1_600_000_000.0),
        (" 1600000000\x1f", 1_600_000_000.0),
        (0, 0.0),
        (253_402_300_799, 253_402_300_799.0),
    ],
)
def test_created_at_is_unix_seconds(value: object, moment: float) -> None:
    assert read_user_data({"created_at": value}).signed_up_at == moment


@pytest.mark.parametrize(
    "value",
    [-1, 253_402_300_800, 1_600_000_000_000, "2020-09-13", "soon", True, [], {}, float("inf"), float("nan")],
)
def test_what_is_no_moment_is_dropped_and_named(value: object) -> None:
    assert read_user_data({"created_at": value}).signed_up_at is None
    assert refused({"created_at": value}).keys() == {"created_at"}


@pytest.mark.parametrize(
    "value",
    [
        "https://example.com/joe.png",
        "HTTP://example.com",
        {"image_url": "https://example.com/a?b=c#d"},
        "https://example.com/" + "x" * (LONGEST_URL - 20),
    ],
)
def test_R53_an_avatar_is_a_web_address(value: object) -> None:
    assert read_user_data({"avatar": value}).avatar_url is not None


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//example.com/joe.png",
        "/joe.png",
        "ftp://example.com/joe.png",
        "https://",
        "https:///joe.png",
        "https://example.com/joe bloggs.png",
        "https://exam\nple.com/",
        "https://example.com/" + "x" * LONGEST_URL,
        {"type": "avatar"},
        {"image_url": "javascript:alert(1)"},
        {"image_url": 1},
        7,
    ],
)
def test_R53_other_avatars_are_dropped_and_named(value: object) -> None:
    assert read_user_data({"avatar": value}).avatar_url is None
    assert refused({"avatar": value}).keys() == {"avatar"}


@pytest.mark.parametrize("value", ["a1b2c3d4", "x" * 128, 42, "b6f1-4c!"])
def test_an_anonymous_id_is_plain(value: object) -> None:
    assert read_user_data({"anonymous_id": value}).anonymous_id == str(value)


@pytest.mark.parametrize("value", ["x" * 129, "a b", "é", "a\nb", [], True, 1.5])
def test_other_anonymous_ids_are_dropped_and_named(value: object) -> None:
    assert read_user_data({"anonymous_id": value}).anonymous_id is None
    assert refused({"anonymous_id": value}).keys() == {"anonymous_id"}


def test_a_phone_may_come_as_a_number() -> None:
    assert read_user_data({"phone": 4045550100}).phone == "4045550100"
    assert refused({"phone": "1" * (LONGEST_PHONE + 1)}).keys() == {"phone"}


# Custom attributes


@pytest.mark.parametrize(
    "value", ["pro", 7, -7, 2.5, True, False, "x" * LONGEST_ATTRIBUTE, (1 << 63) - 1, -(1 << 63)]
)
def test_R40_any_other_key_is_a_custom_attribute(value: object) -> None:
    assert read_user_data({"plan": value}).custom_attributes == {"plan": value}


@pytest.mark.parametrize(
    "value",
    ["x" * (LONGEST_ATTRIBUTE + 1), ["a"], {"a": 1}, 1 << 63, -(1 << 63) - 1, float("nan"), "\udc00", "\0"],
)
def test_R40_a_value_that_is_not_flat_is_dropped_and_named(value: object) -> None:
    user = read_user_data({"plan": value, "seats": 3})
    assert user.custom_attributes == {"seats": 3}
    [problem] = user.problems
    assert (problem.name, problem.is_attribute) == ("plan", True)


@pytest.mark.parametrize("name", ["x" * (LONGEST_ATTRIBUTE_NAME + 1), "", "  ", "a\nb", "\u202e"])
def test_an_attribute_needs_a_name(name: str) -> None:
    user = read_user_data({name: 1, "seats": 3})
    assert user.custom_attributes == {"seats": 3}
    assert len(user.problems) == 1


def test_space_around_a_name_is_no_part_of_it() -> None:
    assert read_user_data({" plan ": "pro"}).custom_attributes == {"plan": "pro"}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_settings_of_the_messenger_are_no_attributes(name: str) -> None:
    assert read_user_data({name: "x"}) == UserData()


def test_R40_no_more_attributes_than_a_workspace_can_have_are_taken() -> None:
    user = read_user_data({f"a{number}": number for number in range(MOST_ATTRIBUTES + 1)})
    assert len(user.custom_attributes) == MOST_ATTRIBUTES
    [problem] = user.problems
    assert problem.name == f"a{MOST_ATTRIBUTES}"


def test_a_flood_of_bad_values_has_a_short_answer() -> None:
    assert len(read_user_data({f"a{number}": [] for number in range(5_000)}).problems) == MOST_PROBLEMS


# Companies


def test_R13_company_and_companies_are_taken_together() -> None:
    user = read_user_data(
        {
            "company": {"id": 6, "tier": "big"},
            "companies": [{"company_id": "7", "name": "Seven"}, {"id": "6"}],
        }
    )
    assert user.companies == (CompanyData("6", None, {"tier": "big"}), CompanyData("7", "Seven"))
    assert user.problems == ()


def test_what_every_company_has_is_no_custom_attribute() -> None:
    told = {"plan": "Pro", "size": "40", "website": "blue.example", "industry": "Ads", "monthly_spend": 12.5}
    [company] = read_user_data({"company": {"id": "6", "created_at": "1600000000", **told}}).companies
    assert company.custom_attributes == {}
    assert company.fields == told | {"remote_created_at": 1_600_000_000.0, "size": 40, "monthly_spend": 12.0}


def test_a_company_is_taken_without_what_does_not_fit() -> None:
    user = read_user_data({"company": {"id": "6", "size": "many", "plan": "a\0b", "industry": "Ads"}})
    assert user.companies == (CompanyData("6", fields={"industry": "Ads"}),)
    assert {problem.name for problem in user.problems} == {"company.size", "company.plan"}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"company": "Blue Sun"}, "company"),
        ({"company": {"name": "Blue Sun"}}, "company"),
        ({"company": {"company_id": ""}}, "company"),
        ({"company": {"company_id": []}}, "company.company_id"),
        ({"companies": {"company_id": "6"}}, "companies"),
        ({"companies": ["6"]}, "companies[0]"),
        ({"companies": [{"company_id": "6", "name": []}]}, "companies[0].name"),
        ({"companies": [{"company_id": "6", "address": {"city": "X"}}]}, "companies[0].address"),
    ],
)
def test_what_is_no_company_is_named(data: dict[str, Any], named: str) -> None:
    assert named in refused(data)


def test_so_many_companies_and_no_more_are_taken() -> None:
    user = read_user_data({"companies": [{"id": number} for number in range(MOST_COMPANIES + 5)]})
    assert len(user.companies) == MOST_COMPANIES
    assert [problem.name for problem in user.problems] == ["companies"]


# Any input


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=6))
def test_any_json_is_read_and_what_is_taken_can_be_stored(data: dict[str, Any]) -> None:
    user = read_user_data(data)
    texts = [user.user_id, user.email, user.name, user.phone, user.avatar_url, user.anonymous_id]
    texts += [value for value in user.custom_attributes.values() if isinstance(value, str)]
    texts += [problem.name + problem.message for problem in user.problems]
    for text in filter(None, texts):
        assert b"\0" not in text.encode()
    assert user.avatar_url is None or user.avatar_url.lower().startswith(("http://", "https://"))


@given(st.text(string.printable))
def test_a_web_address_has_no_white_space_and_no_other_scheme(text: str) -> None:
    if is_web_url(text):
        assert text.lower().startswith(("http://", "https://"))
        assert not any(char.isspace() for char in text)
