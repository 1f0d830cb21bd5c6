"""Archive, unarchive, block: off the lists and back. Rule R64."""

from collections.abc import Callable
from typing import Any

import pytest

from app.contacts import archiving, deletion, reading
from app.contacts.records import Contact
from app.errors import ContactBlocked, UserNotFound
from app.trail.records import Actor
from support.recording import NOW, Recorder
from support.trail import listen, logged, told

TOKEN = Actor("token", "7")
Deed = Callable[..., Contact]


def do(deed: Deed, recorder: Recorder, contact_id: Any, at: float = NOW + 1) -> Contact:
    return deed(recorder.conn, recorder.app_id, contact_id, actor=TOKEN, now=at)


def listed(recorder: Recorder) -> list[str]:
    return [contact.id for contact in reading.people_after(recorder.conn, recorder.app_id, None, 10)]


def test_R64_archiving_hides_and_keeps_and_unarchiving_brings_back(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "42", "name": "Ada"}).contact
    archived = do(archiving.archive_contact, recorder, ada.id)
    assert (archived.archived_at, archived.listed) == (NOW + 1, False)
    assert listed(recorder) == []
    assert recorder.words(ada.id) == {"ada", "42"}
    back = do(archiving.unarchive_contact, recorder, ada.id, NOW + 2)
    assert (back.archived_at, back.listed, back.name) == (None, True, "Ada")
    assert listed(recorder) == [ada.id]


def test_R64_whoever_is_archived_is_still_recorded_and_stays_hidden(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    do(archiving.archive_contact, recorder, ada.id)
    again = recorder.ping({"user_id": "42", "name": "Ada"}, at=NOW + 9).contact
    assert (again.id, again.name, again.listed) == (ada.id, "Ada", False)


def test_the_pings_of_somebody_blocked_are_refused_until_unarchived(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    blocked = do(archiving.block_contact, recorder, ada.id)
    assert (blocked.blocked_at, blocked.archived_at, blocked.listed) == (NOW + 1, NOW + 1, False)
    with pytest.raises(ContactBlocked):
        recorder.ping({"user_id": "42", "name": "Eve"}, at=NOW + 2)
    assert recorder.row(ada.id)["name"] is None
    assert do(archiving.unarchive_contact, recorder, ada.id).blocked_at is None
    assert recorder.ping({"user_id": "42", "name": "Ada"}, at=NOW + 3).contact.id == ada.id


@pytest.mark.parametrize(
    "deed", [archiving.archive_contact, archiving.unarchive_contact, archiving.block_contact]
)
def test_a_second_time_changes_nothing_and_tells_nobody(recorder: Recorder, deed: Deed) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    if deed is archiving.unarchive_contact:
        do(archiving.archive_contact, recorder, ada.id)
    first = do(deed, recorder, ada.id)
    entries = logged(recorder)
    assert do(deed, recorder, ada.id, NOW + 5) == first
    assert logged(recorder) == entries


def test_blocking_somebody_archived_keeps_the_moment(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    do(archiving.archive_contact, recorder, ada.id, NOW + 1)
    assert do(archiving.block_contact, recorder, ada.id, NOW + 2).archived_at == NOW + 1


def test_each_deed_is_logged_and_told(recorder: Recorder) -> None:
    listen(recorder)
    ada = recorder.ping({"user_id": "42"}).contact
    for deed in (archiving.archive_contact, archiving.unarchive_contact, archiving.block_contact):
        do(deed, recorder, ada.id)
    names = ["contact.archived", "contact.unarchived", "contact.blocked"]
    assert logged(recorder) == [(name, ada.id) for name in names]
    assert told(recorder) == [(name, ada.id) for name in ["contact.user.created", *names]]


@pytest.mark.parametrize(
    "deed", [archiving.archive_contact, archiving.unarchive_contact, archiving.block_contact]
)
def test_who_is_unknown_or_deleted_is_not_found(recorder: Recorder, deed: Deed) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    do(deletion.delete_contact, recorder, ada.id)
    for contact_id in (ada.id, "f" * 24, "x"):
        with pytest.raises(UserNotFound):
            do(deed, recorder, contact_id)
