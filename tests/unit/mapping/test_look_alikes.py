"""Characters that are not what they seem to be."""

from __future__ import annotations

import pytest

from syncworker.mapping.diagnostics import Span
from syncworker.mapping.look_alikes import in_key, in_line, in_plain, ordinary

HERE = Span(1, 5, 10)


@pytest.mark.parametrize(
    "line",
    [
        "label: 'a\u201cb' # \xa0\u2013",
        'label: "\xa0"',
        "label: five \u2013 six",
        "a: b # \u201cno\u201d",
    ],
)
def test_in_quotes_comments_and_values_they_are_no_cause(line: str) -> None:
    assert list(in_line(line, 1)) == []


@pytest.mark.parametrize(
    ("line", "column"),
    [("a\uff1a b", 2), ("a: \u201cb\u201d", 4), ("a: b\xa0c", 5), ("\u2013 a: b", 1)],
)
def test_elsewhere_they_are(line: str, column: int) -> None:
    assert [found.span.column for found in in_line(line, 1)] == [column]


def test_a_text_is_given_back_as_it_was_meant() -> None:
    assert in_key("\u0441urrency", HERE).text == "currency"
    assert in_plain("\u201cEUR\u201d", HERE).text == "EUR"
    assert ordinary("a\uff1a\xa0b\u200b") == "a: b"


def test_words_of_another_alphabet_and_plain_texts_are_left_alone() -> None:
    assert in_key("\u043e\u0442\u0447\u0435\u0442", HERE).findings == ()
    assert in_plain("five \u2013 six", HERE).findings == ()


def test_beyond_the_first_line_of_a_text_its_start_is_named() -> None:
    (found,) = in_plain("0123456789 \xa0", HERE).findings
    assert found.span == HERE
