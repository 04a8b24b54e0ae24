"""`syncworker explain` after a real sync: from source rows to what HubSpot has, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from support.in_process import AS_OF, Company

from syncworker.cli import exits
from syncworker.cli.main import run as command
from syncworker.cli.show_explain import lines
from syncworker.engine.explain import explain
from syncworker.engine.explain_subject import subject_of
from syncworker.engine.explained import ExplainedMetric, Explanation
from syncworker.errors import ConfigError
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.example import example_facts
from syncworker.metrics.metric import Entity
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

MAPPING = """\
objects:
  companies:
    match: {property: domain, column: domain}
    profile: full
    properties:
      cs_notes: {metric: health_drivers, mode: fill_empty}
      saas_risk_ticket_open: risk_ticket_open
  contacts:
    match: {property: email, column: email}
    policy: upsert
    profile: full
    properties: {saas_health: health_band}
"""
SYSTEM = ("source", "source_id", "synced_at")


def rows(stream: str) -> list[dict[str, object]]:
    """The example customer's rows as a file holds them."""
    frame = example_facts().streams[stream].collect()
    return [
        {name: _cell(value) for name, value in row.items() if name not in SYSTEM}
        for row in frame.iter_rows(named=True)
    ]


def _cell(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, datetime) else ("" if value is None else value)


def account(key: str, **more: object) -> Mapping[str, object]:
    return {"account_id": key, "name": key.title(), "domain": f"{key}.example", **more}


