"""What contacts and teammates do in conversations. Rule R70."""

import pytest
from sqlalchemy import select

from app.errors import (
    AdminNotFound,
    NotFound,
    ParameterInvalid,
    ParameterNotFound,
    TeamNotFound,
    UserNotFound,
)
from app.storage.tables import audit_log, contacts
from app.trail.records import CLI
from app.workspaces.teams import create_team
from support.recording import NOW
from support.talking import InboxDesk, make_desk

MALFORMED = ["0", "-1", "x", "9" * 40, "1.5", None, "", 1 << 40]


def test_R70_a_first_message_opens_a_conversation_that_waits(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe, "Hello <there>")
    assert (begun.state, begun.is_read, begun.waiting_since) == ("open", False, NOW)
    assert (begun.body, begun.author_type, begun.author_id) == ("<p>Hello &lt;there&gt;</p>", "user", joe)
    assert desk.facts(begun.id).first_contact_reply_at == NOW
    assert desk.facts(begun.id).parts == 0


def test_R70_a_first_message_turns_a_visitor_into_a_lead(desk: InboxDesk) -> None:
    visitor = desk.visitor("v-1")
    desk.listens()
    begun = desk.begins(visitor)
    assert desk.conn.execute(select(contacts.c.role).where(contacts.c.id == visitor)).scalar_one() == "lead"
    assert begun.author_type == "lead"
    assert desk.told() == ["contact.lead.created", "conversation.user.created"]


def test_a_visitor_is_found_by_the_id_its_browser_bears(desk: InboxDesk) -> None:
    visitor = desk.visitor("v-1")
    begun = desk.begins("", **{"from": {"type": "contact", "user_id": "v-1"}})
    assert begun.contact_id == visitor


def test_a_conversation_may_be_from_another_time_but_not_from_one_to_come(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe, created_at=int(NOW) - 500)
    assert (begun.created_at, begun.updated_at) == (NOW - 500, NOW - 500)
    with pytest.raises(ParameterInvalid, match="ahead of now"):
        desk.begins(joe, created_at=int(NOW) + 1)
    with pytest.raises(ParameterInvalid, match="began after that"):
        desk.contact_says(begun.id, joe, created_at=int(NOW) - 501)
    assert desk.contact_says(begun.id, joe, created_at=int(NOW) - 500).updated_at == NOW - 500


