"""What is known of a workspace."""

from dataclasses import dataclass

from app.ids import AppId, Region


@dataclass(frozen=True, slots=True)
class Workspace:
    """One customer's app. ``identity_secrets`` are live, the newest first; origins are ``scheme://host[:port]``."""

    app_id: AppId
    name: str
    region: Region
    timezone: str
    identity_verification: bool
    identity_secrets: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    created_at: float
    attributes_version: str | None = None
    """Differs from what it was as soon as any data attribute does."""
