"""Dead letters as people read them: by cause, a few of each, the fix once."""

from __future__ import annotations

from typing import Literal

from syncworker.cli.show_run import letter_lines
from syncworker.engine.memory import DeadLetter


def letter(
    key: str,
    message: str,
    *,
    kind: Literal["row", "record"] = "record",
    cause: str = "INVALID_OPTION",
    help_: str = "add the option",
) -> DeadLetter:
    return DeadLetter(kind, "companies", key, cause, "tier", message, help_)


def test_many_letters_of_one_cause_are_three_keys_a_count_and_the_help_once() -> None:
    letters = [letter(f"a{n}", "gold is no option") for n in range(41)]

    assert list(letter_lines(letters)) == [
        "  INVALID_OPTION  companies.tier  41 records",
        "      a0, a1, a2 and 38 more: gold is no option",
        "      = help: add the option",
    ]


def test_messages_that_differ_are_told_apart_up_to_three() -> None:
    letters = [letter(f"a{n}", f"HubSpot has two of {n}") for n in range(5)]

    assert list(letter_lines(letters)) == [
        "  INVALID_OPTION  companies.tier  5 records",
        "      a0: HubSpot has two of 0",
        "      a1: HubSpot has two of 1",
        "      a2: HubSpot has two of 2",
        "      … and 2 more kinds of it",
        "      = help: add the option",
    ]


def test_the_most_frequent_cause_comes_first_and_rows_name_key_and_place() -> None:
    row = DeadLetter(
        "row", "events", "app:7", "ROW_REJECTED", "ts", "is no time", "", {"key": "e1"}
    )
    letters = [row, letter("a1", "no"), letter("a2", "no")]

    assert list(letter_lines(letters)) == [
        "  INVALID_OPTION  companies.tier  2 records",
        "      a1, a2: no",
        "      = help: add the option",
        "  ROW_REJECTED  events.ts  1 row",
        "      e1 (app:7): is no time",
    ]


def test_no_letters_are_no_lines() -> None:
    assert list(letter_lines([])) == []