def test_a_reply_may_be_from_the_second_in_which_the_conversation_began(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    desk.now += 0.5
    begun = desk.begins(joe)
    desk.now += 0.25
    with pytest.raises(ParameterInvalid, match="began after that"):
        desk.contact_says(begun.id, joe, created_at=int(NOW) - 1)
    desk.contact_says(begun.id, joe, created_at=int(NOW))
    assert [part.created_at for part in desk.parts(begun.id)] == [NOW + 0.5]


def test_both_sides_reply_in_turn(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.now += 30
    answered = desk.admin_says(begun.id)
    assert (answered.waiting_since, answered.updated_at) == (None, NOW + 30)
    desk.now += 30
    assert desk.contact_says(str(begun.id), joe).waiting_since == NOW + 60
    told = [(part.type, part.author.type, part.body) for part in desk.parts(begun.id)]
    assert told == [("comment", "admin", "<p>Hi</p>"), ("comment", "user", "<p>And?</p>")]
    facts = desk.facts(begun.id)
    assert (facts.parts, facts.reply_seconds, facts.first_admin_reply_at) == (2, (30.0,), NOW + 30)


def test_when_each_last_wrote_stands_with_the_contact(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.now += 30
    desk.admin_says(begun.id)
    columns = (contacts.c.last_replied_at, contacts.c.last_contacted_at)
    row = desk.conn.execute(select(*columns).where(contacts.c.id == joe)).one()
    assert tuple(row) == (NOW, NOW + 30)


def test_a_note_is_no_answer(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.now += 30
    noted = desk.admin_says(begun.id, message_type="note")
    assert noted.waiting_since == NOW
    assert desk.facts(begun.id).first_admin_reply_at is None
    assert [part.type for part in desk.parts(begun.id)] == ["note"]


@pytest.mark.parametrize("name", ["intercom_user_id", "user_id", "email"])
def test_a_contact_replies_by_any_of_its_names_to_its_last_conversation(desk: InboxDesk, name: str) -> None:
    joe = desk.contact(email="joe@acme.example", external_id="42")
    named = {"intercom_user_id": joe, "user_id": "42", "email": "JOE@acme.example"}
    first = desk.begins(joe)
    desk.now += 10
    last = desk.begins(joe)
    body = {"message_type": "comment", "type": "user", name: named[name], "body": "x"}
    assert desk.replies("last", body).id == last.id
    desk.now += 10
    desk.admin_says(first.id)
    assert desk.replies("last", body).id == first.id


def test_last_is_nobodys_without_a_conversation_or_a_name(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    with pytest.raises(NotFound):
        desk.contact_says("last", joe)
    with pytest.raises(ParameterNotFound):
        desk.admin_says("last")
    begun = desk.begins(joe)
    assert desk.admin_says("last", email="joe@acme.example").id == begun.id


def test_a_contact_replies_in_no_conversation_of_somebody_else(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    eve = desk.contact(email="eve@acme.example")
    with pytest.raises(NotFound):
        desk.contact_says(begun.id, eve)
    assert desk.parts(begun.id) == []


def test_R70_close_and_the_contacts_answer_reopen(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.now += 10
    assert desk.manages(begun.id, "close", body="Bye").state == "closed"
    desk.now += 10
    assert desk.contact_says(begun.id, joe).state == "open"
    told = [(part.type, part.state, part.body) for part in desk.parts(begun.id)]
    assert told == [("close", "closed", "<p>Bye</p>"), ("open", "open", "<p>And?</p>")]
    facts = desk.facts(begun.id)
    assert (facts.first_closed_at, facts.last_closed_by_id, facts.reopens) == (NOW + 10, desk.admin_id, 1)
    assert facts.first_admin_reply_at == NOW + 10


def test_what_is_done_already_leaves_no_trace(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.manages(begun.id, "open")
    desk.manages(begun.id, "close")
    desk.now += 10
    assert desk.manages(begun.id, "close").updated_at == NOW
    assert [part.type for part in desk.parts(begun.id)] == ["close"]
    assert desk.facts(begun.id).last_closed_at == NOW
    assert desk.log() == ["conversation.created", "conversation.close"]
    desk.manages(begun.id, "close", body="Again")
    assert [part.type for part in desk.parts(begun.id)] == ["close", "comment"]


def test_R70_a_teammate_reopens(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.manages(begun.id, "close")
    opened = desk.manages(begun.id, "open")
    assert (opened.state, opened.is_read) == ("open", True)
    assert desk.facts(begun.id).reopens == 1


def test_R70_snoozed_until_its_moment(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    assert desk.manages(begun.id, "snoozed", snoozed_until=int(NOW) + 60).state == "snoozed"
    desk.now = NOW + 59.9
    assert desk.picture(begun.id).conversation.state == "snoozed"
    desk.now = NOW + 60
    assert desk.picture(begun.id).conversation.state == "open"
    # Whoever touches it finds it open: there is nothing to reopen.
    desk.manages(begun.id, "open")
    assert [part.type for part in desk.parts(begun.id)] == ["snoozed"]
    assert desk.facts(begun.id).reopens == 0


def test_R70_assign_to_a_teammate_and_a_team_and_to_nobody(desk: InboxDesk) -> None:
    team = create_team(desk.conn, desk.app_id, "Sales", (), actor=CLI, now=NOW)
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.manages(begun.id, "assignment", assignee_id=desk.admin_id)
    given = desk.manages(begun.id, "assignment", type="team", assignee_id=str(team.id), body="Over to them")
    assert (given.admin_assignee_id, given.team_assignee_id) == (desk.admin_id, team.id)
    nobody = desk.manages(begun.id, "assignment", assignee_id="0")
    assert (nobody.admin_assignee_id, nobody.team_assignee_id) == (None, team.id)
    facts = desk.facts(begun.id)
    assert (facts.assignments, facts.last_assignment_at) == (2, NOW)
    assert facts.first_admin_reply_at == NOW


@pytest.mark.parametrize(("type_", "error"), [("admin", AdminNotFound), ("team", TeamNotFound)])
def test_nothing_is_assigned_to_whom_nobody_knows(
    desk: InboxDesk, type_: str, error: type[Exception]
) -> None:
    other = make_desk(desk.conn, "Globex")
    team = create_team(desk.conn, other.app_id, "Sales", (), actor=CLI, now=NOW)
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    for assignee_id in (999, "x", other.admin_id if type_ == "admin" else team.id):
        with pytest.raises(error):
            desk.manages(begun.id, "assignment", type=type_, assignee_id=assignee_id)
    assert desk.facts(begun.id).assignments == 0


def test_webhooks_are_told_of_each_deed_and_the_log_keeps_no_word(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    desk.listens()
    begun = desk.begins(joe, "secret-word")
    desk.contact_says(begun.id, joe, "secret-word")
    desk.admin_says(begun.id, "secret-word")
    desk.admin_says(begun.id, "secret-word", message_type="note")
    desk.manages(begun.id, "assignment", assignee_id=desk.admin_id)
    desk.manages(begun.id, "snoozed", snoozed_until=int(NOW) + 60)
    desk.manages(begun.id, "open")
    desk.manages(begun.id, "close")
    desk.manages(begun.id, "open")
    assert desk.told() == [
        "conversation.user.created",
        "conversation.user.replied",
        "conversation.admin.replied",
        "conversation.admin.noted",
        "conversation.admin.assigned",
        "conversation.admin.snoozed",
        "conversation.admin.unsnoozed",
        "conversation.admin.closed",
        "conversation.admin.opened",
    ]
    assert len(desk.log()) == 9
    assert "secret-word" not in str(desk.conn.execute(select(audit_log)).all())


@pytest.mark.parametrize("given", MALFORMED)
def test_an_id_of_no_conversation_is_not_found(desk: InboxDesk, given: object) -> None:
    with pytest.raises(NotFound, match=r"^Resource Not Found$"):
        desk.admin_says(given)
    with pytest.raises(NotFound, match=r"^Resource Not Found$"):
        desk.manages(given, "close")


def test_R60_a_deleted_contacts_conversations_are_hidden_and_come_back_with_it(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.hides(joe, NOW)
    with pytest.raises(NotFound):
        desk.picture(begun.id)
    with pytest.raises(NotFound):
        desk.admin_says(begun.id)
    with pytest.raises(UserNotFound):
        desk.begins(joe)
    desk.hides(joe, None)
    assert desk.picture(begun.id).conversation == begun


def test_R64_an_archived_contacts_conversations_stay(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.conn.execute(contacts.update().where(contacts.c.id == joe).values(archived_at=NOW, listed=False))
    assert desk.admin_says(begun.id).state == "open"


def test_R83_nothing_of_another_workspace_can_be_touched(desk: InboxDesk) -> None:
    other = make_desk(desk.conn, "Globex")
    joe, eve = desk.contact(email="joe@acme.example"), other.contact(email="eve@globex.example")
    begun = desk.begins(joe)
    with pytest.raises(NotFound):
        other.admin_says(begun.id)
    with pytest.raises(NotFound):
        other.manages(begun.id, "close")
    with pytest.raises(UserNotFound):
        other.begins(joe)
    with pytest.raises(UserNotFound):
        desk.contact_says(begun.id, eve)
    with pytest.raises(AdminNotFound):
        desk.manages(begun.id, "close", admin_id=other.admin_id)
    with pytest.raises(AdminNotFound):
        desk.admin_says(begun.id, admin_id=other.admin_id)
    assert desk.picture(begun.id).parts == []
