"""What holds of the classification whatever is written."""

import unicodedata

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.metrics.ticket_matcher import Matcher
from syncworker.metrics.ticket_phrases import PHRASES
from syncworker.metrics.ticket_risk import with_risk
from syncworker.metrics.ticket_rules import RISK_LABELS, RiskLabel, TicketRules
from syncworker.metrics.ticket_words import words

MATCHER = Matcher(TicketRules())
ANYTHING = st.text(st.characters())
UNRELATED = ["report", "the", "Nutzer", "écran", "pantalla", "画面", "\n", ",", "12", "ошибка", "İ"]
PHRASE = st.sampled_from([phrase.replace("*", "") for p in PHRASES.values() for phrase in p])
FILLER = st.lists(st.sampled_from(UNRELATED), max_size=6).map(" ".join)


@st.composite
def tickets(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(FILLER, PHRASE), max_size=4))
    return ", ".join(f"{filler} {phrase}" for filler, phrase in parts)


def labels(text: str) -> set[RiskLabel]:
    return set(MATCHER.found(text))


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_no_text_raises_and_what_is_shown_is_in_it(text: str) -> None:
    whole = " ".join(text.split())
    for shown in MATCHER.found(text).values():
        assert shown.rstrip("…") in whole


@settings(max_examples=100, deadline=None)
@given(st.lists(ANYTHING, max_size=5), st.lists(ANYTHING, max_size=3))
def test_no_phrase_and_no_text_raises(phrases: list[str], texts: list[str]) -> None:
    matcher = Matcher(TicketRules(value=tuple(phrases), replace=RISK_LABELS))
    for text in (*texts, *phrases):
        matcher.found(text)


@settings(max_examples=200, deadline=None)
@given(tickets(), FILLER, FILLER)
def test_unrelated_text_around_it_keeps_the_labels(text: str, before: str, behind: str) -> None:
    assert labels(text) <= labels(f"{before}\n{text}\n{behind}")
    assert labels(f"{before}. {text}. {behind}") == labels(text)


@settings(max_examples=200, deadline=None)
@given(tickets(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_accents_case_and_composition_change_no_label(text: str, form: str) -> None:
    composed = unicodedata.normalize(form, text)
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    for changed in (composed, bare, text.upper(), text.casefold()):
        assert labels(changed) == labels(text)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_folding_is_the_same_however_letters_are_composed(text: str) -> None:
    readable = text.encode("utf-8", "replace").decode()
    assert words(unicodedata.normalize("NFD", readable)) == words(readable)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_columns_say_the_same_as_one_text(texts: list[str | None]) -> None:
    frame = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    rows = with_risk(frame, TicketRules()).collect().rows(named=True)
    for text, row in zip(texts, rows, strict=True):
        found = None if text is None else (list(MATCHER.found(text)) or ["other"])
        assert row["ticket_risk_types"] == found
        assert row["ticket_risk"] == (None if found is None else found != ["other"])
