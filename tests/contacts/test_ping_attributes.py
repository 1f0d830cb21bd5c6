"""Attributes that pings bring: made when new, kept to their types, and to who may write them. R31, R40, R41."""

import hashlib
import hmac
from typing import Any

import pytest

from app.attributes.operations import AttributeDraft, attributes_of, create_attribute
from app.attributes.records import Model
from app.contacts.pings import Recorded
from app.contacts.precedence import Writer, origin_of, write
from app.ids import AppId, ContactId
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.attributes import change_known, values_of
from support.recording import NOW, Recorder, statements_during


def user_hash(subject: str, secret: str) -> str:
    return hmac.new(secret.encode(), subject.encode(), hashlib.sha256).hexdigest()


def ping(recorder: Recorder, at: float = NOW, **attributes: Any) -> Recorded:
    return recorder.ping({"user_id": "42", **attributes}, at=at)


def problems(recorded: Recorded) -> dict[str, str]:
    return {problem.name: problem.message for problem in recorded.problems}


def borne(recorded: Recorded) -> dict[str, Any]:
    return dict(recorded.contact.custom_attributes)


def types(recorder: Recorder, model: Model = "contact") -> dict[str, str]:
    known = attributes_of(recorder.conn, recorder.app_id, model)
    return {name: attribute.type for name, attribute in known.items() if not attribute.is_default}


# What they make


def test_R40_a_new_key_makes_the_attribute_with_the_type_of_its_first_value(recorder: Recorder) -> None:
    recorded = ping(recorder, plan="pro", seats=3, score=2.5, beta=False, renews_at=1_700_000_000)
    assert types(recorder) == {
        "plan": "string",
        "seats": "integer",
        "score": "float",
        "beta": "boolean",
        "renews_at": "date",
    }
    assert borne(recorded) == {
        "plan": "pro",
        "seats": 3,
        "score": 2.5,
        "beta": False,
        "renews_at": 1_700_000_000,
    }
    assert recorded.problems == ()


def test_R41_a_date_that_is_none_makes_no_attribute(recorder: Recorder) -> None:
    recorded = ping(recorder, renews_at="soon", ends_at=True, starts_at="1700000000")
    assert types(recorder) == {"starts_at": "date"}
    assert borne(recorded) == {"starts_at": 1_700_000_000}
    assert problems(recorded).keys() == {"renews_at", "ends_at"}
    assert problems(recorded)["renews_at"].startswith("renews_at must be a date")


@pytest.mark.parametrize("unknown", [None, "", "null", "undefined"])
def test_what_is_unknown_changes_nothing_and_makes_nothing(recorder: Recorder, unknown: Any) -> None:
    ping(recorder, plan="pro")
    recorded = ping(recorder, plan=unknown, seats=unknown)
    assert borne(recorded) == {"plan": "pro"}
    assert types(recorder) == {"plan": "string"}


def test_R40_what_does_not_fit_is_dropped_and_named(recorder: Recorder) -> None:
    ping(recorder, plan="pro", seats=3)
    recorded = ping(recorder, plan=5, seats="many", beta=True)
    assert borne(recorded) == {"plan": "pro", "seats": 3, "beta": True}
    assert problems(recorded) == {
        "plan": "plan must be text",
        "seats": "seats must be a whole number",
    }
    assert all(problem.is_attribute for problem in recorded.problems)


def test_R40_the_251st_is_dropped_and_named(recorder: Recorder) -> None:
    for start in (0, 125):
        ping(recorder, **{f"a{number}": number for number in range(start, start + 125)})
    recorded = ping(recorder, a250=1, a0=7)
    assert problems(recorded).keys() == {"a250"}
    assert "250" in problems(recorded)["a250"]
    assert (len(borne(recorded)), borne(recorded)["a0"]) == (250, 7)
    # One that is archived makes room.
    change_known(recorder, "a1", archived=True)
    assert borne(ping(recorder, a250=1))["a250"] == 1


def test_R40_an_archived_attribute_takes_nothing(recorder: Recorder) -> None:
    ping(recorder, plan="pro")
    change_known(recorder, "plan", archived=True)
    recorded = ping(recorder, plan="free")
    assert borne(recorded) == {"plan": "pro"}
    assert problems(recorded) == {"plan": "plan is archived: it takes no values"}


def test_R40_what_is_not_from_the_messenger_takes_signed_pings_alone(recorder: Recorder) -> None:
    ping(recorder, plan="free")
    change_known(recorder, "plan", messenger_writable=False)
    unsigned = ping(recorder, plan="pro", seats=3)
    assert borne(unsigned) == {"plan": "free", "seats": 3}
    assert "signed" in problems(unsigned)["plan"]
    forged = ping(recorder, plan="pro", user_hash="0" * 64)
    assert borne(forged)["plan"] == "free"
    signed = ping(recorder, plan="pro", user_hash=user_hash("42", recorder.secret))
    assert borne(signed)["plan"] == "pro"
    assert signed.problems == ()


def test_R83_a_ping_makes_attributes_of_its_own_workspace_alone(recorder: Recorder) -> None:
    other: AppId = create_workspace(recorder.conn, "Globex", NOW).app_id
    ping(recorder, plan="pro")
    assert "plan" not in attributes_of(recorder.conn, other, "contact")


# Companies


