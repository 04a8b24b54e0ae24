"""Phrases looked for in texts, all at once and in time linear in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from syncworker.metrics.ticket_own_text import own_text
from syncworker.metrics.ticket_phrases import PHRASES
from syncworker.metrics.ticket_rules import RISK_LABELS, RiskLabel, TicketRules
from syncworker.metrics.ticket_words import STOP, as_written, words

ANY_ENDING = "*"
LONGEST_SHOWN = 80
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# The e of an umlaut that was written out stands behind no other vowel and no q: not in `queue`,
# not in `teuer`. Short words are left alone: `Noe` is not `No`.
_WRITTEN_OUT = re.compile(r"(?<![aeiouyq])([aou])e")
_SHORT = 5
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a phrase: how it may be spelled, and whether it may go on."""

    spellings: tuple[str, ...]
    goes_on: bool


@dataclass(slots=True)
class _Node:
    """Where a text stands inside the phrases: which words may follow, which labels are reached."""

    next: dict[_Word, _Node] = field(default_factory=dict)
    labels: set[RiskLabel] = field(default_factory=set)


class Matcher:
    """Finds the phrases of a portal's rules.

    Args:
        rules: The portal's `ticket_rules`.
    """

    def __init__(self, rules: TicketRules) -> None:
        self._root = _Node()
        for label in RISK_LABELS:
            built_in = () if label in rules.replace else PHRASES[label]
            for phrase in (*built_in, *rules.added(label)):
                self._add(label, phrase)
        self._exact: dict[str, list[_Word]] = {}
        self._begun: dict[str, list[_Word]] = {}
        self._index(self._root, set())
        self._lengths = sorted({len(begin) for begin in self._begun})
        self._known: dict[str, tuple[_Word, ...]] = {}

    def found(self, text: str) -> dict[RiskLabel, str]:
        """By label, the first phrase of it as it is written in the text; of two the longer.

        What is quoted does not count. Labels come in the order of `RISK_LABELS`; a phrase of
        more than 80 characters (white space aside, it holds no words but its own) is cut.
        """
        text = own_text(text)
        spans = self._spans(words(text))
        if not spans:
            return {}
        labels = [label for label in RISK_LABELS if label in spans]
        written = as_written(text, [spans[label] for label in labels])
        return {label: _shown(each) for label, each in zip(labels, written, strict=True)}

    def _spans(self, texts: list[str]) -> dict[RiskLabel, tuple[int, int]]:
        spans: dict[RiskLabel, tuple[int, int]] = {}
        known, root = self._known, self._root.next
        for number, text in enumerate(texts):
            meant = known.get(text)
            if meant is None:
                meant = self._meant(text)
            for word in meant:
                if word in root:
                    for label, last in self._reached(root[word], texts, number):
                        if label not in spans or spans[label][0] == number:
                            spans[label] = (number, max(last, spans.get(label, (0, 0))[1]))
        return spans

    def _reached(
        self, node: _Node, texts: list[str], number: int
    ) -> Iterator[tuple[RiskLabel, int]]:
        """The labels of the phrases that go on from word `number`, with their last words."""
        for label in node.labels:
            yield label, number
        if node.next and number + 1 < len(texts):
            for word in self._meant(texts[number + 1]):
                if word in node.next:
                    yield from self._reached(node.next[word], texts, number + 1)

    def _meant(self, text: str) -> tuple[_Word, ...]:
        """The words of phrases that a word of a text can be."""
        meant = self._known.get(text)
        if meant is None:
            starts = (text[:length] for length in self._lengths if length <= len(text))
            found = [*self._exact.get(text, ())]
            for start in starts:
                found += self._begun.get(start, ())
            meant = tuple(dict.fromkeys(found))
            if len(self._known) < _REMEMBERED:
                self._known[text] = meant
        return meant

    def _add(self, label: RiskLabel, phrase: str) -> None:
        parts = phrase_words(phrase)
        node = self._root
        for part in parts:
            node = node.next.setdefault(part, _Node())
        if parts:
            node.labels.add(label)

    def _index(self, node: _Node, seen: set[_Word]) -> None:
        for word, following in node.next.items():
            if word not in seen:
                seen.add(word)
                for spelling in word.spellings:
                    kind = self._begun if word.goes_on else self._exact
                    kind.setdefault(spelling, []).append(word)
            self._index(following, seen)


@lru_cache(maxsize=8)
def matcher(rules: TicketRules) -> Matcher:
    """The matcher of these rules, made once."""
    return Matcher(rules)


def phrase_words(phrase: str) -> tuple[_Word, ...]:
    """A phrase's words, each with the spellings it stands for; none where it has no letter.

    An umlaut may also be written out (kündigen, kuendigen, kundigen), whichever way the phrase
    has it; a written-out one is recognised in words of five letters and more. Full stops around
    the phrase do not count.
    """
    composed = unicodedata.normalize("NFC", phrase)
    parts: list[_Word] = []
    for piece in composed.split():
        whole = piece.rstrip(ANY_ENDING)
        bare = words(whole)
        spelled = words(whole.translate(_UMLAUTS))
        last = len(bare) - 1
        for number, (plain, long) in enumerate(zip(bare, spelled, strict=True)):
            short = _WRITTEN_OUT.sub(r"\1", plain) if len(plain) >= _SHORT else plain
            goes_on = number == last and whole != piece
            parts.append(_Word(tuple(dict.fromkeys((plain, long, short))), goes_on))
    while parts and parts[0].spellings == (STOP,):
        parts = parts[1:]
    while parts and parts[-1].spellings == (STOP,):
        parts = parts[:-1]
    return tuple(parts)


def _shown(written: str) -> str:
    return written if len(written) <= LONGEST_SHOWN else written[: LONGEST_SHOWN - 1] + "…"
