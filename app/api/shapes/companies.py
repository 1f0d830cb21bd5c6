"""Companies, as REST answers them: version 2.14 of the public description.

What a company does not have is left out, as it is there: no field but a tag's is ever null.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

from app.api.shapes.moments import unix
from app.api.shapes.tags import tag_shape
from app.companies.records import Company
from app.tags.records import Tagging

_WHERE_KNOWN: Final = ("name", "size", "website", "industry")


def company_shape(company: Company, people: int, tagged: Sequence[Tagging]) -> dict[str, Any]:
    """The whole company; ``people`` are those who belong to it."""
    shape: dict[str, Any] = {
        "type": "company",
        "company_id": company.company_id,
        "id": company.id,
        "app_id": company.app_id,
        "created_at": unix(company.created_at),
        "updated_at": unix(company.updated_at),
        "monthly_spend": int(company.monthly_spend or 0),
        "session_count": company.session_count,
        "user_count": people,
        "tags": {"type": "tag.list", "tags": [tag_shape(tagging.tag) for tagging in tagged]},
        "segments": {"type": "segment.list", "segments": []},
        "plan": _plan(company),
        "custom_attributes": company.custom_attributes,
    }
    known = {name: getattr(company, name) for name in _WHERE_KNOWN}
    known["remote_created_at"] = unix(company.remote_created_at)
    known["last_request_at"] = unix(company.last_seen_at)
    return shape | {name: value for name, value in known.items() if value is not None}


def deleted_company_shape(company: Company) -> dict[str, Any]:
    return {"id": company.id, "object": "company", "deleted": True}


def _plan(company: Company) -> dict[str, Any]:
    """Plans are known by their names; a name's number is the same for ever."""
    if not company.plan:
        return {}
    number = zlib.crc32(f"{company.app_id}:{company.plan}".encode())
    return {"type": "plan", "id": str(number), "name": company.plan}
