"""A note's JSON."""

from app.api.shapes.notes import note_shape
from app.contacts.notes_store import Note
from app.ids import AdminId, AppId, ContactId, NoteId
from app.workspaces.teammates import Teammate

NOTE = Note(
    AppId("u1a2b3c4"),
    NoteId(31),
    ContactId("6762f0ad1bb69f9f2193bb62"),
    AdminId(991267583),
    "<p>Hello</p>",
    1734537390.9,
)


def test_a_note_tells_whom_it_is_on_and_who_wrote_it() -> None:
    author = Teammate(AdminId(991267583), "admin124@email.com", "Ciaran124 Lee", "admin")
    shape = note_shape(NOTE, author)
    told = shape.pop("author")
    assert shape == {
        "type": "note",
        "id": "31",
        "created_at": 1734537390,
        "contact": {"type": "contact", "id": "6762f0ad1bb69f9f2193bb62"},
        "body": "<p>Hello</p>",
    }
    assert (told["type"], told["id"], told["email"]) == ("admin", "991267583", "admin124@email.com")


def test_a_note_may_have_no_author() -> None:
    assert note_shape(NOTE, None)["author"] is None
