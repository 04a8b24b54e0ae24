"""`syncworker metrics list` and `show`: the catalog, and how it stands in a portal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncworker.cli import exits
from syncworker.cli.main import run
from syncworker.mapping.example import example_of
from syncworker.metrics.catalog import METRICS

MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources:
  app:
    kind: sql
    url: env:APP
    streams:
      accounts: {query: select 1}
      events: {query: select 1}
metrics: {stale_days: {events: 9}}
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {my_usage: usage_28d, saas_mrr: {metric: mrr, mode: never_clear}}
"""


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "acme.yaml").write_text(MAPPING, "utf-8")
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(folder))
    return Said(capsys)


class Said:
    """What a command prints."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str, code: int = exits.OK) -> str:
        assert run(words) == code
        out, err = self._capsys.readouterr()
        return out if code == exits.OK else err


def names(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()]


def test_the_list_can_be_cut_by_entity_owner_and_profile(said: Said) -> None:
    assert names(said("metrics", "list")) == list(METRICS)
    of_tickets = names(said("metrics", "list", "--entity", "ticket"))
    assert of_tickets == [m.name for m in METRICS.values() if m.entity == "ticket"]
    of_finance = names(said("metrics", "list", "--owner", "finance"))
    assert {METRICS[name].owner for name in of_finance} == {"finance"}
    both = names(said("metrics", "list", "--profile", "starter", "--entity", "account"))
    assert set(both) == {"mrr", "churned", "usage_28d", "usage_alert", "trial_status"}


def test_an_unknown_profile_is_answered_with_those_there_are(said: Said) -> None:
    err = said("metrics", "list", "--profile", "strater", code=exits.FAILED)
    assert "error: no profile is called strater" in err
    assert "did you mean `starter`?" in err


def test_of_a_portal_the_list_says_where_a_metric_is_mapped_and_what_is_lacking(
    said: Said,
) -> None:
    lines = {
        line.split()[0]: line for line in said("metrics", "list", "--portal", "acme").splitlines()
    }
    assert lines["usage_28d"].split()[2:] == ["companies.my_usage", "(always)", "yes"]
    assert "companies.saas_mrr (never_clear)  no: no source provides subscriptions" in lines["mrr"]
    assert lines["usage_alert"].split()[2:] == ["-", "yes"]


def test_the_list_as_json_is_the_catalog_in_full(said: Said) -> None:
    document = json.loads(said("metrics", "list", "--format", "json"))
    assert document["schema_version"] == 1
    by_name = {one["name"]: one for one in document["metrics"]}
    assert list(by_name) == list(METRICS)
    assert by_name["mrr"]["stale_days"] == {"subscriptions": 2, "subscription_items": 2}
    assert by_name["health_band"]["options"][1] == {"value": "red", "label": "Red"}
    assert "mapped" not in by_name["mrr"]

    of_acme = json.loads(said("metrics", "list", "--portal", "acme", "--format", "json"))
    by_name = {one["name"]: one for one in of_acme["metrics"]}
    assert by_name["usage_28d"]["stale_days"] == {"events": 9}
    assert by_name["usage_28d"]["mapped"] == ["companies.my_usage (always)"]
    assert by_name["mrr"]["lacking"] == "no source provides subscriptions"


def test_a_metric_is_shown_with_its_definition_and_an_example_at_80_columns(said: Said) -> None:
    text = said("metrics", "show", "health_band", "--portal", "acme")
    rows = {line.split("  ")[0]: line for line in text.splitlines()}
    assert {
        *("name", "describes", "type", "formula", "inputs", "also uses", "stale", "owner"),
        *("authority", "property", "label", "meaning", "options", "profiles", "example"),
        *("mapped", "available"),
    } <= rows.keys()
    assert max(map(len, text.splitlines())) <= 80
    assert rows["mapped"].split()[1:] == ["nowhere"]
    assert rows["stale"].split()[1:4] == ["events", "after", "9"]
    assert "Gainsight" in rows["authority"]
    assert ", because score " in rows["example"]


@pytest.mark.parametrize("name", ["mrr", "user_usage_28d", "subscription_mrr", "ticket_risk"])
def test_every_kind_of_metric_has_an_example(name: str) -> None:
    value, reason = example_of(METRICS[name])
    assert value not in {"", "none"}
    assert reason not in {"", "none"}
