"""What is not wrong and does nothing: warnings that only `validate` gives."""

from __future__ import annotations

import pytest
from support.broken import RIGHT

from syncworker.mapping.advice import advice
from syncworker.mapping.loader import Loaded, load
from syncworker.metrics.catalog import METRICS

RULE = "    - stage: customer\n      when:\n        - {metric: health_score, gte: 80}\n"


def loaded(old: str, new: str) -> Loaded:
    assert old in RIGHT
    found = load(RIGHT.replace(old, new, 1), "acme.yaml")
    assert found.diagnostics == ()
    return found


def codes(found: Loaded) -> list[str]:
    return [one.code for one in advice(found)]


def rules(first: str, second: str) -> Loaded:
    """Two rules with one condition each."""
    lines = [f"    - {{stage: customer, when: [{{{each}}}]}}\n" for each in (first, second)]
    return loaded(RULE, "".join(lines))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("metric: mrr, gte: 5", "metric: mrr, gte: 5"),
        ("metric: mrr, gte: 5", "metric: mrr, gt: 5"),
        ("metric: mrr, gte: 5", "metric: mrr, eq: 6"),
        ("metric: mrr, gt: 5", "metric: mrr, gt: 5.5"),
        ("metric: mrr, gt: 5", "metric: mrr, gte: 6"),
        ("metric: mrr, lte: 5", "metric: mrr, lt: 5"),
        ("metric: mrr, lte: 5", "metric: mrr, eq: 5"),
        ("metric: mrr, lt: 5", "metric: mrr, lte: 4"),
        ("metric: mrr, lt: 5", "metric: mrr, lt: 5"),
        ("metric: churned, eq: true", "metric: churned, eq: true"),
    ],
)
def test_a_rule_behind_one_that_holds_wherever_it_does_is_never_reached(
    first: str, second: str
) -> None:
    found = advice(rules(first, second))
    assert [(one.code, one.severity, one.line) for one in found] == [("SW217", "warning", 35)]
    assert "line 34" in found[0].message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("metric: mrr, gt: 5", "metric: mrr, gte: 5"),
        ("metric: mrr, gt: 5", "metric: mrr, eq: 5"),
        ("metric: mrr, lt: 5", "metric: mrr, lte: 5"),
        ("metric: mrr, gte: 5", "metric: mrr, lt: 6"),
        ("metric: mrr, gte: 5", "metric: arr, gte: 6"),
        ("metric: mrr, ne: 5", "metric: mrr, gte: 6"),
        ("metric: churned, eq: true", "metric: churned, eq: false"),
        ("metric: subscription_status, eq: active", "metric: subscription_status, eq: paused"),
    ],
)
def test_a_rule_that_can_be_reached_is_left_alone(first: str, second: str) -> None:
    assert codes(rules(first, second)) == []


def test_a_comment_silences_what_is_meant_so() -> None:
    comment = " # syncworker: ignore SW220 -- two apps"
    old = "  old: {kind: sql, url: env:OLD, streams: {users: {table: u}}}"
    assert codes(loaded("objects:", f"{old}\nobjects:")) == ["SW220"]
    assert codes(loaded("objects:", f"{old}{comment}\nobjects:")) == []


def test_accounts_of_stripe_beside_those_of_the_app_are_told_at_the_source() -> None:
    stripe = "  stripe: {kind: stripe, api_key: env:KEY, streams: [accounts]}\nobjects:"
    (found,) = advice(loaded("objects:", stripe))
    assert (found.code, found.line, found.column) == ("SW220", 20, 3)


def test_a_catalog_of_ones_own_is_used_and_a_broken_mapping_gets_no_advice() -> None:
    assert advice(loaded("saas_mrr: mrr", "saas_arr: arr"), METRICS) == ()
    assert advice(load("version: 2", "acme.yaml")) == ()


def test_snapshots_are_kept_as_long_as_any_stream() -> None:
    days = "staging: {keep_days: {snapshots: 90, events: 30}}\nobjects:"
    assert codes(loaded("objects:", days)) == []
