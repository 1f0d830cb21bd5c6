"""Tickets: what a ping hands out and a socket is opened with.

A ticket is signed, so that opening a socket asks the database nothing. It says which contact
may beat, and from which device; it is no secret of anybody else's and opens nothing else. Its
text is ``<app_id>.<contact id>.<device>.<milliseconds, hex>.<signature>``, all of it safe in a URL.
"""

import base64
import hmac
import sys
from dataclasses import dataclass
from typing import Final

from app.errors import TicketExpired, TicketForged
from app.ids import AppId, ContactId

TICKET_SECONDS: Final = 86_400.0
_SIGNATURE_BYTES: Final = 20
# A device may be as long as an anonymous_id: 255 characters of up to 4 bytes each.
_MOST_CHARACTERS: Final = 2_048


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may beat. ``device`` names the browser, so that its HTTP heartbeats are one stream."""

    app_id: AppId
    contact_id: ContactId
    device: str


class Tickets:
    """Issues and reads tickets with one secret key."""

    __slots__ = ("_key",)

    def __init__(self, secret_key: str) -> None:
        # A key of their own: what is signed for a cookie must never pass for a ticket.
        self._key = hmac.digest(secret_key.encode(), b"porchlight ticket", "sha256")

    def issue(self, ticket: Ticket, now: float) -> str:
        device = base64.urlsafe_b64encode(ticket.device.encode()).rstrip(b"=").decode()
        text = f"{ticket.app_id}.{ticket.contact_id}.{device}.{_milliseconds(now):x}"
        return f"{text}.{self._sign(text)}"

    def read(self, text: str, now: float) -> Ticket:
        """The ticket of a text; raises TicketForged, or TicketExpired 24 hours after it was issued."""
        signed, _, signature = text.rpartition(".")
        if len(text) > _MOST_CHARACTERS or not hmac.compare_digest(
            self._sign(signed).encode(), signature.encode("utf-8", "replace")
        ):
            raise TicketForged
        app_id, contact_id, device, issued_at = signed.split(".")
        if _milliseconds(now) - int(issued_at, 16) > TICKET_SECONDS * 1000:
            raise TicketExpired
        # Thousands of sockets share few workspaces: one string each is enough.
        return Ticket(AppId(sys.intern(app_id)), ContactId(contact_id), _decode(device))

    def _sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).rstrip(b"=").decode()


def _milliseconds(now: float) -> int:
    return round(now * 1000)


def _decode(device: str) -> str:
    return base64.urlsafe_b64decode(device + "=" * (-len(device) % 4)).decode()
