from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.engine.ports import PortalRecord
from syncworker.errors import PortalError
from syncworker.hubspot.portal import HubSpotPortal


def found(*results: dict[str, Any], **more: object) -> Answer:
    return Answer(200, {"results": list(results), **more})


def gone(*ids: str) -> Answer:
    missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": list(ids)}}
    return Answer(207, {"results": [], "errors": [missing]})


def record(id_: str, **values: str | None) -> dict[str, Any]:
    return {"id": id_, "properties": values}


def test_a_hundred_ids_a_request_each_once_and_only_ids(
    portal: HubSpotPortal, script: Script
) -> None:
    ids = [str(n) for n in range(1, 251)] + ["1", "", "abc", "-1", "²"]
    script.add(*[gone(*ids[start : start + 100]) for start in (0, 100, 200)])
    portal.read("companies", ids, ["name"])
    assert [len(received.body["inputs"]) for received in script.received] == [100, 100, 50]
    asked = [one["id"] for received in script.received for one in received.body["inputs"]]
    assert asked == ids[:250]


def test_nothing_asked_is_no_request(portal: HubSpotPortal) -> None:
    assert portal.read("companies", [], ["name"]) == {}
    assert portal.read("companies", ["no-id"], ["name"]) == {}
    assert portal.find("companies", "domain", ["", " "], ["name"]) == {}
    assert portal.find("contacts", "email", ["no address", "a@b"], ["name"]) == {}
    assert portal.requests == 0


def test_a_record_has_the_values_asked_for_and_an_empty_one_is_an_empty_string(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(record("1", name="Acme", phone=None, createdate="2026")))
    assert portal.read("companies", ["1", "2"], ["name", "phone", "unknown"]) == {
        "1": PortalRecord("1", {"name": "Acme", "phone": "", "unknown": ""})
    }


@pytest.mark.parametrize(
    "merged", [{"hs_merged_object_ids": "5;1"}, {"hs_calculated_merged_vids": "5:16000;1:17000"}]
)
def test_a_merged_record_is_found_by_the_id_it_had(
    portal: HubSpotPortal, script: Script, merged: dict[str, str]
) -> None:
    script.add(found(record("9", name="Acme", **merged), record("2", name="Bolt")))
    read = portal.read("contacts", ["1", "2", "5"], ["name"])
    assert {asked: one.id for asked, one in read.items()} == {"1": "9", "5": "9", "2": "2"}
    assert read["1"].values == {"name": "Acme"}
    assert portal.requests == 1


def test_a_merged_record_that_does_not_list_its_old_ids_is_asked_for_alone(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(record("9", name="Acme"), record("2", name="Bolt")))
    script.add(found(record("9", name="Acme")), found())
    read = portal.read("companies", ["1", "2", "3"], ["name"])
    assert {asked: one.id for asked, one in read.items()} == {"1": "9", "2": "2"}


def test_a_record_that_is_gone_is_absent(portal: HubSpotPortal, script: Script) -> None:
    missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1"]}}
    script.add(Answer(207, {"results": [record("2")], "errors": [missing]}))
    assert list(portal.read("companies", ["1", "2"], [])) == ["2"]


def test_a_record_that_an_answer_leaves_out_is_asked_for_again_before_it_counts_as_gone(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(record("1")), found(record("2"), {"id": None}, {}))
    assert list(portal.read("companies", ["1", "2", "3"], [])) == ["1", "2"]
    assert [one["id"] for one in script.received[1].body["inputs"]] == ["2", "3"]
    assert portal.requests == 2


def test_a_record_that_could_not_be_read_is_not_taken_for_one_that_is_gone(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(errors=[{"category": "INTERNAL_ERROR", "message": "try later"}]))
    with pytest.raises(PortalError, match="could not read some companies: try later"):
        portal.read("companies", ["1"], [])


