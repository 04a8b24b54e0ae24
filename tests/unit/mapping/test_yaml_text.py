from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.codes import CODES
from syncworker.mapping.loader import Loaded
from syncworker.mapping.yaml_text import MAX_CHARACTERS

Load = Callable[[str], Loaded]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [("SW009", 1, 1)]),
        ("# only a comment", [("SW009", 1, 1)]),
        ("just text", [("SW009", 1, 1)]),
        ("- a\n- b", [("SW009", 1, 1)]),
        ("a:\n\tb: 1\n\tc: 2", [("SW001", 2, 1), ("SW001", 3, 1)]),
        ("a:\n  b:env:X\n  c: 1", [("SW003", 2, 4)]),
        ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b", [("SW002", n, 1) for n in (1, 3, 5)]),
        ("a: [1", [("SW004", 1, 4)]),
        ("a: [", [("SW004", 1, 5)]),
        ("{a: 1\nb: 2}", [("SW004", 2, 2)]),
        ("a: 'x", [("SW004", 1, 4)]),
        ("a: b: c", [("SW004", 1, 5)]),
        ("a: @x", [("SW004", 1, 4)]),
        ('a: "\\UFFFFFFFF"', [("SW004", 1, 1)]),
        ("a:\n" + "\tb: 1\n" * 30, [("SW001", n, 1) for n in range(2, 22)]),
        ("a: *x", [("SW004", 1, 4)]),
        ("a: 1\n- b", [("SW004", 2, 1)]),
        ("a: 1\n---\nb: 1", [("SW004", 2, 1)]),
        ("%YAML 9.9\n---\na: 1", [("SW004", 1, 1)]),
        ("a: \x00", [("SW006", 1, 4)]),
        ("a: \ud800", [("SW006", 1, 4)]),
        ("a: &x [*x]", [("SW007", 1, 4)]),
        ("[" * 3000, [("SW007", 1, 201)]),
        ("a: " + "[" * 60 + "]" * 60, [("SW007", 1, 44)]),
        ("a" * (MAX_CHARACTERS + 1), [("SW008", 1, 1)]),
    ],
)
def test_text_yaml_cannot_read_is_named_by_place(
    load_text: Load, text: str, places: list[tuple[str, int, int]]
) -> None:
    loaded = load_text(text)
    assert [(d.code, d.line, d.column) for d in loaded.diagnostics] == places
    assert loaded.mapping is None
    assert all(d.code in CODES for d in loaded.diagnostics)


def test_aliases_that_unfold_without_end_are_stopped(load_text: Load) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    (found,) = load_text("\n".join(rows)).diagnostics
    assert found.code == "SW008"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1: 2", "SW011"),
        ("~: 2", "SW011"),
        (": 2", "SW011"),
        ("? [a]\n: 2", "SW011"),
        ("version: !!python/object:os.system 1", "SW011"),
        ("version: .nan", "SW011"),
        ("version: -.Inf", "SW011"),
        ("version: 99999999999999999999", "SW011"),
        (f"version: {'9' * 9000}", "SW011"),
        ('version: "\\ud800"', "SW006"),
        ('version: "\\0"', "SW006"),
    ],
)
def test_what_yaml_allows_and_a_mapping_does_not_is_refused(
    load_text: Load, text: str, code: str
) -> None:
    assert code in {d.code for d in load_text(text).diagnostics}


@pytest.mark.parametrize(
    ("written", "read"),
    [("7", 7), ("0x10", 16), ("0o17", 15), ("-0b1", None), ("1_000", 1000), ("010", 10)],
)
def test_numbers_are_read_as_yaml_1_2(
    load_text: Load, mapping_text: str, written: str, read: int | None
) -> None:
    mapping = load_text(mapping_text + f"volatile_days: {written}\n").mapping
    assert (mapping.volatile_days if mapping else None) == read


def test_a_number_of_an_older_yaml_is_text(load_text: Load, mapping_text: str) -> None:
    text = "%YAML 1.1\n---\n" + mapping_text.replace("select 1", "1:30")
    loaded = load_text(text)
    assert loaded.mapping is not None
    assert loaded.mapping.sources["app"].streams["accounts"].query == "1:30"


@pytest.mark.parametrize("word", ["no", "on", "yes", "12:30", "2026-01-01", "1e3"])
def test_words_that_old_yaml_misreads_stay_what_they_are(
    load_text: Load, mapping_text: str, word: str
) -> None:
    loaded = load_text(mapping_text.replace("select 1", word))
    if word == "1e3":
        assert [d.code for d in loaded.diagnostics] == ["SW111"]
        return
    assert loaded.mapping is not None
    source = loaded.mapping.sources["app"]
    assert source.kind == "sql"
    assert source.streams["accounts"].query == word


def test_a_year_long_forgotten_anchor_may_be_used_again(load_text: Load, mapping_text: str) -> None:
    text = mapping_text.replace("column: domain", "column: &x domain")
    text = text.replace("column: email", "column: &x email")
    assert load_text(text).diagnostics == ()


def test_a_section_written_without_space_is_called_by_its_slip(
    load_text: Load, mapping_text: str
) -> None:
    text = mapping_text.replace("credentials: env", "credentials:env")
    (found,) = load_text(text).diagnostics
    assert (found.code, found.line) == ("SW003", 3)
    assert found.help == "write `credentials: …`"


def test_a_line_number_counts_lines_as_editors_do(load_text: Load, mapping_text: str) -> None:
    text = mapping_text.replace("\n", "\r\n").replace("EUR", "euro")
    (found,) = load_text(text).diagnostics
    assert (found.line, found.snippet) == (6, "  currency: euro")
