"""A person's name: its first and last part, what is shown, and the letters of an avatar.

People write their names in more ways than any rule can know, so the rule is modest. It reads
``First Last`` and ``Last, First``, leaves off a title in front and a suffix behind a comma, and
keeps every other word, in the order given. It never alters the name itself: callers store that
as it came, and the parts beside it.

Rules R20, R21 and R23.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.ids import ContactId


@dataclass(frozen=True, slots=True)
class Names:
    """The parts of a name; none for a part that the name does not have."""

    first: str | None
    last: str | None


# Every piece is held against all before it: of a name made of commas alone, only so many are looked at.
_MOST_PIECES: Final = 16
_COMMAS = re.compile("[,،，、]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Common forms of address and no more: Judge Reinhold and Bishop Briggs keep their first names.
_TITLES: Final = _set(
    "mr mister mrs ms miss mx dr doctor prof professor sir madam rev reverend "
    "mme mlle herr frau señor señora señorita sr sra srta dra"
)
_BETWEEN_TITLES: Final = _set("& and")

_GENERATIONS: Final = _set("jr jnr sr snr ii iii iv 2nd 3rd 4th esq esquire")
_LETTERS_AFTER_NAMES: Final = _set(
    "phd dphil edd psyd md dds dmd dvm jd llb llm lld mba msc bsc beng meng mph mphil "
    "cba cfa cfp cpa cissp pmp rn obe mbe cbe kbe dbe frs frcs hons ret inc ltd llc"
)


def split(name: str) -> Names:
    """The first and the last name in ``name``; both none where it is blank.

    One word is a first name, or a last name where a title goes before it (``Dr Bloggs``).
    """
    head, *rest = _without_suffixes(_pieces(name)) or [[]]
    if not rest:
        return _split_in_order(head)
    behind_comma = [word for piece in rest for word in piece]
    given = _without_titles(behind_comma)
    if given:
        return Names(" ".join(given), " ".join(_without_titles(head) or head))
    return _split_in_order(behind_comma + head)


def shown_name(name: str | None, email: str | None, external_id: str | None, pseudonym: str) -> str:
    """What a contact is called on every page: the first of these that is not blank. Rule R21."""
    for candidate in (name, email, external_id):
        if candidate is not None and not _is_blank(candidate):
            return candidate.strip()
    return pseudonym


def initials(shown: str) -> str:
    """One or two characters for the avatar of whoever is shown so.

    A pseudonym goes without its place, an email without its domain. A character is one that a
    reader sees: an emoji of several code points, or a letter with its accents, counts as one.
    """
    text = shown.partition(" from ")[0]
    if "@" in text:
        text = re.sub(r"[._+-]", " ", text.partition("@")[0])
    names = split(text)
    outer = [names.first.split()[0]] if names.first else []
    outer += [names.last.split()[-1]] if names.last else []
    return "".join(_first_character(word) for word in outer) or "?"


def avatar_hue(contact_id: ContactId) -> int:
    """The hue, in degrees, of a contact's avatar: always the same for the same contact."""
    return int(contact_id[-6:], 16) % 360


def _pieces(name: str) -> list[list[str]]:
    """The words between the commas, without pieces that hold none."""
    pieces = ([word for word in piece.split() if not _is_blank(word)] for piece in _COMMAS.split(name))
    return [words for words in pieces if words]


def _without_suffixes(pieces: list[list[str]]) -> list[list[str]]:
    kept = pieces[:1]
    for piece in pieces[1:_MOST_PIECES]:
        if not _is_suffix(piece, after=[word for words in kept for word in words]):
            kept.append(piece)
    return kept + pieces[_MOST_PIECES:]


def _is_suffix(piece: list[str], after: list[str]) -> bool:
    """Whether ``piece`` follows a comma as letters behind a name, and not as a first name.

    Capitals tell only where the name itself is not in capitals, and is more than a last name:
    ``DE LA CRUZ, JUAN`` and ``Bloggs, JOE`` put the first name behind.
    """
    if _is_known_suffix("".join(piece)) or all(map(_is_known_suffix, piece)):
        return True
    capitals_tell = len(after) >= 2 and not " ".join(after).isupper()
    return capitals_tell and all(_is_known_suffix(word) or _is_capitals(word) for word in piece)


def _is_known_suffix(word: str) -> bool:
    bare = word.strip("().")
    if bare == "Md":  # Muhammad in short; the doctor writes MD
        return False
    # ``Jr.`` is a generation, ``J.R.`` are somebody's initials; ``M.D.`` is ``MD`` with dots.
    return bare.casefold() in _GENERATIONS or bare.replace(".", "").casefold() in _LETTERS_AFTER_NAMES


def _is_capitals(word: str) -> bool:
    return 2 <= len(word) <= 5 and all(letter.isupper() for letter in word)


def _without_titles(words: list[str]) -> list[str]:
    """The words behind the titles; ``Mr and Mrs`` count as titles with the ``and``."""
    titles = 0
    for position, word in enumerate(words, start=1):
        if word.rstrip(".").casefold() in _TITLES:
            titles = position
        elif not (titles and word.casefold() in _BETWEEN_TITLES):
            break
    return words[titles:]


def _split_in_order(words: list[str]) -> Names:
    bare = _without_titles(words) or words  # nothing but titles is a name after all
    if len(bare) > 1:
        return Names(bare[0], " ".join(bare[1:]))
    only = bare[0] if bare else None
    return Names(None, only) if len(bare) < len(words) else Names(only, None)


def _is_blank(text: str) -> bool:
    """Whether nothing of ``text`` can be seen: white space, controls, zero-width characters."""
    if text[:1].isalnum():
        return False
    return all(char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in text)


_ZERO_WIDTH_JOINER: Final = "\u200d"
_LONGEST_CHARACTER: Final = 16  # code points: family emoji have 11, and stacked accents no end


def _first_character(word: str) -> str:
    """The first character that a reader sees, in upper case, behind any opening punctuation."""
    word = unicodedata.normalize("NFC", word)
    start = next((i for i, char in enumerate(word) if unicodedata.category(char)[0] not in "PC"), 0)
    end = start + 1
    while end < min(len(word), start + _LONGEST_CHARACTER) and _belongs_to_character(word, start, end):
        end += 1
    return word[start:end].upper()


def _belongs_to_character(word: str, start: int, position: int) -> bool:
    """Whether the code point at ``position`` is no character of its own, but part of the one before.

    The main cases of Unicode's text segmentation (UAX 29): marks, joined emoji, skin tones, the
    tags of regional flags, and the two letters that make a country's flag.
    """
    before, char = word[position - 1], word[position]
    return (
        unicodedata.category(char)[0] == "M"
        or _ZERO_WIDTH_JOINER in (before, char)
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or (position == start + 1 and _is_flag_letter(before) and _is_flag_letter(char))
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
