"""Sentences on the record: every language says the same things."""

from __future__ import annotations

from string import Formatter

import pytest

from syncworker.metrics.texts import LANGUAGES, texts

OTHERS = sorted(LANGUAGES.keys() - {"en"})


def places(template: str) -> int:
    """How many values a template takes, all of them `{}`."""
    named = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    assert set(named) <= {""}
    return len(named)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_text_of_the_english_ones_and_no_other(language: str) -> None:
    assert sorted(texts(language)) == sorted(texts("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_takes_as_many_values_in_every_language(language: str) -> None:
    there = texts(language)
    wrong = [key for key, text in texts("en").items() if places(text) != places(there[key])]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in texts(language).items() if not text.strip()] == []


def test_german_is_there() -> None:
    assert "de" in LANGUAGES
