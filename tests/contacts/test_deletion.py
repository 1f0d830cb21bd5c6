"""Delete and restore, with the days of grace between. Rules R60 to R62."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.contacts import archiving, deletion, operations, profiles, reading
from app.contacts.drafts import read_draft
from app.contacts.grace import GRACE_SECONDS
from app.contacts.records import Contact
from app.errors import Conflict, ContactDeleted, ParameterInvalid, UserNotFound
from app.search.asking import EVERYBODY
from app.search.store import count_people
from app.trail.records import Actor
from support.recording import NOW, Recorder
from support.trail import listen, logged, told

TOKEN = Actor("token", "7")
MOMENT = 0.001
JUST_BEFORE = NOW + GRACE_SECONDS - MOMENT
EXACTLY = NOW + GRACE_SECONDS


def do(deed: Callable[..., Contact], recorder: Recorder, contact_id: Any, at: float = NOW) -> Contact:
    return deed(recorder.conn, recorder.app_id, contact_id, actor=TOKEN, now=at)


def delete(recorder: Recorder, contact_id: Any, at: float = NOW) -> Contact:
    return do(deletion.delete_contact, recorder, contact_id, at)


def restore(recorder: Recorder, contact_id: Any, at: float = NOW) -> Contact:
    return do(deletion.restore_contact, recorder, contact_id, at)


def create(recorder: Recorder, at: float = NOW, **body: Any) -> Contact:
    draft = read_draft(body)
    return operations.create_contact(recorder.conn, recorder.app_id, draft, actor=TOKEN, now=at)


def change(recorder: Recorder, contact_id: Any, at: float = NOW, **body: Any) -> Contact:
    draft = read_draft(body)
    return operations.change_contact(recorder.conn, recorder.app_id, contact_id, draft, actor=TOKEN, now=at)


def ada_of(recorder: Recorder) -> Contact:
    """Somebody with all kinds of ids."""
    told = {"user_id": "42", "email": "ada@example.com", "name": "Ada", "anonymous_id": "a1"}
    return recorder.ping(told).contact


def test_R60_a_deleted_contact_is_in_no_list_profile_or_get(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    conn, app_id = recorder.conn, recorder.app_id
    for ask in (operations.get_contact, operations.hold_contact):
        with pytest.raises(UserNotFound):
            ask(conn, app_id, ada.id)
    with pytest.raises(UserNotFound):
        operations.get_user_by_external_id(conn, app_id, "42")
    assert reading.people_after(conn, app_id, None, 10) == []
    assert count_people(conn, app_id, EVERYBODY) == 0
    assert profiles.named_by_id(conn, app_id, ada.id) == []
    assert profiles.named_by_email(conn, app_id, "ada@example.com") == []


@pytest.mark.parametrize(
    "user_data", [{"user_id": "42"}, {"email": "ADA@example.com"}, {"anonymous_id": "a1"}]
)
def test_R60_the_pings_of_a_deleted_contact_are_refused(
    recorder: Recorder, user_data: dict[str, Any]
) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    with pytest.raises(ContactDeleted):
        recorder.ping(user_data, at=JUST_BEFORE)


@pytest.mark.parametrize(
    "user_data", [{"user_id": "42"}, {"email": "ada@example.com"}, {"anonymous_id": "a1"}]
)
def test_R61_after_seven_days_a_ping_makes_somebody_new(
    recorder: Recorder, user_data: dict[str, Any]
) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    newcomer = recorder.ping(user_data, at=EXACTLY).contact
    assert newcomer.id != ada.id
    assert [row["id"] for row in recorder.rows()] == [newcomer.id]


def test_R61_a_contact_is_restored_whole(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    words = recorder.words(ada.id)
    delete(recorder, ada.id)
    assert restore(recorder, ada.id, JUST_BEFORE) == ada
    assert operations.get_contact(recorder.conn, recorder.app_id, ada.id) == ada
    assert recorder.words(ada.id) == words


def test_R61_an_archived_contact_is_restored_as_an_archived_one(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    archived = do(archiving.archive_contact, recorder, ada.id)
    delete(recorder, ada.id)
    assert restore(recorder, ada.id) == archived


def test_R61_restoring_what_is_not_deleted_changes_nothing(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    assert restore(recorder, ada.id) == ada
    assert logged(recorder) == []


@pytest.mark.parametrize("ask", [delete, restore, change])
def test_R61_after_exactly_seven_days_it_is_as_if_destroyed_though_the_row_is_there(
    recorder: Recorder, ask: Callable[..., Contact]
) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    more = {"external_id": "43"} if ask is change else {}
    ask(recorder, ada.id, JUST_BEFORE, **more)
    delete(recorder, ada.id, NOW)
    recorder.change(ada.id, deleted_at=NOW)
    with pytest.raises(UserNotFound):
        ask(recorder, ada.id, EXACTLY, **more)
    assert recorder.row(ada.id)["deleted_at"] == NOW


def test_R62_a_second_deletion_is_as_the_first_and_prolongs_nothing(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    first = delete(recorder, ada.id)
    assert delete(recorder, ada.id, NOW + 5) == first
    assert first.deleted_at == NOW
    assert logged(recorder) == [("contact.deleted", ada.id)]


@pytest.mark.parametrize("body", [{"external_id": "42"}, {"email": "Ada@example.com"}])
def test_R62_the_ids_stay_taken_for_seven_days_and_not_a_moment_longer(
    recorder: Recorder, body: dict[str, Any]
) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    with pytest.raises(Conflict) as refusal:
        create(recorder, JUST_BEFORE, **body)
    assert refusal.value.message == f"A contact matching those details already exists with id={ada.id}"
    newcomer = create(recorder, EXACTLY, **body)
    assert [row["id"] for row in recorder.rows()] == [newcomer.id]


def test_R62_a_change_into_reserved_ids_waits_for_the_seven_days_too(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    bob = create(recorder, external_id="bob")
    delete(recorder, ada.id)
    with pytest.raises(Conflict, match=ada.id):
        change(recorder, bob.id, JUST_BEFORE, external_id="42")
    assert change(recorder, bob.id, EXACTLY, external_id="42").external_id == "42"


def test_R62_an_external_id_and_an_email_of_two_are_both_freed_at_once(recorder: Recorder) -> None:
    for body in ({"external_id": "42"}, {"email": "ada@example.com"}):
        delete(recorder, create(recorder, **body).id)
    newcomer = create(recorder, EXACTLY, external_id="42", email="ada@example.com")
    assert [row["id"] for row in recorder.rows()] == [newcomer.id]


def test_R62_renaming_frees_the_ids_at_once_and_brings_nobody_to_life(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    renamed = change(recorder, ada.id, external_id="42_delete", email="gone@example.com")
    assert (renamed.external_id, renamed.email, renamed.email_key) == (
        "42_delete",
        "gone@example.com",
        "gone@example.com",
    )
    assert (renamed.deleted_at, renamed.listed) == (NOW, False)
    with pytest.raises(UserNotFound):
        operations.get_contact(recorder.conn, recorder.app_id, ada.id)
    assert delete(recorder, ada.id).deleted_at == NOW
    newcomer = create(recorder, external_id="42", email="ada@example.com")
    assert newcomer.id != ada.id
    restored = restore(recorder, ada.id)
    assert recorder.words(ada.id) == set(restored.words.split()) >= {"42_delete", "gone@example.com"}
    ids = {"external_id": "42_delete", "email": "gone@example.com", "email_key": "gone@example.com"}
    assert restored == replace(ada, **ids, words=restored.words)  # type: ignore[arg-type]
    assert "42_delete" in recorder.words(ada.id)


def test_R62_the_ids_of_a_deleted_contact_can_be_cleared(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    change(recorder, ada.id, external_id=None, email=None)
    assert create(recorder, external_id="42", email="ada@example.com").id != ada.id


def test_R62_nothing_but_the_ids_of_a_deleted_contact_can_be_changed(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    deleted = delete(recorder, ada.id)
    for body in ({}, {"name": "Eve"}, {"role": "lead"}, {"custom_attributes": {"plan": 1}}):
        with pytest.raises(UserNotFound):
            change(recorder, ada.id, **body)
    with pytest.raises(ParameterInvalid, match="only its external_id and email"):
        change(recorder, ada.id, external_id="43", name="Eve")
    assert restore(recorder, ada.id) == replace(deleted, deleted_at=None, deleted_by=None, listed=True)


def test_R62_renaming_to_what_another_has_is_refused(recorder: Recorder) -> None:
    bob = create(recorder, external_id="bob")
    ada = ada_of(recorder)
    delete(recorder, ada.id)
    with pytest.raises(Conflict, match=bob.id):
        change(recorder, ada.id, external_id="bob")


def test_R50_a_deleted_lead_reserves_nothing(recorder: Recorder) -> None:
    lead = create(recorder, role="lead", email="lee@example.com")
    delete(recorder, lead.id)
    assert create(recorder, email="lee@example.com").role == "user"


def test_who_can_be_restored_is_listed_the_last_one_deleted_first(recorder: Recorder) -> None:
    people = [create(recorder, external_id=str(number)) for number in range(3)]
    for number, person in enumerate(people[:2]):
        delete(recorder, person.id, NOW + number)

    def names(now: float) -> list[str | None]:
        found = deletion.deleted_contacts(recorder.conn, recorder.app_id, now)
        return [contact.external_id for contact in found]

    assert names(JUST_BEFORE) == ["1", "0"]
    assert names(EXACTLY) == ["1"]
    assert names(EXACTLY + 1) == []


def test_R83_another_workspace_deletes_and_restores_nobody_here(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    for deed in (deletion.delete_contact, deletion.restore_contact):
        with pytest.raises(UserNotFound):
            deed(recorder.conn, "u9999999", ada.id, actor=TOKEN, now=NOW)  # type: ignore[arg-type]
    assert recorder.row(ada.id)["deleted_at"] is None


def test_each_deed_is_logged_and_told(recorder: Recorder) -> None:
    ada = ada_of(recorder)
    listen(recorder)
    delete(recorder, ada.id)
    change(recorder, ada.id, external_id="43")
    restore(recorder, ada.id)
    names = ["contact.deleted", "contact.updated", "contact.restored"]
    assert logged(recorder) == [(name, ada.id) for name in names]
    assert told(recorder) == [("contact.deleted", ada.id), ("contact.restored", ada.id)]


def test_whose_tickets_may_be_about_is_known_from_indexes(recorder: Recorder) -> None:
    ada, bob, cy = (create(recorder, external_id=name) for name in ("ada", "bob", "cy"))
    delete(recorder, ada.id, NOW + 1)
    do(archiving.block_contact, recorder, bob.id, NOW + 2)
    do(archiving.block_contact, recorder, cy.id, NOW + 1)
    delete(recorder, cy.id, NOW + 3)
    gone = deletion.farewells_since(recorder.conn, NOW + 1)
    assert set(gone) == {
        (recorder.app_id, ada.id, True),
        (recorder.app_id, bob.id, False),
        (recorder.app_id, cy.id, True),
    }
    assert deletion.farewells_since(recorder.conn, NOW + 4) == []
    for column in ("deleted", "blocked"):
        query = f"SELECT app_id FROM contacts WHERE {column}_at IS NOT NULL AND {column}_at >= 1"
        [plan] = recorder.conn.execute(text(f"EXPLAIN QUERY PLAN {query}"))
        assert f"contacts_{column}" in plan.detail
