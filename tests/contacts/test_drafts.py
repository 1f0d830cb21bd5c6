"""What a request may say of a contact: one table for what is taken, one for what is refused."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.drafts import Draft, read_draft, role_of_new
from app.errors import ParameterInvalid, ParameterNotFound


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        ({}, {}),
        ({"role": "user"}, {"role": "user"}),
        ({"role": "lead"}, {"role": "lead"}),
        ({"role": None}, {}),
        ({"external_id": "a/b?c#d é"}, {"external_id": "a/b?c#d é"}),
        ({"external_id": 42}, {"external_id": "42"}),
        ({"external_id": "x" * 255}, {"external_id": "x" * 255}),
        ({"external_id": None, "email": ""}, {"external_id": None, "email": None}),
        ({"email": "  Ada@Example.COM "}, {"email": "Ada@Example.COM"}),
        ({"phone": 353871234567}, {"phone": "353871234567"}),
        ({"name": "王伟"}, {"name": "王伟"}),
        ({"name": "x" * 10_000}, {"name": "x" * 10_000}),
        ({"name": "  "}, {"name": None}),
        ({"avatar": "https://a.example/b.png"}, {"avatar_url": "https://a.example/b.png"}),
        (
            {"avatar": {"type": "avatar", "image_url": "http://a.example/b"}},
            {"avatar_url": "http://a.example/b"},
        ),
        ({"avatar": {"type": "avatar", "image_url": None}}, {"avatar_url": None}),
        ({"avatar": None}, {"avatar_url": None}),
        ({"signed_up_at": 1_571_672_154}, {"signed_up_at": 1_571_672_154.0}),
        ({"signed_up_at": "1571672154"}, {"signed_up_at": 1_571_672_154.0}),
        ({"last_seen_at": 0}, {"last_seen_at": 0.0}),
        ({"last_seen_at": None}, {"last_seen_at": None}),
        ({"owner_id": 12}, {"owner_id": 12}),
        ({"owner_id": "12"}, {"owner_id": 12}),
        ({"unsubscribed_from_emails": True}, {"unsubscribed_from_emails": True}),
        ({"unsubscribed_from_emails": "false"}, {"unsubscribed_from_emails": False}),
        ({"language_override": "pt-BR"}, {"language_override": "pt-BR"}),
        ({"nobody_knows": [1, {"a": None}], "tags": {"data": []}, "id": "x"}, {}),
    ],
)
def test_what_is_given_is_taken_and_nothing_else(body: dict[str, Any], taken: dict[str, Any]) -> None:
    assert read_draft(body).given() == taken


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"role": "visitor"}, "role must be user or lead"),
        ({"role": "admin"}, "role must be user or lead"),
        ({"role": 1}, "role must be user or lead"),
        ({"role": ["user"]}, "role must be user or lead"),
        ({"external_id": "x" * 256}, "external_id is longer than 255 characters"),
        ({"external_id": True}, "external_id must be text or a whole number"),
        ({"external_id": 1.5}, "external_id must be text or a whole number"),
        ({"external_id": 1 << 63}, "external_id is a number beyond 64 bits"),
        ({"external_id": {}}, "external_id must be"),
        ({"email": "nobody"}, "email is no email address"),
        ({"email": "a@b"}, "email is no email address"),
        ({"email": "a b@example.com"}, "email is no email address"),
        ({"email": 5}, "email must be text"),
        ({"email": f"a@{'b' * 250}.com"}, "email is no email address"),
        ({"phone": "1" * 65}, "phone is longer than 64 characters"),
        ({"phone": []}, "phone must be text"),
        ({"name": "x" * 10_001}, "name is longer than 10000 characters"),
        ({"name": 3}, "name must be text"),
        ({"name": "\0"}, "name holds a character that can't be stored"),
        ({"name": "\ud800"}, "name holds a character that can't be stored"),
        ({"avatar": "javascript:alert(1)"}, "avatar must be an http or https URL"),
        ({"avatar": {"image_url": "data:image/png;base64,x"}}, "avatar must be an http or https URL"),
        ({"avatar": {"image_url": ["x"]}}, "avatar must be text"),
        ({"avatar": {}}, "avatar must be"),
        ({"avatar": 7}, "avatar must be"),
        ({"avatar": f"https://a.example/{'b' * 2_048}"}, "avatar is longer than 2048 characters"),
        ({"signed_up_at": "yesterday"}, "signed_up_at must be a number of Unix seconds"),
        ({"signed_up_at": -1}, "signed_up_at must be Unix seconds between"),
        ({"last_seen_at": 253_402_300_800}, "last_seen_at must be Unix seconds between"),
        ({"last_seen_at": True}, "last_seen_at must be a number"),
        ({"last_seen_at": {}}, "last_seen_at must be a number"),
        ({"owner_id": "x"}, "owner_id must be the id of a teammate"),
        ({"owner_id": True}, "owner_id must be"),
        ({"owner_id": 1.5}, "owner_id must be"),
        ({"owner_id": -1}, "owner_id must be"),
        ({"owner_id": 1 << 31}, "owner_id must be"),
        ({"unsubscribed_from_emails": "yes"}, "unsubscribed_from_emails must be true or false"),
        ({"unsubscribed_from_emails": 1}, "unsubscribed_from_emails must be true or false"),
        ({"language_override": "x" * 36}, "language_override is longer than 35 characters"),
        ({"custom_attributes": []}, "custom_attributes must be an object"),
        ({"custom_attributes": "x"}, "custom_attributes must be an object"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_rule(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterInvalid) as refusal:
        read_draft(body)
    assert message in refusal.value.message


def test_custom_attributes_are_kept_raw_and_null_gives_none() -> None:
    assert read_draft({"custom_attributes": {"plan": "pro", "seats": None}}).custom_attributes == {
        "plan": "pro",
        "seats": None,
    }
    assert read_draft({"custom_attributes": None}) == Draft()


def test_a_draft_names_its_fields_for_the_log_and_no_values() -> None:
    body = {"name": "Ada", "email": None, "custom_attributes": {"plan": "pro"}}
    assert read_draft(body).named() == ["custom_attributes.plan", "email", "name"]


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ({"email": "a@example.com"}, "user"),
        ({"external_id": "1"}, "user"),
        ({"role": "user", "external_id": "1"}, "user"),
        ({"role": "lead"}, "lead"),
        ({"role": "lead", "email": "a@example.com"}, "lead"),
    ],
)
def test_R50_a_new_contact_is_a_user_unless_it_is_called_a_lead(body: dict[str, Any], role: str) -> None:
    assert role_of_new(read_draft(body)) == role


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "email, external_id or role is missing"),
        ({"name": "Ada"}, "email, external_id or role is missing"),
        ({"email": "", "external_id": None}, "email, external_id or role is missing"),
        ({"role": "user"}, "external_id or email is missing"),
    ],
)
def test_R50_nobody_in_particular_is_not_made(body: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterNotFound, match=message):
        role_of_new(read_draft(body))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a@.:/ \0é", max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
_KEYS = [field.name for field in fields(Draft)] + ["avatar", "other"]


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_any_json_is_read_or_refused(body: dict[str, Any]) -> None:
    try:
        draft = read_draft(body)
    except ParameterInvalid as refusal:
        assert refusal.message
    else:
        assert isinstance(draft, Draft)
