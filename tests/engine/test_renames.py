"""A renamed property is made as it was, filled from today's numbers, and the old one stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.cli.show_run import left_alone
from syncworker.engine import inline, properties, sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.run_words import RunKind
from syncworker.errors import ConfigError

SILENT = MAPPING.replace("saas_mrr: mrr", "saas_money: mrr")
DECLARED = MAPPING.replace("saas_mrr: mrr", "saas_money: {metric: mrr, renamed_from: saas_mrr}")


def run(engine: Engine, hours: int = 0, kind: RunKind = "sync") -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours), kind=kind)
    return inline.carry_out(engine, started, "me")


def test_a_rename_is_advised_declared_made_filled_and_told(tmp_path: Path) -> None:
    portal, source = FakePortal(2), FakeSource(2)
    portal.types["saas_mrr"] = "string"  # made otherwise than the mapping would
    run(make_engine(tmp_path, portal, source))
    advice = "write `saas_money: {metric: mrr, renamed_from: saas_mrr}` (SW208)"

    engine = make_engine(tmp_path, portal, source, mapping=SILENT)
    engine.definitions.forget("acme")
    with pytest.raises(ConfigError) as refused:
        properties.require(engine, "acme", checked("acme", SILENT), portal)
    assert advice in refused.value.help

    portal.types["saas_money"] = "string"
    engine.definitions.forget("acme")
    planned = run(engine, 1, kind="plan")
    assert any(advice in line for line in left_alone(planned))
    del portal.types["saas_money"]

    engine = make_engine(tmp_path, portal, source, mapping=DECLARED)
    engine.definitions.forget("acme")
    mapping = checked("acme", DECLARED)
    (compared,) = properties.compare(engine, "acme", mapping, portal)
    assert [(one.name, one.type) for one in compared.missing] == [("saas_money", "string")]
    properties.create(engine, "acme", portal, compared)
    done = run(engine, 2)
    assert done.status == "done"
    assert portal.companies["1"]["saas_money"] == portal.companies["1"]["saas_mrr"] == "10.01"
    told = list(left_alone(done))
    assert "renamed: companies saas_mrr is saas_money now; what saas_mrr holds" in told[0]
    assert not any(advice in line or "no longer in the mapping" in line for line in told)


def test_a_type_that_the_mapping_asks_for_wins_over_the_former_one(tmp_path: Path) -> None:
    portal = FakePortal(2)
    text = DECLARED.replace("metric: mrr,", "metric: mrr, type: string,")
    engine = make_engine(tmp_path, portal, FakeSource(2), mapping=text)
    (compared,) = properties.compare(engine, "acme", checked("acme", text), portal)
    assert [one.type for one in compared.missing] == ["string"]
