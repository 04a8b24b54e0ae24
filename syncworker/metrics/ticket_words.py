"""A text as words that can be compared: without case, accents and invisible characters.

Every character is folded by itself (Unicode's compatibility decomposition and full case folding,
accents dropped), so a word does not depend on how its letters were composed. Letters, digits and
their marks make words; apostrophes, hyphens and everything else lie between them. Han, Hiragana,
Thai, Lao, Khmer and Burmese are written without spaces: each of their characters is a word.
Katakana is a word as far as it runs. A full stop, `!` or `?` is the word `.`, so that no phrase
reaches across sentences.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

STOP = "."
_STOPS = frozenset(".!?\u3002\u061f\u06d4\u0964")  # of Japanese, Arabic, Urdu, Hindi too
_SPACELESS = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3006\u3041-\u3096"
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
)
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30fe"
_VOICED = "\u3099\u309a"
_WORD = re.compile(
    rf"[{_SPACELESS}][{_VOICED}]*|[{_KATAKANA}{_VOICED}]+"
    rf"|\.|[^\s.{_SPACELESS}{_KATAKANA}{_VOICED}]+"
)
# Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic, which are seldom
# written; what only chooses a glyph. Marks of other scripts are letters to their readers.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
# Letters that Unicode does not take apart. Turkish has two letters i, and both are written i by
# whoever has no Turkish keyboard. The last three are apostrophes by use.
_LETTERS = {
    "\u0131": "i",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    **dict.fromkeys("\u02bb\u02bc\u02b9", " "),
}
_KEPT = 50_000  # a table of all characters that exist would only waste memory


class _Folds(dict[int, str]):
    """What each character is folded to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < _KEPT:
            self[code] = folded
        return folded


def words(text: str) -> list[str]:
    """The text's words, folded, in order; any text has some or none, and none raises."""
    return _WORD.findall(text.translate(_FOLDS))


def as_written(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Words of a text as they are written in it.

    Args:
        text: The text.
        spans: Numbers of the first and the last of neighbouring words among `words(text)`.

    Yields:
        What is written from the first to the last, white space as one space.
    """
    # Behind how many folded characters each character ends; of ASCII each is folded to one.
    ends: Sequence[int] = range(1, len(text) + 1)
    if not text.isascii():
        ends = list(accumulate(map(len, map(_FOLDS.__getitem__, map(ord, text)))))
    folded = text.translate(_FOLDS)
    for first, last in spans:
        found = [match.span() for match in islice(_WORD.finditer(folded), first, last + 1)]
        start, last_letter = (bisect_right(ends, p) for p in (found[0][0], found[-1][1] - 1))
        end = bisect_right(ends, ends[last_letter])  # with its accent, where that stands alone
        yield " ".join(text[start:end].split())


def _fold(char: str) -> str:
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", char)).casefold()
    return "".join(map(_folded, _DROPPED.sub("", unicodedata.normalize("NFKD", bare))))


def _folded(char: str) -> str:
    if char in _STOPS:
        return STOP
    category = unicodedata.category(char)
    if category == "Cf":  # soft hyphens, zero-width characters, directions
        return ""
    return _LETTERS.get(char, char) if category[0] in "LNM" else " "


_FOLDS = _Folds()
