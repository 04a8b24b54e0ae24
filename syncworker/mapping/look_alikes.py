"""Characters that look like another one, or like none at all, where YAML takes them literally.

They come from chats, web pages and word processors: spaces that do not break, quotes that are
curled, letters of another alphabet. People search for such a mistake for hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syncworker.mapping.diagnostics import Finding, Span

_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_NOTHING = "\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
# Written as escapes, because nobody could tell them from what they look like.
_QUOTES = dict(zip("\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u201a", '"""""\'\'\'', strict=True))
_SIGNS = dict(zip("\uff1a\uff0c\uff03\u2013\u2014\u2212\u2010\u2011", ":,#-----", strict=True))
_LETTERS = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb"
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u03bf",
        "aeopcyxijsdhABEKMHOPCTXIo",
        strict=True,
    )
)
_INVISIBLE = re.compile(f"[{_SPACES}{_NOTHING}]")
_SPACE = re.compile(f"[{_SPACES}]")
_ALL = re.compile(f"[{_SPACES}{_NOTHING}{''.join((*_QUOTES, *_SIGNS))}]")
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")


@dataclass(frozen=True, slots=True)
class Mended:
    """A text as it was probably meant, with what had to be replaced in it."""

    text: str
    findings: tuple[Finding, ...]


def in_key(text: str, span: Span) -> Mended:
    """A key: none of ours has such a character, nor letters of two alphabets that look alike."""
    mixed = any(letter.isascii() and letter.isalpha() for letter in text)
    wrong = [*_INVISIBLE.finditer(text), *(_LETTER.finditer(text) if mixed else ())]
    return _mended(text, span, wrong[:1])


def in_plain(text: str, span: Span) -> Mended:
    """A value without quotes: invisible characters at its ends or in it, and curled quotes."""
    wrong = list(_INVISIBLE.finditer(text))
    if text[:1] in _QUOTES:
        wrong = [match for match in _ALL.finditer(text) if match[0] in _QUOTES]
    return _mended(text, span, wrong[:1])


def in_line(line: str, number: int) -> Iterator[Finding]:
    """The first one of a line that YAML cannot read, where it can be the cause of that."""
    code = _code_of(line)
    value = code.find(": ")
    for match in _ALL.finditer(code):
        begins = 0 <= value == match.start() - 2
        if _INVISIBLE.match(match[0]) or value < 0 or match.start() < value or begins:
            yield _finding(match[0], Span(number, match.start() + 1))
            return


def ordinary(text: str) -> str:
    """The text with the characters that were probably meant."""
    table = {**_QUOTES, **_SIGNS}
    text = _SPACE.sub(" ", text)
    return "".join(table.get(c, c) for c in _INVISIBLE.sub("", text))


def _mended(text: str, span: Span, wrong: list[re.Match[str]]) -> Mended:
    # Of a text over several lines only the first line's length is known.
    found = tuple(
        _finding(
            match[0],
            Span(span.line, span.column + match.start()) if match.start() < span.length else span,
        )
        for match in wrong
    )
    if not found:
        return Mended(text, ())
    plain = ordinary("".join(_LETTERS.get(c, c) for c in text)).strip()
    return Mended(plain.strip("\"'"), found)


def _finding(character: str, span: Span) -> Finding:
    point = f"U+{ord(character):04X}"
    if character in _LETTERS:
        meant = _LETTERS[character]
        message = f"this letter ({point}) only looks like `{meant}`"
        return Finding("SW214", span, message, f"type `{meant}` anew")
    if character in _QUOTES or character in _SIGNS:
        meant = _QUOTES.get(character) or _SIGNS[character]
        message = f"`{character}` ({point}) means nothing to YAML"
        return Finding("SW214", span, message, f"write {meant}")
    if _SPACE.match(character):
        message = f"a space that YAML does not take for one ({point})"
        return Finding("SW214", span, message, "delete it and type an ordinary space")
    return Finding("SW214", span, f"a character that nobody can see ({point})", "delete it")


def _code_of(line: str) -> str:
    """The line with what stands in quotes or behind `#` blanked out, as long as before."""
    kept, quote = [], ""
    for i, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
            kept.append(" ")
        elif character in "\"'" and (i == 0 or line[i - 1] in " [{,:-"):
            quote = character
            kept.append(" ")
        elif character == "#" and (i == 0 or line[i - 1] == " "):
            break
        else:
            kept.append(character)
    return "".join(kept)
