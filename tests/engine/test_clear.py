"""What syncworker wrote is taken back; what is another value now stays, and so do stages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import clear, inline, properties, ready_plan, sync
from syncworker.engine.engine import Limits
from syncworker.engine.mappings import checked
from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import ConfigError
from syncworker.planning.records import Change

MRR, STATUS = "saas_mrr", "saas_subscription_status"
STAGES = "lifecycle: {companies: [{stage: customer, when: [{metric: mrr, gt: 0}]}]}\n"


def test_values_go_others_and_stages_stay_and_an_unmapped_property_can_go_too(
    tmp_path: Path,
) -> None:
    portal, source = FakePortal(3), FakeSource(3)
    limits = Limits(push_records=9, shard_accounts=9)
    engine = make_engine(tmp_path, portal, source, mapping=MAPPING + STAGES, limits=limits)
    inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    portal.companies["1"][MRR] = "77"
    del portal.companies["2"]

    text = MAPPING.replace("saas_mrr: mrr, ", "")
    engine = make_engine(tmp_path, portal, source, mapping=text, limits=limits)
    mapping = checked("acme", text)
    with pytest.raises(ConfigError, match="saas_other was never written in portal acme"):
        clear.find(engine, "acme", mapping, portal, ["saas_other"])
    found = clear.find(engine, "acme", mapping, portal)
    assert dict(found.cleared) == {("companies", MRR): 1, ("companies", STATUS): 2}
    assert dict(found.stays) == {("companies", MRR): 1}
    assert (found.stages["companies"], found.gone["companies"]) == (3, 1)

    del portal.types[STATUS]  # a property that is missing does not keep anybody from leaving
    engine.definitions.forget("acme")
    found = clear.find(engine, "acme", mapping, portal)
    run = ready_plan.start(engine, "acme", found.plans, kind="apply", options={"clear": True})
    run = inline.carry_out(engine, run, "me")
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 1})
    assert [portal.companies[n][MRR] for n in "01"] == ["", "77"]
    assert portal.companies["0"]["lifecyclestage"] == "customer"
    assert engine.ledger.get("acme", "companies", ["a0"])["a0"].values[MRR] == ""
    assert clear.find(engine, "acme", mapping, portal, [MRR]).plans == []


def test_only_what_stands_in_our_group_and_is_nobody_elses_is_archived(tmp_path: Path) -> None:
    portal = FakePortal(2)
    engine = make_engine(tmp_path, portal, FakeSource(2))
    mine = properties.GROUP[0]
    there = portal.properties("companies")
    definitions = {
        name: replace(there[name], group=group)
        for name, group in ((MRR, mine), (STATUS, "companyinformation"))
    }
    engine.definitions.put("acme", "companies", definitions, engine.clock())
    found = clear.Found(written={"companies": {MRR, STATUS, "saas_gone"}})
    assert clear.archivable(engine, "acme", portal, found) == {"companies": [MRR]}
    assert clear.archivable(engine, "acme", portal, found, [STATUS]) == {}
    found.stays["companies", MRR] += 1
    assert clear.archivable(engine, "acme", portal, found) == {}
    clear.archive(engine, "acme", portal, {"companies": [MRR]})
    assert portal.archived == {MRR}


def test_of_several_options_only_those_go_that_were_added() -> None:
    several = PropertyDefinition("x", "enumeration", "checkbox")
    history = [Change("x", "a", "a;b"), Change("x", "a;b", "a;b;c")]
    assert clear.rest(several, history, "d;a;c;b") == "d;a"
