from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.hubspot.problems import HELP, problem, quoted

EMBEDDED = {
    "status": "error",
    "message": "Property values were not valid: "
    + json.dumps(
        [
            {
                "isValid": False,
                "message": "gold was not one of the allowed options: [red, green]",
                "error": "INVALID_OPTION",
                "name": "health_band",
                "localizedErrorMessage": "gold was not one of the allowed options",
            }
        ]
    ),
    "category": "VALIDATION_ERROR",
}
LISTED = {
    "status": "error",
    "message": "Property values were not valid",
    "category": "VALIDATION_ERROR",
    "errors": [
        {
            "message": 'Property "x" does not exist',
            "code": "PROPERTY_DOESNT_EXIST",
            "context": {"propertyName": ["x"]},
        }
    ],
}


def test_a_problem_inside_the_message_is_read() -> None:
    told = problem(EMBEDDED)
    assert (told.code, told.property) == ("INVALID_OPTION", "health_band")
    assert told.message == "gold was not one of the allowed options: [red, green]"


def test_a_problem_in_the_errors_is_read() -> None:
    told = problem(LISTED)
    assert (told.code, told.property) == ("PROPERTY_DOESNT_EXIST", "x")
    assert told.message == 'Property "x" does not exist'


def test_with_both_shapes_the_one_in_the_message_counts() -> None:
    assert problem(EMBEDDED | {"errors": LISTED["errors"]}).code == "INVALID_OPTION"


def test_valid_properties_in_the_message_are_passed_over() -> None:
    both = [{"isValid": True, "name": "a"}, {"error": "INVALID_LONG", "name": "b"}, "?"]
    told = problem({"message": "Property values were not valid: " + json.dumps(both)})
    assert (told.code, told.property) == ("INVALID_LONG", "b")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ({}, "UNKNOWN", "HubSpot gave no reason"),
        ({"category": "CONFLICT", "message": "Contact already exists"}, "CONFLICT", None),
        (
            {"message": "not valid: [{broken", "category": "VALIDATION_ERROR"},
            "VALIDATION_ERROR",
            None,
        ),
        ({"errors": [{"code": "INVALID_EMAIL"}], "message": "m"}, "INVALID_EMAIL", "m"),
        ({"errors": [{"in": "name"}], "category": "C", "message": "m"}, "C", "m"),
        ({"errors": ["?"], "context": [], "message": 4}, "UNKNOWN", "HubSpot gave no reason"),
    ],
)
def test_what_is_missing_is_done_without(
    error: dict[str, Any], code: str, message: str | None
) -> None:
    told = problem(error)
    assert told.code == code
    assert told.message == (message or error["message"])


def test_the_help_for_a_missing_option_names_option_property_and_command() -> None:
    told = problem(EMBEDDED)
    assert told.help({"health_band": "gold"}, "acme") == (
        'add the option "gold" to health_band in HubSpot, then `syncworker sync acme`'
    )
    assert "that is missing" in told.help({}, "acme")


def test_the_help_for_a_missing_property_is_the_command_that_creates_it() -> None:
    assert "`syncworker properties create acme`" in problem(LISTED).help({}, "acme")


@pytest.mark.parametrize(
    ("message", "holder"),
    [
        ("Contact already exists. Existing ID: 512", "512"),
        ("Cannot set X on a new record. 12000000001 already has that value.", "12000000001"),
        ("Cannot set X on a new record. a new record already has that value.", ""),
        ("Contact already exists", ""),
    ],
)
def test_a_conflict_names_the_record_that_has_the_value(message: str, holder: str) -> None:
    told = problem({"message": message, "errors": [{"code": "CONFLICTING_UNIQUE_VALUE"}]})
    assert (told.code, told.holder) == ("CONFLICT", holder)
    assert (holder or "another HubSpot record") in told.help({}, "acme")


def test_a_problem_without_code_and_category_is_called_what_the_caller_says() -> None:
    assert problem({}, "TOO_LARGE").code == "TOO_LARGE"


@pytest.mark.parametrize("code", [*HELP, "SOMETHING_NEW"])
def test_every_code_has_a_help_without_holes(code: str) -> None:
    help_ = problem({"errors": [{"code": code, "in": "p"}]}).help({"p": "{0} {x}"}, "acme")
    assert help_
    assert "{property}" not in help_
    assert "{portal}" not in help_
    assert "{holder}" not in help_


def test_an_address_is_masked_even_where_it_is_broken() -> None:
    told = problem({"message": "Email address ann.smith@acme is invalid", "category": "X"})
    assert told.message == "Email address a…@acme is invalid"
    long = problem({"message": "x" * 1000})
    assert len(long.message) == 300


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["message", "errors", "context", "code", "in"]), inner
            )
        ),
    )
)
def test_no_answer_is_too_strange_to_be_told(strange: object) -> None:
    told = problem(strange if isinstance(strange, dict) else {"errors": strange})
    assert told.code
    assert told.message
    assert told.help({}, "acme")


def test_a_very_long_value_is_cut_before_anything_is_looked_for_in_it() -> None:
    # Searched whole, a million characters would take hours.
    shown = quoted("x" * 1_000_000 + "@acme.example")

    assert shown == "x" * 299 + "…"
