"""People to search among, and what a tree means told in plain Python: the oracle that SQL is held against."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, insert, select

from app.ids import AppId, ContactId
from app.search.clauses import Around, clause_of
from app.search.fields import Attribute
from app.search.query import And, Comparison, Node
from app.storage.bucketing import Bucket, cut_off, grown_buckets
from app.storage.tables import (
    attribute_values,
    companies,
    contact_companies,
    contacts,
    data_attributes,
    metadata,
    taggings,
    tags,
    workspaces,
)

APP, OTHER = AppId("uaaaaaaa"), AppId("ubbbbbbb")
NOW = 1_700_000_000.0
DAY = 86_400.0
ZONE = "America/New_York"
ATTRIBUTES = {
    "plan": Attribute(1, "string"),
    "seats": Attribute(2, "integer"),
    "score": Attribute(3, "float"),
    "renews_at": Attribute(4, "date"),
    "trial": Attribute(5, "boolean"),
    "Häuser": Attribute(6, "options"),
}
NAMES = (
    "Ada",
    "ada",
    "Ada Stone",
    "ÉMILE ada",
    "Zoë*",
    "100%_[a]",
    "a\\b",
    "?^$.|",
    "王伟",
    "İstanbul",
    "ß",
    " ",
)


UNFIT = "no number"
"""A value that its attribute's type fits no more: it is one, and compares with nothing."""


@dataclass(frozen=True)
class Someone:
    """A contact, as the oracle knows it: columns, attributes, and the names of its tags and companies."""

    id: ContactId
    columns: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    online: bool = False


def someone(rng: random.Random, number: int) -> Someone:
    def perhaps(value: Any) -> Any:
        return value if rng.random() < 0.7 else None

    def around_now() -> float:
        # On and around the boundaries of days.
        return NOW + rng.choice((-4, -3, -2, -1, 0, 1, 2, 3)) * DAY + rng.choice((-1.0, 0.0, 0.5, 40_000.0))

    email = perhaps(
        f"{rng.choice(('Ada', 'ben'))}.{number}@{rng.choice(('Example.com', 'mail.example.org'))}"
    )
    columns = {
        "role": rng.choice(("user", "lead", "visitor")),
        "name": perhaps(rng.choice(NAMES)),
        "email": email,
        "email_key": email.lower() if email else None,
        "external_id": perhaps(f"u{number}"),
        "phone": perhaps(f"+1555{rng.randrange(20)}"),
        "created_at": around_now(),
        "updated_at": around_now(),
        "signed_up_at": perhaps(around_now()),
        "last_seen_at": perhaps(around_now()),
        "session_count": rng.randrange(4),
        "owner_id": perhaps(rng.randrange(3)),
        "city": perhaps(rng.choice(("Atlanta", "Lagos"))),
        "unsubscribed_from_emails": rng.choice((True, False, None)),
    }
    attributes = {
        "plan": perhaps(rng.choice(("pro", "Pro", "free"))),
        "seats": perhaps(rng.choice((0, 1, 2, 3, UNFIT))),
        "score": perhaps(rng.choice((0.5, 1.0, 2.5))),
        "renews_at": perhaps(around_now()),
        "trial": perhaps(rng.random() < 0.5),
        "Häuser": perhaps(rng.choice(("Ärzte", "ärzte"))),
    }
    return Someone(
        ContactId(f"{rng.getrandbits(96):024x}"),
        columns,
        {name: value for name, value in attributes.items() if value is not None},
        frozenset(tag for tag in ("VIP", "Beta") if rng.random() < 0.3),
        frozenset(company for company in ("acme", "globex") if rng.random() < 0.3),
        rng.random() < 0.3,
    )


def crowd(count: int, seed: int = 5) -> list[Someone]:
    rng = random.Random(seed)
    return [someone(rng, number) for number in range(count)]


