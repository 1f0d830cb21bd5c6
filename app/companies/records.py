"""What is known of a company, and what a ping says of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.attributes.records import Scalar
from app.ids import AppId, CompanyId


@dataclass(frozen=True, slots=True)
class CompanyData:
    """A company as a ping describes it; ``company_id`` is the customer's own id.

    ``fields`` are further columns of a company, by name: its plan, its size and so on.
    """

    company_id: str
    name: str | None = None
    custom_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Company:
    """One row of ``companies``."""

    app_id: AppId
    id: CompanyId
    company_id: str
    name: str | None
    created_at: float
    updated_at: float
    last_seen_at: float | None
    session_count: int
    custom_attributes: Mapping[str, Scalar]
    plan: str | None = None
    size: int | None = None
    website: str | None = None
    industry: str | None = None
    monthly_spend: float | None = None
    remote_created_at: float | None = None
