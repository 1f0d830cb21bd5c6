"""All attributes of a workspace, by model and name, remembered from one ping to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.attributes import store
from app.attributes.records import DataAttribute, Model
from app.ids import AppId

MOST_REMEMBERED: Final = 1_000
"""Workspaces, not attributes."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The attributes of contacts and of companies; archived ones are among them."""

    contact: Mapping[str, DataAttribute]
    company: Mapping[str, DataAttribute]

    def of(self, model: Model) -> Mapping[str, DataAttribute]:
        return self.contact if model == "contact" else self.company


_remembered: Final[dict[AppId, tuple[str, Catalogue]]] = {}


def catalogue_of(conn: Connection, app_id: AppId, version: str | None = None) -> Catalogue:
    """The attributes of a workspace.

    ``version`` is what this transaction read in the workspace's row (``attributes_version``), where it did. As long
    as it is the one that is remembered, the database is asked nothing; else first of all for the version of now.
    """
    remembered = _remembered.get(app_id)
    if remembered is not None and remembered[0] == version:
        return remembered[1]
    # Not what the caller has read: this transaction itself may have changed attributes since, and may be rolled back.
    version = store.version_of(conn, app_id)
    if remembered is not None and remembered[0] == version:
        return remembered[1]
    catalogue = _read(conn, app_id)
    if version is not None:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[app_id] = version, catalogue
    return catalogue


def _read(conn: Connection, app_id: AppId) -> Catalogue:
    by_model: dict[Model, dict[str, DataAttribute]] = {"contact": {}, "company": {}}
    for attribute in store.all_attributes(conn, app_id):
        by_model[attribute.model][attribute.name] = attribute
    return Catalogue(**by_model)
