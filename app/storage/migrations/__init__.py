"""Migrations: how the schema came to be, one revision a file under ``versions``."""

from app.storage.migrations.runner import current_revision, migrate, newest_revision

__all__ = ["current_revision", "migrate", "newest_revision"]