def test_an_address_is_found_in_any_case_and_among_the_secondary_ones(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(
        found(
            record("1", email="ann@acme.example", hs_additional_emails="a.s@acme.example;x@y.zz"),
            record("2", email="bob@acme.example", hs_additional_emails=None),
        )
    )
    asked = [
        "Ann@acme.example",
        "A.S@acme.example",
        "bob@acme.example",
        "bob@acme.example",
        "c@c.cc",
    ]
    contacts = portal.find("contacts", "email", asked, ["name"])
    assert {asked: [one.id for one in records] for asked, records in contacts.items()} == {
        "Ann@acme.example": ["1"],
        "A.S@acme.example": ["1"],
        "bob@acme.example": ["2"],
    }
    assert contacts["bob@acme.example"][0].values == {"name": ""}
    body = script.received[0].body
    assert body["idProperty"] == "email"
    assert len(body["inputs"]) == 4


def test_a_unique_property_is_read_and_any_other_one_searched(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(record("1", app_id="A1")))
    asked = ["A1", "A2", ""]
    assert list(portal.find("companies", "app_id", asked, ["name"], unique=True)) == ["A1"]
    script.add(found(record("1", code="x")), found(record("1", code="X")))
    assert list(portal.find("companies", "code", ["x", "y"], ["name"])) == ["x"]
    assert [one.rsplit("/", 1)[1] for one in script.asked] == ["read", "search", "read"]


def test_a_record_can_be_found_by_its_own_id(portal: HubSpotPortal, script: Script) -> None:
    script.add(found(record("9", name="Acme", hs_merged_object_ids="1")))
    assert portal.find("companies", "hs_object_id", ["1"], ["name"]) == {
        "1": (PortalRecord("9", {"name": "Acme"}),)
    }


def test_a_search_goes_on_after_the_last_id_until_a_page_is_not_full(
    portal: HubSpotPortal, script: Script
) -> None:
    first = [record(str(n)) for n in range(1, 101)]
    script.add(found(*first), found(record("250")))
    portal.find("companies", "domain", ["acme.example"], [])
    one, two = (received.body for received in script.received[:2])
    assert one["filterGroups"][0]["filters"][1]["value"] == "0"
    assert two["filterGroups"][0]["filters"][1]["value"] == "100"
    assert script.asked[2].endswith("batch/read")


def test_a_search_that_does_not_move_on_is_ended(portal: HubSpotPortal, script: Script) -> None:
    page = found(*[record(str(n)) for n in range(1, 101)])
    script.add(page, page, page)
    with pytest.raises(PortalError, match="search of companies by domain does not move on"):
        portal.find("companies", "domain", ["acme.example"], [])


def test_what_a_late_index_still_believes_is_not_taken_over(
    portal: HubSpotPortal, script: Script
) -> None:
    script.add(found(record("1", domain="acme.example"), record("2", domain="acme.example")))
    script.add(found(record("1", domain="renamed.example"), record("2", domain="acme.example")))
    companies = portal.find("companies", "domain", ["acme.example"], ["name"])
    assert [one.id for one in companies["acme.example"]] == ["2"]


def test_no_search_is_longer_than_hubspot_takes(portal: HubSpotPortal, script: Script) -> None:
    domains = [f"{'x' * 55}-{n}.example" for n in range(150)]
    portal.find("companies", "domain", domains, ["name"])
    assert all(len(json.dumps(received.body)) <= 3000 for received in script.received)
    asked = [
        value
        for received in script.received
        for value in received.body["filterGroups"][0]["filters"][0]["values"]
    ]
    assert asked == domains


def test_a_page_of_results_without_ids_ends_a_search(portal: HubSpotPortal, script: Script) -> None:
    script.add(found(*[{"properties": {}}] * 100))
    with pytest.raises(PortalError, match="does not move on"):
        portal.find("companies", "domain", ["acme.example"], [])


def history(id_: str, *versions: tuple[str, str], **values: str) -> dict[str, Any]:
    past = [{"timestamp": at, "sourceType": source} for at, source in versions]
    return record(id_, **values) | {"propertiesWithHistory": {"lifecyclestage": past}}


def test_what_last_set_a_property_is_its_newest_version(
    portal: HubSpotPortal, script: Script
) -> None:
    old, new = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
    script.add(
        found(
            history("1", (new, "CRM_UI"), (old, "INTEGRATION")),
            history("2", (old, "CRM_UI"), (new, "INTEGRATION")),
            history("3"),
            history("9", (new, "IMPORT"), hs_merged_object_ids="4"),
            record("5"),
        )
    )
    asked = ["1", "2", "3", "4", "5", "x"]
    told = portal.last_changes("contacts", asked, ["lifecyclestage"])
    last = {id_: one.changes["lifecyclestage"] for id_, one in told.items() if one.changes}
    assert {id_: one.source for id_, one in last.items()} == {
        "1": "CRM_UI",
        "2": "INTEGRATION",
        "4": "IMPORT",
    }
    assert {id_ for id_, one in last.items() if one.by_person} == {"1", "4"}
    assert {one.at for one in last.values()} == {datetime(2026, 2, 1, tzinfo=UTC)}
    assert told["4"].id == "9"
    assert script.received[0].body["propertiesWithHistory"] == ["lifecyclestage"]


def test_history_is_read_for_fifty_records_a_request(portal: HubSpotPortal, script: Script) -> None:
    ids = [str(n) for n in range(1, 121)]
    script.add(*[gone(*ids[start : start + 50]) for start in (0, 50, 100)])
    assert portal.last_changes("contacts", ids, ["lifecyclestage"]) == {}
    assert [len(received.body["inputs"]) for received in script.received] == [50, 50, 20]
