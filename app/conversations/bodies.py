"""What is said, as HTML that is safe to show wherever a conversation is.

A contact's words are text: every character of them is shown as it was typed. A teammate's may
carry HTML (the public API takes it, and real clients send it).
"""

import html
import re
from typing import Final

from app.contacts.words import folded
from app.errors import ParameterInvalid
from app.markup import formatted, is_html, text_of

LONGEST_BODY: Final = 65_536  # characters
REDACTED: Final = "<p><i>This message was deleted</i></p>"

_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
_WORD: Final = re.compile(r"\w+")
_APOSTROPHES: Final = re.compile("['’]")  # don't and dont are one


def body_of_text(text: str) -> str:
    """A text as HTML: blank lines part paragraphs, line ends break lines; raises ParameterInvalid."""
    text = _checked(text).strip()
    return "\n".join(f"<p>{_escaped(lines)}</p>" for lines in _BLANK_LINES.split(text) if lines)


def body_of_html(given: str) -> str | None:
    """HTML, or text, of a teammate as HTML that can do no harm; none where nothing is left to show.

    Raises ParameterInvalid for what is too long.
    """
    if not is_html(_checked(given)):
        return body_of_text(given) or None
    return formatted(given)


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
