"""Pings of workspaces that verify identities: what is proven, and what an unproven ping can't do. Rule R80."""

import hashlib
import hmac
from typing import Any

import jwt
import pytest

from app.errors import IdentityNotProven
from app.workspaces.operations import rotate_secret
from support.recording import NOW, Recorder


def user_hash(subject: str, secret: str) -> str:
    return hmac.new(secret.encode(), subject.encode(), hashlib.sha256).hexdigest()


def token(secret: str, **claims: Any) -> str:
    return jwt.encode({"exp": NOW + 60, **claims}, secret, algorithm="HS256")


@pytest.fixture
def strict(recorder: Recorder) -> Recorder:
    recorder.verify_identities()
    return recorder


def assert_refused(recorder: Recorder, user_data: dict[str, Any]) -> None:
    before = recorder.rows()
    with pytest.raises(IdentityNotProven):
        recorder.ping(user_data, at=NOW + 1)
    assert recorder.rows() == before


def test_R80_a_claim_without_proof_is_refused_and_nothing_changes(strict: Recorder) -> None:
    proof = user_hash("42", strict.secret)
    strict.ping({"user_id": "42", "user_hash": proof, "name": "Joe"})
    for claim in (
        {"user_id": "42", "name": "Mallory"},
        {"user_id": "42", "user_hash": "0" * 64},
        {"user_id": "43", "user_hash": proof},
        {"email": "joe@example.com", "user_hash": proof},
        {"user_id": "42", "user_hash": user_hash("42", "another secret")},
        {"user_id": "42", "intercom_user_jwt": "not.a.token"},
        {"user_id": "42", "intercom_user_jwt": token("another secret" * 3, user_id="42")},
        {"user_id": "42", "intercom_user_jwt": token(strict.secret, user_id="43")},
        {"user_id": "42", "intercom_user_jwt": token(strict.secret, user_id="42", exp=NOW)},
        {"intercom_user_jwt": "not.a.token"},
    ):
        assert_refused(strict, claim)


def test_R80_a_proven_claim_is_recorded(strict: Recorder) -> None:
    by_hash = strict.ping({"user_id": "42", "user_hash": user_hash("42", strict.secret)})
    by_email = strict.ping(
        {"email": "ann@example.com", "user_hash": user_hash("ann@example.com", strict.secret)}
    )
    by_token = strict.ping({"intercom_user_jwt": token(strict.secret, user_id=7, email="bob@example.com")})
    assert len(strict.rows()) == 3
    assert (by_hash.contact.external_id, by_email.contact.email) == ("42", "ann@example.com")
    assert (by_token.contact.external_id, by_token.contact.email) == ("7", "bob@example.com")


def test_R80_both_live_secrets_count(strict: Recorder) -> None:
    old = strict.secret
    strict.workspace = rotate_secret(strict.conn, strict.app_id)
    assert strict.secret != old
    first = strict.ping({"user_id": "42", "user_hash": user_hash("42", old)})
    again = strict.ping({"user_id": "42", "user_hash": user_hash("42", strict.secret)})
    assert first.contact.id == again.contact.id
    rotate_secret(strict.conn, strict.app_id)
    assert_refused(strict, {"user_id": "42", "user_hash": user_hash("42", old)})


def test_R80_signed_fields_win_over_the_pages(strict: Recorder) -> None:
    signed = token(
        strict.secret,
        user_id="42",
        email="joe@example.com",
        name="Joe",
        plan="pro",
        created_at=1_600_000_000,
        company={"company_id": "6"},
    )
    recorded = strict.ping(
        {
            "user_id": "42",
            "email": "mallory@example.com",
            "name": "Mallory",
            "plan": "free",
            "seats": 3,
            "company": {"company_id": "7"},
            "anonymous_id": "a1",
            "intercom_user_jwt": signed,
        }
    )
    contact = recorded.contact
    assert (contact.email, contact.name, contact.signed_up_at) == ("joe@example.com", "Joe", 1_600_000_000)
    assert contact.custom_attributes == {"plan": "pro", "seats": 3}
    assert contact.anonymous_id == "a1"
    assert strict.conn.exec_driver_sql("SELECT company_id FROM companies").scalars().all() == ["6"]


def test_R80_a_signed_id_that_can_not_be_taken_leaves_no_room_for_the_pages_own(strict: Recorder) -> None:
    victim = {"email": "ann@example.com", "user_hash": user_hash("ann@example.com", strict.secret)}
    strict.ping(victim)
    for claims in ({"user_id": "x" * 300}, {"user_id": "42\0"}, {"email": "no email"}):
        signed = token(strict.secret, **claims)
        assert_refused(strict, {"email": "ann@example.com", "name": "Mallory", "intercom_user_jwt": signed})


