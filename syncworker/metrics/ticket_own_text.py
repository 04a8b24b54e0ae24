"""What a ticket's author wrote: its text without quoted replies, signatures, links, addresses.

Plain text says what is quoted by habit only, so this goes by the habits of mail programs in
English, German, French and Spanish. What it does not recognise counts as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LINK = re.compile(
    r"(?:https?://|\bwww\.)[^\s<>\"'()\uff08\uff09\u300c\u300d\u3001\u3002]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
)
# "On 3 May 2026 at 10:11, Ann <ann@x.example> wrote:" and its like: first word, verb.
_ATTRIBUTION = (
    ("on ", "wrote"),
    ("am ", "schrieb"),
    ("le ", "a écrit"),
    ("el ", "escribió"),
)
_LONGEST_ATTRIBUTION = 300
_DIVIDER = re.compile(
    r"[-_ ]{3,}(?:original message|ursprüngliche nachricht|message d.origine|mensaje original)"
    r"[-_ ]{3,}"
)
# The first two lines that mail programs put above an unmarked quotation.
_HEADERS = (
    ("from:", ("sent:", "date:")),
    ("von:", ("gesendet:", "datum:")),
    ("de :", ("envoyé :", "date :")),
    ("de:", ("envoyé:", "enviado:", "enviado el:", "fecha:", "date:")),
)
_DIVIDED = ("-", "_", *(first for first, _ in _HEADERS))
_MARK = ">"
_SIGNATURE = "--"
_SIGNATURE_LINES = 8


def own_text(text: str) -> str:
    """The text without what its author did not write in it.

    Left out are lines that begin with `>`; an "On … wrote:" with them, or with everything behind
    it where nothing is marked; everything behind "Original Message" and mail headers; a signature
    (at most 8 lines behind a line `--`); links and addresses, whose words are names.
    """
    if "\n" in text or "\r" in text:
        text = "\n".join(_without_signature(_without_quotes(text.splitlines())))
    if "@" in text or "//" in text or "www." in text:
        text = _LINK.sub(" ", text)
    return text


def _without_quotes(lines: Sequence[str]) -> list[str]:
    starts = [_start(line) for line in lines]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        announced = _attribution(starts, number)
        if announced and not _marked(starts, number + announced):
            break
        if starts[number].startswith(_DIVIDED) and _divided(starts, number):
            break
        if not announced and not starts[number].startswith(_MARK):
            kept.append(lines[number])
        number += announced or 1
    return kept


def _attribution(starts: Sequence[str], number: int) -> int:
    """How many lines, one or two, announce a quotation from here on; 0: it is none."""
    for first, verb in _ATTRIBUTION:
        if starts[number].startswith(first):
            for taken in (1, 2):
                whole = " ".join(starts[number : number + taken])
                # A date has digits; a sentence that happens to end so seldom does.
                if whole.endswith(":") and verb in whole and any(map(str.isdigit, whole)):
                    return taken
    return 0


def _marked(starts: Sequence[str], number: int) -> bool:
    """Whether the next line that is not empty is marked as quoted."""
    while number < len(starts) and not starts[number]:
        number += 1
    return number < len(starts) and starts[number].startswith(_MARK)


def _divided(starts: Sequence[str], number: int) -> bool:
    """Whether a quoted mail begins here, with a dividing line or with its headers."""
    following = starts[number + 1] if number + 1 < len(starts) else ""
    return _DIVIDER.match(starts[number]) is not None or any(
        starts[number].startswith(first) and following.startswith(then) for first, then in _HEADERS
    )


def _without_signature(lines: Sequence[str]) -> Sequence[str]:
    found = behind = 0
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].rstrip() == _SIGNATURE:
            found = number + 1
        behind += bool(lines[number].strip())
        if behind > _SIGNATURE_LINES:
            break
    return lines[: found - 1] if found else lines


def _start(line: str) -> str:
    """As much of a line as can be an attribution, in the form that is compared."""
    start = line.strip()[:_LONGEST_ATTRIBUTION].lower()
    return start if start.isascii() else unicodedata.normalize("NFC", start)
