"""What is said, as HTML that is safe to show wherever a conversation is.

A contact's words are text: every character of them is shown as it was typed. A teammate's may
carry HTML (the public API takes it, and real clients send it): what could act is taken out and
what formats is kept. A cleaner of our own would be a list of what we thought of, so this one
is ammonia's, which parses as browsers do.
"""

import html
import re
from html.parser import HTMLParser
from typing import Final

import nh3

from app.contacts.words import folded
from app.errors import ParameterInvalid

LONGEST_BODY: Final = 65_536  # characters
REDACTED: Final = "<p><i>This message was deleted</i></p>"

_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "li", "pre", "blockquote"})
_INLINE: Final = frozenset({"a", "b", "strong", "i", "em", "u", "s", "code", "br"})
_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
_WORD: Final = re.compile(r"\w+")
_APOSTROPHES: Final = re.compile("['’]")  # don't and dont are one
_SPACE: Final = re.compile(r"[ \t\n\f]+")
_BLOCK_TAG: Final = rf"</?(?:{'|'.join(sorted(_BLOCKS))})>"
# Space beside a block is the markup's own: no more than a line end of it is kept.
_AFTER_BLOCK: Final = re.compile(rf"({_BLOCK_TAG})\s+<")
_BEFORE_BLOCK: Final = re.compile(rf">\s+(?={_BLOCK_TAG})")


def body_of_text(text: str) -> str:
    """A text as HTML: blank lines part paragraphs, line ends break lines; raises ParameterInvalid."""
    text = _checked(text).strip()
    return "\n".join(f"<p>{_escaped(lines)}</p>" for lines in _BLANK_LINES.split(text) if lines)


def body_of_html(given: str) -> str | None:
    """HTML, or text, of a teammate as HTML that can do no harm; none where nothing is left to show.

    Raises ParameterInvalid for what is too long.
    """
    if not nh3.is_html(_checked(given)):
        return body_of_text(given) or None
    cleaned = nh3.clean(
        given,
        tags=set(_BLOCKS | _INLINE),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
    if "<pre" not in cleaned:
        cleaned = _BEFORE_BLOCK.sub(">\n", _AFTER_BLOCK.sub(r"\1\n<", cleaned))
    if not text_of(cleaned).strip():
        return None
    return cleaned if re.search(_BLOCK_TAG, cleaned) else f"<p>{cleaned}</p>"


def text_of(body: str) -> str:
    """A stored body as plain text."""
    reader = _TextReader()
    reader.feed(body)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces)).strip()


def words_of(body: str) -> str:
    """The words of a stored body to be searched: folded, each with a space before and after it."""
    return f" {' '.join(split_words(text_of(body)))} "


def split_words(text: str) -> list[str]:
    """A text's words, folded."""
    return _WORD.findall(folded(_APOSTROPHES.sub("", text)))


def _checked(text: str) -> str:
    if len(text) > LONGEST_BODY:
        raise ParameterInvalid(f"body has {len(text)} characters: at most {LONGEST_BODY} can be said at once")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _escaped(lines: str) -> str:
    # Quotes do no harm between tags, and are left as they are.
    return html.escape(lines.strip(), quote=False).replace("\n", "<br>\n")


class _TextReader(HTMLParser):
    """Gathers the words; blocks and breaks end lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._is_preformatted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "pre":
            self._is_preformatted = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._is_preformatted = False
        if tag == "p" or tag.startswith("h"):
            self.pieces.append("\n\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._is_preformatted:
            data = _SPACE.sub(" ", data)
            if not self.pieces or self.pieces[-1].endswith("\n"):
                data = data.lstrip(" ")
        if data:
            self.pieces.append(data)
