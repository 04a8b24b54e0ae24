"""The mappings on pages work as they stand: qualification, metrics of one's own, alerts."""

from __future__ import annotations

import re
from pathlib import Path

from syncworker.mapping.advice import advice
from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.slots import timetables

DOCS = Path(__file__).parents[2] / "docs"
HEAD = """\
version: 1
hubspot: {credentials: env:ACME_TOKEN}
sources:
  app: {kind: sql, url: env:APP, streams: {accounts: {query: select 1}}}
"""
OBJECTS = """\
objects:
  companies:
    match: {property: domain, column: domain}
"""


def mapping(page: str, rest: str = "") -> PortalMapping:
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    loaded = load(HEAD + example + rest, "acme.yaml")
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    return loaded.mapping


def test_the_rule_on_the_page_of_qualification_is_right() -> None:
    assert mapping("pql.md", OBJECTS).metrics.pql.judges


def test_the_schedule_on_its_page_is_right() -> None:
    (example,) = re.findall(
        r"```yaml\n(.*?)```", (DOCS / "schedules.md").read_text("utf-8"), re.DOTALL
    )
    trials = "trials: {query: select 1, cursor: updated_at}"
    head = HEAD.replace("accounts: {query: select 1}", trials)
    loaded = load(head + example + OBJECTS, "acme.yaml")
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    assert sorted(timetables(loaded.mapping)) == ["fast", "full", "sync"]


def test_the_metrics_on_the_page_of_ones_own_are_right() -> None:
    assert len(mapping("custom-metrics.md").metrics.custom) == 4


def test_the_alerts_on_their_page_are_right() -> None:
    alerts = mapping("alerts.md", OBJECTS).alerts
    assert len(alerts.rules) == len({rule.when for rule in alerts.rules}) == 7


def test_the_mapping_that_is_explained_from_top_to_bottom_is_right() -> None:
    page = (DOCS / "mapping.md").read_text("utf-8")
    example = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    loaded = load(example, "acme.yaml")
    assert [*loaded.diagnostics, *advice(loaded)] == []
    sections = {line.partition(":")[0] for line in example.splitlines() if re.match(r"\w", line)}
    assert sections == set(PortalMapping.model_fields) - {"volatile_days"}
    for section in sections:
        assert f"| `{section}` | " in page
