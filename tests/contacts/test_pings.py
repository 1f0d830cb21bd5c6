"""One ping, recorded: who it makes or finds, and what it changes of them."""

from dataclasses import replace
from typing import Any

import pytest

from app.contacts.agents import read_agent
from app.contacts.pings import Recorded
from app.errors import ContactDeleted, OriginNotAllowed, WorkspaceNotFound
from app.ids import AppId, is_contact_id
from app.places.cities import Place
from app.workspaces.operations import change_workspace, create_workspace
from support.recording import NOW, OWN, Recorder, statements_during

ATLANTA = Place("Atlanta", "Georgia", "United States", "US")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)


def problems(recorded: Recorded) -> list[str]:
    return [problem.name for problem in recorded.problems]


# Who it makes, and who it finds


def test_a_browser_that_is_new_is_a_visitor(recorder: Recorder) -> None:
    recorded = recorder.ping({"anonymous_id": "a1"})
    [row] = recorder.rows()
    assert is_contact_id(recorded.contact.id)
    assert (row["id"], row["role"], row["listed"]) == (recorded.contact.id, "visitor", True)
    assert (row["anonymous_id"], row["created_at"], row["first_seen_at"]) == ("a1", NOW, NOW)
    assert (row["last_seen_at"], row["active_at"], row["session_count"]) == (NOW, NOW, 1)


def test_a_browser_that_comes_back_is_the_same_visitor(recorder: Recorder) -> None:
    first = recorder.ping({"anonymous_id": "a1"})
    again = recorder.ping({"anonymous_id": "a1"}, at=NOW + 60)
    assert again.contact.id == first.contact.id
    [row] = recorder.rows()
    assert (row["last_seen_at"], row["first_seen_at"], row["session_count"]) == (NOW + 60, NOW, 1)


def test_who_brings_no_id_is_given_one(recorder: Recorder) -> None:
    first, second = recorder.ping(), recorder.ping()
    assert first.contact.anonymous_id
    assert first.contact.anonymous_id != second.contact.anonymous_id
    assert recorder.ping({"anonymous_id": first.contact.anonymous_id}).contact.id == first.contact.id


@pytest.mark.parametrize(
    "claim", [{"user_id": 42}, {"email": "joe@example.com"}, {"user_id": "42", "email": "joe@example.com"}]
)
def test_a_user_id_or_an_email_alone_makes_a_user(recorder: Recorder, claim: dict[str, Any]) -> None:
    recorded = recorder.ping(claim)
    [row] = recorder.rows()
    assert row["role"] == "user"
    assert (row["external_id"], row["email"]) == ("42" if "user_id" in claim else None, claim.get("email"))
    assert recorder.ping(claim, at=NOW + 1).contact.id == recorded.contact.id
    assert len(recorder.rows()) == 1


def test_a_user_is_found_by_an_email_in_any_case(recorder: Recorder) -> None:
    first = recorder.ping({"email": "Joe@Example.com"})
    again = recorder.ping({"email": "joe@example.COM"})
    assert again.contact.id == first.contact.id
    [row] = recorder.rows()
    assert (row["email"], row["email_key"]) == ("joe@example.COM", "joe@example.com")


def test_a_user_found_by_email_gets_the_user_id_that_comes_with_it(recorder: Recorder) -> None:
    first = recorder.ping({"email": "joe@example.com"})
    again = recorder.ping({"email": "joe@example.com", "user_id": "42"})
    assert again.contact.id == first.contact.id
    assert recorder.row(first.contact.id)["external_id"] == "42"


def test_R50_an_email_of_another_user_is_dropped_and_named(recorder: Recorder) -> None:
    recorder.ping({"user_id": "ann", "email": "ann@example.com"})
    new = recorder.ping({"user_id": "joe", "email": "Ann@example.com", "name": "Joe"})
    assert (problems(new), new.contact.email, new.contact.name) == (["email"], None, "Joe")
    recorder.ping({"user_id": "joe", "email": "joe@example.com"})
    known = recorder.ping({"user_id": "joe", "email": "ann@example.com", "name": "Joseph"})
    assert (problems(known), known.contact.email, known.contact.name) == (
        ["email"],
        "joe@example.com",
        "Joseph",
    )
    assert len(recorder.rows()) == 2


def test_an_email_that_is_free_is_changed(recorder: Recorder) -> None:
    user = recorder.ping({"user_id": "joe", "email": "joe@example.com"}).contact
    recorder.ping({"user_id": "joe", "email": "Joe@work.example"})
    row = recorder.row(user.id)
    assert (row["email"], row["email_key"]) == ("Joe@work.example", "joe@work.example")


# What it changes


