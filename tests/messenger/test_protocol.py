"""Pings: bytes in, a typed record or a refusal out, whatever the bytes are."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.records import Ping
from app.contacts.user_data import UserData
from app.errors import BodyTooLarge, ParameterInvalid, ParameterNotFound, PorchlightError, UnsupportedBody
from app.messenger.protocol import LONGEST_TITLE, MOST_BYTES, object_field, parse_ping, read_fields

JSON = "application/json"
FORM = "application/x-www-form-urlencoded;charset=UTF-8"
WHOLE: dict[str, Any] = {
    "app_id": "uabc1234",
    "user_data": {"user_id": 42, "plan": "pro"},
    "platform": "ios",
    "source": "register",
    "referer": "https://shop.example/cart?a=b",
    "referrer": "https://search.example/",
    "page_title": "Cart",
    "timezone": "Europe/Berlin",
}
PARSED = Ping(
    "uabc1234",  # type: ignore[arg-type]
    UserData(user_id="42", custom_attributes={"plan": "pro"}),
    platform="ios",
    source="register",
    page_url="https://shop.example/cart?a=b",
    page_title="Cart",
    referrer="https://search.example/",
    timezone="Europe/Berlin",
)


def parse(fields: object, content_type: str = JSON) -> Ping:
    return parse_ping(json.dumps(fields).encode(), content_type)


def form(fields: dict[str, Any]) -> bytes:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return urlencode(texts).encode()


@pytest.mark.parametrize(
    "content_type", [JSON, "Application/JSON; charset=utf-8", "text/plain;charset=UTF-8", "text/plain", ""]
)
def test_json_is_read_under_each_of_its_names(content_type: str) -> None:
    assert parse(WHOLE, content_type) == PARSED


@pytest.mark.parametrize("content_type", [FORM, "application/x-www-form-urlencoded", "text/plain", ""])
def test_a_form_carries_user_data_as_json_text(content_type: str) -> None:
    assert parse_ping(form(WHOLE), content_type) == PARSED


def test_user_data_may_be_json_text_within_json() -> None:
    assert parse(WHOLE | {"user_data": json.dumps(WHOLE["user_data"])}) == PARSED


def test_a_form_holds_any_character() -> None:
    fields = WHOLE | {"user_data": {"name": "Márcia & 王伟 🦊 + 100 %"}, "page_title": "a+b=c & d"}
    ping = parse_ping(form(fields), FORM)
    assert (ping.user.name, ping.page_title) == ("Márcia & 王伟 🦊 + 100 %", "a+b=c & d")


def test_only_the_app_id_has_to_be_there() -> None:
    assert parse({"app_id": "uabc1234"}) == Ping("uabc1234")  # type: ignore[arg-type]


@pytest.mark.parametrize("unknown", ["", "null", "undefined", None, " "])
def test_words_for_unknown_say_nothing(unknown: str | None) -> None:
    fields = dict.fromkeys(WHOLE, unknown) | {"app_id": "uabc1234"}
    assert parse(fields) == Ping("uabc1234")  # type: ignore[arg-type]
    with pytest.raises(ParameterNotFound, match="app_id is missing"):
        parse(WHOLE | {"app_id": unknown})


@pytest.mark.parametrize("text", ["null", '"null"', '""'])
def test_user_data_that_says_nothing_is_empty(text: str) -> None:
    assert parse_ping(urlencode({"app_id": "uabc1234", "user_data": text}).encode(), FORM).user == UserData()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ([], "The body must be a JSON object"),
        ("text", "The body must be a JSON object"),
        (7, "The body must be a JSON object"),
        (None, "The body must be a JSON object"),
        ({"app_id": 7}, "app_id must be text"),
        ({"app_id": ["uabc1234"]}, "app_id must be text"),
        ({"app_id": "u", "user_data": 7}, "user_data must be an object"),
        ({"app_id": "u", "user_data": []}, "user_data must be an object"),
        ({"app_id": "u", "user_data": "[]"}, "user_data must be an object"),
        ({"app_id": "u", "user_data": "{"}, "user_data is not JSON"),
        ({"app_id": "u", "page_title": "\0"}, "page_title holds a NUL character"),
        ({"app_id": "u", "timezone": 1 << 64}, "timezone is a number beyond 64 bits"),
        ({"app_id": "u", "platform": "windows"}, "platform must be one of web, ios, android"),
        ({"app_id": "u", "platform": 1}, "platform must be text"),
        (
            {"app_id": "u", "source": "x"},
            "source must be one of apiBoot, apiUpdate, page, register, active",
        ),
        ({"app_id": "u", "page_title": {}}, "page_title must be text"),
        ({"app_id": "u", "referer": 7}, "referer must be text"),
        ({"app_id": "u", "timezone": True}, "timezone must be text"),
        ({"app_id": "u" * 5_000}, "app_id is longer than 2048 characters"),
    ],
)
def test_what_can_not_be_read_is_refused_with_a_sentence_that_names_the_field(
    fields: object, sentence: str
) -> None:
    with pytest.raises(ParameterInvalid) as refusal:
        parse(fields)
    assert refusal.value.message == sentence


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("NaN", "is no finite number"),
        ("1e999", "is no finite number"),
        ("12345678901234567000", "is a number beyond 64 bits"),
        ('"\\u0000"', "holds a character that can't be stored"),
        ('"\\ud800"', "holds a character that can't be stored"),
        ("[" * 20 + "]" * 20, "must be text, a number or a boolean"),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_a_value_that_can_not_be_stored_is_dropped_and_the_rest_is_taken(
    value: str, rule: str, as_text: bool
) -> None:
    data = f'{{"user_id": "42", "odd": {value}}}'
    body = f'{{"app_id": "u", "user_data": {json.dumps(data) if as_text else data}}}'
    user = parse_ping(body.encode(), JSON).user
    assert (user.user_id, user.custom_attributes) == ("42", {})
    assert [problem.message for problem in user.problems] == [f"odd {rule}"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"app_id=u&app_id=e", "app_id is given twice"),
        (b"app_id=%FF", "The form holds bytes that are not UTF-8 text"),
        (b"app_id=\xff", "The body is not UTF-8 text"),
        (b"app_id=u&page_title=%00", "page_title holds a NUL character"),
        (b"&".join(b"a%d=1" % number for number in range(101)), "The form has more than 100 fields"),
    ],
)
def test_a_broken_form_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(ParameterInvalid) as refusal:
        parse_ping(body, FORM)
    assert refusal.value.message == sentence


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "text/html", "image/png", "json"]
)
def test_other_content_types_are_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedBody):
        parse(WHOLE, content_type)


def test_64_KiB_are_read_and_not_a_byte_more() -> None:
    body = json.dumps(WHOLE).encode()
    assert parse_ping(body.ljust(MOST_BYTES), JSON) == PARSED
    with pytest.raises(BodyTooLarge, match="65536"):
        parse_ping(body.ljust(MOST_BYTES + 1), JSON)


@pytest.mark.parametrize("name", ["referer", "referrer"])
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "about:srcdoc", "android-app://x", "https://x/" + "a" * 2048]
)
def test_a_page_that_is_not_on_the_web_is_dropped_and_named(name: str, url: str) -> None:
    ping = parse({"app_id": "uabc1234", name: url, "user_data": {"user_id": "42"}})
    assert (ping.page_url, ping.referrer, ping.user.user_id) == (None, None, "42")
    assert [problem.name for problem in ping.user.problems] == [name]


def test_a_title_is_cut_and_an_endless_time_zone_is_none() -> None:
    ping = parse({"app_id": "uabc1234", "page_title": "x" * 2_000, "timezone": "x" * 65})
    assert (ping.page_title, ping.timezone) == ("x" * LONGEST_TITLE, None)


def test_bad_values_are_named_and_the_rest_is_taken() -> None:
    ping = parse({"app_id": "u", "user_data": {"email": "no", "created_at": "soon", "name": "Joe", "a": []}})
    assert ping.user.name == "Joe"
    assert [problem.name for problem in ping.user.problems] == ["email", "created_at", "a"]


def test_an_object_may_come_as_text() -> None:
    assert object_field({"metadata": '{"a": 1}'}, "metadata") == {"a": 1}
    assert object_field({}, "metadata") == {}


def test_a_caller_may_set_a_lower_limit() -> None:
    with pytest.raises(BodyTooLarge, match="10 bytes"):
        read_fields(b'{"a": 12345}', JSON, 10)


# Any input

TYPES = st.sampled_from([JSON, FORM, "text/plain", "", "text/html"])


def assert_ping_or_refusal(body: bytes, content_type: str) -> None:
    try:
        ping = parse_ping(body, content_type)
    except PorchlightError as refusal:
        assert refusal.message.isprintable()
        assert refusal.status in {400, 413, 415}
    else:
        assert isinstance(ping, Ping)


@given(st.binary(max_size=200), TYPES)
def test_any_bytes_are_a_ping_or_a_refusal(body: bytes, content_type: str) -> None:
    assert_ping_or_refusal(body, content_type)


@given(
    st.dictionaries(
        st.sampled_from([*WHOLE, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["user_id", "email", "name", "company", "avatar", "a"]), inner, max_size=4
                )
            ),
            max_leaves=10,
        ),
    ),
    TYPES,
)
def test_any_json_is_a_ping_or_a_refusal(fields: dict[str, Any], content_type: str) -> None:
    assert_ping_or_refusal(json.dumps(fields).encode(), content_type)


@given(st.dictionaries(st.sampled_from([*WHOLE, "x"]), st.text()))
def test_any_form_is_a_ping_or_a_refusal(fields: dict[str, str]) -> None:
    assert_ping_or_refusal(urlencode(fields, errors="surrogatepass").encode(), FORM)