def store_crowd(conn: Connection, people: list[Someone], app_id: AppId = APP, first_id: int = 0) -> None:
    """Put people in a workspace of their own, with tags, companies and the index of values."""
    conn.execute(insert(workspaces), [workspace_row(app_id)])
    ids = {name: found.id + first_id for name, found in ATTRIBUTES.items()}
    conn.execute(
        insert(data_attributes),
        [_attribute(app_id, name, ids[name], found.type) for name, found in ATTRIBUTES.items()],
    )
    if people:
        conn.execute(insert(contacts), [row_of(app_id, person) for person in people])
    tag_ids = {name: first_id + number for number, name in enumerate(("VIP", "Beta"), 1)}
    company_ids = {name: f"{first_id + number:024x}" for number, name in enumerate(("acme", "globex"), 1)}
    conn.execute(
        insert(tags),
        [
            {"id": tag_id, "app_id": app_id, "name": name, "name_key": name.lower(), "created_at": NOW}
            for name, tag_id in tag_ids.items()
        ],
    )
    conn.execute(insert(companies), [_company(app_id, made, name) for name, made in company_ids.items()])
    for person in people:
        for name in sorted(person.attributes):
            value = person.attributes[name]
            is_text = isinstance(value, str) and value != UNFIT
            row = {"app_id": app_id, "contact_id": person.id, "attribute_id": ids[name]}
            row |= {
                "text": value if is_text else None,
                "number": float(value) if isinstance(value, int | float) else None,
            }
            conn.execute(insert(attribute_values), [row])
        for name in sorted(person.tags):
            row = {"app_id": app_id, "tag_id": tag_ids[name], "kind": "contact", "subject_id": person.id}
            conn.execute(insert(taggings), [row | {"applied_at": NOW}])
        for name in sorted(person.companies):
            row = {"app_id": app_id, "contact_id": person.id, "company_id": company_ids[name]}
            conn.execute(insert(contact_companies), [row | {"attached_at": NOW}])


@contextmanager
def stored(people: list[Someone], others: Sequence[Someone] = ()) -> Iterator[Connection]:
    """A database in memory that has people, and perhaps others in another workspace."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, people)
        if others:
            store_crowd(conn, list(others), OTHER, first_id=100)
        yield conn
    engine.dispose()


def around(people: list[Someone], segments: Mapping[str, Node] | None = None) -> Around:
    return Around(APP, NOW, ZONE, [person.id for person in people if person.online], segments or {})


def with_date(number: int, at: float | None) -> Someone:
    person = crowd(1)[0]
    columns = {**person.columns, "external_id": None, "email": None, "email_key": None, "signed_up_at": at}
    attributes = {} if at is None else {"renews_at": at}
    return Someone(ContactId(f"{number:024x}"), columns, attributes)


def found(conn: Connection, node: Node, here: Around, *, is_open: bool = False) -> set[ContactId]:
    """Who fits a tree, as SQL finds them."""
    statement = select(contacts.c.id).where(
        contacts.c.app_id == here.app_id, clause_of(node, here, is_open=is_open)
    )
    return set(conn.execute(statement).scalars())


def found_among(people: list[Someone], node: Node) -> set[ContactId]:
    """The same in a database of its own that has these people alone."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, people)
        answer = found(conn, node, around(people))
    engine.dispose()
    return answer


def row_of(app_id: AppId, person: Someone, **values: Any) -> dict[str, Any]:
    return {
        "app_id": app_id,
        "id": person.id,
        "listed": True,
        "pseudonym": "Pink Stereo",
        "name_key": (person.columns["name"] or "pink stereo").lower(),
        "ios_session_count": 0,
        "android_session_count": 0,
        "custom_attributes": dict(person.attributes),
        **person.columns,
        **values,
    }


def workspace_row(app_id: AppId) -> dict[str, Any]:
    return {
        "app_id": app_id,
        "name": "Acme",
        "region": "us",
        "timezone": ZONE,
        "identity_verification": False,
        "identity_secrets": [],
        "allowed_origins": [],
        "created_at": NOW,
    }


