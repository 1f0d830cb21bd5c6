"""What one order about tags asks for: make or rename one, and put it on companies and users or take it off.

``POST /tags`` has one body for all of that. All of an order is done, or nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from app.companies.changes import get_company
from app.companies.store import find_companies
from app.contacts.operations import get_user_by_external_id, hold_contact
from app.contacts.tagging import tag_contact, untag_contact
from app.errors import CompanyNotFound, NotFound, ParameterInvalid
from app.ids import AppId
from app.tags import operations as tags
from app.tags.records import Subject, Tag, read_name
from app.tags.store import find_named
from app.trail.records import Actor

MOST_TARGETS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Target:
    """A company or a user, by our own id, or by the customer's. ``untag``: it is to bear the tag no more."""

    id: str | None
    customers_id: str | None
    untag: bool


@dataclass(frozen=True, slots=True)
class TagOrder:
    """The tag by its id or its name. With an id and no targets, the name is the one it is to have."""

    tag_id: object
    name: str | None
    companies: tuple[Target, ...] = ()
    users: tuple[Target, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.companies + self.users


def read_order(body: Mapping[str, Any]) -> TagOrder:
    """Raises ParameterInvalid."""
    name, tag_id = body.get("name"), body.get("id")
    if name is None and tag_id is None:
        raise _invalid("name or id is missing")
    companies = _targets(body, "companies", "company_id")
    users = _targets(body, "users", "user_id")
    if name is None and not companies and not users:
        raise _invalid("name is missing: a tag of this id is renamed, or companies or users are given")
    return TagOrder(tag_id, None if name is None else read_name(name), companies, users)


def carry_out(conn: Connection, app_id: AppId, order: TagOrder, *, actor: Actor, now: float) -> Tag:
    """Do what an order asks for; returns the tag.

    Raises NotFound for a tag, a company or a user that is not there, Conflict for a name that is taken.
    """
    tag = _tag_of(conn, app_id, order, actor=actor, now=now)
    for target in order.companies:
        subject = Subject("company", _company_of(conn, app_id, target))
        mark = tags.take_off if target.untag else tags.put_on
        mark(conn, app_id, tag, subject, actor=actor, now=now)
    for target in order.users:
        by_id = get_user_by_external_id(conn, app_id, target.customers_id).id if target.customers_id else ""
        contact = hold_contact(conn, app_id, target.id or by_id)
        if not target.untag:
            tag_contact(conn, app_id, contact, tag, actor=actor, now=now)
        elif tags.is_on(conn, app_id, tag, Subject("contact", contact.id)):
            untag_contact(conn, app_id, contact, tag, actor=actor, now=now)
    return tag


def _tag_of(conn: Connection, app_id: AppId, order: TagOrder, *, actor: Actor, now: float) -> Tag:
    if order.tag_id is not None:
        if order.name is None or order.targets:
            return tags.get_tag(conn, app_id, order.tag_id)
        return tags.rename(conn, app_id, order.tag_id, order.name, actor=actor, now=now)
    assert order.name is not None
    if order.targets and all(target.untag for target in order.targets):
        known = find_named(conn, app_id, order.name)
        if known is None:
            raise NotFound
        return known
    return tags.find_or_make(conn, app_id, order.name, actor=actor, now=now)


def _company_of(conn: Connection, app_id: AppId, target: Target) -> str:
    if target.id is not None:
        return get_company(conn, app_id, target.id).id
    assert target.customers_id is not None
    company = find_companies(conn, app_id, [target.customers_id]).get(target.customers_id)
    if company is None:
        raise CompanyNotFound
    return company.id


def _targets(body: Mapping[str, Any], field: str, customers_key: str) -> tuple[Target, ...]:
    given = body.get(field)
    if given is None:
        return ()
    if not isinstance(given, list):
        raise _invalid(f"{field} must be an array")
    if len(given) > MOST_TARGETS:
        raise _invalid(f"{field} has {len(given)} entries: at most {MOST_TARGETS} are taken")
    return tuple(_target(target, f"{field}[{number}]", customers_key) for number, target in enumerate(given))


def _target(given: object, place: str, customers_key: str) -> Target:
    if not isinstance(given, dict):
        raise _invalid(f"{place} must be an object with an id or a {customers_key}")
    id_, customers_id = (_id(given, key, place) for key in ("id", customers_key))
    if id_ is None and customers_id is None:
        raise _invalid(f"{place} needs an id or a {customers_key}")
    untag = given.get("untag")
    if untag is not None and not isinstance(untag, bool) and untag not in ("true", "false"):
        raise _invalid(f"{place}.untag must be true or false")
    return Target(id_, customers_id, untag=untag is True or untag == "true")


def _id(target: Mapping[str, Any], key: str, place: str) -> str | None:
    given = target.get(key)
    if given is None or given == "":
        return None
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if not isinstance(given, str):
        raise _invalid(f"{place}.{key} must be text")
    return given


def _invalid(fault: str) -> ParameterInvalid:
    """Intercom's words, which programs may look for, and what is wrong."""
    return ParameterInvalid(f"invalid tag parameters: {fault}")