def item(number: int, currency: str) -> Mapping[str, object]:
    item = rows("subscription_items")[0]
    own = {"item_id": f"si_f{number}", "sub_id": "sub_f", "currency": currency, "valid_from": ""}
    return item | own


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Northwind is fine, Fabrikam pays in two currencies, Contoso is not in HubSpot."""
    with SandboxServer(Portal(limits=False)) as server, pytest.MonkeyPatch.context() as patch:
        notes = {"domain": "northwind.example", "cs_notes": ""}
        folder = tmp_path_factory.mktemp("acme")
        subscription = {**rows("subscriptions")[0], "sub_id": "sub_f", "account_id": "fabrikam"}
        company = Company(
            folder,
            server,
            patch,
            MAPPING,
            accounts=[
                *rows("accounts"),
                account("fabrikam"),
                account("contoso"),
                account("twin1", name="Twin"),
                account("twin2", name="Twin"),
            ],
            users=[
                *rows("users"),
                {"user_id": "bob", "account_id": "northwind", "email": "bob@northwind.example"},
                {"user_id": "solo", "email": "solo@mail.example"},
                {"user_id": "t1", "email": "twin@mail.example", "account_id": "twin1"},
                {"user_id": "t2", "email": "twin@mail.example", "account_id": "twin2"},
            ],
            events=rows("events"),
            subscriptions=[*rows("subscriptions"), subscription],
            subscription_items=[*rows("subscription_items"), item(1, "EUR"), item(2, "USD")],
            trials=rows("trials"),
            demo_requests=[
                *rows("demo_requests"),
                {**rows("demo_requests")[0], "submission_id": "f9", "email": "eve@x.example"},
            ],
        )
        company.create_properties()
        server.portal.put("companies", {"domain": "fabrikam.example"})
        server.portal.put("companies", {**notes, "cs_notes": "call them"})
        done = company.sync()
        assert done.status == "rejects", done.message  # two people share an address
        patch.setenv("SYNCWORKER_HOME", str(folder / "home"))
        patch.setenv("SYNCWORKER_MAPPINGS", str(folder / "mappings"))
        yield company


@pytest.fixture(scope="module")
def northwind(acme: Company) -> Explanation:
    return explain(acme.engine, "acme", "northwind")


@pytest.fixture(scope="module")
def ann(acme: Company) -> Explanation:
    return explain(acme.engine, "acme", " Ann@Northwind.example")


def by_metric(explanation: Explanation) -> dict[str, ExplainedMetric]:
    return {one.metric.name: one for one in explanation.metrics}


def test_what_is_explained_is_what_the_run_wrote(
    acme: Company, northwind: Explanation, ann: Explanation
) -> None:
    told = [
        (one, there) for e in (northwind, ann) for one in e.metrics for there in one.destinations
    ]
    assert len(told) > 30
    for one, there in told:
        if there.property not in {"cs_notes", "saas_risk_ticket_open"}:
            written = acme.values(there.object, one.key).get(there.property, "")
            if there.state == "not known":
                assert (one.value, written) == (None, ""), (one.metric.name, there)
            else:
                assert there.state == "unchanged", (one.metric.name, there)
                assert there.desired == there.has == written


def test_a_value_is_told_from_its_rows_to_the_record(acme: Company, northwind: Explanation) -> None:
    one = by_metric(northwind)["usage_28d"]
    assert (one.value, one.because) == ("12", "12 events in 28 d, 40 in the 28 d before")
    assert one.components == {"usage_prev_28d": "40"}
    (there,) = one.destinations
    last = acme.engine.runs.latest("acme", 1)[0]
    assert (there.object, there.property, there.mode) == ("companies", "saas_usage_28d", "always")
    assert there.run_id == last.id
    assert there.written_at is not None
    assert last.finished_at is not None
    assert last.created_at < there.written_at < last.finished_at
    assert there.hubspot_id == acme.link("companies", "northwind").hubspot_id
    events = northwind.streams["events"]
    assert (events.rows, events.sources, events.read_at) == (52, ("app",), AS_OF)
    assert [row.key for row in events.newest] == ["e0", "e1", "e2"]
    assert events.newest[0].values == {"user_id": "ann", "name": "report_created"}
    assert not northwind.streams["usage_daily"].provided


def test_a_row_is_named_by_those_parts_of_its_key_that_it_has(acme: Company) -> None:
    found = explain(acme.engine, "acme", "fabrikam", metrics=["mrr"])
    assert [row.key for row in found.streams["subscription_items"].newest] == ["si_f1", "si_f2"]


def test_a_value_that_people_have_filled_is_kept(northwind: Explanation) -> None:
    kept = by_metric(northwind)["health_drivers"].destinations[-1]
    assert (kept.property, kept.has, kept.state) == ("cs_notes", "call them", "kept")
    assert kept.reason == "fill_empty leaves it as people have it"


def test_a_metric_that_is_held_has_no_value_and_says_why(northwind: Explanation) -> None:
    one = by_metric(northwind)["risk_ticket_open"]
    assert (one.value, one.because, one.components) == (None, "", {})
    assert one.unavailable == one.destinations[0].reason == "no source provides tickets"
    assert one.destinations[0].state == "left alone"


@pytest.mark.parametrize(
    ("who", "state", "reason"),
    [
        ("fabrikam", "not known", "; the last value stays"),
        ("contoso", "not linked", "HubSpot has none with this domain"),
    ],
)
def test_a_value_that_does_not_arrive_says_why(
    acme: Company, who: str, state: str, reason: str
) -> None:
    found = explain(acme.engine, "acme", who, metrics=["mrr"])
    assert found.metrics[0].destinations[0].state == state
    assert reason in found.metrics[0].destinations[0].reason
    assert any(line.startswith(f"            {state}: ") for line in lines(found))


def test_another_moment_is_computed_anew_and_opens_no_run(acme: Company) -> None:
    runs = acme.engine.runs.latest("acme", 100)
    requests = acme.portal.stats.requests
    names = ["usage_28d", "health_computed_at"]
    later = explain(
        acme.engine, "acme", "northwind", metrics=names, as_of=AS_OF + timedelta(hours=1)
    )
    assert [one.destinations[0].state for one in later.metrics] == ["unchanged", "waits"]
    later = explain(
        acme.engine, "acme", "northwind", metrics=names, as_of=AS_OF + timedelta(days=4)
    )
    assert later.metrics[0].unavailable.startswith("events is stale")
    before = AS_OF - timedelta(days=5)  # nothing was read by then
    with pytest.raises(ConfigError, match="acme has no accounts as of 2026-11-15 12:00 UTC"):
        explain(acme.engine, "acme", "northwind", metrics=names, as_of=before)
    assert acme.engine.runs.latest("acme", 100) == runs
    assert acme.portal.stats.requests == requests


def test_every_metric_of_the_catalog_can_be_explained(acme: Company) -> None:
    explained = set()
    for entity in get_args(Entity):
        names = [one.name for one in METRICS.values() if one.entity == entity]
        who = "ann@northwind.example" if entity == "user" else "northwind"
        found = explain(acme.engine, "acme", who, metrics=names)
        for one in found.metrics:
            explained.add(one.metric.name)
            assert found.streams.keys() >= set(one.streams)
            assert one.unavailable or (one.because and "{" not in one.because)
            assert not one.unavailable or one.value is None
            assert all(there.reason for there in one.destinations)
    # There is no ticket to explain.
    assert explained == {one.name for one in METRICS.values() if one.entity != "ticket"}


def test_a_person_has_their_own_rows_and_their_accounts_metrics(
    acme: Company, ann: Explanation
) -> None:
    assert (ann.subject.id, ann.subject.account_id) == ("ann", "northwind")
    assert by_metric(ann)["health_band"].destinations[0].property == "saas_health"
    bob = explain(acme.engine, "acme", "bob@northwind.example", metrics=["mrr", "user_usage_28d"])
    assert bob.streams["events"].rows == 0
    assert bob.streams["subscriptions"].rows == 1
    assert by_metric(bob)["user_usage_28d"].value == "0"
    assert (by_metric(bob)["mrr"].key, by_metric(bob)["mrr"].value) == ("northwind", "98")


def test_people_without_an_account_are_explained_too(acme: Company) -> None:
    solo = explain(acme.engine, "acme", "solo@mail.example", metrics=["user_usage_28d"])
    assert (solo.subject.account_id, solo.metrics[0].value) == (None, "0")
    eve = explain(acme.engine, "acme", "eve@x.example", metrics=["demo_count"])
    assert (eve.subject.id, eve.metrics[0].value) == ("email:eve@x.example", "1")
    assert eve.streams["demo_requests"].rows == 1


def test_an_accounts_people_and_subscriptions_can_be_asked_for(acme: Company) -> None:
    names = ["health_score", "health_band"]
    people = explain(acme.engine, "acme", "northwind", metrics=names, object_name="contacts")
    assert [(one.key, one.metric.name, len(one.destinations)) for one in people.metrics] == [
        ("ann", "health_band", 1),
        ("bob", "health_band", 1),
        ("ann", "health_score", 0),
        ("bob", "health_score", 0),
    ]
    assert "  HubSpot   not mapped here" in lines(people)
    (one,) = explain(acme.engine, "acme", "northwind", metrics=["subscription_mrr"]).metrics
    assert (one.key, one.value, one.currency, one.destinations) == ("sub_1", "98", "EUR", ())


def test_an_account_goes_by_id_domain_or_name() -> None:
    facts = example_facts()
    for who in ("northwind", "NORTHWIND.example", "Northwind", " northwind "):
        assert subject_of("acme", facts, who).id == "northwind"


Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(acme: Company, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = command(["explain", "acme", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_metric_can_be_named_by_the_property_people_know_from_hubspot(said: Said) -> None:
    by_property = said("northwind", "--metric", "saas_mrr")
    assert by_property == said("northwind", "--metric", "mrr")
    assert by_property[0] == exits.OK


@pytest.mark.parametrize(
    ("words", "message", "help_"),
    [
        (["northwand"], "portal acme has no account northwand", "did you mean `northwind`?"),
        (["northwindexample"], "no account", "`northwind.example`?"),
        (["zzz"], "no account zzz", "an account's id, domain or name"),
        (["Twin"], "several accounts", "name one by its id: twin1, twin2"),
        (["bo@northwind.example"], "knows nobody", "syncworker explain acme northwind"),
        (["who@where.example"], "knows nobody", "or name an account"),
        (["twin@mail.example"], "several users", "their accounts instead: twin1, twin2"),
        (["northwind", "--metric", "mmr"], "no metric is called mmr", "did you mean `mrr`?"),
        (["northwind", "--object", "deals"], "has no object deals", "companies, contacts"),
    ],
)
def test_what_is_not_there_is_answered_with_what_to_type(
    said: Said, words: list[str], message: str, help_: str
) -> None:
    code, out, err = said(*words)
    assert (code, out) == (exits.FAILED, "")
    assert message in err
    assert help_ in err


def test_the_text_fits_80_columns_and_masks_addresses(
    northwind: Explanation, ann: Explanation
) -> None:
    text = "\n".join(lines(northwind))
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("Northwind (northwind): account of portal acme, as of 2026-11-20 12:00")
    assert "usage_28d  Usage, last 28 days: 12 events\n" in text
    assert "  HubSpot   companies.saas_usage_28d, always, record " in text
    assert "            unchanged: HubSpot has this value\n" in text
    assert "    2026-11-18 12:00 UTC  app e0: user_id ann, name report_created\n" in text
    assert "    … 49 older rows\n" in text
    assert "  not used  no source provides tickets\n" in text
    text = "\n".join(lines(ann))
    assert text.startswith("a…@northwind.example (ann): person of portal acme")
    assert "ann@" not in text


def test_the_example_of_the_documentation_is_what_the_command_prints(
    northwind: Explanation,
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text("utf-8")
    (example,) = re.findall(r"```\n\$ syncworker explain .*\n([^`]+)```", page)
    one = by_metric(northwind)["usage_28d"]
    streams = {name: northwind.streams[name] for name in one.streams}
    shown = lines(replace(northwind, metrics=(one,), streams=streams))
    assert _steady("\n".join(shown) + "\n") == _steady(example)


def _steady(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"written \d{4}-\d\d-\d\d \d\d:\d\d UTC", "written THEN", text)
    return re.sub(r"\d{8}T\d{12}-[0-9a-f]{6}", "RUN", text)


def test_as_json_it_is_one_object_with_its_version(said: Said) -> None:
    code, out, _ = said("ann@northwind.example", "--format", "json")
    assert code == exits.OK
    assert "ann@" not in out
    document: dict[str, Any] = json.loads(out)
    assert (document["schema_version"], document["portal"]) == (1, "acme")
    assert document["as_of"] == AS_OF.isoformat()
    assert document["subject"]["account_id"] == "northwind"
    usage = next(one for one in document["metrics"] if one["metric"] == "user_usage_28d")
    assert (usage["value"], usage["unit"]) == ("12", "events")
    assert usage["destinations"][0]["state"] == "unchanged"
    assert {one["stream"] for one in document["streams"]} >= {"events", "demo_requests"}


def test_before_anything_is_read_it_says_so(
    tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Company(tmp_path, server, monkeypatch, MAPPING, accounts=rows("accounts"))
    with pytest.raises(Exception, match="has no accounts as of") as raised:
        explain(fresh.engine, "acme", "northwind")
    assert "syncworker extract acme" in raised.value.help
