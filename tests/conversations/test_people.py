"""Whom a request means."""

import pytest

from app.conversations.orders import Whom
from app.conversations.people import hold_or_make, hold_whom
from app.errors import UserNotFound
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def test_an_email_is_a_users_before_it_is_a_leads_and_else_the_last_ones(desk: InboxDesk) -> None:
    desk.contact(role="lead", email="joe@acme.example")
    desk.now += 1
    last = desk.contact(role="lead", email="Joe@acme.example")
    whom = Whom("email", " JOE@acme.example")
    assert hold_whom(desk.conn, desk.app_id, whom).id == last
    user = desk.contact(email="joe@acme.example")
    assert hold_whom(desk.conn, desk.app_id, whom).id == user


def test_a_user_id_is_a_users_before_it_is_a_browsers(desk: InboxDesk) -> None:
    visitor = desk.visitor("42")
    assert hold_whom(desk.conn, desk.app_id, Whom("user_id", "42")).id == visitor
    user = desk.contact(external_id="42")
    assert hold_whom(desk.conn, desk.app_id, Whom("user_id", "42")).id == user


@pytest.mark.parametrize("field", ["intercom_user_id", "user_id", "email"])
@pytest.mark.parametrize("value", ["", "x", "f" * 24, "x" * 5_000])
def test_whom_nobody_knows_is_not_found(desk: InboxDesk, field: str, value: str) -> None:
    desk.contact(role="lead")
    with pytest.raises(UserNotFound, match=r"^User Not Found$"):
        hold_whom(desk.conn, desk.app_id, Whom(field, value))  # type: ignore[arg-type]


def test_R83_R60_strangers_and_deleted_ones_are_unknown(desk: InboxDesk) -> None:
    other = make_desk(desk.conn, "Globex")
    stranger = other.contact(email="eve@globex.example", external_id="42")
    gone = desk.contact(email="joe@acme.example", external_id="43")
    desk.hides(gone, NOW)
    for whom in (
        Whom("intercom_user_id", stranger),
        Whom("user_id", "42"),
        Whom("email", "eve@globex.example"),
        Whom("intercom_user_id", gone),
        Whom("user_id", "43"),
        Whom("email", "joe@acme.example"),
    ):
        with pytest.raises(UserNotFound):
            hold_whom(desk.conn, desk.app_id, whom)


def test_only_an_email_makes_somebody(desk: InboxDesk) -> None:
    made = hold_or_make(desk.conn, desk.app_id, Whom("email", "new@acme.example"), actor=BY, now=NOW)
    assert (made.role, made.email) == ("lead", "new@acme.example")
    with pytest.raises(UserNotFound):
        hold_or_make(desk.conn, desk.app_id, Whom("user_id", "new"), actor=BY, now=NOW)
