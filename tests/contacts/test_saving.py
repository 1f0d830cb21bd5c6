"""A contact is written with its key and words; its ids are guarded by the database."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from app.contacts.saving import save
from support.recording import Recorder


def test_words_and_key_follow_what_is_shown(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "1", "name": "Ada"}).contact
    after = save(recorder.conn, contact, replace(contact, name="Zoë"))
    assert after.name_key == "zoe"
    assert recorder.words(contact.id) == {"zoe", "1"}


def test_what_shows_no_change_leaves_the_words_alone(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "1", "name": "Ada"}).contact
    after = save(recorder.conn, contact, replace(contact, city="Oslo"))
    assert recorder.row(contact.id)["city"] == "Oslo"
    assert after.name_key == contact.name_key


def test_R50_the_database_itself_refuses_a_second_user_of_an_id(recorder: Recorder) -> None:
    recorder.ping({"user_id": "1"})
    other = recorder.ping({"user_id": "2"}).contact
    with pytest.raises(IntegrityError), recorder.conn.begin_nested():
        save(recorder.conn, other, replace(other, external_id="1"))
