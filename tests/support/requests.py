"""Requests that between them name everything that any route of REST can name, with holes for the ids.

They come from the table of routes: a route that nobody has told this module about fails ``test_isolation``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from starlette.routing import Route

from app.api.routes import routes

# What the parameter of a path names, by the segment before it.
KINDS: Final = {
    "admins": "admin",
    "companies": "company",
    "contacts": "user",
    "conversations": "conversation",
    "customers": "user",
    "data_attributes": "attribute",
    "find_by_external_id": "external_id",
    "imports": "job",
    "notes": "note",
    "segments": "segment",
    "tags": "tag",
    "teams": "team",
    "webhooks": "webhook",
}
# Where another kind shows more.
KINDS_OF_ROUTES: Final = {
    ("POST", "/contacts/{id}/unarchive"): {"id": "archived"},
    ("POST", "/contacts/{id}/restore"): {"id": "deleted"},
}
BY_ADMIN: Final = {"admin_id": "{admin}"}

# Bodies; in braces what they name. None: the route takes none.
BODIES: Final[dict[tuple[str, str], list[dict[str, Any]] | None]] = {
    ("POST", "/companies"): [{"company_id": "{company_id}"}],
    ("PUT", "/companies/{id}"): [{"name": "Acme"}],
    ("POST", "/companies/list"): None,
    ("POST", "/contacts"): [
        {"external_id": "{external_id}"},
        {"email": "{email}"},
        {"external_id": "mine", "owner_id": "{admin}"},
    ],
    ("PUT", "/contacts/{id}"): [
        {"name": "Ada"},
        {"external_id": "{external_id}"},
        {"email": "{email}"},
        {"owner_id": "{admin}"},
    ],
    ("POST", "/contacts/merge"): [{"from": "{lead}", "into": "{user}"}],
    ("POST", "/contacts/search"): [
        {"query": {"field": "id", "operator": "=", "value": "{user}"}},
        {"query": {"field": "external_id", "operator": "=", "value": "{external_id}"}},
        {"query": {"field": "email", "operator": "=", "value": "{email}"}},
        {"query": {"field": "tag_id", "operator": "=", "value": "{tag}"}},
        {"query": {"field": "segment_id", "operator": "=", "value": "{segment}"}},
        {"query": {"field": "company_id", "operator": "=", "value": "{company}"}},
    ],
    ("POST", "/contacts/{id}/archive"): None,
    ("POST", "/contacts/{id}/unarchive"): None,
    ("POST", "/contacts/{id}/block"): None,
    ("POST", "/contacts/{id}/restore"): None,
    ("POST", "/contacts/{id}/companies"): [{"id": "{company}"}],
    ("POST", "/contacts/{id}/tags"): [{"id": "{tag}"}],
    ("POST", "/contacts/{id}/notes"): [{"body": "Hello", "admin_id": "{admin}"}],
    ("POST", "/contacts/{id}/qualification/{name}/resync"): None,
    ("POST", "/conversations"): [
        {"from": {"type": "user", "id": "{user}"}, "body": "Hello"},
        {"from": {"type": "user", "user_id": "{browser}"}, "body": "Hello"},
    ],
    ("PUT", "/conversations/{conversation_id}"): [{"read": True}, {"company_id": "{company}"}],
    ("POST", "/conversations/redact"): [
        {"type": "source", "conversation_id": "{conversation}", "source_id": "{conversation}"}
    ],
    ("POST", "/conversations/search"): [
        {"query": {"field": "id", "operator": "=", "value": "{conversation}"}},
        {"query": {"field": "contact_ids", "operator": "=", "value": "{user}"}},
    ],
    ("POST", "/conversations/{conversation_id}/reply"): [
        {"type": "admin", "message_type": "comment", "admin_id": "{admin}", "body": "Hello"},
        {"type": "user", "message_type": "comment", "intercom_user_id": "{user}", "body": "Hello"},
        {"type": "user", "message_type": "comment", "user_id": "{external_id}", "body": "Hello"},
        {"type": "user", "message_type": "comment", "email": "{email}", "body": "Hello"},
    ],
    ("POST", "/conversations/{conversation_id}/parts"): [
        {"message_type": "close", "type": "admin", "admin_id": "{admin}"},
        {"message_type": "assignment", "type": "team", "admin_id": "{admin}", "assignee_id": "{team}"},
        {"message_type": "assignment", "type": "admin", "admin_id": "{admin}", "assignee_id": "{admin2}"},
    ],
    ("POST", "/conversations/{conversation_id}/customers"): [
        {**BY_ADMIN, "customer": {"intercom_user_id": "{user}"}},
        {**BY_ADMIN, "customer": {"user_id": "{external_id}"}},
    ],
    ("DELETE", "/conversations/{conversation_id}/customers/{contact_id}"): [BY_ADMIN],
    ("POST", "/conversations/{conversation_id}/tags"): [{**BY_ADMIN, "id": "{tag}"}],
    ("DELETE", "/conversations/{conversation_id}/tags/{tag_id}"): [BY_ADMIN],
    ("POST", "/data_attributes"): [{"name": "plan", "model": "contact", "data_type": "string"}],
    ("PUT", "/data_attributes/{id}"): [{"description": "Size"}],
    ("POST", "/events"): [
        {"event_name": "ordered", "created_at": 1_700_000_000, "id": "{user}"},
        {"event_name": "ordered", "created_at": 1_700_000_000, "user_id": "{external_id}"},
        {"event_name": "ordered", "created_at": 1_700_000_000, "email": "{email}"},
    ],
    ("POST", "/events/summaries"): [
        {
            "user_id": "{external_id}",
            "event_summaries": {
                "event_name": "ordered",
                "count": 1,
                "first": 1_700_000_000,
                "last": 1_700_000_000,
            },
        }
    ],
    ("POST", "/imports"): None,
    ("PUT", "/admins/{admin_id}/away"): [{"away_mode_enabled": True, "away_mode_reassign": False}],
    ("POST", "/presence/query"): [{"ids": ["{user}"]}],
    ("POST", "/segments"): [
        {"name": "{new}", "filter": {"field": "tag", "operator": "is", "value": "{tag}"}},
        {"name": "{new}", "filter": {"field": "company", "operator": "is", "value": "{company}"}},
    ],
    ("PUT", "/segments/{id}"): [
        {"name": "{new}"},
        {"filter": {"field": "tag", "operator": "is", "value": "{tag}"}},
    ],
    ("POST", "/tags"): [
        {"id": "{tag}", "name": "VIP"},
        {"name": "VIP", "companies": [{"id": "{company}"}]},
        {"name": "VIP", "companies": [{"company_id": "{company_id}"}]},
        {"name": "VIP", "users": [{"id": "{user}"}]},
        {"name": "VIP", "users": [{"user_id": "{external_id}"}]},
    ],
    ("PUT", "/visitors"): [
        {"id": "{visitor}", "name": "Ada"},
        {"user_id": "{browser}", "name": "Ada"},
        {"email": "{visitor_email}", "name": "Ada"},
    ],
    ("POST", "/visitors/convert"): [
        {"visitor": {"user_id": "{browser}"}, "user": {"user_id": "new"}, "type": "user"},
        {"visitor": {"user_id": "{browser}"}, "user": {"id": "{user}"}, "type": "user"},
        {"visitor": {"id": "{visitor}"}, "user": {"user_id": "new"}, "type": "user"},
        {"visitor": {"email": "{visitor_email}"}, "user": {"user_id": "new"}, "type": "user"},
        {"visitor": {"user_id": "{browser}"}, "user": {"user_id": "{external_id}"}, "type": "user"},
        {"visitor": {"user_id": "{browser}"}, "user": {"email": "{email}"}, "type": "user"},
        {"visitor": {"user_id": "{browser}"}, "user": {"id": "{lead}"}, "type": "lead"},
    ],
    ("POST", "/webhooks"): [{"url": "https://hooks.example/in", "topics": ["*"]}],
}
# Queries that name something.
QUERIES: Final[dict[tuple[str, str], list[dict[str, str]]]] = {
    ("GET", "/admins/activity_logs"): [{"created_at_after": "0"}],
    ("GET", "/companies"): [
        {"company_id": "{company_id}"},
        {"name": "{company_name}"},
        {"tag_id": "{tag}"},
        {"segment_id": "{segment}"},
    ],
    ("GET", "/events"): [
        {"type": "user", "user_id": "{external_id}"},
        {"type": "user", "email": "{email}"},
        {"type": "user", "intercom_user_id": "{user}"},
    ],
    ("GET", "/visitors"): [{"user_id": "{browser}"}, {"id": "{visitor}"}, {"email": "{visitor_email}"}],
    ("GET", "/webhooks/{id}/deliveries"): [{"starting_after": "1"}],
}
# Names in a path that are no record's, and one for what is to be made.
NAMES: Final = {"name": "company_size"}
NEW: Final = "new"
ENDLESS: Final = {("GET", "/presence/stream")}
OPEN: Final = {("GET", path) for path in ("/up", "/metrics", "/openapi.json")}
HOLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Request:
    """A request with holes for ids: in its path by the parameters' names, else by the kind of what they name."""

    method: str
    path: str
    kinds: tuple[tuple[str, str], ...]
    """Each hole of path, query and body, and the kind of what fits there."""
    body: Any = None
    query: Any = None

    def filled(self, ids: dict[str, str]) -> dict[str, Any]:
        return {
            "method": self.method,
            "url": _fill(self.path, ids | NAMES),
            "json": _fill(self.body, ids),
            "params": _fill(self.query, ids),
        }


