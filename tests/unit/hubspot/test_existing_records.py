"""A record that was to be created and is there already: linked, never overwritten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.hubspot_writes import contact, creations, licences, results, updates
from support.scripted_hubspot import Answer, Script

from syncworker.hubspot.portal import HubSpotPortal

ANN = {"message": "Contact already exists. Existing ID: 512", "category": "CONFLICT"}


def taken(name: str, holder: str, **context: list[str]) -> dict[str, Any]:
    """A unique property's conflict, as HubSpot tells it inside a validation error."""
    message = f"Cannot set propertyName={name} on a new record. {holder} already has that value."
    told = {
        "isValid": False,
        "message": message,
        "error": "CONFLICTING_UNIQUE_VALUE",
        "name": name,
    }
    words = "Property values were not valid: " + json.dumps([told])
    return {"message": words, "category": "VALIDATION_ERROR", "context": context}


def asked(script: Script) -> list[str]:
    return [one.rsplit("/", 1)[1] for one in script.asked]


def test_a_row_that_names_the_existing_id_is_linked_to_it(
    portal: HubSpotPortal, script: Script
) -> None:
    trace = {"context": {"objectWriteTraceId": ["t1"]}}
    script.add(results(contact("2", "bob@acme.example"), errors=[ANN | trace]))
    ann, bob = portal.write(creations("ann@acme.example", "bob@acme.example"))
    assert (ann.status, ann.hubspot_id, ann.cause) == ("existing", "512", "")
    assert bob.status == "sent"
    assert portal.requests == 1


def test_a_unique_property_of_our_own_conflicts_by_its_name(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(errors=[taken("app_id", "12000000001", objectWriteTraceId=["t1"])]))
    (outcome,) = portal.write(licences("A1"))
    assert (outcome.status, outcome.hubspot_id) == ("existing", "12000000001")


def test_the_answer_to_a_single_record_is_understood_too(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(409, ANN))
    (outcome,) = portal.write(creations("ann@acme.example"))
    assert (outcome.status, outcome.hubspot_id) == ("existing", "512")
    assert asked(script) == ["create"]


def test_a_batch_refused_for_one_conflict_is_read_once_and_the_rest_is_created(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(409, ANN))
    script.add(results(contact("512", "ann@acme.example"), contact("9", "cy@acme.example")))
    script.add(results(contact("2", "bob@acme.example")))
    emails = ["ann@acme.example", "bob@acme.example", "cy@acme.example"]
    made = portal.write(creations(*emails))
    assert [(one.status, one.hubspot_id) for one in made] == [
        ("existing", "512"),
        ("sent", "2"),
        ("existing", "9"),
    ]
    assert asked(script) == ["create", "read", "create"]


@pytest.mark.parametrize("status", [400, 409])
def test_a_conflict_that_names_no_id_is_read_by_the_match_property(
    portal: HubSpotPortal, script: Script, status: int
) -> None:
    script.add(Answer(status, taken("app_id", "a new record")))
    script.add(results({"id": "7", "properties": {"app_id": "A1", "a": "theirs"}}))
    (outcome,) = portal.write(licences("A1"))
    assert (outcome.status, outcome.hubspot_id) == ("existing", "7")


def test_a_conflict_whose_record_cannot_be_found_is_told(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(Answer(409, {"message": "The record was changed at the same time."}), results())
    (outcome,) = portal.write(licences("A1"))
    assert (outcome.status, outcome.cause) == ("rejected", "CONFLICT")
    assert "another HubSpot record already has this value" in outcome.help


def test_a_conflict_of_another_property_is_told_with_property_and_record(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(results(errors=[taken("tax_id", "77", objectWriteTraceId=["t1"])]))
    (outcome,) = portal.write(licences("A1"))
    assert (outcome.status, outcome.cause, outcome.property) == ("rejected", "CONFLICT", "tax_id")
    assert "HubSpot record 77 already has this value of tax_id" in outcome.help
    assert portal.requests == 1


def test_in_an_update_a_conflict_is_a_rejection(portal: HubSpotPortal, script: Script) -> None:
    script.add(results(errors=[taken("a", "77", objectWriteTraceId=["t1"])]))
    (outcome,) = portal.write(updates(1))
    assert (outcome.status, outcome.cause) == ("rejected", "CONFLICT")
