"""A conversation as it is stored."""

from app.conversations.records import Author, Conversation, ConversationId
from app.ids import AppId, ContactId


def test_whoever_said_the_first_word_is_the_author_of_a_conversation() -> None:
    joe = ContactId("c" * 24)
    conversation = Conversation(
        app_id=AppId("uacme123"),
        id=ConversationId(1),
        contact_id=joe,
        state="open",
        is_read=False,
        created_at=1.0,
        updated_at=1.0,
        body=None,
        author_type="lead",
        author_id=joe,
    )
    assert conversation.author == Author("lead", joe)
