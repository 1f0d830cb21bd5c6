"""What others put on contacts, for many of them at once."""

from sqlalchemy import insert

from app.contacts.marks import Marked, Marks, marks_of
from app.storage.tables import contact_companies, notes, taggings
from support.recording import NOW, Recorder


def tag(recorder: Recorder, contact_id: str, tag_id: int, *, kind: str = "contact") -> None:
    row = {"app_id": recorder.app_id, "tag_id": tag_id, "kind": kind, "subject_id": contact_id}
    recorder.conn.execute(insert(taggings), row | {"applied_at": NOW + tag_id})


def test_each_contact_has_its_own_marks(recorder: Recorder) -> None:
    ada, bob = (recorder.ping({"user_id": user_id}).contact.id for user_id in ("ada", "bob"))
    tag(recorder, ada, 1)
    tag(recorder, bob, 2)
    tag(recorder, ada, 3, kind="conversation")
    note = {"app_id": recorder.app_id, "contact_id": ada, "body": "hello", "created_at": NOW}
    recorder.conn.execute(insert(notes), [note | {"id": 1}, note | {"id": 2}])
    company = {"app_id": recorder.app_id, "contact_id": bob, "company_id": "c" * 24, "attached_at": NOW}
    recorder.conn.execute(insert(contact_companies), company)
    assert marks_of(recorder.conn, recorder.app_id, [ada, bob]) == {
        ada: Marks(tags=Marked(("1",), 1), notes=Marked(("2", "1"), 2)),
        bob: Marks(tags=Marked(("2",), 1), companies=Marked(("c" * 24,), 1)),
    }


def test_the_first_ten_of_a_kind_are_shown_and_all_are_counted(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "ada"}).contact.id
    for tag_id in range(1, 13):
        tag(recorder, ada, tag_id)
    marked = marks_of(recorder.conn, recorder.app_id, [ada])[ada].tags
    assert (marked.ids[0], len(marked.ids), marked.total) == ("1", 10, 12)


def test_nobody_has_no_marks(recorder: Recorder) -> None:
    assert marks_of(recorder.conn, recorder.app_id, []) == {}
