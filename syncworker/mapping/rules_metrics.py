"""What makes a mapping wrong: rules about the phrases and domains under `metrics`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.metrics.ticket_matcher import ANY_ENDING, phrase_words
from syncworker.metrics.ticket_rules import RISK_LABELS
from syncworker.metrics.ticket_words import words

_RULES: Path = ("metrics", "ticket_rules")
_FREE_MAIL: Path = ("metrics", "free_mail_domains")
_STAR_INSIDE = re.compile(r"\*+[^\s*]")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_](?:[\w-]*[^\W_])?")
_SHORTEST = 3


def check_metrics(document: Document) -> Iterator[Finding]:
    """Phrases that find nothing (SW164) or all (SW165), mail domains (SW166), labels (SW167)."""
    for label in RISK_LABELS:
        for path, phrase in _texts(document, (*_RULES, label)):
            yield from _phrase(document, path, phrase)
    for path, domain in _texts(document, _FREE_MAIL):
        if not _DOMAIN.fullmatch(domain):
            help_ = "write what stands behind the @: `mail.example`"
            yield Finding("SW166", document.value(path), f"`{domain}` is not a mail domain", help_)
    for path, replaced in _texts(document, (*_RULES, "replace")):
        if replaced in RISK_LABELS and not document.at(*_RULES, replaced):
            message = f"`{replaced}` has no phrases left, so that no ticket gets it"
            help_ = f"write some under `{replaced}`, or remove it here"
            yield Finding("SW167", document.value(path), message, help_, severity="warning")


def _phrase(document: Document, path: Path, phrase: str) -> Iterator[Finding]:
    span = document.value(path)
    parts = phrase_words(phrase)
    if not parts:
        yield Finding("SW164", span, f"`{phrase}` has no letter or digit", "write a word")
    elif _STAR_INSIDE.search(phrase):
        message = f"`{phrase}` has a `{ANY_ENDING}` that does not end a word"
        yield Finding("SW164", span, message, "put it at the end of a word: `rabatt*`")
    elif len(parts) == 1 and phrase.isascii() and len(words(phrase)[0]) < _SHORTEST:
        message = f"`{phrase}` would be found in most tickets"
        help_ = f"write at least {_SHORTEST} letters, or more words"
        yield Finding("SW165", span, message, help_, severity="warning")


def _texts(document: Document, path: Path) -> Iterator[tuple[Path, str]]:
    found = document.at(*path)
    for number, text in enumerate(found if isinstance(found, list) else ()):
        if isinstance(text, str):
            yield (*path, number), text
