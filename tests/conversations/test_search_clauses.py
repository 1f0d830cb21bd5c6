"""What is asked of conversations, and which ones it finds."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from app.conversations.listing import conversations_after
from app.conversations.search_clauses import Moment, clause_of
from app.conversations.search_fields import EXPRESSIONS, KINDS, RELATED, ConversationFields
from app.conversations.tagging import tag_conversation
from app.search.query import read_search
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import conversation_ratings
from app.tags.operations import find_or_make
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def found(desk: InboxDesk, query: object, timezone: str = "UTC") -> list[int]:
    tree = read_search(query, ConversationFields())
    condition = clause_of(tree, Moment(desk.now, timezone))
    return sorted(one.id for one in conversations_after(desk.conn, desk.app_id, None, 50, condition))


def told(desk: InboxDesk) -> dict[str, Any]:
    """Three conversations: one that was answered, one that was closed, and one that sleeps; as query values."""
    joe = desk.contact(email="Joe@acme.example", name="Joe Bloggs")
    eve = desk.contact(role="lead", email="eve@acme.example")
    answered = desk.begins(joe, "I don't need Support, thanks!", subject="Cart")
    desk.now += 30.4
    desk.admin_says(answered.id)
    closed, sleeping = desk.begins(eve, "supporting <b>"), desk.begins(joe, "Prix: 王伟 ÉTÉ")
    desk.manages(closed.id, "assignment", assignee_id=desk.admin_id)
    desk.manages(closed.id, "close")
    desk.manages(sleeping.id, "snoozed", snoozed_until=int(desk.now) + 60)
    tag = find_or_make(desk.conn, desk.app_id, "VIP", actor=BY, now=NOW)
    tag_conversation(
        desk.conn, desk.app_id, closed.id, tag.id, admin_id=desk.admin_id, actor=BY, now=desk.now
    )
    row = {
        "app_id": desk.app_id,
        "conversation_id": closed.id,
        "rating": 5,
        "remark": "Good",
        "rated_at": NOW,
    }
    desk.conn.execute(conversation_ratings.insert(), row)
    return {
        "ANSWERED": answered.id, "CLOSED": closed.id, "SLEEPING": sleeping.id,
        "JOE": joe, "EVE": eve, "ADMIN": desk.admin_id, "TAG": tag.id,
    }  # fmt: skip


# Field, operator, value, and which of (answered, closed, sleeping) it finds: A, C, S.
QUESTIONS: list[tuple[str, str, Any, str]] = [
    ("id", "=", "ANSWERED", "A"),
    ("id", "!=", "ANSWERED", "CS"),
    ("id", "IN", ["ANSWERED", "CLOSED"], "AC"),
    ("source.id", "NIN", ["ANSWERED", "CLOSED"], "S"),
    ("state", "=", "open", "A"),
    ("state", "IN", ["closed", "snoozed"], "CS"),
    ("open", "=", True, "AS"),
    ("open", "!=", "true", "C"),
    ("read", "=", False, "ACS"),
    ("priority", "=", "not_priority", "ACS"),
    ("priority", "=", "priority", ""),
    ("source.type", "=", "conversation", "ACS"),
    ("channel_initiated", "!=", "conversation", ""),
    ("source.delivered_as", "^", "customer", "ACS"),
    ("source.subject", "~", "car", "A"),
    ("source.subject", "=", None, "CS"),
    ("source.url", "!=", None, ""),
    ("source.body", "=", "support", "A"),
    ("source.body", "=", "SUPPORT", "A"),
    ("source.body", "=", "dont", "A"),
    ("source.body", "=", "don't", "A"),
    ("source.body", "=", "need support", ""),
    ("source.body", "!=", "support", "CS"),
    ("source.body", "~", "uppor", "AC"),
    ("source.body", "^", "suppor", "AC"),
    ("source.body", "^", "uppor", ""),
    ("source.body", "$", "orting", "C"),
    ("source.body", "!~", "support", "S"),
    ("source.body", "IN", ["support", "supporting"], "AC"),
    ("source.body", "=", "ete", "S"),
    ("source.body", "=", "b", "C"),
    ("source.author.id", "=", "JOE", "AS"),
    ("source.author.type", "=", "lead", "C"),
    ("source.author.name", "~", "bloggs", "AS"),
    ("source.author.email", "=", "eve@acme.example", "C"),
    ("source.author.email", "=", "EVE@acme.example", "C"),
    ("source.author.email", "!=", "Eve@Acme.example", "AS"),
    ("source.author.email", "IN", ["Eve@Acme.Example", "joe@acme.example"], "ACS"),
    ("source.author.email", "$", "ACME.example", "ACS"),
    ("source.author.name", "=", "joe bloggs", ""),
    ("contact_ids", "=", "JOE", "AS"),
    ("contact_ids", "!=", "JOE", "C"),
    ("contact_ids", "IN", ["JOE", "EVE"], "ACS"),
    ("teammate_ids", "=", "ADMIN", "ACS"),
    ("teammate_ids", "=", "999", ""),
    ("admin_assignee_id", "=", "ADMIN", "C"),
    ("admin_assignee_id", "!=", "ADMIN", "AS"),
    ("admin_assignee_id", "=", 0, "AS"),
    ("admin_assignee_id", "=", None, "AS"),
    ("team_assignee_id", "IN", [0, 1], "ACS"),
    ("tag_ids", "=", "TAG", "C"),
    ("tag_ids", "!=", "TAG", "AS"),
    ("tag_ids", "=", None, "AS"),
    ("created_at", ">", "1306054154", "ACS"),
    ("created_at", "<", NOW, ""),
    ("created_at", "=", NOW, "ACS"),
    ("updated_at", "=", NOW, "ACS"),
    ("waiting_since", "=", NOW, "S"),
    ("snoozed_until", "=", NOW, "S"),
    ("statistics.time_to_admin_reply", "=", 30, "A"),
    ("statistics.time_to_admin_reply", ">", 29.5, "A"),
    ("statistics.time_to_admin_reply", "<", "30", ""),
    ("statistics.time_to_admin_reply", "=", None, "CS"),
    ("statistics.time_to_assignment", "=", 0, "C"),
    ("statistics.time_to_first_close", "<", 1, "C"),
    ("statistics.time_to_last_close", "<", 1, "C"),
    ("statistics.median_time_to_reply", "=", 30, "A"),
    ("statistics.count_reopens", "=", 0, "ACS"),
    ("statistics.count_assignments", ">", 0, "C"),
    ("statistics.count_conversation_parts", "=", 2, "C"),
    ("statistics.first_close_at", "=", NOW, "C"),
    ("statistics.last_closed_by_id", "=", "ADMIN", "C"),
    ("statistics.last_closed_by_id", "!=", "ADMIN", "AS"),
    ("statistics.last_admin_reply_at", ">", 1, "A"),
    ("conversation_rating.score", "=", 5, "C"),
    ("conversation_rating.score", "!=", 5, "AS"),
    ("conversation_rating.remark", "~", "goo", "C"),
    ("conversation_rating.replied_at", "=", NOW, "C"),
    ("ai_agent_participated", "=", False, "ACS"),
    ("ai_agent_participated", "=", True, ""),
    ("ai_agent.rating", ">", 0, ""),
    ("ai_agent.source_type", "!=", "x", "ACS"),
]


def answers(desk: InboxDesk) -> dict[tuple[str, str, str], str]:
    ids = told(desk)

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(one) for one in value]
        return ids.get(value, value) if isinstance(value, str) else value

    letters = {ids["ANSWERED"]: "A", ids["CLOSED"]: "C", ids["SLEEPING"]: "S"}
    given = {}
    for field, operator, value, _ in QUESTIONS:
        query = {"field": field, "operator": operator, "value": named(value)}
        given[field, operator, str(value)] = "".join(letters[one] for one in found(desk, query))
    return given


EXPECTED = {(field, operator, str(value)): finds for field, operator, value, finds in QUESTIONS}


def test_each_question_finds_what_it_means(desk: InboxDesk) -> None:
    assert answers(desk) == EXPECTED


async def test_postgresql_finds_the_same(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)

    def work(conn: Connection) -> dict[tuple[str, str, str], str]:
        return answers(make_desk(conn))

    try:
        assert await database.write(work) == EXPECTED
    finally:
        await database.close()


def test_groups_hold_together(desk: InboxDesk) -> None:
    ids = told(desk)
    closed = {"field": "state", "operator": "=", "value": "closed"}
    joes = {"field": "contact_ids", "operator": "=", "value": ids["JOE"]}
    either = {"operator": "OR", "value": [closed, joes]}
    assert len(found(desk, either)) == 3
    assert found(desk, {"operator": "AND", "value": [closed, joes]}) == []
    unread = {"field": "read", "operator": "=", "value": False}
    assert len(found(desk, {"operator": "AND", "value": [either, unread]})) == 3


def test_what_slept_until_now_is_found_awake(desk: InboxDesk) -> None:
    ids = told(desk)
    desk.now += 60
    assert ids["SLEEPING"] in found(desk, {"field": "state", "operator": "=", "value": "open"})
    assert found(desk, {"field": "state", "operator": "=", "value": "snoozed"}) == []
    assert found(desk, {"field": "snoozed_until", "operator": ">", "value": 1}) == []


def test_days_are_those_of_the_workspace(desk: InboxDesk) -> None:
    # NOW is 22:13 UTC: in Berlin, which is an hour ahead, it is still the same day; in Tokyo the next one.
    desk.begins(desk.contact(email="joe@acme.example"))
    query = {"field": "created_at", "operator": "=", "value": "2023-11-15"}
    assert found(desk, query, "Europe/Berlin") == []
    assert len(found(desk, query, "Asia/Tokyo")) == 1


def test_R83_a_search_stays_in_its_workspace(desk: InboxDesk) -> None:
    told(desk)
    other = make_desk(desk.conn, "Globex")
    assert found(other, {"field": "read", "operator": "=", "value": False}) == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_field_can_be_asked_whether_it_is_known(desk: InboxDesk, name: str) -> None:
    assert (name in EXPRESSIONS) != (name in RELATED)
    if KINDS[name] != "date":
        found(desk, {"field": name, "operator": "=", "value": None})
        found(desk, {"field": name, "operator": "!=", "value": None})