def test_what_a_ping_tells_is_stored(recorder: Recorder) -> None:
    recorder.ping(
        {
            "user_id": "42",
            "name": "Dr. Drew Bloggs",
            "phone": "+1 404 555 0100",
            "created_at": 1_600_000_000,
            "avatar": "https://example.com/drew.png",
            "plan": "pro",
            "seats": 3,
        },
        page_url="https://shop.example/cart",
        page_title="Cart",
        referrer="https://search.example/",
        timezone="America/New_York",
        user_agent=CHROME,
        agent=read_agent(CHROME),
        place=ATLANTA,
    )
    [row] = recorder.rows()
    assert {name: row[name] for name in ("name", "first_name", "last_name", "phone", "signed_up_at")} == {
        "name": "Dr. Drew Bloggs",
        "first_name": "Drew",
        "last_name": "Bloggs",
        "phone": "+1 404 555 0100",
        "signed_up_at": 1_600_000_000.0,
    }
    assert (row["avatar_url"], row["custom_attributes"]) == (
        "https://example.com/drew.png",
        {"plan": "pro", "seats": 3},
    )
    assert (row["page_url"], row["page_title"], row["referrer"]) == (
        "https://shop.example/cart",
        "Cart",
        "https://search.example/",
    )
    assert (row["city"], row["region"], row["country"], row["country_code"]) == (
        "Atlanta",
        "Georgia",
        "United States",
        "US",
    )
    assert (row["browser"], row["browser_version"], row["os"], row["device"]) == (
        "Chrome",
        "141",
        "Windows",
        "desktop",
    )
    assert (row["user_agent"], row["timezone"]) == (CHROME, "America/New_York")


def test_what_a_ping_does_not_tell_stays(recorder: Recorder) -> None:
    told = {
        "user_id": "42",
        "name": "Joe",
        "phone": "1",
        "email": "joe@example.com",
        "plan": "pro",
        "seats": 3,
    }
    recorder.ping(told, page_url="https://shop.example/", timezone="Europe/Berlin", place=ATLANTA)
    recorder.ping({"user_id": "42", "plan": "free"}, at=NOW + 60)
    [row] = recorder.rows()
    assert (row["name"], row["phone"], row["email"]) == ("Joe", "1", "joe@example.com")
    assert row["custom_attributes"] == {"plan": "free", "seats": 3}
    assert (row["page_url"], row["timezone"], row["city"]) == (
        "https://shop.example/",
        "Europe/Berlin",
        "Atlanta",
    )


def test_another_page_takes_its_own_title_and_referrer_along(recorder: Recorder) -> None:
    recorder.ping(
        {"user_id": "42"}, page_url="https://a.example/", page_title="A", referrer="https://r.example/"
    )
    recorder.ping({"user_id": "42"}, page_url="https://b.example/")
    [row] = recorder.rows()
    assert (row["page_url"], row["page_title"], row["referrer"]) == ("https://b.example/", None, None)


