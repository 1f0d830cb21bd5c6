"""What is said, as HTML that can do no harm."""

import pytest

from app.conversations.bodies import LONGEST_BODY, body_of_html, body_of_text
from app.errors import ParameterInvalid
from app.markup import text_of


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Hello there", "<p>Hello there</p>"),
        ("  Hello  ", "<p>Hello</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\r\n\r\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\n \n\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ('<b>bold</b> & "so" on\'s', '<p>&lt;b&gt;bold&lt;/b&gt; &amp; "so" on\'s</p>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("&lt;b&gt;", "<p>&amp;lt;b&amp;gt;</p>"),
        ("王伟 👋", "<p>王伟 👋</p>"),
        (" \n ", ""),
    ],
)
def test_a_text_is_shown_as_it_was_typed(text: str, body: str) -> None:
    assert body_of_text(text) == body


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ("Hello there", "<p>Hello there</p>"),
        ("a < b", "<p>a &lt; b</p>"),
        ("Hi <3", "<p>Hi &lt;3</p>"),
        ("Hi <b>you</b> <i>there</i>", "<p>Hi <b>you</b> <i>there</i></p>"),
        ("<p>Hi</p>", "<p>Hi</p>"),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
        (
            "<html> <body>  <h2>A List</h2>  <ul>   <li>Coffee</li>   <li>Tea</li> </ul>    </body> </html>",
            "<h2>A List</h2>\n<ul>\n<li>Coffee</li>\n<li>Tea</li>\n</ul>",
        ),
        (
            '<a href="https://x.example/?a=1&b=2" onclick="alert(1)" target="_top">x</a>',
            '<p><a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a></p>',
        ),
        ("  ", None),
        ("<p> </p>", None),
        ("<script>alert(1)</script>", None),
        ("<style>*{display:none}</style>", None),
        ("<img src=x onerror=alert(1)>", None),
    ],
)
def test_a_teammates_html_keeps_what_formats(given: str, body: str | None) -> None:
    assert body_of_html(given) == body


def test_what_is_cleaned_once_is_clean() -> None:
    body = body_of_html("<p>a &amp; <b>b</b></p>")
    assert body is not None
    assert body_of_html(body) == body


@pytest.mark.parametrize("read", [body_of_text, body_of_html])
def test_so_much_can_be_said_at_once(read: object) -> None:
    assert callable(read)
    assert read("x" * LONGEST_BODY)
    with pytest.raises(ParameterInvalid, match="at most 65536"):
        read("x" * (LONGEST_BODY + 1))


@pytest.mark.parametrize(
    "text", ["Hello there", "one\ntwo", "one\n\ntwo", '<b>bold</b> & "so" on', "&lt;", "王伟 👋"]
)
def test_a_text_comes_back_from_its_body(text: str) -> None:
    assert text_of(body_of_text(text)) == text
