"""HTML that people and programs send, made safe to show, or read as text. Pure.

What could act is taken out and what formats is kept. A cleaner of our own would be a list of what we
thought of, so this one is ammonia's, which parses as browsers do.
"""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Final

import nh3

_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "li", "pre", "blockquote"})
_INLINE: Final = frozenset({"a", "b", "strong", "i", "em", "u", "s", "code", "br"})
_SPACE: Final = re.compile(r"[ \t\n\f]+")
_BLOCK_TAG: Final = rf"</?(?:{'|'.join(sorted(_BLOCKS))})>"
# Space beside a block is the markup's own: no more than a line end of it is kept.
_AFTER_BLOCK: Final = re.compile(rf"({_BLOCK_TAG})\s+<")
_BEFORE_BLOCK: Final = re.compile(rf">\s+(?={_BLOCK_TAG})")

_PARAGRAPHS: Final = _BLOCKS | {"div", "h4", "h5", "h6", "table", "tr", "section", "article"}
_PARAGRAPH_TAG: Final = re.compile(rf"</?(?:{'|'.join(sorted(_PARAGRAPHS))})>")
_UNSEEN: Final = frozenset({"script", "style", "template", "title"})


def formatted(given: str) -> str | None:
    """HTML with what formats it and nothing else, in paragraphs; none where nothing is left to show."""
    cleaned = nh3.clean(
        given,
        tags=set(_BLOCKS | _INLINE),
        attributes={"*": set(), "a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    ).strip()
    if "<pre" not in cleaned:
        cleaned = _BEFORE_BLOCK.sub(">\n", _AFTER_BLOCK.sub(r"\1\n<", cleaned))
    if not text_of(cleaned).strip():
        return None
    return cleaned if re.search(_BLOCK_TAG, cleaned) else f"<p>{cleaned}</p>"


def is_html(given: str) -> bool:
    """Whether a text holds a tag or a comment."""
    return nh3.is_html(given)


def words_in(given: str) -> str:
    """The words alone of HTML, or of text with entities: blank lines part paragraphs, line ends are kept."""
    if is_html(given):
        tags = {*_PARAGRAPHS, "br"}
        given = nh3.clean(given, tags=tags, attributes={"*": set()}, clean_content_tags=set(_UNSEEN))
        given = _PARAGRAPH_TAG.sub("\n\n", given).replace("<br>", "\n")
    return unescape(given)


def text_of(body: str) -> str:
    """What ``formatted`` made, as plain text."""
    reader = _TextReader()
    reader.feed(body)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces)).strip()


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
