"""Sentences that a salesperson reads on a record, in the portal's language: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.metrics.texts.de import TEXTS as GERMAN
from syncworker.metrics.texts.en import TEXTS as ENGLISH

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}
"""By ISO 639-1 code; all of them have the same keys."""


def texts(language: str) -> Mapping[str, str]:
    """By key, the templates of a language; places to fill are `{}`, in the order of the key's use.

    Args:
        language: One of `LANGUAGES`.
    """
    return LANGUAGES[language]
