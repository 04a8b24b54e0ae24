"""Links as people read them, and as spreadsheets and programs do."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from syncworker.cli.show_links import (
    count,
    count_lines,
    next_line,
    row_lines,
    write_csv,
    write_json,
)
from syncworker.engine.linkage import Row

CONFLICT = Row(
    "companies",
    "a1",
    "conflict",
    reason="2 source rows have the domain x.example: a1, a2",
    help="mend it",
)
UNLINKED = Row(
    "companies", "a3", "unlinked", name="c3.example", reason="HubSpot has none with this domain"
)
LINKED = Row("companies", "a4", "linked", hubspot_id="77", linked_by="domain")
PERSON = Row("contacts", "u1", "linked", hubspot_id="88")
ROWS = (CONFLICT, UNLINKED, LINKED, PERSON)


def as_csv(rows: Iterable[Row]) -> list[dict[str, str]]:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))


def test_each_object_has_a_line_of_counts() -> None:
    assert list(count_lines(count(ROWS))) == [
        "companies  1 linked  1 unlinked  1 conflict",
        "contacts   1 linked  0 unlinked  0 conflicts",
    ]


def test_rows_say_what_they_are_linked_to_or_why_they_are_not() -> None:
    assert list(row_lines(ROWS, None)) == [
        "  ! companies a1: 2 source rows have the domain x.example: a1, a2",
        "      = help: mend it",
        "  - companies a3 (c3.example): HubSpot has none with this domain",
        "  = companies a4: HubSpot record 77, found by domain",
        "  = contacts u1: HubSpot record 88",
    ]
    made = Row("contacts", "u2", "linked", hubspot_id="99", linked_by="created")
    assert list(row_lines([made], None)) == [
        "  = contacts u2: HubSpot record 99, created by syncworker"
    ]


def test_a_row_that_is_known_by_its_key_alone_is_named_once() -> None:
    unnamed = Row("companies", "a3", "unlinked", name="a3", reason="its domain is empty")
    assert list(row_lines([unnamed], None)) == ["  - companies a3: its domain is empty"]


def test_of_many_rows_the_first_of_each_object_and_state_are_shown_and_the_rest_counted() -> None:
    rows = [Row(name, f"k{n}", "linked", "1") for name in ("companies", "deals") for n in range(5)]
    assert list(row_lines(rows, 2)) == [
        "  = companies k0: HubSpot record 1",
        "  = companies k1: HubSpot record 1",
        "  … 3 more: --full",
        "  = deals k0: HubSpot record 1",
        "  = deals k1: HubSpot record 1",
        "  … 3 more: --full",
    ]


def test_the_last_line_says_what_to_do_next() -> None:
    assert next_line("acme", count([LINKED])).startswith("Every row is linked.")
    assert next_line("acme", count([])).startswith("There were no rows to link.")
    assert next_line("acme", count(ROWS)).endswith("then syncworker sync acme")


def test_csv_has_a_header_and_a_line_for_each_row() -> None:
    text = io.StringIO(newline="")
    write_csv(ROWS, text)
    assert text.getvalue().splitlines() == [
        "object,key,state,hubspot_id,linked_by,name,reason,help",
        'companies,a1,conflict,,,,"2 source rows have the domain x.example: a1, a2",mend it',
        "companies,a3,unlinked,,,c3.example,HubSpot has none with this domain,",
        "companies,a4,linked,77,domain,,,",
        "contacts,u1,linked,88,,,,",
    ]


def test_odd_keys_come_back_from_csv_as_they_are() -> None:
    odd = 'a"b,c\nd;ä'
    assert [row["key"] for row in as_csv([Row("companies", odd, "linked")])] == [odd]


def test_a_spreadsheet_takes_no_cell_of_the_csv_for_a_formula() -> None:
    keys = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "a=1"]
    rows = as_csv(Row("companies", key, "linked") for key in keys)
    assert [row["key"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "a=1"]


def test_no_format_shows_a_persons_address() -> None:
    address = "jane.doe@x.example"
    rows = [Row("contacts", address, "unlinked", name=address, reason=f"none with {address}")]
    text = io.StringIO(newline="")
    write_csv(rows, text)
    write_json("acme", count(rows), rows, text)
    assert text.getvalue().count("j…@x.example") == 6
    assert "jane" not in text.getvalue()


def test_json_is_one_object_with_its_version_counts_and_rows() -> None:
    text = io.StringIO(newline="")
    write_json("acme", count(ROWS), [CONFLICT, LINKED], text)
    found = json.loads(text.getvalue())
    assert (found["schema_version"], found["portal"]) == (1, "acme")
    assert found["counts"] == {
        "companies": {"conflict": 1, "unlinked": 1, "linked": 1},
        "contacts": {"conflict": 0, "unlinked": 0, "linked": 1},
    }
    assert [row["key"] for row in found["rows"]] == ["a1", "a4"]
    assert found["rows"][1] == {
        "object": "companies", "key": "a4", "state": "linked", "hubspot_id": "77",
        "linked_by": "domain", "name": "", "reason": "", "help": "",
    }  # fmt: skip


def test_json_without_rows_is_still_an_object() -> None:
    text = io.StringIO(newline="")
    write_json("acme", count([]), [], text)
    assert json.loads(text.getvalue())["rows"] == []