def test_R80_a_browser_that_claims_nothing_never_changes_a_verified_contact(strict: Recorder) -> None:
    proof = user_hash("42", strict.secret)
    user = strict.ping({"user_id": "42", "user_hash": proof, "anonymous_id": "a1", "name": "Joe"}).contact
    before = dict(strict.row(user.id))
    visitor = strict.ping({"anonymous_id": "a1", "name": "Mallory"}, at=NOW + 60).contact
    assert (visitor.id != user.id, visitor.role) == (True, "visitor")
    # The browser is the visitor's now; all else of the user is as it was.
    assert dict(strict.row(user.id)) == before | {"anonymous_id": None}


def test_R80_a_browser_signs_out_and_in_again(strict: Recorder) -> None:
    claim = {"user_id": "42", "user_hash": user_hash("42", strict.secret), "anonymous_id": "a1"}
    user = strict.ping(claim).contact
    visitor = strict.ping({"anonymous_id": "a1"}, at=NOW + 60).contact
    back = strict.ping(claim, at=NOW + 120)
    assert (back.contact.id, back.absorbed) == (user.id, visitor.id)
    assert len(strict.rows()) == 1


def test_R80_a_proven_ping_brings_what_its_browsers_visitor_said(strict: Recorder) -> None:
    claim = {"user_id": "42", "user_hash": user_hash("42", strict.secret)}
    user = strict.ping(claim).contact
    strict.ping({"anonymous_id": "a1", "name": "Ada"}, at=NOW + 60)
    assert_refused(strict, {"user_id": "42", "anonymous_id": "a1"})
    strict.ping(claim | {"anonymous_id": "a1"}, at=NOW + 120)
    assert strict.row(user.id)["name"] == "Ada"


def test_R80_an_unproven_email_leads_to_no_verified_contact(strict: Recorder) -> None:
    ann = strict.ping(
        {"email": "ann@example.com", "user_hash": user_hash("ann@example.com", strict.secret), "name": "Ann"}
    ).contact
    mallory = strict.ping(
        {"user_id": "mallory", "user_hash": user_hash("mallory", strict.secret), "email": "ann@example.com"}
    )
    assert mallory.contact.id != ann.id
    assert [problem.name for problem in mallory.problems] == ["email"]
    assert mallory.contact.name is None


def test_R80_an_unproven_email_leads_to_no_contact_known_by_email_alone(recorder: Recorder) -> None:
    ann = recorder.ping({"email": "ann@example.com", "name": "Ann", "plan": "pro"}).contact
    recorder.verify_identities()
    before = dict(recorder.row(ann.id))
    claim = {"user_id": "7", "user_hash": user_hash("7", recorder.secret), "email": "ann@example.com"}
    mallory = recorder.ping(claim, at=NOW + 60)
    assert mallory.contact.id != ann.id
    assert (mallory.contact.name, mallory.contact.email, mallory.contact.custom_attributes) == (
        None,
        None,
        {},
    )
    assert [problem.name for problem in mallory.problems] == ["email"]
    assert dict(recorder.row(ann.id)) == before


def test_R80_a_signed_email_leads_to_the_contact_known_by_email_alone(recorder: Recorder) -> None:
    ann = recorder.ping({"email": "ann@example.com", "name": "Ann"}).contact
    recorder.verify_identities()
    signed = token(recorder.secret, user_id="7", email="ann@example.com")
    known = recorder.ping({"intercom_user_jwt": signed}, at=NOW + 30).contact
    assert (known.id, known.external_id, known.name) == (ann.id, "7", "Ann")


def test_R80_an_unproven_email_that_is_free_is_kept_with_its_proven_user(strict: Recorder) -> None:
    claim = {"user_id": "7", "user_hash": user_hash("7", strict.secret), "email": "joe@example.com"}
    assert strict.ping(claim).contact.email == "joe@example.com"


def test_R80_a_signed_email_that_can_not_be_taken_proves_no_other(strict: Recorder) -> None:
    ann = strict.ping({"email": "ann@example.com", "user_hash": user_hash("ann@example.com", strict.secret)})
    signed = token(strict.secret, user_id="mallory", email="no email")
    mallory = strict.ping({"email": "ann@example.com", "intercom_user_jwt": signed})
    assert mallory.contact.id != ann.contact.id
    assert mallory.contact.email is None


def test_without_the_switch_a_claim_needs_no_proof(recorder: Recorder) -> None:
    wrong = recorder.ping({"user_id": "42", "user_hash": "wrong"})
    right = recorder.ping({"user_id": "42", "user_hash": user_hash("42", recorder.secret)}, at=NOW + 60)
    assert wrong.contact.id == right.contact.id


def test_without_the_switch_a_token_still_wins_over_the_page(recorder: Recorder) -> None:
    signed = token(recorder.secret, user_id="42", name="Joe")
    contact = recorder.ping({"user_id": "43", "name": "Mallory", "intercom_user_jwt": signed}).contact
    assert (contact.external_id, contact.name) == ("42", "Joe")
