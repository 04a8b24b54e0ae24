"""What the engine relies on, against a portal on a real socket, in every API version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from support.adapter_batches import APP_ID, BAND, GROUP, SCORE, causes, companies, create, update

from syncworker.engine.ports import Portal, PropertyDefinition
from syncworker.errors import PortalError
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.planning.records import Batch, BatchInput
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer


def test_it_is_the_portal_the_engine_knows(portal: HubSpotPortal) -> None:
    as_the_engine_sees_it: Portal = portal
    assert as_the_engine_sees_it.requests == as_the_engine_sees_it.writes == 0


def test_where_people_see_records_is_asked_once_and_no_error_where_it_is_not_told(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    home = f"https://app.hubspot.com/contacts/{sandbox.portal.portal_id}"
    assert [portal.home(), portal.home()] == [home, home]
    assert portal.requests == 1
    assert HubSpotPortal("pat-wrong-0000", base_url=sandbox.url).home() == ""


def test_properties_are_created_once_and_then_left_alone(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("companies", GROUP, [SCORE, BAND, APP_ID])
    found = portal.properties("companies")
    assert found["saas_band"].options == (("red", "Red"), ("green", "Green"))
    assert found["saas_score"].group == "syncworker"
    assert found["app_id"].unique
    assert found["hs_object_id"].read_only
    written = sandbox.portal.stats.writes
    relabelled = PropertyDefinition("saas_score", "number", "number", "Other", "Other.")
    portal.create_properties("companies", GROUP, [relabelled, BAND])
    assert portal.properties("companies")["saas_score"].label == "Score"
    assert sandbox.portal.stats.writes == written
    assert portal.writes == written


def test_a_bool_property_gets_its_two_options(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    churned = PropertyDefinition("saas_churned", "bool", "booleancheckbox", "Churned")
    portal.create_properties("companies", GROUP, [churned])
    made = portal.properties("companies")["saas_churned"]
    assert made.options == (("true", "Yes"), ("false", "No"))
    (id_,) = companies(sandbox, 1)
    (outcome,) = portal.write(update("companies", {id_: {"saas_churned": "true"}}))
    assert outcome.values == {"saas_churned": "true"}


def test_the_stages_come_in_their_order(portal: HubSpotPortal) -> None:
    names = [value for value, _ in portal.properties("contacts")["lifecyclestage"].options]
    assert names[:3] == ["subscriber", "lead", "marketingqualifiedlead"]
    assert names.index("lead") < names.index("customer") < names.index("other")


def test_two_companies_of_one_domain_are_both_found(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ids = companies(sandbox, 3)
    twin = sandbox.portal.put("companies", {"name": "Twin", "domain": "c1.example"}).id
    found = portal.find("companies", "domain", ["c1.example", "C2.example", "no.example"], ["name"])
    assert {record.id for record in found["c1.example"]} == {ids[1], twin}
    assert [(record.id, record.values) for record in found["C2.example"]] == [
        (ids[2], {"name": "C2"})
    ]
    assert "no.example" not in found
    assert portal.writes == 0


def test_many_companies_of_one_domain_are_all_found(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    for _ in range(230):
        sandbox.portal.put("companies", {"domain": "twins.example"})
    found = portal.find("companies", "domain", ["twins.example"], [])
    assert len({record.id for record in found["twins.example"]}) == 230


def test_a_contact_is_found_by_its_second_address(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    contacts = sandbox.portal.records("contacts")
    ann = sandbox.portal.put("contacts", {"email": "ann@acme.example", "firstname": "Ann"})
    contacts.add_email(ann, "a.smith@acme.example", sandbox.portal.now())
    found = portal.find(
        "contacts", "email", ["A.Smith@acme.example", "gone@acme.example", "broken"], ["firstname"]
    )
    assert list(found) == ["A.Smith@acme.example"]
    assert found["A.Smith@acme.example"][0].id == ann.id
    assert found["A.Smith@acme.example"][0].values == {"firstname": "Ann"}


def test_a_unique_property_is_found_without_searching(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("companies", GROUP, [APP_ID])
    (id_,) = companies(sandbox, 1)
    sandbox.portal.put("companies", {"app_id": "A-1"}, id_)
    found = portal.find("companies", "app_id", ["A-1", "A-2"], ["name"], unique=True)
    assert [record.id for record in found["A-1"]] == [id_]
    assert list(found) == ["A-1"]
    assert not any("/search" in path for path in sandbox.portal.stats.by_path)


def test_reading_by_id_leaves_out_the_gone_and_follows_the_merged(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    one, two, three = companies(sandbox, 3)
    records = sandbox.portal.records("companies")
    merged = records.merge(records.get(one), records.get(two), sandbox.portal.now())
    read = portal.read("companies", [one, two, three, "999"], ["name"])
    assert {asked: record.id for asked, record in read.items()} == {
        one: merged.id,
        two: merged.id,
        three: three,
    }
    assert read[three].values == {"name": "C2"}


def test_one_bad_record_never_harms_its_neighbours(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("companies", GROUP, [SCORE, BAND])
    good, option, unknown, read_only, number = companies(sandbox, 5)
    before = portal.writes
    outcomes = portal.write(
        update(
            "companies",
            {
                good: {"saas_band": "red", "saas_score": "7"},
                option: {"saas_band": "gold"},
                unknown: {"saas_nothing": "1"},
                read_only: {"hs_object_id": "1"},
                number: {"saas_score": "many"},
                "999": {"saas_score": "1"},
            },
        )
    )
    assert causes(outcomes) == {
        good: "sent",
        option: "INVALID_OPTION",
        unknown: "PROPERTY_DOESNT_EXIST",
        read_only: "READ_ONLY_VALUE",
        number: "INVALID_INTEGER",
        "999": "OBJECT_NOT_FOUND",
    }
    assert outcomes[0].values == {"saas_band": "red", "saas_score": "7"}
    assert outcomes[0].hubspot_id == good
    assert 'option "gold" to saas_band' in outcomes[1].help
    assert "properties create acme" in outcomes[2].help
    assert portal.writes - before == 1
    held = sandbox.portal.records("companies").get(good).values
    assert (held["saas_band"], held["saas_score"]) == ("red", "7")


def test_a_creation_makes_what_is_missing_and_leaves_what_is_there(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ann = sandbox.portal.put("contacts", {"email": "ann@acme.example", "firstname": "Anna"})
    contacts = sandbox.portal.records("contacts")
    contacts.add_email(ann, "a.smith@acme.example", sandbox.portal.now())
    outcomes = portal.write(
        create(
            "contacts",
            "email",
            {
                "Ann@acme.example": {"firstname": "Ann"},
                "A.Smith@acme.example": {"firstname": "Ann"},
                "bob@acme.example": {"firstname": "Bob"},
                "bob.jones@acme": {"firstname": "Bob"},
            },
        )
    )
    assert causes(outcomes) == {
        "Ann@acme.example": "existing",
        "A.Smith@acme.example": "existing",
        "bob@acme.example": "sent",
        "bob.jones@acme": "INVALID_EMAIL",
    }
    assert outcomes[0].hubspot_id == outcomes[1].hubspot_id == ann.id
    assert ann.values["firstname"] == "Anna"
    bob = portal.find("contacts", "email", ["bob@acme.example"], ["firstname"])
    assert bob["bob@acme.example"][0].id == outcomes[2].hubspot_id
    assert "bob.jones" not in outcomes[3].message
    assert portal.writes == 1


def test_two_new_rows_with_one_unique_value_make_one_record(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("companies", GROUP, [APP_ID])
    inputs = [BatchInput(f"t{n}", f"k{n}", None, "A-1", {"name": f"N{n}"}) for n in range(2)]
    first, second = portal.write(Batch("companies", "create", "app_id", tuple(inputs)))
    assert (first.status, second.status) == ("sent", "existing")
    assert first.hubspot_id == second.hubspot_id
    (made,) = sandbox.portal.records("companies").live.values()
    assert made.values["name"] == "N0"


def test_a_conflict_of_another_unique_property_is_told(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("contacts", GROUP, [APP_ID])
    ann = sandbox.portal.put("contacts", {"email": "ann@acme.example"}).id
    (outcome,) = portal.write(
        create(
            "contacts",
            "app_id",
            {
                "A-1": {"email": "ann@acme.example"},
            },
        )
    )
    assert (outcome.status, outcome.cause) == ("rejected", "CONFLICT")
    assert ann in outcome.help
    assert len(sandbox.portal.records("contacts").live) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault(cut=True), Fault(late=0.4), Fault(truncate="cut"), Fault(status=504, done=True)],
    ids=["cut", "late", "half", "504"],
)
def test_a_lost_answer_to_a_creation_makes_no_second_record(
    sandbox: SandboxServer, version: ApiVersion, slept: list[float], fault: Fault
) -> None:
    patience = Patience(connect=2, read=0.2, sleep=slept.append)
    portal = HubSpotPortal(
        sandbox.token, api_version=version, base_url=sandbox.url, patience=patience
    )
    portal.create_properties("companies", GROUP, [APP_ID])
    batch = create("companies", "app_id", {f"A-{n}": {"name": f"N{n}"} for n in range(20)})
    sandbox.portal.faults.add(replace(fault, path="batch/create"))
    before = portal.requests
    made = portal.write(batch)
    assert {one.status for one in made} == {"sent"}
    assert {one.hubspot_id for one in made} == set(sandbox.portal.records("companies").live)
    assert len(sandbox.portal.records("companies").live) == 20
    assert portal.requests - before == 2
    assert {one.status for one in portal.write(batch)} == {"existing"}


def test_a_lost_answer_to_a_request_that_was_not_carried_out_is_made_good(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    portal.create_properties("companies", GROUP, [APP_ID])
    sandbox.portal.faults.add(Fault(path="batch/create", drop=True))
    made = portal.write(create("companies", "app_id", {"A-1": {"name": "N"}}))
    assert [one.status for one in made] == ["sent"]
    sandbox.portal.faults.add(Fault(path="batch/update", drop=True))
    (id_,) = sandbox.portal.records("companies").live
    assert causes(portal.write(update("companies", {id_: {"name": "M"}}))) == {id_: "sent"}
    assert sandbox.portal.records("companies").get(id_).values["name"] == "M"


def test_an_update_of_a_merged_record_names_the_one_it_is_now_and_writes_nothing_to_it(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    one, two, three = companies(sandbox, 3)
    records = sandbox.portal.records("companies")
    merged = records.merge(records.get(one), records.get(two), sandbox.portal.now())
    outcomes = portal.write(update("companies", {one: {"name": "A"}, three: {"name": "B"}}))
    assert causes(outcomes) == {one: "existing", three: "sent"}
    assert outcomes[0].hubspot_id == merged.id
    assert merged.values["name"] != "A"


def test_who_set_a_stage_last_is_known_also_of_merged_records(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    records = sandbox.portal.records("contacts")
    ids = [
        sandbox.portal.put("contacts", {"email": f"c{n}@a.example", "lifecyclestage": "lead"}).id
        for n in range(60)
    ]
    now = sandbox.portal.now()
    person, merged, other = ids[0], ids[1], ids[2]
    records.commit(
        records.prepare(records.get(person), {"lifecyclestage": "customer"}, {}), now, "CRM_UI"
    )
    records.merge(records.get(merged), records.get(other), now)
    portal.write(update("contacts", {ids[3]: {"lifecyclestage": "customer"}}))
    before = portal.requests
    told = portal.last_changes("contacts", [*ids, "999"], ["lifecyclestage", "email"])
    assert portal.requests - before == 2
    last = {id_: one.changes["lifecyclestage"] for id_, one in told.items()}
    assert last[person].source == last[merged].source == last[other].source == "CRM_UI"
    assert told[other].id == told[merged].id != merged
    assert (last[person].value, last[person].user, last[person].by_person) == (
        "customer",
        "1001",
        True,
    )
    assert last[person].at == datetime.fromisoformat(now)
    assert (last[ids[3]].source, last[ids[3]].user) == ("INTEGRATION", "")
    assert told[ids[5]].changes["email"].value == "c5@a.example"
    assert set(told) == set(ids)


def test_a_custom_object_is_written_by_any_of_its_names(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    made = sandbox.portal.create_object(
        {
            "name": "licence",
            "labels": {"singular": "Licence", "plural": "Licences"},
            "properties": [
                {
                    "name": "app_id",
                    "label": "App id",
                    "type": "string",
                    "fieldType": "text",
                    "hasUniqueValue": True,
                }
            ],
            "requiredProperties": ["app_id"],
            "associatedObjects": [],
        }
    )
    names = [made.body["objectTypeId"], made.body["fullyQualifiedName"]]
    for n, name in enumerate(names):
        (outcome,) = portal.write(create(name, "app_id", {f"L-{n}": {}}))
        assert outcome.status == "sent"
        found = portal.find(name, "app_id", [f"L-{n}"], ["app_id"], unique=True)
        assert found[f"L-{n}"][0].id == outcome.hubspot_id


def test_an_object_that_is_not_there_stops_the_run_and_blames_no_record(
    portal: HubSpotPortal,
) -> None:
    batch = update("2-999999", {str(n): {"name": "x"} for n in range(1, 101)})
    with pytest.raises(PortalError, match="infer object type") as stopped:
        portal.write(batch)
    assert stopped.value.recovery == "stop"
    assert "custom object goes by its id" in stopped.value.help
    assert portal.requests == 1
