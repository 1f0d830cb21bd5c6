"""Notes are words, safe to show wherever they are."""

import pytest

from app.contacts.note_bodies import LONGEST, read_body
from app.errors import ParameterInvalid, ParameterNotFound


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Hello", "<p>Hello</p>"),
        ("<p>This is a note.</p>", "<p>This is a note.</p>"),
        ("one\n\ntwo\nthree", "<p>one</p><p>two<br>three</p>"),
        ("one\r\n\r\ntwo", "<p>one</p><p>two</p>"),
        ("<p>one</p><p>two<br>three</p>", "<p>one</p><p>two<br>three</p>"),
        ("<ul><li>one</li><li>two</li></ul>", "<p>one</p><p>two</p>"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
        ('<a href="javascript:alert(1)" onclick="x()">click</a>', "<p>click</p>"),
        ("<script>alert(1)</script>hi<style>p{}</style>", "<p>hi</p>"),
        ("<img src=x onerror=alert(1)>hi", "<p>hi</p>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("\"quoted\" 'too'", "<p>&quot;quoted&quot; &#x27;too&#x27;</p>"),
        ("<!-- unseen -->seen", "<p>seen</p>"),
        ("if a<b then c", "<p>if a&lt;b then c</p>"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
        ("<textarea><img src=x onerror=alert(1)></textarea>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("王伟 👩‍💻", "<p>王伟 👩‍💻</p>"),
    ],
)
def test_words_and_paragraphs_stay_and_nothing_else(given: str, stored: str) -> None:
    assert read_body(given) == stored


def test_a_body_that_was_stored_is_stored_the_same_again() -> None:
    stored = read_body("a < b & <b>c</b>\n\nd\ne")
    assert read_body(stored) == stored


@pytest.mark.parametrize(
    "given", ["", "  \n ", "<p></p>", "<script>alert(1)</script>", 7, ["x"], "x" * (LONGEST + 1)]
)
def test_what_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(ParameterInvalid, match="body"):
        read_body(given)


def test_a_note_has_a_body() -> None:
    with pytest.raises(ParameterNotFound, match="body"):
        read_body(None)


def test_so_long_a_body_may_be() -> None:
    assert len(read_body("x" * LONGEST)) == LONGEST + len("<p></p>")
