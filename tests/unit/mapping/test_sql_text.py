"""What a query's text tells without a database."""

from __future__ import annotations

import pytest

from syncworker.mapping.sql_text import is_file, selected, several, writes


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT a, b FROM t", {"a", "b"}),
        ("select distinct t.A, s.t.b AS c FROM t JOIN s ON true", {"a", "c"}),
        ('SELECT "Id", `x`, [y] FROM t WHERE a IN (1, 2)', {"id", "x", "y"}),
        ("SELECT coalesce(a, b) AS c, 'x, y' AS d\nFROM t", {"c", "d"}),
        ("SELECT extract(epoch FROM ts) AS ts FROM t", {"ts"}),
        ("SELECT CASE WHEN a THEN b END AS c FROM t", {"c"}),
    ],
)
def test_the_columns_of_a_plain_query_are_known(query: str, columns: set[str]) -> None:
    assert selected(query) == columns


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM t",
        "SELECT t.* FROM t",
        "SELECT count(*) FROM t",
        "SELECT a b FROM t",
        "SELECT a::text FROM t",
        "SELECT 'a FROM t",
        "SELECT 1",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
        "SELECT a FROM t UNION SELECT b FROM u",
        "SELECT a -- , b\nFROM t",
        "SELECT a /* b */ FROM t",
        "TABLE t",
        "{{ ref('t') }}",
        "",
    ],
)
def test_of_any_other_query_nothing_is_told(query: str) -> None:
    assert selected(query) is None


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("update t set a = 1", "UPDATE"),
        ("  Insert INTO t VALUES (1)", "INSERT"),
        ("SELECT updated FROM t", ""),
        ("updates", ""),
    ],
)
def test_a_query_that_writes_is_known_by_its_first_word(query: str, word: str) -> None:
    assert writes(query) == word


def test_a_file_and_several_statements_are_no_query() -> None:
    assert is_file("queries/accounts.sql\n")
    assert not is_file("SELECT a FROM b.sql")
    assert several("SELECT 1; SELECT 2")
    assert not several("SELECT ';' AS a FROM t;")
    assert not several("SELECT 1 -- a; b\n")
