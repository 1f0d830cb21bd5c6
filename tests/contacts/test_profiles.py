"""Who is meant by a profile's address, and what there is to tell. Rule R51."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from app.companies import store as companies
from app.companies.records import Company
from app.contacts import profiles
from app.contacts.events_store import insert_event
from app.contacts.profiles import (
    companies_of,
    named_by_any,
    named_by_email,
    named_by_id,
    named_by_user_id,
    recent_events_of,
    shown_by_email,
)
from app.contacts.records import Contact, Role
from app.contacts.store import insert_contact
from app.ids import AppId, CompanyId, ContactId
from app.storage.tables import metadata

APP, OTHER = AppId("uaaaaaaa"), AppId("ubbbbbbb")
NOW = 1_700_000_000.0


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        yield conn
    engine.dispose()


def add(
    conn: Connection,
    digit: str,
    app_id: AppId = APP,
    *,
    role: Role = "user",
    email: str | None = None,
    external_id: str | None = None,
    listed: bool = True,
    archived_at: float | None = None,
    deleted_at: float | None = None,
) -> ContactId:
    contact = Contact(
        app_id=app_id,
        id=ContactId(digit * 24),
        role=role,
        listed=listed,
        archived_at=archived_at,
        deleted_at=deleted_at,
        pseudonym="Pink Stereo",
        name_key="pink stereo",
        created_at=NOW,
        updated_at=NOW,
        email=email,
        email_key=email.lower() if email else None,
        external_id=external_id,
        custom_attributes={"plan": "Team"},
    )
    insert_contact(conn, contact)
    return contact.id


def ids(found: list[Contact]) -> list[ContactId]:
    return [contact.id for contact in found]


def test_R51_one_is_found_by_each_of_three_names(conn: Connection) -> None:
    ada = add(conn, "a", email="Ada@Example.com", external_id="7")
    add(conn, "b", email="bob@example.com", external_id="8")
    [contact] = named_by_id(conn, APP, ada)
    assert contact.custom_attributes == {"plan": "Team"}
    assert ids(named_by_user_id(conn, APP, "7")) == [ada]
    for email in ("ada@example.com", "Ada@Example.com", " ADA@EXAMPLE.COM "):
        assert ids(named_by_email(conn, APP, email)) == [ada]


def test_R51_several_are_found_by_an_email_they_share(conn: Connection) -> None:
    user = add(conn, "a", email="team@example.com")
    lead = add(conn, "b", role="lead", email="Team@example.com")
    add(conn, "c", role="lead", email="team@example.com", listed=False)
    add(conn, "d", OTHER, email="team@example.com")
    assert ids(named_by_email(conn, APP, "team@example.com")) == [user, lead]


def test_email_of_very_many_names_only_so_many(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST_NAMESAKES", 2)
    for digit in "abcd":
        add(conn, digit, role="lead", email="team@example.com")
    assert len(named_by_email(conn, APP, "team@example.com")) == 2


def test_user_id_of_a_lead_names_nobody(conn: Connection) -> None:
    add(conn, "a", role="lead", external_id="7")
    assert named_by_user_id(conn, APP, "7") == []


@pytest.mark.parametrize("value", ["", "nobody", "\0", "7\0", "x" * 10_000, "' OR 1=1 --"])
def test_what_names_nobody_finds_nobody(conn: Connection, value: str) -> None:
    add(conn, "a", email="ada@example.com", external_id="7")
    for ask in (named_by_id, named_by_user_id, named_by_email):
        assert ask(conn, APP, value) == []


def test_R83_contacts_of_another_workspace_are_not_found(conn: Connection) -> None:
    add(conn, "a", OTHER, email="ada@example.com", external_id="7")
    assert named_by_id(conn, APP, "a" * 24) == []
    assert named_by_user_id(conn, APP, "7") == []
    assert named_by_email(conn, APP, "ada@example.com") == []


def test_those_who_are_deleted_are_not_found(conn: Connection) -> None:
    gone = add(conn, "a", email="ada@example.com", external_id="7", listed=False, deleted_at=1.0)
    assert named_by_id(conn, APP, gone) == []
    assert named_by_user_id(conn, APP, "7") == []
    for ask in (named_by_email, shown_by_email, named_by_any):
        assert ask(conn, APP, "ada@example.com") == []


def test_R64_those_who_are_archived_are_found_by_what_is_theirs_alone(conn: Connection) -> None:
    kept = add(conn, "a", email="ada@example.com", external_id="7", listed=False, archived_at=1.0)
    assert ids(named_by_id(conn, APP, kept)) == [kept]
    assert ids(named_by_user_id(conn, APP, "7")) == [kept]
    assert named_by_email(conn, APP, "ada@example.com") == []
    assert ids(shown_by_email(conn, APP, "Ada@example.com")) == [kept]


def test_R51_an_archived_namesake_is_not_shown_beside_one_on_the_lists(conn: Connection) -> None:
    lead = add(conn, "a", role="lead", email="ada@example.com")
    add(conn, "b", role="lead", email="ada@example.com", listed=False, archived_at=1.0)
    assert ids(shown_by_email(conn, APP, "ada@example.com")) == [lead]


def test_R60_whoever_is_to_be_deleted_is_found_by_each_name_once(conn: Connection) -> None:
    user = add(conn, "a", email="ada@example.com", external_id="ada@example.com")
    lead = add(conn, "b", role="lead", email="Ada@Example.com", listed=False, archived_at=1.0)
    assert ids(named_by_any(conn, APP, " Ada@example.com ")) == [user, lead]
    assert ids(named_by_any(conn, APP, "ada@example.com")) == [user, lead]
    assert ids(named_by_any(conn, APP, user.upper())) == [user]
    assert named_by_any(conn, APP, "somebody") == []


@pytest.mark.parametrize(
    ("question", "step"),
    [
        (profiles._BY_USER_ID, "USING INDEX contacts_external_id (app_id=? AND external_id=?)"),
        (profiles._BY_ID, "(app_id=? AND id=?)"),
        (profiles._BY_EMAIL, "USING INDEX contacts_email (app_id=? AND email_key=?)"),
    ],
)
def test_each_name_is_looked_up_in_its_index(conn: Connection, question: object, step: str) -> None:
    plan = conn.exec_driver_sql(
        f"EXPLAIN QUERY PLAN {question}", {"app_id": APP, "value": "7", "most": 10}
    ).all()
    assert step in plan[0].detail


def test_companies_come_in_the_order_of_joining(conn: Connection) -> None:
    ada = add(conn, "a")
    made = [
        Company(APP, CompanyId(digit * 24), f"company-{digit}", name, NOW, NOW, None, 0, {})
        for digit, name in (("1", "Analytical"), ("2", None))
    ]
    companies.insert_companies(conn, made)
    companies.attach(conn, APP, ada, [made[1].id], NOW)
    companies.attach(conn, APP, ada, [made[0].id], NOW + 1)
    assert [company.name for company in companies_of(conn, APP, ada)] == ["company-2", "Analytical"]
    assert companies_of(conn, OTHER, ada) == []


def test_latest_events_come_first(conn: Connection) -> None:
    ada, bob = add(conn, "a"), add(conn, "b")
    for minute in range(5):
        insert_event(conn, APP, ada, name=f"event {minute}", created_at=NOW + minute, metadata={"n": minute})
    insert_event(conn, APP, bob, name="bob's", created_at=NOW, metadata={})
    events = recent_events_of(conn, APP, ada, 3)
    assert [event.name for event in events] == ["event 4", "event 3", "event 2"]
    assert events[0].metadata == {"n": 4}
    assert recent_events_of(conn, OTHER, ada, 3) == []
