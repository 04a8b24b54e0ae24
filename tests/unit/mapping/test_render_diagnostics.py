from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.render_diagnostics import as_github, as_json, as_text, summary

FOUND = Diagnostic(
    code="SW103",
    severity="error",
    file="acme.yaml",
    line=6,
    column=15,
    length=6,
    message="`domian` is not a match key for companies",
    help="did you mean `domain`? (allowed: domain, external_id)",
    snippet="    match_on: domian",
)


def test_text_points_with_a_caret_at_the_place() -> None:
    assert as_text([FOUND]) == (
        "acme.yaml:6:15: error[SW103]: `domian` is not a match key for companies\n"
        "  |\n"
        "6 |     match_on: domian\n"
        "  |               ^^^^^^\n"
        "  = help: did you mean `domain`? (allowed: domain, external_id)"
    )


def test_text_keeps_its_margin_with_long_line_numbers_and_notes() -> None:
    found = replace(FOUND, line=120, help="", note="first mapped in line 11", severity="warning")
    assert as_text([found, FOUND]).split("\n\n")[0] == (
        "acme.yaml:120:15: warning[SW103]: `domian` is not a match key for companies\n"
        "    |\n"
        "120 |     match_on: domian\n"
        "    |               ^^^^^^\n"
        "    = note: first mapped in line 11"
    )


def test_a_long_line_is_shown_around_its_place() -> None:
    line = "a" * 500 + "HERE" + "b" * 500
    text = as_text([replace(FOUND, snippet=line, column=501, length=4)]).splitlines()
    assert len(text[2]) < 140
    at = text[3].index("^")
    assert text[2][at : at + 4] == "HERE"


def test_a_caret_stays_within_its_line() -> None:
    text = as_text([replace(FOUND, snippet="ab", column=2, length=50)]).splitlines()
    assert text[3] == "  |  ^"
    assert as_text([replace(FOUND, snippet="", column=1)]).splitlines()[3] == "  | ^"


def test_a_tab_and_a_control_character_do_not_move_the_caret(
    load_text: Callable[[str], object],
) -> None:
    loaded = load_text("a:\n\tb: '\x1b'")
    text = as_text(loaded.diagnostics)
    assert "\x1b" not in text
    assert "\t" not in text


def test_json_is_one_object_with_counts() -> None:
    document = json.loads(as_json([FOUND, replace(FOUND, severity="warning")], files=2))
    assert document["schema_version"] == 1
    assert (document["files"], document["errors"], document["warnings"]) == (2, 1, 1)
    assert document["diagnostics"][0]["code"] == "SW103"
    assert document["diagnostics"][0]["line"] == 6


def test_github_annotations_are_one_escaped_line_each() -> None:
    odd = replace(FOUND, file="a,b:c.yaml", message="100 %\nof it", help="", severity="warning")
    said = f"{FOUND.message} — {FOUND.help}"
    assert as_github([FOUND, odd]).splitlines() == [
        f"::error file=acme.yaml,line=6,col=15,endColumn=21,title=SW103::{said}",
        "::warning file=a%2Cb%3Ac.yaml,line=6,col=15,endColumn=21,title=SW103::100 %25%0Aof it",
    ]


def test_the_summary_counts_and_says_that_nothing_was_sent() -> None:
    warning = replace(FOUND, severity="warning")
    end = "Nothing was sent to HubSpot."
    assert summary([FOUND] * 9) == f"9 errors in 1 file. {end}"
    assert summary([FOUND, warning, warning], 2) == f"1 error and 2 warnings in 2 files. {end}"
    assert summary([]) == f"No errors in 1 file. {end}"
