"""Lines of a file become contacts: rules R31, R50 and R55."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.attributes.operations import AttributeDraft, attributes_of, create_attribute
from app.auth.admins import create_admin, remove_member
from app.contacts import store
from app.contacts.csv_rows import HALVES, BadLine, Line
from app.contacts.grace import GRACE_SECONDS
from app.contacts.imports import Outcome, fault_of, import_lines, newcomer_of
from app.contacts.records import Contact
from app.ids import ContactId
from app.storage.tables import (
    attribute_values,
    audit_log,
    contacts,
    pseudonym_counters,
    search_words,
    webhook_deliveries,
)
from app.trail.records import CLI, SYSTEM
from app.trail.webhook_operations import create_webhook
from support.recording import NOW, Recorder


def take(recorder: Recorder, *bodies: dict[str, Any]) -> Outcome:
    lines = [Line(number, body) for number, body in enumerate(bodies, start=2)]
    return import_lines(recorder.conn, recorder.app_id, lines, actor=CLI, now=NOW)


def one(recorder: Recorder, **found_by: str) -> Contact:
    [row] = [row for row in recorder.rows() if all(row[name] == value for name, value in found_by.items())]
    contact = store.find_contact(recorder.conn, recorder.app_id, ContactId(row["id"]))
    assert contact is not None
    return contact


def reasons(outcome: Outcome) -> dict[int, str]:
    return {bad.number: bad.reason for bad in outcome.problems}


@pytest.fixture
def plan(recorder: Recorder) -> None:
    for name, type_ in (("plan", "string"), ("seats", "integer"), ("renewed_at", "date")):
        draft = AttributeDraft("contact", name, type_)  # type: ignore[arg-type]
        create_attribute(recorder.conn, recorder.app_id, draft, actor=SYSTEM, now=NOW)


def test_R55_a_line_makes_a_contact_as_rest_would(recorder: Recorder, plan: None) -> None:
    body = {"external_id": "1", "email": "Ada@example.com", "name": "Ada Lovelace"}
    body["custom_attributes"] = {"plan": "pro", "seats": "7", "renewed_at": "2023-11-14T22:13:20Z"}  # type: ignore[assignment]
    outcome = take(recorder, body)
    assert (outcome.created, outcome.updated, outcome.problems) == (1, 0, [])
    ada = one(recorder, external_id="1")
    assert (ada.role, ada.email, ada.email_key) == ("user", "Ada@example.com", "ada@example.com")
    assert (ada.first_name, ada.last_name, ada.name_key) == ("Ada", "Lovelace", "ada lovelace")
    assert ada.custom_attributes == {"plan": "pro", "seats": 7, "renewed_at": 1_700_000_000}
    assert ada.pseudonym
    assert ada.synced_at == NOW
    assert {"ada", "lovelace"} <= recorder.words(ada.id)
    values = select(attribute_values.c.number, attribute_values.c.text)
    assert {tuple(row) for row in recorder.conn.execute(values)} == {
        (None, "pro"),
        (7.0, None),
        (1_700_000_000.0, None),
    }


@pytest.mark.parametrize(
    "body",
    [
        {"external_id": "1", "email": "Ada@example.com", "name": "Dr Ada Lovelace", "phone": "+353 1"},
        {"role": "lead", "email": "ada@example.com", "custom_attributes": {"plan": "pro", "seats": "7"}},
        {"role": "lead", "first_name": "Ada", "last_name": "van Dyk"},
        {"role": "lead", "phone": "+353 1"},
        {"email": "ada@example.com", "signed_up_at": 1_700_000_000.5, "custom_attributes": {"plan": "\t"}},
    ],
)
def test_R55_what_was_found_out_ahead_of_a_newcomer_is_what_the_line_makes(
    recorder: Recorder, plan: None, body: dict[str, Any]
) -> None:
    attributes = attributes_of(recorder.conn, recorder.app_id, "contact")
    rows = []
    for newcomer in (None, newcomer_of(body, attributes)):
        lines = [Line(2, body, newcomer)]
        told = import_lines(recorder.conn, recorder.app_id, lines, actor=CLI, now=NOW, attributes=attributes)
        assert (told.created, told.problems) == (1, [])
        [row] = recorder.rows()
        words = recorder.words(row["id"])
        rows.append(({**row, "id": None, "pseudonym": None}, words))
        recorder.conn.execute(delete(search_words))
        recorder.conn.execute(delete(attribute_values))
        recorder.conn.execute(delete(contacts))
        recorder.conn.execute(delete(pseudonym_counters))
    assert rows[0] == rows[1]
    assert rows[0][0]["synced_at"] == NOW


def test_R55_what_was_found_out_by_other_attributes_is_found_out_anew(recorder: Recorder, plan: None) -> None:
    attributes = attributes_of(recorder.conn, recorder.app_id, "contact")
    before = {**attributes, "seats": replace(attributes["seats"], type="string")}
    body = {"external_id": "1", "custom_attributes": {"seats": "7"}}
    line = Line(2, body, newcomer_of(body, before))
    import_lines(recorder.conn, recorder.app_id, [line], actor=CLI, now=NOW, attributes=before)
    assert one(recorder, external_id="1").custom_attributes == {"seats": 7}


def test_R55_whom_a_line_before_has_made_is_found_as_the_later_line_has_it(recorder: Recorder) -> None:
    take(recorder, {"external_id": "1", "name": "Ada Lovelace"}, {"external_id": "1", "name": "Ada King"})
    ada = one(recorder, external_id="1")
    assert ada.name_key == "ada king"
    assert recorder.words(ada.id) == {"ada", "king", "1"}


def test_R31_an_imported_value_says_that_it_is_from_csv(recorder: Recorder, plan: None) -> None:
    take(recorder, {"external_id": "1", "custom_attributes": {"plan": "pro"}})
    provenance = one(recorder, external_id="1").provenance
    assert provenance is not None
    assert (provenance["plan"]["source"], provenance["plan"]["by"]) == ("csv", "cli")


def test_R55_a_line_changes_whom_it_names(recorder: Recorder, plan: None) -> None:
    take(recorder, {"external_id": "1", "email": "ada@example.com", "name": "Ada"})
    by_id = one(recorder, external_id="1").id
    outcome = take(
        recorder,
        {"external_id": "1", "phone": "+353"},
        {"email": "ADA@example.com", "name": "Ada King"},
        {"id": by_id, "custom_attributes": {"plan": "pro"}},
    )
    assert (outcome.created, outcome.updated, outcome.problems) == (0, 1, [])
    ada = one(recorder, external_id="1")
    assert (ada.name, ada.phone, ada.custom_attributes) == ("Ada King", "+353", {"plan": "pro"})
    assert len(recorder.rows()) == 1


@pytest.mark.parametrize(
    ("stored", "half", "name"),
    [
        ("Ada Lovelace", {"first_name": "Augusta"}, "Augusta Lovelace"),
        ("Ada Lovelace", {"last_name": "King"}, "Ada King"),
        ("Joe Bloggs, CBA", {"first_name": "Joe"}, "Joe Bloggs, CBA"),
        ("Prince", {"last_name": "Nelson"}, "Prince Nelson"),
        (None, {"first_name": "Augusta"}, "Augusta"),
    ],
)
def test_R55_a_half_of_a_name_leaves_the_other_half(
    recorder: Recorder, stored: str | None, half: dict[str, str], name: str
) -> None:
    if stored is not None:
        take(recorder, {"external_id": "1", "name": stored})
    assert take(recorder, {"external_id": "1", **half}).problems == []
    assert one(recorder, external_id="1").name == name


@pytest.mark.parametrize(
    ("half", "name", "halves"),
    [
        ({"first_name": "Mary Ann"}, "Mary Ann King", ("Mary Ann", "King")),
        ({"last_name": "van Dyk"}, "Mary van Dyk", ("Mary", "van Dyk")),
        ({"first_name": "Mary  Ann", "last_name": "van Dyk"}, "Mary Ann van Dyk", ("Mary Ann", "van Dyk")),
        ({"first_name": "Mary", "last_name": "King, PhD"}, "Mary King, PhD", ("Mary", "King, PhD")),
    ],
)
def test_R55_halves_of_a_name_are_kept_as_the_file_has_them_however_often_it_comes(
    recorder: Recorder, half: dict[str, str], name: str, halves: tuple[str, str]
) -> None:
    take(recorder, {"external_id": "1", "name": "Mary King"})
    for _ in range(3):
        take(recorder, {"external_id": "1", **half})
        mary = one(recorder, external_id="1")
        assert (mary.name, mary.first_name, mary.last_name) == (name, *halves)


@pytest.mark.parametrize(
    ("half", "halves"),
    [({"first_name": "Mary Ann"}, ("Mary Ann", None)), ({"last_name": "King"}, (None, "King"))],
)
def test_R55_one_half_of_a_newcomers_name_stays_that_half(
    recorder: Recorder, half: dict[str, str], halves: tuple[str | None, str | None]
) -> None:
    take(recorder, {"external_id": "1", **half})
    mary = one(recorder, external_id="1")
    assert (mary.first_name, mary.last_name) == halves


@pytest.mark.parametrize("stored", [None, "Mary King", "King, Mary Ann", "Mary Ann King"])
@pytest.mark.parametrize("halves", [("Mary Ann", "King"), ("Mary", "Ann King"), (None, "Mary Ann King")])
def test_R55_halves_that_make_up_the_whole_name_are_its_halves(
    recorder: Recorder, stored: str | None, halves: tuple[str | None, str]
) -> None:
    if stored is not None:
        take(recorder, {"external_id": "1", "name": stored})
    given = {half: text for half, text in zip(HALVES, halves, strict=True) if text}
    assert take(recorder, {"external_id": "1", "name": "Mary Ann King", **given}).problems == []
    mary = one(recorder, external_id="1")
    assert (mary.name, mary.first_name, mary.last_name) == ("Mary Ann King", *halves)
    take(recorder, {"external_id": "1", "name": "Mary Ann King"})
    assert one(recorder, external_id="1").last_name == halves[1]


def test_R55_halves_that_make_too_long_a_name_are_told_of_before_anything_is_written() -> None:
    assert fault_of(Line(2, {"external_id": "1", "first_name": "A" * 10_000, "last_name": "King"}), {})
    assert fault_of(Line(2, {"external_id": "1", "first_name": "Ada", "last_name": "King"}), {}) is None


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ({"email": "b@example.com"}, ["contact.user.updated", "contact.email.updated"]),
        ({"name": "Ada"}, ["contact.user.updated"]),
    ],
)
def test_R55_a_line_is_news_as_a_change_over_rest_is(
    recorder: Recorder, line: dict[str, Any], topics: list[str]
) -> None:
    url, conn = "https://example.com/hook", recorder.conn
    create_webhook(conn, recorder.app_id, url, ["*"], actor=SYSTEM, now=NOW)
    take(recorder, {"external_id": "1", "email": "a@example.com"})
    take(recorder, {"external_id": "1", **line})
    told = select(webhook_deliveries.c.topic).order_by(webhook_deliveries.c.id)
    assert list(conn.execute(told).scalars()) == ["contact.user.created", *topics]


def test_R55_two_lines_about_one_newcomer_make_one_contact(recorder: Recorder) -> None:
    outcome = take(recorder, {"email": "ada@example.com"}, {"email": "Ada@Example.com", "name": "Ada"})
    assert (outcome.created, outcome.updated) == (1, 0)
    assert one(recorder, email_key="ada@example.com").name == "Ada"


def test_R50_leads_may_share_an_email_and_users_may_not(recorder: Recorder) -> None:
    outcome = take(
        recorder,
        {"role": "lead", "email": "ada@example.com"},
        {"role": "lead", "email": "ada@example.com"},
        {"external_id": "1", "email": "ada@example.com"},
        {"external_id": "2", "email": "ada@example.com"},
    )
    assert outcome.created == 3
    holder = one(recorder, external_id="1")
    message = f"A contact matching those details already exists with id={holder.id}"
    assert reasons(outcome) == {5: message}


def test_R55_a_line_of_a_lead_makes_no_lead_of_a_user_unless_it_names_them_by_id(recorder: Recorder) -> None:
    take(recorder, {"external_id": "1", "email": "ada@example.com"})
    ada = one(recorder, external_id="1")
    lead = {"role": "lead", "external_id": "1", "email": "ada@example.com", "name": "Not Ada"}
    assert take(recorder, lead).created == 1
    assert one(recorder, id=ada.id) == ada
    assert take(recorder, {**lead, "id": ada.id}).updated == 1
    assert one(recorder, id=ada.id).role == "lead"


def test_R55_an_owner_who_is_no_teammate_any_more_may_come_back_from_an_export(recorder: Recorder) -> None:
    mate = create_admin(recorder.conn, recorder.app_id, "mate@example.com", None, NOW)
    create_admin(recorder.conn, recorder.app_id, "other@example.com", None, NOW)
    take(recorder, {"external_id": "1", "owner_id": str(mate)})
    remove_member(recorder.conn, recorder.app_id, mate)
    outcome = take(
        recorder,
        {"external_id": "1", "owner_id": str(mate), "name": "Ada"},
        {"external_id": "2", "owner_id": str(mate)},
    )
    assert reasons(outcome) == {3: "owner_id: no teammate of this workspace has it"}
    assert one(recorder, external_id="1").name == "Ada"


def test_R55_a_bad_line_is_left_out_whole_and_says_why(recorder: Recorder, plan: None) -> None:
    take(recorder, {"external_id": "1", "name": "Ada", "custom_attributes": {"seats": "1"}})
    outcome = import_lines(
        recorder.conn,
        recorder.app_id,
        [
            Line(2, {"external_id": "1", "name": "Ada King", "custom_attributes": {"seats": "many"}}),
            Line(3, {"email": "no email"}),
            Line(4, {"name": "Nobody"}),
            Line(5, {"id": "f" * 24, "name": "Nobody"}),
            Line(6, {"external_id": "2", "owner_id": 99}),
            Line(7, {"external_id": "3", "role": "emperor"}),
            BadLine(8, "has 3 cells, more than the header's 2"),
            Line(9, {"external_id": "4"}),
        ],
        actor=CLI,
        now=NOW + 1,
    )
    told = reasons(outcome)
    assert list(told) == [2, 3, 4, 5, 6, 7, 8]
    assert "seats" in told[2]
    assert "email" in told[3]
    assert "missing" in told[4]
    assert "no contact of this workspace" in told[5]
    assert "no teammate" in told[6]
    assert "role" in told[7]
    assert outcome.created == 1
    ada = one(recorder, external_id="1")
    assert (ada.name, ada.custom_attributes, ada.updated_at) == ("Ada", {"seats": 1}, NOW)


@pytest.mark.parametrize(
    "field",
    [
        *("id", "external_id", "email", "role", "phone", "name", "avatar", "signed_up_at", "last_seen_at"),
        *("owner_id", "unsubscribed_from_emails", "language_override", "plan", "seats", "renewed_at"),
    ],
)
@pytest.mark.parametrize("cell", ["ada.secret@example.com x", "4711471147", "secret\0", "s" * 20_000])
def test_R61_no_reason_repeats_a_cell(recorder: Recorder, plan: None, field: str, cell: str) -> None:
    whose: dict[str, Any] = {} if field == "id" else {"external_id": "1"}
    is_own = field in ("plan", "seats", "renewed_at")
    outcome = take(recorder, whose | ({"custom_attributes": {field: cell}} if is_own else {field: cell}))
    for reason in reasons(outcome).values():
        assert cell[:6] not in reason


def test_R50_ids_may_change_hands_within_a_batch(recorder: Recorder) -> None:
    take(
        recorder,
        {"external_id": "1", "email": "one@example.com"},
        {"external_id": "2", "email": "two@example.com"},
    )
    outcome = take(
        recorder,
        {"external_id": "2", "email": "other@example.com"},
        {"external_id": "1", "email": "two@example.com"},
        {"external_id": "3", "email": "one@example.com"},
    )
    assert reasons(outcome) == {}
    emails = {row["external_id"]: row["email"] for row in recorder.rows()}
    assert emails == {"1": "two@example.com", "2": "other@example.com", "3": "one@example.com"}


def test_R50_a_lead_becomes_no_user_whose_ids_another_has(recorder: Recorder) -> None:
    take(
        recorder,
        {"external_id": "1", "email": "ada@example.com"},
        {"role": "lead", "external_id": "2", "email": "ada@example.com", "name": "By email"},
        {"role": "lead", "external_id": "1", "email": "own@example.com", "name": "By external id"},
    )
    ada = one(recorder, external_id="1", role="user")
    leads = [one(recorder, name=name) for name in ("By email", "By external id")]
    outcome = take(recorder, *({"id": lead.id, "role": "user"} for lead in leads), {"external_id": "3"})
    message = f"A contact matching those details already exists with id={ada.id}"
    assert reasons(outcome) == {2: message, 3: message}
    assert (outcome.created, [one(recorder, id=lead.id) for lead in leads]) == (1, leads)


def test_R61_a_lead_becomes_a_user_with_the_ids_of_one_whose_days_are_over(recorder: Recorder) -> None:
    take(recorder, {"email": "ada@example.com"}, {"role": "lead", "email": "ada@example.com", "name": "Ada"})
    gone, lead = one(recorder, role="user"), one(recorder, name="Ada")
    recorder.change(gone.id, deleted_at=NOW - GRACE_SECONDS, deleted_by="cli", listed=False)
    assert reasons(take(recorder, {"id": lead.id, "role": "user"})) == {}
    assert [(row["id"], row["role"]) for row in recorder.rows()] == [(lead.id, "user")]


def test_R50_a_user_who_becomes_a_lead_frees_the_ids_for_lines_that_follow(recorder: Recorder) -> None:
    take(recorder, {"external_id": "1"}, {"external_id": "2", "email": "ada@example.com"})
    ada = one(recorder, external_id="2")
    outcome = take(
        recorder,
        {"id": ada.id, "role": "lead"},
        {"external_id": "1", "email": "ada@example.com"},
        {"external_id": "2"},
    )
    assert (reasons(outcome), outcome.created, outcome.updated) == ({}, 1, 2)
    known = {(row["role"], row["external_id"], row["email"]) for row in recorder.rows()}
    email = "ada@example.com"
    assert known == {("lead", "2", email), ("user", "1", email), ("user", "2", None)}


def test_R62_a_deleted_contact_keeps_its_ids(recorder: Recorder) -> None:
    take(recorder, {"external_id": "1"})
    gone = one(recorder, external_id="1")
    recorder.change(gone.id, deleted_at=NOW, listed=False)
    message = f"A contact matching those details already exists with id={gone.id}"
    assert reasons(take(recorder, {"external_id": "1"})) == {2: message}


@pytest.mark.parametrize(("seconds", "is_free"), [(GRACE_SECONDS - 1, False), (GRACE_SECONDS, True)])
def test_R62_after_seven_days_its_ids_are_free(recorder: Recorder, seconds: float, is_free: bool) -> None:
    take(recorder, {"external_id": "1"})
    gone = one(recorder, external_id="1")
    recorder.change(gone.id, deleted_at=NOW - seconds, deleted_by="cli", listed=False)
    outcome = take(recorder, {"external_id": "1", "name": "Somebody new"})
    assert (outcome.created, not outcome.problems) == ((1, True) if is_free else (0, False))
    assert len(recorder.rows()) == 1


def test_R82_every_contact_is_on_the_log(recorder: Recorder) -> None:
    take(recorder, {"external_id": "1"}, {"external_id": "2"})
    take(recorder, {"external_id": "2", "name": "Bob"})
    statement = (
        select(audit_log.c.action).where(audit_log.c.subject_type == "contact").order_by(audit_log.c.id)
    )
    actions = list(recorder.conn.execute(statement).scalars())
    assert actions == ["contact.created", "contact.created", "contact.updated"]
