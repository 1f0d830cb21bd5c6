"""Conversations, as REST answers them: version 2.14 of the public description."""

import mimetypes
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from app.api.shapes.moments import unix
from app.conversations.facts import statistics_of
from app.conversations.orders import Opening
from app.conversations.pictures import Person, Picture
from app.conversations.records import Assignee, Author, Conversation, Facts, Part, Rating
from app.markup import text_of
from app.tags.records import Tagging

Speech = Callable[[str | None], str | None]
"""How a stored body is answered: as it is, or as plain text."""


def message_shape(conversation: Conversation, opening: Opening) -> dict[str, Any]:
    """The first message as its sender is answered; it goes by the conversation's number."""
    return {
        "type": "user_message",
        "id": str(conversation.id),
        "created_at": unix(conversation.created_at),
        "body": opening.text,
        "message_type": "inapp",
        "conversation_id": str(conversation.id),
    }


def conversation_shape(picture: Picture, *, as_text: bool = False) -> dict[str, Any]:
    """The whole conversation; its parts too where the picture has them."""
    speech: Speech = _plain if as_text else _as_is
    conversation, facts = picture.conversation, picture.facts
    first_reply_at = facts.first_contact_reply_at
    shape = {
        "type": "conversation",
        "id": str(conversation.id),
        "created_at": unix(conversation.created_at),
        "updated_at": unix(conversation.updated_at),
        "waiting_since": unix(conversation.waiting_since),
        "snoozed_until": unix(conversation.snoozed_until),
        "source": _source(picture, speech),
        "contacts": _contacts(picture),
        "first_contact_reply": first_reply_at
        and {"created_at": unix(first_reply_at), "type": "conversation", "url": conversation.source_url},
        "admin_assignee_id": conversation.admin_assignee_id,
        "team_assignee_id": conversation.team_assignee_id,
        "company": _company(picture),
        "open": conversation.state != "closed",
        "state": conversation.state,
        "read": conversation.is_read,
        "tags": {"type": "tag.list", "tags": [applied_tag_shape(tagging) for tagging in picture.tags]},
        "priority": "priority" if conversation.is_priority else "not_priority",
        "sla_applied": None,
        "statistics": statistics_shape(facts),
        "conversation_rating": picture.rating and _rating(picture.rating),
        "teammates": _teammates(picture),
        "title": conversation.title,
        "custom_attributes": dict(conversation.custom_attributes),
        "topics": {},
        "ticket": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent": None,
        "ai_agent_participated": False,
    }
    if picture.parts is not None:
        shape["conversation_parts"] = {
            "type": "conversation_part.list",
            "conversation_parts": [_part(part, picture.people, speech) for part in picture.parts],
            "total_count": picture.parts_count,
        }
    return shape


def customers_shape(picture: Picture) -> dict[str, Any]:
    """The conversation, and its contacts as ``customers`` too: the description says the one and shows the other."""
    customers = [{"type": one.role, "id": one.id} for one in picture.participants]
    return conversation_shape(picture) | {"customers": customers}


def deleted_shape(conversation_id: int) -> dict[str, Any]:
    return {"id": str(conversation_id), "object": "conversation", "deleted": True}


def statistics_shape(facts: Facts) -> dict[str, Any]:
    """Durations in seconds, moments in Unix seconds; null for what has not happened."""
    reckoned = statistics_of(facts)
    return {
        "type": "conversation_statistics",
        "time_to_assignment": reckoned.time_to_assignment,
        "time_to_admin_reply": reckoned.time_to_admin_reply,
        "time_to_first_close": reckoned.time_to_first_close,
        "time_to_last_close": reckoned.time_to_last_close,
        "median_time_to_reply": reckoned.median_time_to_reply,
        "first_contact_reply_at": unix(facts.first_contact_reply_at),
        "first_assignment_at": unix(facts.first_assignment_at),
        "first_admin_reply_at": unix(facts.first_admin_reply_at),
        "first_close_at": unix(facts.first_closed_at),
        "last_assignment_at": unix(facts.last_assignment_at),
        "last_assignment_admin_reply_at": unix(facts.reply_since_assignment_at),
        "last_contact_reply_at": unix(facts.last_contact_reply_at),
        "last_admin_reply_at": unix(facts.last_admin_reply_at),
        "last_close_at": unix(facts.last_closed_at),
        "last_closed_by_id": _text(facts.last_closed_by_id),
        "count_reopens": facts.reopens,
        "count_assignments": facts.assignments,
        "count_conversation_parts": facts.parts,
        "assigned_team_first_response_time": [],
        "assigned_team_first_response_time_in_office_hours": [],
        "handling_time": reckoned.handling_time,
        "adjusted_handling_time": None,
    }


