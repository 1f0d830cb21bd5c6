"""Visitors, as REST answers them: version 2.14 of the public description."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.api.shapes.moments import unix
from app.api.shapes.tags import tag_shape
from app.contacts.records import Contact
from app.tags.records import Tagging

_UNKNOWN: Final = dict.fromkeys(
    ["utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "do_not_track"]
)


def visitor_shape(
    visitor: Contact,
    presence: Mapping[str, Any],
    tagged: Sequence[Tagging],
    companies: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The whole visitor, its companies as they are answered. Its ``user_id`` is what the browser is known by."""
    created_at = unix(visitor.created_at)
    return {
        "type": "visitor",
        "id": visitor.id,
        "user_id": visitor.anonymous_id,
        "anonymous": True,
        "email": visitor.email or "",
        "phone": visitor.phone,
        "name": visitor.name,
        "pseudonym": visitor.pseudonym,
        "avatar": {"type": "avatar", "image_url": visitor.avatar_url},
        "app_id": visitor.app_id,
        "companies": {"type": "company.list", "companies": companies},
        "location_data": _location(visitor),
        "last_request_at": presence["last_seen_at"],
        "created_at": created_at,
        "remote_created_at": created_at,
        "signed_up_at": unix(visitor.signed_up_at) or created_at,
        "updated_at": unix(visitor.updated_at),
        "session_count": visitor.session_count,
        "social_profiles": {"type": "social_profile.list", "social_profiles": []},
        "owner_id": None if visitor.owner_id is None else str(visitor.owner_id),
        "unsubscribed_from_emails": bool(visitor.unsubscribed_from_emails),
        "marked_email_as_spam": False,
        "has_hard_bounced": False,
        "tags": {"type": "tag.list", "tags": [tag_shape(tagging.tag) for tagging in tagged]},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": visitor.custom_attributes,
        "referrer": visitor.referrer,
        **_UNKNOWN,
        "presence": presence,
    }


def _location(visitor: Contact) -> dict[str, Any]:
    """What is known of where the visitor is, and nothing else."""
    known = {
        "city_name": visitor.city,
        "country_code": visitor.country_code,
        "country_name": visitor.country,
        "region_name": visitor.region,
        "timezone": visitor.timezone,
    }
    told = {name: value for name, value in known.items() if value is not None}
    return {"type": "location_data", **told} if told else {}
