"""HTML is made safe to show, or read as text."""

import pytest

from app.markup import formatted, text_of, words_in


@pytest.mark.parametrize(
    "attack",
    [
        "<p onclick=alert(1)>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' &#106;avascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "x<svg onload=alert(1)>",
        "x<svg><style><img src=x onerror=alert(1)></style></svg>",
        "x<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "x<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "x<form action=//evil.example><input name=q></form>",
        "x<p style='background:url(//evil.example)'>y</p>",
        "x<scr<script>ipt>alert(1)</scr</script>ipt>",
        "x<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "x<template><script>alert(1)</script></template>",
        "x<b\x0b onmouseover=alert(1)>y</b>",
    ],
)
def test_what_could_act_is_taken_out(attack: str) -> None:
    body = formatted(attack) or ""
    for sign in (
        "<script",
        "javascript",
        "data:",
        "<svg",
        "<img",
        "<iframe",
        "<form",
        "<style",
        "style=",
        " on",
    ):
        assert sign not in body.replace("&lt;", "")


@pytest.mark.parametrize("attribute", ["lang=en", "title=x"])
def test_no_attribute_but_an_address_is_kept(attribute: str) -> None:
    assert formatted(f"<p {attribute}>hi</p>") == "<p>hi</p>"
    assert words_in(f"<p {attribute}>one</p>two<br {attribute}>three") == "\n\none\n\ntwo\nthree"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Hi <b>you</b> <i>there</i></p>", "Hi you there"),
        ("<h2>A List</h2>\n<ul>\n<li>Coffee</li>\n<li>Tea</li>\n</ul>", "A List\n\nCoffee\nTea"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>one<br>\ntwo</p>", "one\ntwo"),
        ("", ""),
    ],
)
def test_html_is_read_as_text(body: str, text: str) -> None:
    assert text_of(body) == text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("<p>one</p>two<br>three", "\n\none\n\ntwo\nthree"),
        ("if a<b then c", "if a<b then c"),
        ("&lt;b&gt; &amp; <i>c</i>", "<b> & c"),
        ("<script>alert(1)</script>hi<style>p{}</style><title>t</title>", "hi"),
    ],
)
def test_words_alone_are_kept(given: str, words: str) -> None:
    assert words_in(given) == words