def _fill(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, ids) for inner in value]
    if isinstance(value, str):
        return HOLE.sub(lambda hole: ids[hole[1]], value)
    return value


def table() -> list[tuple[str, str]]:
    """Method and path of every route that asks for a token and ends."""
    found = [
        (method, re.sub(r":\w+\}", "}", route.path))
        for route in routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    return [key for key in found if key not in OPEN | ENDLESS]


def requests_of(method: str, path: str) -> Iterator[Request]:
    """The requests that between them name everything a route can name."""
    in_path = tuple(_kinds_in(method, path))
    bodies, queries = BODIES.get((method, path)) or [None], QUERIES.get((method, path), [None])
    for body in bodies:
        for query in queries:
            holes = dict.fromkeys(HOLE.findall(json.dumps([body, query])))
            others = tuple((hole, hole.rstrip("2")) for hole in holes if hole != NEW)
            yield Request(method, path, in_path + others, body, query)


def _kinds_in(method: str, path: str) -> Iterator[tuple[str, str]]:
    special = KINDS_OF_ROUTES.get((method, path), {})
    before = ""
    for part in path.strip("/").split("/"):
        hole = HOLE.fullmatch(part)
        if hole and hole[1] not in NAMES:
            yield hole[1], special.get(hole[1]) or KINDS[before]
        before = part
