"""A stream of a database is read by a query or from a table."""

from __future__ import annotations

import pytest

from syncworker.mapping.loader import load

MAPPING = """\
version: 1
hubspot: {{credentials: env:ACME_TOKEN}}
sources:
  app:
    kind: {kind}
    url: env:APP_DATABASE
    streams:
      users: {stream}
objects:
  companies:
    match: {{property: domain, column: domain}}
    properties: {{saas_mrr: mrr}}
"""


def codes(stream: str, kind: str = "sql") -> list[tuple[str, int, int]]:
    found = load(MAPPING.format(stream=stream, kind=kind), "acme.yaml").diagnostics
    return [(d.code, d.line, d.column) for d in found]


@pytest.mark.parametrize(
    "stream",
    [
        "{query: select 1}",
        "{table: public.users}",
        "{table: users, columns: {email: mail, deleted_at: removed_on}, cursor: changed}",
    ],
)
def test_one_of_query_and_table_is_right(stream: str) -> None:
    assert codes(stream) == []


@pytest.mark.parametrize(
    ("stream", "found", "words"),
    [
        ("{query: select 1, table: users}", ("SW137", 8, 32), "both `query` and `table`"),
        ("{cursor: updated_at}", ("SW137", 8, 7), "neither `query` nor `table`"),
    ],
)
def test_both_and_neither_are_told(stream: str, found: tuple[str, int, int], words: str) -> None:
    assert codes(stream) == [found]
    diagnostic = load(MAPPING.format(stream=stream, kind="sql"), "acme.yaml").diagnostics[0]
    assert words in diagnostic.message
    assert "`table`" in diagnostic.help or "`table: schema.name`" in diagnostic.help


def test_a_slip_of_the_key_is_told_as_that_only() -> None:
    assert codes("{qery: select 1}") == [("SW102", 8, 15)]


def test_what_is_no_section_is_told_by_its_shape() -> None:
    assert "SW137" not in [code for code, _, _ in codes("accounts")]


def test_a_source_of_another_kind_needs_neither() -> None:
    assert "SW137" not in [code for code, _, _ in codes("{path: u.csv}", kind="files")]


def test_columns_of_a_stream_that_there_is_not_are_not_judged() -> None:
    text = MAPPING.replace("users:", "people:")
    stream = "{table: users, columns: {user_id: id}}"
    found = load(text.format(stream=stream, kind="sql"), "acme.yaml").diagnostics
    assert {diagnostic.code for diagnostic in found} == {"SW116"}