def applied_tag_shape(tagging: Tagging) -> dict[str, Any]:
    """A tag as it was put on something."""
    return {
        "type": "tag",
        "id": str(tagging.tag.id),
        "name": tagging.tag.name,
        "applied_at": unix(tagging.applied_at),
        "applied_by": tagging.applied_by and {"type": "admin", "id": str(tagging.applied_by)},
    }


def _source(picture: Picture, speech: Speech) -> dict[str, Any]:
    conversation = picture.conversation
    return {
        "type": conversation.source_type,
        "id": str(conversation.id),
        "delivered_as": conversation.delivered_as,
        "subject": conversation.subject or "",
        "body": speech(conversation.body),
        "author": _author(conversation.author, picture.people),
        "attachments": [_attachment(url) for url in conversation.attachments],
        "url": conversation.source_url,
        "redacted": conversation.is_redacted,
    }


def _part(part: Part, people: Mapping[Author, Person], speech: Speech) -> dict[str, Any]:
    details = dict(part.details)
    event = details if "attribute" in details else None
    return {
        "type": "conversation_part",
        "id": str(part.id),
        "part_type": part.type,
        "body": speech(part.body),
        "created_at": unix(part.created_at),
        "updated_at": unix(part.updated_at),
        "notified_at": unix(part.created_at),
        "assigned_to": part.assigned_to and _assignee(part.assigned_to),
        "author": _author(part.author, people),
        "attachments": [_attachment(url) for url in part.attachments],
        "external_id": None,
        "redacted": part.is_redacted,
        "metadata": {} if event else details,
        "email_message_metadata": None,
        "state": part.state,
        "tags": [],
        "event_details": event,
        "app_package_code": None,
    }


def _author(author: Author, people: Mapping[Author, Person]) -> dict[str, Any]:
    person = people.get(author, Person(None, None))
    return {"type": author.type, "id": author.id, "name": person.name, "email": person.email}


def _assignee(to: Assignee) -> dict[str, Any]:
    if to.id is None:
        return {"type": f"nobody_{to.type}", "id": None}
    return {"type": to.type, "id": str(to.id)}


def _contacts(picture: Picture) -> dict[str, Any]:
    return {
        "type": "contact.list",
        "contacts": [
            {"type": "contact", "id": one.id, "external_id": one.external_id} for one in picture.participants
        ],
    }


def _teammates(picture: Picture) -> dict[str, Any] | None:
    if not picture.teammate_ids:
        return None
    references = [{"type": "admin", "id": str(admin_id)} for admin_id in picture.teammate_ids]
    return {"type": "admin.list", "teammates": references}


def _company(picture: Picture) -> dict[str, Any] | None:
    if picture.company_name is None:
        return None
    return {"type": "company", "id": picture.conversation.company_id, "name": picture.company_name or None}


def _rating(rating: Rating) -> dict[str, Any]:
    return {
        "rating": rating.rating,
        "remark": rating.remark,
        "created_at": unix(rating.rated_at),
        "updated_at": unix(rating.rated_at),
        "contact": rating.contact_id and {"type": "contact", "id": rating.contact_id, "external_id": None},
        "teammate": rating.admin_id and {"type": "admin", "id": str(rating.admin_id)},
    }


def _attachment(url: str) -> dict[str, Any]:
    """What can be told of a file that lies elsewhere, by its URL."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    content_type, _ = mimetypes.guess_type(name)
    return {
        "type": "upload",
        "name": name,
        "url": url,
        "content_type": content_type or "application/octet-stream",
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _as_is(body: str | None) -> str | None:
    return body


def _plain(body: str | None) -> str | None:
    return None if body is None else text_of(body)
