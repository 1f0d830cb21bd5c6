"""Attributes as pings bring them. Rules R40 and R41.

A key that is new makes an attribute, with the type of its first value. What can't be taken is dropped and named, and
costs nothing but itself: a value of another type, a 251st attribute, one that is archived, or one that takes signed
pings alone in a ping that is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from app.attributes.catalogue import catalogue_of
from app.attributes.naming import shown_key
from app.attributes.operations import MOST_ATTRIBUTES, make_missing
from app.attributes.records import DataAttribute, Model, Scalar
from app.attributes.values import Misfit, coerce, is_date_name, read_date
from app.contacts.user_data import Problem
from app.workspaces.records import Workspace


@dataclass(frozen=True, slots=True)
class Taken:
    """Values in their attributes' types, and those that could not be taken."""

    values: Mapping[str, Scalar]
    problems: tuple[Problem, ...]


def take_attributes(
    conn: Connection,
    workspace: Workspace,
    model: Model,
    given: Mapping[str, Scalar],
    *,
    is_signed: bool,
    now: float,
    prefix: str = "",
) -> Taken:
    """What of a ping's attributes may be written; makes those that are new. Asks nothing where all are known.

    ``prefix`` tells in problems whose attributes they are.
    """
    if not given:
        return Taken({}, ())
    known = catalogue_of(conn, workspace.app_id, workspace.attributes_version).of(model)
    if not known.keys() >= given.keys():
        firsts = {
            name: value for name, value in given.items() if name not in known and _fits_first(name, value)
        }
        if firsts:
            known = make_missing(conn, workspace.app_id, model, firsts, now)
    values: dict[str, Scalar] = {}
    problems = []
    for name, value in given.items():
        try:
            values[name] = _taken(value, known.get(name), name, is_signed=is_signed)
        except Misfit as rule:
            shown = prefix + shown_key(name)
            problems.append(Problem(shown, f"{shown} {rule}", is_attribute=True))
    return Taken(values, tuple(problems))


def _taken(value: Scalar, attribute: DataAttribute | None, name: str, *, is_signed: bool) -> Scalar:
    if attribute is None:
        raise Misfit(_why_not_made(name, value))
    if attribute.archived:
        raise Misfit("is archived: it takes no values")
    if not attribute.messenger_writable and not is_signed:
        raise Misfit("takes no values from the messenger, unless the ping is signed")
    return coerce(value, attribute)


def _why_not_made(name: str, value: Scalar) -> str:
    if not _fits_first(name, value):
        return "must be a date, as all names that end in _at are: a number of Unix seconds"
    return f"is one too many: a workspace has at most {MOST_ATTRIBUTES} active attributes"


def _fits_first(name: str, value: Scalar) -> bool:
    """Whether a value may be the first of a new attribute: any may, but for a date's."""
    if not is_date_name(name):
        return True
    try:
        read_date(value)
    except Misfit:
        return False
    return True