def test_a_place_is_taken_whole(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"}, place=ATLANTA)
    recorder.ping({"user_id": "42"}, place=Place(country="France", country_code="FR"))
    [row] = recorder.rows()
    assert (row["city"], row["region"], row["country_code"]) == (None, None, "FR")


def test_bad_values_are_named_and_the_rest_is_recorded(recorder: Recorder) -> None:
    recorded = recorder.ping({"user_id": "42", "email": "no", "name": "Joe", "created_at": "soon", "a": [1]})
    assert problems(recorded) == ["email", "created_at", "a"]
    assert recorder.rows()[0]["name"] == "Joe"


def test_R40_a_contact_has_at_most_250_custom_attributes(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"} | {f"a{number}": number for number in range(250)})
    recorded = recorder.ping({"user_id": "42", "one_more": 1, "a0": 7})
    assert problems(recorded) == ["one_more"]
    [row] = recorder.rows()
    assert (len(row["custom_attributes"]), row["custom_attributes"]["a0"]) == (250, 7)


@pytest.mark.parametrize(
    "name", ["Prince", "王伟", "🦊", "Dr Bloggs", "Robert'); DROP TABLE contacts;--", "x" * 9_000]
)
def test_R23_any_name_is_stored_unaltered(recorder: Recorder, name: str) -> None:
    recorder.ping({"user_id": "42", "name": name})
    assert recorder.rows()[0]["name"] == name


def test_a_contact_is_found_by_what_it_is_called_now(recorder: Recorder) -> None:
    contact = recorder.ping({"anonymous_id": "a1"}, place=ATLANTA).contact
    assert recorder.words(contact.id) >= {"atlanta"}
    recorder.ping({"anonymous_id": "a1", "user_id": "42", "name": "Joe Bloggs"})
    assert recorder.words(contact.id) == {"joe", "bloggs", "42"}
    recorder.ping({"user_id": "42", "name": "Joe Smith", "email": "joe@example.com"})
    assert recorder.words(contact.id) == {"joe", "smith", "42", "joe@example.com", "example.com"}
    assert recorder.row(contact.id)["name_key"] == "joe smith"


# Pseudonyms


def test_R22_a_pseudonym_is_unique_in_its_workspace_and_tells_the_place(recorder: Recorder) -> None:
    called = [recorder.ping({"anonymous_id": f"a{n}"}, place=ATLANTA).contact.pseudonym for n in range(200)]
    assert len(set(called)) == 200
    assert all(name.endswith(" from Atlanta") for name in called)
    nowhere = recorder.ping({"anonymous_id": "b1"}).contact.pseudonym
    assert " from " not in nowhere


def test_R22_a_pseudonym_is_kept_for_ever(recorder: Recorder) -> None:
    first = recorder.ping({"anonymous_id": "a1"}, place=ATLANTA).contact
    recorder.ping({"anonymous_id": "a1"}, place=Place("Paris"))
    recorder.ping({"anonymous_id": "a1", "user_id": "42", "name": "Joe"})
    assert recorder.row(first.id)["pseudonym"] == first.pseudonym


def test_R22_another_workspace_counts_by_itself(recorder: Recorder) -> None:
    other = replace(recorder, workspace=create_workspace(recorder.conn, "Globex", NOW))
    ours = recorder.ping({"anonymous_id": "a1"}, place=ATLANTA).contact
    theirs = other.ping({"anonymous_id": "a1"}, place=ATLANTA).contact
    assert ours.pseudonym == theirs.pseudonym
    assert ours.id != theirs.id


# Refusals


def assert_nothing_is_recorded(recorder: Recorder, error: type[Exception], *args: Any, **kwargs: Any) -> None:
    before = recorder.rows()
    with pytest.raises(error):
        recorder.ping(*args, **kwargs)
    assert recorder.rows() == before


def test_an_unknown_workspace_is_refused(recorder: Recorder) -> None:
    stranger = replace(recorder, workspace=replace(recorder.workspace, app_id=AppId("uzzzzzzz")))
    with pytest.raises(WorkspaceNotFound):
        stranger.ping({"user_id": "42"})
    assert recorder.rows() == []


def test_a_site_that_is_not_listed_is_refused(recorder: Recorder) -> None:
    for origin in ("https://shop.example", "null"):
        assert_nothing_is_recorded(recorder, OriginNotAllowed, {"user_id": "42"}, origin=origin)
    change_workspace(recorder.conn, recorder.app_id, allowed_origins=["https://shop.example"])
    assert recorder.ping({"user_id": "42"}, origin="https://shop.example")
    assert recorder.ping({"user_id": "42"}, origin=OWN)
    assert recorder.ping({"user_id": "42"}, origin=None)


@pytest.mark.parametrize("claim", [{"user_id": "42"}, {"email": "JOE@example.com"}, {"anonymous_id": "a1"}])
def test_R60_a_deleted_contact_is_refused_by_each_of_its_ids(
    recorder: Recorder, claim: dict[str, Any]
) -> None:
    contact = recorder.ping({"user_id": "42", "email": "joe@example.com", "anonymous_id": "a1"}).contact
    recorder.change(contact.id, deleted_at=NOW, listed=False)
    assert_nothing_is_recorded(recorder, ContactDeleted, claim, at=NOW + 60)


def test_R62_a_deleted_users_email_stays_taken(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "42", "email": "joe@example.com", "anonymous_id": "a1"}).contact
    recorder.change(contact.id, deleted_at=NOW, listed=False)
    recorded = recorder.ping({"user_id": "43", "email": "joe@example.com", "anonymous_id": "a1"})
    assert (problems(recorded), recorded.contact.anonymous_id) == (["email"], None)


def test_R64_an_archived_contact_stays_hidden(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "42"}).contact
    recorder.change(contact.id, archived_at=NOW, listed=False)
    assert recorder.ping({"user_id": "42", "name": "Joe"}, at=NOW + 60).contact.id == contact.id
    row = recorder.row(contact.id)
    assert (row["listed"], row["name"], row["archived_at"]) == (False, "Joe", NOW)


def test_R83_a_ping_changes_nobody_of_another_workspace(recorder: Recorder) -> None:
    other = replace(recorder, workspace=create_workspace(recorder.conn, "Globex", NOW))
    recorder.ping({"user_id": "42", "email": "joe@example.com", "anonymous_id": "a1", "name": "Joe"})
    before = recorder.rows()
    other.ping({"user_id": "42", "email": "joe@example.com", "anonymous_id": "a1", "name": "Mallory"})
    assert recorder.rows() == before
    assert len(other.rows()) == 1


# What it costs


def test_a_ping_of_a_known_contact_costs_three_statements(recorder: Recorder) -> None:
    told = {"user_id": "42", "email": "joe@example.com", "name": "Joe", "plan": "pro", "anonymous_id": "a1"}
    recorder.ping(told, page_url="https://shop.example/")
    asked = statements_during(
        recorder.conn, lambda: recorder.ping(told, at=NOW + 60, page_url="https://shop.example/cart")
    )
    assert [statement.split(maxsplit=1)[0] for statement in asked] == ["SELECT", "SELECT", "UPDATE"]
