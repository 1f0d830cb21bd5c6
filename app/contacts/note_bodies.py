"""The body of a note: what somebody sent in, as HTML that is safe to show. Pure.

Scripts send text, or HTML as Intercom takes it. Of HTML the words stay and the paragraphs, nothing else: no
link, no picture, no attribute of any element survives, so that a note can carry nothing into a dashboard.
"""

from html import escape
from html.parser import HTMLParser
from typing import Final

from app.errors import ParameterInvalid, ParameterNotFound

LONGEST: Final = 10_000  # characters, as they are sent

_PARAGRAPH_WORDS: Final = """
    p div li ul ol h1 h2 h3 h4 h5 h6 blockquote pre table tr section article
"""
_ENDS_PARAGRAPH: Final = frozenset(_PARAGRAPH_WORDS.split())
_UNSEEN: Final = frozenset({"script", "style", "template", "title"})


def read_body(given: object) -> str:
    """A note's body as it is stored: paragraphs of escaped text. Raises ParameterNotFound, ParameterInvalid."""
    if given is None:
        raise ParameterNotFound("body is missing: it is the text of the note")
    if not isinstance(given, str):
        raise ParameterInvalid("body must be text")
    if len(given) > LONGEST:
        raise ParameterInvalid(f"body is longer than {LONGEST} characters")
    html = as_html(_text_of(given))
    if not html:
        raise ParameterInvalid("body is empty: a note has some text")
    return html


def as_html(text: str) -> str:
    """Plain text as paragraphs; a blank line begins a new one."""
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)


def _text_of(given: str) -> str:
    reader = _Reader()
    reader.feed(given)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    """Keeps the words, with blank lines for the ends of paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in _ENDS_PARAGRAPH:
            self.pieces.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _ENDS_PARAGRAPH:
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)
