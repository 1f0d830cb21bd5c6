"""The fields that conversations can be searched by."""

import pytest

from app.conversations.search_fields import ConversationFields

# The table of the public description.
DESCRIBED = """
    id created_at updated_at source.type source.id source.delivered_as source.subject source.body source.author.id
    source.author.type source.author.name source.author.email source.url contact_ids teammate_ids
    admin_assignee_id team_assignee_id channel_initiated open read state waiting_since snoozed_until tag_ids
    priority statistics.time_to_assignment statistics.time_to_admin_reply statistics.time_to_first_close
    statistics.time_to_last_close statistics.median_time_to_reply statistics.first_contact_reply_at
    statistics.first_assignment_at statistics.first_admin_reply_at statistics.first_close_at
    statistics.last_assignment_at statistics.last_assignment_admin_reply_at statistics.last_contact_reply_at
    statistics.last_admin_reply_at statistics.last_close_at statistics.last_closed_by_id statistics.count_reopens
    statistics.count_assignments statistics.count_conversation_parts conversation_rating.requested_at
    conversation_rating.replied_at conversation_rating.score conversation_rating.remark
    conversation_rating.contact_id conversation_rating.admin_d ai_agent_participated ai_agent.resolution_state
    ai_agent.last_answer_type ai_agent.rating ai_agent.rating_remark ai_agent.source_type ai_agent.source_title
"""


@pytest.mark.parametrize("name", DESCRIBED.split())
def test_every_field_of_the_description_is_there(name: str) -> None:
    field = ConversationFields().find(name)
    assert field is not None
    assert field.name == name


@pytest.mark.parametrize("name", ["", "email", "source", "source.body.x", "custom_attributes.issue"])
def test_there_is_no_other(name: str) -> None:
    assert ConversationFields().find(name) is None
