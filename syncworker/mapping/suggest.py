"""Did you mean: the known word closest to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely a slip of, or None where none is close."""
    matches = difflib.get_close_matches(word[:80].lower(), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A help line for an unknown word: the closest known one, then `otherwise`.

    Args:
        word: What was written.
        known: What could be meant.
        otherwise: What to say besides, for example where all known words are listed.
    """
    match = closest(word, known)
    if match is None:
        return otherwise
    return f"did you mean `{match}`?" + (f" ({otherwise})" if otherwise else "")


def listed(words: Iterable[str]) -> str:
    """Words in backquotes, with commas."""
    return ", ".join(f"`{word}`" for word in words)
