"""Find, create and change contacts, straight in a small database."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import RowMapping, insert, select

from app.auth.admins import create_admin, remove_member
from app.contacts import operations
from app.contacts.drafts import read_draft
from app.contacts.records import Contact
from app.contacts.saving import save
from app.errors import Conflict, ParameterInvalid, ParameterNotFound, UserNotFound
from app.storage.tables import audit_log, data_attributes, webhook_deliveries, webhooks
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "7")


def create(recorder: Recorder, at: float = NOW, **body: Any) -> Contact:
    draft = read_draft(body)
    return operations.create_contact(recorder.conn, recorder.app_id, draft, actor=TOKEN, now=at)


def change(recorder: Recorder, contact_id: str, at: float = NOW + 1, **body: Any) -> Contact:
    draft = read_draft(body)
    return operations.change_contact(recorder.conn, recorder.app_id, contact_id, draft, actor=TOKEN, now=at)


def get(recorder: Recorder, contact_id: str) -> Contact:
    return operations.get_contact(recorder.conn, recorder.app_id, contact_id)


def log(recorder: Recorder) -> list[RowMapping]:
    return list(recorder.conn.execute(select(audit_log).order_by(audit_log.c.id)).mappings())


def listen(recorder: Recorder) -> None:
    """A webhook hears everything."""
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), hook | {"created_at": NOW})


def told(recorder: Recorder) -> list[tuple[str, str]]:
    columns = select(webhook_deliveries.c.topic, webhook_deliveries.c.subject_id)
    return [
        (row.topic, row.subject_id)
        for row in recorder.conn.execute(columns.order_by(webhook_deliveries.c.id))
    ]


def test_what_is_created_is_what_was_given(recorder: Recorder) -> None:
    ada = create(
        recorder,
        external_id="42",
        email="Ada@Example.com",
        name="Dr. Ada Okonkwo, PhD",
        phone="+1",
        avatar="https://a.example/b.png",
        signed_up_at=5,
        last_seen_at="6",
        unsubscribed_from_emails=True,
    )
    assert get(recorder, ada.id) == ada
    assert (ada.role, ada.listed, ada.external_id) == ("user", True, "42")
    assert (ada.email, ada.email_key) == ("Ada@Example.com", "ada@example.com")
    assert (ada.name, ada.first_name, ada.last_name) == ("Dr. Ada Okonkwo, PhD", "Ada", "Okonkwo")
    assert (ada.signed_up_at, ada.last_seen_at, ada.unsubscribed_from_emails) == (5.0, 6.0, True)
    assert (ada.created_at, ada.synced_at, ada.first_seen_at, ada.session_count) == (NOW, NOW, None, 0)
    assert "okonkwo" in recorder.words(ada.id)


def test_R22_whoever_is_created_has_a_pseudonym(recorder: Recorder) -> None:
    one, other = create(recorder, role="lead"), create(recorder, role="lead")
    assert one.pseudonym and one.pseudonym != other.pseudonym


def test_R50_nobody_in_particular_is_not_created(recorder: Recorder) -> None:
    with pytest.raises(ParameterNotFound):
        create(recorder, name="Ada")


@pytest.mark.parametrize(
    "body",
    [{"external_id": "42"}, {"email": "ADA@example.com"}, {"external_id": "42", "email": "new@example.com"}],
)
def test_R50_a_second_user_of_an_id_is_refused_with_the_first_ones_id(
    recorder: Recorder, body: dict[str, Any]
) -> None:
    ada = create(recorder, external_id="42", email="ada@example.com")
    with pytest.raises(Conflict) as refusal:
        create(recorder, **body)
    message = f"A contact matching those details already exists with id={ada.id}"
    assert refusal.value.message == message
    assert len(recorder.rows()) == 1


def test_R50_an_archived_user_stands_in_the_way_as_such(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42")
    recorder.change(ada.id, archived_at=NOW, listed=False)
    with pytest.raises(Conflict, match=f"^An archived contact matching .* id={ada.id}$"):
        create(recorder, external_id="42")


def test_R50_of_two_in_the_way_the_external_id_s_is_named(recorder: Recorder) -> None:
    create(recorder, email="ada@example.com")
    by_id = create(recorder, external_id="42")
    with pytest.raises(Conflict, match=by_id.id):
        create(recorder, external_id="42", email="ada@example.com")


def test_R50_leads_may_share_an_email_with_each_other_and_with_a_user(recorder: Recorder) -> None:
    for body in ({"role": "lead"}, {"role": "lead"}, {}):
        create(recorder, email="ada@example.com", **body)
    assert len(recorder.rows()) == 3


def test_R50_a_lead_that_becomes_a_user_must_not_double_one(recorder: Recorder) -> None:
    ada = create(recorder, email="ada@example.com")
    lead = create(recorder, email="ada@example.com", role="lead")
    with pytest.raises(Conflict, match=ada.id):
        change(recorder, lead.id, role="user")
    assert get(recorder, lead.id) == lead
    assert change(recorder, lead.id, role="user", email="other@example.com").role == "user"


def test_R50_nobody_stands_in_their_own_way(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42", email="ada@example.com")
    again = change(recorder, ada.id, external_id="42", email="ADA@example.com")
    assert again.email == "ADA@example.com"


def test_a_change_changes_what_is_given_and_null_clears(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42", name="Ada Okonkwo", phone="+1")
    after = change(recorder, ada.id, phone=None, name="Prince")
    assert (after.external_id, after.phone, after.name) == ("42", None, "Prince")
    assert (after.first_name, after.last_name) == ("Prince", None)
    assert (after.updated_at, after.created_at) == (NOW + 1, NOW)
    assert recorder.words(ada.id) == {"prince", "42"}
    assert change(recorder, ada.id, name=None).first_name is None


def test_R20_a_name_that_is_sent_back_keeps_the_halves_that_an_import_gave_it(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42", name="Mary Ann King")
    halved = replace(ada, first_name="Mary Ann", last_name="King")
    save(recorder.conn, ada, halved)
    sent_back = change(recorder, ada.id, name="Mary Ann King", phone="+1")
    assert (sent_back.first_name, sent_back.last_name) == ("Mary Ann", "King")


def test_an_owner_is_a_teammate_of_the_workspace(recorder: Recorder) -> None:
    mate = create_admin(recorder.conn, recorder.app_id, "mate@example.com", None, NOW)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    stranger = create_admin(recorder.conn, other, "stranger@example.com", None, NOW)
    ada = create(recorder, external_id="42", owner_id=mate)
    assert ada.owner_id == mate
    for owner_id in (stranger, 999, 0):
        with pytest.raises(ParameterInvalid, match=f"owner_id is {owner_id}: no teammate"):
            change(recorder, ada.id, owner_id=owner_id)
    assert change(recorder, ada.id, owner_id=None).owner_id is None


def test_an_owner_who_is_no_teammate_any_more_may_be_sent_back(recorder: Recorder) -> None:
    mate = create_admin(recorder.conn, recorder.app_id, "mate@example.com", None, NOW)
    create_admin(recorder.conn, recorder.app_id, "other@example.com", None, NOW)
    ada = create(recorder, external_id="42", owner_id=mate)
    remove_member(recorder.conn, recorder.app_id, mate)
    assert change(recorder, ada.id, owner_id=mate, name="Ada").owner_id == mate
    with pytest.raises(ParameterInvalid, match="no teammate"):
        create(recorder, external_id="43", owner_id=mate)


def test_R40_an_unknown_attribute_is_refused_and_nothing_is_written(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42")
    with pytest.raises(ParameterInvalid, match="nobody_made_this"):
        change(recorder, ada.id, name="Ada", custom_attributes={"nobody_made_this": 1})
    with pytest.raises(ParameterInvalid, match="nobody_made_this"):
        create(recorder, external_id="43", custom_attributes={"nobody_made_this": 1})
    assert get(recorder, ada.id) == ada
    assert len(recorder.rows()) == 1


def test_R40_a_known_attribute_is_written(recorder: Recorder) -> None:
    row: dict[str, Any] = {"app_id": recorder.app_id, "model": "contact", "name": "plan_of_ours"}
    row |= {"label": "Plan", "type": "string", "options": [], "messenger_writable": True, "archived": False}
    recorder.conn.execute(insert(data_attributes), row | {"created_at": NOW, "updated_at": NOW})
    ada = create(recorder, external_id="42", custom_attributes={"plan_of_ours": "pro"})
    assert get(recorder, ada.id).custom_attributes == {"plan_of_ours": "pro"}


@pytest.mark.parametrize("contact_id", ["", "x", "a" * 24, "A" * 24, "9" * 40, "\0", "é" * 24])
def test_who_is_unknown_is_not_found(recorder: Recorder, contact_id: str) -> None:
    for ask in (get, change):
        with pytest.raises(UserNotFound, match=r"^User Not Found$"):
            ask(recorder, contact_id)
    with pytest.raises(UserNotFound):
        operations.get_user_by_external_id(recorder.conn, recorder.app_id, contact_id)


def test_R83_another_workspace_s_contact_is_not_found(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42")
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    with pytest.raises(UserNotFound):
        operations.get_contact(recorder.conn, other, ada.id)
    with pytest.raises(UserNotFound):
        operations.get_user_by_external_id(recorder.conn, other, "42")
    with pytest.raises(UserNotFound):
        operations.change_contact(recorder.conn, other, ada.id, read_draft({}), actor=TOKEN, now=NOW)


def test_R82_each_change_is_on_the_log_by_its_fields_and_without_values(recorder: Recorder) -> None:
    ada = create(recorder, external_id="42", name="Ada")
    change(recorder, ada.id, phone="+1")
    created, updated = log(recorder)
    assert (created["action"], created["subject_id"]) == ("contact.created", ada.id)
    assert (created["actor_type"], created["actor_id"]) == ("token", "7")
    assert created["detail"] == {"fields": ["external_id", "name"]}
    assert (updated["action"], updated["detail"]) == ("contact.updated", {"fields": ["phone"]})


def test_webhooks_are_told_of_each_change(recorder: Recorder) -> None:
    listen(recorder)
    ada, lead = create(recorder, email="ada@example.com"), create(recorder, role="lead")
    change(recorder, ada.id, name="Ada")
    change(recorder, ada.id, email="new@example.com")
    change(recorder, lead.id, name="Lee")
    change(recorder, lead.id, role="user", external_id="42")
    assert told(recorder) == [
        ("contact.user.created", ada.id),
        ("contact.lead.created", lead.id),
        ("contact.user.updated", ada.id),
        ("contact.user.updated", ada.id),
        ("contact.email.updated", ada.id),
        ("contact.lead.updated", lead.id),
        ("contact.lead.signed_up", lead.id),
    ]


def test_a_visitor_can_be_called_by_name_and_made_a_user(recorder: Recorder) -> None:
    visitor = recorder.ping({"anonymous_id": "a1"}).contact
    assert change(recorder, visitor.id, name="Ada").role == "visitor"
    assert change(recorder, visitor.id, role="user", external_id="42").role == "user"


@pytest.mark.parametrize(
    ("made", "change"),
    [
        ({"external_id": "42"}, {"external_id": None}),
        ({"email": "ada@example.com"}, {"email": ""}),
        ({"role": "lead", "name": "Ada"}, {"role": "user"}),
    ],
)
def test_a_user_keeps_something_to_be_known_by(
    recorder: Recorder, made: dict[str, str], change: dict[str, str | None]
) -> None:
    ada = operations.create_contact(recorder.conn, recorder.app_id, read_draft(made), actor=TOKEN, now=NOW)
    with pytest.raises(ParameterInvalid, match="a user has at least one of them"):
        operations.change_contact(
            recorder.conn, recorder.app_id, ada.id, read_draft(change), actor=TOKEN, now=NOW
        )
    assert operations.get_contact(recorder.conn, recorder.app_id, ada.id) == ada
