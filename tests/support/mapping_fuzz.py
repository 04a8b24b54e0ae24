"""Texts that are nearly mappings: right ones cut, doubled, shuffled, spliced and misspelled."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

_PIECES = (
    *"{}[]:,-?&*!|>'\"%@`#\n\t \\~<=\0\x1b\x85\u2028\ufeff\xa0\u200b\u201c\u0441\ud800",
    "\n  ",
    "- ",
    ": ",
    "<<: ",
    "*a",
    "&a ",
    "---\n",
    "...\n",
    "<<<<<<< HEAD\n",
    "!!set ",
    "%YAML 1.1\n",
    "env:X",
    "sk_live_abcdef12",
    "# syncworker: ignore SW107 -- x",
)
_VALUES = (
    *("", "null", "[]", "{}", "[[]]", "0", "-1", "1.5", "010", "1e99", ".nan", "true", "yes"),
    *("''", "'80'", '"\\0"', "x:y", "*a", "&a [*a]", "!x y", "2026-01-01", "<<", "1:30", "80,5"),
    *("mrr", "health_score", "accounts", "sql", "customer", "domain", "SELECT a FROM b", "EUR"),
)
_Mutation = Callable[[random.Random, list[str], Sequence[str]], None]


def fuzzed(texts: Sequence[str], number: int, seed: int) -> Iterator[str]:
    """So many texts, the same ones for the same seed.

    Args:
        texts: Right mappings to begin with.
        number: How many texts.
        seed: Chooses which.
    """
    chance = random.Random(seed)
    for _ in range(number):
        lines = chance.choice(texts).splitlines()
        others = chance.choice(texts).splitlines()
        for _ in range(chance.randint(1, 4)):
            if lines:
                chance.choice(_MUTATIONS)(chance, lines, others)
        yield "\n".join(lines)


def _delete(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    start = chance.randrange(len(lines))
    del lines[start : start + chance.randint(1, 3)]


def _double(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    start = chance.randrange(len(lines))
    part = lines[start : start + chance.randint(1, 6)]
    place = chance.randint(0, len(lines))
    lines[place:place] = part


def _swap(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


def _splice(chance: random.Random, lines: list[str], others: Sequence[str]) -> None:
    start = chance.randrange(len(others))
    place = chance.randint(0, len(lines))
    lines[place:place] = others[start : start + chance.randint(1, 8)]


def _cut(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    i = chance.randrange(len(lines))
    lines[i] = lines[i][: chance.randint(0, len(lines[i]))]


def _insert(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    i = chance.randrange(len(lines))
    at = chance.randint(0, len(lines[i]))
    lines[i] = lines[i][:at] + chance.choice(_PIECES) + lines[i][at:]


def _mistype(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    i = chance.randrange(len(lines))
    if lines[i]:
        at = chance.randrange(len(lines[i]))
        other = chr(chance.choice((chance.randint(32, 126), chance.randint(0, 0x2FFF))))
        lines[i] = lines[i][:at] + chance.choice(("", other)) + lines[i][at + 1 :]


def _indent(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    start = chance.randrange(len(lines))
    move = chance.choice((-2, -1, 1, 2))
    for i in range(start, min(len(lines), start + chance.randint(1, 5))):
        lines[i] = " " * move + lines[i] if move > 0 else lines[i].removeprefix(" " * -move)


def _revalue(chance: random.Random, lines: list[str], _others: Sequence[str]) -> None:
    i = chance.randrange(len(lines))
    key, colon, _ = lines[i].partition(":")
    if colon:
        lines[i] = f"{key}: {chance.choice(_VALUES)}"


_MUTATIONS: tuple[_Mutation, ...] = (
    *(_delete, _double, _swap, _splice, _cut),
    *(_insert, _mistype, _indent, _revalue, _revalue),
)
