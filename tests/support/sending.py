"""What Schemathesis sends where a description says no more than "text": cursors and CSV that were made to hurt.

Loaded by its command (``SCHEMATHESIS_HOOKS``); the cursors that the server gave stand in the environment.
"""

import base64
import json
import os
from typing import Final

import schemathesis
from hypothesis import strategies as st

from app.contacts.csv_rows import TOLD, WRITABLE

CURSOR: Final = "porchlight-cursor"
"""The format of a text that is, or pretends to be, a cursor."""
GIVEN: Final = "PORCHLIGHT_TESTS_CURSORS"

# Past what 32, 53 and 64 bits hold, and past what Python reads as a number of digits.
_NUMBERS: Final = st.one_of(
    st.sampled_from(["0", "-1", "1", "2147483648", "9007199254740993", "9" * 400, "9" * 5_000]),
    st.sampled_from([str(2**63), str(-(2**63) - 1), str(2**64), "1e308", "1e999", "-0.0", "0.1", "NaN"]),
)
_TEXTS: Final = st.sampled_from(
    [
        '""',
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        json.dumps("f" * 24),
        json.dumps("x" * 900),
        '"9"',
        '"\U0001f600"',
    ]
)
_OTHERS: Final = st.sampled_from(["null", "true", "[]", "{}", "[[]]"])
_ARRAYS: Final = st.builds(
    lambda page, key: f"[{','.join([page, *key])}]",
    st.one_of(st.sampled_from(["1", "2"]), _NUMBERS, _TEXTS),
    st.lists(st.one_of(_NUMBERS, _TEXTS, _OTHERS), max_size=4),
)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _changed(cursor: str, at: int, put: str) -> str:
    at %= len(cursor) + 1
    return cursor[:at] + put + cursor[at + 1 :]


def cursors() -> st.SearchStrategy[str]:
    """Those that the server gave, those with a character or a value changed, and arrays of extremes."""
    given = st.sampled_from(json.loads(os.environ.get(GIVEN, '["WzJd"]')))
    characters = st.sampled_from(["", "A", "_", "-", "=", "é", "\0", "AAAA"])
    return st.one_of(
        given, st.builds(_changed, given, st.integers(0, 200), characters), _ARRAYS.map(_encoded)
    )


_CELLS: Final = st.one_of(
    st.sampled_from(
        ["", "ada", "ada@example.com", "user", "lead", "true", "f" * 24, "null", "2024-01-01", "=1+1"]
    ),
    st.sampled_from(
        ["9" * 19, "9" * 5_000, "-" + "9" * 5_000, "1e999", "nan", "0x10", "１２３", "\0", "\ud7ff"]
    ),
    st.sampled_from(
        ["9999-12-31T23:59:59Z", "0000-00-00", "x" * 10_001, '"', '"a', 'a"b', '"a\nb"', "a\rb", ";"]
    ),
)
_COLUMNS: Final = st.sampled_from([*WRITABLE, *TOLD, "external_id", "plan", "nonesuch", "", "\ufeffemail"])


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    """A header of known columns, mostly, and lines of cells that are hard to read."""
    header = draw(st.lists(_COLUMNS, min_size=1, max_size=6, unique=True))
    lines = draw(st.lists(st.lists(_CELLS, min_size=len(header), max_size=len(header)), max_size=4))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(",".join(line) for line in [header, *lines])
    return draw(st.sampled_from([b"", b"", b"", b"\xff"])) + text.encode("utf-8")


schemathesis.openapi.format(CURSOR, cursors())
schemathesis.openapi.media_type("text/csv", csv_files())
