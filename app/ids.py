"""Ids: what names a workspace, a contact, a teammate.

Contacts and companies carry 24 hex digits, as in Intercom: 4 bytes of time and 8 random
ones, so that ids made later sort later and none can be guessed. An ``app_id`` is 8
lower-case letters and digits whose first letter names the workspace's region.
"""

import re
import secrets
from collections import deque
from typing import Final, Literal, NewType

_DRAWN_AT_ONCE: Final = 256
_digits: Final[deque[str]] = deque()
"""Drawn and not yet used. Taking one is one step, whichever thread asks."""

AppId = NewType("AppId", str)
ContactId = NewType("ContactId", str)
CompanyId = NewType("CompanyId", str)
AdminId = NewType("AdminId", int)
TagId = NewType("TagId", int)
NoteId = NewType("NoteId", int)

Region = Literal["us", "eu", "au"]

REGION_LETTERS: Final[dict[Region, str]] = {"us": "u", "eu": "e", "au": "a"}
_REGIONS: Final[dict[str, Region]] = {letter: region for region, letter in REGION_LETTERS.items()}
_APP_ID = re.compile(r"[a-z][a-z0-9]{7}")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_SERIAL_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_LARGEST_SERIAL_ID: Final = (1 << 31) - 1
_APP_ID_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_contact_id(now: float) -> ContactId:
    return ContactId(_new_object_id(now))


def new_company_id(now: float) -> CompanyId:
    return CompanyId(_new_object_id(now))


def new_job_id(now: float) -> str:
    return _new_object_id(now)


def new_app_id(region: Region) -> AppId:
    tail = "".join(secrets.choice(_APP_ID_ALPHABET) for _ in range(7))
    return AppId(REGION_LETTERS[region] + tail)


def new_request_id() -> str:
    """Names one request in an error list and in the log."""
    return secrets.token_hex(10)


def region_of(app_id: AppId) -> Region | None:
    """The region that an ``app_id`` names by its first letter; none for an unknown letter."""
    return _REGIONS.get(app_id[:1])


def is_app_id(text: str) -> bool:
    return _APP_ID.fullmatch(text) is not None


def is_contact_id(text: str) -> bool:
    return _OBJECT_ID.fullmatch(text) is not None


def is_job_id(text: str) -> bool:
    return _OBJECT_ID.fullmatch(text) is not None


def serial_id(given: object) -> int | None:
    """A numbered id (of a tag, a note, a teammate) as somebody gave it; none for what can't be one."""
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(text, str) or not _SERIAL_ID.fullmatch(text):
        return None
    return number if (number := int(text)) <= _LARGEST_SERIAL_ID else None


def _new_object_id(now: float) -> str:
    seconds = int(now) & 0xFFFFFFFF
    return f"{seconds:08x}{_random_digits()}"


def _random_digits() -> str:
    """Sixteen hex digits. The kernel is asked once for many: whoever imports thousands would wait for each."""
    try:
        return _digits.pop()
    except IndexError:
        drawn = secrets.token_hex(8 * _DRAWN_AT_ONCE)
        _digits.extend(drawn[place : place + 16] for place in range(16, len(drawn), 16))
        return drawn[:16]