def _attribute(app_id: AppId, name: str, attribute_id: int, kind: str) -> dict[str, Any]:
    return {
        "id": attribute_id,
        "app_id": app_id,
        "model": "contact",
        "name": name,
        "label": name,
        "type": kind,
        "options": [],
        "messenger_writable": True,
        "archived": False,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _company(app_id: AppId, company_id: str, name: str) -> dict[str, Any]:
    row = {"app_id": app_id, "id": company_id, "company_id": name, "name": f"{name} Inc"}
    return row | {"created_at": NOW, "updated_at": NOW, "session_count": 0, "custom_attributes": {}}


# What a tree means.


def search(field: str, operator: str, value: object) -> dict[str, object]:
    """One comparison, as a filter or a search says it."""
    return {"field": field, "operator": operator, "value": value}


def holds(node: Node, person: Someone, segments: Mapping[str, Node] | None = None) -> bool:
    """Whether a tree is true of somebody, rule by rule."""
    if isinstance(node, Comparison):
        return _holds(node, person, segments or {})
    truths = [holds(part, person, segments) for part in node.parts]
    return all(truths) if isinstance(node, And) else any(truths)


def _holds(asked: Comparison, person: Someone, segments: Mapping[str, Node]) -> bool:
    kind, operator, value = asked.field.kind, asked.operator, asked.value
    if kind == "online":
        return (person.online in value) == (operator == "is_any_of")  # type: ignore[operator]
    if kind == "segment":
        fits = any(holds(segments[name], person, segments) for name in value if name in segments)  # type: ignore[union-attr]
        return fits == (operator == "is_any_of")
    if kind in ("tag", "company"):
        has = person.tags if kind == "tag" else person.companies
        if operator in ("known", "unknown"):
            return bool(has) == (operator == "known")
        wanted = {str(entry).lower() for entry in value}  # type: ignore[union-attr]
        return bool(wanted & {name.lower() for name in has}) == (operator == "is_any_of")
    known = _value(asked, person)
    if operator in ("known", "unknown"):
        return (known is not None) == (operator == "known")
    can_compare = known is not None and known != UNFIT
    if operator in ("is_none_of", "lacks"):
        return not can_compare or not _compares(asked, known)
    return can_compare and _compares(asked, known)


def _value(asked: Comparison, person: Someone) -> Any:
    if asked.field.attribute_id is not None:
        return person.attributes.get(asked.field.name.removeprefix("custom_attributes."))
    if asked.field.name == "id":
        return person.id
    value = person.columns.get(asked.field.column) if asked.field.column else None
    if asked.field.kind == "email_domain":
        return value and value.split("@")[1]
    return False if value is None and asked.field.is_never_unknown else value


def _compares(asked: Comparison, known: Any) -> bool:
    operator, value = asked.operator, asked.value
    if operator in ("is_any_of", "is_none_of"):
        wanted = list(value)  # type: ignore[call-overload]
        if asked.field.ignores_case or asked.field.kind == "email_domain":
            wanted = [entry.lower() for entry in wanted]
        return known in wanted
    if operator in ("contains", "lacks"):
        return any(_matches(known[start:], value) for start in range(len(known) + 1))
    if operator == "begins":
        return _matches(known, value)
    if operator == "ends":
        return len(known) >= len(value) and _matches(known[len(known) - len(value) :], value)  # type: ignore[arg-type]
    if operator in ("after", "on", "before"):
        day = value if isinstance(value, date) else _day(value)
        return {"after": _day(known) > day, "on": _day(known) == day, "before": _day(known) < day}[operator]
    if operator.endswith("_days_ago"):
        age, x = (NOW - known) / DAY, float(value)  # type: ignore[arg-type]
        return {"more": age > x, "less": age < x, "exactly": x <= age < x + 1}[operator.split("_")[0]]
    return {
        "above": known > value,
        "below": known < value,
        "at_least": known >= value,
        "at_most": known <= value,
    }[operator]


def _matches(text: str, part: Any) -> bool:
    return len(text) >= len(part) and all(map(is_same_letter, part, text))


def is_same_letter(one: str, other: str) -> bool:
    """Whether ``other`` fits where ``one`` is looked for."""
    return other in (one, one.lower(), one.upper())


def _day(moment: Any) -> date:
    return datetime.fromtimestamp(moment, ZoneInfo(ZONE)).date()


def cut_all(conn: Connection) -> None:
    """Cut the histograms' buckets until there is none to cut."""
    for grown in grown_buckets(conn):
        rest: Bucket | None = grown
        while rest is not None:
            rest = cut_off(conn, rest)
    assert grown_buckets(conn) == []
