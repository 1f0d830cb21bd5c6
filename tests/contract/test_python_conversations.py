"""``python-intercom`` 5.0.1 with conversations: their records and states."""

import pytest
from intercom.conversations.types import (
    AttachContactToConversationRequestCustomerIntercomUserId,
    ConversationsManageRequestBody_Assignment,
    ConversationsManageRequestBody_Close,
    ConversationsManageRequestBody_Open,
    ConversationsManageRequestBody_Snoozed,
    CreateConversationRequestFrom,
)
from intercom.core.api_error import ApiError
from intercom.types import (
    AdminReplyConversationRequest,
    ContactReplyIntercomUserIdRequest,
    CreateContactRequestWithEmail,
    CreateContactRequestWithRole,
    CreateOrUpdateTagRequest,
    RedactConversationRequest_ConversationPart,
    RedactConversationRequest_Source,
    SingleFilterSearchRequest,
)

from support.customers import Customer

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(customer: Customer) -> str:
    made = customer.sdk.contacts.create(request=CreateContactRequestWithEmail(email="ada@example.com"))
    return str(made.id)


@pytest.fixture
def admin_id(customer: Customer) -> str:
    return str(customer.sdk.admins.list().admins[0].id)


def begin(customer: Customer, contact_id: str, body: str = "Hello") -> str:
    made = customer.sdk.conversations.create(
        from_=CreateConversationRequestFrom(type="user", id=contact_id), body=body
    )
    return str(made.conversation_id)


def test_a_conversation_is_begun_answered_and_read(customer: Customer, ada: str, admin_id: str) -> None:
    sdk = customer.sdk.conversations
    conversation_id = begin(customer, ada)
    sdk.reply(
        conversation_id,
        request=AdminReplyConversationRequest(message_type="comment", admin_id=admin_id, body="Hi Ada"),
    )
    sdk.reply(
        conversation_id,
        request=ContactReplyIntercomUserIdRequest(
            message_type="comment", type="user", body="Thanks", intercom_user_id=ada
        ),
    )
    raw = customer.get(f"/conversations/{conversation_id}")
    assert (raw["type"], raw["id"], raw["state"]) == ("conversation", conversation_id, "open")
    assert raw["source"]["body"] == "<p>Hello</p>"
    parts = raw["conversation_parts"]["conversation_parts"]
    assert [part["body"] for part in parts] == ["<p>Hi Ada</p>", "<p>Thanks</p>"]
    assert [part["author"]["type"] for part in parts] == ["admin", "user"]
    assert raw["contacts"]["contacts"][0]["id"] == ada
    assert sdk.update(conversation_id, read=True).read is True


def test_a_conversation_is_closed_opened_snoozed_and_assigned(
    customer: Customer, ada: str, admin_id: str
) -> None:
    sdk = customer.sdk.conversations
    conversation_id = begin(customer, ada)
    manage = ConversationsManageRequestBody_Close(admin_id=admin_id)
    assert sdk.manage(conversation_id, request=manage).state == "closed"
    assert (
        sdk.manage(conversation_id, request=ConversationsManageRequestBody_Open(admin_id=admin_id)).state
        == "open"
    )
    later = 4_000_000_000
    snoozed = sdk.manage(
        conversation_id,
        request=ConversationsManageRequestBody_Snoozed(admin_id=admin_id, snoozed_until=later),
    )
    assert (snoozed.state, snoozed.snoozed_until) == ("snoozed", later)
    assigned = sdk.manage(
        conversation_id,
        request=ConversationsManageRequestBody_Assignment(
            type="admin", admin_id=admin_id, assignee_id=admin_id
        ),
    )
    assert str(assigned.admin_assignee_id) == admin_id


def test_conversations_are_listed_searched_and_deleted(customer: Customer, ada: str) -> None:
    sdk = customer.sdk.conversations
    ids = {begin(customer, ada, f"Hello number{number}") for number in range(3)}
    assert {str(found.id) for found in sdk.list(per_page=2)} == ids
    query = SingleFilterSearchRequest(field="source.body", operator="=", value="number1")
    assert len(sdk.search(query=query).items or []) == 1
    gone = ids.pop()
    assert sdk.delete_conversation(int(gone)).deleted is True
    with pytest.raises(ApiError) as error:
        sdk.find(gone)
    assert error.value.status_code == 404


def test_a_conversation_is_tagged(customer: Customer, ada: str, admin_id: str) -> None:
    conversation_id = begin(customer, ada)
    tag = customer.sdk.tags.create(request=CreateOrUpdateTagRequest(name="VIP"))
    customer.sdk.tags.tag_conversation(conversation_id, tag_id=tag.id, admin_id=admin_id)
    raw = customer.get(f"/conversations/{conversation_id}")
    assert [found["name"] for found in raw["tags"]["tags"]] == ["VIP"]
    customer.sdk.tags.untag_conversation(conversation_id, tag.id, admin_id=admin_id)
    assert customer.get(f"/conversations/{conversation_id}")["tags"]["tags"] == []


def test_a_second_contact_joins_and_leaves_a_conversation(
    customer: Customer, ada: str, admin_id: str
) -> None:
    sdk = customer.sdk.conversations
    conversation_id = begin(customer, ada)
    bob = customer.sdk.contacts.create(request=CreateContactRequestWithRole(role="lead", name="Bob")).id
    joining = AttachContactToConversationRequestCustomerIntercomUserId(intercom_user_id=bob)
    sdk.attach_contact_as_admin(conversation_id, admin_id=admin_id, customer=joining)
    raw = customer.get(f"/conversations/{conversation_id}")
    assert {contact["id"] for contact in raw["contacts"]["contacts"]} == {ada, bob}
    sdk.detach_contact_as_admin(conversation_id, bob, admin_id=admin_id)
    raw = customer.get(f"/conversations/{conversation_id}")
    assert [contact["id"] for contact in raw["contacts"]["contacts"]] == [ada]


def test_words_of_a_conversation_are_redacted(customer: Customer, ada: str, admin_id: str) -> None:
    sdk = customer.sdk.conversations
    conversation_id = begin(customer, ada)
    reply = AdminReplyConversationRequest(message_type="comment", admin_id=admin_id, body="My word is quince")
    sdk.reply(conversation_id, request=reply)
    raw = customer.get(f"/conversations/{conversation_id}")
    part_id, source_id = raw["conversation_parts"]["conversation_parts"][0]["id"], raw["source"]["id"]
    part = RedactConversationRequest_ConversationPart(
        conversation_id=conversation_id, conversation_part_id=part_id
    )
    sdk.redact_conversation_part(request=part)
    source = RedactConversationRequest_Source(conversation_id=conversation_id, source_id=source_id)
    sdk.redact_conversation_part(request=source)
    raw = customer.get(f"/conversations/{conversation_id}")
    assert raw["conversation_parts"]["conversation_parts"][0]["redacted"] is True
    assert raw["source"]["redacted"] is True
    assert "quince" not in str(raw)
    assert "Hello" not in str(raw)
