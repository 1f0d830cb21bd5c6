"""REST's questions about contacts, asked of a real database."""

from dataclasses import replace

from sqlalchemy import text

from app.contacts import reading
from app.contacts.reading import Place
from app.ids import ContactId
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder


def test_an_archived_contact_is_read_and_a_deleted_one_is_not(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "ada"}).contact
    recorder.change(ada.id, listed=False, archived_at=NOW)
    assert reading.contact_of_id(recorder.conn, recorder.app_id, ada.id) is not None
    assert reading.user_of_external_id(recorder.conn, recorder.app_id, "ada") is not None
    recorder.change(ada.id, deleted_at=NOW)
    assert reading.contact_of_id(recorder.conn, recorder.app_id, ada.id) is None
    assert reading.user_of_external_id(recorder.conn, recorder.app_id, "ada") is None
    assert reading.contacts_of_ids(recorder.conn, recorder.app_id, [ada.id]) == []


def test_an_external_id_names_a_user_in_its_own_workspace_only(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "a/b c"}).contact
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert reading.user_of_external_id(recorder.conn, recorder.app_id, "a/b c") == ada
    assert reading.user_of_external_id(recorder.conn, other, "a/b c") is None
    recorder.change(ada.id, role="lead")
    assert reading.user_of_external_id(recorder.conn, recorder.app_id, "a/b c") is None


def test_an_email_names_a_user_in_its_own_workspace_only(recorder: Recorder) -> None:
    ada = recorder.ping({"email": "Ada@example.com"}).contact
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert reading.user_of_email(recorder.conn, recorder.app_id, " aDA@example.com") == ada
    assert reading.user_of_email(recorder.conn, other, "ada@example.com") is None
    for nobodys in ("", " ", "a\0", "\ud800", "a" * 501):
        assert reading.user_of_email(recorder.conn, recorder.app_id, nobodys) is None
    recorder.change(ada.id, listed=False, archived_at=NOW)
    assert reading.user_of_email(recorder.conn, recorder.app_id, "ada@example.com") is not None
    recorder.change(ada.id, role="lead")
    assert reading.user_of_email(recorder.conn, recorder.app_id, "ada@example.com") is None


def test_R83_what_can_not_be_an_external_id_names_nobody(recorder: Recorder) -> None:
    for external_id in ("", "\0", "\ud800", "x" * 10_000):
        assert reading.user_of_external_id(recorder.conn, recorder.app_id, external_id) is None


def _ids(recorder: Recorder, place: Place | None = None, most: int = 10) -> list[ContactId]:
    return [contact.id for contact in reading.people_after(recorder.conn, recorder.app_id, place, most)]


def test_people_are_listed_the_newest_first_without_visitors(recorder: Recorder) -> None:
    people = [recorder.ping({"user_id": str(n)}, at=NOW + n).contact for n in range(4)]
    recorder.change(people[1].id, role="lead")
    recorder.ping({"anonymous_id": "a1"}, at=NOW + 9)
    recorder.change(people[3].id, listed=False, archived_at=NOW)
    assert _ids(recorder) == [people[2].id, people[1].id, people[0].id]


def test_a_page_begins_behind_its_place_also_among_those_of_one_moment(recorder: Recorder) -> None:
    people = sorted((recorder.ping({"user_id": str(n)}).contact for n in range(5)), key=lambda one: one.id)
    newest_first = [person.id for person in reversed(people)]
    assert _ids(recorder, None, 2) == newest_first[:2]
    assert _ids(recorder, Place(NOW, newest_first[1]), 2) == newest_first[2:4]
    assert _ids(recorder, Place(NOW, newest_first[4]), 2) == []


def test_contacts_come_in_the_order_in_which_they_are_named(recorder: Recorder) -> None:
    ada, bob = (recorder.ping({"user_id": user_id}).contact for user_id in ("ada", "bob"))
    unknown = replace(ada, id=ContactId("0" * 24)).id
    found = reading.contacts_of_ids(recorder.conn, recorder.app_id, [bob.id, unknown, ada.id])
    assert [contact.id for contact in found] == [bob.id, ada.id]


def test_a_page_reads_along_an_index_for_each_role(recorder: Recorder) -> None:
    statement = reading.places_after(recorder.app_id, Place(NOW, ContactId("a" * 24)), 50)
    compiled = statement.compile(recorder.conn, compile_kwargs={"literal_binds": True})
    plan = "\n".join(row.detail for row in recorder.conn.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
    assert plan.count("contacts_role_by_created_at") == 2
    assert "SCAN contacts" not in plan
