"""The body of a note: what somebody sent in, as HTML that is safe to show. Pure.

Scripts send text, or HTML as Intercom takes it. Of HTML the words stay and the paragraphs, nothing else: no
link, no picture, no attribute of any element survives, so that a note can carry nothing into a dashboard.
"""

from html import escape
from typing import Final

from app.errors import ParameterInvalid, ParameterNotFound
from app.markup import words_in

LONGEST: Final = 10_000  # characters, as they are sent


def read_body(given: object) -> str:
    """A note's body as it is stored: paragraphs of escaped text. Raises ParameterNotFound, ParameterInvalid."""
    if given is None:
        raise ParameterNotFound("body is missing: it is the text of the note")
    if not isinstance(given, str):
        raise ParameterInvalid("body must be text")
    if len(given) > LONGEST:
        raise ParameterInvalid(f"body is longer than {LONGEST} characters")
    html = as_html(words_in(given))
    if not html:
        raise ParameterInvalid("body is empty: a note has some text")
    return html


def as_html(text: str) -> str:
    """Plain text as paragraphs; a blank line begins a new one."""
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)
