"""Tickets: what was issued is read back, and nothing else is."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.auth.tickets import TICKET_SECONDS, Ticket, Tickets
from app.errors import TicketExpired, TicketForged
from app.ids import AppId, ContactId

NOW = 1_700_000_000.0
TICKET = Ticket(AppId("uabcdefg"), ContactId("0123456789abcdef01234567"), "a1b2c3")
TICKETS = Tickets("k" * 40)


@given(st.text(st.characters().filter(str.isprintable), max_size=100))
def test_what_was_issued_is_read_back(device: str) -> None:
    ticket = Ticket(TICKET.app_id, TICKET.contact_id, device)
    assert TICKETS.read(TICKETS.issue(ticket, NOW), NOW) == ticket


@pytest.mark.parametrize(
    ("age", "expired"), [(0, False), (TICKET_SECONDS, False), (TICKET_SECONDS + 0.1, True)]
)
def test_ticket_lasts_24_hours(age: float, expired: bool) -> None:
    text = TICKETS.issue(TICKET, NOW)
    if expired:
        with pytest.raises(TicketExpired):
            TICKETS.read(text, NOW + age)
    else:
        assert TICKETS.read(text, NOW + age) == TICKET


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.999])
def test_ticket_lasts_no_second_less_for_having_been_issued_late_in_one(fraction: float) -> None:
    text = TICKETS.issue(TICKET, NOW + fraction)
    assert TICKETS.read(text, NOW + fraction + TICKET_SECONDS) == TICKET
    with pytest.raises(TicketExpired):
        TICKETS.read(text, NOW + fraction + TICKET_SECONDS + 0.1)


def test_the_longest_device_is_read_back() -> None:
    ticket = Ticket(TICKET.app_id, TICKET.contact_id, "🦊" * 255)
    assert TICKETS.read(TICKETS.issue(ticket, NOW), NOW) == ticket


@given(st.text(), st.floats(0, 1e10))
def test_no_text_but_an_issued_one_is_a_ticket(text: str, now: float) -> None:
    with pytest.raises(TicketForged):
        TICKETS.read(text, now)


@given(st.data())
def test_no_change_of_a_ticket_is_accepted(data: st.DataObject) -> None:
    text = TICKETS.issue(TICKET, NOW)
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(min_codepoint=33, max_codepoint=300))
    changed = text[:at] + character + text[at + 1 :]
    assume(changed != text)
    with pytest.raises(TicketForged):
        TICKETS.read(changed, NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "....", "\ud800", "x" * 10_000, "uabcdefg.0123.x.1.sig", "é.é.é.é.é"]
)
def test_junk_is_forged(text: str) -> None:
    with pytest.raises(TicketForged):
        TICKETS.read(text, NOW)


def test_ticket_of_another_key_is_forged() -> None:
    with pytest.raises(TicketForged):
        Tickets("z" * 40).read(TICKETS.issue(TICKET, NOW), NOW)
