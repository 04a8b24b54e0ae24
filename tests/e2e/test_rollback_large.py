"""A wrong mapping reached 20,000 records; a rollback puts every one of them back but people's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.in_process import Company

from syncworker.cli import exits
from syncworker.cli.main import run as command
from syncworker.planning.plan import from_json
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

pytestmark = pytest.mark.long
RECORDS = 20_000
EDITED = 50
RIGHT = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_mrr: mrr, saas_plan: {metric: billing_interval, type: string}}
"""
WRONG = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties:
      saas_mrr: arr
      saas_plan: {metric: subscription_status, type: string}
      saas_extra: mrr_currency
"""
MAPPED = ("saas_mrr", "saas_plan", "saas_extra")


def test_a_wrong_mapping_is_rolled_back_but_for_the_records_people_have_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with SandboxServer(Portal(limits=False)) as server:
        acme = company(tmp_path, server, monkeypatch)
        acme.create_properties()
        assert acme.sync().summary["outcomes"] == {"sent": RECORDS}
        records = acme.portal.records("companies").live
        before = {id_: held(record.values) for id_, record in records.items()}

        acme.mapping(WRONG)
        acme.create_properties()
        wrong = acme.sync(force=True)
        assert wrong.summary["outcomes"] == {"sent": RECORDS}
        assert all(held(record.values) != before[id_] for id_, record in records.items())
        edited = sorted(records, key=int)[:: RECORDS // EDITED]
        for id_ in edited:
            acme.portal.put("companies", {"saas_plan": "a person's"}, id_)

        acme.mapping(RIGHT)  # mended first, so that the next sync does not do it again
        acme.portal.stats.reset()
        begun = time.monotonic()
        code = command(["rollback", wrong.id, "--yes", "--force"])
        seconds = time.monotonic() - begun
        told = capsys.readouterr().out
        run = acme.engine.runs.latest("acme", 1)[0]
        plans = [from_json(one.body) for one in acme.engine.plans.show(run.id, 2 * RECORDS)]

    assert code == exits.OK
    assert len(edited) == EDITED
    for id_, record in records.items():
        expected = before[id_] | ({"saas_plan": "a person's"} if id_ in edited else {})
        assert held(record.values) == expected
    assert f"left alone: {EDITED} values a person has changed since" in told
    kept = {plan.hubspot_id: plan.held for plan in plans if plan.held}
    assert sorted(map(str, kept)) == edited
    assert all("a person set it on" in one.reason for (one,) in kept.values())
    assert (run.kind, run.status, run.summary["outcomes"]) == (
        "rollback",
        "done",
        {"sent": RECORDS},
    )
    assert seconds < 180, seconds


def held(values: dict[str, str]) -> dict[str, str]:
    return {name: values.get(name, "") for name in MAPPED}


def company(folder: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Company:
    """20,000 accounts in source and portal, with a subscription each."""
    numbers = range(RECORDS)
    for i in numbers:
        server.portal.put("companies", {"name": f"C{i}", "domain": f"c{i}.example"})
    monkeypatch.setenv("SYNCWORKER_HOME", str(folder / "home"))
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(folder / "mappings"))
    return Company(
        folder,
        server,
        monkeypatch,
        RIGHT,
        accounts=[
            {"account_id": f"a{i}", "name": f"C{i}", "domain": f"c{i}.example"} for i in numbers
        ],
        subscriptions=[
            {"sub_id": f"s{i}", "account_id": f"a{i}", "status": "active",
             "started_at": "2026-01-01T00:00:00"}
            for i in numbers
        ],
        subscription_items=[
            {"item_id": f"i{i}", "sub_id": f"s{i}", "unit_amount": 1000 + i, "quantity": 1,
             "interval": "month", "currency": "EUR"}
            for i in numbers
        ],
    )  # fmt: skip
