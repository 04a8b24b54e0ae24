"""What the engine relies on, against a portal on a real socket, in every API version."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from syncworker.engine.ports import Portal, PropertyDefinition
from syncworker.errors import Forbidden, RateLimited, Unauthorized, Unavailable
from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.planning.records import Batch, BatchInput, RecordOutcome
from syncworker.sandbox import limits
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer

GROUP = ("syncworker", "SaaS numbers")
SCORE = PropertyDefinition("saas_score", "number", "number", "Score", "0 to 100.")
BAND = PropertyDefinition(
    "saas_band",
    "enumeration",
    "select",
    "Band",
    options=(("red", "Red"), ("green", "Green")),
)
APP_ID = PropertyDefinition("app_id", "string", "text", "App id", unique=True)


def update(object_name: str, values: dict[str, dict[str, str]]) -> Batch:
    inputs = [BatchInput(f"t-{id_}", id_, id_, "", sent) for id_, sent in values.items()]
    return Batch(object_name, "update", "", tuple(inputs))


def create(object_name: str, by: str, values: dict[str, dict[str, str]]) -> Batch:
    inputs = [BatchInput(f"t-{match}", match, None, match, sent) for match, sent in values.items()]
    return Batch(object_name, "create", by, tuple(inputs))


def causes(outcomes: tuple[RecordOutcome, ...]) -> dict[str, str]:
    return {one.key: one.cause or one.status for one in outcomes}


def companies(sandbox: SandboxServer, count: int) -> list[str]:
    return [
        sandbox.portal.put("companies", {"name": f"C{n}", "domain": f"c{n}.example"}).id
        for n in range(count)
    ]


def test_it_is_the_portal_the_engine_knows(portal: HubSpotPortal) -> None:
    as_the_engine_sees_it: Portal = portal
    assert as_the_engine_sees_it.requests == as_the_engine_sees_it.writes == 0


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
    names = [value for value, _ in portal.stages("contacts")]
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
    found = portal.find("companies", "app_id", ["A-1", "A-2"], ["name"])
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


def test_an_upsert_creates_or_finds_and_names_a_broken_address(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ann = sandbox.portal.put("contacts", {"email": "ann@acme.example"}).id
    outcomes = portal.write(
        create(
            "contacts",
            "email",
            {
                "Ann@acme.example": {"firstname": "Ann"},
                "bob@acme.example": {"firstname": "Bob"},
                "bob.jones@acme": {"firstname": "Bob"},
            },
        )
    )
    assert causes(outcomes) == {
        "Ann@acme.example": "sent",
        "bob@acme.example": "sent",
        "bob.jones@acme": "INVALID_EMAIL",
    }
    assert outcomes[0].hubspot_id == ann
    bob = portal.find("contacts", "email", ["bob@acme.example"], ["firstname"])
    assert bob["bob@acme.example"][0].id == outcomes[1].hubspot_id
    assert "bob.jones" not in outcomes[2].message


def test_creating_twice_makes_one_record(portal: HubSpotPortal, sandbox: SandboxServer) -> None:
    portal.create_properties("companies", GROUP, [APP_ID])
    batch = create("companies", "app_id", {"A-1": {"name": "Acme"}})
    sandbox.portal.faults.add(Fault(path="batch/upsert", cut=True))
    (first,) = portal.write(batch)
    (second,) = portal.write(batch)
    assert first.hubspot_id == second.hubspot_id
    assert len(sandbox.portal.records("companies").live) == 1


def test_companies_cannot_be_created_by_a_property_that_is_not_unique(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    (outcome,) = portal.write(create("companies", "domain", {"acme.example": {"name": "Acme"}}))
    assert outcome.cause == "NON_UNIQUE_MATCH"
    assert not sandbox.portal.records("companies").live


def test_a_merged_record_that_vanishes_from_the_answer_is_rejected(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    one, two, three = companies(sandbox, 3)
    records = sandbox.portal.records("companies")
    records.merge(records.get(one), records.get(two), sandbox.portal.now())
    outcomes = portal.write(update("companies", {one: {"name": "A"}, three: {"name": "B"}}))
    assert causes(outcomes) == {one: "VANISHED", three: "sent"}


def test_an_id_that_is_there_twice_harms_nobody_else(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ids = companies(sandbox, 10)
    inputs = [BatchInput(f"t{n}", f"k{n}", id_, "", {"name": "N"}) for n, id_ in enumerate(ids)]
    inputs.append(BatchInput("t10", "k10", ids[3], "", {"name": "N"}))
    outcomes = portal.write(Batch("companies", "update", "", tuple(inputs)))
    assert [one.status for one in outcomes] == ["sent"] * 11
    assert [one.hubspot_id for one in outcomes] == [*ids, ids[3]]


def test_a_stage_that_is_silently_kept_shows_in_the_outcome(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ann = sandbox.portal.put("contacts", {"email": "a@a.example", "lifecyclestage": "customer"}).id
    (outcome,) = portal.write(update("contacts", {ann: {"lifecyclestage": "lead"}}))
    assert outcome.status == "sent"
    assert outcome.values == {"lifecyclestage": "customer"}


def test_a_cleared_value_comes_back_empty(portal: HubSpotPortal, sandbox: SandboxServer) -> None:
    (id_,) = companies(sandbox, 1)
    (outcome,) = portal.write(update("companies", {id_: {"name": "", "phone": ""}}))
    assert outcome.values == {"name": "", "phone": ""}
    assert portal.read("companies", [id_], ["name"])[id_].values == {"name": ""}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, body={"policyName": "TEN_SECONDLY_ROLLING"}, times=2),
        Fault(status=423, times=2),
        Fault(status=477, headers={"Retry-After": "3"}),
        Fault(status=502, times=4),
        Fault(status=524),
        Fault(cut=True, times=3),
        Fault(hang=0.2),
    ],
    ids=["429", "423", "477", "502", "524", "lost answer", "no answer"],
)
def test_what_passes_is_waited_out_and_nothing_is_lost_or_doubled(
    portal: HubSpotPortal, sandbox: SandboxServer, slept: list[float], fault: Fault
) -> None:
    ids = companies(sandbox, 20)
    sandbox.portal.faults.add(replace(fault))
    batch = update("companies", {id_: {"name": f"N{id_}"} for id_ in ids})
    assert causes(portal.write(batch)) == dict.fromkeys(ids, "sent")
    assert len(slept) == fault.times
    assert portal.requests == portal.writes == fault.times + 1
    live = sandbox.portal.records("companies").live
    assert {id_: record.values["name"] for id_, record in live.items()} == {
        id_: f"N{id_}" for id_ in ids
    }


def test_a_portal_that_stays_down_is_given_up(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    sandbox.portal.faults.add(Fault(status=503, times=99))
    with pytest.raises(Unavailable):
        portal.read("companies", ["1"], [])
    assert portal.requests == 6


def test_a_daily_limit_is_named_with_its_policy(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.daily = 1
    portal.properties("companies")
    with pytest.raises(RateLimited) as limit:
        portal.properties("companies")
    assert limit.value.policy == "DAILY"
    assert portal.requests == 2


def test_a_wrong_token_and_a_missing_scope_stop_at_once(
    portal: HubSpotPortal, sandbox: SandboxServer, version: ApiVersion
) -> None:
    stranger = HubSpotPortal("pat-eu1-wrong", api_version=version, base_url=sandbox.url)
    with pytest.raises(Unauthorized, match="401"):
        stranger.properties("companies")
    sandbox.portal.missing_scopes.add("crm.objects.companies.write")
    with pytest.raises(Forbidden) as refused:
        portal.write(update("companies", {"1": {"name": "x"}}))
    assert refused.value.scope == "crm.objects.companies.write"
    assert (stranger.requests, portal.requests) == (1, 1)


def test_threads_that_share_a_budget_learn_the_limit_and_keep_to_it(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WINDOW_SECONDS", 1.0)
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.burst = 40
    budget = LocalBudget("professional")

    def ask() -> None:
        one = HubSpotPortal(sandbox.token, base_url=sandbox.url, budget=budget)
        for _ in range(30):
            one.properties("deals")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.limit == 40
    assert sandbox.portal.stats.by_status[200] == 120
    # 80 without a budget; a busy machine may delay a few requests into the next window.
    assert sandbox.portal.stats.by_status[429] <= 8


def test_searches_keep_to_five_a_second(sandbox: SandboxServer) -> None:
    sandbox.portal.limits.enabled = True
    portal = HubSpotPortal(sandbox.token, base_url=sandbox.url, patience=Patience(total=0))
    began = time.monotonic()
    for n in range(11):
        portal.find("companies", "domain", [f"c{n}.example"], [])
    assert time.monotonic() - began >= 2
    assert sandbox.portal.stats.by_status == {200: 11}
