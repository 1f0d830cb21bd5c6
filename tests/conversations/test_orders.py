"""What requests ask, read before anything is looked up."""

from typing import Any

import pytest

from app.conversations import orders
from app.conversations.orders import AdminReply, ContactReply, Management, Whom
from app.errors import ParameterInvalid, ParameterNotFound

ID = "6" * 24
OPENING: dict[str, Any] = {"from": {"type": "user", "id": ID}, "body": "Hello"}
ADMIN: dict[str, Any] = {"message_type": "comment", "type": "admin", "admin_id": "7", "body": "Hi"}
CONTACT: dict[str, Any] = {"message_type": "comment", "type": "user", "intercom_user_id": ID, "body": "Hi"}
OPTION = {"text": "Yes", "uuid": "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}


def test_a_first_message_is_kept_as_text_and_as_html() -> None:
    opening = orders.read_opening(OPENING | {"created_at": 5, "attachment_urls": ["https://x.example/a.png"]})
    assert (opening.text, opening.body) == ("Hello", "<p>Hello</p>")
    assert (opening.whom, opening.created_at) == (Whom("intercom_user_id", ID), 5)
    assert opening.attachments == ("https://x.example/a.png",)


def test_a_visitor_may_be_named_by_the_id_its_browser_bears() -> None:
    sender = {"type": "contact", "user_id": "v-1"}
    assert orders.read_opening({"from": sender, "body": "Hi"}).whom == Whom("user_id", "v-1")


@pytest.mark.parametrize(
    ("told", "error", "says"),
    [
        ({"from": None}, ParameterNotFound, "from is missing"),
        ({"from": "me"}, ParameterInvalid, "from must be an object"),
        ({"from": {"id": ID}}, ParameterNotFound, "from.type is missing"),
        ({"from": {"type": "admin", "id": ID}}, ParameterInvalid, "user, lead, contact"),
        ({"from": {"type": ["user"], "id": ID}}, ParameterInvalid, "from.type"),
        ({"from": {"type": "user"}}, ParameterNotFound, "from.id is missing"),
        ({"from": {"type": "user", "id": []}}, ParameterInvalid, "from.id must be a text"),
        ({"body": None}, ParameterNotFound, "body is missing"),
        ({"body": 7}, ParameterInvalid, "body must be a text"),
        ({"body": " \n"}, ParameterInvalid, "body is blank"),
        ({"created_at": "soon"}, ParameterInvalid, "created_at"),
        ({"created_at": -1}, ParameterInvalid, "created_at"),
        ({"created_at": True}, ParameterInvalid, "created_at"),
        ({"created_at": 1.5}, ParameterInvalid, "created_at"),
        ({"subject": 7}, ParameterInvalid, "subject must be a text"),
        ({"attachment_urls": "x"}, ParameterInvalid, "attachment_urls"),
        ({"attachment_urls": ["javascript:alert(1)"]}, ParameterInvalid, "http or https"),
        ({"attachment_urls": [7]}, ParameterInvalid, "http or https"),
        ({"attachment_urls": ["https://x.example"] * 11}, ParameterInvalid, "at most 10"),
        ({"attachment_files": [{}]}, ParameterInvalid, "attachment_files"),
    ],
)
def test_what_is_no_first_message_is_refused_by_its_field(
    told: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says.replace(".", r"\.")):
        orders.read_opening(OPENING | told)


@pytest.mark.parametrize("type_", ["user", "lead", "contact"])
@pytest.mark.parametrize("name", ["intercom_user_id", "user_id", "email"])
def test_a_contact_replies_by_any_of_its_names(type_: str, name: str) -> None:
    body = {"message_type": "comment", "type": type_, name: "x", "body": "<i>Hi</i>"}
    reply = orders.read_reply(body)
    assert isinstance(reply, ContactReply)
    assert reply.whom == Whom(name, "x")  # type: ignore[arg-type]
    assert reply.body == "<p>&lt;i&gt;Hi&lt;/i&gt;</p>"


def test_a_contact_chooses_one_of_the_replies_that_are_offered() -> None:
    reply = orders.read_reply(CONTACT | {"message_type": "quick_reply", "reply_options": [OPTION]})
    assert (reply.body, reply.details) == ("<p>Yes</p>", {"quick_reply_uuid": OPTION["uuid"]})


def test_a_teammates_words_may_carry_html() -> None:
    reply = orders.read_reply(ADMIN | {"body": "<i>Hi</i><script>x</script>"})
    assert isinstance(reply, AdminReply)
    assert (reply.type, reply.admin_id, reply.body) == ("comment", "7", "<p><i>Hi</i></p>")


def test_a_teammate_offers_replies() -> None:
    body = {"message_type": "quick_reply", "type": "admin", "admin_id": 7, "reply_options": [OPTION, OPTION]}
    reply = orders.read_reply(body)
    assert (reply.body, reply.details) == (None, {"quick_reply_options": [OPTION, OPTION]})


def test_a_picture_says_enough() -> None:
    for body in (CONTACT, ADMIN):
        silent = {name: value for name, value in body.items() if name != "body"}
        assert orders.read_reply(silent | {"attachment_urls": ["https://x.example/a"]}).body is None


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ({}, ParameterNotFound, "type is missing"),
        (CONTACT | {"type": "bot"}, ParameterInvalid, "type must be one of"),
        (CONTACT | {"message_type": None}, ParameterNotFound, "message_type is missing"),
        (CONTACT | {"message_type": "note"}, ParameterInvalid, "comment, quick_reply"),
        (CONTACT | {"intercom_user_id": None}, ParameterNotFound, "user_id or email is missing"),
        (CONTACT | {"body": ""}, ParameterInvalid, "blank"),
        (CONTACT | {"body": None}, ParameterNotFound, "body is missing"),
        (CONTACT | {"message_type": "quick_reply"}, ParameterNotFound, "reply_options is missing"),
        (
            CONTACT | {"message_type": "quick_reply", "reply_options": [OPTION] * 2},
            ParameterInvalid,
            "1 to 1",
        ),
        (ADMIN | {"admin_id": None}, ParameterNotFound, "admin_id is missing"),
        (ADMIN | {"message_type": "close"}, ParameterInvalid, "comment, note, quick_reply"),
        (ADMIN | {"body": "<p></p>"}, ParameterNotFound, "nothing to say"),
        (ADMIN | {"body": ["x"]}, ParameterInvalid, "body must be a text"),
        (ADMIN | {"message_type": "quick_reply", "reply_options": []}, ParameterInvalid, "1 to 10"),
        (ADMIN | {"message_type": "quick_reply", "reply_options": [{"text": "x"}]}, ParameterInvalid, "uuid"),
        (ADMIN | {"message_type": "quick_reply", "reply_options": ["x"]}, ParameterInvalid, "objects"),
    ],
)
def test_what_is_no_reply_is_refused_by_its_field(
    body: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        orders.read_reply(body)


@pytest.mark.parametrize(
    ("body", "order"),
    [
        ({"message_type": "close", "type": "admin", "body": "Bye"}, Management("close", 7, "<p>Bye</p>")),
        ({"message_type": "close", "type": "admin", "body": ""}, Management("close", 7)),
        ({"message_type": "open"}, Management("open", 7)),
        ({"message_type": "snoozed", "snoozed_until": 99}, Management("snoozed", 7, snoozed_until=99)),
        ({"message_type": "snoozed", "snoozed_until": "99"}, Management("snoozed", 7, snoozed_until=99)),
        (
            {"message_type": "assignment", "type": "team", "assignee_id": "9"},
            Management("assignment", 7, assignee_type="team", assignee_id=9),
        ),
        ({"message_type": "assignment", "type": "admin", "assignee_id": 0}, Management("assignment", 7)),
        ({"message_type": "assignment", "type": "admin", "assignee_id": "0"}, Management("assignment", 7)),
        (
            {"message_type": "assignment", "type": "admin", "assignee_id": "nobody"},
            Management("assignment", 7, assignee_id=-1),
        ),
    ],
)
def test_a_conversation_is_managed(body: dict[str, Any], order: Management) -> None:
    assert orders.read_management({"admin_id": 7} | body) == order


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ({}, ParameterNotFound, "message_type is missing"),
        ({"message_type": "comment", "admin_id": 7}, ParameterInvalid, "close, open, snoozed, assignment"),
        ({"message_type": "open"}, ParameterNotFound, "admin_id is missing"),
        ({"message_type": "close", "admin_id": 7}, ParameterNotFound, "type is missing"),
        ({"message_type": "close", "type": "user", "admin_id": 7}, ParameterInvalid, "type must be"),
        ({"message_type": "snoozed", "admin_id": 7}, ParameterNotFound, "snoozed_until is missing"),
        ({"message_type": "snoozed", "admin_id": 7, "snoozed_until": "x"}, ParameterInvalid, "snoozed_until"),
        ({"message_type": "assignment", "type": "admin", "admin_id": 7}, ParameterNotFound, "assignee_id"),
        (
            {"message_type": "assignment", "type": "user", "admin_id": 7, "assignee_id": 1},
            ParameterInvalid,
            "admin, team",
        ),
    ],
)
def test_what_manages_nothing_is_refused(body: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        orders.read_management(body)


def test_changes_are_what_the_body_names() -> None:
    changes = orders.read_changes(
        {"read": True, "title": None, "custom_attributes": {"issue": "Billing", "x": None}}
    )
    assert changes.fields == {"is_read": True, "title": None}
    assert changes.attributes == {"issue": "Billing", "x": None}
    assert orders.read_changes({}).fields == {}


@pytest.mark.parametrize(
    "body",
    [
        {"read": "true"},
        {"title": 7},
        {"title": "x" * 501},
        {"company_id": 7},
        {"custom_attributes": []},
        {"custom_attributes": {"order": ["21"]}},
        {"custom_attributes": {"order": {"a": 1}}},
        {"custom_attributes": {"": 1}},
        {"custom_attributes": {"x" * 256: 1}},
        {"custom_attributes": {"x": "y" * 256}},
        {"custom_attributes": {str(n): n for n in range(251)}},
    ],
)
def test_what_can_be_no_change_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ParameterInvalid):
        orders.read_changes(body)


def test_a_redaction_names_a_part_or_the_source() -> None:
    part = {"type": "conversation_part", "conversation_id": 1, "conversation_part_id": "2"}
    source = {"type": "source", "conversation_id": 1, "source_id": "1"}
    assert orders.read_redaction(part).target_id == "2"
    assert orders.read_redaction(source).target_id == "1"
    for body in (
        {},
        part | {"type": "x"},
        part | {"conversation_part_id": None},
        source | {"source_id": None},
    ):
        with pytest.raises((ParameterNotFound, ParameterInvalid)):
            orders.read_redaction(body)


def test_a_customer_is_named_by_one_of_its_names() -> None:
    assert orders.read_customer({"customer": {"email": "a@b.example"}}) == Whom("email", "a@b.example")
    assert orders.read_customer({"customer": {"user_id": 42}}) == Whom("user_id", "42")
    for body in ({}, {"customer": "x"}, {"customer": {}}, {"customer": {"email": []}}):
        with pytest.raises((ParameterNotFound, ParameterInvalid)):
            orders.read_customer(body)
