"""More than 200 mappings, each wrong in its own way: the right code at the right place."""

from __future__ import annotations

import pytest
from support.broken import RIGHT, Broken
from support.broken_characters import CHARACTERS
from support.broken_keys import KEYS
from support.broken_objects import OBJECTS
from support.broken_rules import RULES
from support.broken_secrets import SECRETS
from support.broken_source_kinds import SOURCE_KINDS
from support.broken_sources import SOURCES
from support.broken_syntax import SYNTAX
from support.broken_values import VALUES
from support.broken_whole import WHOLE
from support.broken_yaml import YAML

from syncworker.mapping.advice import advice
from syncworker.mapping.codes import CODES
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.document import lines_of
from syncworker.mapping.loader import load, load_bytes
from syncworker.mapping.render_diagnostics import as_github, as_json, as_text, summary

ALL = (
    *(*CHARACTERS, *SYNTAX, *YAML, *KEYS, *VALUES, *SECRETS),
    *(*SOURCES, *SOURCE_KINDS, *OBJECTS, *RULES),
)


def found_in(content: bytes | str) -> list[Diagnostic]:
    """What `syncworker validate` finds, by place."""
    loaded = (
        load_bytes(content, "a.yaml") if isinstance(content, bytes) else load(content, "a.yaml")
    )
    found = [*loaded.diagnostics, *advice(loaded)]
    assert (loaded.mapping is None) == any(one.severity == "error" for one in found)
    return sorted(found, key=lambda one: (one.line, one.column, one.code))


def places(found: list[Diagnostic]) -> str:
    return ", ".join(f"{one.code} {one.line}:{one.column}" for one in found)


def check_shown(found: list[Diagnostic]) -> None:
    """Each is explained, and can be shown to people, programs and GitHub."""
    for one in found:
        assert one.code in CODES
        assert one.message
        assert "^" in as_text([one])
        assert len(as_github([one]).splitlines()) == 1
    assert as_json(found)
    assert summary(found)


def test_the_mapping_they_all_come_from_is_right() -> None:
    assert found_in(RIGHT) == []


def test_there_are_more_than_200_and_no_two_are_the_same() -> None:
    assert len(ALL) + len(WHOLE) > 200
    assert len({one.name for one in ALL} | {name for name, *_ in WHOLE}) == len(ALL) + len(WHOLE)
    assert len({one.text for one in ALL}) == len(ALL)


@pytest.mark.parametrize("broken", ALL, ids=lambda one: one.name)
def test_a_mistake_is_found_where_it_is(broken: Broken) -> None:
    found = found_in(broken.text)
    assert places(found) == broken.found
    check_shown(found)
    lines = lines_of(broken.text)
    for one in found:
        assert one.line <= len(lines)
        assert one.column <= len(lines[one.line - 1]) + 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [pytest.param(content, expected, id=name) for name, content, expected in WHOLE],
)
def test_a_file_that_is_no_mapping_is_told_by_its_place(content: bytes, expected: str) -> None:
    found = found_in(content)
    check_shown(found)
    assert places(found) == expected