def test_R40_the_attributes_of_companies_are_their_own(recorder: Recorder) -> None:
    ping(recorder, tier=1)
    recorded = ping(recorder, company={"company_id": "6", "tier": "gold", "created_at": 5})
    assert types(recorder) == {"tier": "integer"}
    assert types(recorder, "company") == {"tier": "string"}
    assert recorded.problems == ()
    [stored] = recorder.conn.exec_driver_sql("SELECT custom_attributes FROM companies").scalars()
    assert '"tier":' in stored and "gold" in stored


def test_R40_companies_of_one_ping_share_what_it_makes(recorder: Recorder) -> None:
    carried = [{"company_id": str(n), "tier": "gold", f"own_{n}": n} for n in range(3)]
    recorded = ping(recorder, new=1, companies=carried)
    assert recorded.problems == ()
    assert types(recorder, "company") == {
        "tier": "string",
        "own_0": "integer",
        "own_1": "integer",
        "own_2": "integer",
    }


def test_R40_what_does_not_fit_a_company_is_named(recorder: Recorder) -> None:
    ping(recorder, company={"company_id": "6", "tier": "gold"})
    recorded = ping(recorder, company={"company_id": "6", "tier": 1})
    assert problems(recorded) == {"company.tier": "company.tier must be text"}


# Who wins


def test_R31_a_value_set_by_hand_is_kept_and_what_the_ping_said_is_listed(recorder: Recorder) -> None:
    contact = ping(recorder, company_size=50).contact
    manual = Writer("manual", "admin:1", NOW + 1)
    values, provenance = write(contact.custom_attributes, contact.provenance, {"company_size": 200}, manual)
    recorder.change(contact.id, custom_attributes=values, provenance=provenance)
    again = ping(recorder, at=NOW + 60, company_size=60)
    assert borne(again) == {"company_size": 200}
    assert again.problems == ()
    origin = origin_of(again.contact.custom_attributes, again.contact.provenance, "company_size")
    assert (origin.source, origin.by, origin.at) == ("manual", "admin:1", NOW + 1)
    [lost] = origin.lost
    assert (lost.source, lost.value, lost.by, lost.at) == ("ping", 60, "messenger", NOW + 60)


def test_R33_a_pings_value_remembers_that_it_is_one(recorder: Recorder) -> None:
    contact = ping(recorder, plan="pro").contact
    assert recorder.row(contact.id)["provenance"] == {
        "plan": {"source": "ping", "by": "messenger", "at": NOW, "lost": []}
    }


# What they are found by, and what that costs


def test_values_are_found_by_as_soon_as_they_are_there(recorder: Recorder) -> None:
    contact = ping(recorder, plan="pro", seats=3, beta=True).contact
    assert values_of(recorder, contact.id) == {
        "plan": (None, "pro"),
        "seats": (3.0, None),
        "beta": (1.0, None),
    }
    ping(recorder, seats=4)
    assert values_of(recorder, contact.id)["seats"] == (4.0, None)


def test_a_user_is_found_by_what_the_visitor_it_was_left_it(recorder: Recorder) -> None:
    user = ping(recorder).contact
    visitor = recorder.ping({"anonymous_id": "a1", "plan": "pro"}).contact
    assert values_of(recorder, visitor.id) == {"plan": (None, "pro")}
    recorded = recorder.ping({"anonymous_id": "a1", "user_id": "42"})
    assert recorded.absorbed == visitor.id
    assert values_of(recorder, ContactId(visitor.id)) == {}
    assert values_of(recorder, user.id) == {"plan": (None, "pro")}


def statements_of(recorder: Recorder, **attributes: Any) -> list[str]:
    asked = statements_during(recorder.conn, lambda: ping(recorder, at=NOW + 60, **attributes))
    return [" ".join(statement.split()[:3]) for statement in asked]


def test_a_ping_that_says_nothing_new_costs_no_more_than_one_without_attributes(recorder: Recorder) -> None:
    ping(recorder, plan="pro", seats=3)
    ping(recorder, plan="pro", seats=3, at=NOW + 1)
    with_attributes = statements_of(recorder, plan="pro", seats=3)
    assert [statement.split()[0] for statement in with_attributes] == ["SELECT", "SELECT", "UPDATE"]
    change = Writer("manual", "admin:1", NOW)
    contact = ping(recorder).contact
    values, provenance = write(contact.custom_attributes, contact.provenance, {"seats": 9}, change)
    recorder.change(contact.id, custom_attributes=values, provenance=provenance)
    # A value that lost before loses again without a trace.
    ping(recorder, seats=3)
    assert len(statements_of(recorder, seats=3)) == 3


def test_a_ping_writes_but_the_values_that_changed(recorder: Recorder) -> None:
    ping(recorder, **{f"a{number}": number for number in range(50)})
    ping(recorder, a0=0)
    assert len([one for one in statements_of(recorder, a0=1, a1=1) if "attribute_values" in one]) == 1


def test_an_attribute_may_be_made_by_rest_before_a_ping_brings_it(recorder: Recorder) -> None:
    draft = AttributeDraft("contact", "size", "options", options=["1-10", "11-50"])
    create_attribute(recorder.conn, recorder.app_id, draft, actor=Actor("token", "1"), now=NOW)
    assert borne(ping(recorder, size="1-10")) == {"size": "1-10"}
    assert problems(ping(recorder, size="5")).keys() == {"size"}
