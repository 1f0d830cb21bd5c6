"""The words under which a contact is found.

A search finds every contact that has, for each word typed, a stored word beginning with it. So
what is stored is each value from the start of any of its pieces to its end: with
``ada@mail.example.com`` go ``mail.example.com`` and ``example.com``, and whoever types ``ada@``,
``mail`` or ``example.co`` finds Ada. Chinese, Japanese and Korean put no spaces between words, so
there any character may begin a piece: 王伟 is found by 伟 too.

Stored and typed words are folded alike: ``Márcia`` is found by ``marcia``, ``Łukasz`` by ``lukasz``.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain, islice, zip_longest
from typing import Final

LONGEST_WORD: Final = 64  # characters
MOST_WORDS: Final = 32  # stored for one contact
MOST_QUERY_WORDS: Final = 8
NOBODYS_WORD: Final = " "
"""What is looked for where something is typed that holds no word: no stored word has a space."""
LONGEST_TEXT: Final = 1_024  # characters of a value, or of what is typed, that are read

# Within a word these join its pieces; at its ends they say nothing.
_JOINERS: Final = "._+-@"
_CJK: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_PIECES = re.compile(rf"[{_CJK}]|[^{_CJK}{re.escape(_JOINERS)}]+")

_ASCII_PARTS = re.compile(r"[a-z0-9^._+@-]+")
_ACCENTS = re.compile("[\u0300-\u036f]")  # those of Latin, Greek and Cyrillic; other marks are letters
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)
_APOSTROPHES = re.compile("['’ʼ`´]")  # O'Brien, O’Brien and OBrien are one


def search_words(*values: str | None) -> frozenset[str]:
    """The words to store for a contact with these values: names, emails, ids, in any order.

    At most ``MOST_WORDS``; where there are more, every value keeps its first ones.
    """
    of_each = [list(chain.from_iterable(map(_starts, _words(value)))) for value in values if value]
    if sum(map(len, of_each)) <= MOST_WORDS:
        return frozenset(chain.from_iterable(of_each))
    in_turn = (word for turn in zip_longest(*of_each) for word in turn if word)
    return frozenset(islice(dict.fromkeys(in_turn), MOST_WORDS))


def borne(words: Iterable[str]) -> str:
    """Words as one text, a space before each, so that a beginning of one is a part of it; no word has a space."""
    return "".join(f" {word}" for word in sorted(words))


def query_words(text: str) -> list[str]:
    """The words typed into a search box, to be found as beginnings of stored words."""
    typed = (word[:LONGEST_WORD] for word in _words(text))
    return list(islice(dict.fromkeys(typed), MOST_QUERY_WORDS))


def folded(text: str) -> str:
    """``text`` without case, accents and compatibility forms, to compare and to sort by."""
    if text.isascii():  # where case is all there is to fold
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", apart).translate(_LETTERS))


def _words(text: str) -> list[str]:
    plain = _APOSTROPHES.sub("", text[:LONGEST_TEXT])
    # Most of what is stored is ASCII, where case is all there is to fold: the short way, to the same words.
    parts = _ASCII_PARTS.findall(plain.lower()) if plain.isascii() else _parts(plain)
    return [word for part in parts if (word := part.strip(_JOINERS))]


def _parts(plain: str) -> list[str]:
    return "".join(map(_kept, folded(plain))).split()


def _kept(char: str) -> str:
    """``char`` within a word, a space between words, nothing where it can't be seen.

    Letters, digits and their marks are of words, and other symbols (So) are mostly emoji.
    """
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    is_of_word = char in _JOINERS or category[0] in "LNM" or category in {"So", "Sk"}
    return char if is_of_word else " "


def _starts(word: str) -> list[str]:
    """``word`` from the start of each of its pieces to its end."""
    if word.isalnum() and word.isascii():
        return [word[:LONGEST_WORD]]
    starts = [match.start() for match in _PIECES.finditer(word)]
    if "@" in word and len(starts) > 2:
        starts.pop()  # nobody is looked for by .com
    return [word[start:][:LONGEST_WORD] for start in starts]
