"""Which lifecycle stage the mapping asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.loader import Loaded
from syncworker.mapping.render import desired_records
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]
Stages = Callable[..., list[DesiredRecord]]
LONG = """\
lifecycle:
  companies:
    churned_to_other: true
    rules:
      - stage: customer
        when: [{metric: health_score, gte: 80}]
        allow_back: they came back
      - stage: lead
        when: [{metric: health_score, gte: 0}]
"""
ROWS = pl.DataFrame(
    {
        "account_id": ["a1", "a2", "a3", "a4"],
        "health_score": [90, 90, 10, None],
        "churned": [False, True, None, True],
    }
)


@pytest.fixture
def stages(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric], portal_property: Any
) -> Stages:
    def run(
        *options: tuple[str, str],
        frame: pl.DataFrame = ROWS,
        held: tuple[str, ...] = (),
        lifecycle: str = LONG,
        metrics: Mapping[str, Metric] = catalog,
    ) -> list[DesiredRecord]:
        mapping = load_text(mapping_text[: mapping_text.index("lifecycle:")] + lifecycle).mapping
        assert mapping is not None
        there = {"lifecyclestage": portal_property("enumeration", options)} if options else {}
        no_metric = dict.fromkeys(held, "stale")
        return list(desired_records(mapping, "companies", frame, metrics, no_metric, there))

    return run


def test_a_churned_account_goes_to_other_before_any_rule(stages: Stages) -> None:
    records = stages()
    assert [record.stage for record in records] == ["customer", "other", "lead", "other"]
    assert records[1].stage_because == "churned: ended"
    # Stages of a portal's own may stand after `other`; the switch is the reason to go back then.
    assert records[1].stage_back == "the mapping moves churned customers there"


def test_without_a_reason_in_the_catalog_churned_is_the_reason(
    stages: Stages, catalog: Mapping[str, Metric]
) -> None:
    silent = {**catalog, "churned": replace(catalog["churned"], because="")}
    assert stages(metrics=silent)[1].stage_because == "churned"


def test_a_rule_that_may_go_back_says_why(stages: Stages) -> None:
    records = stages()
    assert [records[0].stage_back, records[2].stage_back] == ["they came back", ""]


def test_no_stage_is_asked_for_while_it_is_not_known_who_churned(stages: Stages) -> None:
    assert {record.stage for record in stages(held=("churned",))} == {None}
    assert {record.stage for record in stages(frame=ROWS.drop("churned"))} == {None}


def test_without_the_switch_a_churned_account_is_ruled_like_any_other(stages: Stages) -> None:
    rules = LONG.replace("    churned_to_other: true\n", "")
    assert [r.stage for r in stages(lifecycle=rules)] == ["customer", "customer", "lead", None]
    assert stages(lifecycle=rules, held=("churned",))[0].stage == "customer"


def test_a_stage_is_named_by_its_label_or_internal_name(stages: Stages) -> None:
    options = (("41", "Customer"), ("LEAD", "New"), ("42", "Other"))
    records = stages(*options)
    assert [record.stage for record in records] == ["41", "42", "LEAD", "42"]
    # A number tells nobody which stage it is, so the reason does.
    assert records[0].stage_because.startswith("stage Customer: ")
    assert "stage" not in records[2].stage_because


def test_a_stage_the_portal_lacks_stays_as_written(stages: Stages) -> None:
    assert [r.stage for r in stages(("41", "VIP"))] == ["customer", "other", "lead", "other"]
